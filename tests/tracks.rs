//! Captions beside a video: what the back end is asked, and what a player makes of what it tells.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{cell::Cell, rc::Rc};

use fake::{next, requests, reset, until};
use leptos::{mount::mount_to, prelude::*};
use reelway::{
    Backend,
    backend::NewTrack,
    components::player::{Player, PlayerHandle, told_tracks, track_name},
    language,
    player::engine::{HlsJsSource, Source},
};
use reelway_api::{ErrorCode, TextTrack, TrackKind};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, Url};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn captions_are_sent_as_they_are_and_told_of_with_a_url_of_the_server() {
    reset("{}");
    let backend = Backend::new("https://video.example");
    let track = NewTrack {
        content_type: "text/vtt",
        language: "pt-BR".into(),
        label: "Português".into(),
        kind: TrackKind::Captions,
    };
    next(
        r#"{"to":"POST","status":201,"body":{"id":"t1","src":"/media/v1/t1.vtt","kind":"captions","language":"pt-BR"}}"#,
    );
    let added = backend.add_track("v1", &track, b"WEBVTT").await.unwrap();
    assert!(added.src.ends_with("/media/v1/t1.vtt") && added.src.starts_with("http"), "{}", added.src);
    assert_eq!((added.id.as_str(), added.kind), ("t1", TrackKind::Captions));

    let bare = NewTrack { language: String::new(), label: String::new(), kind: TrackKind::Subtitles, ..track };
    next(r#"{"to":"POST","status":400,"body":{"error":{"code":"bad_captions","message":"Line 3 has no times."}}}"#);
    let refused = backend.add_track("v1", &bare, b"x").await.unwrap_err();
    assert!(refused.is(ErrorCode::BadCaptions) && refused.to_string() == "Line 3 has no times.", "{refused}");
    backend.remove_track("v1", "t/1").await.unwrap();
    let base = "https://video.example/api/videos/v1/tracks";
    assert_eq!(
        requests().lines().collect::<Vec<_>>(),
        [
            &format!("POST {base}?language=pt-BR&label=Portugu%C3%AAs&kind=captions WEBVTT"),
            &format!("POST {base}?kind=subtitles x"),
            &format!("DELETE {base}/t%2F1"),
        ]
    );
}

#[wasm_bindgen_test]
async fn the_providers_come_out_typed() {
    reset("{}");
    next(
        r#"{"to":"GET /api/providers","status":200,"body":{"providers":[{"name":"mux","label":"Mux","default":true}]}}"#,
    );
    let list = Backend::new("").providers().await.unwrap();
    assert_eq!((list.providers[0].label.as_str(), list.providers[0].default), ("Mux", true));
}

#[wasm_bindgen_test]
fn a_language_is_known_by_its_tag_and_by_its_name() {
    for (word, tag) in
        [("de", "de"), ("DE", "de"), ("deu", "de"), ("pt-br", "pt-BR"), (" German ", "de"), ("deutsch", "de")]
    {
        assert_eq!(language::find(word).as_deref(), Some(tag), "{word}");
    }
    for word in ["", "hd", "1080p", "film", "cc", "sdh", "en us", "forced", "🎬"] {
        assert_eq!(language::find(word), None, "{word}");
    }
    assert_eq!(track_name(String::new(), "", 2), "Track 3");
}

/// A player of tracks that a server tells of.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    told: RwSignal<Vec<TextTrack>>,
    src: String,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    fn new() -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        document.body().unwrap().append_child(&root).unwrap();
        let parts = js_sys::Array::of1(&"WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n".into());
        let blob = web_sys::Blob::new_with_str_sequence(&parts).unwrap();
        let slot = Rc::new(Cell::new(None));
        let filled = Rc::clone(&slot);
        let mounted = mount_to(root.clone(), move || {
            let (handle, told) = (PlayerHandle::new(), RwSignal::new(Vec::new()));
            filled.set(Some((handle, told)));
            let tracks = told_tracks(handle, move || told.get());
            view! {
                <Player
                    src=Signal::derive_local(|| None::<Source>)
                    tracks
                    handle=Some(handle)
                    hls=Some(HlsJsSource::default())
                />
            }
        });
        let (handle, told) = slot.take().unwrap();
        let src = Url::create_object_url_with_blob(&blob).unwrap();
        Self { root, handle, told, src, _mounted: Box::new(mounted) }
    }

    /// The server tells of these tracks, with this token in their URLs.
    fn tell(&self, ids: &[&str], token: u32) {
        let track = |id: &&str| TextTrack {
            id: (*id).to_owned(),
            src: format!("{}#{id}{token}", self.src),
            kind: TrackKind::Subtitles,
            language: (*id).to_owned(),
            label: String::new(),
        };
        self.told.set(ids.iter().map(track).collect());
    }

    fn elements(&self) -> Vec<Element> {
        let list = self.root.query_selector_all("track").unwrap();
        (0..list.length()).map(|index| list.item(index).unwrap().unchecked_into()).collect()
    }

    /// Which tracks there are, each with the token that it is fetched by.
    fn tracks(&self) -> Vec<String> {
        let src = |element: Element| element.get_attribute("src").unwrap().rsplit_once('#').unwrap().1.to_owned();
        self.elements().into_iter().map(src).collect()
    }

    async fn has(&self, expected: &[&str]) {
        until(&format!("{expected:?}, not {:?}", self.tracks()), || self.tracks() == expected).await;
    }
}

#[wasm_bindgen_test]
async fn captions_that_are_read_stay_whatever_becomes_of_the_others() {
    let stage = Stage::new();
    stage.tell(&["de", "en"], 1);
    stage.has(&["de1", "en1"]).await;
    until("they are in the menu", || stage.handle.captions.with_untracked(Vec::len) == 2).await;
    stage.handle.set_caption(1);
    let read = stage.elements().remove(1);

    stage.tell(&["de", "en"], 2);
    stage.tell(&["en", "fr"], 3);
    stage.has(&["en1", "fr3"]).await;
    assert!(stage.elements()[0].is_same_node(Some(&read)), "what has been fetched is not fetched again");
    until("the menu follows", || stage.handle.captions.with_untracked(|all| all[1].language == "fr")).await;
    assert_eq!(stage.handle.caption().unwrap().language, "en");

    stage.handle.set_caption(-1);
    stage.tell(&["en", "fr"], 4);
    stage.has(&["en4", "fr4"]).await;
    stage.root.remove();
}
