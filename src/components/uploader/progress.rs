//! The bar that shows how far a file is, or all of them.

use web_sys::HtmlElement;

use crate::{
    components::{html::*, signals::*},
    dom::number,
};

/// A bar. `ends` are the shares, 0 to 1, of what is certain and of what has been sent; `percent` and `words` are what a
/// screen reader hears of them.
pub(super) fn progress_bar(
    label: impl Fn() -> String + 'static,
    part: Option<&'static str>,
    ends: impl Fn() -> (f64, f64) + 'static,
    percent: impl Fn() -> u8 + 'static,
    words: impl Fn() -> String + 'static,
    hidden: impl Fn() -> bool + 'static,
) -> View {
    let bar = NodeRef::<HtmlElement>::new();
    effect(move || {
        let Some(bar) = bar.get() else { return };
        let (acknowledged, sent) = ends();
        let _ = bar.style().set_property("--_acknowledged", &number(acknowledged));
        let _ = bar.style().set_property("--_sent", &number(sent));
    });
    html! {
        <div
            part={part}
            class="rw-progress"
            role="progressbar"
            node_ref={bar}
            aria-valuemin="0"
            aria-valuemax="100"
            {..attr("aria-label", label)}
            {..attr("aria-valuenow", move || percent().to_string())}
            {..attr("aria-valuetext", words)}
            {..attr("hidden", hidden)}
        >
            <div class="rw-progress-sent"></div>
            <div class="rw-progress-acknowledged"></div>
        </div>
    }
}
