//! What is played of a stream, in a real browser: the rendition that was chosen, nothing that can't be decoded, and all
//! of it until its end.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, Function, JSON, Reflect, Uint8Array};
use leptos::{mount::mount_to, prelude::*, task::tick};
use page::until;
use reelway::{
    components::player::{Player, PlayerHandle},
    player::engine::{HlsJsSource, Source},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlElement, MediaSource, MediaSourceReadyState, SourceBuffer};

wasm_bindgen_test_configure!(run_in_browser);

/// Runs a function body.
fn run(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::UNDEFINED).unwrap()
}

fn number(expression: &str) -> f64 {
    run(&format!("return Number({expression})")).as_f64().unwrap()
}

fn is(condition: &str) -> bool {
    run(&format!("return Boolean({condition})")).is_truthy()
}

/// An hls.js that binds the element to an empty source, and of renditions does what hls.js 1.7 does: whatever goes wrong
/// makes it forget the one that was chosen.
fn fake_hls() -> HlsJsSource {
    let script = "
        globalThis.fake ??= { instances: 0, loads: 0, recoveries: 0 };
        class Hls {
            static isSupported() { return true; }
            levels = [];
            manualLevel = -1;
            constructor() {
                this.handlers = {};
                fake.instances += 1;
                fake.hls = this;
            }
            trigger(name, data = {}) { this.handlers[name]?.(name, data); }
            on(name, handler) { this.handlers[name] = handler; }
            set currentLevel(level) { this.manualLevel = level; }
            set nextLevel(level) { this.manualLevel = level; }
            set loadLevel(level) { this.manualLevel = level; }
            has(heights) {
                this.levels = heights.map(height => ({ width: height * 2, height, bitrate: height * 1000 }));
                this.trigger('hlsManifestParsed');
            }
            fail() {
                this.manualLevel = -1;
                const level = this.levels.length - 1;
                this.trigger('hlsError', { fatal: true, type: 'mediaError', details: 'bufferAppendError', level });
            }
            removeLevel(index) {
                this.levels = this.levels.filter((_, other) => other !== index);
                this.trigger('hlsLevelsUpdated');
            }
            attachMedia(media) {
                this.media = media;
                this.trigger('hlsMediaAttaching', { media });
                const mediaSource = fake.source = new MediaSource();
                media.src = URL.createObjectURL(mediaSource);
                const attached = () => {
                    fake.open = mediaSource;
                    this.trigger('hlsMediaAttached', { media, mediaSource });
                };
                // It opens again when something is thrown away after its end.
                mediaSource.addEventListener('sourceopen', attached, { once: true });
            }
            recoverMediaError() { fake.recoveries += 1; this.attachMedia(this.media); }
            loadSource() { fake.loads += 1; }
            startLoad() {}
            destroy() {}
        }
        return Promise.resolve(Hls);";
    HlsJsSource::new(Function::new_no_args(script), None)
}

struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    async fn mount(url: &str) -> Self {
        run("delete globalThis.fake");
        let document = web_sys::window().unwrap().document().unwrap();
        let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        document.body().unwrap().append_child(&root).unwrap();
        let slot = Rc::new(Cell::new(None));
        let (filled, src) = (slot.clone(), Source::Hls(url.to_owned()));
        let mounted = mount_to(root.clone(), move || {
            let (handle, src) = (PlayerHandle::new(), RwSignal::new_local(Some(src)));
            filled.set(Some(handle));
            view! {
                <Player
                    src=Signal::derive_local(move || src.get())
                    muted=true
                    resume=false
                    handle=Some(handle)
                    hls=Some(fake_hls())
                />
            }
        });
        tick().await;
        until("the engine runs", || is("globalThis.fake?.open")).await;
        Self { root, handle: slot.take().unwrap(), _mounted: Box::new(mounted) }
    }

    fn chosen(&self) -> i32 {
        self.handle.level_wanted.get_untracked()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

#[wasm_bindgen_test]
async fn the_rendition_that_was_chosen_stays_chosen_whatever_has_to_be_mended() {
    let stage = Stage::mount("/master.m3u8").await;
    run("fake.hls.has([180, 360, 720])");
    stage.handle.set_level(1);
    assert_eq!(number("fake.hls.manualLevel"), 1.0);

    run("fake.hls.fail()");
    until("the decoder is made anew", || is("fake.recoveries === 1 && fake.open === fake.source")).await;
    assert_eq!((number("fake.hls.manualLevel"), stage.chosen()), (1.0, 1));

    run("fake.hls.removeLevel(0)");
    assert_eq!((number("fake.hls.manualLevel"), stage.chosen()), (0.0, 0), "it is the same one, by another index");

    run("fake.hls.fail()");
    until("another rendition is done without", || is("fake.hls.levels.length === 1")).await;
    assert_eq!((number("fake.hls.manualLevel"), stage.chosen()), (0.0, 0));

    run("fake.hls.fail()");
    until("the engine is started anew", || is("fake.instances === 2 && fake.open === fake.source")).await;
    run("fake.hls.has([180, 360, 720])");
    assert_eq!((number("fake.hls.manualLevel"), stage.chosen()), (1.0, 1));
}

#[wasm_bindgen_test]
async fn a_rendition_that_can_not_be_had_is_chosen_no_more_and_the_menu_says_so() {
    let stage = Stage::mount("/master.m3u8").await;
    run("fake.hls.has([180, 360, 720])");

    stage.handle.set_level(2);
    run("fake.hls.removeLevel(2)");
    assert_eq!((number("fake.hls.manualLevel"), stage.chosen()), (-1.0, -1));

    stage.handle.set_level(1);
    run("fake.hls.manualLevel = -1; fake.hls.trigger('hlsLevelSwitched', { level: 0 })");
    assert_eq!(stage.chosen(), -1, "hls.js went elsewhere");
}

#[wasm_bindgen_test]
async fn a_stream_does_not_end_while_its_end_is_being_replaced() {
    let _stage = Stage::mount("/master.m3u8").await;
    let source: MediaSource = run("return fake.open").unchecked_into();
    let buffer = source.add_source_buffer("video/webm; codecs=\"vp8\"").unwrap();
    fill(&buffer).await;
    source.end_of_stream().unwrap();
    assert_eq!(source.ready_state(), MediaSourceReadyState::Ended);

    buffer.remove(0.0, f64::INFINITY).unwrap();
    until("it is empty", || !buffer.updating()).await;
    source.end_of_stream().unwrap();
    assert_eq!(source.ready_state(), MediaSourceReadyState::Open, "there is more to come");

    fill(&buffer).await;
    source.end_of_stream().unwrap();
    assert_eq!(source.ready_state(), MediaSourceReadyState::Ended);

    buffer.remove(0.0, 1.0).unwrap();
    until("it has less", || !buffer.updating()).await;
    source.end_of_stream().unwrap();
    assert_eq!(source.ready_state(), MediaSourceReadyState::Ended, "the end is there");
}

#[wasm_bindgen_test]
async fn what_is_no_media_is_the_browsers_to_refuse() {
    let _stage = Stage::mount("/master.m3u8").await;
    let source: MediaSource = run("return fake.open").unchecked_into();
    let buffer = source.add_source_buffer("video/webm; codecs=\"vp8\"").unwrap();
    // As a box of MP4 it would be as long as one can be.
    let junk = Uint8Array::new_with_length(400).fill(255, 0, 400);

    buffer.append_buffer_with_array_buffer_view(&junk).unwrap();

    until("it is refused", || is("fake.hls.media.error !== null")).await;
}

/// Appends a film of four seconds.
async fn fill(buffer: &SourceBuffer) {
    let film = Uint8Array::from(include_bytes!("fake/film.webm").as_slice());
    buffer.append_buffer_with_array_buffer_view(&film).unwrap();
    until("it is in", || !buffer.updating()).await;
}

/// A browser that can't decode some codecs: what it was asked to fetch and to decode it writes down.
struct Browser(JsValue);

impl Browser {
    fn without(codecs: &[&str]) -> Self {
        let codecs = Array::from_iter(codecs.iter().map(|codec| JsValue::from_str(codec)));
        let script = format!(
            "const refused = {};
             const [fetch, supported, add] = [window.fetch, MediaSource.isTypeSupported, MediaSource.prototype.addSourceBuffer];
             window.asked = {{ urls: [], types: [] }};
             window.fetch = (what, ...rest) => {{ asked.urls.push(what.url ?? String(what)); return fetch(what, ...rest); }};
             MediaSource.isTypeSupported = type => !refused.some(codec => type.includes(codec)) && supported.call(MediaSource, type);
             MediaSource.prototype.addSourceBuffer = function (type) {{ asked.types.push(type); return add.call(this, type); }};
             return () => {{
                 window.fetch = fetch;
                 MediaSource.isTypeSupported = supported;
                 MediaSource.prototype.addSourceBuffer = add;
             }};",
            JSON::stringify(&codecs).unwrap()
        );
        Self(run(&script))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.0.unchecked_ref::<Function>().call0(&JsValue::UNDEFINED).unwrap();
    }
}

/// A URL for this text.
fn url(text: &str) -> String {
    let make = Function::new_with_args("text", "return URL.createObjectURL(new Blob([text]))");
    make.call1(&JsValue::UNDEFINED, &text.into()).unwrap().as_string().unwrap()
}

/// A media playlist of one fragment. Its bytes are no media: what begins with them ends at once, and the engine comes.
fn playlist() -> String {
    let [init, segment] = ["\0\0\0\u{8}init", "\0\0\0\u{8}data"].map(url);
    url(&format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-MAP:URI=\"{init}\"\n#EXTINF:4,\n{segment}\n#EXT-X-ENDLIST\n"
    ))
}

