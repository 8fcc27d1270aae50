//! What all hosts of an emulator share: clock, faults, the log of requests. And how a host is served.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use reelway_fault_provider::wire::{Breaker, Port};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::{
    clock::Clock,
    fault::{Faults, Spoil},
};

/// What hosts share. A clone is the same.
#[derive(Clone, Default)]
pub struct Desk {
    /// The emulator's time.
    pub clock: Clock,
    /// What is to go wrong.
    pub faults: Faults,
    log: Arc<Mutex<Vec<Entry>>>,
}

/// A request that came.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The host: `api`, `upload` …
    pub host: &'static str,
    /// Its method.
    pub method: String,
    /// Its path with its query.
    pub path: String,
    /// Its headers, named in lower case.
    pub headers: Vec<(String, String)>,
    /// Its status. None: no answer was given.
    pub status: Option<u16>,
}

impl Entry {
    /// A header's text. Empty: it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl Desk {
    /// All requests so far, in the order in which they were answered.
    pub fn log(&self) -> Vec<Entry> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves a host on a port, as long as the tasks live.
    pub fn serve(&self, tasks: &mut JoinSet<()>, host: &'static str, port: Port, router: Router) {
        let counter = Counter { desk: self.clone(), host };
        let service = router
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(middleware::from_fn_with_state(counter, pass))
            .into_make_service_with_connect_info::<Breaker>();
        tasks.spawn(async move {
            // It never returns by itself.
            let _ = axum::serve(port, service).await;
        });
    }
}

#[derive(Clone)]
struct Counter {
    desk: Desk,
    host: &'static str,
}

/// Logs a request and gives it its fault.
async fn pass(
    State(Counter { desk, host }): State<Counter>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
    next: Next,
) -> Response {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let mut entry = Entry { host, method: request.method().to_string(), path, headers, status: None };
    let spoil = desk.faults.take(host, &entry.method, &entry.path);
    let answer = match spoil {
        Some(Spoil::Reset) => None,
        Some(Spoil::Status { status, retry_after, body }) => Some(refusal(status, retry_after, body)),
        // On its own, for a request whose client has gone is still done as far as it came.
        spoil => match tokio::spawn(next.run(request)).await {
            Ok(answer) => spoiled(answer, spoil).await,
            Err(_) => None,
        },
    };
    entry.status = answer.as_ref().map(|answer| answer.status().as_u16());
    desk.log.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    answer.unwrap_or_else(|| {
        // The answer is never seen: writing it is what resets the connection.
        breaker.reset();
        StatusCode::NO_CONTENT.into_response()
    })
}

fn refusal(status: u16, retry_after: Option<u64>, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, body).into_response();
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

async fn spoiled(answer: Response, spoil: Option<Spoil>) -> Option<Response> {
    let other = |answer: Response, body: Vec<u8>| {
        let (mut head, _) = answer.into_parts();
        head.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(head, Body::from(body))
    };
    match spoil {
        Some(Spoil::Unanswered) => None,
        Some(Spoil::Late { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Some(answer)
        }
        Some(Spoil::Truncated) => {
            let (head, body) = answer.into_parts();
            let mut body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
            body.truncate(body.len() / 2);
            Some(other(Response::from_parts(head, Body::empty()), body))
        }
        Some(Spoil::Body { body }) => Some(other(answer, body.into_bytes())),
        _ => Some(answer),
    }
}

/// Takes a port and its origin.
///
/// # Errors
/// There is no port.
pub async fn port() -> Result<(Port, String)> {
    let port = Port::bind(0).await?;
    let origin = port.origin()?;
    Ok((port, origin))
}
