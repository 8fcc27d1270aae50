//! Asks before something is deleted.

use leptos::{html, prelude::*};
use reelway::components::live::{effect, on, text};
use reelway::components::{icons, live::icon};
use reelway_api::Video;
use web_sys::{Event, MouseEvent};

/// What the user is asked about.
#[derive(Clone)]
pub struct Asked {
    pub id: String,
    /// As it is shown.
    pub name: String,
}

impl From<Video> for Asked {
    fn from(video: Video) -> Self {
        Self { id: video.id, name: video.title }
    }
}

/// A question, in words.
pub struct Question {
    /// The `id` of its heading: unique on the page.
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    /// On the button that says yes.
    pub yes: &'static str,
    /// On the one that does nothing.
    pub no: &'static str,
}

/// A dialog that opens while `asked` holds something. `confirmed` gets its id when the user says yes.
#[component]
pub fn Confirm(
    question: &'static Question,
    asked: RwSignal<Option<Asked>>,
    confirmed: Callback<String>,
) -> impl IntoView {
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
        if let Some(about) = asked.get_untracked() {
            asked.set(None);
            confirmed.run(about.id);
        }
    };
    let name = move || asked.with(|about| about.as_ref().map(|about| about.name.clone()));
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby=question.id
            {..on("close", move |_: Event| asked.set(None))}
            {..on("click", on_click)}
        >
            <div class="dialog-body">
                <h2 id=question.id>{question.title}</h2>
                <p class="dialog-name" dir="auto">{text(name)}</p>
                <p>{question.text}</p>
                <div class="dialog-actions">
                    <button type="button" class="rw-button" autofocus {..on("click", move |_: Event| asked.set(None))}>
                        {question.no}
                    </button>
                    <button type="button" class="rw-button rw-button-danger" {..on("click", confirm)}>
                        {icon(icons::TRASH)}
                        {question.yes}
                    </button>
                </div>
            </div>
        </dialog>
    }
}
