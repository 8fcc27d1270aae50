//! Makes the smaller renditions of a video that plays already, one at a time.

use super::{
    command,
    decide::{self, Limits},
    encrypt,
    package::Package,
    probe,
    process::rendition,
    publish::Measured,
    work::{Outcome, Work, WorkError},
};
use crate::{db::Change, jobs::JobKind};

/// Nobody waits for it: it may be slow, even of the largest pictures on the slowest machines.
const SPEED: f64 = 1.0 / 120.0;

/// Makes the next rendition that is pending, and lets it join the master playlist.
///
/// # Errors
/// [`WorkError`]; the master playlist is as it was then.
pub async fn next(work: &Work<'_>) -> Result<Outcome, WorkError> {
    let Some(mut package) = Package::load(work.app.db(), &work.video.id).await? else {
        return Ok(Outcome::default());
    };
    if package.pending.is_empty() {
        return Ok(Outcome { changes: vec![Change::Percent(None)], ..Outcome::default() });
    }
    let rung = package.pending.remove(0);
    let source = work.original();
    let limits = &work.app.config().limits;
    let probe = probe::probe(&source, limits.max_pixels, work.scratch).await?;
    let limits = Limits { max_duration: limits.max_duration, max_pixels: limits.max_pixels };
    let video = decide::screen(&probe, &limits)?;

    tokio::fs::create_dir_all(work.scratch.join(&rung.name)).await?;
    let args = command::below_copy(work.input(&source), video, &rung);
    let mut run = work.ffmpeg(args, work.bounds(Some(package.duration), SPEED));
    run.background = true;
    let before = Package { pending: [vec![rung.clone()], package.pending.clone()].concat(), ..package.clone() };
    run.follow(|done| work.tell(done, Some(package.duration), |part| before.percent(part))).await?;

    let measured = Measured::of(work.scratch, &rung.name).await?;
    let key = if package.encrypted { encrypt::key_of(work.app.db(), &work.video.id).await? } else { None };
    if let Err(error) = measured.publish(work, &package.prefix, key).await {
        let folder = format!("{}/{}/{}", work.video.id, package.prefix, rung.name);
        work.app.store().remove_under(&folder).await?;
        return Err(error);
    }
    let rate = package.renditions.first().map_or(30.0, |copy| copy.frame_rate);
    package.renditions.push(rendition(&measured, rung.width, rung.height, rate));
    let key = format!("{}/{}", work.video.id, package.master_path());
    work.app.store().publish_bytes(package.master(), &key).await?;
    let next = if package.pending.is_empty() { Vec::new() } else { vec![JobKind::Rendition] };
    let changes = vec![Change::Percent(package.percent(0.0))];
    Ok(Outcome { changes, package: Some(package), next, obsolete: None })
}
