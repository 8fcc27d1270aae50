//! A receiver of webhooks.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

/// A webhook that came.
#[derive(Clone)]
pub struct Call {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Takes webhooks, and answers the first ones as it is told.
pub struct Receiver {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    calls: Vec<Call>,
    answers: Vec<u16>,
}

impl Receiver {
    /// One that answers with these statuses first, and then with 200. 0: it never answers.
    pub async fn start(answers: &[u16]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared { answers: answers.to_vec(), ..Shared::default() }));
        let routes = Router::new().route("/hook", post(take)).with_state(Arc::clone(&shared));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, shared, _tasks: tasks })
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).calls.clone()
    }

    /// The types of what came, in order.
    pub fn types(&self) -> Vec<String> {
        self.calls().iter().map(|call| call.json()["type"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

async fn take(State(shared): State<Arc<Mutex<Shared>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let status = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = shared.calls.len();
        shared.calls.push(Call { headers, body });
        shared.answers.get(nth).copied().unwrap_or(200)
    };
    if status == 0 {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
