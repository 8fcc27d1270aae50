//! All that the uploader says.

use reelway_core::{
    probe::Header,
    text::{bytes, clock, rate, remaining},
    upload::queue::Totals,
};

use super::state::{ItemState, Stage};

pub const DROP_TITLE: &str = "Drop a video here";
pub const DROP_TITLE_MANY: &str = "Drop videos here";
pub const DROP_AGAIN: &str = "Add another video";
pub const DROP_AGAIN_MANY: &str = "Add more videos";
pub const DROP_HINT: &str = "MP4, MOV, WebM, MKV and most others. It starts at once.";
pub const CHOOSE: &str = "Choose a video";
pub const CHOOSE_MANY: &str = "Choose videos";
pub const OVERLAY: &str = "Let go to upload";
pub const LIST: &str = "Uploads";
pub const PAUSE: &str = "Pause";
pub const RESUME: &str = "Resume";
pub const CANCEL: &str = "Cancel";
pub const RETRY: &str = "Try again";
pub const DISMISS: &str = "Remove from this list";
pub const CHOOSE_ANOTHER: &str = "Choose another file";
pub const CHOOSE_AGAIN: &str = "Choose the file again";
pub const CONTINUE: &str = "Continue";
pub const DISCARD: &str = "Discard";
pub const ELSEWHERE: &str = "Uploading in another tab";
pub const FIRST: &str = "Upload next";
pub const COPY_DETAILS: &str = "Copy details for a bug report";
pub const COPIED: &str = "The details are on the clipboard.";
pub const NOT_COPIED: &str = "The browser does not let this page use the clipboard.";
pub const SUMMARY: &str = "All uploads";
pub const PAUSE_ALL: &str = "Pause all";
pub const RESUME_ALL: &str = "Resume all";
pub const WATCH: &str = "Watch";

/// How far all files are, in one line.
pub fn totals(totals: &Totals) -> String {
    let sent = bytes(totals.acknowledged + totals.in_flight);
    let mut line = format!("{} of {} uploaded · {sent} of {}", totals.arrived, totals.files, bytes(totals.total));
    if let Some(measured) = totals.rate {
        line.push_str(&format!(" · {}", rate(measured)));
    }
    if let Some(eta) = totals.eta {
        line.push_str(&format!(" · {}", remaining(eta)));
    }
    line
}

/// What is read out when a file is sent before others.
pub fn goes_next(filename: &str) -> String {
    format!("{filename} goes next")
}

/// The name of a button, with the file that it acts on: a screen reader meets it out of its row.
pub fn action(action: &str, filename: &str) -> String {
    format!("{action}: {filename}")
}

/// The name of the picture that can be scrubbed.
pub fn preview(filename: &str) -> String {
    format!("Preview of {filename}")
}

/// The shape and the length of a video, as far as they are known: "1920 × 1080 · 0:30".
pub fn details(header: &Header) -> String {
    let size = header.display().map(|(width, height)| format!("{width} × {height}"));
    let parts: Vec<String> = size
        .into_iter()
        .chain(
            // What is shorter than a second is something all the same.
            header.duration.map(|duration| clock(duration.max(1.0))),
        )
        .collect();
    parts.join(" · ")
}

/// Where a file stands, in one line.
pub fn status(state: &ItemState) -> String {
    let percent = format!("{} %", state.percent());
    match &state.stage {
        Stage::Checking => "Checking the file…".into(),
        Stage::Queued => "Waiting for its turn".into(),
        Stage::Starting => "Starting…".into(),
        Stage::Uploading => {
            let mut line = format!("Uploading · {percent}");
            if let Some(measured) = state.progress.rate {
                line.push_str(&format!(" · {}", rate(measured)));
            }
            if let Some(eta) = state.progress.eta {
                line.push_str(&format!(" · {}", remaining(eta)));
            }
            line
        }
        Stage::Waiting { seconds } => {
            let reason = state.message.as_deref().unwrap_or("The connection was lost.");
            format!("{reason} Trying again {}", if *seconds == 0 { "now…".into() } else { format!("in {seconds} s…") })
        }
        Stage::Offline => format!("Offline at {percent}. It goes on when the connection is back."),
        Stage::Paused => format!("Paused at {percent}"),
        Stage::Finalising => "Finalising…".into(),
        Stage::Processing => match state.processing {
            Some(processing) => format!("Processing · {processing} %"),
            None => "Processing…".into(),
        },
        Stage::Uploaded => "Uploaded".into(),
        Stage::Ready => "Ready to watch".into(),
        Stage::Failed { .. } => {
            state.message.clone().unwrap_or_else(|| "Something went wrong. Nothing of your file is lost.".into())
        }
        Stage::Cancelled => "Cancelled".into(),
    }
}

/// The size of a file, or how much of it has been sent.
pub fn size(state: &ItemState) -> String {
    let total = state.progress.total;
    if state.stage.is_sending() && state.progress.acknowledged > 0 {
        part_of(state.progress.acknowledged, total)
    } else {
        bytes(total)
    }
}

/// How much of a file has been sent.
pub fn part_of(acknowledged: u64, total: u64) -> String {
    format!("{} of {}", bytes(acknowledged), bytes(total))
}

/// Where an upload stands that an earlier page began.
pub fn interrupted(percent: u8, needs_file: bool) -> String {
    let next = if needs_file { ". To go on, choose the file again." } else { "" };
    format!("Interrupted at {percent} %{next}")
}

/// What is read out when there are uploads to continue.
pub fn found_interrupted(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("An upload was interrupted. You can continue it.".to_owned()),
        _ => Some(format!("{count} uploads were interrupted. You can continue them.")),
    }
}

/// What is read out when a file comes to another stage.
pub fn announcement(filename: &str, state: &ItemState) -> String {
    let stage = match &state.stage {
        Stage::Uploading => "uploading".into(),
        Stage::Waiting { .. } => "interrupted, trying again by itself".into(),
        Stage::Offline => "offline".into(),
        Stage::Paused => "paused".into(),
        Stage::Processing => "uploaded, processing".into(),
        Stage::Uploaded => "uploaded".into(),
        Stage::Ready => "ready to watch".into(),
        Stage::Failed { .. } => status(state),
        Stage::Cancelled => "cancelled".into(),
        Stage::Checking | Stage::Queued | Stage::Starting | Stage::Finalising => return String::new(),
    };
    format!("{filename}: {stage}")
}
