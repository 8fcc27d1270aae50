//! HLS streams to play: real ones, if they are at hand, and some that ffmpeg makes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A folder of streams.
pub struct Streams {
    folder: TempDir,
    /// Whether the real ones are among them.
    pub has_real_ones: bool,
}

/// What [`Streams`] makes lasts so many seconds: a third of it red, a third green, a third blue.
pub const SECONDS: f64 = 12.0;

impl Streams {
    /// Makes the folder. Real streams are looked for in `shared/media/hls` beside the repository.
    ///
    /// # Errors
    /// ffmpeg fails, or the disk is full.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/hls");
        let has_real_ones = real.is_dir();
        if has_real_ones {
            copy(&real, folder.path())?;
            // The key's URL is somebody's in the internet, and the key is here.
            let name = "1-bee-ts-byterange-aes128/encrypted_bee.m3u8";
            let playlist = fs::read_to_string(real.join(name))?;
            let (before, key) = playlist.split_once("URI=\"").context("no key in the playlist")?;
            let (_, after) = key.split_once("encrypted_bee.key").context("another key in the playlist")?;
            fs::write(folder.path().join(name), format!("{before}URI=\"encrypted_bee.key{after}"))?;
            // As it comes, each master playlist has one rendition: both in one can be switched.
            fs::write(folder.path().join("3-vp9-opus-fmp4-byterange-abr/both.m3u8"), BOTH_VP9)?;
        }
        let streams = Self { folder, has_real_ones };
        streams.make_own()?;
        streams.write("unplayable/master.m3u8", UNPLAYABLE)?;
        streams.write("hevc/master.m3u8", HEVC)?;
        Ok(streams)
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The picture of a playlist in one file, in which ffmpeg finds a time exactly.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn in_one_file(&self, playlist: &str) -> Result<PathBuf> {
        let path = self.folder().join(playlist).with_extension("whole.mp4");
        if !path.is_file() {
            let mut ffmpeg = Command::new("ffmpeg");
            ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-i"]).arg(self.folder().join(playlist));
            run(ffmpeg.args(["-map", "0:v:0", "-c", "copy"]).arg(&path))?;
        }
        Ok(path)
    }

    /// A file to upload, of the same colours: 480 lines high.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn film(&self) -> Result<Vec<u8>> {
        let path = self.folder().join("film.mp4");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", &colours("854x480")]);
        ffmpeg.args(["-f", "lavfi", "-i", &format!("sine=duration={SECONDS}")]);
        ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac"]);
        run(ffmpeg.arg(&path))?;
        Ok(fs::read(path)?)
    }

    /// CMAF with two renditions, sound in two languages and captions in one: `own/master.m3u8`.
    fn make_own(&self) -> Result<()> {
        for (name, size) in [("180p", "320x180"), ("360p", "640x360")] {
            let colours = colours(size);
            self.package(
                &format!("own/{name}"),
                &colours,
                "-c:v libx264 -preset ultrafast -profile:v baseline -level 3.0 -g 50 -b:v 200k",
            )?;
        }
        for (name, tone) in [("en", 440), ("de", 660)] {
            self.package(
                &format!("own/{name}"),
                &format!("sine=frequency={tone}:sample_rate=48000:duration={SECONDS}"),
                "-c:a aac -b:a 64k",
            )?;
        }
        let hevc = "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=50 -pix_fmt yuv420p -tag:v hvc1";
        self.package("hevc", "color=lime:s=640x360:r=25:d=4", hevc)?;
        self.write("own/captions/en.vtt", CAPTIONS)?;
        self.write("own/captions/en.m3u8", "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:12\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:12,\nen.vtt\n#EXT-X-ENDLIST\n")?;
        self.write("own/master.m3u8", OWN)?;
        self.write("own/two_profiles.m3u8", TWO_PROFILES)
    }

    /// Two-second segments of what a filter makes, in a folder of this name.
    fn package(&self, name: &str, filter: &str, codec: &str) -> Result<()> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)?;
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", filter]);
        ffmpeg.args(codec.split(' ')).args(["-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod"]);
        ffmpeg.args(["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"]);
        ffmpeg.args(["-hls_segment_filename", "%03d.m4s", "index.m3u8"]).current_dir(&folder);
        run(&mut ffmpeg)
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(self.folder.path()))?;
        Ok(fs::write(path, text)?)
    }
}

fn colours(size: &str) -> String {
    format!(
        "color=red:s={size}:r=25:d=4[a];color=lime:s={size}:r=25:d=4[b];color=blue:s={size}:r=25:d=4[c];
         [a][b][c]concat=n=3:v=1,format=yuv420p"
    )
}

fn run(ffmpeg: &mut Command) -> Result<()> {
    let status = ffmpeg.stdin(Stdio::null()).status().context("could not start ffmpeg")?;
    if !status.success() {
        bail!("{ffmpeg:?} failed");
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &target)? } else { fs::copy(&path, &target).map(drop)? }
    }
    Ok(())
}

const OWN: &str = r#"#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="en/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="1",URI="de/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="captions/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=320x180,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="sound",SUBTITLES="text"
180p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="sound",SUBTITLES="text"
360p/index.m3u8
"#;

/// Two renditions, of which the first asks for more of a decoder.
const TWO_PROFILES: &str = r#"#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.64001f"
360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=320x180,CODECS="avc1.42c01e"
180p/index.m3u8
"#;

const CAPTIONS: &str = "WEBVTT

00:00:00.000 --> 00:00:04.000
Red

00:00:04.000 --> 00:00:08.000
Green

00:00:08.000 --> 00:00:12.000
Blue
";

const BOTH_VP9: &str = r#"#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="stereo.audio.opus.mp4",NAME="Stereo (Opus)",AUTOSELECT=YES,DEFAULT=YES,CHANNELS="2",URI="stream.stereo.audio.opus.mp4.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=413000,RESOLUTION=320x240,CODECS="vp09.00.51.08,Opus",AUDIO="stereo.audio.opus.mp4"
stream.240p.video.vp9.mp4.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=613000,RESOLUTION=480x360,CODECS="vp09.00.51.08,Opus",AUDIO="stereo.audio.opus.mp4"
stream.360p.video.vp9.mp4.m3u8
"#;

/// Dolby Vision, profile 7: no browser decodes that.
const UNPLAYABLE: &str = r#"#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="dvh1.07.06"
index.m3u8
"#;

/// HEVC: some browsers have a decoder.
const HEVC: &str = r#"#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="hvc1.1.6.L63.90"
index.m3u8
"#;
