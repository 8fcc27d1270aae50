//! The time slider in a real browser: what mouse, finger and keys do to it, and the pictures that it shows.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{cell::Cell, rc::Rc};

use fake::{
    page::{document, film},
    until,
};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::{
        THEME_CSS,
        player::{self, Player, PlayerHandle},
    },
    filmstrip::Filmstrip,
    listener::Listener,
    player::engine::{HlsJsSource, Source},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement, HtmlVideoElement, KeyboardEvent,
    KeyboardEventInit, PointerEvent, PointerEventInit, Url,
};

wasm_bindgen_test_configure!(run_in_browser);

/// A player on the page. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    storyboard: RwSignal<Option<String>>,
    filmstrip: RwSignal<Option<Rc<Filmstrip>>, LocalStorage>,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    async fn mount(source: Option<Source>) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.style().set_property("width", "640px").unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = Rc::new(Cell::new(None));
        let filled = slot.clone();
        let mounted = mount_to(root.clone(), move || {
            let (storyboard, filmstrip) = (RwSignal::new(None), RwSignal::new_local(None));
            let handle = PlayerHandle::new();
            filled.set(Some((handle, storyboard, filmstrip)));
            let source = StoredValue::new_local(source);
            view! {
                <style>{THEME_CSS} {player::CSS}</style>
                <Player
                    src=Signal::derive_local(move || source.get_value())
                    storyboard_src=Signal::derive(move || storyboard.get())
                    filmstrip=Signal::derive_local(move || filmstrip.get())
                    muted=true
                    handle=Some(handle)
                    hls=Some(HlsJsSource::default())
                />
            }
        });
        tick().await;
        let (handle, storyboard, filmstrip) = slot.take().unwrap();
        Self { root, handle, storyboard, filmstrip, _mounted: Box::new(mounted) }
    }

    /// With a video of so many seconds of which there is nothing but the duration.
    async fn of_duration(seconds: f64) -> Self {
        let stage = Self::mount(None).await;
        stage.handle.duration.set(seconds);
        stage.handle.loaded.set(true);
        tick().await;
        stage
    }

    /// With four seconds of video.
    async fn with_film() -> Self {
        let stage = Self::mount(Some(Source::File(film()))).await;
        until("the film is there", || stage.handle.loaded.get_untracked()).await;
        stage
    }

    fn part(&self, part: &str) -> Element {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap().unwrap()
    }

    fn slider(&self) -> HtmlElement {
        self.part("time-slider").unchecked_into()
    }

    fn key(&self, event: &str, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict(event, &init).unwrap();
        self.slider().dispatch_event(&event).unwrap();
    }

    /// At this share of the slider's width.
    fn point(&self, event: &str, share: f64) {
        self.point_by(event, share, "mouse", 0);
    }

    fn point_by(&self, event: &str, share: f64, kind: &str, id: i32) {
        let slider = self.slider();
        let bounds = slider.get_bounding_client_rect();
        let init = PointerEventInit::new();
        init.set_client_x((bounds.left() + share * bounds.width()).round() as i32);
        init.set_client_y((bounds.top() + bounds.height() / 2.0).round() as i32);
        init.set_pointer_type(kind);
        init.set_pointer_id(id);
        init.set_bubbles(true);
        slider.dispatch_event(&PointerEvent::new_with_event_init_dict(event, &init).unwrap()).unwrap();
    }

    fn time_label(&self) -> String {
        self.part("preview-time").text_content().unwrap()
    }

    fn preview_is_open(&self) -> bool {
        self.part("preview").has_attribute("data-open")
    }

    fn picture_is_covered(&self) -> bool {
        !self.part("scrub").has_attribute("hidden")
    }

    fn pending(&self) -> Option<f64> {
        self.handle.pending.get_untracked()
    }

    /// The colour in the middle of a canvas, if it is shown.
    fn colour(&self, part: &str) -> Option<[u8; 3]> {
        let canvas: HtmlCanvasElement = self.part(part).unchecked_into();
        if canvas.has_attribute("hidden") {
            return None;
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
        let (x, y) = (f64::from(canvas.width() / 2), f64::from(canvas.height() / 2));
        context.get_image_data(x, y, 1.0, 1.0).unwrap().data().0[..3].try_into().ok()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// Until the page has painted, and what came of that.
async fn frame() {
    let painted = Promise::new(&mut |done, _| {
        web_sys::window().unwrap().request_animation_frame(&done).unwrap();
    });
    JsFuture::from(painted).await.unwrap();
    tick().await;
}

const COLOURS: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]];

