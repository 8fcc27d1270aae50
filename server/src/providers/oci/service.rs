//! The provider: uploads, and what is done for a video by name.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use reelway_api::{ErrorCode, Playback, Protocol, UploadTarget, VideoStatus};

use super::{
    client::{Client, Fault, storage::Bucket},
    names,
    provision::{Plant, Provision},
    settings::Settings,
    setup::{Setup, client},
    tokens::Tokens,
};
use crate::{
    clock::Clock,
    config::{Limits, ProviderKind},
    db::{Applied, Change, Db, Remote, RemoteRow, VideoRow, Videos},
    error::AppError,
    providers::{
        Answer, OpenedUpload, Picture, Provider, UploadRequest, http::client::seconds, local::Local, webhook::Verifier,
    },
    store::Store,
};

/// What is known of a video at Oracle, by these names in [`RemoteRow::fields`].
pub(super) mod field {
    /// The object that the file is uploaded as.
    pub const OBJECT: &str = "object";
    /// The pre-authenticated request that the browser writes by.
    pub const REQUEST: &str = "request";
    /// The job that makes the renditions.
    pub const JOB: &str = "job";
    /// The job that puts them onto the channel.
    pub const INGEST: &str = "ingest";
    /// The channel that plays it, its host, and how it is packaged.
    pub const CHANNEL: &str = "channel";
    pub const DOMAIN: &str = "domain";
    pub const PACKAGING: &str = "packaging";
    /// Something is made beside it and not over: captions.
    pub const MORE: &str = "more";
}

/// Oracle's limit on the parts of an upload.
const MOST_PARTS: u64 = 10_000;
/// What part sizes are multiples of.
const MEBIBYTE: u64 = 1 << 20;

/// Oracle Cloud Infrastructure.
#[derive(Debug)]
pub struct Oci {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) provision: Provision,
    pub(super) tokens: Tokens,
    verifier: Option<Verifier>,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) db: Db,
    pub(super) videos: Videos,
    pub(super) remote: Remote,
    pub(super) store: Store,
    /// Whose addresses the files in the store have.
    pub(super) local: Arc<Local>,
}

impl Oci {
    /// The provider of this name.
    ///
    /// # Errors
    /// The TLS library's.
    #[expect(clippy::too_many_arguments, reason = "these are the parts of an App, which is made after its providers")]
    pub fn new(
        name: &str,
        setup: Setup,
        limits: Limits,
        clock: Clock,
        db: Db,
        videos: Videos,
        store: Store,
        local: Arc<Local>,
    ) -> Result<Self, String> {
        Ok(Self {
            name: name.to_owned(),
            client: client(&setup.settings, setup.principal, clock.clone())?,
            settings: setup.settings,
            provision: Provision::default(),
            tokens: Tokens::default(),
            verifier: setup.verifier,
            limits,
            clock,
            remote: Remote::new(db.clone()),
            db,
            videos,
            store,
            local,
        })
    }

    pub(super) async fn plant(&self) -> Result<Plant, Fault> {
        self.provision.get(&self.client, &self.settings).await
    }

    pub(super) fn input<'a>(&'a self, plant: &'a Plant) -> Bucket<'a> {
        Bucket { namespace: &plant.namespace, name: &self.settings.bucket }
    }

    pub(super) fn output<'a>(&'a self, plant: &'a Plant) -> Bucket<'a> {
        Bucket { namespace: &plant.namespace, name: self.settings.output_bucket() }
    }

    /// Opens a new upload for the video, whatever there was before.
    async fn open(&self, video: &VideoRow) -> Result<OpenedUpload, AppError> {
        let deadline = self.clock.now().saturating_add(self.settings.upload.lifetime.saturating_mul(1000));
        let turn = uuid::Uuid::new_v4().simple().to_string();
        let object = names::upload(&self.settings.prefix, &video.id, &turn, video.content_type.as_deref());
        // Before it is asked for: should this process die now, the video still expires, and what was made is found.
        let mut row =
            RemoteRow { video_id: video.id.clone(), deadline, poll_at: Some(deadline), ..RemoteRow::default() };
        row.fields.insert(field::OBJECT.to_owned(), object.clone());
        self.remote.put(&row).await?;
        let opened = async {
            let plant = self.plant().await?;
            let bucket = self.input(&plant);
            self.client.open_upload(bucket, &video.id, &object, &names::rfc3339(deadline)).await
        };
        let opened = opened.await.map_err(|fault| self.refuse("open an upload", fault))?;
        row.fields.insert(field::REQUEST.to_owned(), opened.id.clone());
        row.poll_at = Some(self.clock.now() + self.pause(VideoStatus::AwaitingUpload, 0));
        self.remote.put(&row).await?;
        let change = Change::Provider { upload_id: Some(object.clone()), external_id: None };
        if self.videos.apply(&video.id, change).await? == Applied::Gone {
            self.end(&row).await.unwrap_or_else(|fault| self.note("end an upload", &fault));
            return Err(AppError::no_such_video());
        }
        let target = self.target(self.client.upload_url(&opened), deadline, video.size);
        Ok(OpenedUpload { target, upload_id: Some(object) })
    }

