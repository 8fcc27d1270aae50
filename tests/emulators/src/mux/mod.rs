//! Mux Video: API, upload host, stream host, image host, webhooks.
//!
//! - [`state`]: what there is: uploads, assets, keys.
//! - [`api`]: `api.mux.com`, a file for each resource.
//! - [`upload_host`]: the URL of a direct upload, which speaks Google's resumable protocol.
//! - [`stream_host`], [`image_host`]: `stream.mux.com`, `image.mux.com`.
//! - [`token`]: what a playback token has to say.
//! - [`process`]: what time does to uploads and assets.
//! - [`events`] are its webhooks.
//! - [`admin`]: the same for tests that are not in Rust.

pub mod admin;
pub mod api;
pub mod events;
pub mod image_host;
pub mod process;
pub mod settings;
pub mod state;
pub mod stream_host;
pub mod token;
pub mod upload_host;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::task::JoinSet;

use self::state::{Asset, Outcome, PlaybackId, SigningKey, State};
use crate::{
    desk::{self, Desk},
    film::Film,
    outbox::{Endpoint, Outbox},
    rsa::{PrivateKey, PublicKey},
    secret,
};

/// How an account is set up.
#[derive(Clone)]
pub struct Setup {
    /// The name of HTTP Basic authentication.
    pub token_id: String,
    /// Its password.
    pub token_secret: String,
    /// From the last byte of an upload to its asset's end state.
    pub processing: Duration,
    /// Requests that are too many in a second are refused.
    pub rate_limits: bool,
    /// Whether the upload host lets scripts read `Range`. It has been seen not to.
    pub exposes_range: bool,
    /// What plays.
    pub film: Arc<Film>,
}

impl Setup {
    /// The credentials `id` and `secret`, no rate limits, and assets that are ready at once.
    pub fn new(film: Arc<Film>) -> Self {
        Self {
            token_id: "id".into(),
            token_secret: "secret".into(),
            processing: Duration::ZERO,
            rate_limits: false,
            exposes_range: true,
            film,
        }
    }
}

/// Where its hosts are: `http://127.0.0.1:12345`.
#[derive(Clone, Debug, Serialize)]
pub struct Hosts {
    /// Instead of `https://api.mux.com`.
    pub api: String,
    /// Instead of `https://direct-uploads.….mux.com`.
    pub upload: String,
    /// Instead of `https://stream.mux.com`.
    pub stream: String,
    /// Instead of `https://image.mux.com`.
    pub image: String,
    /// Ours.
    pub admin: String,
}

/// An account of Mux that runs until it is dropped.
pub struct Mux {
    account: Account,
    _tasks: JoinSet<()>,
}

/// What the hosts share. A clone is the same account.
#[derive(Clone)]
pub struct Account(Arc<Shared>);

struct Shared {
    setup: Setup,
    hosts: Hosts,
    desk: Desk,
    outbox: Outbox,
    state: Mutex<State>,
}

impl Mux {
    /// Starts one on loopback.
    ///
    /// # Errors
    /// There are no ports.
    pub async fn start(setup: Setup) -> Result<Self> {
        let (api, api_url) = desk::port().await?;
        let (upload, upload_url) = desk::port().await?;
        let (stream, stream_url) = desk::port().await?;
        let (image, image_url) = desk::port().await?;
        let (admin, admin_url) = desk::port().await?;
        let hosts = Hosts { api: api_url, upload: upload_url, stream: stream_url, image: image_url, admin: admin_url };
        let desk = Desk::default();
        let outbox = Outbox::new(desk.clock.clone(), events::manner());
        let state = Mutex::new(State::default());
        let account = Account(Arc::new(Shared { setup, hosts, desk: desk.clone(), outbox: outbox.clone(), state }));
        let mut tasks = JoinSet::new();
        desk.serve(&mut tasks, "api", api, api::routes(account.clone()));
        desk.serve(&mut tasks, "upload", upload, upload_host::routes(account.clone()));
        desk.serve(&mut tasks, "stream", stream, stream_host::routes(account.clone()));
        desk.serve(&mut tasks, "image", image, image_host::routes(account.clone()));
        Desk::default().serve(&mut tasks, "admin", admin, admin::routes(account.clone()));
        tasks.spawn(outbox.work());
        tasks.spawn(process::keep_up(account.clone()));
        Ok(Self { account, _tasks: tasks })
    }
}

impl std::ops::Deref for Mux {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.account
    }
}

impl Account {
    /// Where its hosts are.
    pub fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// Clock, faults and the log of requests.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Webhooks.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// How it is set up.
    pub fn setup(&self) -> &Setup {
        &self.0.setup
    }

    /// What plays.
    pub fn film(&self) -> &Film {
        &self.0.setup.film
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends webhooks to this URL, too. Gives their secret.
    pub fn add_webhook(&self, url: &str) -> String {
        let secret = secret::random(32);
        let (id, url) = (secret::uuid(), url.to_owned());
        self.outbox().add(Endpoint { id, url, secret: secret.clone(), enabled: true });
        secret
    }

    /// What becomes of the next uploads that come whole, instead of an asset that is ready.
    pub fn next_outcome(&self, outcome: Outcome) {
        self.state().outcomes.push_back(outcome);
    }

    /// A signing key of this id.
    ///
    /// # Errors
    /// The PEM is no RSA key.
    pub fn add_signing_key(&self, id: &str, private_pem: &str) -> Result<()> {
        let public = PrivateKey::from_pem(private_pem)?.public();
        self.keep_signing_key(id, public);
        Ok(())
    }

    pub(crate) fn keep_signing_key(&self, id: &str, public: PublicKey) {
        let created = self.desk().clock.seconds();
        self.state().keys.push(SigningKey { id: id.to_owned(), public, created });
    }

    /// An asset that is ready, with one playback id. Gives the asset's id.
    pub fn add_asset(&self, playback_id: &str, policy: &str) -> String {
        let now = self.desk().clock.now();
        let mut asset = Asset::new(secret::random(40), None, settings::Settings::default(), now);
        asset.status = "ready";
        asset.playback_ids = vec![PlaybackId { id: playback_id.to_owned(), policy: policy.to_owned() }];
        let id = asset.id.clone();
        self.state().assets.push(asset);
        id
    }

    /// What came of an upload: its length, and its SHA-256 in hexadecimal digits.
    ///
    /// # Errors
    /// There is no such upload.
    pub fn received(&self, upload: &str) -> Result<(usize, String)> {
        let state = self.state();
        let upload = state.upload(upload).context("there is no such upload")?;
        Ok((upload.bytes.len(), secret::sha256(&upload.bytes)))
    }
}
