//! Published media: a folder in the data directory, or a bucket of an S3-compatible service.
//!
//! A key is `{video id}/{path}`. A file appears under its key whole or not at all.

use std::{
    io,
    path::{Path as FsPath, PathBuf},
    sync::Arc,
};

use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    GetOptions, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};

use crate::config::{Config, StoreConfig, StoreKind};

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    folder: Option<Folder>,
}

/// The store's way to its files where they are this machine's.
#[derive(Clone, Debug)]
struct Folder {
    files: Arc<LocalFileSystem>,
    root: PathBuf,
}

impl Store {
    /// The store that the configuration names. A folder is created where there is none.
    ///
    /// # Errors
    /// Where the folder can't be created, or the environment lacks the credentials.
    pub fn open(config: &Config) -> Result<Self, object_store::Error> {
        match config.store.kind {
            StoreKind::Folder => {
                let root = config.data_dir.join("media");
                std::fs::create_dir_all(&root).map_err(generic)?;
                let files = Arc::new(LocalFileSystem::new_with_prefix(&root)?.with_automatic_cleanup(true));
                Ok(Self { objects: files.clone(), folder: Some(Folder { files, root }) })
            }
            StoreKind::S3 => Ok(Self { objects: open_s3(&config.store)?, folder: None }),
        }
    }

    /// Moves a finished local file to its key. Readers see what was there before until the new file is whole.
    ///
    /// The local file is gone afterwards. Memory stays constant whatever its size.
    ///
    /// # Errors
    /// Where the file can't be read, the key is none, or the store has no room.
    pub async fn publish(&self, file: &FsPath, key: &str) -> Result<(), object_store::Error> {
        let path = location(key)?;
        if let Some(folder) = &self.folder {
            let target = folder.files.path_to_filesystem(&path)?;
            if let Some(parent) = target.parent() {
                tokio::fs::create_dir_all(parent).await.map_err(generic)?;
            }
            match tokio::fs::rename(file, &target).await {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
                Err(error) => return Err(generic(error)),
            }
        }
        let source = tokio::fs::File::open(file).await.map_err(generic)?;
        let mut source = tokio::io::BufReader::with_capacity(256 << 10, source);
        let mut writer = BufWriter::new(self.objects.clone(), path);
        if let Err(error) = tokio::io::copy_buf(&mut source, &mut writer).await {
            writer.abort().await?;
            return Err(generic(error));
        }
        tokio::io::AsyncWriteExt::shutdown(&mut writer).await.map_err(generic)?;
        tokio::fs::remove_file(file).await.map_err(generic)
    }

    /// Publishes bytes that are small (a playlist, say) under a key.
    ///
    /// # Errors
    /// Where the key is none, or the store has no room.
    pub async fn publish_bytes(&self, bytes: impl Into<bytes::Bytes>, key: &str) -> Result<(), object_store::Error> {
        self.objects.put(&location(key)?, bytes.into().into()).await.map(drop)
    }

    /// Size and entity tag of a file.
    ///
    /// # Errors
    /// [`object_store::Error::NotFound`], also for a key that can't be one.
    pub async fn head(&self, key: &str) -> Result<ObjectMeta, object_store::Error> {
        self.objects.head(&location(key)?).await
    }

    /// A file, or a part of it, as a stream.
    ///
    /// # Errors
    /// [`object_store::Error::NotFound`], also for a key that can't be one.
    pub async fn get(&self, key: &str, options: GetOptions) -> Result<GetResult, object_store::Error> {
        self.objects.get_opts(&location(key)?, options).await
    }

    /// Removes all files of a video. None there is no error.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_video(&self, video_id: &str) -> Result<(), object_store::Error> {
        self.remove_under(video_id).await
    }

    /// Removes one file. None there is no error.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove(&self, key: &str) -> Result<(), object_store::Error> {
        match self.objects.delete(&location(key)?).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }

    /// Removes all files whose keys go on after this one and a slash. None there is no error.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove_under(&self, key: &str) -> Result<(), object_store::Error> {
        let listed = self.objects.list(Some(&Path::parse(key)?)).map_ok(|meta| meta.location).boxed();
        self.objects.delete_stream(listed).try_for_each(|_| async { Ok(()) }).await
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn check(&self) -> Result<(), object_store::Error> {
        if let Some(folder) = &self.folder {
            return tokio::fs::read_dir(&folder.root).await.map(drop).map_err(generic);
        }
        match self.head("readiness").await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The key as the store wants it, if it is one: written in the one way that it can be.
fn location(key: &str) -> Result<Path, object_store::Error> {
    let path = Path::parse(key)?;
    if path.as_ref() != key || key.contains('\0') {
        let source = io::Error::other("no key").into();
        return Err(object_store::Error::NotFound { path: path.into(), source });
    }
    Ok(path)
}

fn open_s3(config: &StoreConfig) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let secret = |name: &Option<String>, default: &str| {
        let name = name.as_deref().unwrap_or(default);
        std::env::var(name).map_err(|_| {
            generic(io::Error::other(format!("the environment variable {name} is needed for store.kind = \"s3\"")))
        })
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(config.bucket.clone().unwrap_or_default())
        .with_region(config.region.as_deref().unwrap_or("us-east-1"))
        .with_access_key_id(secret(&config.access_key_env, "AWS_ACCESS_KEY_ID")?)
        .with_secret_access_key(secret(&config.secret_key_env, "AWS_SECRET_ACCESS_KEY")?);
    if let Some(endpoint) = &config.endpoint {
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|host| {
            endpoint.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
        builder = builder.with_endpoint(endpoint).with_allow_http(loopback);
    }
    let bucket = builder.build()?;
    Ok(match &config.prefix {
        Some(prefix) => Arc::new(PrefixStore::new(bucket, Path::parse(prefix)?)),
        None => Arc::new(bucket),
    })
}

fn generic(error: io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "media", source: Box::new(error) }
}
