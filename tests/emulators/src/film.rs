//! What plays: a real HLS package in a folder, whatever was uploaded.

use std::{
    fs,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, bail};

/// An HLS package.
#[derive(Clone, Debug)]
pub struct Film {
    folder: PathBuf,
    master: String,
    /// Seconds.
    pub duration: f64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Film {
    /// A package that is there, by its master playlist's name.
    ///
    /// # Errors
    /// ffprobe finds no video in it.
    pub fn open(folder: &Path, master: &str) -> Result<Self> {
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height:format=duration"]);
        probe.args(["-of", "default=noprint_wrappers=1"]).arg(folder.join(master));
        let told = output(&mut probe)?;
        let told = String::from_utf8_lossy(&told);
        let numbers = |name: &str| -> Vec<f64> {
            let values = told.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            values.filter_map(|value| value.parse().ok()).collect()
        };
        let largest = |name: &str| numbers(name).into_iter().fold(0.0, f64::max);
        let (width, height) = (largest("width") as u32, largest("height") as u32);
        let duration = largest("duration");
        if width == 0 || height == 0 || duration <= 0.0 {
            bail!("{} is no film: {told}", folder.join(master).display());
        }
        Ok(Self { folder: folder.to_path_buf(), master: master.to_owned(), duration, width, height })
    }

    /// Six seconds of a test picture in two sizes, with a tone, made by ffmpeg if they are not in the folder yet.
    ///
    /// # Errors
    /// ffmpeg is missing or can't.
    pub fn made(folder: &Path) -> Result<Self> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        if !folder.join("master.m3u8").is_file() {
            let run = RUNS.fetch_add(1, Ordering::Relaxed);
            let unfinished = folder.with_extension(format!("{}-{run}", std::process::id()));
            fs::create_dir_all(&unfinished)?;
            let made = make(&unfinished);
            // Another may have been first: then its film is as good.
            let moved = made.and_then(|()| Ok(fs::rename(&unfinished, folder)?));
            if !folder.join("master.m3u8").is_file() {
                moved?;
            }
            let _ = fs::remove_dir_all(&unfinished);
        }
        Self::open(folder, "master.m3u8")
    }

    /// The master playlist with its URIs below `base`, which ends in a slash.
    ///
    /// # Errors
    /// It can't be read.
    pub fn master(&self, base: &str) -> Result<String> {
        self.master_with(|uri| format!("{base}{uri}"))
    }

    /// The master playlist with other URIs.
    ///
    /// # Errors
    /// It can't be read.
    pub fn master_with(&self, mut address: impl FnMut(&str) -> String) -> Result<String> {
        let text = fs::read_to_string(self.folder.join(&self.master)).context("the master playlist can't be read")?;
        Ok(readdressed(&text, &mut address))
    }

    /// A playlist of the package with other URIs. Its path is below the folder.
    pub fn playlist_with(&self, path: &str, mut address: impl FnMut(&str) -> String) -> Option<String> {
        let text = fs::read_to_string(self.inside(path)?).ok()?;
        Some(readdressed(&text, &mut address))
    }

    /// A file of the package, and its media type.
    pub fn file(&self, path: &str) -> Option<(Vec<u8>, &'static str)> {
        Some((fs::read(self.inside(path)?).ok()?, media_type(path)))
    }

    /// The master playlist's path, for ffmpeg.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.master)
    }

    fn inside(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        path.components().all(|part| matches!(part, Component::Normal(_))).then(|| self.folder.join(path))
    }
}

/// A playlist with other URIs: those of lines, and those of attributes.
fn readdressed(playlist: &str, address: &mut impl FnMut(&str) -> String) -> String {
    let mut text = String::new();
    for line in playlist.lines() {
        match line.split_once("URI=\"") {
            Some((before, rest)) if line.starts_with('#') => {
                let (uri, after) = rest.split_once('"').unwrap_or((rest, ""));
                text += &format!("{before}URI=\"{}\"{after}", address(uri));
            }
            _ if line.starts_with('#') || line.trim().is_empty() => text += line,
            _ => text += &address(line.trim()),
        }
        text.push('\n');
    }
    text
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("m4s" | "mp4" | "fmp4" | "m4v") => "video/mp4",
        Some("ts") => "video/mp2t",
        Some("vtt") => "text/vtt",
        _ => "application/octet-stream",
    }
}

fn make(folder: &Path) -> Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
    ffmpeg.args(["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=6"]);
    ffmpeg.args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=6"]);
    ffmpeg.args(["-filter_complex", "[0:v]format=yuv420p,split=2[a][b];[b]scale=320:180[c]"]);
    ffmpeg.args(["-map", "[a]", "-map", "[c]", "-map", "1:a", "-map", "1:a"]);
    ffmpeg.args([
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-profile:v",
        "baseline",
        "-g",
        "50",
        "-sc_threshold",
        "0",
    ]);
    ffmpeg.args(["-b:v:0", "600k", "-b:v:1", "200k", "-c:a", "aac", "-b:a", "64k"]);
    ffmpeg.args(["-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]);
    ffmpeg.args(["-hls_flags", "independent_segments", "-master_pl_name", "master.m3u8"]);
    ffmpeg.args(["-var_stream_map", "v:0,a:0,name:360p v:1,a:1,name:180p"]);
    ffmpeg.arg("-hls_segment_filename").arg(folder.join("%v/seg_%03d.m4s")).arg(folder.join("%v/index.m3u8"));
    output(&mut ffmpeg).map(drop)
}

/// Runs a program and gives what it wrote.
///
/// # Errors
/// It is missing, or fails: then what it complained of.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_lines_and_of_attributes_get_another_address() {
        let playlist = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"9@0\"\n#EXTINF:2,\nseg_0.m4s\n";

        let other = readdressed(playlist, &mut |uri| format!("/f/{uri}?token=t"));

        assert_eq!(
            other,
            "#EXTM3U\n#EXT-X-MAP:URI=\"/f/init.mp4?token=t\",BYTERANGE=\"9@0\"\n#EXTINF:2,\n/f/seg_0.m4s?token=t\n"
        );
    }
}