/// A sheet of tiles, 16 × 9 each, side by side, in these colours. Gives its URL.
fn sheet(colours: &[[u8; 3]]) -> String {
    let canvas: HtmlCanvasElement = document().create_element("canvas").unwrap().unchecked_into();
    canvas.set_width(16 * colours.len() as u32);
    canvas.set_height(9);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    for (index, [red, green, blue]) in colours.iter().enumerate() {
        context.set_fill_style_str(&format!("rgb({red} {green} {blue})"));
        context.fill_rect(index as f64 * 16.0, 0.0, 16.0, 9.0);
    }
    canvas.to_data_url().unwrap()
}

fn url_of(text: &str) -> String {
    let parts = Array::of1(&JsValue::from_str(text));
    Url::create_object_url_with_blob(&web_sys::Blob::new_with_str_sequence(&parts).unwrap()).unwrap()
}

/// The URL of a storyboard: for each of these moments, in seconds, a picture.
fn storyboard(tiles: &[(u32, u32, String)]) -> String {
    let mut vtt = "WEBVTT\n\n".to_owned();
    for (start, end, picture) in tiles {
        vtt.push_str(&format!("00:{start:02}.000 --> 00:{end:02}.000\n{picture}\n\n"));
    }
    url_of(&vtt)
}

/// Four tiles of so many seconds each on one sheet.
fn four_tiles(seconds: u32) -> String {
    let sheet = sheet(&COLOURS);
    let tile = |index: u32| (index * seconds, (index + 1) * seconds, format!("{sheet}#xywh={},0,16,9", index * 16));
    storyboard(&[0, 1, 2, 3].map(tile))
}

/// Counts what the page does with pictures and requests, and what the console is told, from now on.
fn count() {
    Function::new_no_args(
        "const seen = globalThis.seen = { fetched: [], decoded: 0, closed: 0, most: 0, warnings: [] };
         const { fetch, createImageBitmap, close } = globalThis.originals ??= {
             fetch: globalThis.fetch,
             createImageBitmap: globalThis.createImageBitmap,
             close: ImageBitmap.prototype.close,
         };
         globalThis.fetch = (url, ...more) => { seen.fetched.push(url); return fetch(url, ...more); };
         globalThis.createImageBitmap = async (...source) => {
             const bitmap = await createImageBitmap(...source);
             seen.decoded += 1;
             seen.most = Math.max(seen.most, seen.decoded - seen.closed);
             return bitmap;
         };
         ImageBitmap.prototype.close = function () { seen.closed += 1; close.call(this); };
         console.warn = (text) => seen.warnings.push(text);",
    )
    .call0(&JsValue::UNDEFINED)
    .unwrap();
}

fn seen(name: &str) -> JsValue {
    let seen = Reflect::get(&js_sys::global(), &"seen".into()).unwrap();
    Reflect::get(&seen, &name.into()).unwrap()
}

fn seen_number(name: &str) -> f64 {
    seen(name).as_f64().unwrap()
}

fn seen_texts(name: &str) -> Vec<String> {
    Array::from(&seen(name)).iter().map(|text| text.as_string().unwrap()).collect()
}

#[wasm_bindgen_test]
async fn arrow_keys_move_the_preview_and_seek_when_let_go() {
    let stage = Stage::of_duration(60.0).await;

    stage.key("keydown", "ArrowRight");
    stage.key("keydown", "ArrowRight");
    tick().await;

    assert!(stage.preview_is_open());
    assert_eq!(stage.time_label(), "0:10");
    assert_eq!(stage.slider().get_attribute("aria-valuenow").as_deref(), Some("10"));
    assert_eq!(stage.slider().get_attribute("aria-valuetext").as_deref(), Some("10 seconds of 1 minute"));
    assert_eq!(stage.pending(), None, "no seek while the key is down");

    stage.key("keyup", "ArrowRight");

    assert_eq!(stage.pending(), Some(10.0));
    assert!(stage.preview_is_open(), "until the sought frame is on screen");
}

