//! What keeps a player going, in a real browser: fresh tokens, the last picture held, a file that steps in.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Date, Function, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use page::{document, until};
use reelway::{
    components::player::{Player, PlayerHandle},
    player::{
        engine::{HlsJsSource, Source},
        token::Refresh,
    },
};
use reelway_api::Playback;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlVideoElement};

wasm_bindgen_test_configure!(run_in_browser);

/// Four seconds, 160 × 90, without sound.
fn film() -> Source {
    Source::File(page::film())
}

/// An hls.js that plays nothing, asks for a segment when told to, and fails when told to.
fn fake_hls() -> HlsJsSource {
    let script = "
        globalThis.fake = { instances: 0, loads: [], destroyed: 0, mended: [] };
        class Hls {
            static isSupported() { return true; }
            levels = [];
            constructor(config) {
                this.handlers = {};
                fake.tell = (event, data) => {
                    data = JSON.parse(data);
                    this.levels = data.levels ?? this.levels;
                    this.handlers[event](event, data);
                };
                fake.instances += 1;
                fake.fail = (type, details, status) =>
                    this.handlers.hlsError('hlsError', { fatal: true, type, details, response: { code: status } });
                fake.asks = url => {
                    const asked = [];
                    config.xhrSetup({ addEventListener() {}, open: (method, url) => asked.push(url) }, url);
                    return asked[0] ?? url;
                };
            }
            on(name, handler) { this.handlers[name] = handler; }
            loadSource(url) { fake.loads.push(url); }
            set loadLevel(level) { fake.mended.push(`level ${level}`); }
            recoverMediaError() { fake.mended.push('flush'); }
            startLoad() {}
            attachMedia() {}
            destroy() { fake.destroyed += 1; }
        }
        return Promise.resolve(Hls);";
    HlsJsSource::new(Function::new_no_args(script), None)
}

fn fake(field: &str) -> JsValue {
    let fake = Reflect::get(&js_sys::global(), &"fake".into()).unwrap();
    if fake.is_undefined() { fake } else { Reflect::get(&fake, &field.into()).unwrap() }
}

fn instances() -> f64 {
    fake("instances").as_f64().unwrap_or_default()
}

/// The URL that a request for this one goes to.
fn asks(url: &str) -> String {
    let asks: Function = fake("asks").unchecked_into();
    asks.call1(&JsValue::UNDEFINED, &url.into()).unwrap().as_string().unwrap()
}

fn fail(details: &str, status: u16) {
    let fail: Function = fake("fail").unchecked_into();
    fail.call3(&JsValue::UNDEFINED, &"networkError".into(), &details.into(), &status.into()).unwrap();
}

fn tell(event: &str, data: &str) {
    let tell: Function = fake("tell").unchecked_into();
    tell.call2(&JsValue::UNDEFINED, &event.into(), &data.into()).unwrap();
}

/// What the engine was told to do about failures, in its order.
fn mended() -> String {
    fake("mended").unchecked_into::<Array>().join(", ").into()
}

struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    source: RwSignal<Option<Source>, LocalStorage>,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    async fn mount(source: Source, refresh: Option<Refresh>) -> Self {
        Reflect::delete_property(&js_sys::global(), &"fake".into()).unwrap();
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = Rc::new(Cell::new(None));
        let filled = slot.clone();
        let mounted = mount_to(root.clone(), move || {
            let (handle, source) = (PlayerHandle::new(), RwSignal::new_local(Some(source)));
            filled.set(Some((handle, source)));
            view! {
                <Player
                    src=Signal::derive_local(move || source.get())
                    muted=true
                    resume=false
                    refresh
                    handle=Some(handle)
                    hls=Some(fake_hls())
                />
            }
        });
        tick().await;
        let (handle, source) = slot.take().unwrap();
        Self { root, handle, source, _mounted: Box::new(mounted) }
    }

    fn part(&self, part: &str) -> Option<Element> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap()
    }

    fn video(&self) -> HtmlVideoElement {
        self.part("video").unwrap().unchecked_into()
    }

    async fn plays_past(&self, seconds: f64) {
        let video = self.video();
        until("it plays on", || !video.paused() && video.current_time() > seconds).await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// A URL of the stream that works for so many seconds.
fn url(seconds: f64) -> String {
    format!("https://stream.test/master.m3u8?expires={}", ((Date::now() / 1000.0) + seconds).ceil())
}

/// Gives URLs that live for so many seconds, and counts how often it is asked.
fn refresh(seconds: f64) -> (Refresh, Rc<RefCell<Vec<String>>>) {
    let given = Rc::new(RefCell::new(Vec::new()));
    let told = given.clone();
    let refresh = Refresh::new(move || {
        let hls = url(seconds);
        told.borrow_mut().push(hls.clone());
        async move { Ok(Playback { hls, ..Playback::default() }) }
    });
    (refresh, given)
}

#[wasm_bindgen_test]
async fn a_token_is_renewed_before_it_runs_out_and_the_engine_goes_on() {
    let (refresh, given) = refresh(1000.0);
    let first = url(3.0);
    let stage = Stage::mount(Source::Hls(first.clone()), Some(refresh)).await;
    until("the engine runs", || instances() == 1.0).await;
    assert_eq!(asks(&first), first);

    until("it asks for fresh URLs", || given.borrow().len() == 1).await;

    until("requests carry the fresh token", || asks(&first) == given.borrow()[0]).await;
    assert_eq!(instances(), 1.0);
    assert_eq!(asks("https://else.test/a.ts?expires=1"), "https://else.test/a.ts?expires=1");
    // The page may pass it on as the source: it is the same stream.
    stage.source.set(Some(Source::Hls(given.borrow()[0].clone())));
    tick().await;
    assert_eq!((instances(), given.borrow().len()), (1.0, 1));
}

#[wasm_bindgen_test]
async fn a_refusal_asks_for_a_fresh_token() {
    let (refresh, given) = refresh(1000.0);
    let first = url(1000.0);
    let stage = Stage::mount(Source::Hls(first.clone()), Some(refresh)).await;
    until("the engine runs", || instances() == 1.0).await;

    fail("fragLoadError", 403);
    until("it asks for fresh URLs", || given.borrow().len() == 1).await;
    assert_eq!(instances(), 1.0, "the engine goes on");
    assert!(stage.part("error").is_none());
}

#[wasm_bindgen_test]
async fn a_stream_that_fails_gives_way_to_the_file_that_played_before_it() {
    let stage = Stage::mount(film(), None).await;
    stage.handle.play();
    stage.plays_past(0.3).await;
    stage.handle.set_rate(125);
    let before = stage.video().current_time();

    stage.source.set(Some(Source::Hls("https://stream.test/master.m3u8".into())));
    until("the stream is being loaded", || instances() == 1.0).await;
    assert!(stage.part("held").is_some(), "the last picture stays");
    assert!(stage.handle.element().unwrap().src().is_empty());
    fail("manifestLoadError", 404);
    until("it is asked for once more", || fake("loads").unchecked_into::<Array>().length() == 2).await;
    fail("manifestLoadError", 404);

    until("the file is back", || stage.video().src().starts_with("blob:")).await;
    stage.plays_past(before).await;
    assert!(stage.video().current_time() < before + 2.0, "where it was");
    assert!(stage.part("error").is_none(), "and nothing is said of it");
    until("the last picture is gone", || stage.part("held").is_none()).await;
    assert!(stage.video().muted());
    assert!((stage.video().playback_rate() - 1.25).abs() < 0.01);
}

#[wasm_bindgen_test]
async fn a_paused_file_comes_back_paused() {
    let stage = Stage::mount(film(), None).await;
    until("there is a picture", || stage.video().ready_state() >= 2).await;
    stage.handle.seek(2.0);
    until("it is there", || !stage.video().seeking() && stage.handle.pending.get_untracked().is_none()).await;

    stage.source.set(Some(Source::Hls("https://stream.test/master.m3u8".into())));
    until("the stream is being loaded", || instances() == 1.0).await;
    fail("manifestIncompatibleCodecsError", 0);

    until("the file is back", || stage.video().ready_state() >= 2).await;
    until("it is where it was", || (stage.video().current_time() - 2.0).abs() < 0.1).await;
    assert!(stage.video().paused());
    until("the last picture is gone", || stage.part("held").is_none()).await;
}

/// What hls.js tells of a segment of the picture, of four seconds.
fn segment(number: u32, level: u32) -> String {
    let (start, end) = (number * 4, number * 4 + 4);
    format!(r#"{{"frag":{{"type":"main","level":{level},"sn":{number},"start":{start},"end":{end}}}}}"#)
}

/// hls.js does not know which append closed it.
fn close_source() {
    tell("hlsError", r#"{"type":"mediaError","details":"mediaSourceRequiresReset","fatal":false}"#);
}

#[wasm_bindgen_test]
async fn a_source_that_closes_over_a_segment_goes_on_in_the_other_rendition_for_that_segment() {
    let _stage = Stage::mount(Source::Hls(url(1000.0)), None).await;
    until("the engine runs", || instances() == 1.0).await;
    tell("hlsLevelsUpdated", r#"{"levels":[{"height":240},{"height":360}]}"#);
    for number in [2, 3, 4] {
        // Sound and picture of it, each by itself.
        tell("hlsBufferAppending", &segment(number, 1));
        tell("hlsBufferAppending", &segment(number, 1));
    }
    tell("hlsFragBuffered", &segment(2, 1));

    close_source();

    until("something is done", || !mended().is_empty()).await;
    assert_eq!(mended(), "level 0");
    tell("hlsFragBuffered", &segment(2, 0));
    assert_eq!(mended(), "level 0");
    tell("hlsFragBuffered", &segment(3, 0));
    assert_eq!(mended(), "level 0, level -1");
}

#[wasm_bindgen_test]
async fn a_segment_is_blamed_for_a_closed_source_only_while_its_append_is_just_over() {
    for (pause, expected) in [(0, "level 0"), (1200, "flush")] {
        let _stage = Stage::mount(Source::Hls(url(1000.0)), None).await;
        until("the engine runs", || instances() == 1.0).await;
        tell("hlsLevelsUpdated", r#"{"levels":[{"height":240},{"height":360}]}"#);
        tell("hlsBufferAppending", &segment(2, 1));
        tell("hlsFragBuffered", &segment(2, 1));
        page::pause(pause).await;

        close_source();

        until("something is done", || !mended().is_empty()).await;
        assert_eq!(mended(), expected);
    }
}
