//! The command lines, from what was decided.
//!
//! Segments carry no edit list: engines differ in whether they heed one. Instead every track's first sample is shown
//! at 0, by composition offsets that may be negative (`negative_cts_offsets`), as DASH-IF's interoperability points ask.

use std::{ffi::OsString, path::Path};

use super::{
    decide::Sound,
    ladder::{Plan, Rung},
    probe::{Probe, Rate, Video},
    storyboard::Layout,
    tool::open,
};

/// Seconds that a segment lasts, where key frames allow.
const SEGMENT: u32 = 4;
/// Seconds between the key frames of a transcode.
pub const KEY_FRAMES: u32 = 2;
/// The folder of the copied picture.
pub const COPY: &str = "source";
/// The folder of the sound.
pub const SOUND: &str = "audio";
/// The name of each media playlist.
pub const PLAYLIST: &str = "index.m3u8";
/// Pixels of a poster's longer side.
const POSTER: u32 = 1280;
/// Frames among which the best is looked for.
const POSTER_CHOICE: u32 = 50;

/// Where a command reads from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The file.
    pub path: &'a Path,
    /// Pixels of a frame at most.
    pub max_pixels: u64,
    /// Seconds of output at most.
    pub max_duration: f64,
}

fn add(args: &mut Vec<OsString>, more: impl IntoIterator<Item = impl Into<OsString>>) {
    args.extend(more.into_iter().map(Into::into));
}

fn begin() -> Vec<OsString> {
    ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"].map(Into::into).into()
}

impl Input<'_> {
    fn read(&self, args: &mut Vec<OsString>) {
        args.extend(["-progress", "pipe:1", "-stats_period", "0.5"].map(OsString::from));
        args.extend(open(self.path, self.max_pixels));
    }

    /// What stands before every output's name: nothing of the original's metadata passes.
    fn finish(&self, args: &mut Vec<OsString>) {
        add(args, ["-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-sn", "-dn"]);
        add(args, ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]);
        add(args, ["-t".to_owned(), format!("{:.3}", self.max_duration)]);
    }

    fn hls(&self, args: &mut Vec<OsString>, name: &str) {
        self.finish(args);
        add(args, ["-f", "hls", "-hls_time", &SEGMENT.to_string(), "-hls_playlist_type", "vod", "-hls_list_size", "0"]);
        add(args, ["-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"]);
        add(args, ["-hls_segment_options", "movflags=+negative_cts_offsets:use_editlist=0"]);
        add(args, ["-hls_fmp4_init_filename", "init.mp4"]);
        add(args, ["-hls_segment_filename".to_owned(), format!("{name}/%05d.m4s"), format!("{name}/{PLAYLIST}")]);
    }

    fn sound(&self, args: &mut Vec<OsString>, probe: &Probe, sound: Sound, zero: f64) {
        let Some(audio) = &probe.audio else { return };
        if sound == Sound::None {
            return;
        }
        add(args, ["-map".to_owned(), format!("0:{}", audio.index)]);
        if sound == Sound::Copy {
            add(args, ["-c:a", "copy"]);
        } else {
            // Silence fills what is missing before the picture begins, and gaps.
            let filter = format!("asetpts=PTS-{zero:.6}/TB,aresample=48000:async=1:first_pts=0");
            add(args, ["-af", &filter, "-c:a", "aac", "-b:a", "128k", "-ac", "2"]);
        }
        self.hls(args, SOUND);
    }
}

/// Copies the picture into segments, and copies or encodes the sound.
pub fn copy(input: Input, probe: &Probe, video: &Video, sound: Sound) -> Vec<OsString> {
    let mut args = begin();
    input.read(&mut args);
    add(&mut args, ["-map".to_owned(), format!("0:{}", video.index)]);
    add(&mut args, ["-c:v", "copy"]);
    input.hls(&mut args, COPY);
    // The copied picture begins at 0 whenever it began in the file, whose own beginning ffmpeg takes for 0.
    let beginning = probe.audio.as_ref().map_or(video.start, |audio| audio.start.min(video.start));
    input.sound(&mut args, probe, sound, video.start - beginning);
    args
}

