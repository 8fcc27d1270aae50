//! `/`: the uploader, and the videos that are there already.

use leptos::prelude::*;
use reelway::components::{Video, live::attr, uploader::Uploads};

use crate::{
    library::Library,
    providers::{ProviderChoice, Providers},
    router::watch_url,
    set_title, strings,
};

#[component]
pub fn Home(uploads: Uploads, providers: Providers) -> impl IntoView {
    set_title("");
    let busy = move || !uploads.keys().is_empty();
    view! {
        // Out of sight it still names the page to those who go through it by its headings.
        <section {..attr("class", move || if busy() { "rw-spoken" } else { "hero" })}>
            <h1>{strings::HERO_TITLE}</h1>
            <p>{strings::HERO_TEXT}</p>
        </section>
        <ProviderChoice providers />
        <Video multiple=true whole_page=true watch_url=Some(watch_url as fn(&str) -> String) uploads=Some(uploads) />
        <Library uploads providers />
    }
}
