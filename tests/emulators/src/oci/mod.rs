//! Oracle OCI: Media Flow, Media Streams, Object Storage, instance metadata, federation, Notifications.
//!
//! - [`sign`]: who may: the signatures of requests.
//! - [`principal`]: keys and tokens that requests are signed with.
//! - [`answer`]: how services answer and refuse.
//! - [`store`]: resources of the media services, in JSON.
//! - [`media`]: workflows, jobs, assets, channels.
//! - [`streams`]: a channel's own domain: session tokens and playlists.
//! - [`storage`]: buckets, objects, parts, pre-authenticated requests.
//! - [`metadata`], [`federation`]: what an instance signs with.
//! - [`ons`]: Notifications: subscriptions, confirmation, events.
//! - [`admin`]: the same for tests that are not in Rust.

pub mod admin;
pub mod answer;
pub mod federation;
pub mod media;
pub mod metadata;
pub mod ons;
pub mod principal;
pub mod sign;
pub mod storage;
pub mod store;
pub mod streams;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::task::JoinSet;

use self::{
    media::{Outcome, jobs},
    principal::{Instance, Principals},
    storage::Storage,
    store::Store,
    streams::Tokens,
};
use crate::{
    desk::{self, Desk},
    film::Film,
    outbox::Outbox,
    picture::{self, Frame},
    rsa::PrivateKey,
    secret,
};

/// How a tenancy is set up.
#[derive(Clone)]
pub struct Setup {
    /// The tenancy.
    pub tenancy: String,
    /// Who has the API key.
    pub user: String,
    /// The namespace of Object Storage.
    pub namespace: String,
    /// Buckets that are there.
    pub buckets: Vec<String>,
    /// The API key, as PEM. None: a new one.
    pub key: Option<String>,
    /// From a job's creation to its end state.
    pub processing: Duration,
    /// How long a token of an instance lasts.
    pub token_life: Duration,
    /// What plays.
    pub film: Arc<Film>,
}

impl Setup {
    /// The namespace `ns` with the buckets `in` and `out`, a new key, and jobs that are done at once.
    pub fn new(film: Arc<Film>) -> Self {
        Self {
            tenancy: "ocid1.tenancy.oc1..t".into(),
            user: "ocid1.user.oc1..u".into(),
            namespace: "ns".into(),
            buckets: vec!["in".into(), "out".into()],
            key: None,
            processing: Duration::ZERO,
            token_life: Duration::from_secs(1200),
            film,
        }
    }
}

/// Where its hosts are: `http://127.0.0.1:12345`.
#[derive(Clone, Debug, Serialize)]
pub struct Hosts {
    /// Instead of `https://mediaservices.REGION.oci.oraclecloud.com`.
    pub media: String,
    /// Instead of a channel's own domain.
    pub streams: String,
    /// Instead of `https://objectstorage.REGION.oraclecloud.com`.
    pub storage: String,
    /// Instead of `http://169.254.169.254`.
    pub metadata: String,
    /// Instead of `https://auth.REGION.oraclecloud.com`.
    pub auth: String,
    /// Instead of `https://notification.REGION.oraclecloud.com`.
    pub ons: String,
    /// Ours.
    pub admin: String,
}

/// A tenancy that runs until it is dropped.
pub struct Oci {
    tenancy: Tenancy,
    _tasks: JoinSet<()>,
}

/// What the hosts share. A clone is the same tenancy.
#[derive(Clone)]
pub struct Tenancy(Arc<Shared>);

struct Shared {
    setup: Setup,
    hosts: Hosts,
    desk: Desk,
    outbox: Outbox,
    key: PrivateKey,
    instance: Instance,
    poster: Vec<u8>,
    state: Mutex<State>,
}

/// What changes.
#[derive(Default)]
pub struct State {
    /// Who may.
    pub principals: Principals,
    /// Resources of the media services.
    pub store: Store,
    /// What becomes of the next jobs.
    pub outcomes: std::collections::VecDeque<Outcome>,
    /// Jobs that are not at their end.
    pub schedule: Vec<jobs::Scheduled>,
    /// Objects.
    pub storage: Storage,
    /// Tokens of channels.
    pub tokens: Tokens,
    /// Subscriptions of Notifications.
    pub subscriptions: Vec<ons::Subscription>,
}

