//! The one kind of button that the bar has, apart from those that open menus.

use crate::components::html::*;
use web_sys::Event;

use crate::{
    components::icons::live_icon,
    texts::{Key, Texts},
};

/// A button of one element for all its states: its label and its icon change. `keys` are its shortcuts, if it has any.
pub(super) fn button(
    texts: Texts,
    part: &'static str,
    keys: &'static str,
    label: impl Fn() -> Key + Send + Sync + 'static,
    icon: impl Fn() -> &'static str + Send + Sync + 'static,
    act: impl Fn() + Send + Sync + 'static,
) -> View {
    fn of(
        texts: Texts,
        part: &'static str,
        keys: &'static str,
        label: Box<dyn Fn() -> Key + Send + Sync>,
        icon: Box<dyn Fn() -> &'static str + Send + Sync>,
        act: Box<dyn Fn() + Send + Sync>,
    ) -> View {
        let label = std::sync::Arc::new(move || texts.get(label()));
        let title = label.clone();
        html! {
            <button
                type="button"
                part={part}
                class="rw-control"
                aria-keyshortcuts={(!keys.is_empty()).then_some(keys)}
                {..attr("aria-label", move || label())}
                {..attr("title", move || title())}
                {..on("click", move |_: Event| act())}
            >
                {live_icon(icon)}
            </button>
        }
    }
    of(texts, part, keys, Box::new(label), Box::new(icon), Box::new(act))
}