    fn target(&self, url: String, expires_at: u64, size: Option<u64>) -> UploadTarget {
        let upload = &self.settings.upload;
        // The largest file there may be still fits into Oracle's number of parts.
        let least = size.unwrap_or(self.limits.max_file_size).div_ceil(MOST_PARTS).next_multiple_of(MEBIBYTE);
        let min_chunk = upload.min_chunk.max(least);
        UploadTarget {
            min_chunk,
            max_chunk: upload.max_chunk.max(min_chunk),
            parallel: upload.parallel,
            expires_at: Some(expires_at),
            ..UploadTarget::new(Protocol::OciMultipart, url)
        }
    }

    async fn renew(&self, video: &VideoRow) -> Result<OpenedUpload, AppError> {
        let Some(before) = self.remote.get(&video.id).await? else { return self.open(video).await };
        if let Some(object) = before.fields.get(field::OBJECT) {
            let head = async { self.client.head(self.input(&self.plant().await?), object).await };
            if head.await.map_err(|fault| self.refuse("look for an upload", fault))?.is_some() {
                // It has arrived; polling takes it from here.
                self.remote.schedule(&RemoteRow { poll_at: Some(self.clock.now()), ..before }).await?;
                let message = "The upload is over: there is nothing to send any more.";
                return Err(AppError::new(ErrorCode::Conflict, message));
            }
        }
        let opened = self.open(video).await?;
        self.end(&before).await.unwrap_or_else(|fault| self.note("end an upload", &fault));
        Ok(opened)
    }

    /// Ends an upload: its URL works no more, its parts go, and its object too.
    pub(super) async fn end(&self, row: &RemoteRow) -> Result<(), Fault> {
        let plant = self.plant().await?;
        let bucket = self.input(&plant);
        if let Some(request) = row.fields.get(field::REQUEST) {
            self.client.revoke_upload(bucket, request).await?;
        }
        if let Some(object) = row.fields.get(field::OBJECT) {
            for upload in self.client.open_parts(bucket, object).await? {
                self.client.abort(bucket, object, &upload.upload_id).await?;
            }
            self.client.delete_object(bucket, object).await?;
        }
        Ok(())
    }

    /// Removes all that there is of a video.
    pub(super) async fn remove(&self, video: &VideoRow, row: &RemoteRow) -> Result<(), Fault> {
        for job in [field::JOB, field::INGEST].iter().filter_map(|name| row.fields.get(*name)) {
            self.client.cancel_job(job).await?;
        }
        if let Some(asset) = &video.external_id {
            if let Some(channel) = row.fields.get(field::CHANNEL) {
                self.client.detach(asset, channel).await?;
            }
            self.client.delete_asset(asset).await?;
        }
        self.end(row).await?;
        let plant = self.plant().await?;
        let (input, output) = (self.input(&plant), self.output(&plant));
        let (uploads, made) =
            (names::uploads(&self.settings.prefix, &video.id), names::output(&self.settings.prefix, &video.id));
        for (bucket, folder) in [(input, uploads), (output, made)] {
            for object in self.client.list(bucket, &folder).await? {
                self.client.delete_object(bucket, &object.name).await?;
            }
        }
        Ok(())
    }

