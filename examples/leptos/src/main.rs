//! The three components on one page: an uploader with a list of what has arrived, a player for one of those, and both in one.

use leptos::prelude::*;
use reelway::{
    UploadOptions,
    components::{
        Player, THEME_CSS, Uploader, Video, player,
        uploader::{self, Uploads},
        video,
    },
    player::engine::Source,
    reelway_api::video::Playback,
};

/// The page's own origin, where `trunk serve` finds the server: see Trunk.toml.
const ENDPOINT: &str = "";

#[component]
fn App() -> impl IntoView {
    view! {
        <style>{THEME_CSS} {uploader::CSS} {player::CSS} {video::CSS} "body { max-width: 48rem; margin: auto; }"</style>
        <h1>"One file, from the disk to the stream"</h1>
        <Video endpoint=ENDPOINT />
        <h1>"Several files, and a player of one's own"</h1>
        <Several />
    }
}

/// The page keeps the uploads, so it knows which videos they have become.
#[component]
fn Several() -> impl IntoView {
    let uploads = Uploads::new(UploadOptions::to(ENDPOINT));
    let first = Memo::new(move |_| {
        let videos = uploads.keys().into_iter().filter_map(|key| uploads.get(key)?.video.get());
        videos.filter_map(|video| video.playback).next()
    });
    let of_first = move |pick: fn(&Playback) -> Option<String>| {
        Signal::derive(move || first.with(|playback| playback.as_ref().and_then(pick)))
    };
    view! {
        <Uploader uploads=Some(uploads) multiple=true max_file_size=2_000_000_000 />
        <Show when=move || first.with(Option::is_some)>
            <Player
                src=Signal::derive_local(move || first.get().map(|playback| Source::Hls(playback.hls)))
                poster=of_first(|playback| playback.poster.clone())
                storyboard_src=of_first(|playback| playback.storyboard.clone())
                video_title="The first video that is ready"
            />
        </Show>
    }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
