//! The start of a stream: what is fetched, how often, in which order, and what is on screen before hls.js has arrived.

use std::path::Path;

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::SOON,
    player::TRANSCODED,
    server::Server,
    stream::{self, Theatre},
    turn, wait,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const ENGINE: &str = "hls.min.mjs";

/// A page with a player, and a stream.
struct Story {
    theatre: Theatre,
    browser: Browser,
    _made: Option<TempDir>,
}

impl Story {
    async fn begin() -> Self {
        let made = tempfile::tempdir().unwrap();
        stream::make(made.path()).unwrap();
        let mut story = Self::with(made.path()).await;
        story._made = Some(made);
        story
    }

    async fn with(folder: &Path) -> Self {
        let theatre = Theatre::start(folder).await.unwrap();
        Self { theatre, browser: Browser::open().await.unwrap(), _made: None }
    }

    async fn open(&self, options: Value) {
        // Muted, since nobody has touched the page.
        let mut all = json!({ "src": "/stream/master.m3u8", "muted": true });
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        self.browser.goto(self.theatre.page(&all)).await.unwrap();
        self.browser.run("await mounted", Vec::new()).await.unwrap();
    }

    async fn until(&self, what: &str, script: &str) {
        let so = wait::until_true(what, SOON, async || {
            Ok(self.browser.run(&format!("return Boolean({script})"), Vec::new()).await? == json!(true))
        });
        if let Err(error) = so.await {
            let state = "return [told, video.currentTime, video.readyState, video.paused, video.error?.message]";
            panic!("{error}: {} {:?}", self.run(state).await, self.theatre.asked());
        }
    }

    async fn run(&self, script: &str) -> Value {
        self.browser.run(script, Vec::new()).await.unwrap()
    }

    /// What happened to the video that nobody should have seen.
    async fn told(&self, names: &[&str]) -> Vec<String> {
        let told: Vec<String> = serde_json::from_value(self.run("return told").await).unwrap();
        told.into_iter().filter(|told| names.iter().any(|name| told.starts_with(name))).collect()
    }

