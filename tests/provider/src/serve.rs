//! Requests: read, given their fault, answered.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};

use crate::{
    cors,
    fault::{Fault, Kind},
    protocol::{Answer, Call, corrupt},
    session::{Entry, Session},
    wire::Breaker,
};

/// A request on its way through.
struct Errand {
    session: Arc<Session>,
    breaker: Breaker,
    head: Parts,
    /// The target that the URL is of, from 1. 0: none.
    target: usize,
    /// The path below the target's root.
    path: String,
    kind: Kind,
    nth: u32,
    fault: Option<Fault>,
}

/// Answers a request to a session.
pub async fn serve(
    State(session): State<Arc<Session>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS && cors::is_preflight(&head.headers) {
        return (StatusCode::NO_CONTENT, cors::allow(&head.headers)).into_response();
    }
    let (target, path) = match head.uri.path().trim_start_matches('/').split_once('/') {
        Some((target, path)) => (target.parse().unwrap_or(0), path.to_owned()),
        None => (0, head.uri.path().trim_start_matches('/').to_owned()),
    };
    let (kind, nth, fault) = {
        let mut state = session.state();
        let kind = match (target, path.as_str()) {
            (0, "target") => Kind::Target,
            (0, _) => Kind::Unknown,
            _ => state.dialogue.kind(&head.method, &path, &head.headers),
        };
        let length = head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let (nth, fault) = state.meet(&session.setup, kind, length.unwrap_or(0));
        (kind, nth, fault)
    };
    let errand = Errand { session, breaker, head, target, path, kind, nth, fault };
    // On its own, for a request whose client has gone is still done as far as it came.
    let breaker = errand.breaker.clone();
    match tokio::spawn(errand.run(body)).await {
        Ok(response) => response,
        Err(_) => reset(&breaker),
    }
}

/// The answer is never seen: writing it is what resets the connection.
fn reset(breaker: &Breaker) -> Response {
    breaker.reset();
    StatusCode::NO_CONTENT.into_response()
}

