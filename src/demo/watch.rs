//! `/v/{id}`: one video.

use leptos::{html, prelude::*};
use reelway::components::live::{attr, effect, either, memo, on, part, prop, text, when};
use reelway::{
    Backend, Readiness,
    components::{
        Player, icons,
        live::{icon, live_icon},
        player::PlayerHandle,
    },
    dom::{page_url, window},
    player::{
        engine::Source,
        prefetch::{Aim, prefetch},
        token::Refresh,
    },
    timer::Timer,
};
use reelway_api::{UpdateVideo, Video, VideoStatus};
use reelway_core::{
    readiness::absorb,
    text::{bytes, clock},
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, KeyboardEvent, SubmitEvent};

use crate::{confirm::ConfirmDelete, library::is_missing, router::Router, set_title, strings};

/// Milliseconds that "Copied" stays.
const NOTE: f64 = 2_000.0;

/// What is known of the video.
#[derive(Clone, Copy)]
struct Page {
    video: RwSignal<Option<Video>>,
    missing: RwSignal<bool>,
    error: RwSignal<Option<String>>,
    readiness: StoredValue<Option<Readiness>, LocalStorage>,
}

impl Page {
    fn open(id: String) -> Self {
        let page = Self {
            video: RwSignal::new(None),
            missing: RwSignal::new(false),
            error: RwSignal::new(None),
            readiness: StoredValue::new_local(None),
        };
        page.load(id);
        page
    }

    fn load(&self, id: String) {
        let page = *self;
        page.error.set(None);
        spawn_local(async move {
            let answer = Backend::default().get(&id).await;
            if page.missing.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(video) => {
                    if let Some(playback) = &video.playback {
                        prefetch(&playback.hls, Aim::default());
                    }
                    let readiness = Readiness::watch("", video.clone(), move |video| page.take(video.clone()));
                    page.readiness.set_value(Some(readiness));
                    page.take(video);
                }
                Err(error) if is_missing(&error) => page.missing.set(true),
                Err(error) => page.error.set(Some(error.to_string())),
            }
        });
    }

    fn take(&self, report: Video) {
        self.video.update(|video| match video {
            Some(known) => drop(absorb(known, report)),
            None => *video = Some(report),
        });
    }

    fn update(&self, update: UpdateVideo, done: impl FnOnce() + 'static) {
        let page = *self;
        let Some(id) = self.video.with_untracked(|video| video.as_ref().map(|video| video.id.clone())) else { return };
        page.error.set(None);
        spawn_local(async move {
            match Backend::default().update(&id, &update).await {
                Ok(video) => {
                    page.take(video);
                    done();
                }
                Err(error) => page.error.set(Some(error.to_string())),
            }
        });
    }

    fn pick<T: PartialEq + Send + Sync + 'static>(&self, pick: fn(&Video) -> Option<T>) -> Memo<Option<T>> {
        let video = self.video;
        memo(move || video.with(|video| video.as_ref().and_then(pick)))
    }
}

#[component]
pub fn Watch(id: String, router: Router) -> impl IntoView {
    let page = Page::open(id.clone());
    let title = page.pick(|video| Some(video.title.clone()));
    effect(move || set_title(&title.get().unwrap_or_default()));
    let status = page.pick(|video| Some(video.status));
    let asked = RwSignal::new(None);
    let delete = Callback::new(move |id: String| {
        spawn_local(async move {
            match Backend::default().delete(&id).await {
                Ok(()) => router.go("/"),
                Err(error) if is_missing(&error) => router.go("/"),
                Err(error) => page.error.set(Some(error.to_string())),
            }
        });
    });
    let id = StoredValue::new(id);
    let stage = move || match (page.missing.get(), status.get()) {
        (true, _) => view! { <NotFound /> }.into_any(),
        (false, None) => view! { <div class="stage stage-blank" aria-busy="true"></div> }.into_any(),
        (false, Some(VideoStatus::Ready)) => view! { <Ready page asked /> }.into_any(),
        (false, Some(_)) => view! { <Unready page asked /> }.into_any(),
    };
    view! {
        {when(
            move || page.error.get().is_some(),
            move || view! {
                <div class="notice" role="alert">
                    {icon(icons::WARNING)}
                    <span>{text(move || page.error.get())}</span>
                    {when(
                        move || page.video.with(Option::is_none),
                        move || view! {
                            <button
                                type="button"
                                class="rw-button"
                                {..on("click", move |_: Event| page.load(id.get_value()))}
                            >
                                {strings::RETRY}
                            </button>
                        }.into_any(),
                    )}
                </div>
            }.into_any(),
        )}
        <article class="watch">{part(stage)}</article>
        <ConfirmDelete asked confirmed=delete />
    }
}

