//! What is seen of the machine from outside.

use super::{Running, Standing, Target, UploadMachine};
use crate::upload::{Memory, Phase, Snapshot, log::Log, progress::InFlight, protocol::Step};

impl UploadMachine {
    /// What a person sees.
    pub fn snapshot(&self) -> Snapshot {
        let phase = self.phase();
        let error = match &self.standing {
            Standing::Failed(error) => Some(error.clone()),
            Standing::Active if self.is_waiting() => self.trouble.clone(),
            _ => None,
        };
        Snapshot { phase, progress: self.meter.progress(phase == Phase::Uploading), error }
    }

    /// What happened so far.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// What another page needs to go on. `None` while there is nothing to go on with.
    pub fn memory(&self) -> Option<Memory> {
        let Target { target, books, .. } = self.target.as_ref()?;
        let held = self.meter.progress(false).acknowledged;
        let unfinished = !matches!(self.standing, Standing::Done | Standing::Cancelled);
        unfinished.then(|| Memory { target: target.clone(), size: self.size, held, progressed: books.memory() })
    }

    /// A wait counts as one only while nothing else moves.
    fn is_waiting(&self) -> bool {
        self.wait.is_some() && self.running.is_empty()
    }

    fn phase(&self) -> Phase {
        match (&self.standing, self.wait.filter(|_| self.is_waiting())) {
            (Standing::Done, _) => Phase::Done,
            (Standing::Failed(_), _) => Phase::Failed,
            (Standing::Cancelled, _) => Phase::Cancelled,
            (Standing::Paused, _) => Phase::Paused,
            (Standing::Active, Some(_)) if !self.online => Phase::Offline,
            (Standing::Active, Some(wait)) => Phase::Waiting { retry_at: wait.until },
            _ if !self.had_target => Phase::Starting,
            _ if self.target.as_ref().is_some_and(|target| target.books.is_full()) => Phase::Finalising,
            _ => Phase::Uploading,
        }
    }

    /// Brings up to date how much has probably left.
    pub(super) fn estimate(&mut self) {
        let Some(Target { books, .. }) = &self.target else { return };
        let mut chunks = Vec::new();
        for Running { step, since, sent, .. } in &self.running {
            if let Step::Chunk { bytes, .. } = step {
                let (len, elapsed) = (bytes.end - bytes.start, self.now - since);
                chunks.push(InFlight { len, elapsed, sent: sent.map(|(sent, _)| sent) });
            }
        }
        self.meter.in_flight(books.reached(), &chunks);
    }
}
