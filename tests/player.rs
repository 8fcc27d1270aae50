//! The player in a real browser: its parts, its keys, and what it says when nothing plays.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{page::document, until};
use js_sys::{Function, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::player::{Player, PlayerHandle},
    player::engine::{HlsJsSource, PlaybackError, Source},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlVideoElement, KeyboardEvent, KeyboardEventInit};

wasm_bindgen_test_configure!(run_in_browser);

/// A player on the page. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    fn mount(source: Option<Source>, hls: HlsJsSource) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.style().set_property("width", "640px").unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = std::rc::Rc::new(std::cell::Cell::new(None));
        let filled = slot.clone();
        let mounted = mount_to(root.clone(), move || {
            let handle = PlayerHandle::new();
            filled.set(Some(handle));
            let source = StoredValue::new_local(source);
            view! {
                <Player
                    src=Signal::derive_local(move || source.get_value())
                    handle=Some(handle)
                    hls=Some(hls)
                />
            }
        });
        Self { root, handle: slot.take().unwrap(), _mounted: Box::new(mounted) }
    }

    fn part(&self, part: &str) -> Option<Element> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap()
    }

    fn key(&self, on: &HtmlElement, event: &str, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        on.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict(event, &init).unwrap()).unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

fn silent() -> Stage {
    Stage::mount(None, HlsJsSource::default())
}

#[wasm_bindgen_test]
async fn every_part_can_be_found() {
    let stage = silent();
    tick().await;

    for part in [
        "video",
        "controls",
        "play",
        "time-slider",
        "preview",
        "preview-image",
        "preview-time",
        "volume",
        "rate",
        "fullscreen",
        "spinner",
    ] {
        assert!(stage.part(part).is_some(), "{part}");
    }
    assert_eq!(stage.part("time-slider").unwrap().get_attribute("role").as_deref(), Some("slider"));
}

#[wasm_bindgen_test]
async fn letters_steer_the_player_and_space_presses_the_button_that_has_the_focus() {
    let stage = silent();
    stage.handle.duration.set(100.0);
    tick().await;
    let video: HtmlVideoElement = stage.part("video").unwrap().unchecked_into();
    let root: HtmlElement = stage.root.query_selector(".reelway-player").unwrap().unwrap().unchecked_into();
    let play: HtmlElement = stage.part("play").unwrap().unchecked_into();

    stage.key(&root, "keydown", "m");
    stage.key(&root, "keydown", "5");
    assert!(video.muted());
    assert_eq!(stage.handle.pending.get_untracked(), Some(50.0));
    stage.key(&root, "keydown", "j");
    assert_eq!(stage.handle.pending.get_untracked(), Some(40.0));

    let paused = video.paused();
    stage.key(&play, "keydown", " ");
    assert_eq!(video.paused(), paused, "the click that follows does it, not the key");
}

#[wasm_bindgen_test]
async fn a_missing_engine_is_said_with_a_button_to_try_again() {
    let stage = Stage::mount(Some(Source::Hls("/none.m3u8".into())), HlsJsSource::default());

    until("the reason is shown", || stage.part("error").is_some()).await;

    let error = stage.part("error").unwrap();
    assert_eq!(error.get_attribute("role").as_deref(), Some("alert"));
    assert_eq!(error.get_attribute("data-code").as_deref(), Some("engine_unavailable"));
    assert!(error.text_content().unwrap().contains("could not be loaded"));
    assert!(stage.part("retry").is_some());
}

/// An hls.js that plays nothing, and fails when told to: `fakeHls.fail(type, details)`.
fn fake_hls() -> HlsJsSource {
    let script = "
        globalThis.fakeHls ??= { recoveries: 0, starts: 0, loads: 0, removed: [], instances: 0, destroyed: 0, config: null };
        class Hls {
            static isSupported() { return true; }
            constructor(config) {
                this.handlers = {};
                fakeHls.config = config;
                fakeHls.instances += 1;
                fakeHls.fail = (type, details, status) => this.handlers.hlsError('hlsError', { fatal: true, type, details, level: this.levels.length - 1, response: { code: status } });
                fakeHls.levels = levels => { this.levels = levels; this.handlers.hlsManifestParsed('hlsManifestParsed', {}); };
            }
            levels = [];
            on(name, handler) { this.handlers[name] = handler; }
            loadSource() { fakeHls.loads += 1; }
            startLoad() { fakeHls.starts += 1; }
            removeLevel(index) {
                fakeHls.removed.push(index);
                fakeHls.levels(this.levels.filter((_, other) => other !== index));
            }
            attachMedia() {}
            recoverMediaError() { fakeHls.recoveries += 1; }
            destroy() { fakeHls.destroyed += 1; }
        }
        return Promise.resolve(Hls);";
    HlsJsSource::new(Function::new_no_args(script), Some("/hls.worker.js".into()))
}

fn fake_hls_s(field: &str) -> JsValue {
    let fake = Reflect::get(&js_sys::global(), &"fakeHls".into()).unwrap();
    Reflect::get(&fake, &field.into()).unwrap()
}

fn fail(kind: &str, details: &str, status: u16) {
    let function: Function = fake_hls_s("fail").unchecked_into();
    function.call3(&JsValue::UNDEFINED, &kind.into(), &details.into(), &status.into()).unwrap();
}

