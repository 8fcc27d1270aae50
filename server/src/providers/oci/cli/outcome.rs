//! Results and errors, as people and scripts are told of them.

use serde_json::{Value, json};

use crate::providers::oci::client::Fault;

/// Why it is not done.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// The configuration is not enough.
    #[error("{0}")]
    Config(String),
    /// Oracle has not done it.
    #[error("Oracle: {0}. {advice}", advice = advice(.0))]
    Fault(#[from] Fault),
    /// A job ended without success.
    #[error("{why} (job {job}). Mend what it says, and give the command again: it begins another job.")]
    Job {
        /// Its OCID.
        job: String,
        /// In Oracle's words.
        why: String,
    },
    /// A job did not end in time. It goes on.
    #[error("the job {job} has not ended in time and goes on. To go on waiting for it: {again}")]
    Late {
        /// Its OCID.
        job: String,
        /// The command that waits for the same job.
        again: String,
    },
}

/// What to do about a fault.
const fn advice(fault: &Fault) -> &'static str {
    match fault {
        Fault::Busy(_) | Fault::Failing(_) | Fault::Unreadable => "Try again in a while: nothing is made twice.",
        Fault::Unreachable(_) => "Are region and hosts right, and does this machine reach them?",
        Fault::Denied(_) => "Is it the key of this user, and is this machine's clock right?",
        Fault::Gone(_) => "Are compartment, bucket and OCIDs right, and does a policy let the group manage them?",
        Fault::Refused(_) => "If it is a setting that it refuses, mend it and try again.",
        Fault::Nobody(_) => "Choose another [auth] kind if this is no compute instance of Oracle's.",
    }
}

impl OciError {
    /// The process' exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Fault(_) => 1,
            Self::Job { .. } => 3,
            Self::Late { .. } => 4,
        }
    }

    /// The same in one word, for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Fault(_) => "refused",
            Self::Job { .. } => "job_failed",
            Self::Late { .. } => "timeout",
        }
    }
}

/// The result as lines: `name value`, a list with commas.
pub fn lines(result: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let Some(fields) = result.as_object() else { return text(result) };
    fields.iter().map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join("\n")
}

/// An error for scripts: `{"error":{"code","message"}}`.
pub fn error_json(error: &OciError) -> Value {
    json!({"error": {"code": error.code(), "message": error.to_string()}})
}
