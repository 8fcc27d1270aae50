//! Asks before a video is deleted.

use leptos::{html, prelude::*};
use reelway::components::live::{effect, on, text};
use reelway::components::{icons, live::icon};
use reelway_api::Video;
use web_sys::{Event, MouseEvent};

use crate::strings;

/// A dialog that opens while `asked` holds a video. `confirmed` gets its id when the user says yes.
#[component]
pub fn ConfirmDelete(asked: RwSignal<Option<Video>>, confirmed: Callback<String>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        match asked.get() {
            Some(_) if !dialog.open() => drop(dialog.show_modal()),
            None if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let on_click = move |event: MouseEvent| {
        // A click on the dialog itself, not on something in it, is one beside it.
        let itself = dialog.get_untracked().map(|dialog| dialog.into());
        if event.target() == itself {
            asked.set(None);
        }
    };
    let confirm = move |_: Event| {
        if let Some(video) = asked.get_untracked() {
            asked.set(None);
            confirmed.run(video.id);
        }
    };
    let title = move || asked.with(|video| video.as_ref().map(|video| video.title.clone()));
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby="delete-title"
            {..on("close", move |_: Event| asked.set(None))}
            {..on("click", on_click)}
        >
            <div class="dialog-body">
                <h2 id="delete-title">{strings::DELETE_TITLE}</h2>
                <p class="dialog-name">{text(title)}</p>
                <p>{strings::DELETE_TEXT}</p>
                <div class="dialog-actions">
                    <button type="button" class="rw-button" autofocus {..on("click", move |_: Event| asked.set(None))}>
                        {strings::KEEP}
                    </button>
                    <button type="button" class="rw-button rw-button-danger" {..on("click", confirm)}>
                        {icon(icons::TRASH)}
                        {strings::DELETE}
                    </button>
                </div>
            </div>
        </dialog>
    }
}
