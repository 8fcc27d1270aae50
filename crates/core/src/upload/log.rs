//! What happened to an upload, for whoever has to find out why it went as it did. No URL, header or file name is in it,
//! so that it can be pasted into a bug report.

use std::{collections::VecDeque, fmt::Write, ops::Range};

use reelway_api::Protocol;

use crate::{
    Millis,
    upload::{UploadError, protocol::Step},
};

/// How many entries are kept: the first ones, which tell how it began, and the latest.
const FIRST: usize = 20;
const LATEST: usize = 180;

/// A moment of an upload.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place among all entries, from 0.
    pub index: u64,
    /// When, on the machine's clock.
    pub at: Millis,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A target came.
    Target {
        /// Its protocol.
        protocol: Protocol,
        /// It replaces another.
        fresh: bool,
    },
    /// A chunk or part goes out.
    Sent {
        /// Bytes of the file.
        bytes: Range<u64>,
        /// In memory, not from the disk.
        copy: bool,
    },
    /// A chunk or part was answered with a success.
    Arrived {
        /// Bytes of the file.
        bytes: Range<u64>,
        /// Milliseconds.
        took: Millis,
        /// The HTTP status.
        status: u16,
    },
    /// A request that brings no bytes was answered.
    Answered {
        /// What it was for: `open`, `query`, `sign`, `list`, `close`.
        step: &'static str,
        /// Milliseconds.
        took: Millis,
        /// The HTTP status.
        status: u16,
    },
    /// Something went wrong.
    Trouble {
        /// The error's stable code.
        code: &'static str,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// Milliseconds until the next attempt. `None`: there is none.
        wait: Option<Millis>,
    },
    /// Something else, in a word: `start`, `pause`, `resume`, `cancel`, `retry`, `online`, `offline`, `wake`, `restore`,
    /// `done`.
    Event(&'static str),
}

/// The entries.
#[derive(Clone, Debug, Default)]
pub struct Log {
    first: Vec<Entry>,
    latest: VecDeque<Entry>,
    count: u64,
}

impl Log {
    /// Writes down what happens now.
    pub fn note(&mut self, at: Millis, what: What) {
        let entry = Entry { index: self.count, at, what };
        self.count += 1;
        if self.first.len() < FIRST {
            return self.first.push(entry);
        }
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(entry);
    }

    /// The entries that are kept, from this index on, oldest first.
    pub fn since(&self, index: u64) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.latest).filter(move |entry| entry.index >= index)
    }

    /// As text, a line for each entry.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut expected = 0;
        for Entry { index, at, what } in self.since(0) {
            if *index > expected {
                let _ = writeln!(text, "… {} more …", index - expected);
            }
            expected = index + 1;
            let _ = write!(text, "{:>9} ms  ", *at as u64);
            line(&mut text, what);
            text.push('\n');
        }
        text
    }
}

fn line(text: &mut String, what: &What) {
    let _ = match what {
        What::Target { protocol, fresh } => {
            write!(text, "target {}{}", name(*protocol), if *fresh { " (fresh)" } else { "" })
        }
        What::Sent { bytes, copy } => {
            write!(text, "send {}-{}{}", bytes.start, bytes.end, if *copy { " (from memory)" } else { "" })
        }
        What::Arrived { bytes, took, status } => {
            let rate = (bytes.end - bytes.start) as f64 / took.max(1.0);
            write!(text, "{status} {}-{} in {} ms, {} kB/s", bytes.start, bytes.end, *took as u64, rate as u64)
        }
        What::Answered { step, took, status } => write!(text, "{status} {step} in {} ms", *took as u64),
        What::Trouble { code, status, wait } => {
            let _ = write!(text, "{code}");
            if let Some(status) = status {
                let _ = write!(text, " ({status})");
            }
            match wait {
                Some(wait) => write!(text, ", again in {} ms", *wait as u64),
                None => write!(text, ", given up"),
            }
        }
        What::Event(word) => write!(text, "{word}"),
    };
}

/// As in a target's JSON.
const fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Resumable => "resumable",
        Protocol::Tus => "tus",
        Protocol::S3Multipart => "s3_multipart",
        Protocol::OciMultipart => "oci_multipart",
        Protocol::Put => "put",
        _ => "unknown",
    }
}

/// What a step is called here.
pub(super) const fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Open { .. } => "open",
        Step::Chunk { .. } => "chunk",
        Step::Query { .. } => "query",
        Step::Sign { .. } => "sign",
        Step::List { .. } => "list",
        Step::Close { .. } => "close",
    }
}

/// The trouble that an error is.
pub(super) fn trouble(error: &UploadError, wait: Option<Millis>) -> What {
    let status = match error {
        UploadError::Unexpected { status }
        | UploadError::Expired { status }
        | UploadError::Server { status, .. }
        | UploadError::Http { status } => Some(*status),
        _ => None,
    };
    What::Trouble { code: error.code(), status, wait }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_report_reads_as_a_story() {
        let mut log = Log::default();
        log.note(0.0, What::Event("start"));
        log.note(12.0, What::Target { protocol: Protocol::Resumable, fresh: false });
        log.note(13.0, What::Sent { bytes: 0..1_048_576, copy: false });
        log.note(1013.0, What::Arrived { bytes: 0..1_048_576, took: 1000.0, status: 308 });
        log.note(2000.0, trouble(&UploadError::Http { status: 503 }, Some(740.6)));
        log.note(9000.0, trouble(&UploadError::Network, None));
        assert_eq!(
            log.text(),
            "        0 ms  start\n       12 ms  target resumable\n       13 ms  send 0-1048576\n     \
             1013 ms  308 0-1048576 in 1000 ms, 1048 kB/s\n     2000 ms  http_error (503), again in 740 ms\n     \
             9000 ms  network, given up\n"
        );
    }

    #[test]
    fn a_long_upload_keeps_its_beginning_and_its_end() {
        let mut log = Log::default();
        for at in 0..1000u32 {
            log.note(f64::from(at), What::Event("retry"));
        }
        let kept: Vec<u64> = log.since(0).map(|entry| entry.index).collect();
        assert_eq!((kept.len(), kept[19], kept[20], kept[199]), (200, 19, 820, 999));
        assert!(log.text().contains("… 800 more …"));
        assert_eq!(log.since(998).count(), 2);
    }
}
