//! The player, for JavaScript. `www/src/player.js` loads it, and gives it hls.js and its style sheet.
//!
//! - [`PlayerHandle`]: a player that is mounted, and what a page does with it.
//! - `options`: what the page says of it.

mod options;

use std::{any::Any, cell::RefCell};

use leptos::{mount::mount_to, prelude::*};
use reelway::{
    components::player::{self, Player},
    player::engine::HlsJsSource,
};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlVideoElement};

use self::options::{Live, flag};

/// A player that is mounted. Freeing it, or `destroy`, takes it away.
#[wasm_bindgen]
pub struct PlayerHandle {
    player: player::PlayerHandle,
    live: Live,
    /// The view, and then what owns its signals.
    mounted: RefCell<Option<Box<dyn Any>>>,
}

#[wasm_bindgen]
impl PlayerHandle {
    /// Mounts a player into an element. `options` is an object as `player.d.ts` describes it; hls.js comes from
    /// `import`, a function that gives a promise of its class, and works in the script of the URL `worker`.
    #[wasm_bindgen(constructor)]
    pub fn new(root: HtmlElement, options: &JsValue, import: js_sys::Function, worker: Option<String>) -> Self {
        let hls = HlsJsSource::new(import, worker);
        let (autoplay, muted) = (flag(options, "autoplay"), flag(options, "muted"));
        let owner = Owner::new();
        let (player, live) = owner.with(|| (player::PlayerHandle::new(), Live::new(options)));
        let view = move || {
            view! {
                <Player
                    src=live.src
                    poster=live.poster
                    storyboard_src=live.storyboard_src
                    video_title=live.video_title
                    autoplay
                    muted
                    hls=Some(hls)
                    handle=Some(player)
                />
            }
            .into_any()
        };
        let mounted = owner.with(|| mount_to(root, view));
        Self { player, live, mounted: RefCell::new(Some(Box::new((mounted, owner)))) }
    }

    /// Changes the options that an object has. Those that only say how to begin do nothing any more.
    pub fn set(&self, options: &JsValue) {
        self.live.set(options);
    }

    /// The element that plays.
    #[wasm_bindgen(getter)]
    pub fn media(&self) -> Option<HtmlVideoElement> {
        self.player.element()
    }

    /// Takes the player out of the page, and lets go of all that it holds.
    pub fn destroy(&self) {
        self.mounted.take();
    }
}
