//! What JavaScript hears of an upload, as JSON.

use std::ops::Range;

use reelway::Upload;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    state: &'static str,
    progress: Progress,
    error: Option<Error>,
    video_id: Option<String>,
    body: String,
}

#[derive(Serialize)]
struct Progress {
    acknowledged: u64,
    sent: u64,
    total: u64,
    rate: Option<f64>,
    eta: Option<f64>,
}

#[derive(Serialize)]
struct Error {
    code: &'static str,
    message: String,
    retriable: bool,
}

#[derive(Serialize)]
struct Attempt {
    start: u64,
    end: u64,
}

/// Where the upload stands.
pub fn change(upload: &Upload) -> String {
    let snapshot = upload.snapshot();
    let progress = snapshot.progress;
    json(&Change {
        state: snapshot.phase.name(),
        progress: Progress {
            acknowledged: progress.acknowledged,
            sent: progress.acknowledged + progress.in_flight,
            total: progress.total,
            rate: progress.rate,
            eta: progress.eta,
        },
        error: snapshot.error.map(|error| Error {
            code: error.code(),
            message: error.to_string(),
            retriable: error.retriable(),
        }),
        video_id: upload.video().map(|video| video.id),
        body: upload.body(),
    })
}

/// The bytes of a chunk that is being sent.
pub fn attempt(bytes: Range<u64>) -> String {
    json(&Attempt { start: bytes.start, end: bytes.end })
}

/// As JSON.
pub fn json(value: &impl Serialize) -> String {
    // Only maps with other keys than strings fail, and there are none.
    serde_json::to_string(value).unwrap_or_default()
}
