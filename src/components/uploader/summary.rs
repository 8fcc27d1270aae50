//! How far all files are together, with buttons for all of them.

use leptos::{html, prelude::*};
use web_sys::{Event, HtmlElement};

use super::{queue::Uploads, strings};
use crate::{
    components::{
        icons::{self, icon},
        live::{attr, effect, on, part, text},
    },
    dom::number,
};

/// A line under the rows. It shows while there are several files and not all have arrived.
#[component]
pub(super) fn Summary(uploads: Uploads) -> AnyView {
    let totals = move || uploads.totals();
    let hidden = move || {
        let totals = totals();
        totals.files < 2 || totals.arrived == totals.files
    };
    let percent = move || ((totals().fraction() * 100.0) as u32).to_string();
    let bar = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(bar) = bar.get() else { return };
        let element: &HtmlElement = bar.as_ref();
        let fraction = number(totals().fraction());
        let _ = element.style().set_property("--_acknowledged", &fraction);
        let _ = element.style().set_property("--_sent", &fraction);
    });
    let moving = move || totals().sending > 0;
    let act = move |_: Event| match untrack(moving) {
        true => uploads.pause_all(),
        false => uploads.resume_all(),
    };
    view! {
        <div part="summary" class="rw-summary" {..attr("hidden", hidden)}>
            <div
                class="rw-progress"
                role="progressbar"
                node_ref=bar
                aria-label=strings::SUMMARY
                aria-valuemin="0"
                aria-valuemax="100"
                {..attr("aria-valuenow", percent)}
                {..attr("aria-valuetext", move || strings::totals(&totals()))}
            >
                <div class="rw-progress-sent"></div>
                <div class="rw-progress-acknowledged"></div>
            </div>
            <p class="rw-summary-text">{text(move || strings::totals(&totals()))}</p>
            // One button: with two, the keyboard's focus would be lost with the one that goes.
            <button
                type="button"
                class="rw-button"
                {..attr("part", move || if moving() { "pause-all" } else { "resume-all" })}
                {..on("click", act)}
            >
                {part(move || icon(if moving() { icons::PAUSE } else { icons::PLAY }).into_any())}
                {text(move || if moving() { strings::PAUSE_ALL } else { strings::RESUME_ALL })}
            </button>
        </div>
    }
    .into_any()
}
