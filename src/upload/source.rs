//! Where an upload's target comes from: a Reelway server, the page itself, or a function of the page's.

use std::{cell::RefCell, collections::BTreeMap, fmt, future::Future, pin::Pin, rc::Rc};

use reelway_api::{CreateVideo, CreatedVideo, ErrorCode, UploadTarget, Video, VideoStatus};
use reelway_core::{Millis, journal::Entry, readiness, upload::UploadError};
use web_sys::File;

use super::UploadOptions;
use crate::{
    backend::{Backend, BackendError, make_target_absolute, new_key},
    dom::page_url,
    task::spawn,
};

/// Who says where the bytes go.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetSource {
    /// A Reelway server, by its base URL. "" is the page's own origin.
    Backend(String),
    /// One target, which the page has already. An upload whose target runs out fails.
    Fixed(Box<UploadTarget>),
    /// A function, which is asked again when a target has run out.
    Function(TargetFunction),
}

impl Default for TargetSource {
    fn default() -> Self {
        Self::Backend(String::new())
    }
}

impl From<&str> for TargetSource {
    fn from(endpoint: &str) -> Self {
        Self::Backend(endpoint.to_owned())
    }
}

impl From<String> for TargetSource {
    fn from(endpoint: String) -> Self {
        Self::Backend(endpoint)
    }
}

type Asked = Pin<Box<dyn Future<Output = Result<UploadTarget, UploadError>>>>;

/// Gives a target for a file.
#[derive(Clone)]
pub struct TargetFunction(Rc<dyn Fn(File) -> Asked>);

impl TargetFunction {
    /// From an asynchronous function. It is asked again after an error that is [retriable](UploadError::retriable).
    pub fn new<F>(ask: impl Fn(File) -> F + 'static) -> Self
    where
        F: Future<Output = Result<UploadTarget, UploadError>> + 'static,
    {
        Self(Rc::new(move |file| Box::pin(ask(file))))
    }
}

impl PartialEq for TargetFunction {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for TargetFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TargetFunction")
    }
}

/// What asking for a target comes to.
pub(super) enum Answer {
    /// Send the bytes there. The URL is absolute.
    Target(Box<UploadTarget>),
    /// The server says that the provider has every byte already.
    Confirmed,
}

/// Why there is no target.
pub(super) struct Refusal {
    pub(super) error: UploadError,
    pub(super) retry_after: Option<Millis>,
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        Self { error, retry_after: None }
    }
}

impl From<BackendError> for Refusal {
    fn from(error: BackendError) -> Self {
        Self { retry_after: error.retry_after(), error: error.into() }
    }
}

/// The source of one upload's targets, with what it has said so far.
pub(super) struct Source {
    kind: Kind,
    headers: Vec<(String, String)>,
    body: RefCell<String>,
}

enum Kind {
    Server(Box<Server>),
    Fixed(Box<UploadTarget>),
    Function(TargetFunction),
}

/// A Reelway server, and the video that it has made for the file.
struct Server {
    backend: Backend,
    /// Names the upload, so that a request whose answer was lost makes no second video.
    key: String,
    /// The name of the provider that the video is to go to.
    provider: Option<String>,
    video: RefCell<Option<Video>>,
}

impl Source {
    pub(super) fn new(options: UploadOptions) -> Self {
        let UploadOptions { target, headers, ticket, provider, .. } = options;
        let (kind, headers) = match target {
            TargetSource::Backend(endpoint) => {
                let backend = Backend::new(endpoint).with_headers(headers).with_ticket(ticket);
                let server = Server { backend, key: new_key(), provider, video: RefCell::new(None) };
                // They are the server's: the provider does not get them.
                (Kind::Server(Box::new(server)), Vec::new())
            }
            TargetSource::Fixed(target) => (Kind::Fixed(target), headers),
            TargetSource::Function(function) => (Kind::Function(function), headers),
        };
        Self { kind, headers, body: RefCell::default() }
    }

    /// Asks for a target; a `fresh` one, if the upload has had one that ran out.
    pub(super) async fn target(&self, file: &File, fresh: bool) -> Result<Answer, Refusal> {
        let target = match &self.kind {
            Kind::Server(server) => match server.target(file, fresh).await? {
                Some(target) => target,
                None => return Ok(Answer::Confirmed),
            },
            Kind::Fixed(_) if fresh => return Err(UploadError::NoFreshTarget.into()),
            Kind::Fixed(target) => of_this_page(target.as_ref().clone()),
            Kind::Function(function) => of_this_page((function.0)(file.clone()).await?),
        };
        Ok(Answer::Target(Box::new(self.adapt(target))))
    }