    /// Nothing is fetched twice.
    fn assert_once(&self) {
        let mut asked = self.theatre.asked();
        asked.sort();
        let twice: Vec<_> = asked.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty(), "fetched twice: {twice:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_frame_is_there_before_the_engine_and_nothing_is_fetched_twice() {
    let _turn = turn().await;
    let story = Story::begin().await;
    story.theatre.hold(ENGINE);

    story.open(json!({ "autoplay": true })).await;
    story.until("a frame is on screen without hls.js", "globalThis.shown && video.currentTime > 0.5").await;
    assert_eq!(story.run("return video.duration").await.as_f64().unwrap().round(), 12.0);
    let asked = story.theatre.asked();
    let place = |name: &str| asked.iter().position(|asked| asked == name);
    for name in ["master.m3u8", "v0.m3u8", "v2.m3u8", "init_0.mp4", "init_2.mp4", "s0_000.m4s", "s2_000.m4s"] {
        assert!(place(name) < place(ENGINE) && story.theatre.count(name) == 1, "{name}: {asked:?}");
    }
    story.theatre.release(ENGINE);

    // It plays through the seam to the end, in one piece.
    story.until("it plays to the end", "video.ended").await;
    assert_eq!(story.told(&["emptied", "error", "seeked"]).await, Vec::<String>::new());
    assert_eq!(story.run("return video.buffered.length").await, 1);
    story.assert_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hls_js_took_over_can_be_sought_back_and_forth() {
    let _turn = turn().await;
    let story = Story::begin().await;
    story.open(json!({ "autoplay": true })).await;
    story.until("hls.js goes on", "video.buffered.length && video.buffered.end(0) > 5").await;

    for time in ["0.5", "9.5", "3.9", "0"] {
        story.run(&format!("video.currentTime = {time}")).await;
        story.until("it plays on from there", &format!("!video.seeking && video.currentTime > {time} + 0.2")).await;
    }
    story.assert_once();
    assert_eq!(story.told(&["emptied", "error"]).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_watch_gets_one_segment_and_who_begins_gets_the_rest() {
    let _turn = turn().await;
    let story = Story::begin().await;
    story.open(json!({})).await;
    story.until("the first frame is there", "video.readyState >= 2").await;
    wait::until_true("hls.js has come", SOON, async || Ok(story.theatre.count(ENGINE) == 1)).await.unwrap();
    assert_eq!(story.theatre.count("s0_001.m4s"), 0, "{:?}", story.theatre.asked());

    story.run("video.play()").await;
    story.until("it plays past the first segment", "video.currentTime > 4.5").await;
    story.assert_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seek_before_the_engine_is_there_is_where_it_goes_on() {
    let _turn = turn().await;
    let story = Story::begin().await;
    story.theatre.hold(ENGINE);
    story.open(json!({ "autoplay": true })).await;
    story.until("a frame is on screen", "globalThis.shown").await;

    story.run("video.currentTime = 9").await;
    story.theatre.release(ENGINE);

    story.until("it plays on from there", "!video.seeking && video.currentTime > 9.3").await;
    story.run("video.currentTime = 1").await;
    story.until("and back", "!video.seeking && video.currentTime > 1.2 && video.currentTime < 4").await;
    story.until("over the seam", "video.currentTime > 4.5").await;
    assert_eq!(story.told(&["error"]).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_no_media_is_left_to_the_engine() {
    let _turn = turn().await;
    let made = tempfile::tempdir().unwrap();
    stream::make(made.path()).unwrap();
    // The rendition that it would start with says that it is something else than it is.
    let master = std::fs::read_to_string(made.path().join("master.m3u8")).unwrap();
    std::fs::write(made.path().join("master.m3u8"), master.replace("mp4a.40.2", "opus")).unwrap();
    let story = Story::with(made.path()).await;

    story.open(json!({ "autoplay": true })).await;

    story.until("hls.js plays it all the same", "video.currentTime > 4.5").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_our_server_packages_starts_without_the_engine_too() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let story = Story::with(folder.path()).await;
    let origins = json!([story.theatre.origin()]).to_string();
    let server = Server::start_with(&[("REELWAY_CORS_ORIGINS", &origins)]).await.unwrap();
    let file = std::fs::read(media.half_a_minute().unwrap()).unwrap();
    let video = server.api().upload("film.mp4", file).await.unwrap().video;
    let video = server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    let source = video.playback.unwrap().hls;
    let source = if source.starts_with('/') { format!("{}{source}", server.url()) } else { source };
    story.theatre.hold(ENGINE);

    story.open(json!({ "src": source, "autoplay": true })).await;
    story.until("a frame is on screen without hls.js", "globalThis.shown && video.currentTime > 0.3").await;
    story.theatre.release(ENGINE);

    story.until("hls.js goes on", "video.buffered.length && video.buffered.end(0) > 12").await;
    story.until("over the seam", "video.currentTime > 5").await;
    let script = "const names = performance.getEntriesByType('resource').map(entry => entry.name);
        return names.filter((name, place) => names.indexOf(name) < place)";
    assert_eq!(story.run(script).await, json!([]), "nothing is fetched twice");
    assert_eq!(story.told(&["emptied", "error", "seeked"]).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_of_a_quarter_second_are_gathered_until_the_engine_is_there() {
    let _turn = turn().await;
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/hls/2-cmaf-fmp4-separate-audio");
    if !shared.is_dir() {
        return;
    }
    let story = Story::with(&shared).await;
    story.theatre.hold(ENGINE);

    story.open(json!({ "src": "/stream/playlist.m3u8", "autoplay": true })).await;
    story.until("a second plays without hls.js", "video.currentTime > 1").await;
    story.theatre.release(ENGINE);

    story.until("it plays to the end", "video.ended").await;
    story.assert_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_from_the_page_are_in_the_menu_and_change_with_its_options() {
    let _turn = turn().await;
    let story = Story::begin().await;
    let vtt = "WEBVTT\n\n00:00.000 --> 00:12.000\nGuten Tag\n";
    std::fs::write(story._made.as_ref().unwrap().path().join("de.vtt"), vtt).unwrap();
    let german = json!({ "id": "t1", "src": "/stream/de.vtt", "kind": "captions", "language": "de", "label": "" });
    let english = json!({ "src": "/stream/de.vtt", "srclang": "en", "label": "English", "default": true });
    let tracks = "[...video.textTracks].map((track) => [track.kind, track.language, track.label, track.mode].join())";

    // As a Reelway server tells of them, and as HTML does.
    story.open(json!({ "autoplay": true, "tracks": [german, english] })).await;
    let expected = "captions,de,,disabled subtitles,en,English,showing";
    story.until("both are there", &format!("{tracks}.join(' ') === '{expected}'")).await;
    story.until("it plays", "video.currentTime > 0.5").await;
    story.until("they are on screen", "video.textTracks[1].activeCues?.[0]?.text === 'Guten Tag'").await;

    story.run("const track = video.querySelector('track[srclang=en]'); globalThis.kept = track;").await;
    let set = format!("(await mounted).set({{ tracks: [{english}] }})");
    story.run(&set).await;
    story.until("one is gone", "video.textTracks.length === 1").await;
    story
        .until("the other is as it was", "video.querySelector('track') === kept && kept.track.mode === 'showing'")
        .await;
    story.run("(await mounted).set({ videoTitle: 'A film' })").await;
    assert_eq!(story.run("return video.textTracks.length").await, 1, "what is not named does not change");
    story.run("(await mounted).set({ tracks: null })").await;
    story.until("there are none", "video.textTracks.length === 0").await;
}
