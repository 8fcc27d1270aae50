//! The text tracks that a file brings along.

use reelway_api::TrackKind;
use reelway_core::captions::{Captions, MAX_BYTES};

use super::{
    command,
    probe::{Probe, Text},
    work::{Work, WorkError},
};
use crate::{
    db::{Change, videos::TrackRow},
    title,
};

/// Text is read so many times as fast as it is shown, at least.
const SPEED: f64 = 10.0;

/// Publishes the file's text tracks. What can't be read of them is left out: a video is not lost for its captions.
///
/// # Errors
/// The store's, and the disk's.
pub async fn publish(work: &Work<'_>, probe: &Probe) -> Result<Vec<Change>, WorkError> {
    if probe.texts.is_empty() {
        return Ok(Vec::new());
    }
    let source = work.original();
    let args = command::texts(work.input(&source), probe);
    if let Err(error) = work.ffmpeg(args, work.bounds(probe.duration, SPEED)).follow(|_| ()).await {
        // What it has written until then may still serve.
        tracing::warn!(video = work.video.id, %error, "not all captions can be read");
    }
    let mut changes = Vec::new();
    for text in &probe.texts {
        let file = work.scratch.join(command::text_name(text.index));
        let Some(captions) = read(&file).await.map(|captions| captions.shifted(-lead(probe))) else { continue };
        let path = format!("{}/{}", work.prefix, command::text_name(text.index));
        work.app.store().publish_bytes(captions.to_vtt(), &format!("{}/{path}", work.video.id)).await?;
        changes.push(Change::Track(row(text, path)));
    }
    Ok(changes)
}

async fn read(file: &std::path::Path) -> Option<Captions> {
    let size = tokio::fs::metadata(file).await.ok()?.len();
    if size > MAX_BYTES as u64 {
        return None;
    }
    Captions::parse(&tokio::fs::read(file).await.ok()?).ok()
}

/// Seconds: ffmpeg counts from the first thing in the file, players from the first picture.
fn lead(probe: &Probe) -> f64 {
    let start = probe.video.as_ref().map_or(0.0, |video| video.start);
    probe.audio.as_ref().map_or(0.0, |audio| (start - audio.start).max(0.0))
}

fn row(text: &Text, path: String) -> TrackRow {
    TrackRow {
        id: format!("file-{}", text.index),
        path,
        kind: if text.hearing_impaired { TrackKind::Captions } else { TrackKind::Subtitles },
        language: tag(&text.language),
        label: title::typed(&text.title).unwrap_or_default(),
    }
}

/// The container's language, if it is one. Browsers know the three letters of ISO 639-2 as well.
fn tag(language: &str) -> String {
    let plain = (2..=35).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && language != "und" { language.to_owned() } else { String::new() }
}
