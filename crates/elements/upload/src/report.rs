//! What JavaScript hears of an upload, as JSON.

use std::ops::Range;

use reelway::{Upload, dom::number};
use reelway_api::json::Writer;

/// Where the upload stands.
pub fn change(upload: &Upload) -> String {
    let snapshot = upload.snapshot();
    let progress = snapshot.progress;
    let told = Writer::default()
        .whole("acknowledged", progress.acknowledged)
        .whole("sent", progress.acknowledged + progress.in_flight)
        .whole("total", progress.total)
        .json("rate", &fraction(progress.rate))
        .json("eta", &fraction(progress.eta))
        .finish();
    let error = snapshot
        .error
        .map_or_else(|| "null".to_owned(), |error| refusal(error.code(), &error.to_string(), error.retriable()));
    Writer::default()
        .text("state", snapshot.phase.name())
        .json("progress", &told)
        .json("error", &error)
        .maybe_text("videoId", upload.video_id().as_deref())
        .text("body", &upload.body())
        .finish()
}

/// Why something does not go on: a code, its sentence, and whether the same may work another time.
pub fn refusal(code: &str, message: &str, retriable: bool) -> String {
    Writer::default().text("code", code).text("message", message).flag("retriable", retriable).finish()
}

/// The bytes of a chunk that is being sent.
pub fn attempt(bytes: Range<u64>) -> String {
    Writer::default().whole("start", bytes.start).whole("end", bytes.end).finish()
}

fn fraction(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| "null".to_owned(), number)
}
