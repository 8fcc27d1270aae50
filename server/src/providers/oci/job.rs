//! What a job's state means for the video. Pure.

use super::client::model::{Job, JobState, Output};

/// The tasks that a video plays by, in their order, with how far processing is once each is done, in percent.
const CHAIN: [(&str, u8); 4] = [("getFiles", 10), ("transcode", 80), ("thumbnail", 90), ("putFiles", 100)];

/// What a job means for its video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not there yet. How far it is, in percent.
    Working(u8),
    /// All that plays has been made.
    Made {
        /// Tasks beside it are not over: captions may come.
        more: bool,
    },
    /// It never will be: in Oracle's words.
    Failed(String),
}

/// What the job means. A job whose other tasks failed has made the video all the same.
pub fn judge(job: &Job) -> Verdict {
    let is = |key: &str, state: &str| {
        let told = job.task_lifecycle_state.iter().find(|task| task.key == key);
        told.and_then(|task| task.lifecycle_state.as_deref()).is_some_and(|told| told.eq_ignore_ascii_case(state))
    };
    let made = CHAIN.iter().all(|(key, _)| is(key, "SUCCEEDED"));
    let over = job.lifecycle_state.is_final();
    match job.lifecycle_state {
        JobState::Succeeded => Verdict::Made { more: false },
        _ if made => Verdict::Made { more: !over },
        _ if over => Verdict::Failed(why(job)),
        _ => {
            let done = CHAIN.iter().take_while(|(key, _)| is(key, "SUCCEEDED")).last();
            Verdict::Working(done.map_or(0, |(_, percent)| *percent).min(99))
        }
    }
}

/// What a job that ended badly says of it.
pub fn why(job: &Job) -> String {
    let word = match job.lifecycle_state {
        JobState::Rejected => "the job was rejected",
        JobState::Canceled => "the job was cancelled",
        _ => "the job failed",
    };
    let task = job.task_lifecycle_state.iter().find(|task| {
        let state = task.lifecycle_state.as_deref().unwrap_or_default();
        state.eq_ignore_ascii_case("FAILED") && CHAIN.iter().any(|(key, _)| *key == task.key)
    });
    let details = task.and_then(|task| task.lifecycle_details.as_deref()).or(job.lifecycle_details.as_deref());
    match (task, details.map(str::trim).filter(|details| !details.is_empty())) {
        (Some(task), Some(details)) => format!("{word} at {}: {details}", task.key),
        (None, Some(details)) => format!("{word}: {details}"),
        (Some(task), None) => format!("{word} at {}", task.key),
        (None, None) => word.to_owned(),
    }
}

/// The asset of the master playlist, where the job has registered it.
pub fn master<'a>(job: &'a Job, object: &str) -> Option<&'a str> {
    let playlists = || job.outputs.iter().filter(|output| output.asset_type.as_deref() == Some("PLAYLIST"));
    let named = |output: &&Output| output.object_name.as_deref() == Some(object);
    // A workflow of somebody's own may name it otherwise; playlists of renditions are none that plays.
    let like_one = |output: &&Output| output.object_name.as_deref().is_some_and(|name| name.ends_with("master.m3u8"));
    playlists().find(named).or_else(|| playlists().find(like_one))?.id.as_deref()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn job(state: &str, tasks: &[(&str, &str)]) -> Job {
        let tasks: Vec<_> = tasks
            .iter()
            .map(|(key, state)| json!({"key": key, "lifecycleState": state, "lifecycleDetails": format!("{key} said so")}))
            .collect();
        serde_json::from_value(json!({"id": "j", "lifecycleState": state, "taskLifecycleState": tasks})).unwrap()
    }

    const MADE: [(&str, &str); 4] =
        [("getFiles", "SUCCEEDED"), ("transcode", "SUCCEEDED"), ("thumbnail", "SUCCEEDED"), ("putFiles", "SUCCEEDED")];

    fn failed(text: &str) -> Verdict {
        Verdict::Failed(text.to_owned())
    }

    #[test]
    fn every_state_of_a_job_comes_to_something() {
        let begun = [("getFiles", "SUCCEEDED"), ("transcode", "IN_PROGRESS")];
        let broken = [("getFiles", "SUCCEEDED"), ("transcode", "FAILED")];
        for (state, tasks, verdict) in [
            ("ACCEPTED", &[][..], Verdict::Working(0)),
            ("WAITING", &[], Verdict::Working(0)),
            ("IN_PROGRESS", &begun, Verdict::Working(10)),
            ("IN_PROGRESS", &broken, Verdict::Working(10)),
            ("SOMETHING_NEW", &begun, Verdict::Working(10)),
            ("CANCELING", &begun, Verdict::Working(10)),
            ("SUCCEEDED", &[], Verdict::Made { more: false }),
            ("FAILED", &broken, failed("the job failed at transcode: transcode said so")),
            ("FAILED", &[], failed("the job failed")),
            ("REJECTED", &[], failed("the job was rejected")),
            ("CANCELED", &begun, failed("the job was cancelled")),
        ] {
            assert_eq!(judge(&job(state, tasks)), verdict, "{state} {tasks:?}");
        }
    }

    #[test]
    fn a_task_beside_the_video_neither_loses_it_nor_holds_it_up() {
        for (state, beside, more) in [
            ("IN_PROGRESS", "IN_PROGRESS", true),
            ("IN_PROGRESS", "FAILED", true),
            ("FAILED", "FAILED", false),
            ("CANCELED", "CANCELED", false),
            ("SUCCEEDED", "SUCCEEDED", false),
        ] {
            let tasks = [&MADE[..], &[("transcribe", beside), ("visionDetection", "FAILED")]].concat();
            assert_eq!(judge(&job(state, &tasks)), Verdict::Made { more }, "{state} {beside}");
        }
    }

    #[test]
    fn the_master_playlist_is_told_from_those_of_renditions() {
        let outputs = json!([
            {"assetType": "PLAYLIST", "objectName": "v/x_1080.m3u8", "id": "one"},
            {"assetType": "VIDEO", "objectName": "v/x-master.m3u8", "id": "two"},
            {"assetType": "PLAYLIST", "objectName": "v/x-master.m3u8", "id": "three"},
        ]);
        let job: Job = serde_json::from_value(json!({"id": "j", "outputs": outputs})).unwrap();
        assert_eq!(master(&job, "v/x-master.m3u8"), Some("three"));
        assert_eq!(master(&job, "v/other"), Some("three"));
        assert_eq!(master(&Job::default(), "v/x-master.m3u8"), None);
    }
}
