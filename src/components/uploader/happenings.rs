//! What becomes of the files, for a page that wants to know.

use std::{ops::Range, rc::Rc};

use reelway_api::Playback;
use reelway_core::upload::Progress;

use super::{
    items::Item,
    queue::Uploads,
    state::{ItemState, Stage},
};

/// Something that has become of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Its upload has begun, or goes on after an interruption.
    Started,
    /// These bytes are on their way, again or for the first time.
    Attempt(Range<u64>),
    /// The provider has said that it holds these bytes too.
    Stored(Range<u64>),
    /// It is so far now.
    Progress(Progress),
    /// It is at another stage.
    Stage(Stage),
    /// There is no network any more.
    Offline,
    /// There is one again.
    Online,
    /// Every byte is at the provider.
    Arrived,
    /// The video can be played.
    Playable(Box<Playback>),
    /// It does not go on by itself.
    Failed {
        /// Stable: programs may match on it.
        code: &'static str,
        /// A sentence.
        message: String,
        /// Whether the same file may go through if it is tried again.
        retriable: bool,
    },
    /// Its row is gone.
    Removed,
}

pub(super) type Listen = Rc<dyn Fn(&Item, Happening)>;

/// What has happened between two states, in this order.
pub(super) fn between(before: &ItemState, now: &ItemState) -> Vec<Happening> {
    let mut happened = Vec::new();
    let (held, holds) = (before.progress.acknowledged, now.progress.acknowledged);
    if holds > held {
        happened.push(Happening::Stored(held..holds));
    }
    if before.progress != now.progress {
        happened.push(Happening::Progress(now.progress));
    }
    let moved = before.stage.name() != now.stage.name();
    if moved {
        happened.push(Happening::Stage(now.stage.clone()));
        match (&before.stage, &now.stage) {
            (_, Stage::Offline) => happened.push(Happening::Offline),
            (Stage::Offline, _) => happened.push(Happening::Online),
            _ => {}
        }
        if now.stage.has_arrived() && !before.stage.has_arrived() {
            happened.push(Happening::Arrived);
        }
    }
    if let Stage::Failed { retriable } = now.stage
        && (moved || before.code != now.code)
    {
        // Whoever tells of it knows the language.
        let (code, message) = (now.code.unwrap_or("unknown"), String::new());
        happened.push(Happening::Failed { code, message, retriable });
    }
    happened
}

impl Uploads {
    /// Calls `listen` with all that becomes of the files. One listener: a later one takes the place of an earlier one.
    pub fn on_happening(&self, listen: impl Fn(&Item, Happening) + 'static) {
        self.listener.set_value(Some(Rc::new(listen)));
    }

    pub(super) fn tell(&self, item: &Item, happening: Happening) {
        // It may do anything to the files, and so is not called while they are borrowed.
        if let Some(listen) = self.listener.try_get_value().flatten() {
            listen(item, happening);
        }
    }

    /// A file is in another state now.
    pub(super) fn show(&self, item: &Item, state: ItemState) {
        let happened = item.state.with_untracked(|before| between(before, &state));
        let sentence = state.message.clone();
        item.state.set(state);
        for mut happening in happened {
            if let (Happening::Failed { code, message, .. }, Some(sentence)) = (&mut happening, &sentence) {
                *message = self.texts.sentence(code, sentence);
            }
            self.tell(item, happening);
        }
    }

    /// A file is at another stage now, and all else is as it was.
    pub(super) fn move_to(&self, item: &Item, stage: Stage) {
        let state = item.state.get_untracked();
        self.show(item, ItemState { stage, ..state });
    }

    /// Tells once that the video of a file can be played.
    pub(super) fn tell_if_playable(&self, item: &Item) {
        if item.stage() != Stage::Ready || item.running.borrow().told_playable {
            return;
        }
        let playback = item.video.with_untracked(|video| video.as_ref().and_then(|video| video.playback.clone()));
        if let Some(playback) = playback {
            item.running.borrow_mut().told_playable = true;
            self.tell(item, Happening::Playable(Box::new(playback)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(stage: Stage, acknowledged: u64) -> ItemState {
        let queued = ItemState::queued(1_000);
        let progress = Progress { acknowledged, ..queued.progress };
        ItemState { stage, progress, ..queued }
    }

    #[test]
    fn an_upload_tells_of_bytes_before_it_tells_of_the_end() {
        let now = state(Stage::Processing, 1_000);

        let happened = between(&state(Stage::Finalising, 600), &now);

        let expected = [
            Happening::Stored(600..1_000),
            Happening::Progress(now.progress),
            Happening::Stage(Stage::Processing),
            Happening::Arrived,
        ];
        assert_eq!(happened, expected);
        assert_eq!(between(&now, &state(Stage::Ready, 1_000)), [Happening::Stage(Stage::Ready)], "it arrives once");
        assert_eq!(between(&now, &now), []);
    }

    #[test]
    fn the_network_goes_and_comes() {
        let (sending, offline) = (state(Stage::Uploading, 500), state(Stage::Offline, 500));

        assert_eq!(between(&sending, &offline), [Happening::Stage(Stage::Offline), Happening::Offline]);
        assert_eq!(between(&offline, &sending), [Happening::Stage(Stage::Uploading), Happening::Online]);
    }

    #[test]
    fn a_countdown_is_no_news() {
        let waiting = |seconds| state(Stage::Waiting { seconds }, 0);

        assert_eq!(between(&waiting(4), &waiting(3)), []);
    }

    #[test]
    fn each_reason_of_a_failure_is_told_once() {
        let failed = |code| ItemState { code: Some(code), ..state(Stage::Failed { retriable: true }, 0) };
        let told = |code| Happening::Failed { code, message: String::new(), retriable: true };

        let stage = Happening::Stage(Stage::Failed { retriable: true });
        assert_eq!(between(&state(Stage::Uploading, 0), &failed("file_unreadable")), [stage, told("file_unreadable")]);
        assert_eq!(between(&failed("file_unreadable"), &failed("file_unreadable")), []);
        assert_eq!(between(&failed("file_unreadable"), &failed("different_file")), [told("different_file")]);
    }
}
