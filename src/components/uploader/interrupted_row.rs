//! The row of an upload that was interrupted.

use leptos::prelude::*;
use web_sys::Event;

use super::{interrupted::Interrupted, progress::progress_bar, strings};
use crate::{
    components::{
        icons,
        live::icon,
        live::{attr, on, text, when},
    },
    texts::Texts,
};

/// A row: name, how far it is, and what to do with it.
#[component]
pub fn InterruptedRow(
    /// The upload.
    interrupted: Interrupted,
    /// What it says.
    #[prop(default = Texts::of_leptos())]
    texts: Texts,
    /// Called to continue it.
    #[prop(into)]
    on_continue: UnsyncCallback<()>,
    /// Called to give it up.
    #[prop(into)]
    on_discard: UnsyncCallback<()>,
) -> impl IntoView {
    let unfinished = &interrupted.unfinished;
    let (name, size) = (unfinished.name().to_owned(), unfinished.size());
    let acknowledged = unfinished.acknowledged();
    let (needs_file, elsewhere) = (unfinished.needs_file(), unfinished.runs_elsewhere());
    let percent = (acknowledged as f64 / size.max(1) as f64 * 100.0).floor().min(99.0) as u8;
    let share = f64::from(percent) / 100.0;
    let (complaint, busy) = (interrupted.complaint, interrupted.busy);
    let failed = complaint.clone();
    let status = move || match complaint.get() {
        Some(complaint) => complaint,
        None if elsewhere => texts.get(strings::ELSEWHERE),
        None => strings::interrupted(texts, percent, needs_file),
    };
    let shown = status.clone();
    let held = StoredValue::new(name.clone());
    let is_busy = move || busy.get();
    let (continuing, discarding) = (is_busy.clone(), is_busy);
    view! {
        <li
            part="item"
            class="rw-item"
            data-stage=if elsewhere { "elsewhere" } else { "interrupted" }
            {..attr("data-failed", move || failed.get().is_some())}
        >
            <div part="thumbnail" class="rw-thumbnail" aria-hidden="true">{icon(icons::FILM)}</div>
            <div class="rw-item-body">
                <div class="rw-item-line">
                    <span part="filename" dir="auto" title=name.clone()>{name.clone()}</span>
                    <span class="rw-item-facts">{text(move || strings::part_of(texts, acknowledged, size))}</span>
                </div>
                {progress_bar(
                    move || name.clone(),
                    Some("progress"),
                    move || (share, share),
                    move || percent,
                    shown,
                    || false,
                )}
                <p part="status" class="rw-item-status">{text(status)}</p>
            </div>
            <div class="rw-item-actions">
                {when(
                    move || !elsewhere,
                    move || {
                        let (continuing, discarding) = (continuing.clone(), discarding.clone());
                        view! {
                            <button
                                type="button"
                                part="resume"
                                class="rw-button rw-button-primary"
                                {..attr("aria-label", move || held.with_value(|name| strings::action(texts, strings::CONTINUE, name)))}
                                {..attr("aria-disabled", move || continuing().then_some("true"))}
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
                                {..attr("aria-disabled", move || discarding().then_some("true"))}
                                {..on("click", move |_: Event| on_discard.run(()))}
                            >
                                {icon(icons::TRASH)}
                            </button>
                        }
                        .into_any()
                    },
                )}
            </div>
        </li>
    }
}
