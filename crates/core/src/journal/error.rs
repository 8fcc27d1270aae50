//! Why an upload does not go on.

use thiserror::Error;

use crate::{
    text::bytes,
    texts::{Sentence, Value},
};

/// Why an upload that was interrupted can't go on now. Nothing of it is lost by any of these.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResumeError {
    /// The file that was chosen is not the one that was being uploaded.
    #[error("This is another file. Choose the one that was being uploaded: {name}, {}.", bytes(*.size))]
    DifferentFile {
        /// The name of the file that is wanted.
        name: String,
        /// Bytes of the file that is wanted.
        size: u64,
    },
    /// The page has no file: none was chosen, and the browser keeps none for the page.
    #[error("Choose the file again to go on: {name}.")]
    FileNeeded {
        /// The name of the file that is wanted.
        name: String,
    },
    /// The browser asked the user whether the page may read the file, and the answer was no.
    #[error("The browser does not let this page read {name}. Choose the file again to go on.")]
    NotAllowed {
        /// The name of the file.
        name: String,
    },
    /// The file was moved, changed or deleted, or its drive is gone.
    #[error("{name} can't be read where it was. Choose the file again to go on.")]
    FileUnreadable {
        /// The name of the file.
        name: String,
    },
    /// Another tab is at work on it.
    #[error("This upload is going on in another tab.")]
    RunningElsewhere,
    /// It was finished, cancelled or forgotten meanwhile.
    #[error("There is nothing left to go on with: this upload was finished or cancelled.")]
    Gone,
}

impl ResumeError {
    /// Stable: programs may match on it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DifferentFile { .. } => "different_file",
            Self::FileNeeded { .. } => "file_needed",
            Self::NotAllowed { .. } => "not_allowed",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::RunningElsewhere => "running_elsewhere",
            Self::Gone => "gone",
        }
    }

    /// The sentence with what it was made from.
    pub fn sentence(&self) -> Sentence {
        let text = |name: &str| ("name", Value::Text(name.to_owned()));
        let values = match self {
            Self::DifferentFile { name, size } => vec![text(name), ("size", Value::Bytes(*size))],
            Self::FileNeeded { name } | Self::NotAllowed { name } | Self::FileUnreadable { name } => vec![text(name)],
            Self::RunningElsewhere | Self::Gone => Vec::new(),
        };
        Sentence { english: self.to_string(), values }
    }

    /// Whether it may go on with a file that is chosen now.
    pub const fn wants_file(&self) -> bool {
        !matches!(self, Self::RunningElsewhere | Self::Gone)
    }
}
