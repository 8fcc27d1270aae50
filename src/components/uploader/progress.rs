//! The bar that shows how far a file is, or all of them.

use leptos::{html, prelude::*};
use web_sys::HtmlElement;

use crate::{
    components::live::{attr, effect},
    dom::number,
};

// Not written into the view: of elements without anything that could change Leptos makes HTML for `innerHTML`, which pages
// with Trusted Types refuse.
const SENT: &str = "rw-progress-sent";
const ACKNOWLEDGED: &str = "rw-progress-acknowledged";

/// A bar. `ends` are the shares, 0 to 1, of what is certain and of what has been sent; `percent` and `words` are what a
/// screen reader hears of them.
pub(super) fn progress_bar(
    label: impl Fn() -> String + Send + Sync + 'static,
    part: Option<&'static str>,
    ends: impl Fn() -> (f64, f64) + 'static,
    percent: impl Fn() -> u8 + Send + Sync + 'static,
    words: impl Fn() -> String + Send + Sync + 'static,
    hidden: impl Fn() -> bool + Send + Sync + 'static,
) -> AnyView {
    let bar = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(bar) = bar.get() else { return };
        let element: &HtmlElement = bar.as_ref();
        let (acknowledged, sent) = ends();
        let _ = element.style().set_property("--_acknowledged", &number(acknowledged));
        let _ = element.style().set_property("--_sent", &number(sent));
    });
    view! {
        <div
            part=part
            class="rw-progress"
            role="progressbar"
            node_ref=bar
            aria-valuemin="0"
            aria-valuemax="100"
            {..attr("aria-label", label)}
            {..attr("aria-valuenow", move || percent().to_string())}
            {..attr("aria-valuetext", words)}
            {..attr("hidden", hidden)}
        >
            <div class=SENT></div>
            <div class=ACKNOWLEDGED></div>
        </div>
    }
    .into_any()
}
