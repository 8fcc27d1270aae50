//! The row of an upload that was interrupted.

use web_sys::Event;

use super::{interrupted::Interrupted, progress::progress_bar, strings};
use crate::{
    components::{
        html::*,
        icons::{self, icon},
        signals::*,
    },
    texts::Texts,
};

/// A row: name, how far it is, and what to do with it.
pub(super) fn interrupted_row(
    interrupted: Interrupted,
    texts: Texts,
    on_continue: Callback<()>,
    on_discard: Callback<()>,
) -> View {
    html! {
        <li part="item" class="rw-item" {..furnished(interrupted, texts, on_continue, on_discard)}></li>
    }
}

/// What is in a row's element, and what changes of it.
pub(super) fn furnished(
    interrupted: Interrupted,
    texts: Texts,
    on_continue: Callback<()>,
    on_discard: Callback<()>,
) -> Bound {
    let unfinished = &interrupted.unfinished;
    let (name, size) = (unfinished.name().to_owned(), unfinished.size());
    let acknowledged = unfinished.acknowledged();
    let (needs_file, elsewhere) = (unfinished.needs_file(), unfinished.runs_elsewhere());
    let percent = (acknowledged as f64 / size.max(1) as f64 * 100.0).floor().min(99.0) as u8;
    let share = f64::from(percent) / 100.0;
    let complaint: RwSignal<Option<String>> = interrupted.complaint.into();
    let busy: RwSignal<bool> = interrupted.busy.into();
    let status = move || match complaint.get() {
        Some(complaint) => complaint,
        None if elsewhere => texts.get(strings::ELSEWHERE),
        None => strings::interrupted(texts, percent, needs_file),
    };
    let held = StoredValue::new(name.clone());
    let is_busy = move || busy.get().then_some("true");
    let buttons = move || {
        html! {
            <button
                type="button"
                part="resume"
                class="rw-button rw-button-primary"
                {..attr("aria-label", move || held.with_value(|name| strings::action(texts, strings::CONTINUE, name)))}
                {..attr("aria-disabled", is_busy)}
                {..on("click", move |_: Event| on_continue.run(()))}
            >
                {text(move || texts.get(strings::CONTINUE))}
            </button>
            <button
                type="button"
                part="cancel"
                class="rw-button rw-button-quiet"
                {..attr("title", move || texts.get(strings::DISCARD))}
                {..attr("aria-label", move || held.with_value(|name| strings::action(texts, strings::DISCARD, name)))}
                {..attr("aria-disabled", is_busy)}
                {..on("click", move |_: Event| on_discard.run(()))}
            >
                {icon(icons::TRASH)}
            </button>
        }
    };
    let inside = html! {
        <div part="thumbnail" class="rw-thumbnail" aria-hidden="true">{icon(icons::FILM)}</div>
        <div class="rw-item-body">
            <div class="rw-item-line">
                <span part="filename" dir="auto" title={name.clone()}>{name.clone()}</span>
                <span class="rw-item-facts">{text(move || strings::part_of(texts, acknowledged, size))}</span>
            </div>
            {progress_bar(
                move || name.clone(),
                Some("progress"),
                move || (share, share),
                move || percent,
                status,
                || false,
            )}
            <p part="status" class="rw-item-status">{text(status)}</p>
        </div>
        <div class="rw-item-actions">{(!elsewhere).then(buttons)}</div>
    };
    let stage = move || if elsewhere { "elsewhere" } else { "interrupted" };
    furnish([attr("data-stage", stage), attr("data-failed", move || complaint.get().is_some())], inside)
}
