//! The player in a real browser: its parts, its keys, its preview, and what it says when nothing plays.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::player::{Player, PlayerHandle},
    player::engine::{HlsJsSource, PlaybackError, Source},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    CanvasRenderingContext2d, Document, Element, HtmlCanvasElement, HtmlElement, HtmlVideoElement, KeyboardEvent,
    KeyboardEventInit, PointerEvent, PointerEventInit, Url,
};

wasm_bindgen_test_configure!(run_in_browser);

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// A player on the page. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    fn mount(source: Option<Source>, storyboard: Option<String>, hls: HlsJsSource) -> Self {
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
                    storyboard_src=Signal::stored(storyboard)
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

    fn slider(&self) -> HtmlElement {
        self.part("time-slider").unwrap().unchecked_into()
    }

    fn key(&self, on: &HtmlElement, event: &str, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        on.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict(event, &init).unwrap()).unwrap();
    }

    /// At this share of the slider's width.
    fn point(&self, event: &str, share: f64) {
        let slider = self.slider();
        let bounds = slider.get_bounding_client_rect();
        let init = PointerEventInit::new();
        init.set_client_x((bounds.left() + share * bounds.width()).round() as i32);
        init.set_pointer_type("mouse");
        init.set_bubbles(true);
        slider.dispatch_event(&PointerEvent::new_with_event_init_dict(event, &init).unwrap()).unwrap();
    }

    fn preview_is_open(&self) -> bool {
        self.part("preview").unwrap().has_attribute("data-open")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..200 {
        if condition() {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("in vain: {what}");
}

async fn sleep(time: Duration) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        web_sys::window()
            .unwrap()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, time.as_millis() as i32)
            .unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

fn silent() -> Stage {
    Stage::mount(None, None, HlsJsSource::default())
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
    assert_eq!(stage.slider().get_attribute("role").as_deref(), Some("slider"));
}

#[wasm_bindgen_test]
async fn arrow_keys_move_the_preview_and_seek_when_let_go() {
    let stage = silent();
    stage.handle.duration.set(60.0);
    tick().await;

    stage.key(&stage.slider(), "keydown", "ArrowRight");
    stage.key(&stage.slider(), "keydown", "ArrowRight");
    tick().await;

    assert!(stage.preview_is_open());
    assert_eq!(stage.part("preview-time").unwrap().text_content().as_deref(), Some("0:10"));
    assert_eq!(stage.slider().get_attribute("aria-valuenow").as_deref(), Some("10"));
    assert_eq!(stage.slider().get_attribute("aria-valuetext").as_deref(), Some("10 seconds of 1 minute"));
    assert_eq!(stage.handle.pending.get_untracked(), None, "no seek while the key is down");

    stage.key(&stage.slider(), "keyup", "ArrowRight");

    assert_eq!(stage.handle.pending.get_untracked(), Some(10.0));
    assert!(stage.preview_is_open(), "until the sought frame is on screen");
}

#[wasm_bindgen_test]
async fn a_drag_seeks_once_on_release() {
    let stage = silent();
    stage.handle.duration.set(100.0);
    tick().await;

    stage.point("pointerdown", 0.2);
    stage.point("pointermove", 0.4);
    stage.point("pointermove", 0.75);
    tick().await;
    let sought_while_dragging = stage.handle.pending.get_untracked();
    let shown = stage.slider().get_attribute("aria-valuenow");
    stage.point("pointerup", 0.75);

    assert_eq!(sought_while_dragging, None);
    assert_eq!(shown.as_deref(), Some("75"));
    let sought = stage.handle.pending.get_untracked().unwrap();
    assert!((sought - 75.0).abs() < 0.3, "{sought}");
}

#[wasm_bindgen_test]
async fn a_cancelled_drag_seeks_nowhere() {
    let stage = silent();
    stage.handle.duration.set(100.0);
    tick().await;

    stage.point("pointerdown", 0.2);
    stage.point("pointercancel", 0.5);
    stage.point("pointerup", 0.5);

    assert_eq!(stage.handle.pending.get_untracked(), None);
}

#[wasm_bindgen_test]
async fn letters_steer_the_player_and_space_presses_the_button_that_has_the_focus() {
    let stage = silent();
    stage.handle.duration.set(100.0);
    tick().await;
    let video: HtmlVideoElement = stage.part("video").unwrap().unchecked_into();
    let root: HtmlElement = stage.root.first_element_child().unwrap().unchecked_into();
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

/// A sheet of four tiles, 16 × 9 each, side by side, in these colours. Gives its URL.
async fn sheet(colours: [&str; 4]) -> String {
    let canvas: HtmlCanvasElement = document().create_element("canvas").unwrap().unchecked_into();
    canvas.set_width(64);
    canvas.set_height(9);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    for (index, colour) in colours.into_iter().enumerate() {
        context.set_fill_style_str(colour);
        context.fill_rect(index as f64 * 16.0, 0.0, 16.0, 9.0);
    }
    canvas.to_data_url().unwrap()
}

fn text_url(text: &str) -> String {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    Url::create_object_url_with_blob(&web_sys::Blob::new_with_str_sequence(&parts).unwrap()).unwrap()
}

fn colour_of(canvas: &HtmlCanvasElement) -> Vec<u8> {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    context.get_image_data(8.0, 4.0, 1.0, 1.0).unwrap().data().0[..3].to_vec()
}

#[wasm_bindgen_test]
async fn the_preview_shows_the_tile_of_the_time_at_its_own_size() {
    let sheet = sheet(["#ff0000", "#00ff00", "#0000ff", "#ffff00"]).await;
    let mut vtt = "WEBVTT\n\n".to_owned();
    for index in 0..4 {
        vtt.push_str(&format!(
            "00:{:02}.000 --> 00:{:02}.000\n{sheet}#xywh={},0,16,9\n\n",
            index * 10,
            index * 10 + 10,
            index * 16
        ));
    }
    let stage = Stage::mount(None, Some(text_url(&vtt)), HlsJsSource::default());
    stage.handle.duration.set(40.0);
    stage.handle.loaded.set(true);
    tick().await;
    let canvas: HtmlCanvasElement = stage.part("preview-image").unwrap().unchecked_into();

    for (share, label, colour) in
        [(0.3, "0:12", [0, 255, 0]), (0.9, "0:36", [255, 255, 0]), (0.01, "0:00", [255, 0, 0])]
    {
        stage.point("pointermove", share);
        until("the tile is drawn", || !canvas.has_attribute("hidden") && colour_of(&canvas) == colour).await;
        assert_eq!((canvas.width(), canvas.height()), (16, 9));
        assert_eq!(stage.part("preview-time").unwrap().text_content().as_deref(), Some(label));
    }
    stage.point("pointerleave", 0.5);
    tick().await;
    assert!(!stage.preview_is_open());
}

#[wasm_bindgen_test]
async fn without_a_storyboard_the_preview_still_tells_the_time() {
    let stage = Stage::mount(None, Some(text_url("not a storyboard")), HlsJsSource::default());
    stage.handle.duration.set(40.0);
    stage.handle.loaded.set(true);
    tick().await;

    stage.point("pointermove", 0.5);
    sleep(Duration::from_millis(100)).await;

    assert!(stage.preview_is_open());
    assert!(stage.part("preview-image").unwrap().has_attribute("hidden"));
    assert_eq!(stage.part("preview-time").unwrap().text_content().as_deref(), Some("0:20"));
}

#[wasm_bindgen_test]
async fn a_missing_engine_is_said_with_a_button_to_try_again() {
    let stage = Stage::mount(Some(Source::Hls("/none.m3u8".into())), None, HlsJsSource::default());

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
        globalThis.fakeHls = { recoveries: 0, instances: 0, destroyed: 0, config: null };
        class Hls {
            static isSupported() { return true; }
            constructor(config) {
                this.handlers = {};
                fakeHls.config = config;
                fakeHls.instances += 1;
                fakeHls.fail = (type, details, status) => this.handlers.hlsError('hlsError', { fatal: true, type, details, response: { code: status } });
                fakeHls.levels = levels => { this.levels = levels; this.handlers.hlsManifestParsed('hlsManifestParsed', {}); };
            }
            levels = [];
            on(name, handler) { this.handlers[name] = handler; }
            loadSource() {}
            attachMedia() {}
            recoverMediaError() { fakeHls.recoveries += 1; }
            destroy() { fakeHls.destroyed += 1; }
        }
        return Promise.resolve(Hls);";
    HlsJsSource::new(Function::new_no_args(script), Some("/hls.worker.js".into()))
}

fn fake(field: &str) -> JsValue {
    let fake = Reflect::get(&js_sys::global(), &"fakeHls".into()).unwrap();
    Reflect::get(&fake, &field.into()).unwrap()
}

fn fail(kind: &str, details: &str, status: u16) {
    let function: Function = fake("fail").unchecked_into();
    function.call3(&JsValue::UNDEFINED, &kind.into(), &details.into(), &status.into()).unwrap();
}

async fn with_fake_hls() -> Stage {
    Reflect::delete_property(&js_sys::global(), &"fakeHls".into()).unwrap();
    let stage = Stage::mount(Some(Source::Hls("/master.m3u8".into())), None, fake_hls());
    until("the engine runs", || {
        let fake = Reflect::get(&js_sys::global(), &"fakeHls".into()).unwrap();
        fake.is_object() && Reflect::get(&fake, &"instances".into()).unwrap().as_f64() == Some(1.0)
    })
    .await;
    stage
}

#[wasm_bindgen_test]
async fn the_decoder_is_mended_once_and_then_given_up() {
    let stage = with_fake_hls().await;

    fail("mediaError", "bufferAppendError", 0);
    tick().await;
    assert_eq!(fake("recoveries").as_f64(), Some(1.0));
    assert!(stage.part("error").is_none(), "nobody need know");

    fail("mediaError", "bufferAppendError", 0);
    until("the reason is shown", || stage.part("error").is_some()).await;
    assert_eq!(stage.handle.error.get_untracked(), Some(PlaybackError::Media));
    assert_eq!(fake("recoveries").as_f64(), Some(1.0));
    until("the engine lets go", || fake("destroyed").as_f64() == Some(1.0)).await;
}

#[wasm_bindgen_test]
async fn trying_again_starts_a_new_engine_where_the_old_one_stopped() {
    let stage = with_fake_hls().await;
    stage.handle.time.set(12.5);

    fail("networkError", "fragLoadError", 0);
    until("the reason is shown", || stage.part("retry").is_some()).await;
    let retry: HtmlElement = stage.part("retry").unwrap().unchecked_into();
    retry.click();

    until("a new engine runs", || fake("instances").as_f64() == Some(1.0) && fake("config").is_object()).await;
    until("the reason is gone", || stage.part("error").is_none()).await;
    until("it starts there", || Reflect::get(&fake("config"), &"startPosition".into()).unwrap().as_f64() == Some(12.5))
        .await;
}

#[wasm_bindgen_test]
async fn a_codec_that_this_browser_lacks_is_said() {
    let stage = with_fake_hls().await;

    fail("mediaError", "manifestIncompatibleCodecsError", 0);

    until("the reason is shown", || stage.part("error").is_some()).await;
    assert_eq!(fake("recoveries").as_f64(), Some(0.0));
    assert!(stage.part("error").unwrap().text_content().unwrap().contains("no decoder"));
}

#[wasm_bindgen_test]
async fn quality_can_be_chosen_where_there_is_a_choice() {
    let stage = with_fake_hls().await;
    assert!(stage.part("quality").is_none());
    let levels =
        js_sys::JSON::parse(r#"[{"width":640,"height":360,"bitrate":8e5},{"width":720,"height":1280,"bitrate":3e6}]"#)
            .unwrap();

    fake("levels").unchecked_into::<Function>().call1(&JsValue::UNDEFINED, &levels).unwrap();
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

    until("the engine lets go", || fake("destroyed").as_f64() == Some(1.0)).await;
}
