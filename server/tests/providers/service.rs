//! A service that answers by script, on a port of its own.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

/// What is answered.
#[derive(Clone)]
pub enum Reply {
    Json(u16, Value),
    With(u16, Vec<(&'static str, String)>, Value),
    Text(u16, &'static str),
    /// Half of a body, and then the connection breaks.
    Truncated(u16),
    /// No answer for longer than anybody waits.
    Silence,
    /// The same, once the test lets it go.
    Held(Arc<Semaphore>, Box<Reply>),
}

/// A request that has come.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone)]
pub struct Service {
    pub base: String,
    inner: Arc<Inner>,
}

struct Inner {
    script: Mutex<HashMap<String, VecDeque<Reply>>>,
    seen: Mutex<Vec<Seen>>,
    count: watch::Sender<usize>,
}

impl Service {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner { script: Mutex::default(), seen: Mutex::default(), count: watch::Sender::new(0) };
        let service = Self { base, inner: Arc::new(inner) };
        let router = Router::new().fallback(answer).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    /// The answers to `METHOD /path`, one after the other. The last is given again and again.
    pub fn script(&self, line: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.inner.script.lock().unwrap().insert(line.to_owned(), replies.into_iter().collect());
        self
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.seen.lock().unwrap().clone()
    }

    /// How many requests have come with this line.
    pub fn count(&self, line: &str) -> usize {
        self.seen().iter().filter(|seen| seen.line == line).count()
    }

    /// Waits until so many requests have come.
    pub async fn reached(&self, count: usize) {
        self.inner.count.subscribe().wait_for(|seen| *seen >= count).await.unwrap();
    }
}

async fn answer(State(service): State<Service>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let line = format!("{} {}", parts.method, parts.uri);
    let seen =
        Seen { line: line.clone(), headers: parts.headers, body: serde_json::from_slice(&body).unwrap_or_default() };
    service.inner.seen.lock().unwrap().push(seen);
    service.inner.count.send_modify(|count| *count += 1);
    let reply = {
        let mut script = service.inner.script.lock().unwrap();
        match script.get_mut(&line) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        }
    };
    send(reply.unwrap_or(Reply::Json(404, serde_json::json!({"error": {"type": "not_found", "messages": [line]}}))))
        .await
}

async fn send(reply: Reply) -> Response {
    let status = |status: u16| StatusCode::from_u16(status).unwrap();
    match reply {
        Reply::Json(code, Value::Null) => status(code).into_response(),
        Reply::Json(code, body) => (status(code), axum::Json(body)).into_response(),
        Reply::With(code, headers, body) => {
            let mut response = Box::pin(send(Reply::Json(code, body))).await;
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Reply::Text(code, body) => (status(code), body).into_response(),
        Reply::Truncated(code) => {
            let pieces: [Result<Bytes, std::io::Error>; 2] =
                [Ok(Bytes::from_static(b"{\"data\":{\"id\":")), Err(std::io::Error::other("the test cuts it off"))];
            (status(code), Body::from_stream(futures_util::stream::iter(pieces))).into_response()
        }
        Reply::Silence => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            StatusCode::OK.into_response()
        }
        Reply::Held(gate, reply) => {
            gate.acquire().await.unwrap().forget();
            Box::pin(send(*reply)).await
        }
    }
}
