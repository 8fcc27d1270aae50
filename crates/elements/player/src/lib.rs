//! The player, for JavaScript. `www/src/player.js` loads it, and gives it hls.js and its style sheet.
//!
//! - [`PlayerHandle`]: a player that is mounted, and what a page does with it.
//! - `options`: what the page says of it.

mod options;

use js_sys::{Function, Promise};
use reelway::{
    components::player::{self, Options, Preload},
    dom::set_property,
    player::engine::{HlsJsSource, PlaybackError},
};
use reelway_allocator as _;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlVideoElement};

use self::options::{Live, flag, flag_or_on, number, word};

/// A player that is mounted. Freeing it, or `destroy`, takes it away.
#[wasm_bindgen]
pub struct PlayerHandle {
    player: player::PlayerHandle,
    /// `None` of one that belongs to something else.
    own: Option<(Live, HtmlElement)>,
}

#[wasm_bindgen]
impl PlayerHandle {
    /// Mounts a player into an element. `options` is an object as `player.d.ts` describes it; hls.js comes from
    /// `import`, a function that gives a promise of its class, and works in the script of the URL `worker`.
    #[wasm_bindgen(constructor)]
    pub fn new(root: HtmlElement, options: &JsValue, import: Function, worker: Option<String>) -> Self {
        let hls = HlsJsSource::new(import, worker);
        let player = player::PlayerHandle::new();
        let live = player.own(|| Live::new(player, options));
        let options = Options {
            src: live.src.into(),
            poster: live.poster.into(),
            placeholder: live.placeholder.into(),
            storyboard_src: live.storyboard_src.into(),
            size: live.size.into(),
            video_title: live.video_title.into(),
            tracks: live.tracks.into(),
            autoplay: options::autoplay(options),
            muted: flag(options, "muted"),
            looped: flag(options, "loop"),
            preload: Preload::from_attribute(word(options, "preload").as_deref()),
            start_time: number(options, "startTime"),
            resume: flag_or_on(options, "resume"),
            video_id: word(options, "videoId"),
            cmcd: options::cmcd(options),
            hls: Some(hls),
            refresh: live.refresh.into(),
            expires_at: live.expires_at.into(),
            ..Options::default()
        };
        player::mount(&root, player, options);
        Self { player, own: Some((live, root)) }
    }

    /// Changes the options that an object has. Those that only say how to begin do nothing any more.
    pub fn set(&self, options: &JsValue) {
        if let Some((live, _)) = &self.own {
            live.set(options);
        }
    }

    /// The element that plays.
    #[wasm_bindgen(getter)]
    pub fn media(&self) -> Option<HtmlVideoElement> {
        self.player.element()
    }

    /// The element around all of the player, which has its events.
    #[wasm_bindgen(getter)]
    pub fn element(&self) -> Option<HtmlElement> {
        self.player.root.try_get_untracked().flatten()
    }

    /// As `HTMLMediaElement`'s: starts anew, at the same position.
    pub fn load(&self) {
        self.player.media().load();
    }

    /// As `HTMLMediaElement`'s; it stays false while one source takes the place of another.
    #[wasm_bindgen(getter)]
    pub fn paused(&self) -> bool {
        self.player.media().paused()
    }

    /// Seconds; NaN while unknown.
    #[wasm_bindgen(getter)]
    pub fn duration(&self) -> f64 {
        self.player.media().duration()
    }

    /// The URL of the playlist.
    #[wasm_bindgen(getter, js_name = currentSrc)]
    pub fn current_src(&self) -> String {
        self.player.media().current_src()
    }

    /// The nearest of `MediaError`'s codes, with a `reason` for programs; `null` while all is well.
    #[wasm_bindgen(getter)]
    pub fn error(&self) -> JsValue {
        let Some(error) = self.player.media().error() else { return JsValue::NULL };
        let object = js_sys::Object::new();
        set_property(&object, "code", error.media_error_code());
        set_property(&object, "reason", error.code());
        set_property(&object, "message", error.to_string());
        object.into()
    }

    /// Says why it does not play, by the code of what a page has found out itself: `gone`, `refused`, `processing_failed`
    /// or `network`. Without one that is over.
    pub fn fail(&self, code: Option<String>) {
        self.player.fail(code.map(|code| match code.as_str() {
            "gone" => PlaybackError::Gone,
            "refused" => PlaybackError::Refused,
            "processing_failed" => PlaybackError::Unprocessed,
            _ => PlaybackError::Network,
        }));
    }

    /// As `HTMLMediaElement`'s.
    pub fn play(&self) -> Promise {
        self.player.media().play()
    }

    /// As `HTMLMediaElement`'s.
    pub fn pause(&self) {
        self.player.media().pause();
    }

    /// Seconds. Known before there is a source too, and kept while one takes the place of another.
    #[wasm_bindgen(getter, js_name = currentTime)]
    pub fn current_time(&self) -> f64 {
        self.player.media().current_time()
    }

    /// Moves there, in seconds.
    #[wasm_bindgen(setter, js_name = currentTime)]
    pub fn set_current_time(&self, time: f64) {
        self.player.media().set_current_time(time);
    }

    /// Plays this many times as fast, also where the element's own word for it would be lost with a source that is on its
    /// way: events that have not been sent are taken back then.
    #[wasm_bindgen(js_name = setRate)]
    pub fn set_rate(&self, rate: f64) {
        self.player.set_rate((rate * 100.0).round() as i32);
    }

    /// Takes the player out of the page, and lets go of all that it holds.
    pub fn destroy(&self) {
        if let Some((_, root)) = &self.own {
            root.set_text_content(None);
            self.player.dispose();
        }
    }
}

impl PlayerHandle {
    /// Of a player that something else has mounted, and takes away.
    pub fn of(player: player::PlayerHandle) -> Self {
        Self { player, own: None }
    }
}
