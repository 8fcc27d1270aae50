//! A video that a Reelway server has: it is asked for, followed until it can be played, and renewed while it plays.

use js_sys::Object;
use reelway_api::{Playback, TextTrack, Video, VideoStatus};
use reelway_core::{
    readiness::{absorb, poll_delay},
    tracks::changed,
};
use wasm_bindgen_futures::spawn_local;

use super::{Options, PlayerHandle, Track, events};
use crate::{
    Backend, BackendError, Readiness,
    components::signals::*,
    dom::set_property,
    player::{
        engine::{EngineEvent, PlaybackError, Source},
        prefetch::{Aim, prefetch},
        token::Refresh,
    },
    timer::Timer,
};

/// Questions without an answer before the player says that it can't be had: half a minute.
const PATIENCE: u32 = 8;

/// A video of a Reelway server's, for one player.
#[derive(Clone, Copy)]
pub struct ServerVideo {
    handle: PlayerHandle,
    from: RwSignal<Option<(Backend, String)>>,
    video: RwSignal<Option<Video>>,
    tracks: RwSignal<Vec<TextTrack>>,
    readiness: StoredValue<Option<Readiness>>,
    again: StoredValue<Option<Timer>>,
    /// Counts the videos that were asked for: what comes late of another is not taken.
    turn: StoredValue<u32>,
    failures: StoredValue<u32>,
    /// The failure that the player shows is this video's.
    failed: StoredValue<bool>,
}

impl ServerVideo {
    /// None yet. It needs the player's owner: see [`PlayerHandle::own`].
    pub fn new(handle: PlayerHandle) -> Self {
        let server = Self {
            handle,
            from: RwSignal::new(None),
            video: RwSignal::new(None),
            tracks: RwSignal::new(Vec::new()),
            readiness: StoredValue::new(None),
            again: StoredValue::new(None),
            turn: StoredValue::new(0),
            failures: StoredValue::new(0),
            failed: StoredValue::new(false),
        };
        effect(move || {
            let told = server.playback(|playback| Some(playback.tracks.clone())).unwrap_or_default();
            let read = handle.caption_shown.get_untracked() >= 0;
            if let Some(next) = server.tracks.with_untracked(|shown| changed(shown, &told, read)) {
                server.tracks.set(next);
            }
        });
        effect(move || {
            // Somebody has pressed the button that tries again.
            if handle.error.get().is_none() && server.failed.get_value() {
                server.failed.set_value(false);
                server.failures.set_value(0);
                untrack(|| server.load());
            }
        });
        server
    }

    /// Plays this video of that server's from now on; with `None` none.
    pub fn ask(&self, from: Option<(Backend, String)>) {
        self.turn.update_value(|turn| *turn += 1);
        self.failures.set_value(0);
        self.readiness.set_value(None);
        self.again.set_value(None);
        if self.video.with_untracked(Option::is_some) {
            self.video.set(None);
        }
        if self.failed.get_value() {
            self.failed.set_value(false);
            self.handle.error.set(None);
        }
        self.from.set(from);
        self.load();
    }

    /// From now on asks for the same video in this way: with another ticket, say.
    pub fn ask_by(&self, backend: Backend) {
        self.from.update(|from| {
            if let Some((known, _)) = from {
                *known = backend;
            }
        });
    }

    /// What the server says of the video, in place of what the page leaves unsaid.
    pub fn fill(self, page: Options) -> Options {
        let Options { src, poster, storyboard_src, video_title, tracks, .. } = page;
        Options {
            src: Signal::derive(move || {
                src.get().or_else(|| self.playback(|playback| Some(playback.hls.clone())).map(Source::Hls))
            }),
            poster: Signal::derive(move || poster.get().or_else(|| self.playback(|playback| playback.poster.clone()))),
            storyboard_src: Signal::derive(move || {
                storyboard_src.get().or_else(|| self.playback(|playback| playback.storyboard.clone()))
            }),
            video_title: Signal::derive(move || {
                let told = || self.video.with(|video| video.as_ref().map(|video| video.title.clone()));
                Some(video_title.get()).filter(|title| !title.is_empty()).or_else(told).unwrap_or_default()
            }),
            tracks: Signal::derive(move || {
                let own = tracks.get();
                if own.is_empty() { self.tracks.get().into_iter().map(Track::from).collect() } else { own }
            }),
            size: Signal::derive(move || {
                self.video.with(|video| video.as_ref().and_then(|video| video.width.zip(video.height)))
            }),
            expires_at: Signal::derive(move || self.playback(|playback| playback.expires_at)),
            // A stream of the page's own is the page's to renew.
            refresh: Signal::derive(move || {
                let renews = src.with(Option::is_none) && self.from.with(Option::is_some);
                renews.then(|| Refresh::new(move || self.fresh()))
            }),
            ..page
        }
    }

