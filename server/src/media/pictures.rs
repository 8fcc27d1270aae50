//! The storyboard and the poster.

use std::path::PathBuf;

use futures_util::StreamExt;
use object_store::GetOptions;
use tokio::io::AsyncWriteExt;

use super::{
    command::{self, Moment, PLAYLIST},
    encrypt,
    package::Package,
    playlist::MediaPlaylist,
    storyboard::Layout,
    work::{Outcome, Work, WorkError},
};
use crate::db::Change;

/// Frames are decoded at least so many times as fast as they are shown.
const SPEED: f64 = 1.0 / 8.0;
/// The storyboard's names.
const VTT: &str = "storyboard.vtt";
const JSON: &str = "storyboard.json";
const POSTER: &str = "poster.jpg";

/// Draws the storyboard and publishes it, the WebVTT file last.
///
/// # Errors
/// [`WorkError`].
pub async fn storyboard(work: &Work<'_>) -> Result<Outcome, WorkError> {
    let Some(package) = Package::load(work.app.db(), &work.video.id).await? else {
        return Ok(Outcome::default());
    };
    let layout = Layout::new(package.duration, package.width, package.height);
    let source = source(work, &package, Size::Smallest).await?;
    let bounds = work.bounds(Some(package.duration), SPEED);
    let draw = |sparse| {
        let run = work.ffmpeg(command::storyboard(work.input(&source), &layout, sparse), bounds);
        async move { run.follow(|_| ()).await }
    };
    let last = work.scratch.join(Layout::sheet_name(layout.sheets() - 1));
    // Each interval must hold a key frame: a hair's breadth more than the gap is not enough.
    let sparse = package.key_frame_gap < layout.interval() * 0.99;
    if sparse {
        draw(true).await?;
    }
    if !sparse || !tokio::fs::try_exists(&last).await? {
        draw(false).await?;
    }
    let store = work.app.store();
    for sheet in 0..layout.sheets() {
        let name = Layout::sheet_name(sheet);
        store.publish(&work.scratch.join(&name), &work.key(&name)).await?;
    }
    store.publish_bytes(layout.to_json(), &work.key(JSON)).await?;
    store.publish_bytes(layout.to_vtt(), &work.key(VTT)).await?;
    let path = format!("{}/{VTT}", work.prefix);
    Ok(Outcome { changes: vec![Change::Storyboard { path }], ..Outcome::default() })
}

/// Takes the poster and publishes it under a name of its own: caches hold on to the old one.
///
/// # Errors
/// [`WorkError`].
pub async fn poster(work: &Work<'_>) -> Result<Outcome, WorkError> {
    let Some(package) = Package::load(work.app.db(), &work.video.id).await? else {
        return Ok(Outcome::default());
    };
    let source = source(work, &package, Size::Largest).await?;
    let middle = Moment::BestAfter(package.duration / 2.0);
    // Sound may go on after the last frame: then it is the last that there is.
    let choices = match work.video.poster_time {
        Some(time) => [1.0, 0.99, 0.9, 0.5, 0.0].map(|part| Moment::Chosen(time * part)).to_vec(),
        None => vec![middle, Moment::BestAfter(0.0)],
    };
    let file = work.scratch.join(POSTER);
    for moment in choices {
        let args = command::poster(work.input(&source), package.width, package.height, moment);
        work.ffmpeg(args, work.bounds(Some(60.0), SPEED)).follow(|_| ()).await?;
        if tokio::fs::try_exists(&file).await? {
            work.app.store().publish(&file, &work.key(POSTER)).await?;
            let path = format!("{}/{POSTER}", work.prefix);
            let obsolete = work.video.poster.as_deref().and_then(|path| path.split('/').next()).map(str::to_owned);
            return Ok(Outcome { changes: vec![Change::Poster { path }], obsolete, ..Outcome::default() });
        }
    }
    Err(WorkError::Unfit("no frame could be decoded for the poster"))
}

#[derive(Clone, Copy, PartialEq)]
enum Size {
    Smallest,
    Largest,
}

/// What pictures are taken from. A copied original plays as it is, so it serves; otherwise a rendition does, which is
/// upright, in the colours and at the times that players show.
async fn source(work: &Work<'_>, package: &Package, size: Size) -> Result<PathBuf, WorkError> {
    if package.copied {
        return Ok(work.original());
    }
    let pixels = |rendition: &&super::master::Rendition| rendition.width * rendition.height;
    let rendition = match size {
        Size::Smallest => package.renditions.iter().min_by_key(pixels),
        Size::Largest => package.renditions.iter().max_by_key(pixels),
    };
    let rendition = rendition.ok_or(WorkError::Unfit("the package has no renditions"))?;
    let folder = format!("{}/{}/{}", work.video.id, package.prefix, rendition.name);
    let store = work.app.store();
    let text = store.get(&format!("{folder}/{PLAYLIST}"), GetOptions::default()).await?.bytes().await?;
    let playlist = MediaPlaylist::parse(&String::from_utf8_lossy(&text))
        .ok_or(WorkError::Unfit("the published playlist can't be read"))?;
    // Init segment and media segments, one after the other, are a file.
    let path = work.scratch.join("rendition.mp4");
    let mut file = tokio::fs::File::create(&path).await?;
    let key = if package.encrypted { encrypt::key_of(work.app.db(), &work.video.id).await? } else { None };
    let segments = playlist.segments.iter().map(|segment| (&segment.name, segment.iv));
    for (name, iv) in std::iter::once((&playlist.init, None)).chain(segments) {
        let found = store.get(&format!("{folder}/{name}"), GetOptions::default()).await?;
        if let Some((key, iv)) = key.zip(iv) {
            let plain = encrypt::decrypt(found.bytes().await?.to_vec(), &key, &iv);
            file.write_all(&plain.ok_or(WorkError::Unfit("a published segment can't be decrypted"))?).await?;
            continue;
        }
        let mut bytes = found.into_stream();
        while let Some(chunk) = bytes.next().await {
            file.write_all(&chunk?).await?;
        }
    }
    file.flush().await?;
    Ok(path)
}
