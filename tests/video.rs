//! Uploader and player in one, in a real browser: the player is there while one file is on its way, and goes with it.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{
    next,
    page::{document, film},
    reset, until,
};
use leptos::{mount::mount_to, prelude::*};
use reelway::{
    UploadOptions,
    components::{
        Video,
        uploader::{Action, Uploads},
    },
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn one_file_plays_from_disk_while_it_is_sent_and_several_do_not() {
    reset("{}");
    for _ in 0..2 {
        next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    }
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    let owner = Owner::new();
    let options = UploadOptions { journal: false, ..UploadOptions::default() };
    let (uploads, player) = owner.with(|| (Uploads::new(options), ArcRwSignal::new(None)));
    let shown = player.clone();
    let mounted =
        mount_to(root.clone(), move || view! { <Video multiple=true uploads=Some(uploads) player=Some(shown) /> });
    let find = |selector: &str| -> Option<Element> { root.query_selector(selector).unwrap() };
    assert!(find(".reelway-video > .reelway-uploader").is_some() && player.get_untracked().is_none());

    let keys = uploads.add([film()]);
    until("it plays", || player.get_untracked().is_some_and(|player| player.loaded.get_untracked())).await;
    assert!(find(".reelway-video > .reelway:first-child > .reelway-player video").is_some());
    assert_eq!(
        find(".reelway-player").unwrap().get_attribute("aria-label").as_deref(),
        Some("Video player: film.webm")
    );
    let first = player.get_untracked().unwrap();

    let more = uploads.add([film()]);
    until("rows only", || find(".reelway-player").is_none()).await;
    assert!(player.get_untracked().is_none() && first.loaded.try_get_untracked().is_none(), "nothing is left of it");

    uploads.steer(Action::Cancel, Some(keys[0]));
    until("the other one plays", || player.get_untracked().is_some_and(|player| player.loaded.get_untracked())).await;
    drop(mounted);
    assert!(player.get_untracked().is_none());
    assert_eq!(uploads.keys(), more, "the page keeps its uploads");
    uploads.steer(Action::Cancel, None);
    root.remove();
}
