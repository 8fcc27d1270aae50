//! All that the uploader says.

use reelway_core::{probe::Header, text::clock, upload::queue::Totals};

use super::state::{ItemState, Stage};
use crate::texts::{Key, Texts, keys};

keys! {
    DROP_TITLE "drop.one" "Drop a video here"
    DROP_TITLE_MANY "drop.many" "Drop videos here"
    DROP_AGAIN "drop.again.one" "Add another video"
    DROP_AGAIN_MANY "drop.again.many" "Add more videos"
    DROP_HINT "drop.hint" "MP4, MOV, WebM, MKV and most others. It starts at once."
    CHOOSE "choose.one" "Choose a video"
    CHOOSE_MANY "choose.many" "Choose videos"
    OVERLAY "drop.overlay" "Let go to upload"
    LIST "uploads" "Uploads"
    PAUSE "upload.pause" "Pause"
    RESUME "upload.resume" "Resume"
    CANCEL "upload.cancel" "Cancel"
    RETRY "upload.retry" "Try again"
    DISMISS "upload.dismiss" "Remove from this list"
    CHOOSE_ANOTHER "choose.another" "Choose another file"
    CHOOSE_AGAIN "choose.again" "Choose the file again"
    CONTINUE "upload.continue" "Continue"
    DISCARD "upload.discard" "Discard"
    ELSEWHERE "upload.elsewhere" "Uploading in another tab"
    FIRST "upload.first" "Upload next"
    COPY_DETAILS "details.copy" "Copy details for a bug report"
    COPIED "details.copied" "The details are on the clipboard."
    NOT_COPIED "details.not-copied" "The browser does not let this page use the clipboard."
    SUMMARY "uploads.all" "All uploads"
    PAUSE_ALL "uploads.pause" "Pause all"
    RESUME_ALL "uploads.resume" "Resume all"
    ARRIVED "uploads.arrived" "{arrived} of {files} uploaded"
    WATCH "watch" "Watch"
    ACTION "upload.action" "{action}: {file}"
    GOES_NEXT "upload.goes-next" "{file} goes next"
    PREVIEW "preview" "Preview of {file}"
    PART_OF "upload.part" "{part} of {whole}"
    INTERRUPTED "upload.interrupted" "Interrupted at {percent}"
    INTERRUPTED_FILE "upload.interrupted.file" "Interrupted at {percent}. To go on, choose the file again."
    FOUND_ONE "uploads.interrupted.one" "An upload was interrupted. You can continue it."
    FOUND_MANY "uploads.interrupted.many" "{count} uploads were interrupted. You can continue them."
    CHECKING "stage.checking" "Checking the file…"
    QUEUED "stage.queued" "Waiting for its turn"
    STARTING "stage.starting" "Starting…"
    UPLOADING "stage.uploading" "Uploading"
    WAITING "stage.waiting" "{reason} Trying again in {time}…"
    WAITING_NOW "stage.waiting.now" "{reason} Trying again now…"
    LOST "stage.waiting.lost" "The connection was lost."
    OFFLINE "stage.offline" "Offline at {percent}. It goes on when the connection is back."
    PAUSED "stage.paused" "Paused at {percent}"
    FINALISING "stage.finalising" "Finalising…"
    PROCESSING "stage.processing" "Processing…"
    PROCESSING_AT "stage.processing.at" "Processing"
    UPLOADED "stage.uploaded" "Uploaded"
    READY "stage.ready" "Ready to watch"
    FAILED "stage.failed" "Something went wrong. Nothing of your file is lost."
    CANCELLED "stage.cancelled" "Cancelled"
    SAY "say.stage" "{file}: {stage}"
    SAY_UPLOADING "say.uploading" "uploading"
    SAY_WAITING "say.waiting" "interrupted, trying again by itself"
    SAY_OFFLINE "say.offline" "offline"
    SAY_PAUSED "say.upload-paused" "paused"
    SAY_PROCESSING "say.processing" "uploaded, processing"
    SAY_UPLOADED "say.uploaded" "uploaded"
    SAY_READY "say.ready" "ready to watch"
    SAY_CANCELLED "say.cancelled" "cancelled"
}

/// What belongs together in one line.
fn line(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(" · ")
}

/// How fast it goes and how long it takes, as far as that is known.
fn pace(texts: Texts, rate: Option<f64>, eta: Option<f64>) -> impl Iterator<Item = String> {
    let rate = rate.map(|measured| texts.rate(measured));
    rate.into_iter().chain(eta.map(|eta| texts.remaining(eta)))
}

/// How far all files are, in one line.
pub fn totals(texts: Texts, totals: &Totals) -> String {
    let (arrived, files) = (totals.arrived.to_string(), totals.files.to_string());
    let arrived = texts.fill(ARRIVED, &[("arrived", &arrived), ("files", &files)]);
    let sent = part_of(texts, totals.acknowledged + totals.in_flight, totals.total);
    line([arrived, sent].into_iter().chain(pace(texts, totals.rate, totals.eta)))
}

