//! `/v/{id}`: one video. What is said of it is in [`details`], its captions are in [`captions`].

mod captions;
mod details;

use leptos::prelude::*;
use reelway::components::live::{attr, effect, memo, on, part, prop, text, when};
use reelway::{
    Readiness,
    components::{
        Player, icons,
        live::{icon, live_icon},
        player::{PlayerHandle, told_tracks},
        uploader::Uploads,
    },
    player::{
        engine::Source,
        prefetch::{Aim, prefetch},
        token::Refresh,
    },
};
use reelway_api::{TextTrack, UpdateVideo, Video, VideoStatus};
use reelway_core::readiness::absorb;
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use self::{captions::Captions, details::Details};
use crate::{
    confirm::{Asked, Confirm},
    library::is_missing,
    providers::Providers,
    router::Router,
    session, set_title, strings,
};

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
            let answer = session::backend().get(&id).await;
            if page.missing.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(video) => {
                    if let Some(playback) = &video.playback {
                        prefetch(&playback.hls, Aim::default());
                    }
                    let readiness = Readiness::with_backend(session::backend(), video.clone(), move |video| {
                        page.take(video.clone())
                    });
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
            match session::backend().update(&id, &update).await {
                Ok(video) => {
                    page.take(video);
                    done();
                }
                Err(error) => page.error.set(Some(error.to_string())),
            }
        });
    }

    /// Shows other tracks: as the server tells of them with fresh URLs, or as `change` does it if it does not answer.
    async fn retell_tracks(&self, id: &str, change: impl FnOnce(&mut Vec<TextTrack>)) {
        let fresh = session::backend().playback(id).await;
        self.video.try_update(|video| {
            let Some(playback) = video.as_mut().and_then(|video| video.playback.as_mut()) else { return };
            match fresh {
                Ok(fresh) => *playback = fresh,
                Err(_) => change(&mut playback.tracks),
            }
        });
    }

    fn pick<T: PartialEq + Send + Sync + 'static>(&self, pick: fn(&Video) -> Option<T>) -> Memo<Option<T>> {
        let video = self.video;
        memo(move || video.with(|video| video.as_ref().and_then(pick)))
    }
}

#[component]
pub fn Watch(
    id: String,
    router: Router,
    /// The files of this tab: one of them may be this video.
    uploads: Uploads,
    providers: Providers,
) -> impl IntoView {
    let page = Page::open(id.clone());
    providers.load();
    let title = page.pick(|video| Some(video.title.clone()));
    effect(move || set_title(&title.get().unwrap_or_default()));
    let status = page.pick(|video| Some(video.status));
    let asked = RwSignal::new(None);
    let delete = Callback::new(move |id: String| {
        spawn_local(async move {
            match session::backend().delete(&id).await {
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
        (false, Some(VideoStatus::Ready)) => view! { <Ready page asked uploads providers /> }.into_any(),
        (false, Some(_)) => view! { <Unready page asked providers /> }.into_any(),
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
        <Confirm question=&strings::DELETE_VIDEO asked confirmed=delete />
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
fn Ready(page: Page, asked: RwSignal<Option<Asked>>, uploads: Uploads, providers: Providers) -> impl IntoView {
    let handle = PlayerHandle::new();
    let hls = page.pick(|video| Some(video.playback.as_ref()?.hls.clone()));
    let size = page.pick(|video| video.width.zip(video.height));
    let title = page.pick(|video| Some(video.title.clone()));
    let told = page.pick(|video| Some(video.playback.as_ref()?.tracks.clone()));
    let tracks = told_tracks(handle, move || told.get().unwrap_or_default());
    let id = page.video.with_untracked(|video| video.as_ref().map(|video| video.id.clone())).unwrap_or_default();
    // What was uploaded here has pictures already, while the poster is on its way.
    let placeholder = uploads.of_video(&id).and_then(|item| item.filmstrip.hint());
    let video_id = Some(id.clone());
    let refresh = Refresh::of_video(session::backend(), id, move |fresh| {
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
            placeholder=Signal::stored(placeholder)
            storyboard_src=page.pick(|video| video.playback.as_ref()?.storyboard.clone())
            size
            tracks
            expires_at=page.pick(|video| video.playback.as_ref()?.expires_at)
            refresh=Some(refresh)
            // Its URL may carry tokens, and moves with the server: this does not.
            video_id
            video_title=Signal::derive(move || title.get().unwrap_or_default())
            handle=Some(handle)
        />
        <Details page asked providers handle=Some(handle) />
        <Captions page />
    }
}

/// A video that does not play yet, or never will.
#[component]
fn Unready(page: Page, asked: RwSignal<Option<Asked>>, providers: Providers) -> impl IntoView {
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
        <Details page asked providers handle=None />
    }
}
