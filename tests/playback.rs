//! How a player starts, and what it is for a page: a `<video>` with a source that may come later.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{cell::Cell, rc::Rc};

use fake::until;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::player::{Autoplay, Player, PlayerHandle, Preload},
    listener::Listener,
    player::engine::{HlsJsSource, PlaybackError, Source},
};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CustomEvent, Document, Element, File, FilePropertyBag, HtmlElement, HtmlVideoElement};

wasm_bindgen_test_configure!(run_in_browser);

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Four seconds, 160 × 90, without sound.
fn film() -> Source {
    let bytes = Uint8Array::from(include_bytes!("fake/film.webm").as_slice());
    let kind = FilePropertyBag::new();
    kind.set_type("video/webm");
    Source::File(File::new_with_u8_array_sequence_and_options(&Array::of1(&bytes), "film.webm", &kind).unwrap())
}

/// How the player is mounted.
#[derive(Default)]
struct Options {
    source: Option<Source>,
    autoplay: Autoplay,
    preload: Preload,
    start_time: Option<f64>,
    looped: bool,
    hls: HlsJsSource,
}

/// A player on the page. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    source: RwSignal<Option<Source>, LocalStorage>,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    async fn mount(options: Options) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.style().set_property("width", "640px").unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = Rc::new(Cell::new(None));
        let filled = slot.clone();
        let mounted = mount_to(root.clone(), move || {
            let (handle, source) = (PlayerHandle::new(), RwSignal::new_local(options.source));
            filled.set(Some((handle, source)));
            view! {
                <Player
                    src=Signal::derive_local(move || source.get())
                    autoplay=options.autoplay
                    preload=options.preload
                    start_time=options.start_time
                    looped=options.looped
                    handle=Some(handle)
                    hls=Some(options.hls)
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

    fn player(&self) -> HtmlElement {
        self.root.first_element_child().unwrap().unchecked_into()
    }

    fn press(&self, part: &str) {
        self.part(part).unwrap().unchecked_into::<HtmlElement>().click();
    }

    /// The element refuses to play, as a browser does before the user has touched the page: always, or with sound.
    fn refuse_to_play(&self, always: bool) {
        let script = "const play = this.play;
            this.play = function () {
                if (always || !this.muted) return Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
                return play.call(this);
            };";
        Function::new_with_args("always", script).call1(&self.video(), &always.into()).unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// An hls.js that never arrives, and counts how often it is asked for.
fn counted_import() -> (HlsJsSource, Rc<Cell<u32>>) {
    let count = Rc::new(Cell::new(0));
    let counter = count.clone();
    let import = Closure::<dyn FnMut() -> Promise>::new(move || {
        counter.set(counter.get() + 1);
        Promise::new(&mut |_, _| {})
    });
    (HlsJsSource::new(import.into_js_value().unchecked_into(), None), count)
}

#[wasm_bindgen_test]
async fn with_preload_none_nothing_is_asked_for_until_the_user_wants_to_play() {
    let (hls, asked) = counted_import();
    let source = Some(Source::Hls("/never.m3u8".into()));
    let stage = Stage::mount(Options { source, hls, preload: Preload::None, ..Options::default() }).await;
    for _ in 0..5 {
        tick().await;
    }
    assert_eq!(asked.get(), 0, "not even the engine");
    assert_eq!(stage.handle.media().network_state(), 0);
    assert_eq!(stage.video().preload(), "none");
    assert_eq!(stage.handle.media().preload(), Preload::None);

    stage.press("big-play");

    until("the engine is asked for", || asked.get() == 1).await;
    assert!(!stage.handle.media().paused(), "it is about to play");
}

#[wasm_bindgen_test]
async fn autoplay_that_is_refused_with_sound_plays_without_and_offers_the_sound() {
    let stage = Stage::mount(Options { autoplay: Autoplay::On, ..Options::default() }).await;
    stage.refuse_to_play(false);

    stage.source.set(Some(film()));

    until("it plays", || !stage.video().paused() && stage.video().current_time() > 0.0).await;
    until("the sound is offered", || stage.part("unmute").is_some()).await;
    assert!(stage.video().muted());
    assert!(stage.part("big-play").is_none());

    stage.press("unmute");
    until("the offer is taken", || stage.part("unmute").is_none()).await;
    assert!(!stage.video().muted());
    assert_eq!(document().active_element(), Some(stage.player().into()), "keys go on working");
}

#[wasm_bindgen_test]
async fn autoplay_that_is_refused_altogether_leaves_the_big_button() {
    let stage = Stage::mount(Options { autoplay: Autoplay::On, ..Options::default() }).await;
    stage.refuse_to_play(true);

    stage.source.set(Some(film()));

    until("it is loaded", || stage.handle.loaded.get_untracked()).await;
    until("sound is on again", || !stage.video().muted()).await;
    assert!(stage.video().paused());
    assert!(stage.part("big-play").is_some());
    assert!(stage.part("unmute").is_none());
    assert!(stage.handle.media().paused());
}

#[wasm_bindgen_test]
async fn muted_autoplay_offers_its_sound_from_the_beginning() {
    let options = Options { source: Some(film()), autoplay: Autoplay::Muted, ..Options::default() };
    let stage = Stage::mount(options).await;

    until("it plays", || !stage.video().paused()).await;

    assert!(stage.video().muted());
    assert!(stage.part("unmute").is_some());
}

#[wasm_bindgen_test]
async fn a_promise_to_play_before_there_is_a_source_is_kept_when_it_plays() {
    let stage = Stage::mount(Options::default()).await;

    let plays = stage.handle.media().play();
    assert!(!stage.handle.media().paused());
    stage.source.set(Some(film()));

    JsFuture::from(plays).await.unwrap();
    assert!(!stage.video().paused());
    assert!(stage.handle.media().current_src().starts_with("blob:"));
}

#[wasm_bindgen_test]
async fn a_promise_to_play_is_broken_by_pausing_and_by_a_failure() {
    let (hls, _) = counted_import();
    let stage = Stage::mount(Options { hls, ..Options::default() }).await;
    let name = |error: &JsValue| Reflect::get(error, &"name".into()).unwrap().as_string().unwrap();

    let plays = stage.handle.media().play();
    stage.handle.media().pause();
    assert_eq!(name(&JsFuture::from(plays).await.unwrap_err()), "AbortError");
    assert!(stage.handle.media().paused());

    // No engine at all.
    let stage = Stage::mount(Options::default()).await;
    let plays = stage.handle.media().play();
    stage.source.set(Some(Source::Hls("/never.m3u8".into())));
    assert_eq!(name(&JsFuture::from(plays).await.unwrap_err()), "engine_unavailable");
    assert_eq!(stage.handle.media().error(), Some(PlaybackError::EngineUnavailable));
    assert_eq!(stage.handle.media().error().unwrap().media_error_code(), 2);
    assert_eq!(stage.handle.media().current_src(), "/never.m3u8");
}

#[wasm_bindgen_test]
async fn the_elements_events_are_the_players_too_and_its_failure_has_a_reason() {
    let stage = Stage::mount(Options::default()).await;
    let heard = Rc::new(std::cell::RefCell::new(Vec::new()));
    let mut listeners = Vec::new();
    for name in ["loadedmetadata", "loadeddata", "playing", "timeupdate", "seeking", "seeked", "ended"] {
        let heard = heard.clone();
        listeners.push(Listener::new(&stage.player(), name, move |event| heard.borrow_mut().push(event.type_())));
    }
    let outside = Rc::new(Cell::new(0));
    let count = outside.clone();
    listeners.push(Listener::new(&stage.root, "playing", move |_| count.set(count.get() + 1)));
    let reason = Rc::new(std::cell::RefCell::new(None));
    let slot = reason.clone();
    listeners.push(Listener::new(&stage.player(), "error", move |event| {
        *slot.borrow_mut() = Some(event.unchecked_into::<CustomEvent>().detail());
    }));

    stage.source.set(Some(film()));
    JsFuture::from(stage.handle.media().play()).await.unwrap();
    stage.handle.media().set_current_time(3.6);
    until("it ends", || stage.handle.media().ended()).await;

    let heard = heard.borrow().clone();
    for name in ["loadedmetadata", "loadeddata", "playing", "timeupdate", "seeking", "seeked", "ended"] {
        assert!(heard.iter().any(|event| event == name), "{name} in {heard:?}");
    }
    assert_eq!(outside.get(), 0, "they do not bubble, as those of a <video> do not");
    assert!(reason.borrow().is_none());

    stage.source.set(Some(Source::Hls("/never.m3u8".into())));
    until("it fails", || reason.borrow().is_some()).await;
    let detail = reason.borrow().clone().unwrap();
    assert_eq!(Reflect::get(&detail, &"code".into()).unwrap().as_string().as_deref(), Some("engine_unavailable"));
    assert_eq!(Reflect::get(&detail, &"fatal".into()).unwrap(), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn it_starts_where_it_is_told_to() {
    let stage = Stage::mount(Options { start_time: Some(2.5), ..Options::default() }).await;
    assert_eq!(stage.handle.media().current_time(), 2.5, "before there is anything");
    assert!(stage.handle.media().duration().is_nan());

    stage.source.set(Some(film()));

    until("it is loaded", || stage.video().ready_state() >= 2 && !stage.video().seeking()).await;
    assert!((stage.video().current_time() - 2.5).abs() < 0.1, "{}", stage.video().current_time());
}

#[wasm_bindgen_test]
async fn a_seek_before_the_source_is_there_is_where_it_starts() {
    let stage = Stage::mount(Options::default()).await;

    stage.handle.media().set_current_time(1.5);
    stage.source.set(Some(film()));

    until("it is loaded", || stage.video().ready_state() >= 2 && !stage.video().seeking()).await;
    assert!((stage.video().current_time() - 1.5).abs() < 0.1, "{}", stage.video().current_time());
    until("nothing is pending", || stage.handle.pending.get_untracked().is_none()).await;
}

#[wasm_bindgen_test]
async fn a_loop_begins_again_at_the_end() {
    let options = Options { source: Some(film()), start_time: Some(3.5), looped: true, ..Options::default() };
    let stage = Stage::mount(options).await;

    JsFuture::from(stage.handle.media().play()).await.unwrap();

    until("it is past the end, at the beginning", || stage.video().current_time() < 2.0).await;
    assert!(!stage.handle.media().ended() && !stage.video().paused());
}
