//! The provider: a map at work.

mod provider;

use axum::http::{HeaderValue, header};
use chrono::{DateTime, SecondsFormat};
use reelway_api::{ErrorCode, UploadTarget, VideoStatus};
use reqwest::Url;
use serde_json::Value;

use super::{
    absorb::{Times, absorb_in, pause_before_poll},
    check::safe_url,
    client::{Answer as ClientAnswer, Client, Fault, seconds},
    links::{LinkError, Links},
    map::{Action, Map, Policy, Status},
    report::{Report, Told, read},
    request::build,
    setup::Setup,
    signing::Signer,
    template::Scope,
};
use crate::{
    access::Passes,
    clock::Clock,
    config::Limits,
    db::{Applied, Change, Db, Remote, RemoteRow, VideoRow, Videos},
    error::AppError,
    providers::{OpenedUpload, UploadRequest, webhook::Verifier},
};

/// A service that a map describes.
#[derive(Debug)]
pub struct Http {
    pub(super) name: String,
    pub(super) map: Map,
    client: Client,
    signer: Option<Signer>,
    verifier: Option<Verifier>,
    limits: Limits,
    /// For addresses of this server that are signed, and for how many milliseconds they work.
    passes: (Passes, u64),
    pub(super) clock: Clock,
    pub(super) db: Db,
    pub(super) videos: Videos,
    pub(super) remote: Remote,
}

impl Http {
    /// The provider of this name.
    ///
    /// # Errors
    /// Where no client can be made: with what to do.
    pub fn new(
        name: &str,
        setup: Setup,
        limits: Limits,
        passes: (Passes, u64),
        clock: Clock,
        db: Db,
        videos: Videos,
    ) -> Result<Self, String> {
        Ok(Self {
            name: name.to_owned(),
            client: Client::new(&setup.map, clock.clone(), &setup.credentials)?,
            map: setup.map,
            signer: setup.signer,
            verifier: setup.verifier,
            limits,
            passes,
            clock,
            remote: Remote::new(db.clone()),
            db,
            videos,
        })
    }