impl Errand {
    async fn run(self, body: Body) -> Response {
        if self.fault == Some(Fault::ResetBefore) {
            self.note(0, 0, None);
            return reset(&self.breaker);
        }
        let most = match self.fault {
            Some(Fault::ResetAt { bytes } | Fault::StallAt { bytes }) => usize::try_from(bytes).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let (body, whole) = self.read(body, most).await;
        if self.fault == Some(Fault::Stall) {
            self.note(body.len(), 0, None);
            return self.never().await;
        }
        if let Some(Fault::DoneLate { after }) = self.fault {
            self.sleep(after).await;
        }
        let answer = self.act(body, whole);
        match &self.fault {
            Some(Fault::ResetAt { .. } | Fault::ResetAfter) => return reset(&self.breaker),
            Some(Fault::StallAt { .. } | Fault::StallAfter) => return self.never().await,
            Some(Fault::AnswerLate { after }) => self.sleep(*after).await,
            _ => {}
        }
        if answer.is_final {
            self.session.state().final_was_given();
        }
        self.respond(answer)
    }

    /// The body as far as it comes, and whether that is all.
    async fn read(&self, body: Body, most: usize) -> (Vec<u8>, bool) {
        let mut pieces = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { return (bytes, false) };
            if self.session.setup.read_rate > 0 {
                let time = piece.len() as f64 / self.session.setup.read_rate as f64;
                tokio::time::sleep(Duration::from_secs_f64(time)).await;
            }
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                bytes.truncate(most);
                return (bytes, false);
            }
        }
        (bytes, true)
    }

    /// Does it, as far as the fault lets it be done, and logs it.
    fn act(&self, mut body: Vec<u8>, whole: bool) -> Answer {
        let read = body.len();
        let mut state = self.session.state();
        if let Some(Fault::Expire { status }) = self.fault {
            state.expire(status);
        }
        let before = state.dialogue.held();
        if let Some(Fault::Lose { bytes }) = self.fault {
            state.dialogue.lose(bytes);
        }
        if self.fault == Some(Fault::Corrupt) {
            corrupt(&mut body);
        }
        let answer = match &self.fault {
            Some(Fault::Status { status, retry_after }) => bare(*status, *retry_after),
            Some(Fault::FalseSuccess) => state.dialogue.done().closing(false),
            _ if self.kind == Kind::Target => {
                drop(state);
                let target = self.session.target().to_string();
                state = self.session.state();
                Answer::of(StatusCode::OK).with("Content-Type", "application/json").body(target)
            }
            _ if self.kind == Kind::Unknown && self.head.method != Method::OPTIONS => Answer::of(StatusCode::NOT_FOUND),
            _ => match state.expiry(&self.session.setup, self.target) {
                Some(status) => Answer::of(status),
                None => state.dialogue.handle(&self.call(body, whole)),
            },
        };
        let dialogue = &state.dialogue;
        let answer = match &self.fault {
            Some(Fault::StatusAfter { status, retry_after }) => bare(*status, *retry_after),
            Some(Fault::NotYet { proof: true }) => dialogue.boast(dialogue.not_yet(), 0),
            Some(Fault::NotYet { proof: false }) => dialogue.not_yet(),
            Some(Fault::Boast { bytes }) => dialogue.boast(answer, *bytes),
            Some(Fault::NoProof) => {
                let proof = dialogue.proof();
                let headers = answer.headers.into_iter().filter(|(name, _)| *name != proof).collect();
                Answer { headers, ..answer }
            }
            // Nobody sees it.
            Some(Fault::NoCors) => answer.closing(false),
            _ => answer,
        };
        let kept = dialogue.held().cast_signed() - before.cast_signed();
        drop(state);
        let unanswered = matches!(
            self.fault,
            Some(Fault::ResetAt { .. } | Fault::ResetAfter | Fault::StallAt { .. } | Fault::StallAfter)
        );
        self.note(read, kept, (!unanswered).then_some(answer.status));
        answer
    }

    fn call(&self, body: Vec<u8>, whole: bool) -> Call {
        let keep = match self.fault {
            Some(Fault::Keep { bytes }) => usize::try_from(bytes).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        Call {
            method: self.head.method.clone(),
            path: self.path.clone(),
            query: self.head.uri.query().unwrap_or_default().to_owned(),
            headers: self.head.headers.clone(),
            keep: keep.min(body.len()),
            body,
            whole,
            root: self.session.root(self.target),
        }
    }

    fn respond(&self, answer: Answer) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.fault != Some(Fault::NoCors) {
            let proof = self.session.state().dialogue.proof();
            cors::expose(&mut headers, (self.fault == Some(Fault::HiddenProof)).then_some(proof));
        }
        let body = match self.fault {
            Some(Fault::Truncated) => {
                headers.insert(header::CONTENT_LENGTH, (answer.body.len() + 100).into());
                truncated(answer.body)
            }
            Some(Fault::Trickle { over }) => trickle(answer.body, over),
            _ => Body::from(answer.body),
        };
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, headers, body).into_response()
    }

    async fn sleep(&self, milliseconds: u64) {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            () = self.session.until_closed() => {}
        }
    }

    async fn never(&self) -> Response {
        self.session.until_closed().await;
        reset(&self.breaker)
    }

    fn note(&self, body: usize, kept: i64, status: Option<u16>) {
        let header = |name| self.head.headers.get(name).and_then(|value| value.to_str().ok());
        let part = || self.head.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("partNumber="));
        let range = header("content-range").or_else(|| header("upload-offset")).or_else(part);
        self.session.state().note(Entry {
            kind: self.kind,
            nth: self.nth,
            method: self.head.method.to_string(),
            path: self.head.uri.path().to_owned(),
            range: range.unwrap_or_default().to_owned(),
            body: body as u64,
            kept,
            status,
            fault: self.fault.clone(),
        });
    }
}

fn bare(status: u16, retry_after: Option<u64>) -> Answer {
    let answer = Answer { status, ..Answer::default() };
    match retry_after {
        Some(seconds) => answer.with("Retry-After", seconds.to_string()),
        None => answer,
    }
}

/// The body and one byte more, and then the connection ends.
fn truncated(body: String) -> Body {
    let pieces = [Ok(body + " "), Err(io::Error::from(io::ErrorKind::UnexpectedEof))];
    Body::from_stream(stream::iter(pieces).then(async |piece| {
        // Head and body are on their way before the end is known.
        tokio::time::sleep(Duration::from_millis(10)).await;
        piece
    }))
}

/// The body in ten pieces. White space follows it, so that there are pieces of an empty one too.
fn trickle(body: String, over: u64) -> Body {
    let mut bytes = body.into_bytes();
    bytes.resize(bytes.len().max(10), b' ');
    let size = bytes.len().div_ceil(10);
    let pieces: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
    Body::from_stream(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(Duration::from_millis(over / 10)).await;
        Ok::<_, Infallible>(piece)
    }))
}