/// What is read out when a file is sent before others.
pub fn goes_next(texts: Texts, filename: &str) -> String {
    texts.fill(GOES_NEXT, &[("file", filename)])
}

/// The name of a button, with the file that it acts on: a screen reader meets it out of its row.
pub fn action(texts: Texts, action: Key, filename: &str) -> String {
    texts.fill(ACTION, &[("action", &texts.get(action)), ("file", filename)])
}

/// The name of the picture that can be scrubbed.
pub fn preview(texts: Texts, filename: &str) -> String {
    texts.fill(PREVIEW, &[("file", filename)])
}

/// The shape and the length of a video, as far as they are known: "1920 × 1080 · 0:30".
pub fn details(header: &Header) -> String {
    let size = header.display().map(|(width, height)| format!("{width} × {height}"));
    // What is shorter than a second is something all the same.
    let length = header.duration.map(|duration| clock(duration.max(1.0)));
    line(size.into_iter().chain(length))
}

/// Where a file stands, in one line.
pub fn status(texts: Texts, state: &ItemState) -> String {
    let share = || texts.percent(state.percent().into());
    let at = |key: Key| texts.fill(key, &[("percent", &share())]);
    let message = || state.message.as_ref().map(|message| texts.sentence(state.code.unwrap_or_default(), message));
    match &state.stage {
        Stage::Checking => texts.get(CHECKING),
        Stage::Queued => texts.get(QUEUED),
        Stage::Starting => texts.get(STARTING),
        Stage::Uploading => {
            let begin = [texts.get(UPLOADING), share()].into_iter();
            line(begin.chain(pace(texts, state.progress.rate, state.progress.eta)))
        }
        Stage::Waiting { seconds } => {
            let reason = message().unwrap_or_else(|| texts.get(LOST));
            let key = if *seconds == 0 { WAITING_NOW } else { WAITING };
            texts.fill(key, &[("reason", &reason), ("time", &texts.seconds(*seconds))])
        }
        Stage::Offline => at(OFFLINE),
        Stage::Paused => at(PAUSED),
        Stage::Finalising => texts.get(FINALISING),
        Stage::Processing => match state.processing {
            Some(processing) => line([texts.get(PROCESSING_AT), texts.percent(processing.into())]),
            None => texts.get(PROCESSING),
        },
        Stage::Uploaded => texts.get(UPLOADED),
        Stage::Ready => texts.get(READY),
        Stage::Failed { .. } => message().unwrap_or_else(|| texts.get(FAILED)),
        Stage::Cancelled => texts.get(CANCELLED),
    }
}

/// The size of a file, or how much of it has been sent.
pub fn size(texts: Texts, state: &ItemState) -> String {
    let total = state.progress.total;
    if state.stage.is_sending() && state.progress.acknowledged > 0 {
        part_of(texts, state.progress.acknowledged, total)
    } else {
        texts.bytes(total)
    }
}

/// How much of a file has been sent.
pub fn part_of(texts: Texts, acknowledged: u64, total: u64) -> String {
    texts.fill(PART_OF, &[("part", &texts.bytes(acknowledged)), ("whole", &texts.bytes(total))])
}

/// Where an upload stands that an earlier page began.
pub fn interrupted(texts: Texts, percent: u8, needs_file: bool) -> String {
    let key = if needs_file { INTERRUPTED_FILE } else { INTERRUPTED };
    texts.fill(key, &[("percent", &texts.percent(percent.into()))])
}

/// What is read out when there are uploads to continue. For several, languages choose words that fit any number.
pub fn found_interrupted(texts: Texts, count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(texts.get(FOUND_ONE)),
        _ => Some(texts.fill(FOUND_MANY, &[("count", &count.to_string())])),
    }
}

/// What is read out when a file comes to another stage.
pub fn announcement(texts: Texts, filename: &str, state: &ItemState) -> String {
    let stage = match &state.stage {
        Stage::Uploading => texts.get(SAY_UPLOADING),
        Stage::Waiting { .. } => texts.get(SAY_WAITING),
        Stage::Offline => texts.get(SAY_OFFLINE),
        Stage::Paused => texts.get(SAY_PAUSED),
        Stage::Processing => texts.get(SAY_PROCESSING),
        Stage::Uploaded => texts.get(SAY_UPLOADED),
        Stage::Ready => texts.get(SAY_READY),
        Stage::Failed { .. } => status(texts, state),
        Stage::Cancelled => texts.get(SAY_CANCELLED),
        Stage::Checking | Stage::Queued | Stage::Starting | Stage::Finalising => return String::new(),
    };
    texts.fill(SAY, &[("file", filename), ("stage", &stage)])
}
