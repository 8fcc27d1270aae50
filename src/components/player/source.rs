//! Which engine feeds the element.

use std::rc::Rc;

use leptos::prelude::*;
use reelway_core::playback::qoe::Input;
use web_sys::HtmlVideoElement;

use super::PlayerHandle;
use crate::player::engine::{self, HlsJsSource, Source};

/// Lets go of the old source and takes the new one, at the same position.
pub(super) fn switch(handle: PlayerHandle, source: Option<&Source>, video: &HtmlVideoElement, hls: &HlsJsSource) {
    let playing = !handle.paused.get_untracked();
    let position = if handle.ended.get_untracked() { 0.0 } else { handle.time.get_untracked() };
    // First the old engine, or it would take the new one's source away when it goes.
    handle.engine.set_value(None);
    handle.error.set(None);
    handle.levels.set(Vec::new());
    handle.level_shown.set(-1);
    handle.level_wanted.set(-1);
    handle.audio_tracks.set(Vec::new());
    handle.audio_shown.set(-1);
    handle.source.set_value(source.cloned());
    let Some(source) = source else { return };
    if playing {
        handle.play_when_loaded.set_value(true);
    }
    let name = match source {
        Source::File(_) => "file",
        Source::Hls(_) if engine::native::is_preferred(video) => "native",
        Source::Hls(_) => "hls.js",
    };
    handle.observe(Input::Source(name));
    let engine = engine::create(source, video, hls, Rc::new(move |event| handle.on_engine(event)));
    engine.load(position);
    handle.engine.set_value(Some(engine));
}
