//! The demo page: upload, watch, look after the videos.

mod confirm;
mod home;
mod library;
mod providers;
mod router;
mod session;
mod strings;
mod watch;

use leptos::{html, prelude::*};
use reelway::components::live::{part, when};
use reelway::{
    UploadOptions,
    components::{icons, live::icon, uploader::Uploads},
    dom::window,
};
use wasm_bindgen::JsCast;

use self::router::{Route, Router};

fn main() {
    let Some(root) = window().document().and_then(|document| document.get_element_by_id("app")) else { return };
    session::begin();
    // What stood in for the page until now.
    root.set_inner_html("");
    leptos::mount::mount_to(root.unchecked_into(), App).forget();
}

#[component]
fn App() -> impl IntoView {
    let (router, listeners) = Router::start();
    StoredValue::new_local(listeners);
    // Here, above the routes: uploads go on while another page is open.
    let uploads = Uploads::new(UploadOptions { ticket: session::ticket(), ..UploadOptions::default() });
    let providers = providers::Providers::new(uploads);
    let main = NodeRef::<html::Main>::new();
    Effect::new(move |before: Option<()>| {
        router.route();
        if let (Some(()), Some(main)) = (before, main.get_untracked()) {
            // As after loading a page: the keyboard starts at the top of what is new.
            let _ = main.focus();
        }
    });
    let page = move || match router.route() {
        Route::Home => view! { <home::Home uploads providers /> }.into_any(),
        Route::Watch(id) => view! { <watch::Watch id router uploads providers /> }.into_any(),
        Route::Lost => view! { <watch::NotFound /> }.into_any(),
    };
    view! {
        <a class="skip" href="#main">{strings::SKIP}</a>
        <header class="page-header">
            <a class="brand" href="/">
                <span class="brand-mark"></span>
                {strings::BRAND}
            </a>
            {when(
                move || router.route() != Route::Home,
                move || view! {
                    <a class="rw-button rw-button-quiet" href="/">
                        {icon(icons::BACK)}
                        {strings::BACK}
                    </a>
                }.into_any(),
            )}
        </header>
        <main id="main" class="page" tabindex="-1" node_ref=main>
            {part(page)}
        </main>
    }
}

/// Names the browser's tab.
fn set_title(title: &str) {
    if let Some(document) = window().document() {
        let brand = strings::BRAND;
        document.set_title(&if title.is_empty() { brand.to_owned() } else { format!("{title} · {brand}") });
    }
}
