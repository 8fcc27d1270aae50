//! What an element gets beyond plain HTML: attributes and properties that follow signals, and listeners.
//!
//! Leptos compiles its machinery anew for each name and each type of value or closure: kilobytes of wasm each. Here
//! all of them are of one type, [`Bound`], which a view takes by `{..attr("hidden", …)}`.
//!
//! In a view these come last, after an attribute with a literal: of `title=text {..` Rust makes a struct named `text`.

use std::{any::Any, sync::Arc};

use leptos::{
    attr::{
        Attribute, NextAttribute,
        any_attribute::{AnyAttribute, IntoAnyAttribute},
    },
    prelude::*,
    tachys::html::attribute::NamedAttributeKey,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::shown::Shown;
use crate::{dom::set_property, listener::Listener};

/// Done to an element when it is made.
#[derive(Clone)]
pub struct Bound(Arc<dyn Fn(&Element) -> Kept + Send + Sync>);

/// What is dropped when the element goes: a listener, an effect.
pub(super) type Kept = Box<dyn Any>;

impl Bound {
    /// What `apply` does to an element, and what is to be dropped with it.
    pub(super) fn new(apply: impl Fn(&Element) -> Kept + Send + Sync + 'static) -> Self {
        Self(Arc::new(apply))
    }
}

/// An attribute that follows the signals that `value` reads.
pub fn attr<S: Shown>(name: &'static str, value: impl Fn() -> S + Send + Sync + 'static) -> Bound {
    follow(name, Arc::new(move || value().shown()), |element, name, value| {
        // They throw on no name that HTML knows.
        let _ = match value {
            Some(value) => element.set_attribute(name, value),
            None => element.remove_attribute(name),
        };
    })
}

/// A DOM property that follows the signals that `value` reads.
pub fn prop<S: Shown>(name: &'static str, value: impl Fn() -> S + Send + Sync + 'static) -> Bound {
    follow(name, Arc::new(move || value().shown()), |element, name, value| {
        set_property(element, name, value.unwrap_or_default());
    })
}

/// A listener. It names the type of its event, which must be what the browser sends by this name.
pub fn on<E: JsCast>(name: &'static str, listen: impl Fn(E) + Send + Sync + 'static) -> Bound {
    on_event(name, Arc::new(move |event| listen(event.unchecked_into())))
}

fn on_event(name: &'static str, listen: Arc<dyn Fn(Event) + Send + Sync>) -> Bound {
    let owner = Owner::current().unwrap_or_default();
    Bound(Arc::new(move |element| {
        let (owner, listen) = (owner.clone(), Arc::clone(&listen));
        Box::new(Listener::new(element, name, move |event| owner.with(|| listen(event))))
    }))
}

type Value = Arc<dyn Fn() -> Option<String> + Send + Sync>;

fn follow(name: &'static str, value: Value, set: fn(&Element, &str, Option<&str>)) -> Bound {
    Bound(Arc::new(move |element| {
        let (element, value) = (element.clone(), Arc::clone(&value));
        Box::new(RenderEffect::new(move |before: Option<Option<String>>| {
            let now = value();
            // An attribute that is not there to begin with needs no removing.
            if before.unwrap_or_default() != now {
                set(&element, name, now.as_deref());
            }
            now
        }))
    }))
}

impl Attribute for Bound {
    const MIN_LENGTH: usize = 0;

    type AsyncOutput = Self;
    type State = (Element, Kept);
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        0
    }

    /// Nothing: these live in the browser only.
    fn to_html(self, _: &mut String, _: &mut String, _: &mut String, _: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, element: &Element) -> Self::State {
        self.build(element)
    }

    fn build(self, element: &Element) -> Self::State {
        (element.clone(), (self.0)(element))
    }

    fn rebuild(self, state: &mut Self::State) {
        state.1 = Box::new(());
        state.1 = (self.0)(&state.0);
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn keys(&self) -> Vec<NamedAttributeKey> {
        Vec::new()
    }
}

impl NextAttribute for Bound {
    type Output<Next: Attribute> = Vec<AnyAttribute>;

    fn add_any_attr<Next: Attribute>(self, next: Next) -> Self::Output<Next> {
        vec![self.into_any_attr(), next.into_any_attr()]
    }
}
