//! An upload, as it is stored.

use reelway_api::json::{Fields, FromJson, Json, ToJson, Writer};
use serde::{Deserialize, Serialize};

use super::ResumeError;

/// Milliseconds: an upload that nobody has gone on with for so long is forgotten.
const FORGOTTEN: u64 = 7 * 24 * 3_600_000;

/// An upload that has begun: what it takes to go on with it, and what a person knows it by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique in this browser, and the same for as long as the entry lives.
    pub id: String,
    /// The absolute base URL of the Reelway server that gives the targets. `None`: the page had a target of its own.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The video that the server has made of it.
    #[serde(default)]
    pub video: Option<String>,
    /// The file's name.
    pub name: String,
    /// Bytes of the file.
    pub size: u64,
    /// When the file was last changed, in milliseconds since the Unix epoch.
    pub modified: u64,
    /// The browser's guess at the file's MIME type. May be empty.
    #[serde(default)]
    pub mime: String,
    /// The hash of the file's [sample](super::sample), with the name of the algorithm.
    pub hash: String,
    /// When the upload began, in milliseconds since the Unix epoch.
    pub created: u64,
    /// When the entry was last written, in milliseconds since the Unix epoch.
    pub touched: u64,
    /// When the target runs out, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// Bytes that the provider had said it holds.
    pub acknowledged: u64,
    /// What the upload machine needs to go on, as JSON of its own.
    pub memory: String,
}

impl Entry {
    /// Whether there is no going on any more, at `now` in milliseconds since the Unix epoch.
    ///
    /// A Reelway server gives a fresh target when one has run out. Without a server the upload ends with its target.
    pub fn is_stale(&self, now: u64) -> bool {
        let expired = self.endpoint.is_none() && self.expires_at.is_some_and(|end| end <= now);
        expired || now.saturating_sub(self.touched) > FORGOTTEN
    }

    /// Whether the upload is one of a page that uses this server; `None`: of one with targets of its own.
    pub fn is_of(&self, endpoint: Option<&str>) -> bool {
        self.endpoint.as_deref() == endpoint
    }

    /// Compares the size of a file with that of the upload's. A file that differs need not be sampled.
    ///
    /// # Errors
    ///
    /// It is another file.
    pub fn check_size(&self, size: u64) -> Result<(), ResumeError> {
        self.same(self.size == size)
    }

    /// Compares a file's size and the hash of its sample. Its name may have changed.
    ///
    /// # Errors
    ///
    /// It is another file.
    pub fn check(&self, size: u64, hash: &str) -> Result<(), ResumeError> {
        self.same(self.size == size && self.hash == hash)
    }

    fn same(&self, same: bool) -> Result<(), ResumeError> {
        if same { Ok(()) } else { Err(ResumeError::DifferentFile { name: self.name.clone(), size: self.size }) }
    }
}

// By hand, and to the byte what serde makes of it: pages load this.

impl FromJson for Entry {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self {
            id: fields.field("id"),
            endpoint: fields.option("endpoint"),
            video: fields.option("video"),
            name: fields.field("name"),
            size: fields.field("size"),
            modified: fields.field("modified"),
            mime: fields.or_default("mime"),
            hash: fields.field("hash"),
            created: fields.field("created"),
            touched: fields.field("touched"),
            expires_at: fields.option("expires_at"),
            acknowledged: fields.field("acknowledged"),
            memory: fields.field("memory"),
        };
        fields.done(value)
    }
}

impl ToJson for Entry {
    fn to_json(&self) -> String {
        Writer::default()
            .text("id", &self.id)
            .maybe_text("endpoint", self.endpoint.as_deref())
            .maybe_text("video", self.video.as_deref())
            .text("name", &self.name)
            .whole("size", self.size)
            .whole("modified", self.modified)
            .text("mime", &self.mime)
            .text("hash", &self.hash)
            .whole("created", self.created)
            .whole("touched", self.touched)
            .maybe_whole("expires_at", self.expires_at)
            .whole("acknowledged", self.acknowledged)
            .text("memory", &self.memory)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use reelway_api::json;

    use super::*;

    const DAY: u64 = 24 * 3_600_000;

    fn entry() -> Entry {
        Entry {
            name: "holiday.mp4".into(),
            size: 268_435_456,
            hash: "sha-256:ab".into(),
            created: 100 * DAY,
            touched: 100 * DAY,
            ..Entry::default()
        }
    }

    #[test]
    fn an_entry_ends_with_its_target_unless_a_server_gives_another() {
        let own = Entry { expires_at: Some(101 * DAY), ..entry() };
        let of_a_server = Entry { endpoint: Some("https://video.example".into()), ..own.clone() };

        assert!(!own.is_stale(101 * DAY - 1));
        assert!(own.is_stale(101 * DAY));
        assert!(!of_a_server.is_stale(106 * DAY));
    }

    #[test]
    fn what_nobody_goes_on_with_is_forgotten_after_a_week() {
        assert!(!entry().is_stale(107 * DAY));
        assert!(entry().is_stale(107 * DAY + 1));
        assert!(!entry().is_stale(99 * DAY), "a clock that was set back loses nothing");
    }

    #[test]
    fn a_renamed_file_is_the_same_and_a_changed_one_is_not() {
        let entry = entry();

        assert_eq!(entry.check(268_435_456, "sha-256:ab"), Ok(()));
        for (size, hash) in [(268_435_456, "sha-256:cd"), (268_435_457, "sha-256:ab")] {
            let error = entry.check(size, hash).unwrap_err();
            assert_eq!(
                error.to_string(),
                "This is another file. Choose the one that was being uploaded: holiday.mp4, 268 MB."
            );
        }
        assert!(entry.check_size(1).is_err());
    }

    #[test]
    fn an_entry_comes_back_as_it_was_stored() {
        let entry = Entry { endpoint: Some(String::new()), memory: r#"{"offset":7}"#.into(), ..entry() };

        let json = entry.to_json();

        assert_eq!(json::read(&json), Some(entry));
    }

    #[test]
    fn what_another_version_stored_is_read() {
        let full = Entry {
            endpoint: Some("https://video.example/".into()),
            video: Some("v".into()),
            expires_at: Some(u64::MAX),
            memory: r#"{"offset":7,"name":"a\nb"}"#.into(),
            ..entry()
        };
        for entry in [entry(), full] {
            let stored = serde_json::to_string(&entry).unwrap();

            assert_eq!(entry.to_json(), stored);
            assert_eq!(json::read(&stored), Some(entry));
        }
        let least = r#"{"id":"1","name":"n","size":1,"modified":2,"hash":"h","created":3,"touched":4,
            "acknowledged":0,"memory":"","later":[]}"#;
        assert_eq!(json::read::<Entry>(least), serde_json::from_str(least).ok());
        assert_eq!(json::read::<Entry>("{}"), None);
    }
}
