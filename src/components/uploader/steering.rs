//! What a page does with the files, of one or of all of them.

use reelway_core::checks::Checks;

use super::{
    items::{Action, Item},
    queue::Uploads,
    state::Stage,
};
use crate::UploadOptions;

impl Uploads {
    /// Does what a program asks for, with the file of this key or, without one, with all: of [`Action`], pausing, going
    /// on, ending and trying again. What has arrived is not ended, but taken off the list by its key.
    pub fn steer(&self, action: Action, key: Option<u32>) {
        match (key.map(|key| self.get(key)), action) {
            (Some(None), _) => {}
            (Some(Some(item)), Action::Cancel) if item.stage().has_arrived() => self.act(&item, Action::Dismiss),
            (Some(Some(item)), action) => self.act(&item, action),
            (None, Action::Pause) => self.pause_all(),
            (None, Action::Resume) => self.resume_all(),
            (None, Action::Cancel) => self.act_on(action, |stage| !stage.has_arrived()),
            (None, Action::Retry) => {
                self.act_on(action, |stage| matches!(stage, Stage::Waiting { .. } | Stage::Failed { retriable: true }))
            }
            (None, _) => {}
        }
    }

    fn act_on(&self, action: Action, which: impl Fn(&Stage) -> bool) {
        self.list().iter().filter(|item| which(&item.stage())).for_each(|item| self.act(item, action));
    }

    /// The files, first chosen first, as they are now.
    pub fn list(&self) -> Vec<Item> {
        self.items.get_untracked()
    }

    /// Holds back a file that was not begun, until it is gone on with.
    pub(super) fn hold_back(&self, item: &Item) {
        if matches!(item.stage(), Stage::Checking | Stage::Queued) {
            self.move_to(item, Stage::Paused);
        }
    }

    /// Begins with a file that was held back.
    pub(super) fn let_go(&self, item: &Item) {
        if item.stage() == Stage::Paused {
            self.start(item);
        }
    }

    /// Takes files by these limits from here on. Where they say nothing, those of [`narrow`](Self::narrow) hold.
    pub fn limit(&self, limits: Checks) {
        self.limits.try_set_value(limits);
    }

    pub(super) fn checks_now(&self) -> Checks {
        self.checks.with_value(|checks| self.limits.get_value().or(checks))
    }

    /// Files that begin from now on go where these options say. If that is another place, what was interrupted on the
    /// way there is looked for.
    pub fn change_options(&self, change: impl FnOnce(&mut UploadOptions)) {
        let before = self.options.with_value(|options| options.target.clone());
        self.options.update_value(change);
        if self.looked.get_value() && self.options.with_value(|options| options.target != before) {
            self.looked.set_value(false);
            self.interrupted.set(Vec::new());
            self.look_for_interrupted();
        }
    }

    /// Follows what was interrupted: whatever reads this runs again when the list of it has changed.
    pub fn interrupted_count(&self) -> usize {
        self.interrupted.with(Vec::len)
    }
}
