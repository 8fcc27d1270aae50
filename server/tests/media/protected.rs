//! Encrypted segments behind signed addresses, played by ffmpeg over HTTP as a viewer's player would.

use std::process::Command;

use reelway_server::{
    config::{Config, Encryption, Policy},
    http,
    media::encrypt,
    providers::Provider,
};

use crate::bench::Bench;

fn protected(config: &mut Config) {
    config.playback.policy = Some(Policy::Signed);
    config.playback.encryption = Encryption::Aes128;
}

/// Serves the app on loopback until the test ends.
async fn serve(bench: &Bench) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = http::router(bench.app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Frames of the picture that ffmpeg decodes, or what it complains of.
async fn frames(url: String) -> Result<u64, String> {
    let ffprobe = tokio::task::spawn_blocking(move || {
        Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-protocol_whitelist",
                "file,http,tcp,crypto",
                "-count_frames",
                "-select_streams",
                "v:0",
            ])
            .args(["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", &url])
            .output()
            .unwrap()
    });
    let output = ffprobe.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = String::from_utf8_lossy(&output.stdout).lines().next().and_then(|line| line.trim().parse().ok());
    count.filter(|_| output.status.success() && said.is_empty()).ok_or(said)
}

const FILM: &str = "-f lavfi -i testsrc2=s=640x480:r=25:d=6 -f lavfi -i sine=d=6 -pix_fmt yuv420p";

#[tokio::test]
async fn a_copied_video_is_encrypted_whole_and_every_frame_decodes_for_whoever_may_watch() {
    let bench = Bench::with(protected).await;
    let file = bench.make("film.mp4", &format!("{FILM} -c:v libx264 -g 50 -c:a aac"));
    let published = bench.publish(&file).await;
    assert!(published.variants.len() > 1, "a rendition has joined later: {:?}", published.names());
    let playback = bench.app.local().playback(&published.video).await.unwrap().unwrap();
    let server = serve(&bench).await;
    let master = format!("{server}{}", playback.hls);
    assert_eq!(frames(master.clone()).await, Ok(150));
    let token = master.split_once("?token=").unwrap().1;
    for variant in &published.variants {
        let prefix = published.video.hls.as_ref().unwrap().split('/').next().unwrap();
        let path = format!("media/{}/{prefix}/{}/index.m3u8", published.video.id, variant.track.name);
        assert_eq!(frames(format!("{server}/{path}?token={token}")).await, Ok(150), "{}", variant.track.name);
    }
    // Nothing in the store is in the clear but what tells nothing.
    let key = encrypt::key_of(bench.app.db(), &published.video.id).await.unwrap().unwrap();
    let (mut segments, mut starts) = (0, std::collections::BTreeSet::new());
    for track in published.variants.iter().map(|variant| &variant.track).chain(&published.sound) {
        for segment in &track.playlist.segments {
            let hidden = std::fs::read(track.folder.join(&segment.name)).unwrap();
            assert!(!hidden.windows(4).any(|four| four == b"moof"), "{}", segment.name);
            starts.insert(hidden[..16].to_vec());
            let plain = encrypt::decrypt(hidden, &key, &segment.iv.unwrap()).unwrap();
            assert!(plain.windows(4).any(|four| four == b"moof"));
            segments += 1;
        }
    }
    assert_eq!(starts.len(), segments, "no two segments begin alike: each has its own IV");
    // Whoever may not watch gets no frame.
    let refused = |url: String| async move { assert!(frames(url.clone()).await.is_err(), "{url}") };
    refused(master.split_once('?').unwrap().0.to_owned()).await;
    refused(format!("{master}x")).await;
    let expired = bench.app.passes().make(reelway_server::access::Pass::Media, &published.video.id, 1);
    refused(format!("{}?token={expired}", master.split_once('?').unwrap().0)).await;
}

#[tokio::test]
async fn a_transcoded_video_gets_its_pictures_from_encrypted_renditions() {
    let bench = Bench::with(protected).await;
    let file = bench.make("film.webm", &format!("{FILM} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus"));
    let published = bench.publish(&file).await;
    assert!(published.video.poster.is_some() && published.video.storyboard.is_some());
    let playback = bench.app.local().playback(&published.video).await.unwrap().unwrap();
    let server = serve(&bench).await;
    // As many as there are in the segments once they are plain again.
    let key = encrypt::key_of(bench.app.db(), &published.video.id).await.unwrap().unwrap();
    let track = &published.variants[0].track;
    let mut plain = std::fs::read(track.folder.join(&track.playlist.init)).unwrap();
    for segment in &track.playlist.segments {
        let hidden = std::fs::read(track.folder.join(&segment.name)).unwrap();
        plain.extend(encrypt::decrypt(hidden, &key, &segment.iv.unwrap()).unwrap());
    }
    let plain = frames(bench.write("plain.mp4", plain).to_str().unwrap().to_owned()).await;
    assert!(plain.as_ref().is_ok_and(|frames| *frames >= 150), "{plain:?}");
    assert_eq!(frames(format!("{server}{}", playback.hls)).await, plain);
    let poster = frames(format!("{server}{}", playback.poster.unwrap())).await;
    assert_eq!(poster, Ok(1));
}
