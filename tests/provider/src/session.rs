//! One upload: its state, its log, its verdict.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::watch, task::AbortHandle};

use crate::{
    content::sha256,
    fault::{Fault, Kind},
    protocol::{self, Dialogue},
    setup::{Renewal, Setup},
};

/// An upload on an origin of its own.
pub struct Session {
    /// Its number.
    pub id: usize,
    /// `http://127.0.0.1:12345`.
    pub origin: String,
    /// What was asked for.
    pub setup: Setup,
    state: Mutex<State>,
    closed: watch::Sender<bool>,
    serving: Mutex<Option<AbortHandle>>,
}

/// What changes.
pub(crate) struct State {
    /// What the provider has.
    pub dialogue: Box<dyn Dialogue>,
    /// Requests by kind.
    counts: HashMap<Kind, u32>,
    /// Faults that were drawn at random.
    drawn: u32,
    /// When each target was given.
    targets: Vec<Instant>,
    /// Targets that have run out, and what their URLs answer.
    expired: Option<(usize, u16)>,
    log: Vec<Entry>,
    final_given: bool,
}

/// A request, as the provider saw it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// What it wanted.
    pub kind: Kind,
    /// Its number among those of its kind, from 1.
    pub nth: u32,
    /// Its method.
    pub method: String,
    /// Its path, without the query: that may be secret.
    pub path: String,
    /// Its `Content-Range`, or its `Upload-Offset`, or its part number.
    pub range: String,
    /// Bytes of its body that were read.
    pub body: u64,
    /// Bytes that the provider holds more than before. Fewer: less than 0.
    pub kept: i64,
    /// Its status. None: it was reset, or never answered.
    pub status: Option<u16>,
    /// What went wrong.
    pub fault: Option<Fault>,
}

/// What the provider has, and how it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Bytes of the object.
    pub size: u64,
    /// The object's SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Whether the provider has the whole file and has closed the upload.
    pub complete: bool,
    /// Whether it has said so, in an answer that the client could read.
    pub final_given: bool,
    /// Its requests in the order in which they were done.
    pub log: Vec<Entry>,
}

impl Session {
    pub(crate) fn new(id: usize, origin: String, setup: Setup) -> Self {
        let state = State {
            dialogue: protocol::begin(&setup),
            counts: HashMap::new(),
            drawn: 0,
            targets: Vec::new(),
            expired: None,
            log: Vec::new(),
            final_given: false,
        };
        let (closed, _) = watch::channel(false);
        Self { id, origin, setup, state: Mutex::new(state), closed, serving: Mutex::new(None) }
    }

    pub(crate) fn served_by(&self, task: AbortHandle) {
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a client asks for a target.
    pub fn target_url(&self) -> String {
        format!("{}/target", self.origin)
    }

    /// A target: the first, or a fresh one.
    pub fn target(&self) -> Value {
        let mut state = self.state();
        if !state.targets.is_empty() && self.setup.renewal == Renewal::New {
            state.dialogue = protocol::begin(&self.setup);
        }
        state.targets.push(Instant::now());
        let root = self.root(state.targets.len());
        let setup = &self.setup;
        let expires_at = setup.expires_in.map(|after| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_add(after)
        });
        let mut target = json!({
            "protocol": setup.protocol,
            "headers": {},
            "min_chunk": setup.quantum,
            "max_chunk": if setup.max_chunk > 0 { setup.max_chunk } else { 512 << 20 },
            "chunk_multiple": setup.quantum,
            "parallel": setup.parallel,
            "digest": setup.digest,
            "expires_at": expires_at,
        });
        if let (Some(all), Value::Object(own)) = (target.as_object_mut(), state.dialogue.target(&root)) {
            all.extend(own);
        }
        target
    }

    pub(crate) fn root(&self, target: usize) -> String {
        format!("{}/{target}/", self.origin)
    }

    /// What the provider has by now.
    pub fn report(&self) -> Report {
        let state = self.state();
        let object = state.dialogue.object();
        Report {
            size: object.len() as u64,
            sha256: sha256(&object),
            complete: state.dialogue.is_complete(),
            final_given: state.final_given,
            log: state.log.clone(),
        }
    }

    /// Bytes that the provider holds, in whatever pieces: sooner told than a report.
    pub fn held(&self) -> u64 {
        self.state().dialogue.held()
    }

    /// Ends it: no request is answered any more.
    pub fn close(&self) {
        self.closed.send_replace(true);
        if let Some(task) = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    /// Returns once the session is closed.
    pub(crate) async fn until_closed(&self) {
        // The sender lives as long as this session does.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }
}

impl State {
    /// Counts a request. Gives its number and its fault.
    pub fn meet(&mut self, setup: &Setup, kind: Kind, body: u64) -> (u32, Option<Fault>) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let nth = *count;
        if let Some(step) = setup.script.iter().find(|step| step.befalls(kind, nth)) {
            return (nth, Some(step.fault.clone()));
        }
        let random = setup.random.filter(|random| self.drawn < random.at_most);
        let fault = random.and_then(|random| random.draw(setup.protocol, kind, nth, body));
        self.drawn += u32::from(fault.is_some());
        (nth, fault)
    }

    /// What the URLs of a target answer, if it has run out.
    pub fn expiry(&self, setup: &Setup, target: usize) -> Option<StatusCode> {
        let by_fault = self.expired.filter(|(last, _)| target <= *last).map(|(_, status)| status);
        let given = target.checked_sub(1).and_then(|index| self.targets.get(index));
        let by_time = setup
            .expires_in
            .zip(given)
            .filter(|(after, given)| given.elapsed() > Duration::from_millis(*after))
            .map(|_| StatusCode::FORBIDDEN.as_u16());
        StatusCode::from_u16(by_fault.or(by_time)?).ok()
    }

    /// Lets all targets run out that were given so far.
    pub fn expire(&mut self, status: u16) {
        self.expired = Some((self.targets.len(), status));
    }

    pub fn note(&mut self, entry: Entry) {
        self.log.push(entry);
    }

    pub fn final_was_given(&mut self) {
        self.final_given = true;
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, nth, method, path, range, body, kept, .. } = self;
        write!(f, "{kind:?} {nth}: {method} {path} {range}, {body} bytes, {kept:+} kept, ")?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => write!(f, "no answer")?,
        }
        match &self.fault {
            Some(fault) => write!(f, " by {fault:?}"),
            None => Ok(()),
        }
    }
}
