//! Webhooks: sent, signed, repeated until they are taken; lost, doubled and disordered on request.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::clock::Clock;

/// An event on its way.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same in all attempts and doubles.
    pub id: String,
    /// Its type, as the vendor calls it.
    pub kind: String,
    /// What is sent.
    pub body: Value,
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its number at the vendor.
    pub id: String,
    /// An `http:` URL: this is loopback.
    pub url: String,
    /// What its events are signed with.
    pub secret: String,
    /// Whether events are sent.
    pub enabled: bool,
}

/// What befalls an event on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// It never comes.
    Lost,
    /// It comes twice.
    Twice,
    /// It comes after the one that follows it.
    Late,
    /// Its signature is wrong.
    Forged,
}

/// Which events a mishap befalls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Of this type. None: any.
    #[serde(default)]
    pub kind: Option<String>,
    /// How many of them.
    #[serde(default = "once")]
    pub times: u32,
    /// What befalls them.
    pub mishap: Mishap,
}

const fn once() -> u32 {
    1
}

/// An attempt that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// The event's id.
    pub event: String,
    /// The event's type.
    pub kind: String,
    /// Where it went.
    pub url: String,
    /// Its number, from 1.
    pub nth: u32,
    /// The answer's status. None: there was none, or not in time.
    pub status: Option<u16>,
}

