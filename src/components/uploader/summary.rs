//! How far all files are together, with buttons for all of them.

use leptos::prelude::*;
use web_sys::Event;

use super::{progress::progress_bar, queue::Uploads, strings};
use crate::components::{
    icons,
    live::icon,
    live::{attr, on, part, text},
};

/// A line under the rows. It shows while there are several files and not all have arrived.
#[component]
pub(super) fn Summary(uploads: Uploads) -> AnyView {
    let totals = move || uploads.totals();
    let hidden = move || {
        let totals = totals();
        totals.files < 2 || totals.arrived == totals.files
    };
    let fraction = move || totals().fraction();
    let texts = uploads.texts;
    let words = move || strings::totals(texts, &totals());
    let moving = move || totals().sending > 0;
    let act = move |_: Event| match untrack(moving) {
        true => uploads.pause_all(),
        false => uploads.resume_all(),
    };
    view! {
        <div part="summary" class="rw-summary" {..attr("hidden", hidden)}>
            {progress_bar(
                move || texts.get(strings::SUMMARY),
                None,
                move || (fraction(), fraction()),
                move || (fraction() * 100.0) as u8,
                words,
                || false,
            )}
            <p class="rw-summary-text">{text(words)}</p>
            // One button: with two, the keyboard's focus would be lost with the one that goes.
            <button
                type="button"
                class="rw-button"
                {..attr("part", move || if moving() { "pause-all" } else { "resume-all" })}
                {..on("click", act)}
            >
                {part(move || icon(if moving() { icons::PAUSE } else { icons::PLAY }).into_any())}
                {text(move || texts.get(if moving() { strings::PAUSE_ALL } else { strings::RESUME_ALL }))}
            </button>
        </div>
    }
    .into_any()
}
