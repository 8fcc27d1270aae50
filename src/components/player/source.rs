//! Which engine feeds the element.

use std::rc::Rc;

use crate::components::signals::*;
use reelway_core::{
    Millis,
    playback::{qoe::Input, token::is_same_stream},
};
use web_sys::{File, HtmlVideoElement};

use super::PlayerHandle;
use crate::{
    dom::window,
    player::{
        engine::{self, EngineEvent, Source, Supply},
        prefetch::{Aim, prefetch},
    },
    timer::Timer,
};

/// Milliseconds that a stream has to show a picture when it takes the place of a local file. Past that the file plays
/// on: whoever watches it misses nothing.
const SWAP_PATIENCE: Millis = 5_000.0;
/// Milliseconds that the start of a stream is fetched for before it takes the place of a local file.
const LEAD: Millis = 1_000.0;
/// Seconds: a jump this short is not seen.
const NEAR: f64 = 0.15;

/// Lets go of the old source and takes the new one, at the same position. The same stream with another token goes on
/// as it is.
// By itself in the wasm, whose parts are loaded by function.
#[inline(never)]
pub(super) fn switch(handle: PlayerHandle, source: Option<&Source>, video: &HtmlVideoElement, supply: Supply) {
    let before = handle.source.get_value();
    if let (Some(Source::Hls(old)), Some(Source::Hls(new))) = (&before, source)
        && is_same_stream(old, new)
    {
        handle.source.set_value(source.cloned());
        handle.engine.with_value(|engine| engine.iter().for_each(|engine| engine.renew(new, supply.life)));
        return;
    }
    let plays = handle.error.with_untracked(Option::is_none) && video.ready_state() >= 2;
    match (before, source) {
        (Some(Source::File(file)), Some(Source::Hls(url))) if plays => take_over(handle, file, url, video, supply),
        (_, Some(source)) => replace(handle, source, video, &supply, None),
        (_, None) => forget(handle),
    }
    handle.source.set_value(source.cloned());
}

/// Lets the file play on until the start of the stream has been fetched, from where the file will be then.
fn take_over(handle: PlayerHandle, file: File, url: &str, video: &HtmlVideoElement, supply: Supply) {
    let (url, video) = (url.to_owned(), video.clone());
    let pixels = f64::from(video.client_width().max(video.client_height())) * window().device_pixel_ratio();
    let ahead = if handle.paused.get_untracked() { 0.0 } else { LEAD / 1000.0 * video.playback_rate() };
    let position = video.current_time() + ahead;
    prefetch(&url, Aim { position, pixels });
    let timer = Timer::new(LEAD, move || {
        // Timers are late, and people seek: what was fetched is for this place.
        let now = video.current_time();
        handle.time.set(if (now - position).abs() < NEAR { position } else { now });
        let fallback = Fallback::to(handle, file, &video, supply.clone());
        replace(handle, &Source::Hls(url), &video, &supply, Some(fallback));
    });
    // It goes with whatever asked for the stream: another source, or the player's end.
    StoredValue::new_local(Some(timer));
}

/// The file that plays on if the stream that is to take its place does not.
struct Fallback {
    back: Rc<dyn Fn()>,
    /// Rings when the stream should have shown a picture, or has failed later.
    patience: StoredValue<Option<Timer>>,
}

impl Fallback {
    fn to(handle: PlayerHandle, file: File, video: &HtmlVideoElement, supply: Supply) -> Self {
        let patience = StoredValue::new(None);
        let (video, element) = (video.clone(), video.clone());
        let back: Rc<dyn Fn()> = Rc::new(move || {
            if patience.try_with_value(|_| ()).is_some() {
                web_sys::console::info_1(&"the stream does not play yet: the local file plays on".into());
                replace(handle, &Source::File(file.clone()), &element, &supply, None);
            }
        });
        let (late, shown) = (Rc::clone(&back), video);
        patience.set_value(Some(Timer::new(SWAP_PATIENCE, move || {
            if shown.ready_state() < 2 {
                late();
            }
        })));
        Self { back, patience }
    }
}

fn forget(handle: PlayerHandle) {
    handle.interrupt();
    // First the old engine, or it would take the new one's source away when it goes.
    handle.engine.set_value(None);
    handle.error.set(None);
    handle.reconnecting.set(false);
    handle.levels.set(Vec::new());
    handle.level_shown.set(-1);
    handle.level_wanted.set(-1);
    handle.audio_tracks.set(Vec::new());
    handle.audio_shown.set(-1);
}

fn replace(
    handle: PlayerHandle,
    source: &Source,
    video: &HtmlVideoElement,
    supply: &Supply,
    fallback: Option<Fallback>,
) {
    let position = if handle.ended.get_untracked() { 0.0 } else { handle.time.get_untracked() };
    forget(handle);
    let report = move |event| match (&event, &fallback) {
        (EngineEvent::Failed(_), Some(fallback)) => {
            let back = Rc::clone(&fallback.back);
            // Not now: the engine that is to go is the one that says so.
            fallback.patience.try_set_value(Some(Timer::new(0.0, move || back())));
        }
        _ => handle.on_engine(event),
    };
    let name = match source {
        Source::File(_) => "file",
        Source::Hls(_) if engine::native::is_preferred(video) => "native",
        Source::Hls(_) => "hls.js",
    };
    handle.observe(Input::Source(name));
    let engine = engine::create(source, video, supply, Rc::new(report));
    engine.load(position);
    handle.engine.set_value(Some(engine));
}
