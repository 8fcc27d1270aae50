//! Jobs: accepted, in progress, and at their end.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{channels, output, resources::retry_token};
use crate::{
    clock::rfc3339,
    oci::{
        Tenancy,
        answer::{done, found, invalid, missing, not_found, read, refuse},
        store::Retry,
    },
};

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It does what its tasks say.
    Succeeded,
    /// A task of this type fails, if the job has one.
    Failed {
        /// `transcode`, for one.
        task: String,
    },
    /// It is not even begun.
    Rejected,
    /// Someone cancels it.
    Canceled,
    /// It waits for ever.
    Stuck,
}

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(10);
const JOBS: &str = "mediaWorkflowJobs";
const ENDS: [&str; 4] = ["SUCCEEDED", "FAILED", "CANCELED", "REJECTED"];

/// Does what is due, as long as it is polled.
pub async fn keep_up(tenancy: Tenancy) {
    loop {
        tenancy.settle();
        tokio::time::sleep(LOOK).await;
    }
}

/// `POST /mediaWorkflowJobs`: by the id of a workflow, or by its name.
pub async fn create(State(tenancy): State<Tenancy>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let text = |name: &str| asked[name].as_str();
    let Some(compartment) = text("compartmentId") else { return missing("compartmentId") };
    let workflow = {
        let state = tenancy.state();
        match (text("workflowIdentifierType"), text("mediaWorkflowId"), text("mediaWorkflowName")) {
            (Some("ID"), Some(id), _) => state.store.get("mediaWorkflows", id).cloned(),
            (Some("NAME"), _, Some("ingestWorkflow")) => Some(channels::ingest_workflow()),
            (Some("NAME"), _, Some(name)) => {
                let fits = |known: &&Value| {
                    known["displayName"] == name
                        && known["compartmentId"] == compartment
                        && known["lifecycleState"] == "ACTIVE"
                };
                state.store.all("mediaWorkflows").iter().find(fits).cloned()
            }
            _ => return invalid("workflowIdentifierType is ID with mediaWorkflowId, or NAME with mediaWorkflowName"),
        }
    };
    let Some(workflow) = workflow else { return not_found() };
    tenancy.begin(&asked, &workflow, retry_token(&headers)).map_or_else(|refusal| refusal, |job| found(&job))
}

impl Tenancy {
    /// Begins a job of a workflow.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer")]
    pub(super) fn begin(&self, asked: &Value, workflow: &Value, retry: Option<&str>) -> Result<Value, Response> {
        let mut state = self.state();
        match state.store.retry(retry, asked) {
            Retry::Other => {
                return Err(refuse(409, "InvalidatedRetryToken", "The retry token was used for another request"));
            }
            Retry::Same(id) => return state.store.get(JOBS, &id).cloned().ok_or_else(not_found),
            Retry::New => {}
        }
        let outcome = state.outcomes.pop_front().unwrap_or(Outcome::Succeeded);
        let tasks = workflow["tasks"].as_array().into_iter().flatten();
        let tasks =
            tasks.map(|task| json!({ "key": task["key"], "lifecycleState": "WAITING", "lifecycleDetails": null }));
        let mut wanted = asked.clone();
        if let Some(fields) = wanted.as_object_mut() {
            fields.remove("workflowIdentifierType");
        }
        for (name, value) in [
            ("mediaWorkflowId", workflow["id"].clone()),
            ("taskLifecycleState", tasks.collect()),
            ("outputs", json!([])),
            ("lifecycleDetails", Value::Null),
            ("timeStarted", Value::Null),
            ("timeEnded", Value::Null),
        ] {
            wanted[name] = value;
        }
        let now = self.desk().clock.now();
        let job = state.store.add(JOBS, &wanted, "mediaworkflowjob", "ACCEPTED", now);
        let id = job["id"].as_str().unwrap_or_default().to_owned();
        state.store.keep_retry(retry, asked, &id);
        state.schedule.push(Scheduled { id, workflow: workflow.clone(), outcome, created: now });
        Ok(job)
    }

