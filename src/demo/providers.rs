//! The places that videos may go to, and the one that is chosen.

use leptos::prelude::*;
use reelway::{
    components::{
        live::{on, part, when},
        uploader::Uploads,
    },
    dom::{property, store, stored, window},
    listener::Listener,
};
use reelway_api::ProviderList;
use reelway_core::providers::{chosen, shown_name};
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use crate::{session, strings};

/// Where the browser keeps the choice: the provider's name.
const MEMORY: &str = "reelway.provider";

/// What the server says of its providers.
#[derive(Clone, Copy)]
pub struct Providers {
    /// `None` until the server has answered; empty if it does not say.
    list: RwSignal<Option<ProviderList>>,
    /// The name of the one that was chosen, here or on an earlier visit. Some browsers keep nothing between visits.
    wanted: RwSignal<Option<String>>,
    uploads: Uploads,
    on_focus: StoredValue<Option<Listener>, LocalStorage>,
}

impl Providers {
    /// Nothing is known yet. It is to live as long as the page.
    pub fn new(uploads: Uploads) -> Self {
        // What was chosen on an earlier visit may be there no more: no file goes there before that is known.
        let wanted = stored(MEMORY);
        if wanted.is_some() {
            uploads.await_provider();
        }
        let (list, wanted) = (RwSignal::new(None), RwSignal::new(wanted));
        let providers = Self { list, wanted, uploads, on_focus: StoredValue::new_local(None) };
        // A developer comes back from the server's configuration.
        providers.on_focus.set_value(Some(Listener::new(&window(), "focus", move |_| providers.load())));
        providers
    }

    /// Asks the server, which may have another configuration by now.
    pub fn load(&self) {
        let providers = *self;
        // Nobody else is told.
        if !session::may_upload() {
            providers.uploads.choose_provider(providers.wanted.get_untracked());
            return providers.list.set(Some(ProviderList::default()));
        }
        spawn_local(async move {
            let told = session::backend().providers().await;
            let wanted = providers.wanted.get_untracked();
            providers.uploads.choose_provider(match &told {
                // Without a choice the server decides, so that a change of its configuration is a change here.
                Ok(list) => wanted.filter(|name| chosen(list, Some(name)).is_some_and(|now| now.name == *name)),
                // If it is gone, the server says so when the first file is to go there.
                Err(_) => wanted,
            });
            let known = providers.list.get_untracked();
            let now = told.ok().or_else(|| known.clone()).or_else(|| Some(ProviderList::default()));
            if now != known {
                providers.list.set(now);
            }
        });
    }

    /// Whether there is a choice.
    pub fn several(&self) -> bool {
        self.list.with(|list| list.as_ref().is_some_and(|list| list.providers.len() > 1))
    }

    /// What a provider is called. `None` while that is not known.
    pub fn shown(&self, name: &str) -> Option<String> {
        self.list.with(|list| list.as_ref().map(|list| shown_name(list, name)))
    }

    fn choose(&self, name: String) {
        store(MEMORY, &name);
        self.wanted.set(Some(name.clone()));
        self.uploads.choose_provider(Some(name));
    }
}

/// Which provider the next videos go to. Where there is one only, there is nothing to choose.
#[component]
pub fn ProviderChoice(providers: Providers) -> impl IntoView {
    providers.load();
    let options = move || {
        let list = providers.list.get().unwrap_or_default();
        // The select itself knows what is chosen in it.
        let wanted = providers.wanted.get_untracked();
        let now = chosen(&list, wanted.as_deref()).map(|provider| provider.name.clone());
        let option = |name: String| {
            let selected = now.as_ref() == Some(&name);
            let label = shown_name(&list, &name);
            view! { <option value=name selected=selected>{label}</option> }.into_any()
        };
        list.providers.iter().map(|provider| option(provider.name.clone())).collect::<Vec<_>>().into_any()
    };
    let choose = move |event: Event| {
        let name = event.target().and_then(|select| property(&select, "value").as_string());
        name.into_iter().for_each(|name| providers.choose(name));
    };
    when(
        move || providers.several(),
        move || {
            view! {
                <div class="provider-choice">
                    <label for="provider">{strings::PROVIDER}</label>
                    <select id="provider" class="field" {..on("change", choose)}>{part(options)}</select>
                </div>
            }
            .into_any()
        },
    )
}