/// Writes the text streams as WebVTT, one file each: `text-{index}.vtt`.
pub fn texts(input: Input, probe: &Probe) -> Vec<OsString> {
    let mut args = begin();
    input.read(&mut args);
    for text in &probe.texts {
        add(&mut args, ["-map".to_owned(), format!("0:{}", text.index), "-c:s".to_owned(), "webvtt".to_owned()]);
        add(&mut args, ["-map_metadata", "-1", "-fflags", "+bitexact", "-f", "webvtt"]);
        add(&mut args, ["-t".to_owned(), format!("{:.3}", input.max_duration), text_name(text.index)]);
    }
    args
}

/// The name of a text stream's file.
pub fn text_name(index: usize) -> String {
    format!("text-{index}.vtt")
}

/// Makes one rendition whose segments end where those of the copy do: every frame keeps its time, and the key frames
/// are where the original has its own.
pub fn below_copy(input: Input, video: &Video, rung: &Rung) -> Vec<OsString> {
    let mut args = begin();
    input.read(&mut args);
    let filter = format!("scale={}:{}:flags=bicubic,setsar=1,format=yuv420p", rung.width, rung.height);
    add(&mut args, ["-map".to_owned(), format!("0:{}", video.index)]);
    add(&mut args, ["-an", "-vf", &filter, "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    add(&mut args, ["-force_key_frames", "source"]);
    encode(&mut args, rung);
    input.hls(&mut args, &rung.name);
    args
}

/// Makes all renditions and the sound in one pass. Key frames are at the same times in all.
pub fn transcode(input: Input, probe: &Probe, video: &Video, plan: &Plan) -> Vec<OsString> {
    let mut args = begin();
    input.read(&mut args);
    add(&mut args, ["-filter_complex".to_owned(), graph(video, plan)]);
    for (number, rung) in plan.rungs.iter().enumerate() {
        add(&mut args, ["-map".to_owned(), format!("[o{number}]")]);
        add(&mut args, ["-force_key_frames".to_owned(), format!("expr:gte(t,n_forced*{KEY_FRAMES})")]);
        encode(&mut args, rung);
        input.hls(&mut args, &rung.name);
    }
    input.sound(&mut args, probe, Sound::Encode, 0.0);
    args
}

fn encode(args: &mut Vec<OsString>, rung: &Rung) {
    let (most, buffer) = (rung.max_rate.to_string(), (rung.max_rate * 2).to_string());
    add(args, ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23"]);
    add(args, ["-maxrate", &most, "-bufsize", &buffer, "-g", "9999", "-sc_threshold", "0"]);
}

/// One chain to the largest size, from which the others are made. ffmpeg turns the picture upright before it.
fn graph(video: &Video, plan: &Plan) -> String {
    let Plan { picture, rungs } = plan;
    let mut steps = Vec::new();
    if picture.interlaced {
        steps.push("bwdif=mode=send_frame".to_owned());
    }
    let Rate { numerator, denominator } = picture.rate;
    // The first frame fills the time before it: sound may begin earlier.
    steps.push(format!("fps=fps={numerator}/{denominator}:start_time=0:eof_action=pass"));
    if let Some(top) = rungs.first() {
        steps.push(format!("scale={}:{}:flags=bicubic,setsar=1", top.width, top.height));
    }
    if let Some(transfer) = picture.hdr {
        // Scaled down first: this works in floating point.
        steps.push(format!("zscale=tin={transfer}:min=bt2020nc:pin=bt2020:t=linear:npl=100,format=gbrpf32le"));
        steps.push("zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv".to_owned());
    }
    steps.push("format=yuv420p".to_owned());
    let mut graph = format!("[0:{}]{},split={}", video.index, steps.join(","), rungs.len());
    let mut scaled = String::new();
    for (number, rung) in rungs.iter().enumerate() {
        if number == 0 {
            graph.push_str("[o0]");
        } else {
            graph.push_str(&format!("[s{number}]"));
            scaled.push_str(&format!(
                ";[s{number}]scale={}:{}:flags=bicubic,setsar=1[o{number}]",
                rung.width, rung.height
            ));
        }
    }
    graph + &scaled
}

/// Draws the tiles of a storyboard into sheets. `sparse` looks at key frames only: it is enough where each tile's
/// interval holds one.
pub fn storyboard(input: Input, layout: &Layout, sparse: bool) -> Vec<OsString> {
    let mut args = begin();
    if sparse {
        add(&mut args, ["-skip_frame", "nokey", "-discard:v", "nokey"]);
    }
    input.read(&mut args);
    let Layout { tiles, width, height, columns, rows, .. } = *layout;
    // A tile shows the middle of its interval; of key frames the last within it.
    let rounding = if sparse { "down" } else { "near" };
    let filter = format!(
        "setpts=PTS-STARTPTS,fps=fps=1000000/{:.0}:start_time=0:round={rounding}:eof_action=pass,tpad=stop=-1:stop_mode=clone,\
         trim=end_frame={tiles},scale={width}:{height}:flags=area,setsar=1,format=yuv420p,tile={columns}x{rows}",
        layout.interval() * 1e6
    );
    add(&mut args, ["-map", "0:V:0", "-an", "-vf", &filter, "-frames:v", &layout.sheets().to_string()]);
    add(&mut args, ["-fps_mode", "passthrough"]);
    add(&mut args, ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]);
    add(&mut args, ["-c:v", "libwebp", "-quality", "75", "-compression_level", "2"]);
    add(&mut args, ["-f", "image2", "-start_number", "0", "sheet-%d.webp"]);
    args
}

/// Takes a frame: at a time that somebody chose, or the best of those around the middle.
pub fn poster(input: Input, width: u32, height: u32, moment: Moment) -> Vec<OsString> {
    let mut args = begin();
    let (Moment::Chosen(seconds) | Moment::BestAfter(seconds)) = moment;
    add(&mut args, ["-ss".to_owned(), format!("{:.3}", seconds.max(0.0))]);
    input.read(&mut args);
    let choice = if let Moment::BestAfter(_) = moment { format!("thumbnail={POSTER_CHOICE},") } else { String::new() };
    let scale = (f64::from(POSTER) / f64::from(width.max(height).max(1))).min(1.0);
    let fit = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let filter = format!("{choice}scale={}:{}:flags=area,setsar=1,format=yuvj420p", fit(width), fit(height));
    add(&mut args, ["-map", "0:V:0", "-an", "-vf", &filter, "-frames:v", "1"]);
    add(&mut args, ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]);
    add(&mut args, ["-fflags", "+bitexact", "-flags:v", "+bitexact"]);
    add(&mut args, ["-c:v", "mjpeg", "-q:v", "4", "-f", "image2", "-update", "1", "poster.jpg"]);
    args
}

/// Which frame is the poster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// The one at this time, in seconds.
    Chosen(f64),
    /// The most telling of those that follow this time, in seconds.
    BestAfter(f64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::ladder::Picture;

    fn line(args: &[OsString]) -> String {
        args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    fn input() -> Input<'static> {
        Input { path: Path::new("/originals/7/source"), max_pixels: 1_000_000, max_duration: 60.0 }
    }

    #[test]
    fn a_strangers_file_is_opened_behind_the_white_lists() {
        let video = Video::default();
        let rung = Rung { name: "v240".into(), width: 426, height: 240, max_rate: 500_000 };
        let layout = Layout::new(10.0, 640, 360);
        for args in [
            copy(input(), &Probe::default(), &video, Sound::None),
            below_copy(input(), &video, &rung),
            storyboard(input(), &layout, true),
            poster(input(), 640, 360, Moment::Chosen(1.0)),
        ] {
            let line = line(&args);
            assert!(line.starts_with("-nostdin "), "{line}");
            let guarded = "-protocol_whitelist file,pipe -format_whitelist mov,";
            assert!(line.find(guarded) < line.find("-i file:/originals/7/source"), "{line}");
            assert!(line.contains("-max_pixels 1000000") && line.contains("-map_metadata -1"), "{line}");
            assert!(!line.contains("hls,") && !line.contains("concat"), "{line}");
        }
    }

    #[test]
    fn hdr_is_mapped_after_scaling_and_fields_become_frames_first() {
        let picture = Picture {
            width: 3840.0,
            height: 2160.0,
            rate: Rate::whole(60),
            hdr: Some("arib-std-b67"),
            interlaced: true,
        };
        let graph = graph(&Video { index: 2, ..Video::default() }, &Plan::new(picture));
        let order = ["[0:2]bwdif", "fps=fps=60/1", "scale=1920:1080", "tin=arib-std-b67", "tonemap", "split=4[o0][s1]"];
        let places: Vec<_> = order.iter().map(|step| graph.find(step)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{graph}");
        assert!(graph.ends_with("[s3]scale=640:360:flags=bicubic,setsar=1[o3]"), "{graph}");
    }
}