    /// With the page's own headers, where they go to the target.
    pub(super) fn adapt(&self, mut target: UploadTarget) -> UploadTarget {
        for (name, value) in &self.headers {
            target.headers.insert(name.clone(), value.clone());
        }
        target
    }

    /// Without them, to be written down: they may be what the page logs in with, and it gives them again.
    pub(super) fn strip(&self, target: &mut UploadTarget) {
        // Made anew: to take out of a map costs three times the code of putting in.
        let mut left = BTreeMap::new();
        for (name, value) in &target.headers {
            if self.headers.iter().all(|(own, _)| own != name) {
                left.insert(name.clone(), value.clone());
            }
        }
        target.headers = left;
    }

    /// The headers of a request that goes to the server and not to the provider.
    pub(super) async fn headers_for(&self, url: &str) -> Vec<(String, String)> {
        match &self.kind {
            Kind::Server(server) => server.backend.headers_for(url).await,
            Kind::Fixed(_) | Kind::Function(_) => Vec::new(),
        }
    }

    /// Takes up an upload that was written down: the server is to give targets for the video that it has made.
    pub(super) fn restore(&self, entry: &Entry) {
        if let (Kind::Server(server), Some(id)) = (&self.kind, &entry.video) {
            server.video.replace(Some(as_remembered(id.clone(), entry)));
        }
    }

    /// What `read` makes of the video as the server last told of it. `None` without a server, or before it has told.
    pub(super) fn video<T>(&self, read: impl FnOnce(&Video) -> T) -> Option<T> {
        match &self.kind {
            Kind::Server(server) => server.video.borrow().as_ref().map(read),
            Kind::Fixed(_) | Kind::Function(_) => None,
        }
    }

    /// The body of the provider's last answer.
    pub(super) fn body(&self) -> String {
        self.body.borrow().clone()
    }

    /// Takes in the provider's last answer. Where the provider is the server, it tells of the video.
    pub(super) fn complete(&self, body: String) {
        if let Kind::Server(server) = &self.kind
            && let Some(report) = server.backend.read_video(&body)
            && let Some(video) = &mut *server.video.borrow_mut()
        {
            readiness::absorb(video, report);
        }
        self.body.replace(body);
    }

    /// Removes what the server holds of an upload that was cancelled.
    pub(super) fn discard(&self) {
        let Some(id) = self.video(|video| video.id.clone()) else { return };
        if let Kind::Server(server) = &self.kind {
            let backend = server.backend.clone();
            // If this fails the server lets the upload expire.
            spawn(async move { drop(backend.delete(&id).await) });
        }
    }
}

impl Server {
    /// `None`: the provider has every byte already.
    async fn target(&self, file: &File, fresh: bool) -> Result<Option<UploadTarget>, BackendError> {
        let created = match self.known().filter(|_| fresh) {
            Some(id) => self.backend.fresh_target(&id).await,
            None => self.backend.create(&self.describe(file), &self.key).await,
        };
        match created {
            Ok(CreatedVideo { video, upload }) => {
                self.video.replace(Some(video));
                Ok(Some(upload))
            }
            Err(error) if error.is(ErrorCode::Conflict) && self.is_uploaded().await => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the server says that all bytes have arrived: the provider's last answer may have been lost.
    async fn is_uploaded(&self) -> bool {
        let Some(id) = self.known() else { return false };
        let Ok(report) = self.backend.get(&id).await else { return false };
        let uploaded = matches!(report.status, VideoStatus::Processing | VideoStatus::Ready);
        self.video.replace(Some(report));
        uploaded
    }

    fn known(&self) -> Option<String> {
        self.video.borrow().as_ref().map(|video| video.id.clone())
    }

    fn describe(&self, file: &File) -> CreateVideo {
        CreateVideo {
            filename: file.name(),
            size: Some(file.size() as u64),
            content_type: Some(file.type_()).filter(|kind| !kind.is_empty()),
            provider: self.provider.clone(),
            ..CreateVideo::default()
        }
    }
}

/// A page's own target may be relative to the page.
fn of_this_page(mut target: UploadTarget) -> UploadTarget {
    make_target_absolute(&mut target, &page_url());
    target
}

/// A video of which no more than the id is known. Whatever the server says of it is newer.
fn as_remembered(id: String, entry: &Entry) -> Video {
    Video {
        id,
        title: entry.name.clone(),
        provider: String::new(),
        status: VideoStatus::Uploading,
        percent: None,
        size: Some(entry.size),
        duration: None,
        width: None,
        height: None,
        poster_time: None,
        error: None,
        created_at: entry.created,
        revision: 0,
        playback: None,
    }
}