async fn with_fake_hls() -> Stage {
    Reflect::delete_property(&js_sys::global(), &"fakeHls".into()).unwrap();
    let stage = Stage::mount(Some(Source::Hls("/master.m3u8".into())), fake_hls());
    until("the engine runs", || {
        let fake = Reflect::get(&js_sys::global(), &"fakeHls".into()).unwrap();
        fake.is_object() && Reflect::get(&fake, &"instances".into()).unwrap().as_f64() == Some(1.0)
    })
    .await;
    stage
}

/// Tells of renditions with these heights.
fn has_levels(heights: &[u32]) {
    let level = |height: &u32| format!(r#"{{"width":{},"height":{height},"bitrate":8e5}}"#, height * 2);
    let levels: Vec<_> = heights.iter().map(level).collect();
    let levels = js_sys::JSON::parse(&format!("[{}]", levels.join(","))).unwrap();
    fake_hls_s("levels").unchecked_into::<Function>().call1(&JsValue::UNDEFINED, &levels).unwrap();
}

fn count(field: &str) -> f64 {
    fake_hls_s(field).as_f64().unwrap()
}

#[wasm_bindgen_test]
async fn damaged_media_climbs_the_ladder_to_a_reason() {
    let stage = with_fake_hls().await;
    has_levels(&[360, 720]);

    fail("mediaError", "bufferAppendError", 0);
    until("the decoder is made anew", || count("recoveries") == 1.0).await;
    fail("mediaError", "bufferAppendError", 0);
    until("the rendition is done without", || fake_hls_s("removed").unchecked_into::<js_sys::Array>().length() == 1)
        .await;
    fail("mediaError", "bufferAppendError", 0);
    until("the engine is started anew", || count("instances") == 2.0 && count("destroyed") == 1.0).await;
    has_levels(&[360]);
    assert!(stage.part("error").is_none(), "nobody need know so far");

    fail("mediaError", "bufferAppendError", 0);
    until("the reason is shown", || stage.part("error").is_some()).await;
    assert_eq!(stage.handle.error.get_untracked(), Some(PlaybackError::Media));
    until("the engine lets go", || count("destroyed") == 2.0).await;
}

#[wasm_bindgen_test]
async fn a_request_that_fails_is_made_again_and_nobody_need_know() {
    let stage = with_fake_hls().await;
    has_levels(&[360]);

    fail("networkError", "fragLoadError", 503);
    until("it is made again", || count("starts") == 1.0).await;

    assert!(stage.part("error").is_none());
    assert!(stage.handle.reconnecting.get_untracked());
}

#[wasm_bindgen_test]
async fn every_request_may_carry_a_fresh_token() {
    with_fake_hls().await;
    assert!(Reflect::get(&fake_hls_s("config"), &"xhrSetup".into()).unwrap().is_function());
}

#[wasm_bindgen_test]
async fn trying_again_starts_a_new_engine_where_the_old_one_stopped() {
    let stage = with_fake_hls().await;
    stage.handle.time.set(12.5);

    fail("networkError", "manifestLoadError", 404);
    until("it is asked for once more", || count("loads") == 2.0).await;
    fail("networkError", "manifestLoadError", 404);
    until("the reason is shown", || stage.part("retry").is_some()).await;
    assert_eq!(stage.handle.error.get_untracked(), Some(PlaybackError::Gone));
    let retry: HtmlElement = stage.part("retry").unwrap().unchecked_into();
    retry.click();

    until("a new engine runs", || count("instances") == 2.0).await;
    until("the reason is gone", || stage.part("error").is_none()).await;
    until("it starts there", || {
        Reflect::get(&fake_hls_s("config"), &"startPosition".into()).unwrap().as_f64() == Some(12.5)
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_codec_that_this_browser_lacks_is_said() {
    let stage = with_fake_hls().await;

    fail("mediaError", "manifestIncompatibleCodecsError", 0);

    until("the reason is shown", || stage.part("error").is_some()).await;
    assert_eq!(fake_hls_s("recoveries").as_f64(), Some(0.0));
    assert!(stage.part("error").unwrap().text_content().unwrap().contains("no decoder"));
}

#[wasm_bindgen_test]
async fn quality_can_be_chosen_where_there_is_a_choice() {
    let stage = with_fake_hls().await;
    assert!(stage.part("quality").is_none());
    let levels =
        js_sys::JSON::parse(r#"[{"width":640,"height":360,"bitrate":8e5},{"width":720,"height":1280,"bitrate":3e6}]"#)
            .unwrap();

    fake_hls_s("levels").unchecked_into::<Function>().call1(&JsValue::UNDEFINED, &levels).unwrap();
    until("there is a menu", || stage.part("quality").is_some()).await;
    stage.part("quality").unwrap().unchecked_into::<HtmlElement>().click();
    tick().await;

    let lines = stage.root.query_selector_all("[role=menuitemradio]").unwrap();
    let texts: Vec<_> = (0..lines.length()).map(|index| lines.item(index).unwrap().text_content().unwrap()).collect();
    assert_eq!(texts, ["720p", "360p", "Auto"], "a portrait is named by its short side too");
}

#[wasm_bindgen_test]
async fn removing_the_player_ends_its_engine() {
    let stage = with_fake_hls().await;

    drop(stage);

    until("the engine lets go", || fake_hls_s("destroyed").as_f64() == Some(1.0)).await;
}
