//! Where videos may go: this server itself, and three services on the network, each an emulator of it on loopback. What a
//! server has to know of one is its `reelway.toml`, and nothing else.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reelway_emulators::{
    Film,
    cloudflare::{self, Cloudflare},
    mux::{self, Mux},
    oci::{self, Oci},
    outbox::{Mishap, Plan},
};
use serde_json::{Value, json};

use crate::server::Server;

/// One of them.
pub enum Service {
    /// The server itself.
    Local,
    /// Mux, with videos that want a token.
    Mux(Mux),
    /// Cloudflare Stream, with videos that want a token.
    Cloudflare(Cloudflare),
    /// Oracle, with encrypted streams.
    Oci(Oci),
}

/// What a server is started with.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// `reelway.toml`.
    pub toml: String,
    /// Variables of the environment.
    pub secrets: Vec<(&'static str, String)>,
}

/// What the subscription to Oracle's notifications shows that it is one.
const CREDENTIALS: &str = "oracle:notification-secret-4c";

impl Service {
    /// All four. The services play this film, whatever they are given.
    ///
    /// # Errors
    /// An emulator does not start.
    pub async fn all(film: &Arc<Film>) -> Result<[Self; 4]> {
        Ok([
            Self::Local,
            Self::Mux(Mux::start(mux::Setup { rate_limits: true, ..mux::Setup::new(film.clone()) }).await?),
            Self::Cloudflare(Cloudflare::start(cloudflare::Setup::new(film.clone())).await?),
            Self::Oci(Oci::start(oci::Setup::new(film.clone())).await?),
        ])
    }

