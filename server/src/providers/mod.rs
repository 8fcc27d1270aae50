//! Video services behind one trait, by the names that the configuration gives them.
//!
//! - [`local`]: this server itself.
//! - [`http`]: services that a map describes.
//! - [`oci`]: Oracle Cloud Infrastructure.
//! - [`webhook`]: who tells of an event. [`poll`]: asking again. [`answer`]: what all of them may answer.

pub mod answer;
pub mod http;
pub mod local;
pub mod oci;
pub mod poll;
pub mod webhook;

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use reelway_api::{Playback, Protocol, UploadTarget};

use self::webhook::Verifier;
use crate::{
    config::ProviderKind,
    db::{RemoteRow, VideoRow},
    error::AppError,
};

/// What a provider's method returns: a future, boxed so that providers can stand side by side in one table.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AppError>>;

/// What a provider needs to know to open an upload, besides the video.
#[derive(Clone, Debug, Default)]
pub struct UploadRequest {
    /// The origin of the page that will send the bytes: some providers answer no other (`cors_origin`).
    pub origin: Option<String>,
    /// The dialogue that the page would like to speak. A provider that does not speak it answers with its own.
    pub protocol: Option<Protocol>,
    /// What a tus client has told about the file, to be repeated to it.
    pub metadata: Option<String>,
    /// Bytes that the caller's ticket allows. Who receives the bytes itself holds it against them.
    pub max_size: Option<u64>,
}

/// An upload that a provider has opened.
#[derive(Clone, Debug)]
pub struct OpenedUpload {
    /// Where and how the browser sends the bytes.
    pub target: UploadTarget,
    /// The provider's name for the upload, where it has one: webhooks and polling ask by it.
    pub upload_id: Option<String>,
}

/// A picture of a video that is asked for by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// Seconds into the video. `None`: the chosen time of the poster, or the service's own choice.
    pub time: Option<f64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// How the frame is fitted into width and height, in the service's words.
    pub fit: Option<String>,
    /// A moving picture.
    pub moving: bool,
}

/// A storyboard that this server makes of a service's pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storyboard {
    /// WebVTT.
    pub text: String,
    /// It holds no tokens: whoever has the video's id may read it.
    pub public: bool,
}

/// A video service.
///
/// The database's row is the truth on a video's state; a provider acts at the service and tells. What a
/// service reports later (by webhook, by polling, by a job) goes through [`crate::db::Videos::apply`].
pub trait Provider: fmt::Debug + Send + Sync {
    /// What it speaks.
    fn kind(&self) -> ProviderKind;

    /// The service's name for people, where it has one.
    fn label(&self) -> Option<&str> {
        None
    }

    /// Where a page has to reach to upload and to play, besides this server: sources of a Content-Security-Policy.
    fn page_sources(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a file of this size may come at all, before a video is made for it.
    ///
    /// # Errors
    /// A refusal that says what is too much.
    fn accept(&self, size: Option<u64>) -> Result<(), AppError>;

    /// Whether the bytes come to this server itself, so that no file gets longer than a ticket allows, however long it
    /// was said to be. Elsewhere its length has to be said.
    fn counts_bytes(&self) -> bool {
        false
    }

    /// Opens an upload for a video that awaits its bytes.
    fn create_upload<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload>;

    /// A working target for a video whose upload is not complete. Where the service can, the bytes it has are kept.
    fn fresh_target<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload>;

    /// Ends an upload at the service. Nothing to end is no error.
    fn cancel<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()>;

    /// Removes all that the service holds of the video. Nothing to remove is no error.
    fn delete<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()>;

    /// How to play the video: what is published by now, signed where the service wants it. `None` before `ready`.
    fn playback<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, Option<Playback>>;

    /// The user has chosen another time for the poster; the row has it already.
    fn poster_chosen<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()>;

    /// The URL of a picture of the video. `None`: there is none, or the service makes none to order.
    fn picture<'a>(&'a self, _video: &'a VideoRow, _picture: &'a Picture) -> Answer<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    /// What stands at `/media/{id}/tiles.vtt`, for a video whose service makes pictures and no storyboard of them.
    fn storyboard<'a>(&'a self, _video: &'a VideoRow) -> Answer<'a, Option<Storyboard>> {
        Box::pin(async { Ok(None) })
    }

    /// Makes the video, which was made a moment ago and knows of no upload, one that is at the service already.
    fn import<'a>(&'a self, _video: &'a VideoRow, _external_id: &'a str) -> Answer<'a, VideoRow> {
        Box::pin(async {
            let message = "This provider has nothing to import: upload the file.";
            Err(AppError::new(reelway_api::ErrorCode::BadRequest, message))
        })
    }

    /// Asks the service how the video stands.
    fn poll<'a>(&'a self, _video: &'a VideoRow, _remote: &'a RemoteRow) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// How the service's webhooks are told from others', and how many bytes they have at most. `None`: it sends none.
    fn verifier(&self) -> Option<(&Verifier, usize)> {
        None
    }

    /// Takes in a webhook that [`Provider::verifier`] believes. What it says may be old, or said twice.
    fn told<'a>(&'a self, _event: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// The providers of the configuration.
#[derive(Clone, Debug)]
pub struct Registry {
    providers: BTreeMap<String, Arc<dyn Provider>>,
    default: String,
}

impl Registry {
    /// These providers by name; new videos go to the one named `default`.
    pub const fn new(providers: BTreeMap<String, Arc<dyn Provider>>, default: String) -> Self {
        Self { providers, default }
    }

    /// The provider that new videos go to, with its name.
    ///
    /// # Errors
    /// Where the configuration names none: [`crate::config::Config::validate`] keeps that from happening.
    pub fn default(&self) -> Result<(&str, &dyn Provider), AppError> {
        Ok((&self.default, self.get(&self.default)?))
    }

    /// The name of a provider of this kind: the default one's, if it is of this kind.
    pub fn named(&self, kind: ProviderKind) -> Option<&str> {
        let is = |name: &&String| self.providers.get(*name).is_some_and(|provider| provider.kind() == kind);
        Some(&self.default).filter(is).or_else(|| self.providers.keys().find(is)).map(String::as_str)
    }

    /// The names of all, with the default one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let others = self.providers.keys().filter(|name| **name != self.default);
        std::iter::once(&self.default)
            .filter(|name| self.providers.contains_key(*name))
            .chain(others)
            .map(String::as_str)
    }

    /// What [`Provider::page_sources`] comes to for all of them.
    pub fn page_sources(&self) -> Vec<String> {
        self.providers.values().flat_map(|provider| provider.page_sources()).collect()
    }

    /// The provider of this name.
    ///
    /// # Errors
    /// Where a video is at a provider that the configuration does not name any more.
    pub fn get(&self, name: &str) -> Result<&dyn Provider, AppError> {
        self.providers.get(name).map(AsRef::as_ref).ok_or_else(|| {
            AppError::new(
                reelway_api::ErrorCode::Unavailable,
                format!("The configuration has no provider named \"{name}\" any more: put it back under [providers]."),
            )
        })
    }
}
