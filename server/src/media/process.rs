//! Makes an uploaded file playable.

use std::{fs::File, path::Path};

use reelway_api::VideoStatus;

use super::{
    boxes::{self, Wholeness},
    command::{self, COPY, SOUND},
    decide::{self, Decision, Limits, Reject, Sound},
    encrypt,
    ladder::{self, Picture, Plan},
    master::{Rendition, Track},
    package::Package,
    probe::{self, KeyFrames, Probe, Rate, Video},
    publish::Measured,
    texts,
    tool::ToolError,
    work::{Outcome, Work, WorkError},
};
use crate::{config::Encryption, db::Change, jobs::JobKind};

/// Real time that key frames are listed, and tracks copied, at least so many times as fast as.
const COPY_SPEED: f64 = 10.0;
/// Transcoding is at least as fast as this, even of the largest pictures on the slowest machines.
const TRANSCODE_SPEED: f64 = 1.0 / 60.0;
/// Seconds that the output may be shorter than the file says that it is, and the part of it on top.
const SHORTER: (f64, f64) = (1.0, 0.02);

/// Probes, decides, and publishes the first rendition (a copy) or all of them.
///
/// # Errors
/// [`WorkError`]; nothing is published under the video's name then, but files may be left under the work's prefix.
pub async fn process(work: &Work<'_>) -> Result<Outcome, WorkError> {
    if work.video.status != VideoStatus::Processing {
        return Ok(Outcome::default());
    }
    let source = work.original();
    let limits = &work.app.config().limits;
    let probe = examine(work, &source, limits.max_pixels).await?;
    let limits = Limits { max_duration: limits.max_duration, max_pixels: limits.max_pixels };
    let video = decide::screen(&probe, &limits)?;
    let picture = Picture::of(video);
    let shown = |side: f64| Some(side.round() as u32);
    let facts = Change::Facts {
        duration: video.duration.or(probe.duration),
        width: shown(picture.width),
        height: shown(picture.height),
        size: None,
    };
    work.app.videos().apply(&work.video.id, facts).await?;

    let keys = match decide::obstacle(&probe, video) {
        None => list_key_frames(work, &source, &probe).await,
        Some(why) => {
            tracing::info!(video = work.video.id, why, "it is transcoded");
            None
        }
    };
    match (decide::decide(&probe, video, keys.as_ref()), keys) {
        (Decision::Copy(sound), Some(keys)) => match copy(work, &source, &probe, video, sound, keys).await {
            Err(WorkError::Tool(error)) if error.complaint().is_some() => {
                tracing::warn!(video = work.video.id, %error, "it can't be copied, and is transcoded");
                transcode(work, &source, &probe, video, Plan::new(picture)).await
            }
            done => done,
        },
        (Decision::Transcode(plan), _) => transcode(work, &source, &probe, video, plan).await,
        (Decision::Copy(_), None) => transcode(work, &source, &probe, video, Plan::new(picture)).await,
    }
}

/// Refuses what is cut off, and asks ffprobe about the rest.
async fn examine(work: &Work<'_>, source: &Path, max_pixels: u64) -> Result<Probe, WorkError> {
    let path = source.to_owned();
    let wholeness = tokio::task::spawn_blocking(move || boxes::wholeness(&mut File::open(path)?)).await;
    let wholeness = wholeness.map_err(|_| WorkError::Unfit("the file's boxes could not be read"))??;
    if wholeness == Wholeness::CutOff {
        return Err(Reject::truncated().into());
    }
    match probe::probe(source, max_pixels, work.scratch).await {
        Err(error) if error.complaint().is_some() => {
            tracing::info!(video = work.video.id, %error, "ffprobe refuses it");
            Err(Reject::not_a_video().into())
        }
        other => Ok(other?),
    }
}

/// None where they can't be listed: then there is no copy.
async fn list_key_frames(work: &Work<'_>, source: &Path, probe: &Probe) -> Option<KeyFrames> {
    let bounds = work.bounds(probe.duration, COPY_SPEED);
    let max_pixels = work.app.config().limits.max_pixels;
    match probe::key_frames(source, probe, max_pixels, bounds, work.scratch).await {
        Ok(keys) => keys,
        Err(error) => {
            tracing::warn!(video = work.video.id, %error, "its key frames can't be listed");
            None
        }
    }
}

