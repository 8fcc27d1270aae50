//! What can't be played is refused with a code and a sentence.

use std::path::Path;

use reelway_api::{ErrorCode, VideoStatus};
use reelway_server::config::Limits;

use crate::bench::Bench;

async fn refused(bench: &Bench, file: &Path) -> (ErrorCode, String) {
    let id = bench.upload(file).await;
    let video = bench.settled(&id).await;
    assert_eq!(video.status, VideoStatus::Failed, "{}", file.display());
    assert_eq!(bench.published_files(&id), [], "nothing is published of it");
    assert!(bench.app.originals().path(&id).exists(), "it is kept: it may be somebody's only copy");
    let error = video.error.unwrap();
    assert!(error.message.ends_with('.') && error.message.contains(' '), "{}", error.message);
    (error.code, error.message)
}

const SMALL: &str = "-f lavfi -i testsrc=s=160x90:r=10:d=4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_videos() {
    let bench = Bench::new().await;
    let text = bench.write("text.mp4", "abc");
    assert_eq!(refused(&bench, &text).await.0, ErrorCode::NotAVideo);
    let noise: Vec<u8> = (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(refused(&bench, &bench.write("noise.mp4", noise)).await.0, ErrorCode::NotAVideo);
    let picture = bench.make("picture.png", "-f lavfi -i testsrc=s=160x90 -frames:v 1");
    assert_eq!(refused(&bench, &picture).await.0, ErrorCode::NotAVideo);
    let sound = bench.make("sound.m4a", "-f lavfi -i sine=d=1 -c:a aac");
    assert_eq!(refused(&bench, &sound).await.0, ErrorCode::NoVideoStream);
    bench.make("cover.jpg", "-f lavfi -i testsrc=s=160x90 -frames:v 1");
    let song = bench.make("song.m4a", "-i sound.m4a -i cover.jpg -map 0 -map 1 -c copy -disposition:v:0 attached_pic");
    assert_eq!(refused(&bench, &song).await.0, ErrorCode::NoVideoStream);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_lack_their_end() {
    let bench = Bench::new().await;
    let cut = |name: &str, part: f64| {
        let bytes = std::fs::read(bench.path(name)).unwrap();
        bench.write(&format!("cut-{name}"), &bytes[..(bytes.len() as f64 * part) as usize])
    };
    bench.make("index-last.mp4", SMALL);
    assert_eq!(refused(&bench, &cut("index-last.mp4", 0.6)).await.0, ErrorCode::Truncated);
    bench.make("index-first.mp4", &format!("{SMALL} -movflags +faststart"));
    assert_eq!(refused(&bench, &cut("index-first.mp4", 0.6)).await.0, ErrorCode::Truncated);
    // ffmpeg calls this one a success.
    bench.make("fragments.mp4", &format!("{SMALL} -g 10 -movflags +frag_keyframe+empty_moov"));
    let (code, message) = refused(&bench, &cut("fragments.mp4", 0.6)).await;
    assert_eq!(code, ErrorCode::Truncated);
    assert!(message.contains("end is missing"), "{message}");
    // A container that says how long it is, but not how large.
    bench.make("whole.mkv", "-f lavfi -i testsrc=s=160x90:r=10:d=8 -c:v mpeg4");
    assert_eq!(refused(&bench, &cut("whole.mkv", 0.5)).await.0, ErrorCode::Truncated);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_beyond_the_limits() {
    let limits = Limits { max_duration: 3.0, max_pixels: 20_000, ..Limits::default() };
    let bench = Bench::with(|config| config.limits = limits).await;
    let (code, message) = refused(&bench, &bench.make("long.mp4", SMALL)).await;
    assert_eq!((code, message.contains("4 s")), (ErrorCode::TooLong, true), "{message}");
    // Nothing tells its length before it has been read.
    let live = bench.make("live.webm", "-f lavfi -i testsrc=s=96x54:r=10:d=64 -c:v libvpx -deadline realtime -live 1");
    assert_eq!(refused(&bench, &live).await.0, ErrorCode::TooLong);
    let large = "-f lavfi -i testsrc=s=320x180:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    let (code, message) = refused(&bench, &bench.make("large.mp4", large)).await;
    assert_eq!((code, message.contains("320 × 180")), (ErrorCode::TooManyPixels, true), "{message}");
}
