//! One file of the uploader.

use std::rc::Rc;

use reelway_core::probe::Header;
use web_sys::{Event, HtmlElement};

use super::{
    items::Action,
    progress::progress_bar,
    state::{ItemState, Stage},
    strings,
    thumbnail::thumbnail,
};
use crate::{
    components::{
        html::*,
        icons::{self, icon, live_icon},
        signals::*,
    },
    dom::clipboard,
    filmstrip::Filmstrip,
    texts::{Key, Texts},
};

/// The code of a file that can't be read any more, and of one that was chosen in its place and is another.
const UNREADABLE: &str = "file_unreadable";
const DIFFERENT: &str = "different_file";

/// What a row shows, and whom it tells.
pub(super) struct Row {
    /// The file's name.
    pub filename: String,
    /// Where it stands.
    pub state: Signal<ItemState>,
    /// What the file's header says, once it has been read.
    pub header: ArcRwSignal<Option<Header>>,
    /// Pictures of the file.
    pub filmstrip: Option<Rc<Filmstrip>>,
    /// Grows with the number of these pictures.
    pub tiles: ArcRwSignal<usize>,
    /// It takes the place of a row that had the focus.
    pub focus: bool,
    /// The address of a page that shows the video with this id.
    pub watch_url: Option<fn(&str) -> String>,
    /// What it says.
    pub texts: Texts,
    /// Called when a button is pressed.
    pub on_action: Callback<Action>,
    /// Called by the button that offers another file in place of a refused one.
    pub on_choose_another: Callback<()>,
}

/// A row: picture, name, progress, state in words, buttons.
pub(super) fn item_row(row: Row) -> View {
    html! {
        <li part="item" class="rw-item" {..furnished(row)}></li>
    }
}