async fn copy(
    work: &Work<'_>,
    source: &Path,
    probe: &Probe,
    video: &Video,
    sound: Sound,
    keys: KeyFrames,
) -> Result<Outcome, WorkError> {
    make_folders(work, &[COPY, SOUND]).await?;
    let args = command::copy(work.input(source), probe, video, sound);
    let seconds = video.duration.or(probe.duration);
    let run = work.ffmpeg(args, work.bounds(seconds, COPY_SPEED));
    run.follow(|done| work.tell(done, seconds, |part| Some((part * 99.0) as u8))).await?;

    let measured = Measured::of(work.scratch, COPY).await?;
    let made = if sound == Sound::None { None } else { Some(Measured::of(work.scratch, SOUND).await?) };
    check_length(work, probe, video, &measured, made.as_ref())?;
    let channels = probe.audio.as_ref().filter(|_| sound == Sound::Copy).map_or(STEREO, |audio| audio.channels);
    let rendition = rendition(&measured, video.width, video.height, average(video, &measured));
    let pending = ladder::below_copy(&Picture::of(video));
    let package = Package {
        prefix: work.prefix.to_owned(),
        copied: true,
        encrypted: false,
        duration: length(&measured, made.as_ref()),
        width: video.width,
        height: video.height,
        key_frame_gap: keys.longest_gap,
        renditions: vec![rendition],
        sound: made.as_ref().map(|measured| track(measured, channels)),
        pending,
    };
    publish(work, probe, package, &[measured], made.as_ref()).await
}

async fn transcode(
    work: &Work<'_>,
    source: &Path,
    probe: &Probe,
    video: &Video,
    plan: Plan,
) -> Result<Outcome, WorkError> {
    let mut names: Vec<_> = plan.rungs.iter().map(|rung| rung.name.as_str()).collect();
    names.push(SOUND);
    make_folders(work, &names).await?;
    match make_renditions(work, source, probe, video, &plan).await {
        Err(error) if plan.picture.hdr.is_some() && error.complaint().is_some() => {
            // An ffmpeg without zimg, or colours that it can't map: pale colours are better than none.
            tracing::warn!(video = work.video.id, %error, "HDR can't be mapped");
            let picture = Picture { hdr: None, ..plan.picture.clone() };
            let plan = Plan { picture, ..plan.clone() };
            make_renditions(work, source, probe, video, &plan).await.map_err(|error| fault(error, video))?;
        }
        done => done.map_err(|error| fault(error, video))?,
    }

    let mut measured = Vec::new();
    for rung in &plan.rungs {
        measured.push(Measured::of(work.scratch, &rung.name).await?);
    }
    let sound = if probe.audio.is_some() { Some(Measured::of(work.scratch, SOUND).await?) } else { None };
    let Some((first, top)) = measured.first().zip(plan.rungs.first()) else {
        return Err(WorkError::Unfit("a ladder has no rungs"));
    };
    check_length(work, probe, video, first, sound.as_ref())?;
    let rate = plan.picture.rate.per_second();
    let package = Package {
        prefix: work.prefix.to_owned(),
        copied: false,
        encrypted: false,
        duration: length(first, sound.as_ref()),
        width: top.width,
        height: top.height,
        key_frame_gap: f64::from(command::KEY_FRAMES),
        renditions: measured
            .iter()
            .zip(&plan.rungs)
            .map(|(measured, rung)| rendition(measured, rung.width, rung.height, rate))
            .collect(),
        sound: sound.as_ref().map(|measured| track(measured, STEREO)),
        pending: Vec::new(),
    };
    publish(work, probe, package, &measured, sound.as_ref()).await
}

async fn make_renditions(
    work: &Work<'_>,
    source: &Path,
    probe: &Probe,
    video: &Video,
    plan: &Plan,
) -> Result<(), ToolError> {
    let seconds = video.duration.or(probe.duration);
    let args = command::transcode(work.input(source), probe, video, plan);
    let run = work.ffmpeg(args, work.bounds(seconds, TRANSCODE_SPEED));
    run.follow(|done| work.tell(done, seconds, |part| Some((part * 99.0) as u8))).await.map(drop)
}

