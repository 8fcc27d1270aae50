//! Files to upload, and what ffmpeg's tools say of them.

use std::{
    env,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use reelway_api::ErrorCode;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::canary::Canary;

/// Files for one test. Those that were made go when it is over.
pub struct Media {
    made: TempDir,
    given: Option<PathBuf>,
}

/// A video as it is to be seen.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// Width ÷ height, after rotation, with square pixels.
    pub aspect: f64,
    /// Seconds.
    pub duration: f64,
}

impl Media {
    /// Looks for real files: in the folder that `REELWAY_TEST_MEDIA` names, else in `shared/media/inputs` beside the
    /// repository. Without them, ffmpeg makes some of every kind.
    ///
    /// # Errors
    /// There is no room for files.
    pub fn new() -> Result<Self> {
        let given = env::var_os("REELWAY_TEST_MEDIA")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/inputs"), PathBuf::from);
        // ChromeDriver uploads no file whose path has a `..` in it.
        let given = given.canonicalize().ok().filter(|given| given.is_dir());
        Ok(Self { made: tempfile::tempdir()?, given })
    }

    /// Files that every server must take, and every browser then play. With `REELWAY_FULL`, those that ffmpeg makes
    /// come on top of the real ones.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn accepted(&self) -> Result<Vec<PathBuf>> {
        let mut files = match &self.given {
            Some(given) => sorted_files(&given.join("accept"))?,
            None => Vec::new(),
        };
        if files.is_empty() || env::var_os("REELWAY_FULL").is_some() {
            for (name, arguments) in KINDS {
                files.push(self.make(name, arguments)?);
            }
        }
        Ok(files)
    }

    /// Files that every server must refuse, and why.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn rejected(&self, canary: &Canary) -> Result<Vec<(PathBuf, ErrorCode)>> {
        let whole = fs::read(self.make("whole.mp4", "-c:v libx264 -preset ultrafast -c:a aac")?)?;
        let moov = whole.windows(4).rposition(|word| word == b"moov").context("ffmpeg made a file without moov")?;
        let (file, url) = (canary.file(), canary.url());
        let playlist =
            format!("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXTINF:10,\nfile://{}\n", file.display());
        let script = format!("ffconcat version 1.0\nfile '{}'\n", file.display());
        let mut files = vec![
            (self.write("empty.mp4", b"")?, ErrorCode::EmptyFile),
            (self.not_a_video()?, ErrorCode::NotAVideo),
            (self.write("without-moov.mp4", whole.get(..moov - 4).unwrap_or_default())?, ErrorCode::Truncated),
            (self.make("sound.mp4", "-vn -c:a aac")?, ErrorCode::NoVideoStream),
            (self.write("playlist.mp4", playlist.as_bytes())?, ErrorCode::NotAVideo),
            (self.write("script.mp4", script.as_bytes())?, ErrorCode::NotAVideo),
        ];
        if let Some(given) = &self.given {
            for file in sorted_files(&given.join("reject"))? {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let code = GIVEN_REJECTS.iter().find(|(part, _)| name.contains(part)).map(|(_, code)| *code);
                files.push((file, code.with_context(|| format!("no code is known for {name}"))?));
            }
        }
        Ok(files)
    }

    /// Half a minute of H.264 and AAC with its index at the end, as phones and editors write it: Big Buck Bunny if it is
    /// at hand.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn half_a_minute(&self) -> Result<PathBuf> {
        let bunny = self.given.as_ref().map(|given| given.join("accept/02_big-buck-bunny-480p-30sec_moov-at-end.mp4"));
        match bunny.filter(|path| path.is_file()) {
            Some(path) => Ok(path),
            None => self.make_of("half-a-minute.mp4", 30, "854x480", "-c:v libx264 -preset veryfast -g 48 -c:a aac"),
        }
    }

    /// A file that is no video, whatever its name says.
    ///
    /// # Errors
    /// The disk is full.
    pub fn not_a_video(&self) -> Result<PathBuf> {
        self.write("text.mp4", b"Just words.\n")
    }

    /// A few seconds of H.264 and AAC.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn short(&self) -> Result<PathBuf> {
        self.make("short.mp4", "-c:v libx264 -preset ultrafast -g 30 -c:a aac")
    }

    /// More than any player keeps in store: a minute and a half of H.264 and AAC, small enough for one more rendition.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn long(&self) -> Result<PathBuf> {
        self.make_of("long.mp4", 90, "640x360", "-c:v libx264 -preset ultrafast -g 60 -c:a aac")
    }

    /// A folder with the same as HLS, encrypted: `master.m3u8`, `media.m3u8`, segments of 2 s, and `key`.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn encrypted_stream(&self) -> Result<PathBuf> {
        let folder = self.made.path().join("encrypted");
        fs::create_dir(&folder)?;
        fs::write(folder.join("key"), b"0123456789abcdef")?;
        fs::write(folder.join("key-info"), format!("key\n{}\n", folder.join("key").display()))?;
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-t", "20", "-i"]).arg(self.long()?);
        ffmpeg.args(["-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod"]);
        ffmpeg.arg("-hls_key_info_file").arg(folder.join("key-info"));
        ffmpeg.args(["-master_pl_name", "master.m3u8"]).arg(folder.join("media.m3u8"));
        succeed(&mut ffmpeg)?;
        Ok(folder)
    }

    /// A minute of VP9 that takes many seconds to transcode.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn slow_to_transcode(&self) -> Result<PathBuf> {
        self.make_of("slow.webm", 40, "1280x720", "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M -c:a libopus")
    }

    /// A short video that goes on with empty space until it has this many bytes, without using the disk for them.
    ///
    /// # Errors
    /// ffmpeg fails, or the disk knows no sparse files.
    pub fn padded(&self, bytes: u64) -> Result<PathBuf> {
        let path = self.made.path().join("padded.mp4");
        let video =
            fs::read(self.make("small.mp4", "-c:v libx264 -preset ultrafast -g 30 -c:a aac -movflags +faststart")?)?;
        let padding = bytes.checked_sub(video.len() as u64).context("the video alone is larger")?;
        fs::write(&path, &video)?;
        // A `free` box takes up the rest. Its size does not fit into 32 bits, so a 64-bit size follows the name.
        let mut file = File::options().append(true).open(&path)?;
        io::Write::write_all(&mut file, &[&1_u32.to_be_bytes(), b"free".as_slice(), &padding.to_be_bytes()].concat())?;
        file.set_len(bytes)?;
        Ok(path)
    }

    /// A copy of a video with so much incompressible data in a `free` box behind it.
    ///
    /// # Errors
    /// ffmpeg fails, or the disk is full.
    pub fn large(&self, bytes: u32) -> Result<PathBuf> {
        let path = self.made.path().join("large.mp4");
        let mut content = fs::read(self.short()?)?;
        content.extend((bytes + 8).to_be_bytes());
        content.extend(b"free");
        // A xorshift: every chunk differs from every other, so that none can stand in for another.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..bytes / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            content.extend(state.to_le_bytes());
        }
        content.resize(content.len() + (bytes % 8) as usize, 0);
        fs::write(&path, content)?;
        Ok(path)
    }

    /// A hundred seconds of small H.264: as many tiles, on several sheets.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn hundred_seconds(&self) -> Result<PathBuf> {
        self.make_of("hundred.mp4", 100, "320x180", "-r 10 -c:v libx264 -preset ultrafast -g 20 -c:a aac")
    }

    /// A folder with ten minutes of HLS, `index.m3u8`, and a storyboard of 120 tiles on one sheet, `storyboard.vtt`: that
    /// of Big Buck Bunny if it is at hand.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn ten_minutes(&self) -> Result<PathBuf> {
        let folder = self.stream("ten-minutes", 600, 5, (128, 72), (11, 11))?;
        let bunny = self.given.as_ref().map(|given| given.join("../storyboards/bbb"));
        if let Some(bunny) = bunny.filter(|bunny| bunny.is_dir()) {
            fs::copy(bunny.join("bbb-thumbnails.vtt"), folder.join("storyboard.vtt"))?;
            fs::create_dir_all(folder.join("assets"))?;
            fs::copy(bunny.join("assets/bbb-sprite.jpg"), folder.join("assets/bbb-sprite.jpg"))?;
        }
        Ok(folder)
    }

    /// A folder with two hours of HLS, `index.m3u8`, and a storyboard of 200 tiles on five sheets, `storyboard.vtt`.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn two_hours(&self) -> Result<PathBuf> {
        self.stream("two-hours", 7200, 36, (256, 144), (5, 8))
    }

    /// A folder with a minute of HLS, `index.m3u8`, and its storyboard on three sheets, the last of them partly empty, in
    /// four forms: `storyboard.vtt`, `percent.vtt`, `storyboard.json`, and `pictures.vtt` of whole sheets.
    ///
    /// # Errors
    /// ffmpeg fails.
    pub fn a_minute_in_four_forms(&self) -> Result<PathBuf> {
        let folder = self.stream("minute", 60, 2, (160, 90), (4, 3))?;
        let tile = |index: usize| {
            let (sheet, place) = (index / 12 + 1, index % 12);
            (index * 2, format!("sheet-{sheet}.png"), place % 4, place / 4)
        };
        let cue = |start: usize, end: usize, text: &str| format!("\n00:{start:02}.000 --> 00:{end:02}.000\n{text}\n");
        let percent = (0..30).map(tile).map(|(start, sheet, column, row)| {
            let (x, y) = (column * 25, row as f64 * 100.0 / 3.0);
            cue(start, start + 2, &format!("{sheet}#xywh=percent:{x},{y:.4},25,33.3333"))
        });
        fs::write(folder.join("percent.vtt"), format!("WEBVTT\n{}", percent.collect::<String>()))?;
        let tiles: Vec<_> = (0..30).map(tile).collect();
        let tiles = tiles.iter().map(|(start, url, column, row)| {
            serde_json::json!({ "start": start, "url": url, "x": column * 160, "y": row * 90 })
        });
        let json = serde_json::json!({
            "url": "sheet-1.png", "tile_width": 160, "tile_height": 90, "duration": 60.0,
            "tiles": tiles.collect::<Vec<_>>(),
        });
        fs::write(folder.join("storyboard.json"), json.to_string())?;
        let pictures = (0..3).map(|index| cue(index * 20, index * 20 + 15, &format!("sheet-{}.png", index + 1)));
        fs::write(folder.join("pictures.vtt"), format!("WEBVTT\n{}", pictures.collect::<String>()))?;
        Ok(folder)
    }

    /// HLS of a picture a second, and a storyboard with a tile for so many seconds, of so many pixels, so many across and
    /// down a sheet.
    fn stream(&self, name: &str, duration: u32, each: u32, tile: (u32, u32), grid: (u32, u32)) -> Result<PathBuf> {
        let folder = self.made.path().join(name);
        if folder.join("storyboard.vtt").exists() {
            return Ok(folder);
        }
        fs::create_dir_all(&folder)?;
        let ffmpeg = |source: &str, arguments: &str, target: &str| {
            let mut ffmpeg = Command::new("ffmpeg");
            ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]).args(source.split_whitespace());
            succeed(ffmpeg.args(arguments.split_whitespace()).arg(target).current_dir(&folder))
        };
        let source = format!("-f lavfi -i testsrc=size=320x180:rate=1:duration={duration}");
        let hls = "-c:v libx264 -preset ultrafast -g 10 -pix_fmt yuv420p -f hls -hls_time 20 -hls_playlist_type vod \
                   -hls_segment_type fmp4";
        ffmpeg(&source, hls, "index.m3u8")?;
        let ((width, height), (columns, rows)) = (tile, grid);
        let filter = format!("-vf fps=1/{each}:round=up,scale={width}:{height},tile={columns}x{rows} -f image2");
        ffmpeg(&source, &filter, "sheet-%d.png")?;
        let stamp = |seconds: u32| format!("{:02}:{:02}:{:02}.000", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let cues = (0..duration / each).map(|index| {
            let (sheet, place) = (index / (columns * rows) + 1, index % (columns * rows));
            let (x, y) = (place % columns * width, place / columns * height);
            let (start, end) = (stamp(index * each), stamp((index + 1) * each));
            format!("\n{start} --> {end}\nsheet-{sheet}.png#xywh={x},{y},{width},{height}\n")
        });
        fs::write(folder.join("storyboard.vtt"), format!("WEBVTT\n{}", cues.collect::<String>()))?;
        Ok(folder)
    }

    fn make(&self, name: &str, arguments: &str) -> Result<PathBuf> {
        self.make_of(name, 5, "640x360", arguments)
    }

    fn make_of(&self, name: &str, seconds: u32, size: &str, arguments: &str) -> Result<PathBuf> {
        let path = self.made.path().join(name);
        if path.exists() {
            return Ok(path);
        }
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi"]);
        // It moves, counts its seconds, and has no symmetry, so that a turned or mirrored picture shows.
        ffmpeg.args(["-i", &format!("testsrc=size={size}:rate=30:duration={seconds}")]);
        ffmpeg.args(["-f", "lavfi", "-i", &format!("sine=frequency=440:duration={seconds}")]);
        ffmpeg.args(["-pix_fmt", "yuv420p"]).args(arguments.split_whitespace()).arg(&path);
        succeed(&mut ffmpeg)?;
        if name.contains("turned") {
            return self.turn(&path);
        }
        Ok(path)
    }

    /// The same file with a note that it is to be shown turned by a quarter, as phones write it.
    fn turn(&self, path: &Path) -> Result<PathBuf> {
        let turned = path.with_file_name(format!("phone-{}", path.file_name().unwrap_or_default().to_string_lossy()));
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i"]).arg(path);
        ffmpeg.args(["-c", "copy", "-metadata:s:v:0", "rotate=90"]).arg(&turned);
        succeed(&mut ffmpeg)?;
        Ok(turned)
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.made.path().join(name);
        fs::write(&path, content)?;
        Ok(path)
    }
}