    /// The values of a video for requests.
    fn scope(&self, video: &VideoRow) -> Scope {
        let policy = self.map.playback.policy;
        let mut scope = self.own_values();
        let mut set = |name: &str, value: Option<Value>| {
            scope.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("video_id", Some(video.id.clone().into()));
        set("title", Some(video.title.clone().into()));
        set("size", video.size.map(Into::into));
        set("content_type", video.content_type.clone().map(Into::into));
        set("policy", Some(policy.as_str().into()));
        set("signed", (policy == Policy::Signed).then(|| "".into()));
        set("upload_lifetime", Some(self.map.upload.lifetime.into()));
        set("upload_id", video.upload_id.clone().map(Into::into));
        set("asset_id", video.external_id.clone().map(Into::into));
        scope
    }

    /// Hosts and vars.
    fn own_values(&self) -> Scope {
        let hosts = self.map.hosts.iter().map(|(name, host)| (name.clone(), Value::from(host.clone())));
        hosts.chain(self.map.vars.clone()).collect()
    }

    /// Does an action for a video, and reads what the answer says.
    pub(super) async fn ask(&self, name: &str, action: &Action, scope: &Scope) -> Result<Report, Fault> {
        let request = build(&self.map, action, scope).map_err(|error| {
            tracing::error!(provider = self.name, action = name, %error, "a request could not be made");
            Fault::Refused { status: 0, why: error.to_string() }
        })?;
        let ClientAnswer { headers, body } = self.client.send(&self.map, name, action, &request).await?;
        let told = Told { body: &body, header: &headers };
        Ok(action.reads.as_ref().map(|reading| read(&self.map, reading, None, told)).unwrap_or_default())
    }

    pub(super) fn times(&self) -> Times {
        Times { now: self.clock.now(), processing: self.map.limits.processing.saturating_mul(1000) }
    }

    /// Takes a report in. `None`: the video is gone.
    pub(super) async fn absorb(&self, video: &VideoRow, report: &Report) -> Result<Option<VideoRow>, AppError> {
        let mut tx = self.db.begin().await?;
        let after = absorb_in(&mut tx, &self.videos, video, report, self.times()).await?;
        tx.commit().await?;
        if let Some(after) = &after {
            self.videos.publish(after);
        }
        Ok(after)
    }

    /// Opens a new upload for the video, whatever there was before.
    async fn open(&self, video: &VideoRow, request: &UploadRequest) -> Result<OpenedUpload, AppError> {
        let now = self.clock.now();
        let deadline = now.saturating_add(self.map.upload.lifetime.saturating_mul(1000));
        // Before it is asked for: should this process die now, the video still expires.
        let row = RemoteRow { video_id: video.id.clone(), deadline, poll_at: Some(deadline), ..RemoteRow::default() };
        self.remote.put(&row).await?;
        let mut scope = self.scope(video);
        scope.insert("origin".to_owned(), request.origin.clone().unwrap_or_else(|| "*".to_owned()).into());
        scope.insert("max_duration".to_owned(), (self.limits.max_duration as u64).into());
        let expires = i64::try_from(deadline).ok().and_then(DateTime::from_timestamp_millis);
        let expires = expires.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        scope.extend(expires.map(|at| ("upload_expires".to_owned(), at.into())));
        let report = self.ask("create_upload", &self.map.actions.create_upload, &scope).await;
        let report = report.map_err(|fault| self.refuse("create_upload", fault))?;
        let (Some(upload_id), Some(url)) = (&report.upload_id, self.upload_url(&report)) else {
            return Err(self.refuse("create_upload", Fault::Unreadable));
        };
        let change = Change::Provider { upload_id: Some(upload_id.clone()), external_id: report.asset_id.clone() };
        match self.videos.apply(&video.id, change).await? {
            Applied::Done(_) | Applied::Refused(_) => {}
            Applied::Gone => {
                let orphan = VideoRow { upload_id: report.upload_id, external_id: report.asset_id, ..video.clone() };
                self.end(&orphan).await.unwrap_or_else(|fault| self.note("cancel_upload", &fault));
                return Err(AppError::no_such_video());
            }
        }
        // A webhook may have been faster, and know more.
        if let Some(mut row) = self.remote.get(&video.id).await?
            && let Some(poll_at) = row.poll_at
        {
            row.poll_at = Some(poll_at.min(self.clock.now() + pause_before_poll(VideoStatus::AwaitingUpload, 0)));
            self.remote.schedule(&row).await?;
        }
        Ok(OpenedUpload { target: self.target(url, deadline), upload_id: Some(upload_id.clone()) })
    }

    /// The URL that the bytes go to, if a browser may be given it.
    fn upload_url(&self, report: &Report) -> Option<String> {
        report.url.clone().filter(|url| Url::parse(url).is_ok_and(|url| safe_url(&url).is_ok()))
    }

    fn target(&self, url: String, expires_at: u64) -> UploadTarget {
        let upload = &self.map.upload;
        UploadTarget {
            min_chunk: upload.min_chunk,
            max_chunk: upload.max_chunk,
            chunk_multiple: upload.chunk_multiple,
            expires_at: Some(expires_at),
            ..UploadTarget::new(upload.protocol, url)
        }
    }

    async fn renew(&self, video: &VideoRow, request: &UploadRequest) -> Result<OpenedUpload, AppError> {
        if video.upload_id.is_none() {
            return self.open(video, request).await;
        }
        let over = || AppError::new(ErrorCode::Conflict, "The upload is over: there is nothing to send any more.");
        let report = match self.look(video).await {
            Ok(report) => Some(report),
            Err(Fault::Gone) => None,
            Err(fault) => return Err(self.refuse("get_upload", fault)),
        };
        match report.as_ref().map(|report| (report.status, report)) {
            Some((Some(Status::Processing | Status::Ready | Status::Failed), report)) => {
                self.absorb(video, report).await?;
                Err(over())
            }
            Some((Some(Status::AwaitingUpload | Status::Uploading), report)) if self.upload_url(report).is_some() => {
                let url = self.upload_url(report).unwrap_or_default();
                let deadline = self.remote.get(&video.id).await?.map(|row| row.deadline);
                let target = self.target(url, deadline.unwrap_or_else(|| self.clock.now()));
                Ok(OpenedUpload { target, upload_id: video.upload_id.clone() })
            }
            // Its URL is told once only, or works no more: another upload takes its place, and then it goes.
            _ => {
                let opened = self.open(video, request).await?;
                self.end(video).await.unwrap_or_else(|fault| self.note("cancel_upload", &fault));
                Ok(opened)
            }
        }
    }

    /// How the upload stands, or the asset where uploads can't be asked for.
    pub(super) async fn look(&self, video: &VideoRow) -> Result<Report, Fault> {
        let scope = self.scope(video);
        match &self.map.actions.get_upload {
            Some(action) if video.upload_id.is_some() => self.ask("get_upload", action, &scope).await,
            _ => self.ask("get_asset", &self.map.actions.get_asset, &scope).await,
        }
    }

    /// Ends an upload at the service.
    pub(super) async fn end(&self, video: &VideoRow) -> Result<(), Fault> {
        let scope = self.scope(video);
        let done = match &self.map.actions.cancel_upload {
            Some(action) if video.upload_id.is_some() => self.ask("cancel_upload", action, &scope).await,
            None if video.external_id.is_some() => self.remove(video).await,
            _ => return Ok(()),
        };
        done.map(drop).or_else(|fault| if fault == Fault::Gone { Ok(()) } else { Err(fault) })
    }

    async fn remove(&self, video: &VideoRow) -> Result<Report, Fault> {
        self.ask("delete_asset", &self.map.actions.delete_asset, &self.scope(video)).await
    }

    /// Removes the asset, also one that an upload has just become.
    async fn remove_asset(&self, video: &VideoRow) -> Result<(), Fault> {
        let mut video = video.clone();
        if video.external_id.is_none() && video.upload_id.is_some() && self.map.actions.get_upload.is_some() {
            video.external_id = match self.look(&video).await {
                Ok(report) => report.asset_id,
                Err(Fault::Gone) => None,
                Err(fault) => return Err(fault),
            };
        }
        if video.external_id.is_none() {
            return Ok(());
        }
        self.remove(&video).await.map(drop).or_else(|fault| if fault == Fault::Gone { Ok(()) } else { Err(fault) })
    }

    /// Takes over an asset that is at the service already.
    async fn adopt(&self, video: &VideoRow, asset_id: &str) -> Result<VideoRow, AppError> {
        let mut known = VideoRow { external_id: Some(asset_id.to_owned()), ..video.clone() };
        let report = match self.ask("get_asset", &self.map.actions.get_asset, &self.scope(&known)).await {
            Ok(report) if report.asset_id.is_some() => report,
            Err(Fault::Gone | Fault::Refused { .. }) => {
                return Err(AppError::no_such_asset());
            }
            Ok(_) => return Err(self.refuse("get_asset", Fault::Unreadable)),
            Err(fault) => return Err(self.refuse("get_asset", fault)),
        };
        // The service's own spelling of the id.
        known.external_id.clone_from(&report.asset_id);
        let provider = Change::Provider { upload_id: report.upload_id.clone(), external_id: report.asset_id.clone() };
        self.videos.apply(&video.id, provider).await?;
        let after = self.absorb(&known, &report).await?.ok_or_else(AppError::no_such_video)?;
        self.make_playable(&after, &report).await?.ok_or_else(AppError::no_such_video)
    }

    /// A ready asset that has no id to be played under gets one.
    pub(super) async fn make_playable(&self, video: &VideoRow, report: &Report) -> Result<Option<VideoRow>, AppError> {
        let wanted = report.status == Some(Status::Ready) && video.status == VideoStatus::Processing;
        let Some(action) = self.map.actions.create_playback.as_ref().filter(|_| wanted) else {
            return Ok(Some(video.clone()));
        };
        let made = self.ask("create_playback", action, &self.scope(video)).await;
        let made = made.map_err(|fault| self.refuse("create_playback", fault))?;
        self.absorb(video, &Report { playback: made.playback, status: Some(Status::Ready), ..Report::default() }).await
    }

    /// What the values of playback are.
    async fn playback_scope(&self, video: &VideoRow) -> Result<Option<(Policy, Scope)>, AppError> {
        if video.status != VideoStatus::Ready {
            return Ok(None);
        }
        let Some(remote) = self.remote.get(&video.id).await? else { return Ok(None) };
        let Some(playback_id) = remote.playback_id.or_else(|| video.hls.clone()) else { return Ok(None) };
        let policy = match remote.policy.as_deref() {
            Some("public") => Policy::Public,
            Some(_) => Policy::Signed,
            None => self.map.playback.policy,
        };
        let mut scope = self.own_values();
        scope.extend(remote.fields.into_iter().map(|(name, value)| (name, value.into())));
        let mut set = |name: &str, value: Option<Value>| {
            scope.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("video_id", Some(video.id.clone().into()));
        set("playback_id", Some(playback_id.into()));
        set("upload_id", video.upload_id.clone().map(Into::into));
        set("asset_id", video.external_id.clone().map(Into::into));
        set("duration", video.duration.map(Into::into));
        set("time", video.poster_time.map(short));
        Ok(Some((policy, scope)))
    }

    fn links(&self) -> Links<'_> {
        Links { map: &self.map, signer: self.signer.as_ref(), now: self.clock.now() }
    }

    fn unplayable(&self, error: &LinkError) -> AppError {
        tracing::error!(provider = self.name, %error, "a video's URLs could not be made");
        AppError::new(ErrorCode::Unavailable, "The video can't be played now: the server's log says why.")
    }

    pub(super) fn note(&self, action: &str, fault: &Fault) {
        tracing::warn!(provider = self.name, action, %fault, "a service did not do what it was asked for");
    }

    /// What a caller is told of a fault. The log is told more.
    pub(super) fn refuse(&self, action: &str, fault: Fault) -> AppError {
        let label = &self.map.label;
        match &fault {
            Fault::Denied(_) => tracing::error!(
                provider = self.name,
                action,
                %fault,
                "look at the credentials in the environment, and what they may do"
            ),
            fault => self.note(action, fault),
        }
        match fault {
            Fault::Busy(span) => {
                let message = format!("{label} takes no more requests for the moment. Try again in a while.");
                let error = AppError::new(ErrorCode::TooManyRequests, message);
                error.header(header::RETRY_AFTER, HeaderValue::from(seconds(span)))
            }
            Fault::Unreachable(_) | Fault::Failing(_) | Fault::Unreadable => AppError::new(
                ErrorCode::Unavailable,
                format!("{label} does not answer as it should. Try again in a while."),
            ),
            Fault::Denied(_) | Fault::Gone | Fault::Refused { .. } => AppError::new(
                ErrorCode::Unavailable,
                format!("{label} refuses what this server asks for. Tell whoever runs this site: the log says why."),
            ),
        }
    }
}

/// Seconds without a fraction where they have none: services take `7`, and some no `7.0`.
fn short(seconds: f64) -> Value {
    if seconds.fract() == 0.0 { Value::from(seconds as u64) } else { Value::from((seconds * 1000.0).round() / 1000.0) }
}
