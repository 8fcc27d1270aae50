//! What the routes and the worker share.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio_util::sync::CancellationToken;

use crate::{
    access::{KeyError, Keys, Passes, secret},
    clock::Clock,
    config::{Config, Policy, ProviderKind, TicketsConfig},
    db::{Db, Videos},
    hub::Hub,
    providers::{
        Provider, Registry,
        http::{Http, setup::setup},
        local::Local,
        oci::{self, Oci},
    },
    secrets::Secrets,
    store::Store,
};

/// Everything a process is made of. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Config,
    clock: Clock,
    keys: Keys,
    passes: Passes,
    db: Db,
    hub: Hub,
    videos: Videos,
    store: Store,
    originals: Originals,
    local: Arc<Local>,
    providers: Registry,
    shutdown: CancellationToken,
}

/// Why a process can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory can't be made or written.
    #[error("{}: {source}. Give another folder with --data-dir, or make this one writable.", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The database can't be opened.
    #[error("{}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: sqlx::Error,
    },
    /// A key for tickets can't be used.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The store can't be opened.
    #[error("store: {0}")]
    Store(#[from] object_store::Error),
    /// A provider can't be made of what the configuration says of it.
    #[error("provider \"{name}\":\n  {}", problems.join("\n  "))]
    Provider {
        /// Its name.
        name: String,
        /// What is wrong. `reelway doctor` says so too.
        problems: Vec<String>,
    },
}

impl App {
    /// Opens the data directory, creating what is missing. Whoever holds a valid configuration may call it.
    ///
    /// # Errors
    /// Where the folder, the database or the store can't be opened.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        // A worker asks nobody for tickets, and need not hold the keys.
        let tickets = if config.role.serves() { config.tickets.clone() } else { TicketsConfig::default() };
        let keys = Keys::open(&tickets, |name| std::env::var(name).ok())?;
        Self::open_with(config, clock, keys, &Secrets::default()).await
    }

    /// The same, with keys and secrets that do not come from the environment: tests have their own.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_with(
        mut config: Config,
        clock: Clock,
        keys: Keys,
        secrets: &Secrets,
    ) -> Result<Self, StartError> {
        // ffmpeg and ffprobe run in folders of their own, from where a relative path leads elsewhere.
        let failed = |source| StartError::DataDir { path: config.data_dir.clone(), source };
        config.data_dir = std::path::absolute(&config.data_dir).map_err(failed)?;
        let originals = Originals { folder: config.data_dir.join("originals") };
        for path in [&config.data_dir, &originals.folder, &config.data_dir.join("uploads")] {
            let failed = |source| StartError::DataDir { path: path.clone(), source };
            tokio::fs::create_dir_all(path).await.map_err(failed)?;
        }
        let path = config.database();
        let db = Db::open(&path).await.map_err(|source| StartError::Database { path: path.clone(), source })?;
        let secret = secret::of(&db, "passes").await.map_err(|source| StartError::Database { path, source })?;
        let passes = Passes::new(secret);
        let hub = Hub::default();
        let videos = Videos::new(db.clone(), hub.clone(), clock.clone());
        let store = Store::open(&config)?;
        let shutdown = CancellationToken::new();
        let local = Local::new(
            &config,
            clock.clone(),
            db.clone(),
            videos.clone(),
            store.clone(),
            originals.clone(),
            shutdown.clone(),
        );
        let local = Arc::new(match config.playback.policy(config.auth) {
            Policy::Public => local,
            Policy::Signed => local.signing(passes.clone(), config.playback.ttl * 1000),
        });
        let mut providers: BTreeMap<String, Arc<dyn Provider>> = BTreeMap::new();
        for (name, provider) in &config.providers {
            let made: Arc<dyn Provider> = match provider.kind {
                ProviderKind::Local => local.clone(),
                ProviderKind::Http => {
                    let failed = |problems| StartError::Provider { name: name.clone(), problems };
                    let setup = setup(name, provider, config.file.as_deref(), secrets).map_err(failed)?;
                    for warning in &setup.warnings {
                        tracing::warn!(provider = name, warning);
                    }
                    let limits = config.limits.clone();
                    let passes = (passes.clone(), config.playback.ttl * 1000);
                    let http = Http::new(name, setup, limits, passes, clock.clone(), db.clone(), videos.clone());
                    Arc::new(http.map_err(|problem| failed(vec![problem]))?)
                }
                ProviderKind::Oci => {
                    let failed = |problems| StartError::Provider { name: name.clone(), problems };
                    let setup = oci::setup::setup(provider, secrets).map_err(failed)?;
                    for warning in &setup.warnings {
                        tracing::warn!(provider = name, warning);
                    }
                    let (limits, clock) = (config.limits.clone(), clock.clone());
                    let (db, videos) = (db.clone(), videos.clone());
                    let oci = Oci::new(name, setup, limits, clock, db, videos, store.clone(), local.clone());
                    Arc::new(oci.map_err(|problem| failed(vec![problem]))?)
                }
            };
            providers.insert(name.clone(), made);
        }
        let providers = Registry::new(providers, config.provider.clone());
        Ok(Self(Arc::new(Parts {
            config,
            clock,
            keys,
            passes,
            db,
            hub,
            videos,
            store,
            originals,
            local,
            providers,
            shutdown,
        })))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The time of day.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Whose tickets count.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// Tokens for URLs.
    pub fn passes(&self) -> &Passes {
        &self.0.passes
    }

    /// The database, for tables of one's own. Videos change through [`App::videos`] only.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Who watches which video.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// The videos.
    pub fn videos(&self) -> &Videos {
        &self.0.videos
    }

    /// Published media.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The files that were uploaded here.
    pub fn originals(&self) -> &Originals {
        &self.0.originals
    }

    /// The providers by name.
    pub fn providers(&self) -> &Registry {
        &self.0.providers
    }

    /// The local provider, whose upload URLs are routes of this server.
    pub fn local(&self) -> &Arc<Local> {
        &self.0.local
    }

    /// Cancelled when the process is to stop.
    pub fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }
}

/// The uploaded files, as they came.
#[derive(Clone, Debug)]
pub struct Originals {
    folder: PathBuf,
}

impl Originals {
    /// The folder of one video. What else is made from the original may lie beside it while it is worked on.
    pub fn folder(&self, video_id: &str) -> PathBuf {
        self.folder.join(video_id)
    }

    /// The uploaded file.
    pub fn path(&self, video_id: &str) -> PathBuf {
        self.folder(video_id).join("source")
    }

    /// The folder of all.
    pub fn root(&self) -> &Path {
        &self.folder
    }

    /// Removes the video's folder. None there is no error.
    ///
    /// # Errors
    /// The disk's.
    pub async fn remove(&self, video_id: &str) -> std::io::Result<()> {
        match tokio::fs::remove_dir_all(self.folder(video_id)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
