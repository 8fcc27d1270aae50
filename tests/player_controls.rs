//! The player's controls in a real browser: captions, settings, shortcuts, touch, and what is said and shown.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{page::document, until};
use js_sys::Reflect;
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::{
        THEME_CSS,
        player::{self, Player, PlayerHandle, Track},
    },
    player::engine::{AudioTrack, HlsJsSource, Source},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Element, Event, HtmlElement, HtmlVideoElement, KeyboardEvent, KeyboardEventInit, PointerEvent, PointerEventInit,
    TextTrack, TextTrackKind, TextTrackMode, Url,
};

wasm_bindgen_test_configure!(run_in_browser);

fn storage() -> web_sys::Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

/// A player on a page of its own looks. Dropping it takes it away.
struct Stage {
    root: HtmlElement,
    handle: PlayerHandle,
    _mounted: Box<dyn std::any::Any>,
}

impl Stage {
    /// As wide as that, with these tracks, for someone who has never been here.
    fn new(width: u32, tracks: Vec<Track>) -> Self {
        storage().clear().unwrap();
        Self::again(width, tracks)
    }

    /// For someone who comes back.
    fn again(width: u32, tracks: Vec<Track>) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.style().set_property("width", &format!("{width}px")).unwrap();
        let style = document().create_element("style").unwrap();
        style.set_text_content(Some(&format!("{THEME_CSS}{}", player::CSS)));
        root.append_child(&style).unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let slot = std::rc::Rc::new(std::cell::Cell::new(None));
        let filled = slot.clone();
        let mounted = mount_to(root.clone(), move || {
            let handle = PlayerHandle::new();
            filled.set(Some(handle));
            view! {
                <Player
                    src=Signal::derive_local(|| None::<Source>)
                    tracks=Signal::stored(tracks)
                    handle=Some(handle)
                    hls=Some(HlsJsSource::default())
                />
            }
        });
        let handle: PlayerHandle = slot.take().unwrap();
        handle.duration.set(100.0);
        Self { root, handle, _mounted: Box::new(mounted) }
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn part(&self, part: &str) -> HtmlElement {
        self.find(&format!("[part~='{part}']")).unwrap()
    }

    fn player(&self) -> HtmlElement {
        self.find("section").unwrap()
    }

    fn video(&self) -> HtmlVideoElement {
        self.part("video").unchecked_into()
    }

    fn is_idle(&self) -> bool {
        self.player().has_attribute("data-idle")
    }

    /// What a screen reader was told last.
    fn said(&self) -> String {
        self.find(".rw-spoken[role=status]").unwrap().text_content().unwrap()
    }

    /// What the sign over the picture says.
    fn sign(&self) -> Option<String> {
        self.find("[part=feedback]").map(|sign| sign.text_content().unwrap())
    }

    /// The lines of the open menu that are in sight.
    fn lines(&self) -> Vec<String> {
        let lines = self.root.query_selector_all("[role=menu] > *").unwrap();
        let all = (0..lines.length()).map(|index| lines.item(index).unwrap().unchecked_into::<HtmlElement>());
        all.filter(|line| line.offset_height() > 0).map(|line| line.text_content().unwrap()).collect()
    }

    fn press_line(&self, text: &str) {
        let lines = self.root.query_selector_all("[role=menu] > *").unwrap();
        let mut all = (0..lines.length()).map(|index| lines.item(index).unwrap().unchecked_into::<HtmlElement>());
        all.find(|line| line.text_content().unwrap().contains(text)).unwrap().click();
    }

    fn add_track(&self, kind: TextTrackKind, label: &str, language: &str) -> TextTrack {
        self.video().add_text_track_with_label_and_language(kind, label, language)
    }

    /// A finger taps the picture at this share of its width.
    fn tap(&self, share: f64) {
        let video = self.video();
        let bounds = video.get_bounding_client_rect();
        let init = PointerEventInit::new();
        init.set_client_x((bounds.left() + share * bounds.width()) as i32);
        init.set_client_y((bounds.top() + bounds.height() / 2.0) as i32);
        init.set_pointer_type("touch");
        init.set_bubbles(true);
        for kind in ["pointerdown", "pointerup", "click"] {
            video.dispatch_event(&PointerEvent::new_with_event_init_dict(kind, &init).unwrap()).unwrap();
        }
    }