impl Oci {
    /// Starts one on loopback.
    ///
    /// # Errors
    /// There are no ports, no key can be made, or the film has no picture.
    pub async fn start(setup: Setup) -> Result<Self> {
        let (media, media_url) = desk::port().await?;
        let (streams, streams_url) = desk::port().await?;
        let (storage, storage_url) = desk::port().await?;
        let (metadata, metadata_url) = desk::port().await?;
        let (auth, auth_url) = desk::port().await?;
        let (ons, ons_url) = desk::port().await?;
        let (admin, admin_url) = desk::port().await?;
        let hosts = Hosts {
            media: media_url,
            streams: streams_url,
            storage: storage_url,
            metadata: metadata_url,
            auth: auth_url,
            ons: ons_url,
            admin: admin_url,
        };
        let desk = Desk::default();
        let outbox = Outbox::new(desk.clock.clone(), ons::manner());
        let key = match &setup.key {
            Some(pem) => PrivateKey::from_pem(pem)?,
            None => PrivateKey::generate()?,
        };
        let mut state = State::default();
        state.principals.add_key(principal::key_id(&setup.tenancy, &setup.user, &key)?, key.public());
        state.storage = Storage::new(&setup.buckets);
        let instance = Instance::new(&setup.tenancy)?;
        let poster = picture::frame(&setup.film, Frame { width: Some(390), ..Frame::default() }, "jpg").await?;
        let state = Mutex::new(state);
        let shared = Shared { setup, hosts, desk: desk.clone(), outbox: outbox.clone(), key, instance, poster, state };
        let tenancy = Tenancy(Arc::new(shared));
        let mut tasks = JoinSet::new();
        desk.serve(&mut tasks, "media", media, media::routes(tenancy.clone()));
        desk.serve(&mut tasks, "streams", streams, streams::routes(tenancy.clone()));
        desk.serve(&mut tasks, "storage", storage, storage::routes(tenancy.clone()));
        desk.serve(&mut tasks, "metadata", metadata, metadata::routes(tenancy.clone()));
        desk.serve(&mut tasks, "auth", auth, federation::routes(tenancy.clone()));
        desk.serve(&mut tasks, "ons", ons, ons::routes(tenancy.clone()));
        Desk::default().serve(&mut tasks, "admin", admin, admin::routes(tenancy.clone()));
        tasks.spawn(outbox.work());
        tasks.spawn(jobs::keep_up(tenancy.clone()));
        Ok(Self { tenancy, _tasks: tasks })
    }
}

impl std::ops::Deref for Oci {
    type Target = Tenancy;

    fn deref(&self) -> &Tenancy {
        &self.tenancy
    }
}

impl Tenancy {
    /// Where its hosts are.
    pub fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// Clock, faults and the log of requests.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Notifications.
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

    /// What an instance of it is.
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    pub(crate) fn poster(&self) -> &[u8] {
        &self.0.poster
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The API key as PEM, for a key file.
    ///
    /// # Errors
    /// It can't be written.
    pub fn key_pem(&self) -> Result<String> {
        self.0.key.pkcs1_pem()
    }

    /// The API key's fingerprint.
    ///
    /// # Errors
    /// The key can't be written.
    pub fn fingerprint(&self) -> Result<String> {
        principal::fingerprint(&self.0.key)
    }

    /// What becomes of the next job, instead of its success.
    pub fn next_outcome(&self, outcome: Outcome) {
        self.state().outcomes.push_back(outcome);
    }

    /// An object's length, and its SHA-256 in hexadecimal digits.
    ///
    /// # Errors
    /// There is no such object.
    pub fn received(&self, bucket: &str, object: &str) -> Result<(usize, String)> {
        let state = self.state();
        let object = state.storage.object(bucket, object).context("there is no such object")?;
        Ok((object.bytes.len(), secret::sha256(&object.bytes)))
    }
}