/// What is in a row's element, and what changes of it.
pub(super) fn furnished(row: Row) -> Bound {
    let Row { filename, state, header, filmstrip, tiles, focus, watch_url, texts, on_action, on_choose_another } = row;
    let name = StoredValue::new(filename.clone());
    let header: RwSignal<Option<Header>> = header.into();
    let stage = move || state.with(|state| state.stage.name());
    let is = move |names: &[&str]| names.contains(&stage());
    let row = NodeRef::<HtmlElement>::new();
    effect(move || {
        if let Some(row) = row.get().filter(|_| focus) {
            let _ = row.focus();
        }
    });
    let can_copy = clipboard().is_some();
    let failure = move || state.with(|state| (state.stage.clone(), state.code));
    let action = move |part: &'static str, words: Key, path: &'static str, action: Action| {
        html! {
            <button
                type="button"
                part={part}
                class="rw-button rw-button-quiet"
                {..attr("aria-label", move || name.with_value(|name| strings::action(texts, words, name)))}
                {..attr("title", move || texts.get(words))}
                {..on("click", move |_: Event| on_action.run(action))}
            >
                {icon(path)}
            </button>
        }
    };
    // One button: with two, the keyboard's focus would be lost with the one that goes.
    let pause_or_resume = move || {
        let paused = move || is(&["paused"]);
        let words = move || if paused() { strings::RESUME } else { strings::PAUSE };
        html! {
            <button
                type="button"
                class="rw-button rw-button-quiet"
                {..attr("part", move || if paused() { "resume" } else { "pause" })}
                {..attr("aria-label", move || name.with_value(|name| strings::action(texts, words(), name)))}
                {..attr("title", move || texts.get(words()))}
                {..on("click", move |_: Event| {
                    on_action.run(if untrack(paused) { Action::Resume } else { Action::Pause });
                })}
            >
                {live_icon(move || if paused() { icons::PLAY } else { icons::PAUSE })}
            </button>
        }
    };
    let nothing_left = move || {
        let over = is(&["processing", "uploaded", "ready", "cancelled"]);
        over || failure().0 == Stage::Failed { retriable: false }
    };
    let cancel_or_dismiss = {
        let words = move || if nothing_left() { strings::DISMISS } else { strings::CANCEL };
        html! {
            <button
                type="button"
                class="rw-button rw-button-quiet"
                {..attr("part", move || if nothing_left() { "dismiss" } else { "cancel" })}
                {..attr("aria-label", move || name.with_value(|name| strings::action(texts, words(), name)))}
                {..attr("title", move || texts.get(words()))}
                {..on("click", move |_: Event| {
                    on_action.run(if untrack(nothing_left) { Action::Dismiss } else { Action::Cancel });
                })}
            >
                {icon(icons::CLOSE)}
            </button>
        }
    };
    let address = memo(move || {
        let id = state.with(|state| state.video_id.clone()).filter(|_| is(&["ready"]));
        watch_url.zip(id).map(|(watch_url, id)| watch_url(&id))
    });
    let watch_link = move || {
        let href = address.get()?;
        Some(html! {
            <a class="rw-button rw-button-primary" href={href}>
                {icon(icons::PLAY)}
                {text(move || texts.get(strings::WATCH))}
            </a>
        })
    };
    let inside = html! {
        {thumbnail(filename.clone(), filmstrip, tiles, texts)}
        <div class="rw-item-body">
            <div class="rw-item-line">
                <span part="filename" dir="auto" title={filename.clone()}>{filename.clone()}</span>
                <span class="rw-item-facts">
                    <span part="details" {..attr("hidden", move || header.with(Option::is_none))}>{text(move || header.with(|header| header.as_ref().map(strings::details)))}</span>
                    <span class="rw-item-size">{text(move || state.with(|state| strings::size(texts, state)))}</span>
                </span>
            </div>
            {progress_bar(
                move || filename.clone(),
                Some("progress"),
                move || state.with(bar_of),
                move || state.with(ItemState::percent),
                move || state.with(|state| strings::status(texts, state)),
                move || is(&["failed", "cancelled"]),
            )}
            <p part="status" class="rw-item-status">{text(move || state.with(|state| strings::status(texts, state)))}</p>
            {when(
                move || failure().0 == Stage::Failed { retriable: false },
                move || html! {
                    <button
                        type="button"
                        class="rw-button rw-item-again"
                        {..on("click", move |_: Event| {
                            on_choose_another.run(());
                            on_action.run(Action::Dismiss);
                        })}
                    >
                        {text(move || texts.get(strings::CHOOSE_ANOTHER))}
                    </button>
                },
            )}
            {when(
                move || matches!(failure(), (Stage::Failed { retriable: true }, Some(UNREADABLE | DIFFERENT))),
                move || html! {
                    <button
                        type="button"
                        part="choose-again"
                        class="rw-button rw-item-again"
                        {..on("click", move |_: Event| on_action.run(Action::ChooseAgain))}
                    >
                        {text(move || texts.get(strings::CHOOSE_AGAIN))}
                    </button>
                },
            )}
        </div>
        <div class="rw-item-actions">
            {part(watch_link)}
            {when(move || is(&["starting", "uploading", "waiting", "offline", "paused"]), pause_or_resume)}
            {when(
                move || is(&["queued"]),
                move || action("first", strings::FIRST, icons::FIRST, Action::First),
            )}
            {when(
                move || is(&["failed", "waiting"]) && state.with(|state| state.video_id.is_some()) && can_copy,
                move || action("copy-details", strings::COPY_DETAILS, icons::COPY, Action::CopyDetails),
            )}
            {when(
                move || is(&["waiting"]) || failure().0 == Stage::Failed { retriable: true },
                move || action("retry", strings::RETRY, icons::RETRY, Action::Retry),
            )}
            {cancel_or_dismiss}
        </div>
    };
    let tabindex = move || focus.then_some("-1");
    let bounds =
        [refer(row), attr("tabindex", tabindex), attr("data-stage", stage), attr("data-code", move || failure().1)];
    furnish(bounds, inside)
}

/// The two ends of the bar, 0 to 1: what is certain, and what is on its way.
fn bar_of(state: &ItemState) -> (f64, f64) {
    match state.stage {
        Stage::Finalising | Stage::Uploaded | Stage::Ready => (1.0, 1.0),
        // The lighter tone stays: all of it has arrived.
        Stage::Processing => (f64::from(state.percent()) / 100.0, 1.0),
        _ => (state.acknowledged(), state.sent()),
    }
}
