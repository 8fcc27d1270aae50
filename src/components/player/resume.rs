//! Goes on where the last visit ended, and says so.

use crate::components::{html::*, signals::*};
use reelway_core::{
    Millis,
    playback::resume::{Positions, key},
};
use web_sys::{Event, HtmlVideoElement};

use super::{PlayerHandle, strings};
use crate::{
    dom::{store, stored, window},
    listener::Listener,
    player::engine::Source,
    timer::Timer,
};

/// The key of the browser's storage: positions of all videos of this origin.
const STORED: &str = "reelway.positions";
/// Seconds between two saves while it plays.
const INTERVAL: f64 = 5.0;
/// How long it is said that it goes on somewhere in the middle, from when it plays.
const NOTICE: Millis = 8_000.0;

/// Looks up where to start: before the first source is loaded. What is asked for by name (`start-time`) comes first.
// By itself in the wasm, whose parts are loaded by function.
#[inline(never)]
pub(super) fn begin(handle: PlayerHandle, id: Option<&str>, source: &Source, wanted: bool) {
    if handle.video_key.get_value().is_some() {
        return;
    }
    // A file on the way to a server has no name yet that the next visit would know it by.
    let id = match (id, source) {
        (Some(id), _) => id,
        (None, Source::Hls(url)) => url,
        (None, _) => return,
    };
    let key = key(id);
    handle.video_key.set_value(Some(key));
    if wanted && handle.time.get_untracked() == 0.0 && !handle.started.get_untracked() {
        let found = Positions::read(&stored(STORED).unwrap_or_default()).find(key, now());
        if let Some(position) = found {
            handle.time.set(position);
            handle.resumed.set(Some(position));
        }
    }
}

/// Saves while it plays, when it pauses, and when the page goes. Forgets at the end.
pub(super) fn follow(handle: PlayerHandle, video: &HtmlVideoElement) -> [Listener; 4] {
    let saved = StoredValue::new(0.0);
    [
        Listener::new(video, "timeupdate", move |_| {
            let time = handle.time.get_untracked();
            if (time - saved.get_value()).abs() >= INTERVAL {
                saved.set_value(time);
                save(handle);
            }
        }),
        Listener::new(video, "pause", move |_| save(handle)),
        Listener::new(video, "ended", move |_| change(handle, |positions, key| positions.forget(key))),
        Listener::new(&window(), "pagehide", move |_| {
            // A page may be left before what saves has come.
            if handle.started.try_get_untracked() == Some(true) {
                save(handle);
            }
        }),
    ]
}

/// Saves where it is, if it has been watched at all.
// By itself in the wasm, whose parts are loaded by function.
#[inline(never)]
pub(super) fn save(handle: PlayerHandle) {
    let watched = handle.started.try_get_untracked() == Some(true) && !handle.ended.get_untracked();
    let (time, duration) = (handle.time.get_untracked(), handle.duration.get_untracked());
    if watched && duration > 0.0 {
        change(handle, |positions, key| positions.keep(key, time, duration, now()));
    }
}

fn change(handle: PlayerHandle, change: impl FnOnce(&mut Positions, u64)) {
    let Some(key) = handle.video_key.try_get_value().flatten() else { return };
    // Read anew each time: other tabs save theirs.
    let mut positions = Positions::read(&stored(STORED).unwrap_or_default());
    change(&mut positions, key);
    store(STORED, &positions.write());
}

/// Unix time in seconds.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// "Resumed at 1:05", and the way back to the beginning.
pub(super) fn resumed(handle: PlayerHandle) -> View {
    let timer = StoredValue::new(None::<Timer>);
    effect(move || {
        if handle.resumed.get().is_some() && handle.started.get() {
            timer.set_value(Some(Timer::new(NOTICE, move || handle.resumed.set(None))));
        }
    });
    let start_over = move |_: Event| {
        handle.seek(0.0);
        // The button goes away with it, so the focus moves to the player.
        if let Some(root) = handle.root.get_untracked() {
            let _ = root.focus();
        }
    };
    when(
        move || handle.resumed.get().is_some() && handle.loaded.get() && handle.error.get().is_none(),
        move || {
            html! {
                <div part="resumed" class="rw-notice">
                    <span>{text(move || strings::resumed(handle.texts, handle.resumed.get().unwrap_or_default()))}</span>
                    <button type="button" part="start-over" {..on("click", start_over)}>
                        {strings::words(handle.texts, strings::START_OVER)}
                    </button>
                </div>
            }
        },
    )
}
