//! Waits for a job's end.

use std::time::Duration;

use crate::providers::oci::{
    client::{
        Client, Fault,
        model::{Job, JobState},
    },
    job::{Verdict, judge},
};

/// Milliseconds between two questions, at first and at most.
const FIRST: u64 = 1000;
const MOST: u64 = 15_000;

/// How the waiting ended.
#[derive(Debug)]
pub enum End {
    /// The job is over, well or not.
    Over(Box<Job>),
    /// It has not ended in time.
    Late,
}

/// Asks for the job until one of its four end states, or until so many milliseconds are over. `show` is told of each
/// change.
///
/// # Errors
/// Why it can't be asked for.
pub async fn follow(
    client: &Client,
    id: &str,
    timeout: u64,
    show: &mut (dyn FnMut(&str) + Send),
) -> Result<End, Fault> {
    let until = client.clock().now().saturating_add(timeout);
    let mut pause = FIRST;
    let mut shown = String::new();
    loop {
        match client.job(id).await {
            Ok(job) => {
                let line = line(&job);
                if line != shown {
                    show(&line);
                    shown = line;
                }
                if job.lifecycle_state.is_final() {
                    return Ok(End::Over(Box::new(job)));
                }
            }
            // The job goes on whether it can be asked for or not.
            Err(fault) if fault.may_pass() => show(&fault.to_string()),
            Err(fault) => return Err(fault),
        }
        let now = client.clock().now();
        if now >= until {
            return Ok(End::Late);
        }
        client.clock().sleep(Duration::from_millis(pause.min(until - now))).await;
        pause = (pause * 3 / 2).min(MOST);
    }
}

/// How far a job is, in one line.
pub fn line(job: &Job) -> String {
    let state = match job.lifecycle_state {
        JobState::Accepted => "accepted",
        JobState::InProgress => "in progress",
        JobState::Waiting => "waiting",
        JobState::Rejected => "rejected",
        JobState::Failed => "failed",
        JobState::Succeeded => "succeeded",
        JobState::Canceling => "being cancelled",
        JobState::Canceled => "cancelled",
        JobState::Unknown => "under way",
    };
    let tasks = job.task_lifecycle_state.iter().map(|task| {
        let state = task.lifecycle_state.as_deref().unwrap_or("unknown").to_lowercase().replace('_', " ");
        format!("{}: {state}", task.key)
    });
    let tasks: Vec<String> = tasks.collect();
    let percent = match judge(job) {
        Verdict::Working(percent) if percent > 0 => format!(" {percent} %"),
        _ => String::new(),
    };
    if tasks.is_empty() { format!("{state}{percent}") } else { format!("{state}{percent} ({})", tasks.join(", ")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_tells_how_far_a_job_is() {
        let job = serde_json::json!({"id": "j", "lifecycleState": "IN_PROGRESS", "taskLifecycleState": [
            {"key": "getFiles", "lifecycleState": "SUCCEEDED"}, {"key": "transcode", "lifecycleState": "IN_PROGRESS"}]});
        let job: Job = serde_json::from_value(job).unwrap();
        assert_eq!(line(&job), "in progress 10 % (getFiles: succeeded, transcode: in progress)");
        assert_eq!(line(&Job::default()), "under way");
    }
}
