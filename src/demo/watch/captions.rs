//! The captions beside a video: those that there are, and adding and removing them.
//!
//! What is asked of a file that was chosen is in [`form`].

mod form;

use leptos::{html, prelude::*};
use reelway::{
    components::{
        icons,
        live::{attr, icon, memo, on, rows, text, when},
        player::track_name,
    },
    language,
};
use reelway_api::{ErrorCode, TextTrack};
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use self::form::{Draft, DraftForm};
use super::Page;
use crate::{
    confirm::{Asked, Confirm},
    session, strings,
};

/// The list of a video's captions; with buttons for those who may change it.
#[component]
pub(super) fn Captions(page: Page) -> impl IntoView {
    let id = page.video.with_untracked(|video| video.as_ref().map(|video| video.id.clone())).unwrap_or_default();
    let tracks = page.pick(|video| Some(video.playback.as_ref()?.tracks.clone()));
    let ids = memo(move || tracks.get().unwrap_or_default().into_iter().map(|track| track.id).collect::<Vec<_>>());
    let (error, note) = (RwSignal::new(None::<String>), RwSignal::new(String::new()));
    let may = session::may_manage();
    let add = NodeRef::<html::Button>::new();
    // What had the focus is gone: the next thing to do is nearby.
    let return_focus = move || {
        if let Some(button) = add.try_get_untracked().flatten() {
            let _ = button.focus();
        }
    };
    let video_id = StoredValue::new(id);
    let added = move |track: TextTrack| {
        let name = name_in_list(&track, ids.with_untracked(Vec::len));
        spawn_local(async move {
            page.retell_tracks(&video_id.get_value(), |tracks| tracks.push(track)).await;
            note.try_set(strings::captions_added(&name));
            return_focus();
        });
    };
    let draft = Draft::new(video_id.get_value(), Callback::new(added));
    let asked = RwSignal::new(None::<Asked>);
    let remove = Callback::new(move |track: String| {
        error.set(None);
        let name = tracks.with_untracked(|tracks| {
            let tracks = tracks.as_deref().unwrap_or_default();
            let found = tracks.iter().enumerate().find(|(_, known)| known.id == track);
            found.map(|(index, track)| name_in_list(track, index)).unwrap_or_default()
        });
        spawn_local(async move {
            let id = video_id.get_value();
            match session::backend().remove_track(&id, &track).await {
                Err(failure) if !failure.is(ErrorCode::NotFound) => drop(error.try_set(Some(failure.to_string()))),
                _ => {
                    page.retell_tracks(&id, |tracks| tracks.retain(|known| known.id != track)).await;
                    note.try_set(strings::captions_removed(&name));
                    return_focus();
                }
            }
        });
    });
    let row = move |id: String| {
        let place = memo(move || {
            let tracks = tracks.get()?;
            tracks.into_iter().enumerate().find(|(_, track)| track.id == id)
        });
        view! { <Row place asked may /> }.into_any()
    };
    let none = move || ids.with(Vec::is_empty);
    // Whoever can't add any need not hear that there are none.
    when(
        move || may || !none(),
        move || {
            view! {
                <section class="captions" aria-labelledby="captions-title">
                    <div class="captions-head">
                        <h2 id="captions-title">{strings::CAPTIONS}</h2>
                        {may.then(|| view! {
                            <button node_ref=add type="button" class="rw-button" {..on("click", move |_: Event| draft.choose())}>
                                {icon(icons::CAPTIONS)}
                                {strings::CAPTIONS_ADD}
                            </button>
                        })}
                    </div>
                    {when(
                        move || error.get().is_some(),
                        move || view! {
                            <div class="notice" role="alert">{icon(icons::WARNING)}<span>{text(move || error.get())}</span></div>
                        }.into_any(),
                    )}
                    {when(move || none() && !draft.is_open(), || view! { <p class="captions-none">{strings::CAPTIONS_NONE}</p> }.into_any())}
                    <ul class="tracks" {..attr("hidden", none)}>{rows(move || ids.get(), row)}</ul>
                    {may.then(|| view! { <DraftForm draft left=Callback::new(move |()| return_focus()) /> })}
                    <div class="rw-spoken" role="status">{text(move || note.get())}</div>
                    <Confirm question=&strings::REMOVE_CAPTIONS asked confirmed=remove />
                </section>
            }
            .into_any()
        },
    )
}

#[component]
fn Row(
    /// The track, and where it stands.
    place: Memo<Option<(usize, TextTrack)>>,
    asked: RwSignal<Option<Asked>>,
    may: bool,
) -> impl IntoView {
    let name = move || place.with(|place| place.as_ref().map(|(index, track)| name_in_list(track, *index)));
    let facts = move || place.with(|place| place.as_ref().map(|(index, track)| facts_of(track, *index)));
    let ask = move |_: Event| {
        let about =
            place.get_untracked().map(|(index, track)| Asked { name: name_in_list(&track, index), id: track.id });
        asked.set(about);
    };
    view! {
        <li class="track">
            <span class="track-text">
                <span class="track-name" dir="auto">{text(name)}</span>
                <span class="track-facts">{text(facts)}</span>
            </span>
            {may.then(|| view! {
                <button
                    type="button"
                    title=strings::REMOVE
                    class="rw-button rw-button-quiet"
                    {..attr("aria-label", move || strings::action(strings::REMOVE, &name().unwrap_or_default()))}
                    {..on("click", ask)}
                >
                    {icon(icons::TRASH)}
                </button>
            })}
        </li>
    }
}

/// As the player's menu has it.
fn name_in_list(track: &TextTrack, index: usize) -> String {
    track_name(track.label.clone(), &track.language, index)
}

/// Language and kind. A language that the track is named by is told by its tag.
fn facts_of(track: &TextTrack, index: usize) -> String {
    let tag = track.language.as_str();
    let named = Some(tag).filter(|tag| !tag.is_empty()).and_then(language::name);
    let told = named.filter(|named| *named != name_in_list(track, index)).unwrap_or_else(|| tag.to_owned());
    let facts = [told, strings::kind(track.kind).to_owned()];
    facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · ")
}
