//! Real files: what the probe says is what ffprobe says. Without ffmpeg's tools there is nothing to compare with, and the
//! other tests have to do.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use reelway_core::probe::{Header, Index, Kind};
use serde_json::Value;

use crate::file::{Sparse, probe};

fn run(program: &str, arguments: &[&str], path: &Path) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).arg(path).stdin(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

fn ffprobe(path: &Path) -> Option<Value> {
    let arguments = ["-v", "error", "-of", "json", "-show_format", "-show_streams"];
    Some(serde_json::from_slice(&run("ffprobe", &arguments, path)?).unwrap())
}

/// Seconds at which ffprobe finds key frames.
fn key_frames(path: &Path) -> Vec<f64> {
    let arguments =
        ["-v", "error", "-of", "csv=p=0", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags"];
    let packets = String::from_utf8(run("ffprobe", &arguments, path).unwrap()).unwrap();
    let keys = packets.lines().filter_map(|line| line.split_once(',').filter(|(_, flags)| flags.starts_with('K')));
    keys.filter_map(|(time, _)| time.parse().ok()).collect()
}

/// Those that are told of are there, give or take a few frames.
fn compare_key_frames(name: &str, header: &Header, told: &[f64]) {
    for key in &header.key_frames {
        assert!(told.iter().any(|told| (told - key).abs() < 0.1), "{name}: none at {key}: {told:?}");
    }
}

fn rate(text: &Value) -> Option<f64> {
    let (above, below) = text.as_str()?.split_once(['/', ':'])?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then(|| above / below)
}

/// Compares all that both know.
fn compare(name: &str, header: &Header, told: &Value) {
    let streams: Vec<&Value> = told["streams"].as_array().unwrap().iter().collect();
    let kind = |kind: &str| match kind {
        "video" => Kind::Video,
        "audio" => Kind::Audio,
        _ => Kind::Other,
    };
    let kinds: Vec<_> = streams.iter().map(|stream| kind(stream["codec_type"].as_str().unwrap())).collect();
    assert_eq!(header.tracks.iter().map(|track| track.kind).collect::<Vec<_>>(), kinds, "{name}");

    let duration: f64 = told["format"]["duration"].as_str().unwrap().parse().unwrap();
    let found = header.duration.unwrap();
    assert!((found - duration).abs() < 0.1, "{name}: {found} s, not {duration} s");

    let Some(stream) = streams.iter().find(|stream| stream["codec_type"] == "video") else { return };
    let video = header.video().unwrap();
    let picture = video.picture.unwrap();
    let size = (stream["width"].as_u64().unwrap() as u32, stream["height"].as_u64().unwrap() as u32);
    assert_eq!((picture.width, picture.height), size, "{name}");
    let aspect = rate(&stream["sample_aspect_ratio"]).unwrap_or(1.0);
    let found = f64::from(picture.sample_aspect.0) / f64::from(picture.sample_aspect.1);
    assert!((found - aspect).abs() < 0.01, "{name}: {found}, not {aspect}");
    let sides = stream["side_data_list"].as_array().into_iter().flatten();
    let turned = sides.filter_map(|side| side["rotation"].as_i64()).next().unwrap_or(0);
    assert_eq!(i64::from(picture.rotation), (-turned).rem_euclid(360), "{name}");
    if let (Some(found), Some(rate)) = (picture.frame_rate, rate(&stream["avg_frame_rate"])) {
        assert!((found - rate).abs() < rate * 0.03, "{name}: {found} frames a second, not {rate}");
    }

    // The codec string holds what ffprobe has as numbers.
    let level = stream["level"].as_i64().unwrap_or(0);
    let expected = match stream["codec_name"].as_str().unwrap() {
        "h264" => format!("{level:02x}"),
        "hevc" => format!("L{level}."),
        "vp9" => "vp".into(),
        "vp8" => "vp8".into(),
        // Early files have no record of their codec.
        "av1" if video.codec == "av01" => "av01".into(),
        "av1" => format!("av01.0.{level:02}M.08"),
        "prores" => stream["codec_tag_string"].as_str().unwrap().into(),
        other => panic!("{name}: {other}"),
    };
    assert!(video.codec.contains(&expected), "{name}: {} without {expected}", video.codec);
    let sound = streams.iter().find(|stream| stream["codec_type"] == "audio");
    if let Some(sound) = sound {
        let expected = match sound["codec_name"].as_str().unwrap() {
            "aac" => "mp4a.40.2",
            "pcm_s16le" => "sowt",
            other => other,
        };
        assert_eq!(header.audio().unwrap().codec, expected, "{name}");
    }
}

#[test]
fn real_files_are_told_as_ffprobe_tells_them() {
    let given = env::var_os("REELWAY_TEST_MEDIA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/inputs"), PathBuf::from);
    let Ok(files) = fs::read_dir(given.join("accept")) else { return };
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(told) = ffprobe(&path) else { return };

        let found = probe(&Sparse::of(fs::read(&path).unwrap()));

        println!("{name}: {} reads, {} bytes, {:?}", found.reads, found.bytes, found.outcome);
        let header = found.outcome.unwrap();
        compare(&name, &header, &told);
        compare_key_frames(&name, &header, &key_frames(&path));
    }
}

