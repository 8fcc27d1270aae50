//! What is asked of a file of captions before it is added.

use js_sys::Uint8Array;
use leptos::{html, prelude::*};
use reelway::{
    backend::NewTrack,
    components::{
        icons,
        live::{attr, effect, icon, on, prop, text, when},
    },
    dom::property,
    language,
};
use reelway_api::{TextTrack, TrackKind};
use reelway_core::{
    captions::{CaptionsError, MAX_BYTES},
    tracks::{content_type, guess},
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, File, KeyboardEvent, SubmitEvent};

use crate::{session, strings};

/// A file that is about to be added. What has been typed stays until it has been.
#[derive(Clone, Copy)]
pub struct Draft {
    video: StoredValue<String>,
    file: RwSignal<Option<File>, LocalStorage>,
    language: RwSignal<String>,
    label: RwSignal<String>,
    kind: RwSignal<TrackKind>,
    /// Something was typed or chosen: another file does not change it.
    touched: StoredValue<bool>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<String>>,
    input: NodeRef<html::Input>,
    added: Callback<TextTrack>,
}

impl Draft {
    /// No file yet.
    pub fn new(video: String, added: Callback<TextTrack>) -> Self {
        Self {
            video: StoredValue::new(video),
            file: RwSignal::new_local(None),
            language: RwSignal::default(),
            label: RwSignal::default(),
            kind: RwSignal::new(TrackKind::Subtitles),
            touched: StoredValue::new(false),
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            input: NodeRef::new(),
            added,
        }
    }

    /// Whether there is a file.
    pub fn is_open(&self) -> bool {
        self.file.with(Option::is_some)
    }

    /// Opens the file dialog.
    pub fn choose(&self) {
        if let Some(input) = self.input.get_untracked() {
            input.click();
        }
    }

    /// A file was chosen: its name may tell the rest.
    fn take(&self, file: File) {
        let guess = guess(&file.name(), language::find);
        if !self.touched.get_value() {
            // Without a language the menu would call it by a number.
            self.label.set(if guess.language.is_empty() { guess.name } else { String::new() });
            self.language.set(guess.language);
            self.kind.set(guess.kind);
        }
        self.error.set(None);
        self.file.set(Some(file));
    }

    fn forget(&self) {
        self.file.set(None);
        self.touched.set_value(false);
        self.error.set(None);
    }

    /// What the language is called, as far as that is known.
    fn language_name(&self) -> Option<String> {
        language::find(&self.language.get()).and_then(|tag| language::name(&tag))
    }

    fn send(&self) {
        let draft = *self;
        let Some(file) = self.file.get_untracked().filter(|_| !self.busy.get_untracked()) else { return };
        let typed = self.language.get_untracked().trim().to_owned();
        let track = NewTrack {
            content_type: content_type(&file.name()),
            language: language::find(&typed).unwrap_or(typed),
            label: self.label.get_untracked().trim().to_owned(),
            kind: self.kind.get_untracked(),
        };
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let sent = send(&draft.video.get_value(), &track, &file).await;
            // The user may have gone to another page by now.
            if draft.busy.try_set(false).is_some() {
                return;
            }
            match sent {
                Ok(track) => {
                    draft.forget();
                    draft.added.run(track);
                }
                Err(message) => draft.error.set(Some(message)),
            }
        });
    }
}

/// Why it was not added, in words.
async fn send(video: &str, track: &NewTrack, file: &File) -> Result<TextTrack, String> {
    // A server that refuses in the middle of a body may not be heard.
    if file.size() > MAX_BYTES as f64 {
        return Err(CaptionsError::TooLarge.to_string());
    }
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| strings::CAPTIONS_UNREADABLE)?;
    let added = session::backend().add_track(video, track, &Uint8Array::new(&bytes).to_vec()).await;
    added.map_err(|error| error.to_string())
}

/// The form. It is there while a file is.
#[component]
pub fn DraftForm(
    draft: Draft,
    /// It was left without anything being added.
    left: Callback<()>,
) -> impl IntoView {
    let chosen = move |_: Event| {
        let Some(input) = draft.input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        // The same file may be chosen again once it has been mended.
        input.set_value("");
        file.into_iter().for_each(|file| draft.take(file));
    };
    let cancel = move || {
        draft.forget();
        left.run(());
    };
    view! {
        <input
            type="file"
            class="rw-spoken"
            node_ref=draft.input
            accept=".vtt,.srt,text/vtt,application/x-subrip"
            aria-hidden="true"
            tabindex="-1"
            part="captions-file"
            {..on("change", chosen)}
        />
        {when(
            move || draft.is_open(),
            move || view! { <Fields draft cancel=Callback::new(move |()| cancel()) /> }.into_any(),
        )}
    }
}

