//! The picture that stands in until the video has moved.

use leptos::prelude::*;

use super::PlayerHandle;
use crate::components::live::part;

#[component]
pub(super) fn Poster(handle: PlayerHandle, poster: Signal<Option<String>>) -> impl IntoView {
    let shown = move || poster.get().filter(|_| !handle.started.get());
    part(move || shown().map(|url| view! { <img part="poster" src=url alt="" /> }.into_any()).into_any())
}
