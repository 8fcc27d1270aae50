//! Rows by their keys in a real browser: what stays, what moves, what ends. And what Leptos hears of the components' own
//! signals.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{cell::RefCell, rc::Rc};

use leptos::{mount::mount_to, prelude::GetUntracked};
use page::{document, pause};
use reelway::{
    UploadOptions,
    components::{
        html::{Builder, View, on, rows, text},
        signals::{Owner, RwSignal, now_and_again, on_cleanup},
        uploader::Uploads,
    },
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

/// Until what waits has run, here and in Leptos.
async fn tick() {
    pause(0).await;
}

/// A list on the page, of buttons that say their key and how often they were pressed, between two other elements.
struct List {
    root: HtmlElement,
    keys: RwSignal<Vec<String>>,
    owner: Owner,
    log: Rc<RefCell<Vec<String>>>,
}

fn keys(keys: &str) -> Vec<String> {
    keys.split_whitespace().map(str::to_owned).collect()
}

fn leaf(tag: &'static str) -> View {
    let mut builder = Builder::default();
    builder.open(tag);
    builder.close();
    builder.done()
}

impl List {
    fn of(first: &str) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let (owner, log) = (Owner::root(), Rc::new(RefCell::new(Vec::new())));
        let shown = owner.with(|| RwSignal::new(keys(first)));
        let said = Rc::clone(&log);
        let row = move |key: String| {
            let (pressed, made, gone) = (RwSignal::new(0), Rc::clone(&said), Rc::clone(&said));
            made.borrow_mut().push(format!("+{key}"));
            let name = key.clone();
            on_cleanup(move || gone.borrow_mut().push(format!("-{name}")));
            let mut builder = Builder::default();
            builder.open("button");
            builder.bind(on("click", move |_: Event| pressed.update(|pressed| *pressed += 1)));
            builder.child(text(move || format!("{key}{}", pressed.get())));
            builder.close();
            builder.done()
        };
        owner.with(|| {
            View::from(vec![leaf("hr"), rows(move || shown.get(), row), leaf("hr")]).mount(&root, None);
        });
        Self { root, keys: shown, owner, log }
    }

    async fn set(&self, to: &str) {
        self.keys.set(keys(to));
        tick().await;
    }

    fn buttons(&self) -> Vec<HtmlElement> {
        let all = self.root.query_selector_all("hr + button, button + button, button").unwrap();
        (0..all.length()).map(|index| all.item(index).unwrap().unchecked_into()).collect()
    }

    /// What stands there, from one end to the other.
    fn said(&self) -> String {
        let children = self.root.children();
        let last = children.length() - 1;
        assert!(children.item(0).unwrap().tag_name() == "HR" && children.item(last).unwrap().tag_name() == "HR");
        self.buttons().iter().map(|button| button.text_content().unwrap()).collect::<Vec<_>>().join(" ")
    }

    fn button(&self, key: &str) -> HtmlElement {
        self.buttons().into_iter().find(|button| button.text_content().unwrap().starts_with(key)).unwrap()
    }

    fn log(&self) -> String {
        self.log.take().join(" ")
    }
}

impl Drop for List {
    fn drop(&mut self) {
        self.owner.dispose();
        self.root.remove();
    }
}

fn focused() -> Option<Element> {
    document().active_element()
}

#[wasm_bindgen_test]
async fn a_row_is_made_once_and_ends_when_its_key_goes() {
    let list = List::of("a b c");
    assert_eq!((list.said().as_str(), list.log().as_str()), ("a0 b0 c0", "+a +b +c"));
    let (a, c) = (list.button("a"), list.button("c"));
    c.click();
    tick().await;

    list.set("x a c c y").await;
    assert_eq!((list.said().as_str(), list.log().as_str()), ("x0 a0 c1 y0", "-b +x +y"));
    assert!(list.button("a") == a && list.button("c") == c, "the same nodes, in the same state");

    list.set("").await;
    assert_eq!((list.said().as_str(), list.log().as_str()), ("", "-x -a -c -y"));
    assert_eq!(list.root.child_nodes().length(), 4, "nothing is left behind but the ends of the list");
    list.set("a").await;
    assert!(list.button("a") != a, "another row");
    list.log();
    list.owner.dispose();
    assert_eq!(list.log(), "-a");
}