    /// Does what is due.
    pub fn settle(&self) {
        let now = self.desk().clock.now();
        let processing = self.setup().processing;
        let due: Vec<Scheduled> = {
            let mut state = self.state();
            let (due, waiting) = std::mem::take(&mut state.schedule).into_iter().partition(|job: &Scheduled| {
                let is_canceled =
                    state.store.get(JOBS, &job.id).is_some_and(|job| job["lifecycleState"] == "CANCELING");
                is_canceled || job.outcome != Outcome::Stuck && job.created + processing <= now
            });
            state.schedule = waiting;
            let under_way: Vec<String> = state.schedule.iter().map(|job| job.id.clone()).collect();
            for id in under_way {
                if let Some(job) = state.store.get_mut(JOBS, &id).filter(|job| job["lifecycleState"] == "ACCEPTED") {
                    job["lifecycleState"] = json!("IN_PROGRESS");
                    job["timeStarted"] = json!(rfc3339(now));
                    job["taskLifecycleState"][0]["lifecycleState"] = json!("IN_PROGRESS");
                }
            }
            due
        };
        for job in due {
            self.finish(&job, now);
        }
    }

    fn finish(&self, scheduled: &Scheduled, now: Duration) {
        let Some(mut job) = self.state().store.get(JOBS, &scheduled.id).cloned() else { return };
        let unrun = |state: &'static str, why: Option<&str>| (state, why.map(str::to_owned), None);
        let (state, details, states) = match &scheduled.outcome {
            _ if job["lifecycleState"] == "CANCELING" => unrun("CANCELED", None),
            Outcome::Canceled => unrun("CANCELED", Some("The job was cancelled")),
            Outcome::Rejected => unrun("REJECTED", Some("The job was rejected")),
            outcome => {
                let failing = match outcome {
                    Outcome::Failed { task } => Some(task.as_str()),
                    _ => None,
                };
                let run = self.run(&scheduled.workflow, &job, failing);
                job["outputs"] = run.outputs;
                (if run.failure.is_none() { "SUCCEEDED" } else { "FAILED" }, run.failure, Some(run.states))
            }
        };
        for (index, task) in job["taskLifecycleState"].as_array_mut().into_iter().flatten().enumerate() {
            task["lifecycleState"] = json!(states.as_ref().and_then(|states| states.get(index)).unwrap_or(&"CANCELED"));
        }
        job["lifecycleState"] = json!(state);
        job["lifecycleDetails"] = json!(details);
        for name in ["timeEnded", "timeUpdated"] {
            job[name] = json!(rfc3339(now));
        }
        if job["timeStarted"].is_null() {
            job["timeStarted"] = job["timeEnded"].clone();
        }
        if let Some(known) = self.state().store.get_mut(JOBS, &scheduled.id) {
            *known = job.clone();
        }
        let name = job["displayName"].as_str().unwrap_or_default();
        self.tell("mediaservices", "mediaworkflowjob.end", name, &scheduled.id, &json!({ "lifecycleState": state }));
    }

    /// Does the tasks.
    fn run(&self, workflow: &Value, job: &Value, failing: Option<&str>) -> output::Run {
        if workflow["name"] != "ingestWorkflow" {
            return output::run(self, workflow, job, failing);
        }
        let failure = self.attach(job).err();
        let state = if failure.is_none() { "SUCCEEDED" } else { "FAILED" };
        output::Run { outputs: json!([]), states: vec![state], failure }
    }
}

/// A job that is not at its end.
pub struct Scheduled {
    id: String,
    workflow: Value,
    outcome: Outcome,
    created: Duration,
}

/// `DELETE /mediaWorkflowJobs/{id}`: cancels it.
pub async fn cancel(State(tenancy): State<Tenancy>, Path(id): Path<String>) -> Response {
    tenancy.settle();
    let mut state = tenancy.state();
    let Some(job) = state.store.get_mut(JOBS, &id) else { return not_found() };
    if job["lifecycleState"].as_str().is_some_and(|state| ENDS.contains(&state)) {
        return refuse(409, "IncorrectState", "The job is at its end");
    }
    job["lifecycleState"] = json!("CANCELING");
    done()
}
