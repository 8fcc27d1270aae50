//! A button that opens a menu: one list of choices, or several behind a list of their names.

use crate::components::icons::{self, icon};
use crate::components::{
    html::{self as markup, *},
    signals::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlElement, KeyboardEvent, Node};

use super::strings;
use crate::texts::{Key, Texts};

/// One line: the value that is chosen, and its text.
pub(super) type Choice = (i32, String);

/// One thing that can be chosen.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub name: &'static str,
    pub label: Key,
    /// What is chosen now.
    pub text: Signal<String>,
    /// Empty where there is no choice.
    pub choices: Signal<Vec<Choice>>,
    pub chosen: Signal<i32>,
    pub choose: Callback<i32>,
}

/// What the button shows.
#[derive(Clone, Copy)]
pub(super) enum Face {
    Icon(&'static str),
    /// The text of the menu's one setting.
    Text,
}

/// Stands for the list of the settings' names: their own pages are their places in it.
const NAMES: usize = usize::MAX;

/// The button and its menu. `open` is the name of the menu that is open, or empty: there is one at most.
///
/// With one setting its choices are listed at once. With several there is a page for each, and `help` is a line more.
#[allow(clippy::too_many_arguments)] // called in two places
pub(super) fn menu(
    texts: Texts,
    part: &'static str,
    label: Key,
    key: &'static str,
    face: Face,
    settings: Vec<Setting>,
    help: Option<RwSignal<bool>>,
    open: RwSignal<&'static str>,
) -> View {
    let button = NodeRef::<web_sys::HtmlElement>::new();
    let menu = NodeRef::<web_sys::HtmlElement>::new();
    let only = (settings.len() == 1 && help.is_none()).then(|| settings[0]);
    let first_page = if only.is_some() { 0 } else { NAMES };
    let page = RwSignal::new(first_page);
    let is_open = move || open.get() == part;
    let settings = StoredValue::new(settings);
    // Opened or turned to another page, the menu takes the focus to the line that is chosen.
    effect(move || {
        page.track();
        if let Some(menu) = menu.get() {
            let chosen =
                menu.query_selector("[aria-checked=true]").ok().flatten().and_then(|line| line.dyn_into().ok());
            focus(chosen.or_else(|| lines(&menu).into_iter().next()));
        }
    });
    let close = move || {
        focus(button.get_untracked());
        open.set("");
    };
    let turn_to = move |to: usize| {
        // The line that has the focus goes away: the menu itself keeps it until there is another.
        focus(menu.get_untracked());
        page.set(to);
    };
    let on_key = move |event: KeyboardEvent| {
        event.stop_propagation();
        let Some(lines) = menu.get_untracked().map(|menu| lines(&menu)) else { return };
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let active =
            lines.iter().position(|line| target.as_ref().is_some_and(|target| line.is_same_node(Some(target))));
        let (count, active) = (lines.len().max(1), active.unwrap_or_default());
        let at = |index: usize| focus(lines.get(index).cloned());
        let on_a_page = page.get_untracked() != first_page;
        match event.key().as_str() {
            "Escape" | "ArrowLeft" if on_a_page => turn_to(NAMES),
            "Escape" => close(),
            "ArrowDown" => at((active + 1) % count),
            "ArrowUp" => at((active + count - 1) % count),
            "ArrowRight" if page.get_untracked() == NAMES => {
                if let Some(line) = lines.get(active).filter(|line| line.has_attribute("aria-haspopup")) {
                    line.click();
                }
            }
            "Home" => at(0),
            "End" => at(count - 1),
            // The focus moves on from the button.
            "Tab" => {
                close();
                return;
            }
            // Enter and space press the line; letters are not for the player while a menu is open.
            _ => return,
        }
        event.prevent_default();
    };
    let on_focus_out = move |event: FocusEvent| {
        let to: Option<Node> = event.related_target().and_then(|target| target.dyn_into().ok());
        let inside = menu.get_untracked().is_some_and(|menu| menu.contains(to.as_ref()))
            || button.get_untracked().is_some_and(|button| button.contains(to.as_ref()));
        if !inside && open.get_untracked() == part {
            open.set("");
        }
    };
    let choices = move |setting: Setting| {
        // The lines stay while only their texts change: one of them has the focus.
        let values = memo(move || setting.choices.get().iter().map(|(value, _)| *value).collect::<Vec<i32>>());
        let line = move |value: i32| {
            let text = move || {
                let choices = setting.choices.get();
                choices.into_iter().find(|(other, _)| *other == value).map(|(_, text)| text)
            };
            html! {
                <button
                    type="button"
                    role="menuitemradio"
                    tabindex="-1"
                    {..attr("aria-checked", move || (setting.chosen.get() == value).to_string())}
                    {..on("click", move |_: Event| {
                        setting.choose.run(value);
                        close();
                    })}
                >
                    <span dir="auto">{markup::text(text)}</span>
                </button>
            }
        };
        let back = (first_page == NAMES).then(|| {
            html! {
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    class="rw-menu-back"
                    {..on("click", move |_: Event| turn_to(NAMES))}
                >
                    {icon(icons::CHEVRON)}
                    {strings::words(texts, setting.label)}
                </button>
            }
        });
        html! { {back}{markup::part(move || values.get().into_iter().map(line).collect::<Vec<_>>())} }
    };
    let name = move |(index, setting): (usize, Setting)| {
        when(
            move || setting.choices.with(|choices| !choices.is_empty()),
            move || {
                html! {
                    <button
                        type="button"
                        role="menuitem"
                        tabindex="-1"
                        aria-haspopup="menu"
                        class="rw-menu-name"
                        data-setting={setting.name}
                        {..on("click", move |_: Event| turn_to(index))}
                    >
                        {strings::words(texts, setting.label)}
                        <span dir="auto">{markup::text(move || setting.text.get())}</span>
                    </button>
                }
            },
        )
    };
    let names = move || {
        let help = help.map(|help| {
            html! {
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    {..on("click", move |_: Event| {
                        close();
                        help.set(true);
                    })}
                >
                    {strings::words(texts, strings::SHORTCUTS)}
                </button>
            }
        });
        let names = settings.get_value().into_iter().enumerate().map(name).collect::<Vec<_>>();
        html! { {names}{help} }
    };
    let list = move || settings.with_value(|settings| settings.get(page.get()).copied()).map_or_else(names, choices);
    let text = move || only.map(|setting| setting.text.get());
    html! {
        <div data-setting={part} class="rw-menu" {..on("focusout", on_focus_out)}>
            <button
                type="button"
                part={part}
                node_ref={button}
                class="rw-control"
                aria-haspopup="menu"
                aria-keyshortcuts={(!key.is_empty()).then_some(key)}
                {..attr("aria-label", move || text().map_or_else(|| texts.get(label), |text| strings::setting(texts, label, &text)))}
                {..attr("title", move || (!is_open()).then(|| texts.get(label)))}
                {..attr("aria-expanded", move || is_open().to_string())}
                {..attr("data-on", move || only.is_some_and(|setting| setting.chosen.get() >= 0))}
                {..on("click", move |_: Event| {
                    if open.get_untracked() == part {
                        close();
                    } else {
                        page.set(first_page);
                        open.set(part);
                    }
                })}
            >
                {match face {
                    Face::Icon(path) => icon(path),
                    Face::Text => html! { <span class="rw-control-text">{markup::text(text)}</span> },
                }}
            </button>
            {when(is_open, move || html! {
                <div
                    role="menu"
                    node_ref={menu}
                    tabindex="-1"
                    class="rw-menu-list"
                    {..strings::label(texts, label)}
                    {..attr("dir", move || texts.dir())}
                    {..on("keydown", on_key)}
                >
                    {markup::part(list)}
                </div>
            })}
        </div>
    }
}

/// The lines that are in sight: some show only where there is no room for a button of their own.
fn lines(menu: &HtmlElement) -> Vec<HtmlElement> {
    let lines = menu.children();
    let all = (0..lines.length()).filter_map(|index| lines.item(index)?.dyn_into::<HtmlElement>().ok());
    all.filter(|line| line.offset_height() > 0).collect()
}

fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        let _ = element.focus();
    }
}
