//! Components in other languages than English: what they say, when it changes, and which way they are written.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{any::Any, cell::Cell, rc::Rc};

use leptos::{mount::mount_to, prelude::*, task::tick};
use page::{document, film, until};
use reelway::{
    UploadOptions,
    components::{
        player::{Player, PlayerHandle},
        uploader::{Action, ItemRow, ItemState, Stage, Uploader, Uploads},
    },
    player::engine::{HlsJsSource, PlaybackError, Source},
    texts::{Language, Texts},
};
use reelway_core::upload::Progress;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlVideoElement};

wasm_bindgen_test_configure!(run_in_browser);

const GERMAN: &str = include_str!("../www/src/texts/de.json");
const FRENCH: &str = include_str!("../www/src/texts/fr.json");
const ARABIC: &str = include_str!("../www/src/texts/ar.json");

fn language(json: &str) -> Language {
    Language::parse(json).unwrap()
}

/// Components on the page. Dropping it takes them away.
struct Place {
    root: HtmlElement,
    _mounted: Box<dyn Any>,
}

impl Place {
    fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        Self { _mounted: Box::new(mount_to(root.clone(), view)), root }
    }

    fn find(&self, selector: &str) -> Element {
        self.root.query_selector(selector).unwrap().unwrap_or_else(|| panic!("no {selector}"))
    }

    fn label(&self, part: &str) -> String {
        self.find(&format!("[part~='{part}']")).get_attribute("aria-label").unwrap_or_default()
    }

    /// What stands there. Which kind of space `Intl` writes is its own business.
    fn text(&self, selector: &str) -> String {
        self.find(selector).text_content().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// A player of the film, or of nothing, that says what the signal says.
fn player(source: Option<Source>, texts: RwSignal<Language, LocalStorage>) -> (Place, PlayerHandle) {
    let slot = Rc::new(Cell::new(None));
    let filled = slot.clone();
    let place = Place::mount(move || {
        let handle = PlayerHandle::new();
        filled.set(Some(handle));
        let source = StoredValue::new_local(source);
        view! {
            <Player
                src=Signal::derive_local(move || source.get_value())
                muted=true
                texts=Signal::from(texts)
                handle=Some(handle)
                hls=Some(HlsJsSource::default())
            />
        }
    });
    (place, slot.take().unwrap())
}

#[wasm_bindgen_test]
async fn a_german_player_goes_over_to_french_while_it_plays() {
    let texts = RwSignal::new_local(language(GERMAN));
    let (place, handle) = player(Some(Source::File(film())), texts);
    handle.duration.set(600.0);
    tick().await;

    assert_eq!(place.label("play"), "Abspielen");
    assert_eq!(place.label("rate"), "Geschwindigkeit: 1×");
    assert_eq!(place.label("time-slider"), "Position");
    assert_eq!(place.label("volume"), "Lautstärke");
    assert_eq!(place.find(".reelway-player").get_attribute("lang").as_deref(), Some("de"));

    until("the film is there", || handle.loaded.get_untracked()).await;
    handle.play();
    until("it plays", || handle.time.get_untracked() > 0.2).await;
    handle.set_rate(125);
    until("the new speed is shown", || place.label("rate") == "Geschwindigkeit: 1,25×").await;
    let video: HtmlVideoElement = place.find("video").unchecked_into();
    let before = video.current_time();
    texts.set(language(FRENCH));
    until("it is French", || place.label("play") == "Pause").await;

    assert_eq!(place.label("rate").replace('\u{a0}', " "), "Vitesse de lecture : 1,25×");
    assert_eq!(place.label("fullscreen"), "Plein écran");
    assert_eq!(place.find(".reelway-player").get_attribute("lang").as_deref(), Some("fr"));
    let same: HtmlVideoElement = place.find("video").unchecked_into();
    assert!(same == video && !video.paused() && video.current_time() >= before, "it plays on");
}

#[wasm_bindgen_test]
async fn a_time_is_read_out_as_the_language_does() {
    let texts = RwSignal::new_local(language(GERMAN));
    let (place, handle) = player(None, texts);
    handle.duration.set(3725.0);
    handle.pending.set(Some(65.0));
    tick().await;
    let said = || place.find("[part~='time-slider']").get_attribute("aria-valuetext").unwrap();

    assert_eq!(said(), "1 Minute, 5 Sekunden von 1 Stunde, 2 Minuten und 5 Sekunden");

    texts.set(Language::default());
    until("it is English", || said() == "1 minute, 5 seconds of 1 hour, 2 minutes, 5 seconds").await;
}

#[wasm_bindgen_test]
async fn a_failure_is_told_in_the_language_and_a_page_may_have_its_own_words() {
    let own = language(r#"{"retry": "Noch mal!", "player": 5, "error.play.gone": "{nobody} fills this"}"#);
    let (place, handle) = player(None, RwSignal::new_local(language(GERMAN)));
    let (odd, _) = player(None, RwSignal::new_local(own));
    // A source clears what the one before has failed of, and none is one.
    tick().await;
    handle.error.set(Some(PlaybackError::Gone));
    tick().await;

    assert_eq!(place.text("[part~='error'] p"), "Dieses Video gibt es nicht mehr. Vielleicht wurde es gelöscht.");
    assert_eq!(place.text("[part~='retry']").trim(), "Erneut versuchen");
    let player = odd.find(".reelway-player");
    assert_eq!(player.get_attribute("aria-label").as_deref(), Some("Video player"), "what is no text is not one");
    assert!(!player.has_attribute("dir") && !player.has_attribute("lang"), "that is the page's own");
    assert!(Language::parse("[").is_err() && Language::parse("5").is_err());
}

#[wasm_bindgen_test]
async fn arabic_is_written_from_right_to_left_and_time_runs_as_ever() {
    let (place, _) = player(None, RwSignal::new_local(language(ARABIC)));
    let uploader = Place::mount(|| view! { <Uploader texts=Signal::stored_local(language(ARABIC)) /> });
    tick().await;

    assert_eq!(place.label("play"), "تشغيل");
    let direction = |element: &Element| {
        let style = web_sys::window().unwrap().get_computed_style(element).unwrap().unwrap();
        style.get_property_value("direction").unwrap()
    };
    assert_eq!(direction(&place.find(".reelway-player")), "rtl");
    assert_eq!(direction(&place.find("[part~='time-slider']")), "ltr");
    assert_eq!(direction(&uploader.find("[part~='drop-zone']")), "rtl");
    assert_eq!(uploader.label("select"), "اختيار فيديو");
}

#[wasm_bindgen_test]
async fn a_german_row_says_how_far_it_is_and_goes_over_to_french() {
    let state = ItemState {
        stage: Stage::Uploading,
        progress: Progress {
            acknowledged: 40_000_000,
            in_flight: 8_500_000,
            total: 100_000_000,
            rate: Some(2.5e6),
            eta: Some(26.0),
        },
        processing: None,
        message: None,
        code: None,
        video_id: Some("v1".into()),
    };
    let shown = RwSignal::new(state);
    let slot = Rc::new(Cell::new(None));
    let filled = slot.clone();
    let place = Place::mount(move || {
        let texts = Texts::of_leptos();
        texts.set_language(language(GERMAN));
        filled.set(Some(texts));
        view! {
            <ItemRow
                filename="urlaub.mp4".to_owned()
                state=shown
                texts
                on_action=leptos::callback::UnsyncCallback::new(|_: Action| {})
                on_choose_another=leptos::callback::UnsyncCallback::new(|()| {})
            />
        }
    });
    tick().await;

    assert_eq!(place.text("[part~='status']"), "Wird hochgeladen · 48 % · 2,5 MB/s · noch 26 Sekunden");
    assert_eq!(place.text(".rw-item-size"), "40 MB von 100 MB");
    assert_eq!(place.label("cancel"), "Abbrechen: urlaub.mp4");

    let texts: Texts = slot.take().unwrap();
    texts.set_language(language(FRENCH));
    tick().await;
    assert_eq!(place.text("[part~='status']"), "Envoi en cours · 48 % · 2,5 Mo/s · encore 26 secondes");
    assert_eq!(place.label("cancel").replace('\u{a0}', " "), "Annuler : urlaub.mp4");
}

#[wasm_bindgen_test]
async fn a_refused_file_is_refused_in_german_and_stays_in_the_list_when_the_language_changes() {
    let texts = RwSignal::new_local(language(GERMAN));
    let slot = Rc::new(Cell::new(None));
    let filled = slot.clone();
    let place = Place::mount(move || {
        let uploads = Uploads::new(UploadOptions::to("http://127.0.0.1:9"));
        filled.set(Some(uploads));
        view! { <Uploader uploads=Some(uploads) max_file_size=Some(10) texts=Signal::from(texts) /> }
    });
    tick().await;
    assert_eq!(place.text("[part~='drop-zone'] strong"), "Video hier ablegen");

    let uploads: Uploads = slot.take().unwrap();
    uploads.add([film()]);
    tick().await;
    let status = place.text("[part~='status']");
    assert!(
        status.ends_with(
            "erlaubt sind höchstens 10 Byte. Wählen Sie eine kleinere oder exportieren Sie sie in geringerer Qualität."
        ),
        "{status}"
    );
    let row = place.find("[part~='item']");

    texts.set(language(FRENCH));
    until("it is French", || place.text("[part~='status']").contains("la limite est de 10 octets")).await;
    assert!(place.find("[part~='item']") == row, "the row is the same");
}