/// A master playlist with two renditions, VP9 first and then AV1; and the URLs of theirs.
fn two_codecs() -> (String, [String; 2]) {
    let [vp9, av1] = [playlist(), playlist()];
    let master = url(&format!(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS=\"vp09.00.10.08\"\n{vp9}\n\
         #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"av01.0.01M.08\"\n{av1}\n"
    ));
    (master, [vp9, av1])
}

/// What the browser was asked to fetch or to decode.
fn asked(what: &str) -> Vec<String> {
    let list: Array = run(&format!("return asked.{what}")).unchecked_into();
    list.into_iter().filter_map(|entry| entry.as_string()).collect()
}

#[wasm_bindgen_test]
async fn the_first_rendition_begins_before_the_engine_is_there() {
    let _browser = Browser::without(&[]);
    let (master, [vp9, av1]) = two_codecs();

    let _stage = Stage::mount(&master).await;

    assert_eq!(asked("types"), ["video/mp4; codecs=\"vp09.00.10.08\""]);
    assert!(asked("urls").contains(&vp9) && !asked("urls").contains(&av1));
}

#[wasm_bindgen_test]
async fn a_rendition_that_can_not_be_decoded_is_never_begun() {
    let _browser = Browser::without(&["vp09"]);
    let (master, [vp9, av1]) = two_codecs();

    let _stage = Stage::mount(&master).await;

    assert_eq!(asked("types"), ["video/mp4; codecs=\"av01.0.01M.08\""]);
    assert!(asked("urls").contains(&av1) && !asked("urls").contains(&vp9));
}

#[wasm_bindgen_test]
async fn where_nothing_can_be_decoded_nothing_is_begun_and_that_is_said_at_once() {
    let _browser = Browser::without(&["vp09", "av01"]);
    let (master, renditions) = two_codecs();

    let stage = Stage::mount(&master).await;
    assert_eq!(asked("types"), [""; 0]);
    assert!(asked("urls").contains(&master) && !asked("urls").iter().any(|url| renditions.contains(url)));

    let said = "{ fatal: true, type: 'mediaError', details: 'manifestIncompatibleCodecsError', url: '' }";
    run(&format!("fake.hls.trigger('hlsError', {said})"));
    until("it is said", || stage.root.query_selector("[data-code=codec_unsupported]").unwrap().is_some()).await;
    assert_eq!((number("fake.instances"), number("fake.recoveries")), (1.0, 0.0), "nothing is tried in vain");
    assert_eq!(Reflect::get(&run("return fake"), &"loads".into()).unwrap(), 1.0);
}