    /// A mouse goes away from the player: its controls hide if nothing keeps them.
    fn leave(&self) {
        let init = PointerEventInit::new();
        init.set_pointer_type("mouse");
        let event = PointerEvent::new_with_event_init_dict("pointerleave", &init).unwrap();
        self.player().dispatch_event(&event).unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.root.remove();
    }
}

fn focused() -> Option<Element> {
    document().active_element()
}

/// Presses a key where the focus is, or on this element.
fn key_on(on: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    on.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap();
}

fn key(key: &str) {
    key_on(&focused().unwrap(), key);
}

#[wasm_bindgen_test]
async fn captions_are_chosen_from_the_tracks_that_people_read() {
    let stage = Stage::new(800, Vec::new());
    tick().await;
    assert!(stage.find("[part~=captions]").is_none(), "there is no choice");

    let english = stage.add_track(TextTrackKind::Subtitles, "", "en");
    let german = stage.add_track(TextTrackKind::Captions, "Deutsch", "de");
    stage.add_track(TextTrackKind::Metadata, "Thumbnails", "");
    until("the menu comes", || stage.find("[part~=captions]").is_some()).await;
    stage.part("captions").click();
    tick().await;

    let name = |code: &str| {
        let script = format!("return new Intl.DisplayNames(navigator.languages, {{ type: 'language' }}).of('{code}')");
        js_sys::Function::new_no_args(&script).call0(&JsValue::NULL).unwrap().as_string().unwrap()
    };
    assert_eq!(stage.lines(), ["Off".to_owned(), name("en"), "Deutsch".to_owned()]);
    assert_eq!(focused().unwrap().text_content().as_deref(), Some("Off"), "the focus is on what is chosen");

    key("End");
    assert_eq!(focused().unwrap().text_content().as_deref(), Some("Deutsch"));
    focused().unwrap().unchecked_into::<HtmlElement>().click();
    tick().await;
    assert_eq!(german.mode(), TextTrackMode::Showing);
    assert_ne!(english.mode(), TextTrackMode::Showing);
    assert_eq!(stage.part("captions").get_attribute("aria-label").as_deref(), Some("Captions: Deutsch"));
    assert_eq!(focused(), Some(stage.part("captions").into()), "the focus goes back to the button");

    key("c");
    assert_ne!(german.mode(), TextTrackMode::Showing);
    until("it is said", || stage.said() == "Captions off").await;
    key("c");
    assert_eq!(german.mode(), TextTrackMode::Showing, "the last ones come back");
    until("it is said", || stage.said() == "Captions on, Deutsch").await;
}

#[wasm_bindgen_test]
async fn track_elements_are_made_and_the_choice_is_remembered() {
    let parts = js_sys::Array::of1(&"WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n".into());
    let src = Url::create_object_url_with_blob(&web_sys::Blob::new_with_str_sequence(&parts).unwrap()).unwrap();
    let track = |language: &str, default| Track {
        src: src.clone(),
        label: format!("In {language}"),
        srclang: language.to_owned(),
        kind: "subtitles".to_owned(),
        default,
    };
    let tracks = vec![track("en", true), track("fr", false)];
    let stage = Stage::new(800, tracks.clone());
    until("the default ones show", || stage.handle.caption_shown.get_untracked() == 0).await;

    stage.handle.set_caption(1);
    drop(stage);
    let stage = Stage::again(800, tracks.clone());
    until("those that were chosen show", || stage.handle.caption_shown.get_untracked() == 1).await;

    stage.handle.set_caption(-1);
    drop(stage);
    let stage = Stage::again(800, tracks);
    until("the tracks are there", || stage.handle.captions.with_untracked(Vec::len) == 2).await;
    until("off stays off", || stage.handle.caption_shown.get_untracked() == -1).await;
    key_on(&stage.player(), "c");
    assert_eq!(stage.handle.caption_shown.get_untracked(), 1, "on again are the last ones");
}

