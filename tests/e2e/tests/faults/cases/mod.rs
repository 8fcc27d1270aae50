//! The cases, a file for each protocol.

mod resumable;

use crate::case::Case;

pub fn all() -> Vec<Case> {
    resumable::cases()
}
