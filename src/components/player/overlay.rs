//! What lies over the picture: the large play button, the spinner, the reason of a failure.

use crate::components::{html::*, signals::*};
use web_sys::Event;

use super::{PlayerHandle, strings};
use crate::{
    components::icons::{self, icon},
    player::engine::Source,
};

pub(super) fn overlay(handle: PlayerHandle, src: Signal<Option<Source>>) -> View {
    let is_file = move || matches!(src.get(), Some(Source::File(_)));
    // As long as what is buffered plays, nobody need know that a request failed.
    let waiting = move || handle.error.get().is_none() && handle.waiting.get();
    let loud = move || handle.reconnecting.get() || handle.offline.get() && !is_file();
    let status = move || match (loud(), handle.offline.get()) {
        (false, _) => strings::BUFFERING,
        (true, false) => strings::RECONNECTING,
        (true, true) => strings::OFFLINE,
    };
    let inviting = move || {
        handle.paused.get() && !handle.started.get() && handle.error.get().is_none() && src.with(Option::is_some)
    };
    html! {
        {when(
            inviting,
            move || html! {
                <button
                    type="button"
                    part="big-play"
                    class="rw-big-play"
                    {..strings::label(handle.texts, strings::PLAY)}
                    {..on("click", move |_: Event| start(handle))}
                >
                    {icon(icons::PLAY)}
                </button>
            },
        )}
        // What it means is said by the announcer.
        <div part="spinner" aria-hidden="true" class="rw-spinner" {..attr("data-open", waiting)}>
            <span class="rw-spinner-ring"></span>
            <span class="rw-spinner-text" {..attr("data-loud", loud)}>
                {text(move || waiting().then(|| handle.texts.get(status())))}
            </span>
        </div>
        {part(move || {
            handle.error.get().map(|error| html! {
                <div part="error" class="rw-error" role="alert" data-code={error.code()}>
                    {icon(icons::WARNING)}
                    <p>{strings::words(handle.texts, strings::error(error, is_file()))}</p>
                    {when(
                        move || !is_file(),
                        move || html! {
                            <button type="button" part="retry" class="rw-error-retry" {..on("click", move |_: Event| handle.retry())}>
                                {icon(icons::RETRY)}
                                {strings::words(handle.texts, strings::RETRY)}
                            </button>
                        },
                    )}
                </div>
            })
        })}
    }
}

/// The first play. The button goes away with it, so the focus moves to the player: keys go on working.
fn start(handle: PlayerHandle) {
    handle.play();
    if let Some(root) = handle.root.get_untracked() {
        let _ = root.focus();
    }
}
