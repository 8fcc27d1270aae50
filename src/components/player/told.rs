//! The text tracks that a server tells of, for a player.

use leptos::prelude::*;
use reelway_api::TextTrack;
use reelway_core::tracks::changed;

use super::{PlayerHandle, Track};
use crate::components::live::{effect, memo};

/// The tracks for the player of this handle. `told` is what the server tells, whose URLs may change with each token: while
/// somebody reads captions, they stay.
pub fn told_tracks(
    handle: PlayerHandle,
    told: impl Fn() -> Vec<TextTrack> + Send + Sync + 'static,
) -> Signal<Vec<Track>> {
    let (told, shown) = (memo(told), RwSignal::new(Vec::new()));
    effect(move || {
        let told = told.get();
        let read = handle.caption_shown.try_get_untracked().is_some_and(|shown| shown >= 0);
        if let Some(next) = shown.with_untracked(|shown: &Vec<TextTrack>| changed(shown, &told, read)) {
            shown.set(next);
        }
    });
    Signal::derive(move || shown.get().into_iter().map(Track::from).collect())
}