#[wasm_bindgen_test]
async fn where_css_does_not_reach_captions_they_are_moved_by_lines() {
    let stage = Stage::new(640, Vec::new());
    // Firefox is known by it.
    Reflect::set(&stage.video(), &"mozHasAudio".into(), &JsValue::TRUE).unwrap();
    let track = stage.add_track(TextTrackKind::Subtitles, "English", "en");
    let make = |line: &str| {
        let script = format!("const cue = new VTTCue(0, 9, 'Hello'); cue.line = {line}; return cue");
        let cue = js_sys::Function::new_no_args(&script).call0(&JsValue::NULL).unwrap();
        let add: js_sys::Function = Reflect::get(&track, &"addCue".into()).unwrap().unchecked_into();
        add.call1(&track, &cue).unwrap();
        cue
    };
    let (free, placed) = (make("'auto'"), make("2"));
    let line = |cue: &JsValue| Reflect::get(cue, &"line".into()).unwrap();
    until("captions are known", || stage.handle.captions.with_untracked(Vec::len) == 1).await;

    let film = js_sys::Array::of1(&js_sys::Uint8Array::from(include_bytes!("fake/film.webm").as_slice()));
    let film = web_sys::Blob::new_with_u8_array_sequence(&film).unwrap();
    stage.video().set_src(&Url::create_object_url_with_blob(&film).unwrap());
    until("there is a picture", || stage.video().ready_state() >= 2).await;
    stage.handle.set_caption(0);
    stage.video().set_current_time(0.05);
    until("the cues are on screen", || track.active_cues().is_some_and(|cues| cues.length() == 2)).await;
    stage.handle.time.set(1.0);
    until("the free one is lifted", || line(&free).as_f64().is_some_and(|line| line < -1.0)).await;
    assert_eq!(line(&placed).as_f64(), Some(2.0), "a cue that has its place keeps it");

    stage.handle.paused.set(false);
    stage.leave();
    until("it comes down with the controls", || line(&free).as_string().as_deref() == Some("auto")).await;
}

#[wasm_bindgen_test]
async fn what_has_no_room_is_in_the_settings() {
    let stage = Stage::new(300, Vec::new());
    tick().await;
    stage.add_track(TextTrackKind::Subtitles, "English", "en");
    let track = |name: &str| AudioTrack { name: name.to_owned(), language: String::new() };
    stage.handle.audio_tracks.set(vec![track("Original"), track("Commentary")]);
    stage.handle.audio_shown.set(0);
    until("captions are known", || stage.handle.captions.with_untracked(Vec::len) == 1).await;

    stage.part("settings").click();
    tick().await;
    let lines = ["CaptionsOff", "Playback speed1×", "Audio trackOriginal", "Keyboard shortcuts"];
    assert_eq!(stage.lines(), lines);
    assert_eq!(stage.part("rate").offset_height(), 0);

    key("ArrowDown");
    key("ArrowRight");
    tick().await;
    assert_eq!(focused().unwrap().text_content().as_deref(), Some("1×"));
    key("ArrowDown");
    focused().unwrap().unchecked_into::<HtmlElement>().click();
    tick().await;
    assert_eq!(stage.video().playback_rate(), 1.25);
    assert_eq!(focused(), Some(stage.part("settings").into()));

    // Back from a page, then out of the menu.
    stage.part("settings").click();
    tick().await;
    stage.press_line("Audio track");
    tick().await;
    assert_eq!(stage.lines(), ["Audio track", "Original", "Commentary"]);
    key("Escape");
    tick().await;
    assert_eq!(stage.lines().len(), 4);
    key("Escape");
    tick().await;
    assert!(stage.find("[role=menu]").is_none());
    assert_eq!(focused(), Some(stage.part("settings").into()));
    drop(stage);

    let stage = Stage::new(900, Vec::new());
    tick().await;
    assert!(stage.part("rate").offset_height() > 0);
    stage.part("settings").click();
    tick().await;
    assert_eq!(stage.lines(), ["Keyboard shortcuts"], "what has a button is not listed twice");
}

