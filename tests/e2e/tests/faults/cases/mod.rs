//! The cases, a file for each protocol or two.

mod oci_and_put;
mod resumable;
mod s3;
mod tus;

use crate::case::Case;

pub fn all() -> Vec<Case> {
    [resumable::cases(), tus::cases(), s3::cases(), oci_and_put::cases()].into_iter().flatten().collect()
}
