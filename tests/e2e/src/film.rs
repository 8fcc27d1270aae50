//! A film of six scenes that no one mistakes for each other, as a file and as HLS.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;

/// Scenes.
pub const SCENES: usize = 6;
/// Seconds of each.
pub const SCENE: f64 = 2.0;

/// The side of the pictures that are compared.
const SIDE: usize = 24;
/// Frames of each scene that are known.
const FRAMES: usize = 5;
/// The mean difference of colour values up to which two pictures are of the same scene: those of two scenes differ by 55 and
/// more; encoders, browsers, scaling, and what moves from one known frame to the next, by 20 at most.
const ALIKE: f64 = 30.0;

/// The film. It goes when this is dropped.
pub struct Film {
    folder: TempDir,
    /// As many of each scene.
    frames: Vec<Vec<u8>>,
}

impl Film {
    /// Makes one whose file has so many bytes more than the film needs: chunks and parts of uploads are large.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn make(bytes: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("film.mp4");
        let length = SCENE * SCENES as f64;
        // A test picture in another hue for each scene.
        let picture = format!("testsrc=size=640x360:rate=25:duration={length},hue=H=floor(t/{SCENE})*PI/3");
        let mut ffmpeg = ffmpeg();
        ffmpeg.args(["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &format!("sine=frequency=440:d={length}")]);
        ffmpeg.args(["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50"]);
        ffmpeg.args(["-keyint_min", "50", "-sc_threshold", "0", "-c:a", "aac", "-shortest"]).arg(&path);
        run(&mut ffmpeg)?;
        let package = folder.path().join("hls");
        fs::create_dir(&package)?;
        let mut hls = self::ffmpeg();
        hls.current_dir(&package).arg("-i").arg(&path).args(["-c", "copy", "-f", "hls", "-hls_time", "2"]);
        hls.args(["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"]);
        hls.args(["-master_pl_name", "master.m3u8", "-hls_segment_filename", "seg_%03d.m4s", "index.m3u8"]);
        run(&mut hls)?;
        let mut scenes = self::ffmpeg();
        scenes.arg("-i").arg(&path).args(["-f", "rawvideo", "-an", "-vf"]);
        // The picture moves within a scene.
        let some = format!("trim=start_frame=0,setpts=PTS-STARTPTS,framestep={}", 50 / FRAMES);
        scenes.arg(format!("{some},scale={SIDE}:{SIDE}:flags=area,format=rgb24")).arg("-");
        let frames: Vec<Vec<u8>> = run(&mut scenes)?.chunks(3 * SIDE * SIDE).map(<[u8]>::to_vec).collect();
        ensure!(frames.len() == SCENES * FRAMES, "there are {} frames", frames.len());
        pad(&path, bytes)?;
        Ok(Self { folder, frames })
    }

    /// The file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("film.mp4")
    }

    /// The same as HLS, for whoever plays in place of a service.
    ///
    /// # Errors
    /// ffprobe fails.
    pub fn package(&self) -> Result<Arc<reelway_emulators::Film>> {
        Ok(Arc::new(reelway_emulators::Film::open(&self.folder.path().join("hls"), "master.m3u8")?))
    }

    /// The scene at a time, in seconds.
    pub fn scene_at(seconds: f64) -> usize {
        ((seconds / SCENE) as usize).min(SCENES - 1)
    }

    /// The scene that an element of the page shows: a video, a canvas, an image.
    ///
    /// # Errors
    /// There is no such element, or it shows none of them.
    pub async fn scene_on(&self, browser: &Browser, selector: &str) -> Result<usize> {
        self.scene_of(browser, "return pixels(document.querySelector(what));", selector).await
    }

    /// The scene of the picture at an address, which the page has to be let read.
    ///
    /// # Errors
    /// There is no such picture, or it shows none of them.
    pub async fn scene_at_address(&self, browser: &Browser, url: &str) -> Result<usize> {
        let read = "const answer = await fetch(new URL(what, location.href));
            if (!answer.ok) throw new Error(`${answer.status} ${what}`);
            return pixels(await createImageBitmap(await answer.blob()));";
        self.scene_of(browser, read, url).await
    }

    async fn scene_of(&self, browser: &Browser, read: &str, what: &str) -> Result<usize> {
        let script = format!(
            "const [what, side] = arguments;
             const pixels = (picture) => {{
                 // Browsers leave out pixels when they make a picture much smaller.
                 const finer = 8;
                 const canvas = new OffscreenCanvas(side * finer, side * finer);
                 const context = canvas.getContext('2d');
                 context.imageSmoothingQuality = 'high';
                 context.drawImage(picture, 0, 0, side * finer, side * finer);
                 const data = context.getImageData(0, 0, side * finer, side * finer).data;
                 const sums = new Array(3 * side * side).fill(0);
                 for (let at = 0; at < data.length; at += 4) {{
                     const [x, y] = [at / 4 % (side * finer), Math.floor(at / 4 / (side * finer))];
                     const place = 3 * (Math.floor(y / finer) * side + Math.floor(x / finer));
                     for (let colour = 0; colour < 3; colour += 1) sums[place + colour] += data[at + colour];
                 }}
                 return sums.map((sum) => Math.round(sum / finer / finer));
             }};
             {read}"
        );
        let shown = browser.run(&script, vec![json!(what), json!(SIDE)]).await?;
        let shown: Vec<u8> = serde_json::from_value(shown).context("no picture")?;
        let differences = self.frames.iter().map(|frame| difference(frame, &shown)).enumerate();
        let (frame, least) = differences.min_by(|one, two| one.1.total_cmp(&two.1)).context("there are no frames")?;
        let scene = frame / FRAMES;
        ensure!(least < ALIKE, "{what} shows no scene: it is nearest to {scene}, and differs by {least:.1}");
        Ok(scene)
    }
}

fn difference(one: &[u8], other: &[u8]) -> f64 {
    let sum: u32 = one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
    f64::from(sum) / one.len().max(1) as f64
}

/// Appends a `free` box of what can't be compressed.
fn pad(path: &Path, bytes: u32) -> Result<()> {
    let mut file = File::options().append(true).open(path)?;
    file.write_all(&[&(bytes + 8).to_be_bytes(), b"free".as_slice()].concat())?;
    // A xorshift: no two parts are alike.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let noise: Vec<u8> = noise.flatten().take(bytes as usize).collect();
    Ok(file.write_all(&noise)?)
}

fn ffmpeg() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    ffmpeg
}

fn run(ffmpeg: &mut Command) -> Result<Vec<u8>> {
    let output = ffmpeg.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("could not start ffmpeg")?;
    if !output.status.success() {
        bail!("{ffmpeg:?} failed");
    }
    Ok(output.stdout)
}
