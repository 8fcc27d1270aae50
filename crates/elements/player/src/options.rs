//! The options of `mountPlayer`.

use js_sys::{Array, Function};
use reelway::{
    components::{
        player::{Autoplay, PlayerHandle, Track},
        signals::RwSignal,
    },
    dom::property,
    player::{
        engine::{Cmcd, Source},
        token::Refresh,
    },
    texts::{Language, Texts},
};
use wasm_bindgen::{JsCast, JsValue};

/// The options that can change while the player is there.
#[derive(Clone, Copy)]
pub struct Live {
    /// `src`: the URL of an HLS master playlist.
    pub src: RwSignal<Option<Source>>,
    /// `poster`
    pub poster: RwSignal<Option<String>>,
    /// `placeholder`
    pub placeholder: RwSignal<Option<String>>,
    /// `storyboardSrc`
    pub storyboard_src: RwSignal<Option<String>>,
    /// `videoTitle`
    pub video_title: RwSignal<String>,
    /// `tracks`
    pub tracks: RwSignal<Vec<Track>>,
    /// `texts` and `locale`
    pub texts: Texts,
    /// `size`: the picture's width and height.
    pub size: RwSignal<Option<(u32, u32)>>,
    /// `refresh`
    pub refresh: RwSignal<Option<Refresh>>,
    /// `expiresAt`: milliseconds since the Unix epoch.
    pub expires_at: RwSignal<Option<u64>>,
}

impl Live {
    /// As the object says. It needs a reactive owner.
    pub fn new(player: PlayerHandle, options: &JsValue) -> Self {
        let live = Self {
            src: RwSignal::new(None),
            poster: RwSignal::default(),
            placeholder: RwSignal::default(),
            storyboard_src: RwSignal::default(),
            video_title: RwSignal::default(),
            tracks: RwSignal::default(),
            size: RwSignal::new(None),
            refresh: RwSignal::new(None),
            expires_at: RwSignal::new(None),
            texts: player.texts,
        };
        live.set(options);
        live
    }

    /// Takes what the object has. `undefined` is not there, `null` is nothing.
    pub fn set(&self, options: &JsValue) {
        if let Some(url) = text(options, "poster") {
            self.poster.set(url);
        }
        if let Some(url) = text(options, "placeholder") {
            self.placeholder.set(url);
        }
        if let Some(url) = text(options, "storyboardSrc") {
            self.storyboard_src.set(url);
        }
        if let Some(title) = text(options, "videoTitle") {
            self.video_title.set(title.unwrap_or_default());
        }
        let words = property(options, "texts");
        if !words.is_undefined() {
            self.texts.set_language(Language::from(words));
        }
        if let Some(locale) = text(options, "locale") {
            self.texts.set_locale(locale);
        }
        let tracks = property(options, "tracks");
        if !tracks.is_undefined() {
            let list = if tracks.is_null() { Array::new() } else { Array::from(&tracks) };
            self.tracks.set(list.iter().map(|track| read(&track)).collect());
        }
        let size = property(options, "size");
        if !size.is_undefined() {
            let pixels = |index| Array::from(&size).get(index).as_f64().map(|pixels| pixels as u32);
            self.size.set(if size.is_null() { None } else { pixels(0).zip(pixels(1)) });
        }
        let refresh = property(options, "refresh");
        if !refresh.is_undefined() {
            self.refresh.set(refresh.dyn_ref::<Function>().cloned().map(Refresh::by_function));
        }
        let expires = property(options, "expiresAt");
        if !expires.is_undefined() {
            self.expires_at.set(expires.as_f64().map(|expires| expires as u64));
        }
        // At last: with a source all else is read that belongs to it.
        if let Some(url) = text(options, "src") {
            self.src.set(url.map(Source::Hls));
        }
    }
}

/// A track as `<track>` has it, or as Reelway's server tells of it, which says `language`.
fn read(track: &JsValue) -> Track {
    let text = |name| word(track, name).unwrap_or_default();
    let srclang = word(track, "srclang").unwrap_or_else(|| text("language"));
    Track { src: text("src"), label: text("label"), srclang, kind: text("kind"), default: flag(track, "default") }
}

/// A text that may be left out, and may be `null`.
fn text(options: &JsValue, name: &str) -> Option<Option<String>> {
    let value = property(options, name);
    (!value.is_undefined()).then(|| value.as_string().filter(|text| !text.is_empty()))
}

/// A text that only says how to begin.
pub fn word(options: &JsValue, name: &str) -> Option<String> {
    text(options, name).flatten()
}

/// A number that only says how to begin.
pub fn number(options: &JsValue, name: &str) -> Option<f64> {
    property(options, name).as_f64()
}

/// `autoplay`: `true`, `false` or `"muted"`.
pub fn autoplay(options: &JsValue) -> Autoplay {
    match word(options, "autoplay") {
        Some(word) => Autoplay::from_attribute(Some(&word)),
        None => flag(options, "autoplay").into(),
    }
}

/// `cmcd`: `true`, or an object.
pub fn cmcd(options: &JsValue) -> Option<Cmcd> {
    let cmcd = property(options, "cmcd");
    cmcd.is_truthy().then(|| Cmcd {
        session_id: word(&cmcd, "sessionId"),
        content_id: word(&cmcd, "contentId"),
        use_headers: flag(&cmcd, "useHeaders"),
    })
}

/// A switch: whether the option is truthy.
pub fn flag(options: &JsValue, name: &str) -> bool {
    property(options, name).is_truthy()
}

/// A switch that is on where it is left out.
pub fn flag_or_on(options: &JsValue, name: &str) -> bool {
    let value = property(options, name);
    value.is_undefined() || value.is_truthy()
}
