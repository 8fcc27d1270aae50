//! A button that opens a menu with one choice.

use crate::components::live::{self, attr, effect, on, when};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlElement, KeyboardEvent, Node};

/// One line of a menu: the value that is chosen, and its text.
pub(super) type Choice = (i32, String);

/// The button and its menu. `open` tells the player not to hide its controls.
#[component]
pub(super) fn Menu(
    part: &'static str,
    label: &'static str,
    /// What the button shows.
    #[prop(into)]
    text: Signal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] chosen: Signal<i32>,
    choose: Callback<i32>,
    open: RwSignal<bool>,
) -> AnyView {
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    // Opened, the menu takes the focus to the line that is chosen.
    effect(move || {
        if open.get()
            && let Some(line) = menu.get().and_then(|menu| menu.query_selector("[aria-checked=true]").ok().flatten())
        {
            focus(line.dyn_into().ok());
        }
    });
    let close = move || {
        open.set(false);
        focus(button.get_untracked().map(|button| button.into()));
    };
    let on_key = move |event: KeyboardEvent| {
        let lines = menu.get_untracked().map(|menu| menu.children());
        let Some(lines) = lines else { return };
        let at = |index: u32| focus(lines.item(index).and_then(|line| line.dyn_into().ok()));
        let active = (0..lines.length()).find(|&index| {
            let line: Option<Node> = lines.item(index).map(Into::into);
            line.is_some() && line == event.target().and_then(|target| target.dyn_into().ok())
        });
        let (count, active) = (lines.length().max(1), active.unwrap_or_default());
        match event.key().as_str() {
            "Escape" => close(),
            "ArrowDown" => at((active + 1) % count),
            "ArrowUp" => at((active + count - 1) % count),
            "Home" => at(0),
            "End" => at(count - 1),
            "Tab" => {
                open.set(false);
                return;
            }
            // Enter and space press the line; letters are not for the player while a menu is open.
            _ => {
                event.stop_propagation();
                return;
            }
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_focus_out = move |event: FocusEvent| {
        let to: Option<Node> = event.related_target().and_then(|target| target.dyn_into().ok());
        let inside = menu.get_untracked().is_some_and(|menu| menu.contains(to.as_ref()))
            || button.get_untracked().is_some_and(|button| button.contains(to.as_ref()));
        if !inside {
            open.set(false);
        }
    };
    let line = move |(value, text): Choice| {
        view! {
            <button
                type="button"
                role="menuitemradio"
                tabindex="-1"
                {..attr("aria-checked", move || (chosen.get() == value).to_string())}
                {..on("click", move |_: Event| {
                    choose.run(value);
                    close();
                })}
            >
                {text}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="rw-menu" {..on("focusout", on_focus_out)}>
            <button
                type="button"
                part=part
                node_ref=button
                class="rw-control rw-control-text"
                {..attr("aria-label", move || format!("{label}: {}", text.get()))}
                aria-haspopup="menu"
                {..attr("aria-expanded", move || open.get().to_string())}
                {..on("click", move |_: Event| open.update(|open| *open = !*open))}
            >
                {live::text(move || text.get())}
            </button>
            {when(
                move || open.get(),
                move || view! {
                    <div role="menu" aria-label=label node_ref=menu class="rw-menu-list" {..on("keydown", on_key)}>
                        {live::part(move || choices.get().into_iter().map(line).collect::<Vec<_>>().into_any())}
                    </div>
                }.into_any(),
            )}
        </div>
    }
    .into_any()
}

fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        let _ = element.focus();
    }
}
