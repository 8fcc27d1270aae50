//! Playing without being asked to, as far as the browser lets a page do that.

use crate::components::html::*;
use reelway_core::playback::qoe::Input;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, HtmlVideoElement};

use super::{Autoplay, PlayerHandle, handle, strings};
use crate::{
    components::icons::{self, icon},
    dom::property,
};

/// Plays what has just been loaded, because the user or the page wants it to.
pub(super) fn begin(handle: PlayerHandle, video: &HtmlVideoElement) {
    let autoplay = handle.autoplay.get_value();
    handle.autoplay.set_value(Autoplay::Off);
    let promise = handle::playing(video);
    handle.settle(&promise);
    let video = video.clone();
    spawn_local(async move {
        let Err(error) = JsFuture::from(promise).await else { return };
        let refused = property(&error, "name").as_string().is_some_and(|name| name == "NotAllowedError");
        if !refused {
            return;
        }
        if autoplay != Autoplay::On || video.muted() {
            handle.observe(Input::Pause);
            return;
        }
        video.set_muted(true);
        let plays = JsFuture::from(handle::playing(&video)).await.is_ok();
        if plays {
            let _ = handle.unmute_offered.try_set(true);
        } else {
            video.set_muted(false);
            handle.observe(Input::Pause);
        }
    });
}

/// Offers the sound of a video that plays without because nobody has asked for it.
pub(super) fn unmute_button(handle: PlayerHandle) -> View {
    when(
        move || handle.unmute_offered.get() && handle.muted.get() && handle.error.get().is_none(),
        move || {
            html! {
                <button
                    type="button"
                    part="unmute"
                    class="rw-notice rw-unmute"
                    {..on("click", move |_: Event| unmute(handle))}
                >
                    {icon(icons::VOLUME_OFF)}
                    {strings::words(handle.texts, strings::UNMUTE)}
                </button>
            }
        },
    )
}

/// The button goes away with it, so the focus moves to the player: keys go on working.
fn unmute(handle: PlayerHandle) {
    handle.toggle_mute();
    if let Some(root) = handle.root.get_untracked() {
        let _ = root.focus();
    }
}
