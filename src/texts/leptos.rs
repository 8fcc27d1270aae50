//! The props `texts` and `locale` of components.

use leptos::prelude::*;

use super::{Language, Texts};
use crate::components::live::effect;

/// Takes what the props say, now and whenever they change. What is left out stays as it is.
pub(crate) fn follow(
    texts: Texts,
    language: Option<Signal<Language, LocalStorage>>,
    locale: Option<Signal<Option<String>>>,
) {
    let take = move || {
        if let Some(language) = language {
            texts.set_language(language.get());
        }
        if let Some(locale) = locale {
            texts.set_locale(locale.get());
        }
    };
    if language.is_some() || locale.is_some() {
        // Before the first view is made.
        untrack(take);
        effect(take);
    }
}