#[wasm_bindgen_test]
async fn rows_come_into_any_order() {
    let list = List::of("a b c d e");
    let nodes: Vec<_> = ["a", "b", "c", "d", "e"].map(|key| list.button(key)).into();
    list.log();
    // Each way that five can stand, one after the other.
    for number in 0..120 {
        let (mut left, mut order, mut rest) = (vec!["a", "b", "c", "d", "e"], Vec::new(), number);
        while !left.is_empty() {
            order.push(left.remove(rest % left.len()));
            rest /= left.len() + 1;
        }
        let focus = list.button(order[number % 5]);
        focus.focus().unwrap();

        list.set(&order.join(" ")).await;

        assert_eq!(list.said(), order.iter().map(|key| format!("{key}0")).collect::<Vec<_>>().join(" "));
        assert_eq!(focused().as_ref(), Some(focus.as_ref()), "what has the focus is not moved: {order:?}");
    }
    assert_eq!(list.log(), "", "none was made anew");
    list.set("a b c d e").await;
    assert!(list.buttons() == nodes);
}

#[wasm_bindgen_test]
async fn a_row_follows_what_it_reads_and_the_list_does_not() {
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    let (owner, made) = (Owner::root(), Rc::new(RefCell::new(0)));
    let (keys, word) = owner.with(|| (RwSignal::new(keys("a")), RwSignal::new("one")));
    let count = Rc::clone(&made);
    let row = move |key: String| {
        *count.borrow_mut() += 1;
        let first = word.get();
        // More than one node, and some that change.
        View::from(vec![View::from(key), View::from(first), text(move || word.get())])
    };
    owner.with(|| rows(move || keys.get(), row).mount(&root, None));

    word.set("two");
    tick().await;

    assert_eq!(root.text_content().as_deref(), Some("aonetwo"));
    keys.set(vec!["b".into(), "a".into()]);
    tick().await;
    assert_eq!(root.text_content().as_deref(), Some("btwotwoaonetwo"));
    assert_eq!(*made.borrow(), 2);
    owner.dispose();
}

#[wasm_bindgen_test]
async fn leptos_follows_what_it_reads_of_the_components_own_signals() {
    use leptos::prelude::{Effect, Get, Memo};
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    let (log, runs, slot) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(0)), Rc::new(RefCell::new(None)));
    let (said, counted, filled) = (Rc::clone(&log), Rc::clone(&runs), Rc::clone(&slot));
    let mounted = mount_to(root, move || {
        let uploads = Uploads::new(UploadOptions { journal: false, ..UploadOptions::default() });
        let signal = Owner::root().with(|| RwSignal::new(1));
        let double = Memo::new(move |_| signal.get() * 2);
        Effect::new(move |_| said.borrow_mut().push(format!("{} {}", double.get(), uploads.keys().len())));
        // What Leptos does not read itself is none of its business.
        Effect::new(move |_| {
            *counted.borrow_mut() += 1;
            Owner::root().with(|| now_and_again(move || assert!(signal.get() > 0)));
        });
        *filled.borrow_mut() = Some((uploads, signal, double));
    });
    let (uploads, signal, double) = slot.take().unwrap();
    tick().await;

    signal.set(4);
    assert_eq!(double.get_untracked(), 8, "at once");
    tick().await;
    uploads.add([web_sys::File::new_with_str_sequence(&js_sys::Array::of1(&"x".into()), "notes.txt").unwrap()]);
    tick().await;
    signal.set(5);
    tick().await;

    assert_eq!(*log.borrow(), ["2 0", "8 0", "8 1", "10 1"]);
    assert_eq!(*runs.borrow(), 1);
    drop(mounted);
}