#[wasm_bindgen_test]
async fn a_drag_seeks_once_where_it_is_let_go() {
    let stage = Stage::with_film().await;
    let video: HtmlVideoElement = stage.part("video").unchecked_into();
    let seeks = Rc::new(Cell::new(0));
    let counted = seeks.clone();
    let _listener = Listener::new(&video, "seeking", move |_| counted.set(counted.get() + 1));
    let duration = stage.handle.duration.get_untracked();

    stage.point("pointerdown", 0.2);
    for step in 0..500 {
        stage.point("pointermove", 0.2 + f64::from(step) * 0.001);
    }
    frame().await;
    assert_eq!(stage.pending(), None, "no seek on the way");
    stage.point("pointerup", 0.75);

    let sought = stage.pending().unwrap();
    assert!((sought / duration - 0.75).abs() < 0.01, "{sought}");
    until("the video is there", || stage.pending().is_none()).await;
    assert!((video.current_time() - sought).abs() < 0.1);
    assert_eq!(seeks.get(), 1);
}

#[wasm_bindgen_test]
async fn a_press_without_a_move_seeks_at_once() {
    let stage = Stage::of_duration(100.0).await;

    stage.point("pointerdown", 0.5);
    stage.point("pointerup", 0.5);

    assert!((stage.pending().unwrap() - 50.0).abs() < 0.3);
}

#[wasm_bindgen_test]
async fn a_thousand_moves_are_looked_at_once_a_frame() {
    let stage = Stage::of_duration(100.0).await;
    let changes = Function::new_with_args(
        "element",
        "globalThis.changes = 0;
         new MutationObserver((all) => changes += all.length).observe(element, { attributes: true, subtree: true });",
    );
    changes.call1(&JsValue::UNDEFINED, &stage.slider()).unwrap();

    frame().await;
    for step in 0..1000 {
        stage.point("pointermove", f64::from(step) / 1000.0);
    }
    frame().await;
    frame().await;

    assert_eq!(stage.time_label(), "1:39");
    let changes = Reflect::get(&js_sys::global(), &"changes".into()).unwrap().as_f64().unwrap();
    assert!((2.0..20.0).contains(&changes), "{changes} changes of attributes for a thousand moves");
}

#[wasm_bindgen_test]
async fn what_is_called_off_seeks_nowhere() {
    let stage = Stage::of_duration(100.0).await;

    for how in ["pointercancel", "lostpointercapture", "Escape"] {
        stage.point("pointerdown", 0.2);
        stage.point("pointermove", 0.5);
        frame().await;
        assert_eq!(stage.slider().get_attribute("aria-valuenow").as_deref(), Some("50"));
        if how == "Escape" {
            stage.key("keydown", how)
        } else {
            stage.point(how, 0.5)
        }
        tick().await;
        assert_eq!(stage.slider().get_attribute("aria-valuenow").as_deref(), Some("0"), "back where it was: {how}");
        stage.point("pointerup", 0.5);
        assert_eq!(stage.pending(), None, "{how}");
    }
}

#[wasm_bindgen_test]
async fn a_second_finger_has_no_say() {
    let stage = Stage::of_duration(100.0).await;

    stage.point_by("pointerdown", 0.2, "touch", 1);
    stage.point_by("pointerdown", 0.9, "touch", 2);
    stage.point_by("pointermove", 0.8, "touch", 2);
    stage.point_by("pointerup", 0.8, "touch", 2);
    assert_eq!(stage.pending(), None);
    stage.point_by("pointermove", 0.3, "touch", 1);
    stage.point_by("pointerup", 0.3, "touch", 1);

    assert!((stage.pending().unwrap() - 30.0).abs() < 0.3);
}

#[wasm_bindgen_test]
async fn the_slider_is_asked_where_it_is_again_when_the_page_has_moved() {
    let stage = Stage::of_duration(100.0).await;
    stage.point("pointerenter", 0.5);
    stage.point("pointermove", 0.5);
    frame().await;

    stage.root.style().set_property("width", "320px").unwrap();
    frame().await;
    frame().await;
    stage.point("pointermove", 0.25);
    frame().await;

    assert_eq!(stage.time_label(), "0:25");
}

