//! How a player starts, and what it is for a page: a `<video>` with a source that may come later.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Mutex},
};

use js_sys::{Function, Promise, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use page::{document, until};
use reelway::{
    components::player::{Autoplay, Player, PlayerHandle, Preload, Qoe},
    listener::Listener,
    player::engine::{Cmcd, HlsJsSource, PlaybackError, Source},
};
use reelway_core::playback::qoe::Rendition;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CustomEvent, Element, HtmlElement, HtmlVideoElement, KeyboardEvent, KeyboardEventInit, Storage};

wasm_bindgen_test_configure!(run_in_browser);

/// Four seconds, 160 × 90, without sound.
fn film() -> Source {
    Source::File(page::film())
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
    cmcd: Option<Cmcd>,
    title: &'static str,
    poster: Option<String>,
    placeholder: Option<String>,
    /// By which the next visit knows the video. Without, none does.
    video_id: Option<String>,
}

/// A player on the page. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    source: RwSignal<Option<Source>, LocalStorage>,
    /// What viewers noticed.
    noticed: Arc<Mutex<Vec<Qoe>>>,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    async fn mount(options: Options) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.style().set_property("width", "640px").unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = Rc::new(Cell::new(None));
        let filled = slot.clone();
        let noticed = Arc::new(Mutex::new(Vec::new()));
        let notes = noticed.clone();
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
                    resume=options.video_id.is_some()
                    video_id=options.video_id
                    poster=Signal::stored(options.poster)
                    placeholder=Signal::stored(options.placeholder)
                    video_title=options.title
                    cmcd=options.cmcd
                    on_qoe=Some(Callback::new(move |qoe| notes.lock().unwrap().push(qoe)))
                    handle=Some(handle)
                    hls=Some(options.hls)
                />
            }
        });
        tick().await;
        let (handle, source) = slot.take().unwrap();
        Self { root, handle, source, noticed, _mounted: Box::new(mounted) }
    }

    fn part(&self, part: &str) -> Option<Element> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap()
    }

    fn video(&self) -> HtmlVideoElement {
        self.part("video").unwrap().unchecked_into()
    }

    fn player(&self) -> HtmlElement {
        self.root.query_selector(".reelway-player").unwrap().unwrap().unchecked_into()
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
async fn keys_that_follow_each_other_at_once_are_all_answered() {
    let stage = Stage::mount(Options { source: Some(film()), ..Options::default() }).await;
    until("it is loaded", || stage.video().ready_state() > 0).await;
    let press = |key: &str| {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        stage.player().dispatch_event(&event).unwrap();
    };
    let presses = |keys: [&str; 5]| keys.map(press);
    let video = stage.video();

    // The element's own events come later than all of these.
    presses(["k", "k", "k", "k", "k"]);
    assert!(!video.paused());
    presses([">", ">", "<", ">", "<"]);
    assert_eq!(video.playback_rate(), 1.25);
    video.set_muted(false);
    presses(["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"]);
    assert!((video.volume() - 0.85).abs() < 0.001, "{}", video.volume());
    presses(["m", "m", "m", "m", "m"]);
    assert!(video.muted());
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
    let heard = Rc::new(RefCell::new(Vec::new()));
    let mut listeners = Vec::new();
    for name in ["loadedmetadata", "loadeddata", "playing", "timeupdate", "seeking", "seeked", "ended"] {
        let heard = heard.clone();
        listeners.push(Listener::new(&stage.player(), name, move |event| heard.borrow_mut().push(event.type_())));
    }
    let outside = Rc::new(Cell::new(0));
    let count = outside.clone();
    listeners.push(Listener::new(&stage.root, "playing", move |_| count.set(count.get() + 1)));
    let reason = Rc::new(RefCell::new(None));
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

    // Straight after the file it would go back to that.
    stage.source.set(None);
    tick().await;
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

fn storage() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

#[wasm_bindgen_test]
async fn the_next_visit_goes_on_where_this_one_ended_and_says_so() {
    storage().remove_item("reelway.positions").unwrap();
    let visit = || Options { video_id: Some("v1?token=s3cr3t".into()), ..Options::default() };
    // Ten minutes long, as far as it knows: four seconds are not worth going back to.
    let long = |stage: &Stage| stage.handle.duration.set(600.0);
    let first = Stage::mount(visit()).await;
    first.source.set(Some(film()));
    JsFuture::from(first.handle.media().play()).await.unwrap();
    first.handle.time.set(65.0);
    long(&first);
    first.handle.started.set(true);
    drop(first);
    assert!(!storage().get_item("reelway.positions").unwrap().unwrap().contains("s3cr3t"));

    let second = Stage::mount(visit()).await;
    second.source.set(Some(Source::Hls("/never.m3u8".into())));
    until("it goes on there", || second.handle.media().current_time() == 65.0).await;
    until("it has been tried", || second.handle.error.get_untracked().is_some()).await;
    second.handle.error.set(None);
    second.handle.loaded.set(true);
    until("it says so", || second.part("resumed").is_some()).await;
    assert!(second.part("resumed").unwrap().text_content().unwrap().contains("Resumed at 1:05"));
    second.press("start-over");
    until("it is said no more", || second.part("resumed").is_none()).await;
    assert_eq!(second.handle.media().current_time(), 0.0);
    drop(second);

    let told = Stage::mount(Options { start_time: Some(3.0), ..visit() }).await;
    told.source.set(Some(Source::Hls("/never.m3u8".into())));
    until("it has been tried", || told.handle.error.get_untracked().is_some()).await;
    assert_eq!(told.handle.media().current_time(), 3.0, "what is asked for comes first");
    drop(told);

    let other = Stage::mount(Options { video_id: Some("v2".into()), ..Options::default() }).await;
    other.source.set(Some(Source::Hls("/never.m3u8".into())));
    until("it has been tried", || other.handle.error.get_untracked().is_some()).await;
    assert_eq!(other.handle.media().current_time(), 0.0, "another video");
}

#[wasm_bindgen_test]
async fn a_video_that_was_seen_to_its_end_begins_anew() {
    storage().remove_item("reelway.positions").unwrap();
    let stage = Stage::mount(Options { video_id: Some("v3".into()), ..Options::default() }).await;
    stage.source.set(Some(film()));
    JsFuture::from(stage.handle.media().play()).await.unwrap();
    // As far as it knows: two of four seconds are not worth going back to.
    stage.handle.duration.set(30.0);
    stage.handle.seek(2.0);
    stage.handle.pause();
    until("it is kept", || storage().get_item("reelway.positions").unwrap().is_some_and(|kept| !kept.is_empty())).await;

    JsFuture::from(stage.handle.media().play()).await.unwrap();
    stage.handle.duration.set(4.0);
    stage.handle.seek(3.8);
    until("it ends", || stage.handle.media().ended()).await;

    until("it is forgotten", || storage().get_item("reelway.positions").unwrap().as_deref() == Some("")).await;
}

#[wasm_bindgen_test]
async fn the_volume_is_remembered_and_silence_is_not() {
    let stage = Stage::mount(Options::default()).await;
    stage.handle.set_volume(0.3);
    until("it is kept", || storage().get_item("reelway.volume").unwrap().as_deref() == Some("30")).await;
    stage.handle.toggle_mute();
    stage.handle.set_volume(0.0);
    tick().await;
    drop(stage);

    let next = Stage::mount(Options::default()).await;

    assert!((next.video().volume() - 0.3).abs() < 1e-6);
    assert!(!next.video().muted());
    storage().remove_item("reelway.volume").unwrap();
}

/// `navigator.mediaSession`, or what it has by this name.
fn media_session(name: &str) -> JsValue {
    let navigator = web_sys::window().unwrap().navigator();
    let session = Reflect::get(&navigator, &"mediaSession".into()).unwrap();
    if name.is_empty() { session } else { Reflect::get(&session, &name.into()).unwrap() }
}

#[wasm_bindgen_test]
async fn the_player_that_plays_last_has_the_systems_keys_until_it_goes() {
    // The browser keeps the handlers to itself: here they are looked at on their way.
    let script = "globalThis.handlers = {};
        this.setActionHandler = (action, handler) => { handlers[action] = handler; };
        this.setPositionState = state => { globalThis.position = state; };";
    Function::new_no_args(script).call0(&media_session("")).unwrap();
    let press = |details: &str| {
        let script = format!("const details = {details}; handlers[details.action](details);");
        Function::new_no_args(&script).call0(&JsValue::UNDEFINED).unwrap();
    };
    let global = |script: &str| Function::new_no_args(script).call0(&JsValue::UNDEFINED).unwrap();
    let title = || Reflect::get(&media_session("metadata"), &"title".into()).unwrap().as_string();
    let poster = Some("data:image/gif;base64,R0lGODlhAQABAAAAACw=".to_owned());
    let one = Stage::mount(Options { source: Some(film()), title: "One", poster, ..Options::default() }).await;
    let two = Stage::mount(Options { source: Some(film()), title: "Two", ..Options::default() }).await;

    JsFuture::from(one.handle.media().play()).await.unwrap();
    until("the first is shown", || title().as_deref() == Some("One")).await;
    assert_eq!(
        global("return navigator.mediaSession.metadata.artwork[0].src.slice(0, 15)").as_string().unwrap(),
        "data:image/gif;"
    );
    JsFuture::from(two.handle.media().play()).await.unwrap();
    until("the second takes its place", || title().as_deref() == Some("Two")).await;
    assert_eq!(media_session("playbackState").as_string().as_deref(), Some("playing"));
    assert_eq!(global("return position.duration").as_f64(), Some(4.0));

    press("{ action: 'seekto', seekTime: 1.5 }");
    until("it is there", || (two.video().current_time() - 1.5).abs() < 0.8 && !two.video().seeking()).await;
    press("{ action: 'pause' }");
    until("it pauses", || media_session("playbackState").as_string().as_deref() == Some("paused")).await;
    assert!(two.video().paused());
    press("{ action: 'seekforward', seekOffset: 1 }");
    until("it is there", || two.video().current_time() > 2.4).await;
    press("{ action: 'seekbackward', seekOffset: 2 }");
    until("it is there", || two.video().current_time() < 1.5).await;
    press("{ action: 'play' }");
    until("it plays", || !two.video().paused()).await;
    press("{ action: 'stop' }");
    until("it stops", || two.video().paused() && two.video().current_time() == 0.0).await;

    drop(one);
    assert_eq!(title().as_deref(), Some("Two"), "a player that does not own it takes nothing away");
    drop(two);
    assert!(media_session("metadata").is_null());
    assert!(global("return handlers.play === null").is_truthy());
    assert_eq!(media_session("playbackState").as_string().as_deref(), Some("none"));
    global("delete navigator.mediaSession.setActionHandler; delete navigator.mediaSession.setPositionState;");
}

#[wasm_bindgen_test]
async fn a_placeholder_stands_in_for_the_poster_and_neither_moves_anything() {
    let picture = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";
    let bare = Stage::mount(Options::default()).await;
    let height = bare.player().offset_height();
    let options = Options { poster: Some(picture.into()), placeholder: Some(picture.into()), ..Options::default() };
    let stage = Stage::mount(options).await;

    assert_eq!(stage.part("placeholder").unwrap().get_attribute("src").as_deref(), Some(picture));
    until("the poster has come", || stage.part("poster").is_some_and(|poster| poster.has_attribute("data-loaded")))
        .await;
    assert_eq!(stage.player().offset_height(), height);

    stage.source.set(Some(film()));
    JsFuture::from(stage.handle.media().play()).await.unwrap();
    until("both are gone", || stage.part("poster").is_none() && stage.part("placeholder").is_none()).await;
}

#[wasm_bindgen_test]
async fn viewers_notice_a_start_and_no_rebuffer_when_they_seek() {
    let stage = Stage::mount(Options::default()).await;
    let events = Rc::new(RefCell::new(Vec::new()));
    let heard = events.clone();
    let _listener = Listener::new(&stage.player(), "startup", move |event| {
        heard.borrow_mut().push(event.unchecked_into::<CustomEvent>().detail());
    });
    stage.source.set(Some(film()));
    until("it is loaded", || stage.handle.loaded.get_untracked()).await;

    JsFuture::from(stage.handle.media().play()).await.unwrap();
    until("the start is noticed", || !stage.noticed.lock().unwrap().is_empty()).await;
    stage.handle.seek(3.5);
    until("it ends", || stage.handle.media().ended()).await;

    let noticed = stage.noticed.lock().unwrap().clone();
    let [Qoe::Startup { took, engine: "file", prefetched: false, rendition }] = noticed[..] else {
        panic!("{noticed:?}")
    };
    assert!((0.0..2_000.0).contains(&took), "{took}");
    assert_eq!(rendition, Rendition { width: 160, height: 90, bitrate: 0 });
    let detail = events.borrow()[0].clone();
    assert_eq!(Reflect::get(&detail, &"duration".into()).unwrap().as_f64(), Some(took));
    assert_eq!(Reflect::get(&detail, &"engine".into()).unwrap().as_string().as_deref(), Some("file"));
    assert_eq!(Reflect::get(&detail, &"width".into()).unwrap().as_f64(), Some(160.0));
}

/// An hls.js that plays nothing, and keeps what it was told: `toldHls`.
fn curious_hls() -> HlsJsSource {
    let script = "return Promise.resolve(class {
        static isSupported() { return true; }
        constructor(config) { globalThis.toldHls = this.config = config; }
        on() {} loadSource() {} attachMedia() {} destroy() {}
    });";
    HlsJsSource::new(Function::new_no_args(script), None)
}

