//! Everything else becomes H.264 and AAC that every browser plays.

use crate::{bench::Bench, published::run};

fn has_encoder(name: &str) -> bool {
    let list = std::process::Command::new("ffmpeg").args(["-v", "error", "-encoders"]).output().unwrap();
    String::from_utf8_lossy(&list.stdout).contains(&format!(" {name} "))
}

#[tokio::test(flavor = "multi_thread")]
async fn renditions_go_down_in_steps_and_end_their_segments_together() {
    let bench = Bench::new().await;
    let file = bench
        .make("a.avi", "-f lavfi -i testsrc=s=854x480:r=24:d=9 -f lavfi -i sine=d=9 -c:v mpeg4 -q:v 5 -c:a mp3 -ac 1");
    let published = bench.publish(&file).await;
    published.check();
    let mut names = published.names();
    names.sort_unstable();
    assert_eq!(names, ["v240", "v360", "v480"]);
    let lengths: Vec<_> =
        published.variants[0].track.playlist.segments.iter().map(|segment| segment.duration.round()).collect();
    assert_eq!(lengths, [4.0, 4.0, 1.0]);
    assert_eq!(published.sound.as_ref().unwrap().stream().number("channels"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_sides_and_oblong_pixels_become_even_and_square() {
    let bench = Bench::new().await;
    let odd = bench.make("odd.avi", "-f lavfi -i testsrc=s=161x121:r=10:d=1 -c:v ffv1 -pix_fmt yuv444p");
    let published = bench.publish(&odd).await;
    published.check();
    assert_eq!(published.variants[0].text("RESOLUTION"), "160x120");

    let oblong =
        "-f lavfi -i testsrc=s=160x120:r=10:d=1 -vf setsar=3/2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    let published = bench.publish(&bench.make("oblong.mp4", oblong)).await;
    published.check();
    assert_eq!(published.variants[0].text("RESOLUTION"), "240x120");
}

#[tokio::test(flavor = "multi_thread")]
async fn interlaced_frames_and_uneven_times_become_progressive_and_constant() {
    let bench = Bench::new().await;
    let fields = bench.make(
        "fields.ts",
        "-f lavfi -i testsrc=s=352x288:r=50:d=2 -vf interlace,setfield=tff -c:v mpeg2video -flags +ilme+ildct -q:v 4",
    );
    let published = bench.publish(&fields).await;
    published.check();
    assert_eq!(published.variants[0].number("FRAME-RATE"), 25.0);
    assert_eq!(published.variants[0].track.stream().text("field_order"), "progressive");

    let uneven = bench.make(
        "uneven.mkv",
        "-f lavfi -i testsrc=s=160x90:r=30:d=3 -vf select='not(eq(mod(n\\,7)\\,3))' -fps_mode vfr -c:v mpeg4 -q:v 5",
    );
    let published = bench.publish(&uneven).await;
    published.check();
    let file = published.variants[0].track.joined();
    let show = ["-v", "error", "-show_entries", "packet=duration_time", "-of", "csv=p=0"];
    let mut lengths: Vec<_> = run("ffprobe", &show, file.path(), &[]).lines().map(str::to_owned).collect();
    lengths.dedup();
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_bits_and_hdr_become_eight_bits_in_common_colours() {
    if !has_encoder("libx265") {
        return;
    }
    let bench = Bench::new().await;
    let hdr = bench.make(
        "hdr.mp4",
        "-f lavfi -i testsrc=s=192x108:r=10:d=1 -c:v libx265 -preset ultrafast -x265-params log-level=none \
         -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -tag:v hvc1",
    );
    let published = bench.publish(&hdr).await;
    published.check();
    let stream = published.variants[0].track.stream();
    assert_eq!(stream.text("color_transfer"), "bt709", "{}", stream.0);
    assert_eq!(stream.text("color_space"), "bt709");
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_begins_before_the_picture_is_kept() {
    let bench = Bench::new().await;
    let file = bench.make(
        "late.mkv",
        "-itsoffset 0.5 -f lavfi -i testsrc=s=160x90:r=10:d=1.5 -f lavfi -i sine=d=2 -c:v mpeg4 -c:a libvorbis",
    );
    let published = bench.publish(&file).await;
    published.check();
    for track in [&published.variants[0].track, published.sound.as_ref().unwrap()] {
        assert!((track.playlist.duration() - 2.0).abs() < 0.15, "{}: {}", track.name, track.playlist.duration());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_frame_and_a_file_without_a_duration_are_videos_too() {
    let bench = Bench::new().await;
    let still = bench.make("still.mkv", "-f lavfi -i testsrc=s=160x90:r=10 -frames:v 1 -c:v mpeg4");
    bench.publish(&still).await.check();
    // As a browser's recorder writes it.
    let live = bench.make("live.webm", "-f lavfi -i testsrc=s=160x90:r=10:d=2 -c:v libvpx -deadline realtime -live 1");
    let published = bench.publish(&live).await;
    published.check();
    assert!((published.video.duration.unwrap() - 2.0).abs() < 0.15, "{:?}", published.video.duration);
}
