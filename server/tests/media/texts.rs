//! Captions that a file brings along.

use reelway_api::TrackKind;

use crate::bench::Bench;

const ENGLISH: &str =
    "1\n00:00:01,000 --> 00:00:02,000\nHello <i>there</i>\n\n2\n00:00:03,000 --> 00:00:04,500\nTwo\nlines\n";

#[tokio::test]
async fn text_tracks_of_a_file_become_webvtt_with_their_language_and_name() {
    let bench = Bench::new().await;
    bench.write("en.srt", ENGLISH);
    bench.write("de.srt", "1\n00:00:01,000 --> 00:00:02,000\nGuten Tag\n");
    let inputs = "-f lavfi -i testsrc2=s=320x180:r=25:d=5 -i en.srt -i de.srt -map 0 -map 1 -map 2 \
                  -c:v libx264 -pix_fmt yuv420p -g 50 -metadata:s:s:0 language=eng -metadata:s:s:1 language=deu \
                  -disposition:s:1 hearing_impaired";
    for (name, codec) in [("film.mp4", "mov_text"), ("film.mkv", "subrip")] {
        let file = bench.make(name, &format!("{inputs} -c:s {codec}"));
        let video = bench.publish(&file).await.video;
        let [english, german] = &video.tracks[..] else { panic!("{name}: {:?}", video.tracks) };
        assert_eq!((english.language.as_str(), english.kind), ("eng", TrackKind::Subtitles), "{name}");
        assert_eq!((german.language.as_str(), german.kind), ("deu", TrackKind::Captions), "{name}");
        let text = std::fs::read_to_string(bench.data().join("media").join(&video.id).join(&english.path)).unwrap();
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello <i>there</i>\n\n\
                        00:00:03.000 --> 00:00:04.500\nTwo\nlines\n";
        assert_eq!(text, expected, "{name}");
    }
}

#[tokio::test]
async fn a_video_plays_though_its_captions_are_empty() {
    let bench = Bench::new().await;
    bench.write("none.srt", "1\n00:00:01,000 --> 00:00:02,000\n \n");
    let args = "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -i none.srt -c:v libx264 -pix_fmt yuv420p -c:s mov_text";
    let file = bench.make("film.mp4", args);
    assert_eq!(bench.publish(&file).await.video.tracks, []);
}
