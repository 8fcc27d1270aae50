//! H.264 that browsers play is not touched.

use std::time::Duration;

use reelway_api::VideoStatus;
use reelway_server::db::VideoRow;

use crate::{
    bench::Bench,
    published::{Stream, run},
};

/// Ten seconds with key frames at odd times, and stereo.
const PLAIN: &str = "-f lavfi -i testsrc=s=640x360:r=30:d=10 -f lavfi -i sine=d=10 -c:v libx264 -preset ultrafast \
    -pix_fmt yuv420p -force_key_frames 0,1.5,4.7,6.1,9.3 -g 300 -bf 2 -c:a aac -ac 2 -shortest";

#[tokio::test(flavor = "multi_thread")]
async fn it_plays_before_the_smaller_renditions_are_made() {
    let bench = Bench::new().await;
    let id = bench.upload(&bench.make("a.mp4", PLAIN)).await;

    let ready = bench.until(&id, |video| video.status == VideoStatus::Ready).await;
    let first = bench.published(&ready);
    assert_eq!(ready.percent.is_some(), first.variants.len() < 2, "the rest is on its way");
    assert_eq!((ready.width, ready.height), (Some(640), Some(360)));

    let all = bench.published(&bench.settled(&id).await);
    all.check();
    assert_eq!(all.names(), ["source", "v240"]);
    assert_eq!(all.video.hls, ready.hls, "players that have begun go on");
    assert_eq!(all.variant("source").number("FRAME-RATE"), 30.0);
    // Segments end at the first key frame after each four seconds.
    let lengths: Vec<_> = all.variant("v240").track.playlist.segments.iter().map(|s| s.duration).collect();
    assert_eq!(lengths.iter().map(|length| (length * 10.0).round()).collect::<Vec<_>>(), [47.0, 46.0, 7.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_picture_and_sound_are_the_originals() {
    let bench = Bench::new().await;
    let file = bench.make("a.mp4", PLAIN);
    let published = bench.publish(&file).await;
    let hash = |path: &std::path::Path, stream: &str| {
        run("ffmpeg", &["-nostdin", "-v", "error", "-i"], path, &["-map", stream, "-f", "md5", "-"])
    };
    let copy = published.variant("source").track.joined();
    assert_eq!(hash(copy.path(), "0:v"), hash(&file, "0:v"));
    let sound = published.sound.unwrap();
    assert_eq!(sound.stream().text("codec_name"), "aac");
    assert!((sound.playlist.duration() - 10.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_come_at_their_own_times_keep_them_in_every_rendition() {
    let bench = Bench::new().await;
    let file = bench.make(
        "vfr.mp4",
        "-f lavfi -i testsrc=s=480x360:r=30:d=8 -vf select='not(eq(mod(n\\,7)\\,3))*not(between(n\\,100\\,140))' \
         -fps_mode vfr -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60",
    );
    let published = bench.publish(&file).await;
    published.check();
    assert_eq!(published.names(), ["source", "v240"]);
    assert!(published.sound.is_none() && !published.master.contains("AUDIO"));
    let times = |name: &str| {
        let file = published.variant(name).track.joined();
        let show = ["-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0"];
        let mut times: Vec<_> =
            run("ffprobe", &show, file.path(), &[]).lines().map(|line| line.parse::<f64>().unwrap()).collect();
        times.sort_by(f64::total_cmp);
        // ffprobe counts from the first decoding time, which is the encoder's affair.
        times.iter().map(|time| time - times[0]).collect::<Vec<_>>()
    };
    let (copy, smaller) = (times("source"), times("v240"));
    assert_eq!(copy.len(), smaller.len());
    assert!(copy.iter().zip(&smaller).all(|(a, b)| (a - b).abs() < 0.001));
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_in_another_codec_is_encoded_beside_the_copy() {
    let bench = Bench::new().await;
    let file = bench.make(
        "a.mkv",
        "-f lavfi -i testsrc=s=320x180:r=25:d=3 -itsoffset 0.4 -f lavfi -i sine=d=2.6 -map 0 -map 1 -c:v libx264 \
         -preset ultrafast -pix_fmt yuv420p -g 25 -c:a libmp3lame",
    );
    let published = bench.publish(&file).await;
    published.check();
    assert_eq!(published.names(), ["source"], "240 is hardly less than 180");
    let sound = published.sound.as_ref().unwrap();
    assert_eq!(sound.stream().text("codec_name"), "aac");
    // It began 0.4 s after the picture: silence fills the gap, and lips and voice stay together.
    let file = sound.joined();
    let said =
        run("ffmpeg", &["-nostdin", "-i"], file.path(), &["-af", "silencedetect=n=-40dB:d=0.2", "-f", "null", "-"]);
    let end = said.split("silence_end: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!((end.parse::<f64>().unwrap() - 0.4).abs() < 0.08, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn key_frames_too_far_apart_or_a_turned_picture_are_no_copy() {
    let bench = Bench::new().await;
    let sparse = "-f lavfi -i testsrc=s=160x90:r=10:d=12 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 999 \
        -x264-params scenecut=0";
    let published = bench.publish(&bench.make("sparse.mp4", sparse)).await;
    published.check();
    assert_eq!(published.names(), ["v90"]);

    let upright = "-f lavfi -i testsrc=s=320x180:r=10:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    bench.make("upright.mp4", upright);
    let turned = bench.make("turned.mp4", "-i upright.mp4 -metadata:s:v:0 rotate=90 -c copy");
    assert!(Stream::of(&turned).0.to_string().contains("rotation"), "the fixture is turned");
    let published = bench.publish(&turned).await;
    published.check();
    assert_eq!(published.variants[0].text("RESOLUTION"), "180x320");
    assert_eq!((published.video.width, published.video.height), (Some(180), Some(320)));
}

#[tokio::test(flavor = "multi_thread")]
async fn durations_come_from_the_samples_not_from_the_header() {
    // Frames far apart in a stream whose header claims 60 a second: ffmpeg's own playlist adds up the claims.
    let bench = Bench::new().await;
    bench.make(
        "fast.h264",
        "-f lavfi -i testsrc=s=160x90:r=60:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 0",
    );
    let slow = bench.make("slow.mp4", "-r 10 -i fast.h264 -c copy");
    let id = bench.upload(&slow).await;
    let video: VideoRow = bench.settled(&id).await;
    let published = bench.published(&video);
    published.check();
    assert!((published.video.duration.unwrap() - 6.0).abs() < 0.2, "{:?}", published.video.duration);
    assert!(Duration::from_secs_f64(published.variants[0].track.playlist.duration()) > Duration::from_secs(5));
}
