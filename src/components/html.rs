//! Markup whose elements are all of one type, for the sake of size.
//!
//! Leptos makes a type of each element from its tag, its attributes and its children, and compiles how to build it,
//! change it and take it away anew for each: a player's controls came to 160 kB of wasm. Here an element is made by
//! calls of few functions with constants, and what changes is bound to it by [`attr`], [`prop`], [`on`], [`text`] and
//! [`part`]. `html!` takes what `view!` takes, as far as it is used here, so that
//! markup reads as it does everywhere else with Leptos:
//!
//! - values of attributes are literals, constants (`strings::PLAY`) or expressions in braces;
//! - children are literals or expressions in braces, which become a [`View`];
//! - other components are called as functions; a list of them is [`rows`].
//!
//! Signals are those of [`signals`](super::signals).

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Event, Node, Text};

pub(crate) use super::html_macro::html;
use super::signals::{NodeRef, Owner, StoredValue, memo, now_and_again};
pub use super::{rows::rows, shown::Shown};
use crate::{
    dom::{set_property, window},
    listener::Listener,
};

/// What a piece of markup made: nodes that are not in the document yet.
#[derive(Default)]
pub struct View(Vec<Piece>);

enum Piece {
    Node(Node),
    /// Fills its place in the document once it has one.
    Live(Box<dyn FnOnce(Place)>),
}

/// A place between two nodes, whose content changes.
pub(super) struct Place {
    pub(super) start: Text,
    pub(super) end: Text,
}

impl Place {
    /// An empty one in `parent`, before one of its nodes or at its end.
    pub(super) fn new(parent: &Node, before: Option<&Node>) -> Self {
        let place = Self { start: blank(), end: blank() };
        let _ = parent.insert_before(&place.start, before);
        let _ = parent.insert_before(&place.end, before);
        place
    }

    fn clear(&self) {
        while let Some(node) = self.start.next_sibling()
            && node != **self.end
        {
            if let Some(parent) = node.parent_node() {
                let _ = parent.remove_child(&node);
            }
        }
    }

    /// Takes it away, and what is in it.
    pub(super) fn remove(&self) {
        self.clear();
        self.start.remove();
        self.end.remove();
    }

    pub(super) fn fill(&self, view: View) {
        self.clear();
        if let Some(parent) = self.end.parent_node() {
            view.mount(&parent, Some(&self.end));
        }
    }
}

impl View {
    /// What fills its place itself.
    pub(super) fn live(fill: impl FnOnce(Place) + 'static) -> Self {
        Self(vec![Piece::Live(Box::new(fill))])
    }

    /// Puts it into `parent`, before one of its nodes or at its end.
    pub fn mount(self, parent: &Node, before: Option<&Node>) {
        for piece in self.0 {
            let node = match piece {
                Piece::Node(node) => node,
                Piece::Live(fill) => {
                    fill(Place::new(parent, before));
                    continue;
                }
            };
            let _ = parent.insert_before(&node, before);
        }
    }
}

impl From<()> for View {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<&str> for View {
    fn from(text: &str) -> Self {
        let node = blank();
        node.set_data(text);
        Self(vec![Piece::Node(node.into())])
    }
}

impl From<String> for View {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Option<Self>> for View {
    fn from(view: Option<Self>) -> Self {
        view.unwrap_or_default()
    }
}

impl From<Vec<Self>> for View {
    fn from(views: Vec<Self>) -> Self {
        Self(views.into_iter().flat_map(|view| view.0).collect())
    }
}

/// Builds markup: what `html!` calls.
#[derive(Default)]
pub struct Builder {
    open: Vec<Element>,
    done: View,
}

impl Builder {
    /// `<tag`
    pub fn open(&mut self, tag: &'static str) {
        let svg = matches!(tag, "svg" | "path");
        let namespace = if svg { "http://www.w3.org/2000/svg" } else { "http://www.w3.org/1999/xhtml" };
        // It throws on no tag that HTML knows.
        if let Ok(element) = document().create_element_ns(Some(namespace), tag) {
            self.open.push(element);
        }
    }

    /// `name="value"`
    pub fn set(&mut self, name: &'static str, value: &str) {
        if let Some(element) = self.open.last() {
            let _ = element.set_attribute(name, value);
        }
    }

    /// `name={value}`
    pub fn set_shown(&mut self, name: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.set(name, &value);
        }
    }

    /// `{..bound}`
    pub fn bind(&mut self, bound: Bound) {
        if let Some(element) = self.open.last() {
            bound.apply(element);
        }
    }

