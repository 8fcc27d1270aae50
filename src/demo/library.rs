//! The list of earlier videos.

use leptos::prelude::*;
use reelway::components::live::{attr, memo, on, part, rows, text, when};
use reelway::{
    BackendError, Readiness,
    components::{icons, live::icon, uploader::Uploads},
};
use reelway_api::{Video, VideoStatus};
use reelway_core::{
    readiness::{absorb, is_settled},
    text::{bytes, clock},
};
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use crate::{
    confirm::{Asked, Confirm},
    providers::Providers,
    router::watch_url,
    session, strings,
};

/// The videos that have been fetched, newest first, and what keeps them fresh.
#[derive(Clone, Copy)]
struct Shelf {
    videos: RwSignal<Vec<Video>>,
    next: RwSignal<Option<String>>,
    loading: RwSignal<bool>,
    error: RwSignal<Option<String>>,
    watches: StoredValue<Vec<(String, Readiness)>, LocalStorage>,
}

impl Shelf {
    fn new() -> Self {
        Self {
            videos: RwSignal::default(),
            next: RwSignal::new(None),
            loading: RwSignal::new(true),
            error: RwSignal::new(None),
            watches: StoredValue::new_local(Vec::new()),
        }
    }

    /// Fetches the first page, or the next one.
    fn load(&self, cursor: Option<String>) {
        let shelf = *self;
        shelf.loading.set(true);
        shelf.error.set(None);
        spawn_local(async move {
            let page = session::backend().list(cursor.as_deref()).await;
            // The user may have gone to another page by now.
            if shelf.loading.try_get_untracked().is_none() {
                return;
            }
            shelf.loading.set(false);
            match page {
                Ok(page) => {
                    shelf.next.set(page.next_cursor);
                    shelf.take(page.videos);
                }
                Err(error) => shelf.error.set(Some(error.to_string())),
            }
        });
    }

    fn take(&self, page: Vec<Video>) {
        let shelf = *self;
        for video in &page {
            let watched = self.watches.with_value(|watches| watches.iter().any(|(id, _)| *id == video.id));
            if !is_settled(video) && !watched {
                let readiness = Readiness::with_backend(session::backend(), video.clone(), move |video| {
                    shelf.take(vec![video.clone()])
                });
                self.watches.update_value(|watches| watches.push((video.id.clone(), readiness)));
            }
        }
        self.videos.update(|videos| {
            for video in page {
                match videos.iter_mut().find(|known| known.id == video.id) {
                    Some(known) => drop(absorb(known, video)),
                    None => videos.push(video),
                }
            }
            videos.sort_unstable_by_key(|video| std::cmp::Reverse(video.created_at));
        });
    }

    fn remove(&self, id: &str) {
        self.videos.update(|videos| videos.retain(|video| video.id != id));
        self.watches.update_value(|watches| watches.retain(|(watched, _)| watched != id));
    }

    fn delete(&self, id: String) {
        let shelf = *self;
        spawn_local(async move {
            match session::backend().delete(&id).await {
                Ok(()) => shelf.remove(&id),
                Err(error) if error.is(reelway_api::ErrorCode::NotFound) => shelf.remove(&id),
                Err(error) => shelf.error.set(Some(error.to_string())),
            }
        });
    }
}