    /// Its name in the configuration.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Mux(_) => "mux",
            Self::Cloudflare(_) => "cloudflare",
            Self::Oci(_) => "oracle",
        }
    }

    /// Whether scrubbing shows pictures.
    pub const fn has_storyboard(&self) -> bool {
        !matches!(self, Self::Oci(_))
    }

    /// What makes a server use it, and no other. Its webhooks go to the server's URL from now on.
    ///
    /// # Errors
    /// The emulator refuses it.
    pub async fn setup(&self, server: &str) -> Result<Setup> {
        let name = self.name();
        let hook = format!("{server}/webhooks/{name}");
        // Uploads go to hosts that stand in no map: a vendor's are known by their domain.
        let head = |sources: &[&str]| {
            let sources = json!(sources);
            format!("provider = '{name}'\npage_sources = {sources}\n\n[providers.{name}]\n")
        };
        match self {
            Self::Local => Ok(Setup { toml: format!("{}kind = 'local'\n", head(&[])), ..Setup::default() }),
            Self::Mux(mux) => {
                let hosts = mux.hosts();
                let url = format!("{}/system/v1/signing-keys", hosts.api);
                let key = ask(reqwest::Client::new().post(url).basic_auth("id", Some("secret"))).await?;
                let toml = format!(
                    "{}kind = 'http'\nmap = 'mux'\nhosts.api_base = '{}'\nhosts.stream_base = '{}'\nhosts.image_base = '{}'\n",
                    head(&[&hosts.upload]),
                    hosts.api,
                    hosts.stream,
                    hosts.image
                );
                let secrets = vec![
                    ("VIDEO_CDN_TOKEN", "id".to_owned()),
                    ("VIDEO_CDN_SECRET", "secret".to_owned()),
                    ("VIDEO_WEBHOOK_SECRET", mux.add_webhook(&hook)),
                    ("VIDEO_SIGNING_KEY", text(&key["data"]["id"])?),
                    ("VIDEO_PRIVATE_KEY", text(&key["data"]["private_key"])?),
                ];
                Ok(Setup { toml, secrets })
            }
            Self::Cloudflare(cloudflare) => {
                let hosts = cloudflare.hosts();
                let url = format!("{}/client/v4/accounts/acc/stream/keys", hosts.api);
                let key = ask(reqwest::Client::new().post(url).bearer_auth("token")).await?;
                let toml = format!(
                    "{}kind = 'http'\nmap = 'cloudflare'\nvars.account = 'acc'\nhosts.api_base = '{}/client/v4'\nhosts.stream_base = '{}'\n",
                    head(&[&hosts.upload]),
                    hosts.api,
                    hosts.video
                );
                let secrets = vec![
                    ("VIDEO_CDN_TOKEN", "token".to_owned()),
                    ("VIDEO_WEBHOOK_SECRET", cloudflare.set_webhook(&hook)),
                    ("VIDEO_SIGNING_KEY", text(&key["result"]["id"])?),
                    ("VIDEO_PRIVATE_KEY", text(&key["result"]["pem"])?),
                ];
                Ok(Setup { toml, secrets })
            }
            Self::Oci(oci) => {
                let hosts = oci.hosts();
                let toml = format!(
                    "{}kind = 'oci'\nregion = 'us-phoenix-1'\ncompartment = 'ocid1.compartment.oc1..c'\nbucket = 'in'\noutput_bucket = 'out'\n\
                     auth = {{ kind = 'api_key', tenancy = '{}', user = '{}' }}\nstreams = {{ encryption = 'AES128' }}\n\
                     notifications = {{ credentials_env = 'VIDEO_WEBHOOK_SECRET', allow_loopback = true }}\n\
                     hosts = {{ media = '{}', object_storage = '{}', streams = '{}' }}\n",
                    head(&[&hosts.storage, &hosts.streams]),
                    oci.setup().tenancy,
                    oci.setup().user,
                    hosts.media,
                    hosts.storage,
                    hosts.streams
                );
                let secrets =
                    vec![("VIDEO_PRIVATE_KEY", oci.key_pem()?), ("VIDEO_WEBHOOK_SECRET", CREDENTIALS.to_owned())];
                Ok(Setup { toml, secrets })
            }
        }
    }

    /// The server listens: a service that wants its webhooks confirmed sends the first now.
    pub fn server_listens(&self, server: &str) {
        if let Self::Oci(oci) = self {
            let topic = "ocid1.onstopic.oc1.phx.t";
            let url = server.replacen("http://", &format!("http://{CREDENTIALS}@"), 1);
            let url = format!("{url}/webhooks/{}", self.name());
            oci.subscribe(topic, &url, &json!({ "protocol": "CUSTOM_HTTPS", "endpoint": url }));
        }
    }

    /// None of its webhooks arrives from now on.
    pub fn lose_webhooks(&self) {
        let lost = Plan { kind: None, times: 1_000_000, mishap: Mishap::Lost };
        match self {
            Self::Local => {}
            Self::Mux(mux) => mux.outbox().plan(lost),
            Self::Cloudflare(cloudflare) => cloudflare.outbox().plan(lost),
            Self::Oci(oci) => oci.outbox().plan(lost),
        }
    }

    /// Webhooks that the server has taken, the confirmation of a subscription among them.
    pub fn webhooks_taken(&self) -> usize {
        let attempts = match self {
            Self::Local => return 0,
            Self::Mux(mux) => mux.outbox().attempts(),
            Self::Cloudflare(cloudflare) => cloudflare.outbox().attempts(),
            Self::Oci(oci) => oci.outbox().attempts(),
        };
        attempts.iter().filter(|attempt| attempt.status == Some(204)).count()
    }

    /// The SHA-256 of the file that it holds. `None`: it has no video.
    ///
    /// # Errors
    /// It does not say.
    pub async fn held(&self, server: &Server, video: &reelway_api::Video) -> Result<Option<String>> {
        let http = reqwest::Client::new();
        match self {
            Self::Local => Ok(server.sha256_of_original(video).ok()),
            Self::Mux(mux) => {
                let url = format!("{}/video/v1/assets", mux.hosts().api);
                let assets = ask(http.get(url).basic_auth("id", Some("secret"))).await?;
                let upload = assets["data"][0]["upload_id"].as_str();
                upload.map(|upload| Ok(mux.received(upload)?.1)).transpose()
            }
            Self::Cloudflare(cloudflare) => {
                let url = format!("{}/client/v4/accounts/acc/stream", cloudflare.hosts().api);
                let videos = ask(http.get(url).bearer_auth("token")).await?;
                let uid = videos["result"][0]["uid"].as_str();
                uid.map(|uid| Ok(cloudflare.received(uid)?.1)).transpose()
            }
            Self::Oci(oci) => {
                // What the browser was given an address for.
                let uploads = format!("/uploads/{}/", video.id);
                let asked =
                    oci.desk().log().into_iter().filter(|entry| entry.host == "storage" && entry.method == "PUT");
                let name = asked.map(|entry| entry.path.replace("%2F", "/")).find_map(|path| {
                    Some(path.split_once("/b/in/o/")?.1.to_owned()).filter(|name| name.contains(&uploads))
                });
                Ok(oci.received("in", &name.context("nothing was sent")?).ok().map(|(_, digest)| digest))
            }
        }
    }

    /// What its hosts for playing have answered: host, path, status.
    pub fn played(&self) -> Vec<(&'static str, String, u16)> {
        let desk = match self {
            Self::Local => return Vec::new(),
            Self::Mux(mux) => mux.desk(),
            Self::Cloudflare(cloudflare) => cloudflare.desk(),
            Self::Oci(oci) => oci.desk(),
        };
        let playing =
            desk.log().into_iter().filter(|entry| ["stream", "image", "video", "streams"].contains(&entry.host));
        playing.map(|entry| (entry.host, entry.path, entry.status.unwrap_or_default())).collect()
    }
}

async fn ask(request: reqwest::RequestBuilder) -> Result<Value> {
    let answer = request.send().await?;
    ensure!(answer.status().is_success(), "it is answered with {}", answer.status());
    Ok(answer.json().await?)
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}