#[wasm_bindgen_test]
async fn in_a_page_that_reads_from_right_to_left_time_still_runs_from_left_to_right() {
    let stage = Stage::of_duration(100.0).await;
    stage.root.set_attribute("dir", "rtl").unwrap();

    stage.point("pointermove", 0.25);
    frame().await;

    assert_eq!(stage.time_label(), "0:25");
    let (slider, preview) =
        (stage.slider().get_bounding_client_rect(), stage.part("preview").get_bounding_client_rect());
    assert!(preview.left() < slider.left() + slider.width() / 2.0);
}

#[wasm_bindgen_test]
async fn the_preview_shows_the_tile_of_the_time_at_its_own_size() {
    let stage = Stage::of_duration(40.0).await;
    stage.storyboard.set(Some(four_tiles(10)));
    let canvas: HtmlCanvasElement = stage.part("preview-image").unchecked_into();

    for (share, label, colour) in [(0.31, "0:12", COLOURS[1]), (0.91, "0:36", COLOURS[3]), (0.01, "0:00", COLOURS[0])] {
        stage.point("pointermove", share);
        until("the tile is drawn", || stage.colour("preview-image") == Some(colour)).await;
        assert_eq!((canvas.width(), canvas.height()), (16, 9));
        assert_eq!(stage.time_label(), label);
        assert!(!stage.picture_is_covered(), "nothing is held");
    }
    stage.point("pointerleave", 0.5);
    tick().await;
    assert!(!stage.preview_is_open());
}

#[wasm_bindgen_test]
async fn while_it_is_held_the_tile_covers_the_picture_until_the_sought_frame_is_there() {
    let stage = Stage::with_film().await;
    stage.storyboard.set(Some(four_tiles(1)));
    stage.point("pointermove", 0.1);
    until("there are tiles", || stage.colour("preview-image").is_some()).await;
    let covered_on_the_way = Rc::new(Cell::new(None));
    let (seen, part) = (covered_on_the_way.clone(), stage.part("scrub"));
    let video = stage.part("video");
    let _listener = Listener::new(&video, "seeking", move |_| seen.set(Some(!part.has_attribute("hidden"))));

    stage.point("pointerdown", 0.1);
    stage.point("pointermove", 0.6);
    frame().await;
    assert!(stage.picture_is_covered());
    assert_eq!(stage.colour("scrub"), Some(COLOURS[2]));
    let (cover, frame) = (stage.part("scrub").get_bounding_client_rect(), video.get_bounding_client_rect());
    // As `object-fit: contain` places a picture of 16:9.
    let picture = (frame.width().min(frame.height() * 16.0 / 9.0), frame.height().min(frame.width() * 9.0 / 16.0));
    assert!((cover.width() - picture.0).abs() < 1.0 && (cover.height() - picture.1).abs() < 1.0, "{picture:?}");
    assert!((cover.left() + cover.right() - frame.left() - frame.right()).abs() < 1.0, "in the middle");

    stage.point("pointerup", 0.6);
    until("the sought frame is on screen", || stage.pending().is_none()).await;
    tick().await;

    assert_eq!(covered_on_the_way.get(), Some(true), "it is covered while it seeks");
    assert!(!stage.picture_is_covered());
}

#[wasm_bindgen_test]
async fn without_a_storyboard_the_preview_still_tells_the_time_and_the_console_why() {
    for (text, code) in [("not a storyboard", "[storyboard_malformed]"), ("WEBVTT\n\n", "[storyboard_malformed]")] {
        count();
        let stage = Stage::of_duration(40.0).await;
        stage.storyboard.set(Some(url_of(text)));
        stage.point("pointermove", 0.5);

        until("the console says why", || seen_texts("warnings").iter().any(|warning| warning.contains(code))).await;

        stage.point("pointerdown", 0.5);
        frame().await;
        assert!(stage.preview_is_open() && !stage.picture_is_covered());
        assert!(stage.part("preview-image").has_attribute("hidden"));
        assert_eq!(stage.time_label(), "0:20");
    }
}