#[component]
fn Fields(draft: Draft, cancel: Callback<()>) -> impl IntoView {
    let first = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(input) = first.get() {
            let _ = input.focus();
        }
    });
    let name = move || draft.file.with(|file| file.as_ref().map(File::name));
    let typed = move |field: RwSignal<String>| {
        move |event: Event| {
            draft.touched.set_value(true);
            field.set(value_of(&event));
        }
    };
    let chosen = move |event: Event| {
        draft.touched.set_value(true);
        draft.kind.set(if value_of(&event) == "captions" { TrackKind::Captions } else { TrackKind::Subtitles });
    };
    let hint = move || {
        if draft.language.with(|language| language.trim().is_empty()) {
            return strings::CAPTIONS_LANGUAGE_HINT.to_owned();
        }
        draft.language_name().unwrap_or_else(|| strings::CAPTIONS_LANGUAGE_UNKNOWN.to_owned())
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        draft.send();
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            cancel.run(());
        }
    };
    let kind = move |kind: TrackKind| draft.kind.with_untracked(|now| *now == kind);
    let option = |tag: &'static str| view! { <option value=tag>{language::name(tag)}</option> };
    view! {
        <form class="captions-form" aria-labelledby="captions-file" {..on("submit", send)} {..on("keydown", on_key)}>
            <div class="captions-head">
                <span class="captions-file" id="captions-file" dir="auto">{text(name)}</span>
                <button type="button" class="rw-button rw-button-quiet" {..on("click", move |_: Event| draft.choose())}>
                    {strings::CAPTIONS_OTHER_FILE}
                </button>
            </div>
            <div class="captions-fields">
                <label class="captions-field">
                    {strings::CAPTIONS_LANGUAGE}
                    <input
                        class="field"
                        node_ref=first
                        name="language"
                        list="captions-languages"
                        maxlength="35"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        aria-describedby="captions-language-hint"
                        {..prop("value", move || draft.language.get())}
                        {..on("input", typed(draft.language))}
                    />
                    <span class="captions-hint" id="captions-language-hint">{text(hint)}</span>
                </label>
                <label class="captions-field">
                    {strings::CAPTIONS_LABEL}
                    <input
                        class="field"
                        name="label"
                        maxlength="200"
                        autocomplete="off"
                        aria-describedby="captions-label-hint"
                        {..attr("placeholder", move || draft.language_name())}
                        {..prop("value", move || draft.label.get())}
                        {..on("input", typed(draft.label))}
                    />
                    <span class="captions-hint" id="captions-label-hint">{strings::CAPTIONS_LABEL_HINT}</span>
                </label>
                <label class="captions-field">
                    {strings::CAPTIONS_KIND}
                    <select class="field" name="kind" {..on("change", chosen)}>
                        <option value="subtitles" selected=kind(TrackKind::Subtitles)>{strings::SUBTITLES_KIND}</option>
                        <option value="captions" selected=kind(TrackKind::Captions)>{strings::CAPTIONS_KIND_LONG}</option>
                    </select>
                </label>
            </div>
            <datalist id="captions-languages">{language::COMMON.map(option).collect_view()}</datalist>
            {when(
                move || draft.error.get().is_some(),
                move || view! {
                    <div class="notice" role="alert">{icon(icons::WARNING)}<span>{text(move || draft.error.get())}</span></div>
                }.into_any(),
            )}
            <div class="captions-actions">
                // Not disabled while it works: that would take the focus away.
                <button type="submit" class="rw-button rw-button-primary" {..attr("aria-busy", move || draft.busy.get().then_some("true"))}>
                    {text(move || if draft.busy.get() { strings::CAPTIONS_ADDING } else { strings::ADD })}
                </button>
                <button type="button" class="rw-button" {..on("click", move |_: Event| cancel.run(()))}>{strings::CANCEL}</button>
            </div>
        </form>
    }
}

fn value_of(event: &Event) -> String {
    event.target().and_then(|field| property(&field, "value").as_string()).unwrap_or_default()
}
