//! The text tracks that a server tells of, for a player.

use reelway_api::TextTrack;
use reelway_core::tracks::changed;

use super::{PlayerHandle, Track};
use crate::components::signals::*;

/// The tracks for the player of this handle. `told` is what the server tells, whose URLs may change with each token: while
/// somebody reads captions, they stay.
pub(in crate::components) fn tracks(
    handle: PlayerHandle,
    told: impl Fn() -> Vec<TextTrack> + 'static,
) -> Signal<Vec<Track>> {
    let (told, shown) = (memo(told), RwSignal::new(Vec::new()));
    effect(move || {
        let told = told.get();
        if let Some(next) = shown.with_untracked(|shown| changed(shown, &told, reads(handle))) {
            shown.set(next);
        }
    });
    Signal::derive(move || shown.get().into_iter().map(Track::from).collect())
}

/// Whether somebody reads captions.
pub(super) fn reads(handle: PlayerHandle) -> bool {
    handle.caption_shown.try_get_untracked().is_some_and(|shown| shown >= 0)
}
