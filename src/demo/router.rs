//! Two addresses and the browser's history.

use leptos::prelude::*;
use reelway::{dom::window, listener::Listener};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, MouseEvent};

/// What an address shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/v/{id}`
    Watch(String),
    /// Anything else.
    Lost,
}

impl Route {
    fn parse(path: &str) -> Self {
        match path {
            "/" | "/index.html" => Self::Home,
            _ => match path.strip_prefix("/v/") {
                Some(id) if !id.is_empty() && !id.contains('/') => {
                    let id = js_sys::decode_uri_component(id).map_or_else(|_| id.to_owned(), String::from);
                    Self::Watch(id)
                }
                _ => Self::Lost,
            },
        }
    }
}

/// The address of a video's page.
pub fn watch_url(id: &str) -> String {
    format!("/v/{}", String::from(js_sys::encode_uri_component(id)))
}

/// Knows where the user is.
#[derive(Clone, Copy)]
pub struct Router {
    route: RwSignal<Route>,
}

impl Router {
    /// Follows the history, and clicks on links to pages of this app, for as long as the listeners are kept.
    pub fn start() -> (Self, Vec<Listener>) {
        let router = Self { route: RwSignal::new(here()) };
        let on_pop = Listener::new(&window(), "popstate", move |_| router.follow());
        let on_click = Listener::new(&window(), "click", move |event: Event| {
            if let Some(path) = link_of(&event) {
                event.prevent_default();
                router.go(&path);
            }
        });
        (router, vec![on_pop, on_click])
    }

    /// Where the user is.
    pub fn route(&self) -> Route {
        self.route.get()
    }

    /// Takes over the address. One that shows what is there already changes nothing.
    fn follow(&self) {
        let here = here();
        if self.route.with_untracked(|route| *route != here) {
            self.route.set(here);
        }
    }

    /// Goes to a path of this app.
    pub fn go(&self, path: &str) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
        }
        self.follow();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

fn here() -> Route {
    Route::parse(&window().location().pathname().unwrap_or_default())
}

/// The path of the link that a click is on, if the click means to follow it here and it leads to a page of this app.
fn link_of(event: &Event) -> Option<String> {
    let click: &MouseEvent = event.dyn_ref()?;
    let elsewhere = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if elsewhere || click.button() != 0 || click.default_prevented() {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let path = link.get_attribute("href").filter(|_| !link.has_attribute("target"))?;
    (path.starts_with('/') && Route::parse(&path) != Route::Lost).then_some(path)
}