/// What ffmpeg is told, and where the index is then.
const MADE: [(&str, Index, &str); 10] = [
    ("last.mp4", Index::Last, "-c:v libx264 -preset ultrafast -c:a aac"),
    ("first.mp4", Index::First, "-c:v libx264 -preset ultrafast -c:a aac -movflags +faststart"),
    ("wide.mov", Index::Last, "-vf setsar=3/2 -c:v libx264 -preset ultrafast -c:a pcm_s16le"),
    (
        "fragments.mp4",
        Index::Throughout,
        "-c:v libx264 -preset ultrafast -g 25 -c:a aac -movflags +frag_keyframe+empty_moov",
    ),
    (
        "segments.mp4",
        Index::Throughout,
        "-c:v libx264 -preset ultrafast -g 25 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx",
    ),
    (
        "live.mp4",
        Index::Throughout,
        "-c:v libx264 -preset ultrafast -g 25 -c:a aac -movflags +frag_keyframe+empty_moov+skip_trailer",
    ),
    ("hevc.mp4", Index::Last, "-c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a aac"),
    ("vp9.webm", Index::Throughout, "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    ("live.webm", Index::Throughout, "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus -live 1"),
    ("avc.mkv", Index::Throughout, "-vf setsar=4/3 -c:v libx264 -preset ultrafast -c:a aac"),
];

#[test]
fn files_of_ffmpeg_are_told_as_ffprobe_tells_them() {
    let folder = env::temp_dir().join(format!("reelway-probe-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, index, arguments) in MADE {
        let path = folder.join(name);
        let made = format!(
            "-v error -y -f lavfi -i testsrc=size=320x180:rate=25:duration=4 -f lavfi -i sine=duration=4 \
             -pix_fmt yuv420p {arguments}"
        );
        let Some(_) = run("ffmpeg", &made.split_whitespace().collect::<Vec<_>>(), &path) else { break };
        let mut told = ffprobe(&path).unwrap();
        if told["format"]["duration"].is_null() {
            // ffprobe does not look for it.
            told["format"]["duration"] = "4.0".into();
        }

        let found = probe(&Sparse::of(fs::read(&path).unwrap()));

        println!("{name}: {} reads, {} bytes, {:?}", found.reads, found.bytes, found.outcome);
        let header = found.outcome.unwrap();
        assert_eq!(header.index, index, "{name}");
        compare(name, &header, &told);
        compare_key_frames(name, &header, &key_frames(&path));
        let listed = matches!(name, "last.mp4" | "first.mp4" | "wide.mov" | "hevc.mp4" | "vp9.webm" | "avc.mkv");
        assert_eq!(!header.key_frames.is_empty(), listed, "{name}: {:?}", header.key_frames);
    }
    fs::remove_dir_all(folder).unwrap();
}