    fn playback<T>(&self, pick: impl Fn(&Playback) -> Option<T>) -> Option<T> {
        self.video.with(|video| video.as_ref()?.playback.as_ref().and_then(pick))
    }

    fn load(self) {
        let Some((backend, id)) = self.from.get_untracked() else { return };
        let turn = self.turn.get_value();
        spawn_local(async move {
            let answer = backend.get(&id).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(video) => {
                    if let Some(playback) = &video.playback {
                        prefetch(&playback.hls, Aim::default());
                    }
                    let readiness =
                        Readiness::with_backend(backend, video.clone(), move |video| self.take(turn, video.clone()));
                    self.readiness.set_value(Some(readiness));
                    self.take(turn, video);
                }
                Err(error) => self.put_off(&error),
            }
        });
    }

    fn put_off(self, error: &BackendError) {
        let failures = self.failures.get_value() + 1;
        self.failures.set_value(failures);
        match (refusal(error), failures) {
            (Some(refusal), _) => self.fail(refusal),
            (None, PATIENCE..) => self.fail(PlaybackError::Network),
            (None, _) => self.again.set_value(Some(Timer::new(poll_delay(failures), move || self.load()))),
        }
    }

    fn take(self, turn: u32, report: Video) {
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        let before = self.video.with_untracked(|video| video.as_ref().map(|video| (video.status, video.percent)));
        self.video.update(|video| match video {
            Some(known) => drop(absorb(known, report)),
            None => *video = Some(report),
        });
        let now = self.video.with_untracked(|video| video.as_ref().map(|video| (video.status, video.percent)));
        let Some((status, percent)) = now.filter(|_| now != before) else { return };
        self.tell(status, percent);
        match status {
            VideoStatus::Failed => self.fail(PlaybackError::Media),
            VideoStatus::Cancelled | VideoStatus::Expired => self.fail(PlaybackError::Gone),
            VideoStatus::AwaitingUpload | VideoStatus::Uploading | VideoStatus::Processing | VideoStatus::Ready => {}
        }
    }

    fn fail(self, error: PlaybackError) {
        self.failed.set_value(true);
        self.handle.on_engine(EngineEvent::Failed(error));
    }

    /// For pages: `videostate`, at the player's root.
    fn tell(self, status: VideoStatus, percent: Option<u8>) {
        let Some(root) = self.handle.root.try_get_untracked().flatten() else { return };
        let detail = Object::new();
        set_property(&detail, "status", status.as_str());
        set_property(&detail, "percent", percent.map_or(wasm_bindgen::JsValue::NULL, Into::into));
        events::dispatch(&root, "videostate", &detail);
    }

    async fn fresh(self) -> Result<Playback, BackendError> {
        let Some((backend, id)) = self.from.try_get_untracked().flatten() else { return Err(BackendError::Network) };
        let playback = backend.playback(&id).await?;
        self.video.try_update(|video| {
            if let Some(video) = video.as_mut().filter(|video| video.id == id) {
                video.playback = Some(playback.clone());
            }
        });
        Ok(playback)
    }
}

/// What an answer means that will be the same next time. `None`: it may be another.
fn refusal(error: &BackendError) -> Option<PlaybackError> {
    let status = match error {
        BackendError::Server { status, .. } | BackendError::Unreadable { status } => *status,
        BackendError::Network | BackendError::NoTicket { .. } => return None,
    };
    match status {
        401 | 403 => Some(PlaybackError::Refused),
        404 | 410 => Some(PlaybackError::Gone),
        _ => None,
    }
}