/// The list.
#[component]
pub fn Library(
    /// What is on its way is shown there, not here.
    uploads: Uploads,
    providers: Providers,
) -> impl IntoView {
    let shelf = Shelf::new();
    // Again when a file is on its way no more: its video has come to stay.
    Effect::new(move |before: Option<Vec<String>>| {
        let ids = uploads.video_ids();
        // Another one may have begun in the same moment: their number says nothing.
        if before.is_none_or(|before| before.iter().any(|id| !ids.contains(id))) {
            shelf.load(None);
        }
        ids
    });
    let asked = RwSignal::new(None);
    let ids = memo(move || {
        let on_their_way = uploads.video_ids();
        let shown = |video: &&Video| {
            !matches!(video.status, VideoStatus::Cancelled | VideoStatus::Expired) && !on_their_way.contains(&video.id)
        };
        shelf.videos.with(|videos| videos.iter().filter(shown).map(|video| video.id.clone()).collect::<Vec<_>>())
    });
    let empty = move || ids.get().is_empty();
    let card = move |id: String| {
        let video = memo(move || shelf.videos.with(|videos| videos.iter().find(|video| video.id == id).cloned()));
        view! { <Card video asked providers /> }.into_any()
    };
    view! {
        <section class="library" aria-labelledby="library-title">
            <h2 id="library-title">{strings::LIBRARY}</h2>
            {when(
                move || shelf.error.get().is_some(),
                move || view! {
                    <div class="notice" role="alert">
                        {icon(icons::WARNING)}
                        <span>{text(move || shelf.error.get())}</span>
                        <button type="button" class="rw-button" {..on("click", move |_: Event| shelf.load(None))}>{strings::RETRY}</button>
                    </div>
                }.into_any(),
            )}
            {when(
                move || empty() && !shelf.loading.get() && shelf.error.get().is_none(),
                move || view! {
                    <div class="empty">
                        {icon(icons::FILM)}
                        <strong>{strings::EMPTY_TITLE}</strong>
                        <span>{strings::EMPTY_TEXT}</span>
                    </div>
                }.into_any(),
            )}
            <ul class="cards">
                {rows(move || ids.get(), card)}
            </ul>
            {when(
                move || shelf.next.get().is_some(),
                move || view! {
                    <button
                        type="button"
                        class="rw-button load-more"
                        {..attr("disabled", move || shelf.loading.get())}
                        {..on("click", move |_: Event| shelf.load(shelf.next.get_untracked()))}
                    >
                        {text(move || if shelf.loading.get() { strings::LOADING } else { strings::LOAD_MORE })}
                    </button>
                }.into_any(),
            )}
            <Confirm question=&strings::DELETE_VIDEO asked confirmed=Callback::new(move |id| shelf.delete(id)) />
        </section>
    }
}

#[component]
fn Card(video: Memo<Option<Video>>, asked: RwSignal<Option<Asked>>, providers: Providers) -> impl IntoView {
    let of = move |pick: fn(&Video) -> String| move || video.with(|video| video.as_ref().map(pick).unwrap_or_default());
    let poster = memo(move || video.with(|video| video.as_ref()?.playback.as_ref()?.poster.clone()));
    let status = move || video.with(|video| video.as_ref().map(|video| video.status));
    let failed = move || status() == Some(VideoStatus::Failed);
    let badge = move || video.with(|video| video.as_ref().and_then(strings::badge));
    let duration = move || video.with(|video| video.as_ref()?.duration.map(clock));
    // Where there is one provider only, it goes without saying.
    let provider = move || {
        let name = video.with(|video| video.as_ref().map(|video| video.provider.clone()))?;
        providers.shown(&name).filter(|shown| providers.several() || *shown == name)
    };
    let facts = move || {
        let (at, size) = video.with(|video| video.as_ref().map(|video| (video.created_at, video.size)))?;
        let facts = [Some(strings::ago(at)), size.map(bytes), provider()];
        Some(facts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    };
    let reason = move || video.with(|video| Some(video.as_ref()?.error.as_ref()?.message.clone()));
    let ask = move |_: Event| asked.set(video.get_untracked().map(Asked::from));
    // Whoever may upload may give an upload up.
    let may_delete =
        move || session::may_manage() || matches!(status(), Some(VideoStatus::AwaitingUpload | VideoStatus::Uploading));
    let title = of(|video| video.title.clone());
    view! {
        <li class="card" {..attr("data-failed", failed)}>
            <a class="card-link" {..attr("href", of(|video| watch_url(&video.id)))}>
                <span class="card-picture">
                    {icon(icons::FILM)}
                    {part(move || poster.get().map(|url| view! { <img src=url alt="" loading="lazy" decoding="async" /> }.into_any()).into_any())}
                    {part(move || badge().map(|badge| view! { <span class="badge">{badge}</span> }.into_any()).into_any())}
                    {part(move || duration().map(|duration| view! { <span class="chip">{duration}</span> }.into_any()).into_any())}
                    <span class="card-play">{icon(icons::PLAY)}</span>
                </span>
                <span class="card-title" dir="auto">{text(title)}</span>
            </a>
            <div class="card-foot">
                <span class="card-facts">{text(move || reason().or_else(facts))}</span>
                {when(may_delete, move || view! {
                    <button
                        type="button"
                        title=strings::DELETE
                        class="rw-button rw-button-quiet card-delete"
                        {..attr("aria-label", of(|video| strings::action(strings::DELETE, &video.title)))}
                        {..on("click", ask)}
                    >
                        {icon(icons::TRASH)}
                    </button>
                }.into_any())}
            </div>
        </li>
    }
}

/// Whether there is no such video.
pub fn is_missing(error: &BackendError) -> bool {
    error.is(reelway_api::ErrorCode::NotFound)
}
