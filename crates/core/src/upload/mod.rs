//! The upload state machine: `handle(event, now) -> effects`. It decides; the shell fetches.
//!
//! The offset moves on proof only. See [`machine::UploadMachine`].
