//! The options of `mountPlayer`.

use js_sys::{Array, Function};
use reelway::{
    Backend, Ticket,
    components::{
        player::{Autoplay, PlayerHandle, ServerVideo, Track},
        signals::{RwSignal, StoredValue},
    },
    dom::property,
    player::engine::{Cmcd, Source},
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
    /// `endpoint` and `videoId`: a video that a Reelway server has.
    pub server: ServerVideo,
    asked: StoredValue<Asked>,
}

/// Where a video is asked for, and how.
#[derive(Clone, Default)]
struct Asked {
    endpoint: Option<String>,
    id: Option<String>,
    headers: Vec<(String, String)>,
    ticket: Option<Ticket>,
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
            server: ServerVideo::new(player),
            asked: StoredValue::new(Asked::default()),
            texts: player.texts,
        };
        live.set(options);
        live
    }

    /// Takes what the object has. `undefined` is not there, `null` is nothing.
    pub fn set(&self, options: &JsValue) {
        if let Some(url) = text(options, "src") {
            self.src.set(url.map(Source::Hls));
        }
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
        self.set_server(options);
    }

    fn set_server(&self, options: &JsValue) {
        let before = self.asked.get_value();
        let mut now = before.clone();
        let [endpoint, ticket, headers] = ["endpoint", "ticket", "headers"].map(|name| property(options, name));
        if !endpoint.is_undefined() {
            // "" is the page's own origin.
            now.endpoint = endpoint.as_string();
        }
        if let Some(id) = text(options, "videoId") {
            now.id = id;
        }
        if !ticket.is_undefined() {
            let function = ticket.dyn_ref::<Function>().cloned().map(Ticket::by_function);
            now.ticket = function.or_else(|| ticket.as_string().map(Ticket::new));
        }
        if !headers.is_undefined() {
            now.headers = pairs(&headers);
        }
        let backend = |endpoint: &String| {
            Backend::new(endpoint).with_headers(now.headers.clone()).with_ticket(now.ticket.clone())
        };
        let backend = now.endpoint.as_ref().map(backend);
        if (&now.endpoint, &now.id) != (&before.endpoint, &before.id) {
            self.server.ask(backend.zip(now.id.clone()));
        } else if let Some(backend) = backend.filter(|_| !ticket.is_undefined() || !headers.is_undefined()) {
            self.server.ask_by(backend);
        }
        self.asked.set_value(now);
    }
}

/// A track as `<track>` has it, or as Reelway's server tells of it, which says `language`.
fn read(track: &JsValue) -> Track {
    let text = |name| word(track, name).unwrap_or_default();
    let srclang = word(track, "srclang").unwrap_or_else(|| text("language"));
    Track { src: text("src"), label: text("label"), srclang, kind: text("kind"), default: flag(track, "default") }
}

/// `[name, value]` for each.
fn pairs(list: &JsValue) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    list.dyn_ref::<Array>().map(|list| list.iter().filter_map(pair).collect()).unwrap_or_default()
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
