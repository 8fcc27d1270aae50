//! How far all files are together, with buttons for all of them.

use leptos::{html, prelude::*};
use web_sys::{Event, HtmlElement};

use super::{queue::Uploads, strings};
use crate::{
    components::{
        icons::{self, icon},
        live::{attr, effect, either, on, text},
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
    let button = move |part: &'static str, words: &'static str, path: &'static str, act: fn(&Uploads)| {
        view! {
            <button type="button" part=part class="rw-button" {..on("click", move |_: Event| act(&uploads))}>
                {icon(path)}
                {words}
            </button>
        }
        .into_any()
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
            {either(
                move || totals().sending > 0,
                move || button("pause-all", strings::PAUSE_ALL, icons::PAUSE, Uploads::pause_all),
                move || button("resume-all", strings::RESUME_ALL, icons::PLAY, Uploads::resume_all),
            )}
        </div>
    }
    .into_any()
}
