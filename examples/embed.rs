//! A page of one's own round Reelway: upload, processing and player in one component.
//!
//! README shows this file; it is built with everything else, so that what stands there compiles.

use leptos::prelude::*;
use reelway::components::{THEME_CSS, Video, player, uploader, video};

#[component]
fn App() -> impl IntoView {
    view! {
        <style>{THEME_CSS} {uploader::CSS} {player::CSS} {video::CSS}</style>
        <h1>"Send us your video"</h1>
        <Video endpoint="https://video.example" />
    }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