#[wasm_bindgen_test]
async fn hls_js_is_told_of_cmcd_and_to_fetch_no_more_than_the_first_frame_needs() {
    let told = |path: &str| {
        Function::new_no_args(&format!("return globalThis.toldHls?.{path}")).call0(&JsValue::UNDEFINED).unwrap()
    };
    let cmcd = Cmcd { session_id: Some("s1".into()), content_id: Some("c1".into()), use_headers: true };
    let source = Some(Source::Hls("/master.m3u8".into()));
    let options = Options { source: source.clone(), hls: curious_hls(), cmcd: Some(cmcd), ..Options::default() };
    let stage = Stage::mount(options).await;

    until("the engine runs", || told("cmcd").is_object()).await;
    assert_eq!(told("cmcd.sessionId").as_string().as_deref(), Some("s1"));
    assert_eq!(told("cmcd.contentId").as_string().as_deref(), Some("c1"));
    assert_eq!(told("cmcd.useHeaders"), JsValue::TRUE);
    assert_eq!((told("maxBufferLength").as_f64(), told("maxBufferSize").as_f64()), (Some(1.0), Some(1.0)));

    drop(stage);

    let options = Options { source, hls: curious_hls(), preload: Preload::Auto, ..Options::default() };
    let _stage = Stage::mount(options).await;
    until("another engine runs", || told("cmcd").is_undefined()).await;
    assert!(told("maxBufferLength").is_undefined(), "hls.js' own");
}