#[wasm_bindgen_test]
async fn the_console_says_what_keeps_the_thumbnails_away_and_no_token() {
    let broken = storyboard(&[(0, 40, "data:image/png;base64,AAAA".to_owned())]);
    let missing = format!("{}/no-such.vtt?token=secret", web_sys::window().unwrap().location().origin().unwrap());
    for (url, code) in [
        (broken, "[sheet_undecodable]"),
        (missing, "[storyboard_status]"),
        ("http://127.0.0.1:9/storyboard.vtt?token=secret".to_owned(), "[storyboard_unreachable]"),
    ] {
        count();
        let stage = Stage::of_duration(40.0).await;
        stage.storyboard.set(Some(url));

        until(code, || !seen_texts("warnings").is_empty()).await;

        let warning = seen_texts("warnings").concat();
        assert!(warning.contains(code) && !warning.contains("secret"), "{warning}");
        stage.point("pointermove", 0.5);
        frame().await;
        assert_eq!(stage.time_label(), "0:20");
    }
}

#[wasm_bindgen_test]
async fn each_sheet_is_fetched_once_after_the_first_frame_and_two_are_kept() {
    count();
    let stage = Stage::mount(None).await;
    stage.handle.duration.set(40.0);
    let sheets = COLOURS.map(|colour| sheet(&[colour]));
    let tiles: Vec<_> = (0..4).map(|index| (index * 10, index * 10 + 10, sheets[index as usize].clone())).collect();
    stage.storyboard.set(Some(storyboard(&tiles)));
    frame().await;
    stage.point("pointermove", 0.1);
    frame().await;
    assert_eq!(seen_texts("fetched"), Vec::<String>::new(), "the video comes first");

    stage.handle.loaded.set(true);
    for share in [0.1, 0.4, 0.6, 0.9, 0.1, 0.6, 0.4] {
        stage.point("pointermove", share);
        let colour = COLOURS[(share * 4.0) as usize];
        until("the tile is drawn", || stage.colour("preview-image") == Some(colour)).await;
    }

    let fetched = seen_texts("fetched");
    for sheet in &sheets {
        assert_eq!(fetched.iter().filter(|url| *url == sheet).count(), 1);
    }
    until("what is not needed is freed", || seen_number("decoded") - seen_number("closed") <= 2.0).await;
    // One that has just been decoded takes the place of one that is freed in the same breath.
    assert!(seen_number("most") <= 4.0, "{} at a time", seen_number("most"));
    drop(stage);
    until("all is freed with the player", || seen_number("decoded") == seen_number("closed")).await;
}

#[wasm_bindgen_test]
async fn the_next_sheet_is_there_before_the_pointer_is() {
    let stage = Stage::of_duration(40.0).await;
    let (first, second) = (sheet(&COLOURS[..2]), sheet(&COLOURS[2..]));
    let tile = |index: u32| {
        let sheet = if index < 2 { &first } else { &second };
        (index * 10, index * 10 + 10, format!("{sheet}#xywh={},0,16,9", index % 2 * 16))
    };
    count();
    stage.storyboard.set(Some(storyboard(&[0, 1, 2, 3].map(tile))));
    stage.point("pointermove", 0.4);
    until("both are decoded", || seen_number("decoded") == 2.0).await;
    frame().await;

    // The next tile is there within one frame, and never a tile of the sheet before.
    stage.point("pointermove", 0.6);
    frame().await;
    assert_eq!(stage.colour("preview-image"), Some(COLOURS[2]));
}

#[wasm_bindgen_test]
async fn a_local_file_has_thumbnails_at_once_and_the_storyboard_takes_their_place_without_a_gap() {
    let strip = Rc::new(Filmstrip::new(&film(), |_| ()));
    strip.start(None);
    until("the strip can be scrubbed", || strip.scrubbable().is_some()).await;
    let stage = Stage::of_duration(4.0).await;
    stage.filmstrip.set(Some(strip.clone()));
    tick().await;

    stage.point("pointermove", 0.6);
    frame().await;
    let local = stage.colour("preview-image");
    assert!(local.is_some(), "a tile of the file");

    stage.storyboard.set(Some(four_tiles(1)));
    let gaps = Cell::new(0);
    until("the storyboard's tile is there", || {
        let colour = stage.colour("preview-image");
        gaps.set(gaps.get() + u32::from(colour.is_none()));
        colour == Some(COLOURS[2])
    })
    .await;
    assert_eq!(gaps.get(), 0);

    // Tiles that the file gets from now on change nothing, and the player lets go of it.
    stage.filmstrip.set(None);
    tick().await;
    assert_eq!(stage.colour("preview-image"), Some(COLOURS[2]));
    assert_eq!(Rc::strong_count(&strip), 1);
}