#[wasm_bindgen_test]
async fn nothing_overflows_however_small_the_player_is() {
    let text: HtmlElement = document().document_element().unwrap().unchecked_into();
    let sizes = [216, 240, 300, 336, 360, 420, 640, 900].map(|width| (width, "100%"));
    for (width, zoom) in sizes.into_iter().chain([336, 640, 1152].map(|width| (width, "200%"))) {
        text.style().set_property("font-size", zoom).unwrap();
        let stage = Stage::new(width, Vec::new());
        stage.add_track(TextTrackKind::Subtitles, "English", "en");
        stage.handle.duration.set(7384.0);
        stage.handle.time.set(3722.0);
        until("captions are known", || stage.handle.captions.with_untracked(Vec::len) == 1).await;
        tick().await;
        let bounds = stage.player().get_bounding_client_rect();
        let parts = stage.root.query_selector_all(".rw-controls-row > *").unwrap();
        let mut end = bounds.left();
        for index in 0..parts.length() {
            let part: HtmlElement = parts.item(index).unwrap().unchecked_into();
            let place = part.get_bounding_client_rect();
            if place.width() == 0.0 {
                continue;
            }
            let name = part.get_attribute("part").unwrap_or_else(|| part.class_name());
            assert!(place.left() >= end - 0.5, "at {width} px and {zoom} {name} lies over what is before it");
            assert!(place.right() <= bounds.right() + 0.5, "at {width} px and {zoom} {name} is out of the player");
            end = place.right();
        }
        stage.part("settings").click();
        tick().await;
        let menu = stage.find("[role=menu]").unwrap().get_bounding_client_rect();
        assert!(menu.left() >= bounds.left() && menu.right() <= bounds.right(), "the menu at {width} px");
        assert!(menu.top() >= bounds.top() && menu.bottom() <= bounds.bottom(), "the menu at {width} px");
    }
    text.style().remove_property("font-size").unwrap();
}

#[wasm_bindgen_test]
async fn the_shortcuts_are_listed_in_a_dialog_that_gives_the_focus_back() {
    let stage = Stage::new(640, Vec::new());
    tick().await;
    let play = stage.part("play");
    play.focus().unwrap();

    key("?");
    until("the dialog is open", || stage.find("dialog[open]").is_some()).await;
    let dialog = stage.find("dialog").unwrap();
    assert!(dialog.contains(focused().as_deref()), "the focus is in it");
    assert!(dialog.text_content().unwrap().contains("Picture in picture"));
    let muted = stage.video().muted();
    key("m");
    assert_eq!(stage.video().muted(), muted, "keys are not for the player now");

    stage.find("dialog button").unwrap().click();
    until("it is gone", || stage.find("dialog").is_none()).await;
    assert_eq!(focused(), Some(play.into()));
}

#[wasm_bindgen_test]
async fn a_click_on_the_time_tells_what_is_left_and_so_does_the_next_visit() {
    let stage = Stage::new(640, Vec::new());
    stage.handle.time.set(19.0);
    tick().await;
    assert_eq!(stage.part("time").text_content().as_deref(), Some("0:19/ 1:40"));

    stage.part("time").click();
    tick().await;
    assert_eq!(stage.part("time").text_content().as_deref(), Some("0:19/ −1:21"));
    drop(stage);

    let stage = Stage::again(640, Vec::new());
    tick().await;
    assert_eq!(stage.part("time").text_content().as_deref(), Some("0:00/ −1:40"));
}

