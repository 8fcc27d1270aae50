//! A player that is told a video of a Reelway server, and no stream: it asks, waits until there is one, and plays it.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{event, next, page::document, requests, reset, until};
use reelway::{
    Backend,
    components::{
        player::{Options, PlayerHandle, ServerVideo, mount},
        signals::Signal,
    },
    player::engine::{PlaybackError, Source},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    server: ServerVideo,
}

impl Stage {
    fn mount(page: impl FnOnce() -> Options) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let handle = PlayerHandle::new();
        let server = handle.own(|| ServerVideo::new(handle));
        let options = handle.own(|| server.fill(page()));
        mount(&root, handle, options);
        server.ask(Some((Backend::new(""), "v1".into())));
        Self { root, handle, server }
    }

    fn plays(&self) -> String {
        self.handle.media().current_src().replace(&origin(), "")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.handle.dispose();
        self.root.remove();
    }
}

fn origin() -> String {
    web_sys::window().unwrap().location().origin().unwrap()
}

fn told(status: &str, revision: u32, rest: &str) -> String {
    format!(
        r#"{{"id":"v1","title":"film.mp4","provider":"local","status":"{status}","created_at":1,"revision":{revision}{rest}}}"#
    )
}

fn answers(body: &str) {
    next(&format!(r#"{{"to":"GET /api/videos/v1","status":200,"body":{body}}}"#));
}

#[wasm_bindgen_test]
async fn it_plays_as_soon_as_the_server_says_that_the_video_is_ready() {
    reset("{}");
    answers(&told("processing", 2, r#","percent":40"#));
    let stage = Stage::mount(Options::default);
    until("it listens", || requests().contains("EVENTS /api/videos/v1/events")).await;
    assert_eq!(stage.plays(), "");

    event(&told("ready", 3, r#","playback":{"hls":"/v1/master.m3u8","poster":"/v1/poster.webp"}"#));

    until("the stream", || stage.plays() == "/v1/master.m3u8").await;
    let poster =
        || stage.root.query_selector("[part='poster']").unwrap().and_then(|poster| poster.get_attribute("src"));
    until("its poster", || poster() == Some(format!("{}/v1/poster.webp", origin()))).await;
    let label = || stage.handle.root.get_untracked().unwrap().get_attribute("aria-label").unwrap();
    assert!(label().ends_with("film.mp4"), "{}", label());
}

#[wasm_bindgen_test]
async fn what_the_page_says_itself_comes_first() {
    reset("{}");
    answers(&told("ready", 2, r#","playback":{"hls":"/v1/master.m3u8"}"#));
    let own = || Options { src: Signal::stored(Some(Source::Hls("/mine.m3u8".into()))), ..Options::default() };

    let stage = Stage::mount(own);

    until("it was asked", || requests().contains("GET /api/videos/v1")).await;
    fake::page::pause(50).await;
    assert_eq!(stage.plays(), "/mine.m3u8");
}

#[wasm_bindgen_test]
async fn a_video_that_is_not_there_is_gone_until_somebody_tries_again() {
    reset("{}");
    let stage = Stage::mount(Options::default);
    until("the reason", || stage.handle.media().error() == Some(PlaybackError::Gone)).await;

    answers(&told("ready", 2, r#","playback":{"hls":"/v1/master.m3u8"}"#));
    until("the button", || stage.root.query_selector("[part='retry']").unwrap().is_some()).await;
    let retry = stage.root.query_selector("[part='retry']").unwrap().unwrap();
    retry.unchecked_into::<HtmlElement>().click();

    until("the stream", || stage.plays() == "/v1/master.m3u8").await;
}

#[wasm_bindgen_test]
async fn what_comes_late_of_another_video_is_not_taken() {
    reset("{}");
    answers(&told("ready", 2, r#","playback":{"hls":"/v1/master.m3u8"}"#));
    let stage = Stage::mount(Options::default);

    stage.server.ask(None);

    fake::page::pause(50).await;
    assert_eq!(stage.plays(), "");
}
