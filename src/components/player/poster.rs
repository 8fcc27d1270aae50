//! The picture that stands in until the video has moved, and what stands in for that until it has come.

use crate::components::{html::*, signals::*};
use web_sys::Event;

use super::PlayerHandle;

pub(super) fn poster(
    handle: PlayerHandle,
    poster: Signal<Option<String>>,
    placeholder: Signal<Option<String>>,
) -> View {
    let shown = move |url: Signal<Option<String>>| url.get().filter(|_| !handle.started.get());
    let has_come = RwSignal::new(false);
    html! {
        {part(move || {
            shown(placeholder).map(|url| html! { <img part="placeholder" src={url} alt="" /> })
        })}
        {part(move || {
            has_come.set(false);
            shown(poster)
                .map(|url| {
                    html! {
                        <img
                            part="poster"
                            src={url}
                            alt=""
                            {..attr("data-loaded", move || has_come.get())}
                            {..on("load", move |_: Event| has_come.set(true))}
                        />
                    }

                })

        })}
    }
}
