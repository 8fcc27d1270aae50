//! Storyboards, posters, and what must not be in anything that is published.

use std::{path::Path, process::Command};

use reelway_server::{
    db::Change,
    jobs::JobKind,
    media::storyboard::{Layout, tile_count},
};

use crate::{
    bench::Bench,
    published::{Published, Stream},
};

/// A picture whose brightness tells the second: 20, 21, 22, …
const CLOCK: &str = "geq=lum='20+floor(T)':cb=128:cr=128,format=yuv420p";

/// The brightness of a picture at a place.
struct Brightness {
    width: usize,
    samples: Vec<u8>,
}

impl Brightness {
    fn of(file: &Path) -> Self {
        let width = Stream::of(file).number("width") as usize;
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-i"]).arg(file);
        let output = command.args(["-vf", "scale=out_range=tv,format=yuv420p,extractplanes=y", "-f", "rawvideo", "-"]);
        Self { width, samples: output.output().unwrap().stdout }
    }

    fn at(&self, x: u32, y: u32) -> f64 {
        f64::from(self.samples[y as usize * self.width + x as usize])
    }
}

/// Checks that every tile shows a second of its own interval, by the WebVTT file and by the JSON one.
fn check_tiles(published: &Published) {
    let vtt = published.folder.join(published.video.storyboard.as_ref().unwrap());
    let text = std::fs::read_to_string(&vtt).unwrap();
    let json = std::fs::read_to_string(vtt.with_extension("json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let duration = published.video.duration.unwrap();
    let cues: Vec<_> = text.split("\n\n").skip(1).collect();
    assert_eq!(cues.len(), tile_count(duration) as usize);
    let seconds = |time: &str| time.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap());
    let mut sheets = std::collections::BTreeMap::new();
    for (number, cue) in cues.iter().enumerate() {
        let (times, place) = cue.trim().split_once('\n').unwrap();
        let (start, end) = times.split_once(" --> ").unwrap();
        let (start, end) = (seconds(start), seconds(end));
        let (sheet, fragment) = place.split_once("#xywh=").unwrap();
        let numbers: Vec<u32> = fragment.split(',').map(|number| number.parse().unwrap()).collect();
        let [x, y, width, height] = numbers[..] else { panic!("{fragment}") };
        let picture = sheets.entry(sheet.to_owned()).or_insert_with(|| Brightness::of(&vtt.with_file_name(sheet)));
        let shown = picture.at(x + width / 2, y + height / 2) - 20.0;
        // WebP's rounding is less than one step.
        assert!(
            shown >= start.floor() - 0.9 && shown <= end + 0.5,
            "tile {number} of {start} to {end} s shows {shown}"
        );
        let tile = &json["tiles"][number];
        assert!((tile["start"].as_f64().unwrap() - start).abs() < 0.0011);
        assert_eq!((tile["x"].as_u64(), tile["y"].as_u64()), (Some(x.into()), Some(y.into())));
        assert_eq!(tile["url"].as_str().unwrap_or(json["url"].as_str().unwrap()), sheet);
        assert_eq!(
            (json["tile_width"].as_u64(), json["tile_height"].as_u64()),
            (Some(width.into()), Some(height.into()))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tile_of_a_second_shows_that_second() {
    let bench = Bench::new().await;
    let copied = format!("-f lavfi -i color=s=160x90:r=10:d=7.3,{CLOCK} -c:v libx264 -preset ultrafast -g 100");
    let published = bench.publish(&bench.make("copied.mp4", &copied)).await;
    assert_eq!(published.names(), ["source"]);
    check_tiles(&published);
    let transcoded = format!("-f lavfi -i color=s=160x90:r=10:d=3.2,{CLOCK} -c:v ffv1");
    check_tiles(&bench.publish(&bench.make("transcoded.mkv", &transcoded)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_videos_have_fewer_tiles_over_several_sheets() {
    let bench = Bench::new().await;
    // Key frames close enough to need no others, and too far apart for that.
    for (name, gap) in [("dense.mp4", 5), ("sparse.mp4", 40)] {
        let args = format!("-f lavfi -i color=s=256x144:r=5:d=140,{CLOCK} -c:v libx264 -preset ultrafast -g {gap}");
        let published = bench.publish(&bench.make(name, &args)).await;
        let layout = Layout::new(published.video.duration.unwrap(), 256, 144);
        assert_eq!((layout.tiles, layout.sheets()), (128, 4));
        check_tiles(&published);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_are_upright_and_as_wide_as_the_picture_is_shown() {
    let bench = Bench::new().await;
    bench.make("a.mp4", "-f lavfi -i testsrc=s=320x180:r=10:d=1 -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p");
    let turned = bench.make("turned.mp4", "-i a.mp4 -metadata:s:v:0 rotate=270 -c copy");
    let published = bench.publish(&turned).await;
    // 427 × 180 turned.
    assert_eq!((published.video.width, published.video.height), (Some(180), Some(427)));
    let vtt = published.folder.join(published.video.storyboard.as_ref().unwrap());
    let text = std::fs::read_to_string(vtt).unwrap();
    assert!(text.contains("#xywh=0,0,108,256"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_poster_shows_the_chosen_time_and_changes_with_it() {
    let bench = Bench::new().await;
    let args = format!("-f lavfi -i color=s=160x90:r=10:d=8,{CLOCK} -c:v libx264 -preset ultrafast -g 100");
    let published = bench.publish(&bench.make("a.mp4", &args)).await;
    let brightness = |path: &str| Brightness::of(&published.folder.join(path)).at(80, 45) - 20.0;
    let first = published.video.poster.unwrap();
    assert!((4.0 - brightness(&first)).abs() <= 3.0, "the middle");

    for (time, shown) in [(6.5, 6.0), (1.2, 1.0), (8.0, 7.0)] {
        let before = bench.app.videos().get(&published.video.id).await.unwrap().unwrap().poster;
        bench.change(&published.video.id, Change::PosterTime(time), Some(JobKind::Poster)).await;
        let video = bench.until(&published.video.id, |video| video.poster != before).await;
        assert!((brightness(video.poster.as_ref().unwrap()) - shown).abs() < 1.0, "at {time} s");
    }
    bench.settled(&published.video.id).await;
    assert!(!published.folder.join(first).exists(), "nobody needs the old one");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_published_tells_where_when_or_with_what_it_was_filmed() {
    let bench = Bench::new().await;
    let tags = "-metadata title=Canary-title -metadata location=+48.2082+016.3738/ -metadata make=Canary-phone \
        -metadata com.apple.quicktime.location.ISO6709=+48.2082+016.3738/ -metadata creation_time=2001-02-03T04:05:06Z \
        -metadata com.apple.quicktime.model=Canary-model -metadata:s:v:0 handler_name=Canary-handler \
        -metadata:s:v:0 timecode=04:05:06:07 -movflags +use_metadata_tags";
    let picture = "-f lavfi -i testsrc=s=160x90:r=10:d=2 -f lavfi -i sine=d=2";
    for (name, codecs) in [
        ("copied.mov", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"),
        ("transcoded.mov", "-c:v prores -c:a pcm_s16le"),
    ] {
        let file = bench.make(name, &format!("{picture} {codecs} {tags}"));
        let found = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        let original = std::fs::read(&file).unwrap();
        assert!(found(&original, "Canary-phone") && found(&original, "+48.2082"), "the fixture has them");
        let id = bench.upload(&file).await;
        bench.settled(&id).await;
        let files = bench.published_files(&id);
        assert!(files.len() > 8, "{files:?}");
        for (path, bytes) in files {
            for word in ["Canary", "48.2082", "016.3738", "2001-02-03", "creation_time", "04:05:06"] {
                assert!(!found(&bytes, word), "{word} in {}", path.display());
            }
        }
    }
}
