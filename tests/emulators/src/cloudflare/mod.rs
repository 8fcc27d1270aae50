//! Cloudflare Stream: API, upload host, the host of an account's videos, webhooks.
//!
//! - [`state`]: videos and keys.
//! - [`api`]: `api.cloudflare.com`, a file for each resource.
//! - [`upload_host`]: one-time URLs: tus, and a form.
//! - [`video_host`]: `customer-….cloudflarestream.com`: manifests and thumbnails.
//! - [`process`]: what time does to videos, and the webhook at its end.
//! - [`admin`]: the same for tests that are not in Rust.

pub mod admin;
pub mod api;
pub mod process;
pub mod state;
pub mod upload_host;
pub mod video_host;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::task::JoinSet;

use self::state::{Outcome, State, Video};
use crate::{
    desk::{self, Desk},
    film::Film,
    outbox::{Endpoint, Outbox},
    secret,
};

/// How an account is set up.
#[derive(Clone)]
pub struct Setup {
    /// The account's id.
    pub account: String,
    /// The bearer token of its API.
    pub token: String,
    /// From the last byte of an upload to the video's end state: the first half in the queue.
    pub processing: Duration,
    /// What plays.
    pub film: Arc<Film>,
}

impl Setup {
    /// The account `acc`, the token `token`, and videos that are ready at once.
    pub fn new(film: Arc<Film>) -> Self {
        Self { account: "acc".into(), token: "token".into(), processing: Duration::ZERO, film }
    }
}

/// Where its hosts are: `http://127.0.0.1:12345`.
#[derive(Clone, Debug, Serialize)]
pub struct Hosts {
    /// Instead of `https://api.cloudflare.com`.
    pub api: String,
    /// Instead of `https://upload.videodelivery.net`.
    pub upload: String,
    /// Instead of `https://customer-….cloudflarestream.com`.
    pub video: String,
    /// Ours.
    pub admin: String,
}

/// An account of Cloudflare that runs until it is dropped.
pub struct Cloudflare {
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

impl Cloudflare {
    /// Starts one on loopback.
    ///
    /// # Errors
    /// There are no ports.
    pub async fn start(setup: Setup) -> Result<Self> {
        let (api, api_url) = desk::port().await?;
        let (upload, upload_url) = desk::port().await?;
        let (video, video_url) = desk::port().await?;
        let (admin, admin_url) = desk::port().await?;
        let hosts = Hosts { api: api_url, upload: upload_url, video: video_url, admin: admin_url };
        let desk = Desk::default();
        let outbox = Outbox::new(desk.clock.clone(), process::manner());
        let state = Mutex::new(State::default());
        let account = Account(Arc::new(Shared { setup, hosts, desk: desk.clone(), outbox: outbox.clone(), state }));
        let mut tasks = JoinSet::new();
        desk.serve(&mut tasks, "api", api, api::routes(account.clone()));
        desk.serve(&mut tasks, "upload", upload, upload_host::routes(account.clone()));
        desk.serve(&mut tasks, "video", video, video_host::routes(account.clone()));
        Desk::default().serve(&mut tasks, "admin", admin, admin::routes(account.clone()));
        tasks.spawn(outbox.work());
        tasks.spawn(process::keep_up(account.clone()));
        Ok(Self { account, _tasks: tasks })
    }
}

impl std::ops::Deref for Cloudflare {
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

    /// Sends webhooks to this URL and no other: an account has one. Gives their secret.
    pub fn set_webhook(&self, url: &str) -> String {
        let secret = secret::random(32);
        for endpoint in self.outbox().endpoints() {
            self.outbox().remove(&endpoint.id);
        }
        let (id, url) = ("webhook".to_owned(), url.to_owned());
        self.outbox().add(Endpoint { id, url, secret: secret.clone(), enabled: true });
        secret
    }

    /// What becomes of the next uploads that come whole, instead of a video that is ready.
    pub fn next_outcome(&self, outcome: Outcome) {
        self.state().outcomes.push_back(outcome);
    }

    /// A video that is ready. Gives its id.
    pub fn add_video(&self, signed: bool) -> String {
        let mut video = Video::new(self.desk().clock.now());
        (video.state, video.signed) = ("ready", signed);
        let uid = video.uid.clone();
        self.state().videos.push(video);
        uid
    }

    /// What came of an upload: its length, and its SHA-256 in hexadecimal digits.
    ///
    /// # Errors
    /// There is no such video.
    pub fn received(&self, uid: &str) -> Result<(usize, String)> {
        let state = self.state();
        let video = state.video(uid).context("there is no such video")?;
        Ok((video.bytes.len(), secret::sha256(&video.bytes)))
    }
}
