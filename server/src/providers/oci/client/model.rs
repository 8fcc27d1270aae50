//! What Oracle answers. Everything but an id may be absent, and a word that is not known fails nothing.

use serde::{Deserialize, Deserializer};

/// Where a job stands. Only four of them end it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobState {
    /// It waits for its turn.
    Accepted,
    /// It runs.
    InProgress,
    /// It waits for something.
    Waiting,
    /// It was never run.
    Rejected,
    /// It failed.
    Failed,
    /// It is done.
    Succeeded,
    /// It is being ended.
    Canceling,
    /// It was ended.
    Canceled,
    /// A word of a newer service.
    #[default]
    #[serde(other)]
    Unknown,
}

impl JobState {
    /// Nothing happens to the job any more: whoever polls stops.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Rejected | Self::Failed | Self::Succeeded | Self::Canceled)
    }
}

/// A Media Flow job.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its OCID.
    pub id: String,
    /// Where it stands.
    #[serde(default)]
    pub lifecycle_state: JobState,
    /// Why, in Oracle's words.
    #[serde(default, alias = "lifecyleDetails")]
    pub lifecycle_details: Option<String>,
    /// When it was made (RFC 3339).
    #[serde(default)]
    pub time_created: Option<String>,
    /// Where each task stands.
    #[serde(default, deserialize_with = "list")]
    pub task_lifecycle_state: Vec<TaskState>,
    /// What it has made.
    #[serde(default, deserialize_with = "list")]
    pub outputs: Vec<Output>,
}

/// Where a task of a job stands. Oracle's model leaves the words of the state open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskState {
    /// The task's key.
    #[serde(default)]
    pub key: String,
    /// Where it stands.
    #[serde(default)]
    pub lifecycle_state: Option<String>,
    /// Why, in Oracle's words.
    #[serde(default, alias = "lifecyleDetails")]
    pub lifecycle_details: Option<String>,
}

/// Something that a job has made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// `PLAYLIST`, `VIDEO`, `IMAGE`, `CAPTION_FILE`, …
    #[serde(default)]
    pub asset_type: Option<String>,
    /// Where it lies.
    #[serde(default)]
    pub bucket_name: Option<String>,
    /// Under which name.
    #[serde(default)]
    pub object_name: Option<String>,
    /// The OCID of its media asset, where it has been registered.
    #[serde(default)]
    pub id: Option<String>,
}

/// A workflow, channel, configuration or asset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Its OCID.
    pub id: String,
    /// For people. Not unique.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `ACTIVE`, `NEEDS_ATTENTION`, `DELETED`, …
    #[serde(default)]
    pub lifecycle_state: Option<String>,
    /// A channel's host.
    #[serde(default)]
    pub domain_name: Option<String>,
    /// A media asset's bucket.
    #[serde(default)]
    pub bucket_name: Option<String>,
    /// A media asset's object.
    #[serde(default)]
    pub object_name: Option<String>,
}

impl Resource {
    /// Whether it can be used.
    pub fn is_there(&self) -> bool {
        !matches!(self.lifecycle_state.as_deref(), Some("DELETED" | "DELETING" | "FAILED"))
    }
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    /// Its entries.
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
}

/// A pre-authenticated request. `access_uri` is a secret: who has it may write.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthenticated {
    /// Its id.
    pub id: String,
    /// The path that it opens.
    #[serde(default)]
    pub access_uri: String,
}

impl std::fmt::Debug for PreAuthenticated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PreAuthenticated(…)")
    }
}

/// An object of a bucket.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// Bytes.
    #[serde(default)]
    pub size: Option<u64>,
}

/// A page of a bucket's objects.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Objects {
    /// Its entries.
    #[serde(default, deserialize_with = "list")]
    pub objects: Vec<Object>,
    /// Where the next page begins.
    #[serde(default)]
    pub next_start_with: Option<String>,
}

/// A multipart upload that has not been committed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Multipart {
    /// The object that it would become.
    #[serde(default)]
    pub object: String,
    /// Its id.
    #[serde(default)]
    pub upload_id: String,
}

/// A list that may be `null`.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn four_states_end_a_job() {
        let states =
            ["ACCEPTED", "IN_PROGRESS", "WAITING", "CANCELING", "NEWS", "REJECTED", "FAILED", "SUCCEEDED", "CANCELED"];
        let ends = states.map(|state| serde_json::from_value::<JobState>(state.into()).unwrap().is_final());
        assert_eq!(ends, [false, false, false, false, false, true, true, true, true]);
    }

    #[test]
    fn a_job_is_read_whatever_is_missing() {
        let job: Job = serde_json::from_str(r#"{"id":"j"}"#).unwrap();
        assert_eq!(job.lifecycle_state, JobState::Unknown);
        let text =
            r#"{"id":"j","lifecycleState":"FAILED","lifecyleDetails":"why","outputs":null,"taskLifecycleState":null}"#;
        let job: Job = serde_json::from_str(text).unwrap();
        assert_eq!((job.lifecycle_state, job.lifecycle_details.as_deref()), (JobState::Failed, Some("why")));
    }
}
