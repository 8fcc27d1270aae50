//! How far all files are together, with buttons for all of them.

use web_sys::Event;

use super::{progress::progress_bar, queue::Uploads, strings};
use crate::components::{
    html::*,
    icons::{self, live_icon},
    signals::*,
};

/// A line under the rows. It shows while there are several files and not all have arrived.
pub(super) fn summary(uploads: Uploads) -> View {
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
    html! {
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
                {live_icon(move || if moving() { icons::PAUSE } else { icons::PLAY })}
                {text(move || texts.get(if moving() { strings::PAUSE_ALL } else { strings::RESUME_ALL }))}
            </button>
        </div>
    }
}
