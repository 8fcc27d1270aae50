//! The sink: a server of storage protocols that throws away what it is sent, as fast as it can, and counts.
//!
//! It has another origin than the page, as a provider has: browsers ask it for permission (CORS) before each kind of request.

mod plain;
mod resumable;
mod s3;
mod store;
mod tus;

use std::{
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    serve::ListenerExt,
};
use http_body_util::BodyExt;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

use self::store::{Bytes, Store};
pub use self::store::{Finished, Tally};
pub use crate::link::Speed;
use crate::link::{Link, RECEIVE_BUFFER};

/// A sink that is running. It ends when this is dropped.
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// What all requests see.
struct Shared {
    store: Store,
    link: Option<Link>,
}

impl Sink {
    /// Starts one on a free port, behind a link of this speed, or as fast as it goes.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(speed: Option<Speed>) -> Result<Self> {
        let listener = listener(speed.is_some())?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { store: Store::default(), link: speed.map(Link::new) });
        let router = Router::new()
            .merge(plain::routes())
            .merge(resumable::routes())
            .merge(tus::routes())
            .merge(s3::routes())
            .layer(middleware::from_fn_with_state(Arc::clone(&shared), at_the_door))
            .with_state(Arc::clone(&shared));
        let listener = listener.tap_io(|connection| {
            // Answers are small, and must not wait for more to be sent with them.
            let _ = connection.set_nodelay(true);
        });
        let serve = axum::serve(listener, router).into_future();
        let task = tokio::spawn(async {
            // It only ends with the runtime.
            let _ = serve.await;
        });
        Ok(Self { address, shared, task })
    }

    /// Its origin, such as `http://127.0.0.1:41234`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has come since the last time, and starts again from nothing.
    pub fn take_tally(&self) -> Tally {
        self.shared.store.take_tally()
    }

    /// Whether to keep what is sent until the upload is finished, for its SHA-256. This costs time and memory.
    pub fn keep_bytes(&self, keep: bool) {
        self.shared.store.keep_bytes(keep);
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn listener(slow: bool) -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    if slow {
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket.listen(1024)?)
}

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const EXPOSED: &str = "ETag, Location, Range, Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset";

/// Counts each request, answers preflights, lets answers take their time and every origin read them.
async fn at_the_door(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    shared.store.count_request(preflight);
    let mut answer = if preflight {
        let asked_for = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let allowed = asked_for.unwrap_or(HeaderValue::from_static("*"));
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS)),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, allowed),
            (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200")),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    } else {
        next.run(request).await
    };
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    if let Some(link) = &shared.link {
        link.travel().await;
    }
    answer
}

impl Shared {
    /// Reads a body to its end and throws it away, or keeps it if the sink was told to.
    ///
    /// # Errors
    /// The connection breaks: the answer is for nobody.
    async fn swallow(&self, body: Body) -> Result<Bytes, Refusal> {
        let mut body = body;
        let mut bytes = Bytes::none(self.store.keeps_bytes());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(refuse)?;
            let Ok(data) = frame.into_data() else { continue };
            if let Some(link) = &self.link {
                link.pass(data.len(), bytes.count == 0).await;
            }
            bytes.append(&data);
        }
        Ok(bytes)
    }
}

/// Why a request is refused.
type Refusal = (StatusCode, String);

/// `400`, with a reason for the person who looks.
fn refuse(why: impl ToString) -> Refusal {
    (StatusCode::BAD_REQUEST, why.to_string())
}

/// A header's text, if it is there and is text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A header's whole number.
fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}
