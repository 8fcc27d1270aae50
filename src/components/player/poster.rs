//! The picture that stands in until the video has moved, and what stands in for that until it has come.

use leptos::prelude::*;
use web_sys::Event;

use super::PlayerHandle;
use crate::components::live::{attr, on, part};

#[component]
pub(super) fn Poster(
    handle: PlayerHandle,
    poster: Signal<Option<String>>,
    placeholder: Signal<Option<String>>,
) -> impl IntoView {
    let shown = move |url: Signal<Option<String>>| url.get().filter(|_| !handle.started.get());
    let has_come = RwSignal::new(false);
    view! {
        {part(move || {
            shown(placeholder).map(|url| view! { <img part="placeholder" src=url alt="" /> }.into_any()).into_any()
        })}
        {part(move || {
            has_come.set(false);
            shown(poster)
                .map(|url| {
                    view! {
                        <img
                            part="poster"
                            src=url
                            alt=""
                            {..attr("data-loaded", move || has_come.get())}
                            {..on("load", move |_: Event| has_come.set(true))}
                        />
                    }
                    .into_any()
                })
                .into_any()
        })}
    }
}
