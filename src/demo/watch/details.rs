//! What is known of a video, and what can be done with it.

use leptos::{html, prelude::*};
use reelway::components::{
    icons,
    live::{effect, either, icon, on, part, text, when},
    player::PlayerHandle,
};
use reelway::{
    dom::{page_url, window},
    timer::Timer,
};
use reelway_api::{UpdateVideo, Video, VideoStatus};
use reelway_core::text::{bytes, clock};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, KeyboardEvent, SubmitEvent};

use super::Page;
use crate::{confirm::Asked, providers::Providers, session, strings};

/// Milliseconds that "Copied" stays.
const NOTE: f64 = 2_000.0;

/// Title, facts, actions.
#[component]
pub(super) fn Details(
    page: Page,
    asked: RwSignal<Option<Asked>>,
    providers: Providers,
    /// Of the player, if there is one.
    handle: Option<PlayerHandle>,
) -> impl IntoView {
    let facts =
        move || page.video.with(|video| video.as_ref().map(|video| facts_of(video, &providers)).unwrap_or_default());
    let may_manage = session::may_manage();
    let note = RwSignal::new(None::<String>);
    let timer = StoredValue::new_local(None::<Timer>);
    let say = move |words: &'static str| {
        note.set(Some(words.to_owned()));
        timer.try_set_value(Some(Timer::new(NOTE, move || note.set(None))));
    };
    let copy = move |_: Event| {
        let address = page_url();
        let written = window().navigator().clipboard().write_text(&address);
        spawn_local(async move {
            if JsFuture::from(written).await.is_ok() {
                say(strings::COPIED);
            }
        });
    };
    let set_poster = move |_: Event| {
        let Some(handle) = handle else { return };
        let poster_time = Some(handle.time.get_untracked());
        page.update(UpdateVideo { poster_time, ..UpdateVideo::default() }, move || say(strings::POSTER_SET));
    };
    let ask = move |_: Event| asked.set(page.video.get_untracked().map(Asked::from));
    // How far the renditions are that are made while it can be watched already.
    let more = move || {
        let percent =
            |video: &Video| video.percent.filter(|&percent| video.status == VideoStatus::Ready && percent < 100);
        page.video.with(|video| video.as_ref().and_then(percent))
    };
    view! {
        <div class="details">
            <div class="details-text">
                <Title page />
                <ul class="facts">
                    {part(move || facts().into_iter().map(|fact| view! { <li>{fact}</li> }.into_any()).collect::<Vec<_>>().into_any())}
                </ul>
                {when(
                    move || more().is_some(),
                    move || view! {
                        <p class="details-more">
                            {text(move || format!("{} · {} %", strings::MAKING_RENDITIONS, more().unwrap_or_default()))}
                        </p>
                    }.into_any(),
                )}
            </div>
            <div class="details-actions">
                <button type="button" class="rw-button" {..on("click", copy)}>{icon(icons::LINK)}{strings::COPY_LINK}</button>
                {handle.filter(|_| may_manage).map(|_| view! {
                    <button type="button" title=strings::SET_POSTER_HINT class="rw-button" {..on("click", set_poster)}>
                        {icon(icons::IMAGE)}
                        {strings::SET_POSTER}
                    </button>
                })}
                {may_manage.then(|| view! {
                    <button type="button" class="rw-button rw-button-danger" {..on("click", ask)}>
                        {icon(icons::TRASH)}
                        {strings::DELETE}
                    </button>
                })}
                <span class="details-note" role="status">
                    {part(move || note.get().map(|note| view! { {icon(icons::CHECK)}{note} }.into_any()).into_any())}
                </span>
            </div>
        </div>
    }
}

/// The title, and the field that it turns into.
#[component]
fn Title(page: Page) -> impl IntoView {
    let title = page.pick(|video| Some(video.title.clone()));
    let editing = RwSignal::new(false);
    let (input, button) = (NodeRef::<html::Input>::new(), NodeRef::<html::Button>::new());
    effect(move || {
        if let Some(input) = input.get() {
            input.set_value(&title.get_untracked().unwrap_or_default());
            input.select();
        }
    });
    // Back from the field, the focus is where it was before.
    let returning = StoredValue::new(false);
    effect(move || {
        if let Some(button) = button.get().filter(|_| returning.get_value()) {
            returning.set_value(false);
            let _ = button.focus();
        }
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let text = input.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default();
        if text.is_empty() || Some(&text) == title.get_untracked().as_ref() {
            editing.set(false);
            return;
        }
        page.update(UpdateVideo { title: Some(text), ..UpdateVideo::default() }, move || editing.set(false));
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            editing.set(false);
        }
    };
    let heading = move || {
        view! {
            <h1 class="details-title">
                <span dir="auto">{text(move || title.get())}</span>
                {session::may_manage().then(|| view! {
                    <button
                        type="button"
                        node_ref=button
                        aria-label=strings::EDIT_TITLE
                        title=strings::EDIT_TITLE
                        class="rw-button rw-button-quiet"
                        {..on("click", move |_: Event| {
                            returning.set_value(true);
                            editing.set(true);
                        })}
                    >
                        {icon(icons::PENCIL)}
                    </button>
                })}
            </h1>
        }
        .into_any()
    };
    let form = move || {
        view! {
            <form class="details-form" {..on("submit", save)}>
                <input
                    class="field"
                    node_ref=input
                    aria-label=strings::TITLE
                    maxlength="200"
                    {..on("keydown", on_key)}
                />
                <button type="submit" class="rw-button rw-button-primary">{strings::SAVE}</button>
                <button type="button" class="rw-button" {..on("click", move |_: Event| editing.set(false))}>{strings::CANCEL}</button>
            </form>
        }
        .into_any()
    };
    either(move || editing.get(), form, heading)
}

fn facts_of(video: &Video, providers: &Providers) -> Vec<String> {
    let size = video.width.zip(video.height).map(|(width, height)| format!("{width} × {height}"));
    let facts = [
        video.duration.map(clock),
        size,
        video.size.map(bytes),
        Some(strings::ago(video.created_at)),
        providers.shown(&video.provider),
    ];
    facts.into_iter().flatten().collect()
}
