//! What the user and the clock do.

use super::{Asked, Running, Standing, Target, UploadMachine};
use crate::upload::{Effect, UploadError, log::What, protocol::Step};

impl UploadMachine {
    /// Starts, resumes, or tries again after a failure.
    pub(super) fn activate(&mut self, word: &'static str) {
        self.note(What::Event(word));
        if matches!(self.standing, Standing::Failed(UploadError::FileUnreadable)) {
            // The file may be another handle to the same bytes.
            self.body.begin_again();
        }
        self.standing = Standing::Active;
        self.retry.headway();
        self.wait = None;
        self.proceed();
    }

    pub(super) fn pause(&mut self) {
        self.note(What::Event("pause"));
        self.standing = Standing::Paused;
        self.stop();
    }

    pub(super) fn cancel(&mut self) {
        if std::mem::replace(&mut self.standing, Standing::Cancelled) == Standing::Cancelled {
            return;
        }
        self.note(What::Event("cancel"));
        self.stop();
        if let Some(Target { target, protocol, books, .. }) = &self.target {
            for url in books.urls() {
                self.effects.extend(protocol.farewell(target, &url).map(Effect::Farewell));
            }
        }
        if self.had_target {
            self.effects.push(Effect::Discard);
        }
    }

    /// Aborts what runs, but for the wait for a target: the back end may have made the video by now.
    pub(super) fn stop(&mut self) {
        self.abort_all();
        self.wait = None;
    }

    pub(super) fn abort_all(&mut self) {
        for Running { id, step, .. } in std::mem::take(&mut self.running) {
            self.effects.push(Effect::Abort(id));
            self.lose(&step);
        }
    }

    /// Nobody will say what became of a step.
    pub(super) fn lose(&mut self, step: &Step) {
        if let Some(target) = &mut self.target {
            target.books.lost(step);
        }
    }

    pub(super) fn cut_wait_short(&mut self, even_if_firm: bool) {
        if self.wait.is_some_and(|wait| even_if_firm || !wait.firm) {
            self.wait = None;
            self.proceed();
        }
    }

    /// The clock jumped: whatever was on its way is lost, though no one will say so.
    pub(super) fn wake(&mut self) {
        self.note(What::Event("wake"));
        if self.running.is_empty() {
            return self.tick();
        }
        self.stop();
        self.proceed();
    }

    pub(super) fn tick(&mut self) {
        if self.wait.is_some_and(|wait| self.now >= wait.until) {
            self.wait = None;
            self.proceed();
        }
        if let Some(Asked { id, .. }) = self.asked.take_if(|asked| self.now >= asked.deadline) {
            self.effects.push(Effect::Abort(id));
            self.stumble(UploadError::Stalled, None);
        }
        let mut late = false;
        while let Some(index) = self.running.iter().position(|running| self.now >= running.deadline) {
            let Running { id, step, .. } = self.running.remove(index);
            self.effects.push(Effect::Abort(id));
            self.unanswered(&step, true);
            late = true;
        }
        if late {
            self.stumble(UploadError::Stalled, None);
        }
    }
}