    /// `node_ref={node}`
    #[allow(clippy::needless_pass_by_value)] // a handle
    pub fn refer<T: JsCast>(&mut self, node: NodeRef<T>) {
        if let Some(element) = self.open.last() {
            node.load(element);
        }
    }

    /// `{child}`
    pub fn child(&mut self, view: View) {
        match self.open.last() {
            Some(parent) => view.mount(parent, None),
            None => self.done.0.extend(view.0),
        }
    }

    /// `</tag>` or `/>`
    pub fn close(&mut self) {
        if let Some(element) = self.open.pop() {
            self.child(View(vec![Piece::Node(element.into())]));
        }
    }

    /// All of it.
    pub fn done(self) -> View {
        self.done
    }
}

/// A part that follows the signals that it reads.
pub fn part<V: Into<View>>(mut view: impl FnMut() -> V + 'static) -> View {
    live(Box::new(move || view().into()))
}

fn live(mut view: Box<dyn FnMut() -> View>) -> View {
    View::live(move |place| now_and_again(move || place.fill(view())))
}

/// A text that follows the signals that it reads.
pub fn text<S: Shown>(text: impl Fn() -> S + 'static) -> View {
    fn of(text: Value) -> View {
        let node = blank();
        let shown = node.clone();
        now_and_again(move || {
            let text = text().unwrap_or_default();
            if shown.data() != text {
                shown.set_data(&text);
            }
        });
        View(vec![Piece::Node(node.into())])
    }
    of(Box::new(move || text().shown()))
}

/// A part that is there while the condition holds.
pub fn when<V: Into<View>>(condition: impl Fn() -> bool + 'static, view: impl Fn() -> V + 'static) -> View {
    fn of(condition: Box<dyn Fn() -> bool>, view: Box<dyn Fn() -> View>) -> View {
        let condition = memo(condition);
        part(move || condition.get().then(&view))
    }
    of(Box::new(condition), Box::new(move || view().into()))
}

/// What an element gets beyond plain HTML, by `{..attr("hidden", …)}`.
pub struct Bound(Box<dyn FnOnce(&Element)>);

impl Bound {
    /// Does it to this element.
    pub fn apply(self, element: &Element) {
        (self.0)(element);
    }
}

/// All of these, and what is to be in the element: for one that may have been made by something else than `html!`.
pub fn furnish(bounds: impl IntoIterator<Item = Bound> + 'static, inside: View) -> Bound {
    Bound(Box::new(move |element| {
        bounds.into_iter().for_each(|bound| bound.apply(element));
        inside.mount(element, None);
    }))
}

/// What `node_ref={node}` does.
pub fn refer<T: JsCast + 'static>(node: NodeRef<T>) -> Bound {
    Bound(Box::new(move |element| node.load(element)))
}

type Value = Box<dyn Fn() -> Option<String>>;

/// An attribute that follows the signals that `value` reads.
pub fn attr<S: Shown>(name: &'static str, value: impl Fn() -> S + 'static) -> Bound {
    follow(name, Box::new(move || value().shown()), |element, name, value| {
        // They throw on no name that HTML knows.
        let _ = match value {
            Some(value) => element.set_attribute(name, value),
            None => element.remove_attribute(name),
        };
    })
}

/// A DOM property that follows the signals that `value` reads.
pub fn prop<S: Shown>(name: &'static str, value: impl Fn() -> S + 'static) -> Bound {
    follow(name, Box::new(move || value().shown()), |element, name, value| {
        set_property(element, name, value.unwrap_or_default());
    })
}

fn follow(name: &'static str, value: Value, set: fn(&Element, &str, Option<&str>)) -> Bound {
    Bound(Box::new(move |element| {
        let element = element.clone();
        let mut before = None;
        now_and_again(move || {
            let now = value();
            // An attribute that is not there to begin with needs no removing.
            if before != now {
                set(&element, name, now.as_deref());
                before = now;
            }
        });
    }))
}

/// A listener. It names the type of its event, which must be what the browser sends by this name.
pub fn on<E: JsCast>(name: &'static str, listen: impl Fn(E) + 'static) -> Bound {
    fn of(name: &'static str, listen: Box<dyn Fn(Event)>) -> Bound {
        let owner = Owner::current();
        Bound(Box::new(move |element| {
            StoredValue::new(Listener::new(element, name, move |event| owner.with(|| listen(event))));
        }))
    }
    of(name, Box::new(move |event| listen(event.unchecked_into())))
}

fn blank() -> Text {
    document().create_text_node("")
}

#[allow(clippy::expect_used)] // there is no browser without
fn document() -> Document {
    window().document().expect("a page")
}