/// Headers of a webhook.
pub type Headers = Vec<(&'static str, String)>;

/// How a vendor sends.
#[derive(Clone)]
pub struct Manner {
    /// Headers for a secret, a Unix time and a body.
    pub headers: fn(secret: &str, time: u64, event: &Event, body: &[u8]) -> Headers,
    /// How long an answer may take, in real time.
    pub timeout: Duration,
    /// Pauses before each further attempt, on the emulator's clock.
    pub pauses: Vec<Duration>,
    /// Whether the body lists earlier attempts, as Mux' does.
    pub lists_attempts: bool,
}

/// What is sent, and to whom. A clone is the same.
#[derive(Clone)]
pub struct Outbox {
    clock: Clock,
    manner: Manner,
    queue: Arc<Mutex<Queue>>,
    wake: Arc<Notify>,
    client: Client,
}

#[derive(Default)]
struct Queue {
    endpoints: Vec<Endpoint>,
    plans: Vec<Plan>,
    late: Vec<Event>,
    parcels: Vec<Parcel>,
    under_way: usize,
    attempts: Vec<Attempt>,
}

struct Parcel {
    event: Event,
    endpoint: Endpoint,
    forged: bool,
    due: Duration,
    answers: Vec<Value>,
}

/// How often the worker looks whether the clock was moved.
const LOOK: Duration = Duration::from_millis(10);

impl Outbox {
    /// An empty one.
    pub fn new(clock: Clock, manner: Manner) -> Self {
        let client = Client::new();
        Self { clock, manner, queue: Arc::default(), wake: Arc::default(), client }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends to this one, too.
    pub fn add(&self, endpoint: Endpoint) {
        self.queue().endpoints.push(endpoint);
    }

    /// All endpoints.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.queue().endpoints.clone()
    }

    /// Changes an endpoint. Gives it as it is then, if there is one of this id.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Endpoint)) -> Option<Endpoint> {
        let mut queue = self.queue();
        let endpoint = queue.endpoints.iter_mut().find(|endpoint| endpoint.id == id)?;
        change(endpoint);
        Some(endpoint.clone())
    }

    /// Forgets an endpoint. Gives whether there was one of this id.
    pub fn remove(&self, id: &str) -> bool {
        let mut queue = self.queue();
        let before = queue.endpoints.len();
        queue.endpoints.retain(|endpoint| endpoint.id != id);
        queue.endpoints.len() < before
    }

    /// Lets something befall coming events.
    pub fn plan(&self, plan: Plan) {
        self.queue().plans.push(plan);
    }

    /// Takes an event.
    pub fn send(&self, event: Event) {
        let mut queue = self.queue();
        let mishap = queue.mishap(&event.kind);
        match mishap {
            Some(Mishap::Lost) => {}
            Some(Mishap::Late) => queue.late.push(event),
            _ => {
                let times = if mishap == Some(Mishap::Twice) { 2 } else { 1 };
                for _ in 0..times {
                    queue.post(&event, mishap == Some(Mishap::Forged), self.clock.now());
                }
                for late in std::mem::take(&mut queue.late) {
                    queue.post(&late, false, self.clock.now());
                }
            }
        }
        drop(queue);
        self.wake.notify_one();
    }

    /// Sends an event to one endpoint, enabled or not: a request to confirm it, for one.
    pub fn send_to(&self, id: &str, event: Event) {
        let mut queue = self.queue();
        let due = self.clock.now();
        if let Some(endpoint) = queue.endpoints.iter().find(|endpoint| endpoint.id == id).cloned() {
            queue.parcels.push(Parcel { event, endpoint, forged: false, due, answers: Vec::new() });
        }
        drop(queue);
        self.wake.notify_one();
    }

    /// Attempts so far.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.queue().attempts.clone()
    }

    /// Events that are due and not yet answered.
    pub fn waiting(&self) -> usize {
        let queue = self.queue();
        let now = self.clock.now();
        queue.under_way + queue.parcels.iter().filter(|parcel| parcel.due <= now).count()
    }

    /// Delivers, one after the other, as long as it is polled.
    pub async fn work(self) {
        loop {
            let parcel = {
                let mut queue = self.queue();
                let now = self.clock.now();
                let next = queue.parcels.iter().position(|parcel| parcel.due <= now);
                queue.under_way = usize::from(next.is_some());
                next.map(|index| queue.parcels.remove(index))
            };
            match parcel {
                Some(parcel) => self.deliver(parcel).await,
                None => {
                    let _ = tokio::time::timeout(LOOK, self.wake.notified()).await;
                }
            }
        }
    }

    async fn deliver(&self, mut parcel: Parcel) {
        let Parcel { event, endpoint, .. } = &parcel;
        let mut body = event.body.clone();
        if self.manner.lists_attempts {
            body["attempts"] = Value::Array(parcel.answers.clone());
        }
        let body = body.to_string().into_bytes();
        let secret = if parcel.forged { "forged" } else { &endpoint.secret };
        let mut request = self.client.post(&endpoint.url).timeout(self.manner.timeout);
        request = request.header("content-type", "application/json");
        for (name, value) in (self.manner.headers)(secret, self.clock.seconds(), event, &body) {
            request = request.header(name, value);
        }
        let status = request.body(body).send().await.ok().map(|answer| answer.status().as_u16());
        let nth = u32::try_from(parcel.answers.len()).unwrap_or(u32::MAX) + 1;
        let attempt =
            Attempt { event: event.id.clone(), kind: event.kind.clone(), url: endpoint.url.clone(), nth, status };
        parcel.answers.push(json!({
            "webhook_id": 1, "id": format!("{}-{nth}", event.id), "address": endpoint.url,
            "created_at": self.clock.rfc3339(), "response_status_code": status, "response_headers": {},
            "response_body": "", "max_attempts": self.manner.pauses.len() + 1,
        }));
        let mut queue = self.queue();
        queue.attempts.push(attempt);
        if status.is_none_or(|status| !(200..300).contains(&status))
            && let Some(pause) = self.manner.pauses.get(parcel.answers.len() - 1)
        {
            parcel.due = self.clock.now() + *pause;
            queue.parcels.push(parcel);
        }
    }
}

impl Queue {
    fn mishap(&mut self, kind: &str) -> Option<Mishap> {
        let fits = |plan: &&mut Plan| plan.times > 0 && plan.kind.as_deref().is_none_or(|only| only == kind);
        let plan = self.plans.iter_mut().find(fits)?;
        plan.times -= 1;
        Some(plan.mishap)
    }

    fn post(&mut self, event: &Event, forged: bool, due: Duration) {
        for endpoint in self.endpoints.iter().filter(|endpoint| endpoint.enabled) {
            let (event, endpoint) = (event.clone(), endpoint.clone());
            self.parcels.push(Parcel { event, endpoint, forged, due, answers: Vec::new() });
        }
    }
}
