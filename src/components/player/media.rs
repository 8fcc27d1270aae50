//! Keeps a player's signals in step with its `<video>` element.

use reelway_core::playback::qoe::Input;
use web_sys::{HtmlElement, HtmlVideoElement, TimeRanges};

use super::{autoplay, events, handle::PlayerHandle, sought};
use crate::{
    dom::{store, stored, window},
    listener::Listener,
};

/// The key of the browser's storage: the volume that was last heard, in percent.
const VOLUME: &str = "reelway.volume";

/// What must be kept alive while the element is.
pub(super) struct Binding {
    _listeners: Vec<Listener>,
}

/// Follows the element until the binding is dropped.
pub(super) fn bind(handle: PlayerHandle, video: &HtmlVideoElement) -> Binding {
    if let Some(percent) = stored(VOLUME).and_then(|percent| percent.parse::<u32>().ok()) {
        video.set_volume(f64::from(percent.min(100)) / 100.0);
    }
    follow_volume(&handle, video);
    let mut listeners = Vec::new();
    let mut on = |name: &'static str, act: fn(&PlayerHandle, &HtmlVideoElement)| {
        let element = video.clone();
        listeners.push(Listener::new(video, name, move |_| act(&handle, &element)));
    };
    on("play", |handle, _| {
        handle.paused.set(false);
        handle.ended.set(false);
        handle.observe(Input::Play);
    });
    on("pause", |handle, video| {
        // Chromium pauses what it can't decode. Nobody has asked for that: it plays on as soon as that is mended.
        if video.error().is_some() {
            handle.play_when_loaded.set_value(!handle.paused.get_untracked());
            return;
        }
        handle.paused.set(true);
        handle.observe(Input::Pause);
    });
    on("ended", |handle, _| {
        handle.ended.set(true);
        handle.observe(Input::Ended);
    });
    on("waiting", |handle, video| {
        handle.waiting.set(true);
        handle.observe(Input::Waiting { position: video.current_time() });
    });
    on("canplay", |handle, _| handle.waiting.set(false));
    on("playing", |handle, video| {
        handle.observe(Input::Playing { width: video.video_width(), height: video.video_height() });
        handle.waiting.set(false);
        handle.started.set(true);
    });
    on("timeupdate", follow_time);
    on("progress", |handle, video| handle.buffered.set(ranges(&video.buffered())));
    on("emptied", |handle, _| {
        handle.buffered.set(Vec::new());
        // An element that is given something new pauses without a word, also where an engine mends itself that way.
        if !handle.paused.get_untracked() {
            handle.play_when_loaded.set_value(true);
        }
    });
    on("durationchange", |handle, video| {
        let duration = video.duration();
        if duration.is_finite() && duration > 0.0 {
            handle.duration.set(duration);
        }
    });
    on("resize", follow_size);
    on("loadeddata", |handle, video| {
        handle.loaded.set(true);
        // It has started where it was told to before it was there.
        if !video.seeking() && handle.pending.get_untracked().is_some() {
            handle.pending.set(None);
        }
    });
    on("loadedmetadata", |handle, video| {
        follow_size(handle, video);
        // A new source takes back the events that have not been sent yet.
        follow_volume(handle, video);
        video.set_playback_rate(f64::from(handle.rate.get_untracked()) / 100.0);
        if handle.play_when_loaded.get_value() {
            handle.play_when_loaded.set_value(false);
            autoplay::begin(*handle, video);
        }
    });
    on("volumechange", |handle, video| {
        follow_volume(handle, video);
        let percent = (video.volume() * 100.0) as u32;
        // Silence is for this visit only.
        if percent > 0 {
            store(VOLUME, &percent.to_string());
        }
    });
    on("ratechange", |handle, video| handle.rate.set((video.playback_rate() * 100.0).round() as i32));
    on("seeking", |handle, video| {
        handle.observe(Input::Seeking);
        handle.ended.set(false);
        if video.ready_state() < 3 {
            handle.waiting.set(true);
        }
    });
    on("seeked", |handle, video| {
        handle.waiting.set(false);
        follow_time(handle, video);
        sought::arrived(*handle, video);
    });
    if let Some(root) = handle.root.get_untracked() {
        let root: &web_sys::HtmlElement = root.as_ref();
        listeners.extend(events::forward(video, root));
    }
    if let Some(document) = window().document() {
        let root = handle.root;
        listeners.push(Listener::new(&document, "fullscreenchange", move |_| {
            handle.fullscreen.set(root.get_untracked().is_some_and(|root| is_full(&root)));
        }));
    }
    listeners.push(Listener::new(&window(), "online", move |_| {
        if handle.error.get_untracked().is_some_and(|error| error.is_network()) {
            handle.retry();
        }
    }));
    Binding { _listeners: listeners }
}

/// Whether this is the page's fullscreen element, or stands in for it in a shadow root.
pub(super) fn is_full(root: &HtmlElement) -> bool {
    root.matches(":fullscreen").unwrap_or_default()
}

fn follow_time(handle: &PlayerHandle, video: &HtmlVideoElement) {
    // An engine that lets go of the element leaves it at zero: the position is still wanted for what comes next.
    if video.ready_state() > 0 && handle.error.get_untracked().is_none() {
        handle.time.set(video.current_time());
    }
}

pub(super) fn follow_volume(handle: &PlayerHandle, video: &HtmlVideoElement) {
    handle.volume.set(video.volume());
    handle.muted.set(video.muted() || video.volume() == 0.0);
    if !video.muted() {
        handle.unmute_offered.set(false);
    }
}

fn follow_size(handle: &PlayerHandle, video: &HtmlVideoElement) {
    let size = (video.video_width(), video.video_height());
    if size.0 > 0 && size.1 > 0 {
        handle.size.set(Some(size));
    }
}

fn ranges(ranges: &TimeRanges) -> Vec<(f64, f64)> {
    let range = |index| Some((ranges.start(index).ok()?, ranges.end(index).ok()?));
    (0..ranges.length()).filter_map(range).collect()
}
