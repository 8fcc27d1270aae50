//! What a service that a map describes does as one provider among others.

use reelway_api::{ErrorCode, Playback, VideoStatus};
use reqwest::Url;

use super::{Http, short};
use crate::{
    access::Pass,
    config::ProviderKind,
    db::{RemoteRow, VideoRow},
    error::AppError,
    providers::{
        Answer, OpenedUpload, Picture, Provider, Storyboard, UploadRequest,
        http::map::{Link, Policy},
        webhook::Verifier,
    },
};

impl Provider for Http {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Http
    }

    fn label(&self) -> Option<&str> {
        Some(&self.map.label)
    }

    fn page_sources(&self) -> Vec<String> {
        // The API is for this server alone.
        let hosts = self.map.hosts.iter().filter(|(name, _)| *name != "api_base");
        let origins = hosts.filter_map(|(_, host)| Some(Url::parse(host).ok()?.origin().ascii_serialization()));
        origins.chain(self.map.page_sources.iter().cloned()).collect()
    }

    fn accept(&self, size: Option<u64>) -> Result<(), AppError> {
        let limit = self.map.upload.max_size.unwrap_or(u64::MAX).min(self.limits.max_file_size);
        match size {
            Some(0) => Err(AppError::new(ErrorCode::EmptyFile, "The file has no bytes. Choose another one.")),
            Some(size) if size > limit => Err(AppError::too_large(size, limit)),
            None if self.map.upload.needs_size => Err(AppError::new(
                ErrorCode::BadRequest,
                "The file's size has to be known before its upload begins: give size, in bytes.",
            )),
            _ => Ok(()),
        }
    }

    fn create_upload<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(self.open(video, request))
    }

    fn fresh_target<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(self.renew(video, request))
    }

    fn cancel<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            if !matches!(video.status, VideoStatus::AwaitingUpload | VideoStatus::Uploading) {
                return Ok(());
            }
            self.end(video).await.map_err(|fault| self.refuse("cancel_upload", fault))
        })
    }

    fn delete<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move { self.remove_asset(video).await.map_err(|fault| self.refuse("delete_asset", fault)) })
    }

    fn playback<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, Option<Playback>> {
        Box::pin(async move {
            let Some((policy, scope)) = self.playback_scope(video).await? else { return Ok(None) };
            let playback = self.links().playback(policy, &scope).map_err(|error| self.unplayable(&error))?;
            Ok(Some(self.with_tiles(video, policy, playback)))
        })
    }

    fn picture<'a>(&'a self, video: &'a VideoRow, picture: &'a Picture) -> Answer<'a, Option<String>> {
        Box::pin(async move {
            let playback = &self.map.playback;
            let link: Option<&Link> =
                if picture.moving { playback.animation.as_ref() } else { playback.poster.as_ref() };
            let (Some(link), Some((policy, mut scope))) = (link, self.playback_scope(video).await?) else {
                return Ok(None);
            };
            let Picture { time, width, height, fit, .. } = picture;
            scope.extend(time.map(|time| ("time".to_owned(), short(time))));
            scope.extend(width.map(|width| ("width".to_owned(), width.into())));
            scope.extend(height.map(|height| ("height".to_owned(), height.into())));
            scope.extend(fit.clone().map(|fit| ("fit".to_owned(), fit.into())));
            self.links().url(link, policy, &scope).map(Some).map_err(|error| self.unplayable(&error))
        })
    }

    fn storyboard<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, Option<Storyboard>> {
        Box::pin(async move {
            let (Some(duration), Some((policy, scope))) = (video.duration, self.playback_scope(video).await?) else {
                return Ok(None);
            };
            let text = self.links().storyboard(policy, &scope, duration);
            let text = text.map_err(|error| self.unplayable(&error))?;
            Ok(text.map(|text| Storyboard { text, public: policy == Policy::Public }))
        })
    }

    fn poster_chosen<'a>(&'a self, _: &'a VideoRow) -> Answer<'a, ()> {
        // The URL of the poster has the time in it.
        Box::pin(async { Ok(()) })
    }

    fn import<'a>(&'a self, video: &'a VideoRow, external_id: &'a str) -> Answer<'a, VideoRow> {
        Box::pin(self.adopt(video, external_id))
    }

    fn poll<'a>(&'a self, video: &'a VideoRow, remote: &'a RemoteRow) -> Answer<'a, ()> {
        Box::pin(self.ask_again(video, remote))
    }

    fn verifier(&self) -> Option<(&Verifier, usize)> {
        Some((self.verifier.as_ref()?, self.map.webhook.as_ref()?.max_body))
    }

    fn told<'a>(&'a self, event: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(self.take_event(event))
    }
}

impl Http {
    /// With the address of the storyboard that this server makes, if the map describes its tiles.
    fn with_tiles(&self, video: &VideoRow, policy: Policy, mut playback: Playback) -> Playback {
        if self.map.playback.tiles.is_some() && video.duration.is_some() {
            let address = format!("/media/{}/tiles.vtt", video.id);
            playback.storyboard = Some(match policy {
                Policy::Public => address,
                Policy::Signed => {
                    let (passes, life) = &self.passes;
                    let (pass, ends) = passes.lasting(Pass::Media, &video.id, self.clock.now(), *life);
                    playback.expires_at = Some(playback.expires_at.map_or(ends, |other| other.min(ends)));
                    format!("{address}?token={pass}")
                }
            });
        }
        playback
    }
}