/// Channels of sound that is encoded here.
const STEREO: u32 = 2;

/// Publishes the tracks, then the master playlist.
async fn publish(
    work: &Work<'_>,
    probe: &Probe,
    mut package: Package,
    renditions: &[Measured],
    sound: Option<&Measured>,
) -> Result<Outcome, WorkError> {
    let key = match work.app.config().playback.encryption {
        Encryption::None => None,
        Encryption::Aes128 => Some(encrypt::make_key(work.app.db(), &work.video.id).await?),
    };
    package.encrypted = key.is_some();
    for track in sound.into_iter().chain(renditions) {
        track.publish(work, work.prefix, key).await?;
    }
    work.app.store().publish_bytes(package.master(), &work.key(Package::MASTER)).await?;
    let mut next = vec![JobKind::Poster, JobKind::Storyboard];
    if !package.pending.is_empty() {
        next.push(JobKind::Rendition);
    }
    let ready = Change::Ready { hls: package.master_path(), percent: package.percent(0.0) };
    let facts = Change::Facts { duration: Some(package.duration), width: None, height: None, size: None };
    let mut changes = texts::publish(work, probe).await?;
    changes.extend([facts, ready]);
    Ok(Outcome { changes, package: Some(package), next, obsolete: None })
}

/// A file can say that it is longer than it is: ffmpeg then ends early, and calls it success.
fn check_length(
    work: &Work<'_>,
    probe: &Probe,
    video: &Video,
    picture: &Measured,
    sound: Option<&Measured>,
) -> Result<(), WorkError> {
    let (said, made) = match (video.duration, probe.duration) {
        (Some(said), _) => (said, picture.playlist.duration()),
        (None, Some(said)) => (said, length(picture, sound)),
        (None, None) => (0.0, length(picture, sound)),
    };
    let limit = work.app.config().limits.max_duration;
    if made > limit {
        return Err(Reject::too_long(made, limit).into());
    }
    let (least, part) = SHORTER;
    if made < said * (1.0 - part) - least { Err(Reject::truncated().into()) } else { Ok(()) }
}

/// Seconds of the longer of both.
fn length(picture: &Measured, sound: Option<&Measured>) -> f64 {
    picture.playlist.duration().max(sound.map_or(0.0, |sound| sound.playlist.duration()))
}

/// Frames per second of a copy.
fn average(video: &Video, measured: &Measured) -> f64 {
    let rate = video.average_rate.or(video.base_rate).map(Rate::per_second);
    rate.filter(|rate| *rate <= 1000.0).unwrap_or_else(|| 1.0 / measured.playlist.duration().max(1.0))
}

pub(super) fn rendition(measured: &Measured, width: u32, height: u32, frame_rate: f64) -> Rendition {
    Rendition {
        name: measured.name.clone(),
        width,
        height,
        frame_rate,
        codec: measured.codec.clone(),
        bit_rate: measured.bit_rate,
    }
}

fn track(measured: &Measured, channels: u32) -> Track {
    Track { name: measured.name.clone(), codec: measured.codec.clone(), channels, bit_rate: measured.bit_rate }
}

/// ffmpeg writes into folders that exist.
async fn make_folders(work: &Work<'_>, names: &[&str]) -> std::io::Result<()> {
    for name in names {
        tokio::fs::create_dir_all(work.scratch.join(name)).await?;
    }
    Ok(())
}

/// What ffmpeg complained of: the file, or something else.
fn fault(error: ToolError, video: &Video) -> WorkError {
    let Some(complaint) = error.complaint() else { return error.into() };
    let says = |words: &[&str]| words.iter().any(|words| complaint.contains(words));
    if says(&["No space left", "Cannot allocate memory", "Resource temporarily unavailable"]) {
        return error.into();
    }
    if says(&["No decoder", "Decoder (codec", "Decoder not found", "not currently supported"]) {
        return Reject::unsupported_codec(&video.codec).into();
    }
    if says(&["Invalid data found", "Error while decoding", "Error reinitializing filters"]) {
        tracing::info!(%error, "ffmpeg refuses it");
        return Reject::corrupt().into();
    }
    error.into()
}