#[wasm_bindgen_test]
async fn keys_are_answered_by_a_word_and_a_sign() {
    let stage = Stage::new(640, Vec::new());
    tick().await;
    let player = stage.player();

    for (name, word, sign) in [
        ("m", "Muted", ""),
        ("m", "Volume 100 %", "100 %"),
        ("ArrowDown", "Volume 95 %", "95 %"),
        (">", "Speed 1.25", "1.25×"),
        ("l", "Seeked to 10 seconds", "10 s"),
        ("ArrowRight", "Seeked to 15 seconds", "15 s"),
        ("j", "Seeked to 5 seconds", "10 s"),
        ("5", "Seeked to 50 seconds", "0:50"),
        ("c", "This video has no captions", "This video has no captions"),
    ] {
        key_on(&player, name);
        tick().await;
        assert_eq!(stage.sign().as_deref(), Some(sign), "{name}");
        until("it is said", || stage.said() == word).await;
    }
    until("the sign goes", || stage.sign().is_none()).await;
    until("the words are taken back", || stage.said().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_button_says_what_it_did_without_a_sign() {
    let stage = Stage::new(640, Vec::new());
    tick().await;
    let mute = stage.part("mute");

    mute.click();
    until("it is said", || stage.said() == "Muted").await;

    assert!(stage.sign().is_none());
    until("its label has changed", || mute.get_attribute("aria-label").as_deref() == Some("Unmute")).await;
    assert_eq!(mute, stage.part("mute"), "it is the same button, and keeps the focus");
}

#[wasm_bindgen_test]
async fn controls_hide_only_when_nothing_needs_them() {
    let stage = Stage::new(640, Vec::new());
    tick().await;
    stage.leave();
    tick().await;
    assert!(!stage.is_idle(), "it is paused");

    stage.handle.paused.set(false);
    tick().await;
    assert!(stage.is_idle());

    stage.part("settings").click();
    tick().await;
    stage.leave();
    tick().await;
    assert!(!stage.is_idle(), "a menu is open");
    stage.part("settings").click();
    focused().unwrap().unchecked_into::<HtmlElement>().blur().unwrap();
    stage.leave();
    tick().await;
    assert!(stage.is_idle());

    key_on(&stage.player(), "ArrowUp");
    tick().await;
    assert!(!stage.is_idle(), "a key brings them back");
    until("they hide when nothing moves", || stage.is_idle()).await;
}

#[wasm_bindgen_test]
async fn taps_show_and_hide_the_controls_and_double_taps_seek() {
    let stage = Stage::new(640, Vec::new());
    stage.handle.time.set(50.0);
    stage.handle.paused.set(false);
    stage.leave();
    tick().await;
    assert!(stage.is_idle());

    stage.tap(0.5);
    tick().await;
    assert!(!stage.is_idle(), "the first tap shows them at once");
    let clock = web_sys::window().unwrap().performance().unwrap();
    let started = clock.now();
    until("it is too late for a double tap", || clock.now() - started > 320.0).await;
    stage.tap(0.5);
    until("the next one hides them", || stage.is_idle()).await;

    stage.tap(0.9);
    stage.tap(0.9);
    assert_eq!(stage.handle.pending.get_untracked(), Some(60.0));
    stage.tap(0.9);
    tick().await;
    assert_eq!(stage.handle.pending.get_untracked(), Some(70.0));
    assert_eq!(stage.sign().as_deref(), Some("20 s"), "taps add up");
    assert!(!stage.is_idle());
    stage.tap(0.1);
    stage.tap(0.1);
    assert_eq!(stage.handle.pending.get_untracked(), Some(60.0));
}

#[wasm_bindgen_test]
async fn airplay_is_offered_while_there_is_something_to_play_to() {
    let window = web_sys::window().unwrap();
    Reflect::set(&window, &"WebKitPlaybackTargetAvailabilityEvent".into(), &JsValue::TRUE).unwrap();
    let stage = Stage::new(640, Vec::new());
    tick().await;
    assert!(stage.find("[part~=airplay]").is_none());

    let found = Event::new("webkitplaybacktargetavailabilitychanged").unwrap();
    Reflect::set(&found, &"availability".into(), &"available".into()).unwrap();
    stage.video().dispatch_event(&found).unwrap();
    until("it is offered", || stage.find("[part~=airplay]").is_some()).await;
    let asked = js_sys::Function::new_no_args("globalThis.airplayAsked = true");
    Reflect::set(&stage.video(), &"webkitShowPlaybackTargetPicker".into(), &asked).unwrap();
    stage.part("airplay").click();

    assert_eq!(Reflect::get(&window, &"airplayAsked".into()).unwrap(), JsValue::TRUE);
    Reflect::delete_property(&window, &"WebKitPlaybackTargetAvailabilityEvent".into()).unwrap();
}
