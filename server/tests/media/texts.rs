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
async fn webvtt_in_a_webm_or_matroska_file_becomes_a_track() {
    let bench = Bench::new().await;
    bench
        .write("en.vtt", "WEBVTT\n\nNOTE not for anybody\n\n1\n00:01.000 --> 00:02.000 line:10%\nHello <i>there</i>\n");
    bench.write("fr.srt", "1\n00:00:01,000 --> 00:00:02,000\nBonjour\n");
    let picture = "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -i en.vtt -i fr.srt -map 0 -map 1 -map 2 \
                   -metadata:s:s:0 language=eng -metadata:s:s:1 language=fre -metadata:s:s:1 title=Français";
    let vp8 = "-c:v libvpx -b:v 200k -deadline realtime -g 50";
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50";
    for (name, codecs) in [
        ("film.webm", format!("{vp8} -c:s webvtt")),
        ("film.mkv", format!("{h264} -c:s webvtt")),
        ("mixed.mkv", format!("{h264} -c:s:0 webvtt -c:s:1 subrip")),
    ] {
        let file = bench.make(name, &format!("{picture} {codecs}"));
        let published = bench.publish(&file).await;
        let [english, french] = &published.video.tracks[..] else { panic!("{name}: {:?}", published.video.tracks) };
        assert_eq!((english.language.as_str(), french.language.as_str()), ("eng", "fre"), "{name}");
        assert_eq!(french.label, "Français", "{name}");
        let text = |path: &str| {
            std::fs::read_to_string(bench.data().join("media").join(&published.video.id).join(path)).unwrap()
        };
        let (english, french) = (text(&english.path), text(&french.path));
        assert!(english.starts_with("WEBVTT\n\n") && english.contains("Hello <i>there</i>\n"), "{name}: {english}");
        assert!(english.contains("00:00:01.000 --> 00:00:02.000"), "{name}: {english}");
        assert!(!english.contains("not for anybody"), "{name}: {english}");
        assert!(french.contains("Bonjour"), "{name}: {french}");
    }
}

#[tokio::test]
async fn a_text_stream_that_is_no_text_loses_neither_the_video_nor_the_other_texts() {
    let bench = Bench::new().await;
    bench.write("en.srt", ENGLISH);
    let file = bench.make(
        "film.mkv",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=5 -i en.srt -i en.srt -map 0 -map 1 -map 2 -c:v libx264 \
         -pix_fmt yuv420p -c:s:0 subrip -c:s:1 webvtt -metadata:s:s:0 language=eng",
    );
    // The second one's text is no UTF-8.
    let mut bytes = std::fs::read(&file).unwrap();
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"lines")).collect();
    assert_eq!(places.len(), 2);
    bytes[places[1]..places[1] + 3].copy_from_slice(b"\xff\xfe\xfd");
    std::fs::write(&file, bytes).unwrap();
    let video = bench.publish(&file).await.video;
    assert!(video.tracks.iter().any(|track| track.language == "eng"), "{:?}", video.tracks);
    // Text that is painted is not of that kind either: its lines mean little without their places.
    let file = bench.make(
        "styled.mkv",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=5 -i en.srt -i en.srt -map 0 -map 1 -map 2 -c:v libx264 \
         -pix_fmt yuv420p -c:s:0 ass -c:s:1 webvtt -metadata:s:s:1 language=eng",
    );
    let video = bench.publish(&file).await.video;
    assert_eq!(video.tracks.iter().map(|track| track.language.as_str()).collect::<Vec<_>>(), ["eng"]);
}

#[tokio::test]
async fn a_video_plays_though_its_captions_are_empty() {
    let bench = Bench::new().await;
    bench.write("none.srt", "1\n00:00:01,000 --> 00:00:02,000\n \n");
    let args = "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -i none.srt -c:v libx264 -pix_fmt yuv420p -c:s mov_text";
    let file = bench.make("film.mp4", args);
    assert_eq!(bench.publish(&file).await.video.tracks, []);
}
