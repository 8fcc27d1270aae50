//! Files that are made to make ffmpeg do more than read them, and ffmpeg itself out of hand.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reelway_api::{ErrorCode, VideoStatus};
use reelway_server::media::tool::{Bounds, Invocation, Tool, ToolError, open};

use crate::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_or_script_named_mp4_reads_no_other_file() {
    let bench = Bench::new().await;
    let canary = bench.make("canary.ts", "-f lavfi -i testsrc=s=160x90:r=10:d=1 -c:v mpeg2video");
    let canary = canary.display();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let playlist = |uri: &str| format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{uri}\n#EXT-X-ENDLIST\n");
    for (number, text) in [
        playlist(&canary.to_string()),
        playlist(&format!("file:{canary}")),
        playlist("/etc/passwd"),
        playlist(&format!("http://{address}/segment.ts")),
        format!("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=http://{address}/a\n{}", playlist("concat:/etc/passwd")),
        format!("ffconcat version 1.0\nfile '{canary}'\n"),
        format!("<?xml version=\"1.0\"?><MPD><Period><BaseURL>http://{address}/</BaseURL></Period></MPD>"),
        format!("v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {} RTP/AVP 96\n", address.port()),
        format!("[InternetShortcut]\nURL=http://{address}/\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = bench.upload(&bench.write(&format!("{number}.mp4"), &text)).await;
        let video = bench.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Failed, "{text}");
        assert_eq!(video.error.unwrap().code, ErrorCode::NotAVideo, "{text}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0, "somebody called");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_canary_would_sing_without_the_white_list() {
    // What the test above proves depends on it: ffprobe by itself does follow a playlist named .mp4.
    let bench = Bench::new().await;
    let canary = bench.make("canary.ts", "-f lavfi -i testsrc=s=160x90:r=10:d=1 -c:v mpeg2video");
    let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", canary.display());
    let playlist = bench.write("playlist.mp4", text);
    let probe = |args: Vec<std::ffi::OsString>| {
        let run = Invocation {
            tool: Tool::Ffprobe,
            args: [vec!["-v".into(), "error".into(), "-show_streams".into()], args].concat(),
            folder: bench.path(""),
            bounds: Bounds::default(),
            background: false,
        };
        async move { run.capture(1 << 20).await }
    };
    let free = probe(vec!["-allowed_extensions".into(), "ALL".into(), playlist.clone().into()]).await;
    let error = probe(open(&playlist, 1 << 20)).await.unwrap_err();
    assert!(error.complaint().is_some(), "{error}");
    assert!(String::from_utf8_lossy(&free.unwrap().stdout).contains("mpeg2video"));
}

/// An ffmpeg that never ends by itself, under a name that tells it from others'.
fn endless(bench: &Bench, bounds: Bounds) -> (Invocation, String) {
    let mark = format!("mark-{}", uuid::Uuid::new_v4().simple());
    let args = format!(
        "-nostdin -v error -re -f lavfi -i testsrc=s=320x180:r=30 -progress pipe:1 -stats_period 0.1 -c:v rawvideo \
         -metadata title={mark} {mark}.nut"
    );
    let args = args.split_whitespace().map(Into::into).collect();
    (Invocation { tool: Tool::Ffmpeg, args, folder: bench.path(""), bounds, background: true }, mark)
}

/// Whether a process with that word on its command line runs. Linux tells.
fn runs(mark: &str) -> bool {
    let lines = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path().join("cmdline"));
    lines.filter_map(|path: PathBuf| std::fs::read(path).ok()).any(|line| String::from_utf8_lossy(&line).contains(mark))
}

/// A killed process takes a moment to go.
async fn gone(mark: &str) {
    let gone = async {
        while runs(mark) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_is_ended_when_nobody_waits_for_it() {
    let bench = Bench::new().await;
    let (run, mark) = endless(&bench, Bounds::default());
    let (seen, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let task = tokio::spawn(async move { run.follow(move |done| _ = seen.send(done)).await.map(drop) });
    progress.recv().await.unwrap();
    assert!(runs(&mark) || cfg!(not(target_os = "linux")));
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    gone(&mark).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_is_ended_at_its_limits() {
    let bench = Bench::new().await;
    let (run, mark) = endless(&bench, Bounds { time: Duration::from_millis(400), ..Bounds::default() });
    assert!(matches!(run.follow(|_| ()).await, Err(ToolError::TimedOut { .. })));
    gone(&mark).await;

    let (run, mark) = endless(&bench, Bounds { file_size: 200_000, ..Bounds::default() });
    let error = run.follow(|_| ()).await.unwrap_err();
    assert!(matches!(error, ToolError::Failed { .. }), "{error}");
    assert!(std::fs::metadata(bench.path(&format!("{mark}.nut"))).unwrap().len() <= 200_000);

    let (run, _) = endless(&bench, Bounds { memory: 32 << 20, ..Bounds::default() });
    assert!(cfg!(not(target_os = "linux")) || run.follow(|_| ()).await.is_err());
}
