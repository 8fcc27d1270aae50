//! The part of a map that says how videos are played: under which id, by which URLs, with which tokens.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Sources;

/// The ids that a video is played under.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybackIds {
    /// JSON pointer to a list of ids: the one with the wanted policy is taken, or else the first with one that is
    /// known. Without it there is one id.
    #[serde(default)]
    pub list: Option<String>,
    /// The id, within an item of the list.
    pub id: Sources,
    /// Its policy. Where there is none, it is the wanted one.
    #[serde(default)]
    pub policy: Sources,
    /// What the service's words for policies mean. Default: `public` and `signed` mean themselves. Ids with others are
    /// passed over.
    #[serde(default = "policies")]
    pub policy_map: BTreeMap<String, Policy>,
}

fn policies() -> BTreeMap<String, Policy> {
    BTreeMap::from([("public".to_owned(), Policy::Public), ("signed".to_owned(), Policy::Signed)])
}

/// Who may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Whoever has the URL.
    Public,
    /// Whoever has a token.
    Signed,
}

impl Policy {
    /// As it stands in maps, in the database, and in templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Signed => "signed",
        }
    }
}

/// How videos are played.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Playback {
    /// What new videos are made with.
    pub policy: Policy,
    /// The HLS master playlist.
    pub hls: Link,
    /// A picture: `{time}`, `{width}`, `{height}` and `{fit}` where they are chosen.
    #[serde(default)]
    pub poster: Option<Link>,
    /// The storyboard, as WebVTT.
    #[serde(default)]
    pub storyboard: Option<Link>,
    /// Where the service makes no storyboard: this server makes one, whose tiles are pictures of `poster`.
    #[serde(default)]
    pub tiles: Option<Tiles>,
    /// A moving picture.
    #[serde(default)]
    pub animation: Option<Link>,
}

impl Playback {
    /// All that there are, by name.
    pub fn links(&self) -> impl Iterator<Item = (&'static str, &Link)> {
        [
            ("hls", Some(&self.hls)),
            ("poster", self.poster.as_ref()),
            ("storyboard", self.storyboard.as_ref()),
            ("animation", self.animation.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, link)| Some((name, link?)))
    }
}

/// A storyboard of pictures that the service makes to order: each is asked for by `poster`'s URL, with its `{time}` and
/// `{height}`. A player fetches those that it shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiles {
    /// Seconds from one to the next: as many, or a multiple where that makes more than `most`. 1 to 3600. Default 2.
    #[serde(default = "two_seconds")]
    pub interval: u32,
    /// How many there are at most. 1 to 500. Default 100.
    #[serde(default = "a_hundred")]
    pub most: u32,
    /// Pixels. 1 to 2160. Default 180.
    #[serde(default = "tile_height")]
    pub height: u32,
    /// `{fit}`: the service's word for pictures that are whole, and in shape.
    #[serde(default)]
    pub fit: Option<String>,
}

const fn two_seconds() -> u32 {
    2
}

const fn a_hundred() -> u32 {
    100
}

const fn tile_height() -> u32 {
    180
}

/// A URL, for each policy.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Template: the URL of a public video. It names no `{token}`.
    pub public: String,
    /// Template: the URL of a signed video. It names `{token}`.
    #[serde(default)]
    pub signed: Option<String>,
    /// Templates: the query of the public URL. Those whose value is absent are left out.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Templates: the same for the signed URL, where a service reads more there than the token.
    #[serde(default)]
    pub signed_query: BTreeMap<String, String>,
    /// What the token's `{audience}` is.
    #[serde(default)]
    pub audience: Option<String>,
    /// Templates, as in a body: further claims of the token.
    #[serde(default)]
    pub claims: BTreeMap<String, Value>,
}

/// How tokens are made: JSON Web Tokens. The key's id stands in the header and where `claims` wants it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// The algorithm: RS256. Others are refused.
    pub algorithm: Algorithm,
    /// The variable that holds the key's id.
    pub key_id_env: String,
    /// The variable that holds the private key: a PEM, or a PEM in base64.
    pub private_key_env: String,
    /// Seconds that a token works at least. It should outlive a viewing. Default 21 600 (6 h).
    #[serde(default = "six_hours")]
    pub lifetime: u64,
    /// Templates, as in a body: the claims of every token. `{expires}` is in seconds since the Unix epoch.
    pub claims: BTreeMap<String, Value>,
}

const fn six_hours() -> u64 {
    6 * 3600
}

/// The algorithms of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// RSA with SHA-256: the service has the public key.
    RS256,
    /// Refused, with an explanation.
    HS256,
}