    /// Takes over an asset that is at Media Services already: it is put onto the channel.
    async fn adopt(&self, video: &VideoRow, asset: &str) -> Result<VideoRow, AppError> {
        let found = match self.client.asset(asset).await {
            Ok(found) if found.is_there() => found,
            Ok(_) | Err(Fault::Gone(_) | Fault::Refused(_)) => {
                let message =
                    "Oracle knows of no asset with this id. It is the OCID of a master playlist's media asset.";
                return Err(AppError::new(ErrorCode::NotFound, message));
            }
            Err(fault) => return Err(self.refuse("look for an asset", fault)),
        };
        let now = self.clock.now();
        let deadline = now.saturating_add(self.settings.limits.processing.saturating_mul(1000));
        let row = RemoteRow { video_id: video.id.clone(), deadline, poll_at: Some(now), ..RemoteRow::default() };
        let known = Change::Provider { upload_id: None, external_id: Some(found.id) };
        let mut changes = vec![known, Change::Processing { percent: None }];
        if let (Some(name), Some(object)) = (&found.bucket_name, &found.object_name) {
            let plant = self.plant().await.map_err(|fault| self.refuse("look for an asset", fault))?;
            changes.extend(self.facts(Bucket { namespace: &plant.namespace, name }, object).await);
        }
        let after = self.record(video, changes, row).await?;
        after.ok_or_else(AppError::no_such_video)
    }

    pub(super) fn note(&self, action: &str, fault: &Fault) {
        tracing::warn!(provider = self.name, action, %fault, "Oracle did not do what it was asked for");
    }

    /// What a caller is told of a fault. The log is told more.
    pub(super) fn refuse(&self, action: &str, fault: Fault) -> AppError {
        let label = &self.settings.label;
        self.note(action, &fault);
        match fault {
            Fault::Busy(span) => {
                let message = format!("{label} takes no more requests for the moment. Try again in a while.");
                let error = AppError::new(ErrorCode::TooManyRequests, message);
                error.header(header::RETRY_AFTER, HeaderValue::from(seconds(span)))
            }
            fault if fault.may_pass() => {
                let message = format!("{label} does not answer as it should. Try again in a while.");
                AppError::new(ErrorCode::Unavailable, message)
            }
            _ => AppError::new(
                ErrorCode::Unavailable,
                format!("{label} refuses what this server asks for. Tell whoever runs this site: the log says why."),
            ),
        }
    }
}

impl Provider for Oci {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Oci
    }

    fn label(&self) -> Option<&str> {
        Some(&self.settings.label)
    }

    fn accept(&self, size: Option<u64>) -> Result<(), AppError> {
        let limit = self.limits.max_file_size.min(self.settings.upload.max_chunk.saturating_mul(MOST_PARTS));
        match size {
            Some(0) => Err(AppError::new(ErrorCode::EmptyFile, "The file has no bytes. Choose another one.")),
            Some(size) if size > limit => Err(AppError::too_large(size, limit)),
            _ => Ok(()),
        }
    }

    fn create_upload<'a>(&'a self, video: &'a VideoRow, _: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(self.open(video))
    }

    fn fresh_target<'a>(&'a self, video: &'a VideoRow, _: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(self.renew(video))
    }

    fn cancel<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            if !matches!(video.status, VideoStatus::AwaitingUpload | VideoStatus::Uploading) {
                return Ok(());
            }
            let Some(row) = self.remote.get(&video.id).await? else { return Ok(()) };
            self.end(&row).await.map_err(|fault| self.refuse("end an upload", fault))
        })
    }

    fn delete<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            let row = self.remote.get(&video.id).await?.unwrap_or_default();
            self.remove(video, &row).await.map_err(|fault| self.refuse("remove a video", fault))?;
            Ok(self.store.remove_video(&video.id).await?)
        })
    }

    fn playback<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, Option<Playback>> {
        Box::pin(self.play(video))
    }

    fn picture<'a>(&'a self, video: &'a VideoRow, picture: &'a Picture) -> Answer<'a, Option<String>> {
        // The poster, in the one size that there is.
        let poster = video.poster.as_ref().filter(|_| !picture.moving && picture.time.is_none());
        let url = poster.map(|path| self.local.media_address(video, path).0);
        Box::pin(async { Ok(url) })
    }

    fn poster_chosen<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            if video.status == VideoStatus::Ready {
                self.publish_poster(video).await;
            }
            Ok(())
        })
    }

    fn import<'a>(&'a self, video: &'a VideoRow, external_id: &'a str) -> Answer<'a, VideoRow> {
        Box::pin(self.adopt(video, external_id))
    }

    fn poll<'a>(&'a self, video: &'a VideoRow, remote: &'a RemoteRow) -> Answer<'a, ()> {
        Box::pin(self.advance(video, remote))
    }

    fn verifier(&self) -> Option<(&Verifier, usize)> {
        Some((self.verifier.as_ref()?, super::ons::MAX_BODY))
    }

    fn told<'a>(&'a self, event: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(self.hear(event))
    }
}