/// No such video, no such page.
#[component]
pub fn NotFound() -> impl IntoView {
    set_title(strings::NOT_FOUND_TITLE);
    view! {
        <div class="empty empty-page">
            <span class="empty-code">"404"</span>
            <h1>{strings::NOT_FOUND_TITLE}</h1>
            <span>{strings::NOT_FOUND_TEXT}</span>
            <a class="rw-button rw-button-primary" href="/">{strings::BACK}</a>
        </div>
    }
}

/// The player, and what can be done with the video.
#[component]
fn Ready(page: Page, asked: RwSignal<Option<Video>>) -> impl IntoView {
    let handle = PlayerHandle::new();
    let hls = page.pick(|video| Some(video.playback.as_ref()?.hls.clone()));
    let size = page.pick(|video| video.width.zip(video.height));
    let title = page.pick(|video| Some(video.title.clone()));
    let id = page.video.with_untracked(|video| video.as_ref().map(|video| video.id.clone())).unwrap_or_default();
    let refresh = Refresh::of_video(Backend::default(), id, move |fresh| {
        page.video.try_update(|video| {
            if let Some(video) = video {
                video.playback = Some(fresh.clone());
            }
        });
    });
    view! {
        <Player
            src=Signal::derive_local(move || hls.get().map(Source::Hls))
            poster=page.pick(|video| video.playback.as_ref()?.poster.clone())
            storyboard_src=page.pick(|video| video.playback.as_ref()?.storyboard.clone())
            size
            expires_at=page.pick(|video| video.playback.as_ref()?.expires_at)
            refresh=Some(refresh)
            video_title=Signal::derive(move || title.get().unwrap_or_default())
            handle=Some(handle)
        />
        <Details page asked handle=Some(handle) />
    }
}

/// A video that does not play yet, or never will.
#[component]
fn Unready(page: Page, asked: RwSignal<Option<Video>>) -> impl IntoView {
    let status = page.pick(|video| Some(video.status));
    let reason = page.pick(|video| video.error.as_ref().map(|error| error.message.clone()));
    let words = move || match status.get() {
        Some(VideoStatus::Failed) => {
            (strings::FAILED_TITLE, reason.get().unwrap_or_else(|| strings::FAILED_TEXT.to_owned()))
        }
        Some(VideoStatus::Processing) => (strings::PROCESSING_TITLE, strings::PROCESSING_TEXT.to_owned()),
        Some(VideoStatus::AwaitingUpload | VideoStatus::Uploading) => {
            (strings::UPLOADING_TITLE, strings::UPLOADING_TEXT.to_owned())
        }
        _ => (strings::GONE_TITLE, strings::GONE_TEXT.to_owned()),
    };
    let is = move |wanted: VideoStatus| status.get() == Some(wanted);
    let shown_icon = move || if is(VideoStatus::Processing) { icons::FILM } else { icons::WARNING };
    let shown = move || page.video.with(|video| video.as_ref().and_then(|video| video.percent)).unwrap_or_default();
    view! {
        <div class="stage" {..attr("data-status", move || is(VideoStatus::Failed).then_some("failed"))}>
            {live_icon(shown_icon)}
            <h2>{text(move || words().0)}</h2>
            <p role="status">{text(move || words().1)}</p>
            {when(
                move || is(VideoStatus::Processing),
                move || view! {
                    <div
                        class="stage-bar"
                        role="progressbar"
                        aria-label=strings::PROCESSING_TITLE
                        aria-valuemin="0"
                        aria-valuemax="100"
                        {..attr("aria-valuenow", move || shown().to_string())}
                    >
                        <div {..prop("style", move || format!("inline-size:{}%", shown()))}></div>
                    </div>
                    <span class="stage-percent">{text(move || format!("{} %", shown()))}</span>
                }.into_any(),
            )}
        </div>
        <Details page asked handle=None />
    }
}

/// Title, facts, actions.
#[component]
fn Details(
    page: Page,
    asked: RwSignal<Option<Video>>,
    /// Of the player, if there is one.
    handle: Option<PlayerHandle>,
) -> impl IntoView {
    let facts = move || page.video.with(|video| video.as_ref().map(facts_of).unwrap_or_default());
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
    let ask = move |_: Event| asked.set(page.video.get_untracked());
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
                {handle.map(|_| view! {
                    <button type="button" title=strings::SET_POSTER_HINT class="rw-button" {..on("click", set_poster)}>
                        {icon(icons::IMAGE)}
                        {strings::SET_POSTER}
                    </button>
                })}
                <button type="button" class="rw-button rw-button-danger" {..on("click", ask)}>
                    {icon(icons::TRASH)}
                    {strings::DELETE}
                </button>
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

fn facts_of(video: &Video) -> Vec<String> {
    let size = video.width.zip(video.height).map(|(width, height)| format!("{width} × {height}"));
    let facts = [
        video.duration.map(clock),
        size,
        video.size.map(bytes),
        Some(strings::ago(video.created_at)),
        Some(video.provider.clone()),
    ];
    facts.into_iter().flatten().collect()
}
