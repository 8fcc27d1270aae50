//! Whether policy, URLs and signing of a map fit together.

use std::collections::BTreeMap;

use super::{Check, KNOWN, MEANT, PLAYBACK, SIGNED};
use crate::providers::http::{
    map::{Algorithm, Link, Policy},
    template::Template,
};

impl<'a> Check<'a> {
    pub(super) fn playback(&mut self) {
        let map = self.map;
        let fields = map.readings.values().flat_map(|reading| reading.extract.keys()).map(String::as_str);
        let fields: Vec<_> = fields.filter(|field| !MEANT.contains(field)).collect();
        for (name, link) in map.playback.links() {
            self.link(name, link, &fields);
        }
        if !map.readings.values().any(|reading| reading.playback.is_some()) {
            self.problem(&["readings"], "none of them says under which id a video is played: playback is missing");
        }
        self.tiles();
        match &map.signing {
            None if map.playback.policy == Policy::Signed => self.problem(
                &["playback", "policy"],
                "a signed video can't be played without tokens: describe signing, or make the policy \"public\"",
            ),
            None => {}
            Some(signing) => {
                if signing.algorithm == Algorithm::HS256 {
                    self.problem(
                        &["signing", "algorithm"],
                        "HS256 is refused: it signs with a secret that the service would have to share, and no service \
                         checks its tokens so. The service has the public half of an RSA key: use RS256, with the \
                         private half in a variable",
                    );
                }
                self.variable(&["signing", "key_id_env"], &signing.key_id_env);
                self.variable(&["signing", "private_key_env"], &signing.private_key_env);
                if signing.lifetime < 60 {
                    self.problem(&["signing", "lifetime"], "it is at least 60 seconds");
                }
                let names = self.names(&[&KNOWN, &PLAYBACK, &SIGNED, &fields]);
                for (claim, template) in &signing.claims {
                    self.body(&["signing", "claims", claim], template, &names);
                }
                for claim in ["sub", "exp"] {
                    if !signing.claims.contains_key(claim) {
                        self.problem(
                            &["signing", "claims"],
                            format!("{claim} is missing: no service takes a token without"),
                        );
                    }
                }
            }
        }
    }

    fn tiles(&mut self) {
        let playback = &self.map.playback;
        let Some(tiles) = &playback.tiles else { return };
        for (key, value, most) in
            [("interval", tiles.interval, 3600), ("most", tiles.most, 500), ("height", tiles.height, 2160)]
        {
            if !(1..=most).contains(&value) {
                self.problem(&["playback", "tiles", key], format!("it is 1 to {most}"));
            }
        }
        if playback.storyboard.is_some() {
            self.problem(&["playback", "tiles"], "there is a storyboard already: leave one of them out");
        }
        let Some(poster) = &playback.poster else {
            return self.problem(&["playback", "tiles"], "its pictures are those of poster, which is missing");
        };
        let names_time = |text: &str| {
            Template::parse(text).is_ok_and(|text| text.placeholders().iter().any(|found| found.name == "time"))
        };
        let has_time = |url: &str, query: &BTreeMap<String, String>| {
            names_time(url) || query.values().any(|value| names_time(value))
        };
        let signed = poster.signed.as_ref().is_none_or(|url| {
            has_time(url, &poster.signed_query)
                || poster.claims.values().any(|claim| claim.as_str().is_some_and(names_time))
        });
        if !has_time(&poster.public, &poster.query) || !signed {
            self.problem(&["playback", "tiles"], "poster names no {time}: all tiles would be the same picture");
        }
    }

    fn link(&mut self, name: &str, link: &Link, fields: &[&'a str]) {
        let public = self.names(&[&KNOWN, &PLAYBACK, fields]);
        let mut signed = public.clone();
        signed.extend(SIGNED.iter().copied().chain(["token"]));
        self.template(&["playback", name, "public"], &link.public, &public);
        for (key, template) in &link.query {
            self.template(&["playback", name, "query", key], template, &public);
        }
        for (key, template) in &link.signed_query {
            self.template(&["playback", name, "signed_query", key], template, &signed);
        }
        let claims = self.names(&[&KNOWN, &PLAYBACK, &SIGNED, fields]);
        for (claim, template) in &link.claims {
            self.body(&["playback", name, "claims", claim], template, &claims);
        }
        match &link.signed {
            None if self.map.playback.policy == Policy::Signed => {
                self.problem(&["playback", name, "signed"], "it is missing, and videos are signed");
            }
            None => {}
            Some(template) => {
                self.template(&["playback", name, "signed"], template, &signed);
                let has_token =
                    Template::parse(template).is_ok_and(|t| t.placeholders().iter().any(|p| p.name == "token"));
                if !has_token {
                    self.problem(
                        &["playback", name, "signed"],
                        "it names no {token}: a signed video can't be played so",
                    );
                }
                let wants_audience = self.map.signing.as_ref().is_some_and(|signing| {
                    signing
                        .claims
                        .values()
                        .any(|claim| claim.as_str().is_some_and(|claim| claim.contains("{audience}")))
                });
                if wants_audience && link.audience.is_none() {
                    self.problem(&["playback", name, "audience"], "it is missing, and the claims name {audience}");
                }
            }
        }
    }
}
