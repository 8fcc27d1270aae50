//! A map with its secrets: what a provider is made of, and what `reelway doctor` tells of it.

use std::path::Path;

use super::{
    check::check,
    load::{Loaded, load, settings_source, show},
    map::{AuthKind, Map, Policy},
    signing::Signer,
};
use crate::{
    config::ProviderConfig,
    providers::webhook::{TimestampedHmac, Verifier},
    secrets::{Secret, Secrets},
};

/// What a provider is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The map.
    pub map: Map,
    /// User and password, or a token.
    pub credentials: Vec<Secret>,
    /// The key for tokens.
    pub signer: Option<Signer>,
    /// How webhooks are believed. Without it none is.
    pub verifier: Option<Verifier>,
    /// What is no error and yet hardly meant.
    pub warnings: Vec<String>,
}

impl Setup {
    /// What it comes to, for people.
    pub fn summary(&self) -> String {
        let policy = self.map.playback.policy.as_str();
        let secrets =
            self.credentials.len() + 2 * usize::from(self.signer.is_some()) + usize::from(self.verifier.is_some());
        let events = if self.verifier.is_some() { "webhooks and polling" } else { "polling" };
        format!("{}; new videos are {policy}; {events}; {secrets} secrets found", self.map.label)
    }
}

/// Reads the map of the provider of this name, checks it, and finds its secrets. `file`: the configuration's, where
/// there is one.
///
/// # Errors
/// All that is wrong, each with its place where it has one.
pub fn setup(
    name: &str,
    config: &ProviderConfig,
    file: Option<&Path>,
    secrets: &Secrets,
) -> Result<Setup, Vec<String>> {
    let over = file.and_then(|file| settings_source(file, name));
    let Loaded { map, sources } = load(config.map.as_deref(), &config.settings, over)?;
    let mut errors: Vec<String> = check(&map).iter().map(|problem| show(&sources, problem)).collect();
    let mut warnings = Vec::new();
    let auth = &map.auth;
    let names = match auth.kind {
        AuthKind::Basic => vec![&auth.user_env, &auth.password_env],
        AuthKind::Bearer => vec![&auth.token_env],
        AuthKind::None => Vec::new(),
    };
    let mut credentials = Vec::new();
    for name in names.into_iter().flatten() {
        match secrets.get(name) {
            Some(secret) => credentials.push(secret),
            None => errors.push(missing(name, "a credential of the service")),
        }
    }
    let signer = signer(&map, secrets, &mut errors, &mut warnings);
    let verifier = verifier(&map, secrets, &mut warnings);
    if errors.is_empty() { Ok(Setup { map, credentials, signer, verifier, warnings }) } else { Err(errors) }
}

fn missing(name: &str, what: &str) -> String {
    format!("the environment variable {name} is not set: {what}")
}

fn signer(map: &Map, secrets: &Secrets, errors: &mut Vec<String>, warnings: &mut Vec<String>) -> Option<Signer> {
    let signing = map.signing.as_ref()?;
    let wanted = map.playback.policy == Policy::Signed;
    let (id, key) = (secrets.get(&signing.key_id_env), secrets.get(&signing.private_key_env));
    if !wanted && (id.is_some() || key.is_some()) {
        warnings.push(
            "playback.policy is \"public\", though a signing key is set: new videos can be played by whoever has the URL. \
             Make the policy \"signed\", or leave the key out."
                .to_owned(),
        );
    }
    match (id, key) {
        (Some(id), Some(key)) => match Signer::new(&id, &key) {
            Ok(signer) => return Some(signer),
            Err(error) => errors.push(format!("the environment variable {}: {error}", signing.private_key_env)),
        },
        (id, key) if wanted => {
            let absent = [(id.is_none(), &signing.key_id_env), (key.is_none(), &signing.private_key_env)];
            for (_, name) in absent.into_iter().filter(|(absent, _)| *absent) {
                let what = "signed videos can't be played without it; for public ones set playback.policy = \"public\"";
                errors.push(missing(name, what));
            }
        }
        _ => {}
    }
    None
}

fn verifier(map: &Map, secrets: &Secrets, warnings: &mut Vec<String>) -> Option<Verifier> {
    let Some(webhook) = &map.webhook else {
        warnings.push("the map has no webhook: the service is asked again and again instead.".to_owned());
        return None;
    };
    let Some(secret) = secrets.get(&webhook.secret_env) else {
        warnings.push(format!(
            "{} All webhooks are refused, and the service is asked again and again instead.",
            missing(&webhook.secret_env, "the secret of the service's webhook.")
        ));
        return None;
    };
    Some(Verifier::TimestampedHmac(TimestampedHmac {
        header: webhook.header.to_ascii_lowercase(),
        time_key: webhook.time_key.clone(),
        signature_key: webhook.signature_key.clone(),
        tolerance: webhook.tolerance,
        secret: Secret::new(secret.expose().trim()),
    }))
}