/// One file of every kind that takes a path of its own, and the arguments of ffmpeg that make it.
const KINDS: [(&str, &str); 11] = [
    ("landscape.mp4", "-c:v libx264 -preset ultrafast -g 30 -c:a aac"),
    ("index-first.mp4", "-c:v libx264 -preset ultrafast -g 30 -c:a aac -movflags +faststart"),
    ("turned.mp4", "-c:v libx264 -preset ultrafast -g 30 -c:a aac"),
    ("portrait.mp4", "-vf scale=360:640 -c:v libx264 -preset ultrafast -g 30 -c:a aac"),
    ("silent.mp4", "-an -c:v libx264 -preset ultrafast -g 30"),
    ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    ("prores.mov", "-pix_fmt yuv422p10le -c:v prores_ks -profile:v 0 -c:a pcm_s16le"),
    (
        "hevc-10-bit.mov",
        "-pix_fmt yuv420p10le -c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a aac",
    ),
    ("odd.webm", "-vf scale=161:121 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    ("wide-pixels.mp4", "-vf setsar=3/2 -c:v libx264 -preset ultrafast -g 30 -c:a aac"),
    ("one-key-frame.mp4", "-c:v libx264 -preset ultrafast -g 9999 -keyint_min 9999 -sc_threshold 0 -c:a aac"),
];

const GIVEN_REJECTS: [(&str, ErrorCode); 4] = [
    ("empty", ErrorCode::EmptyFile),
    ("text", ErrorCode::NotAVideo),
    ("no_moov", ErrorCode::Truncated),
    ("audio_only", ErrorCode::NoVideoStream),
];

/// What a player must show, as ffprobe reads the file.
///
/// # Errors
/// It is no video.
pub fn picture(path: &Path) -> Result<Picture> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-select_streams", "v:0", "-of", "json", "-show_entries"]);
    ffprobe.arg("stream=width,height,sample_aspect_ratio:stream_side_data=rotation:format=duration").arg(path);
    let found: serde_json::Value = serde_json::from_slice(&succeed(&mut ffprobe)?)?;
    let stream = &found["streams"][0];
    let number = |value: &serde_json::Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let (Some(width), Some(height)) = (number(&stream["width"]), number(&stream["height"])) else {
        bail!("{} has no picture", path.display());
    };
    let ratio = stream["sample_aspect_ratio"].as_str().and_then(|ratio| ratio.split_once(':'));
    let pixel = ratio.and_then(|(x, y)| Some(x.parse::<f64>().ok()? / y.parse::<f64>().ok()?));
    let pixel = pixel.filter(|pixel| pixel.is_finite() && *pixel > 0.0).unwrap_or(1.0);
    let sides = stream["side_data_list"].as_array().into_iter().flatten();
    let rotation = sides.filter_map(|side| number(&side["rotation"])).next().unwrap_or(0.0);
    let aspect = width * pixel / height;
    let is_turned = (rotation / 90.0).round() as i64 % 2 != 0;
    Ok(Picture {
        aspect: if is_turned { 1.0 / aspect } else { aspect },
        duration: number(&found["format"]["duration"]).context("ffprobe names no duration")?,
    })
}

/// The picture at a time, as ffmpeg shows it: [`FRAME`] × [`FRAME`] bytes of brightness, row by row.
///
/// # Errors
/// There is none at this time.
pub fn frame(path: &Path, seconds: f64) -> Result<Vec<u8>> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-ss", &seconds.to_string(), "-i"]).arg(path);
    ffmpeg.args(["-frames:v", "1", "-vf", &format!("scale={FRAME}:{FRAME}:flags=area,format=gray")]);
    let frame = succeed(ffmpeg.args(["-f", "rawvideo", "-"]))?;
    if frame.len() != FRAME * FRAME {
        bail!("{} has no picture at {seconds} s", path.display());
    }
    Ok(frame)
}

/// The side of the pictures that [`frame`] gives, in pixels.
pub const FRAME: usize = 24;

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// It can't be read.
pub fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("there is no {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => hash.update(buffer.get(..length).unwrap_or_default()),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn sorted_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        files.push(entry?.path().canonicalize()?);
    }
    files.sort();
    Ok(files)
}

fn succeed(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("could not start ffmpeg")?;
    if !output.status.success() {
        bail!("{command:?} failed");
    }
    Ok(output.stdout)
}
