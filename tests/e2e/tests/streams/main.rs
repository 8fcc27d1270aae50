//! Real streams and our own in Chromium, Firefox and WebKitGTK: first frame, play, seek, renditions, sound tracks,
//! captions, end. What a browser can't decode the player has to say.
//!
//! - [`case`]: the streams, and what each has.
//! - [`viewer`]: a page with a player, and who watches it.

mod case;
mod viewer;

use anyhow::{Context, Result, ensure};
use reelway_e2e::{cdn::Cdn, engine::Engine, player::TRANSCODED, server::Server, streams::Streams, turn};
use serde_json::json;

use self::{case::Case, viewer::Viewer};

#[tokio::test(flavor = "multi_thread")]
async fn chromium_plays_every_stream_or_says_why_not() {
    in_one(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_plays_every_stream_or_says_why_not() {
    in_one(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkitgtk_plays_every_stream_or_says_why_not() {
    in_one(Engine::WebKitGtk).await;
}

async fn in_one(engine: Engine) {
    let _turn = turn().await;
    if let Err(error) = all(engine).await {
        panic!("{error:#}");
    }
}

async fn all(engine: Engine) -> Result<()> {
    let streams = Streams::new()?;
    let cdn = Cdn::start(streams.folder()).await?;
    let mut viewer = Viewer::open(engine).await?;
    let origins = json!([viewer.origin()]).to_string();
    let cors = ("REELWAY_CORS_ORIGINS", origins.as_str());
    let film = streams.film()?;
    let (_open, served) = serve(&film, &[cors]).await?;
    let signed = ("REELWAY_PLAYBACK__POLICY", "signed");
    let encrypted = ("REELWAY_PLAYBACK__ENCRYPTION", "aes-128");
    let (closed, guarded) = serve(&film, &[cors, signed, encrypted]).await?;
    is_guarded(&closed, &guarded).await?;
    let mut failures = Vec::new();
    for case in case::all(&streams, cdn.url(), served, guarded) {
        let started = std::time::Instant::now();
        let verdict = viewer.shows(async |viewer| watch(engine, viewer, &streams, &case).await).await;
        println!("{engine:?} {:5.1} s  {}: {verdict:?}", started.elapsed().as_secs_f64(), case.name);
        if let Err(error) = verdict {
            let page = viewer.page().await.unwrap_or_default();
            failures.push(format!("- {}: {error:#}\n    the page: {page}", case.name));
        }
    }
    for (name, told) in [
        (
            "preload",
            viewer.shows(async |viewer| nothing_is_fetched_before_somebody_wants_to_play(viewer, &cdn).await).await,
        ),
        ("cmcd", viewer.shows(async |viewer| every_request_tells_the_server_of_playback(viewer, &cdn).await).await),
        ("refused", viewer.shows(async |viewer| what_can_not_be_decoded_is_never_begun(viewer, &cdn).await).await),
    ] {
        if let Err(error) = told {
            failures.push(format!("- {name}: {error:#}\n    the page: {}", viewer.page().await.unwrap_or_default()));
        }
    }
    ensure!(failures.is_empty(), "{engine:?}:\n{}", failures.join("\n"));
    Ok(())
}

/// A server with these settings, and the address of the film in all its renditions there.
async fn serve(film: &[u8], settings: &[(&'static str, &str)]) -> Result<(Server, String)> {
    let server = Server::start_with(settings).await?;
    let video = server.api().upload("colours.mp4", film.to_vec()).await?.video;
    server.api().until_ready(&video.id, TRANSCODED).await?;
    server.api().until_finished(&video.id, TRANSCODED).await?;
    let playback = server.api().video(&video.id).await?.playback.context("a ready video without a playlist")?;
    let address = format!("{}{}", server.url(), playback.hls);
    Ok((server, address))
}

/// Nothing of it is told without a token, and its segments are encrypted.
async fn is_guarded(server: &Server, address: &str) -> Result<()> {
    let (bare, token) = address.split_once('?').context("it is not signed")?;
    ensure!(server.api().get(bare).await?.status() == 401, "it is open to all");
    let master = server.api().get(address).await?.text().await?;
    let media = master.lines().find(|line| !line.is_empty() && !line.starts_with('#')).context("no rendition")?;
    let folder = bare.rsplit_once('/').map_or("", |(folder, _)| folder);
    let media = server.api().get(&format!("{folder}/{media}")).await?.text().await?;
    ensure!(media.contains("METHOD=AES-128") && media.contains(token), "it is not encrypted: {media}");
    Ok(())
}

/// What became of a stream.
#[derive(Debug)]
enum Verdict {
    /// It was seen from its beginning to its end.
    Plays,
    /// The browser has no decoder for it, and the player says so.
    SaysWhyNot,
}

async fn watch(engine: Engine, viewer: &Viewer, streams: &Streams, case: &Case) -> Result<Verdict> {
    viewer.load(json!({ "src": case.playlist, "muted": true, "resume": false })).await?;
    if !viewer.has_decoders(case.codecs).await? {
        viewer.until_it_says("codec_unsupported").await?;
        return Ok(Verdict::SaysWhyNot);
    }
    viewer.until_first_frame().await?;
    case.shows(viewer, streams, 0.0).await.context("at the beginning")?;

    viewer.press("big-play").await?;
    viewer.until("it plays", "!video.paused && video.currentTime > 0.3").await?;
    viewer.key("k").await?;
    viewer.until("it pauses", "video.paused").await?;

    viewer.key("5").await?;
    let there = "!video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - video.duration / 2) < 0.6";
    viewer.until("it is in the middle", there).await?;
    case.shows(viewer, streams, viewer.number("video.currentTime").await?).await.context("in the middle")?;

    if case.has_captions {
        captions_can_be_read(viewer).await.context("captions")?;
    }
    if let Some(renditions) = case.renditions {
        renditions_can_be_chosen(viewer, renditions).await.context("renditions")?;
        // WebKitGTK 2.50 now and then makes no picture of a source that takes the place of one that broke, although all of
        // it is buffered, until the watchdog tries once more.
        if engine != Engine::WebKitGtk {
            a_decoder_that_gives_up_leaves_the_choice(viewer, renditions).await.context("decoder")?;
        }
    }
    if let Some(track) = case.other_sound {
        viewer.choose("Audio", track).await?;
        viewer.until("it is still fine", "!document.querySelector('[part~=error]') && video.readyState >= 2").await?;
    }

    viewer.run("video.currentTime = video.duration - 0.7").await?;
    viewer.until("it is near the end", "!video.seeking && video.readyState >= 2").await?;
    if viewer.is("video.paused").await? {
        viewer.key("k").await?;
    }
    viewer.until("it ends", "video.ended").await?;
    ensure!(viewer.is("!document.querySelector('[part~=error]')").await?, "it ends with an error");
    ensure!(viewer.is("heard.some(({ type, engine }) => type === 'startup' && engine)").await?, "no start was told");
    ensure!(viewer.is("!heard.some(({ type, code }) => type === 'error' && code)").await?, "an error was told");
    Ok(Verdict::Plays)
}

async fn captions_can_be_read(viewer: &Viewer) -> Result<()> {
    viewer.until("there are captions", "Array.from(video.textTracks).some(track => track.kind !== 'metadata')").await?;
    viewer.run("Array.from(video.textTracks).find(track => track.language === 'en').mode = 'showing'").await?;
    let cue = "Array.from(video.textTracks).flatMap(track => Array.from(track.activeCues ?? [])).map(cue => cue.text)";
    viewer.until("the captions of the middle are shown", &format!("{cue}.join() === 'Green'")).await
}

async fn renditions_can_be_chosen(viewer: &Viewer, [first, second]: [u32; 2]) -> Result<()> {
    for height in [first, second] {
        viewer.run("video.currentTime = 0").await?;
        viewer.choose("Quality", &format!("{height}p")).await?;
        if viewer.is("video.paused").await? {
            viewer.key("k").await?;
        }
        viewer.until(&format!("{height} lines are shown"), &format!("video.videoHeight === {height}")).await?;
        viewer
            .until("it is told", &format!("heard.some(({{ type, height, auto }}) => type === 'rendition' && height === {height} && auto === false)"))
            .await?;
    }
    Ok(())
}

/// The second of them has been chosen, and plays.
async fn a_decoder_that_gives_up_leaves_the_choice(viewer: &Viewer, [other, chosen]: [u32; 2]) -> Result<()> {
    viewer.run("video.pause(); video.currentTime = 0").await?;
    viewer.until("it is there", "!video.seeking && video.readyState >= 2").await?;
    // What comes next is nobody's segment: the last one has been in the buffer for longer than it could be blamed.
    let all = "video.buffered.length > 0 && video.buffered.end(video.buffered.length - 1) > video.duration - 0.3";
    viewer.until("all of it has been fetched", all).await?;
    viewer.run("return new Promise(done => setTimeout(done, 1200))").await?;
    let breaks = "Array.from(source.sourceBuffers).every(({ updating }) => !updating)
        && (window.broken = source, window.told = heard.length, source.sourceBuffers[0].appendBuffer(new Uint8Array(400).fill(255)), true)";
    viewer.until("it gets what is no media", breaks).await?;
    let mended =
        "source !== broken && !video.error && !video.seeking && video.readyState >= 2 && video.videoHeight > 0";
    viewer.until("it is mended", mended).await?;
    if viewer.is("video.paused").await? {
        viewer.key("k").await?;
    }
    viewer.until("it plays on", "video.currentTime > 0.5").await?;
    ensure!(viewer.number("video.videoHeight").await? == f64::from(chosen), "another rendition is played");
    let went = format!("heard.slice(told).some(({{ type, height }}) => type === 'rendition' && height === {other})");
    ensure!(!viewer.is(&went).await?, "another rendition was played");
    Ok(())
}

async fn nothing_is_fetched_before_somebody_wants_to_play(viewer: &Viewer, cdn: &Cdn) -> Result<()> {
    viewer.leave().await?;
    cdn.take_log();
    let src = format!("{}/own/master.m3u8", cdn.url());
    viewer.load(json!({ "src": src, "muted": true, "preload": "none", "resume": false })).await?;
    // Long enough for what would be fetched at once: with other values it has its first frame by then.
    viewer.run("return new Promise(done => setTimeout(done, 700))").await?;
    let engine = "performance.getEntriesByType('resource').some(({ name }) => name.includes('hls.min'))";
    ensure!(cdn.take_log().is_empty(), "something was fetched");
    ensure!(!viewer.is(engine).await?, "the engine was fetched");

    viewer.press("big-play").await?;
    viewer.until("it plays", "video.currentTime > 0.2").await?;
    ensure!(viewer.is(engine).await?, "what plays, then?");
    ensure!(cdn.take_log().iter().any(|asked| asked.path == "/own/master.m3u8"), "what plays, then?");
    Ok(())
}

async fn every_request_tells_the_server_of_playback(viewer: &Viewer, cdn: &Cdn) -> Result<()> {
    let src = format!("{}/own/master.m3u8", cdn.url());
    for use_headers in [false, true] {
        viewer.leave().await?;
        cdn.take_log();
        let cmcd = json!({ "sessionId": "5e551011", "contentId": "colours", "useHeaders": use_headers });
        viewer.load(json!({ "src": src, "muted": true, "resume": false, "cmcd": cmcd })).await?;
        viewer.press("big-play").await?;
        viewer.until("it plays", "video.currentTime > 0.2").await?;
        let log = cdn.take_log();
        let segments: Vec<_> =
            log.iter().filter(|asked| asked.method == "GET" && asked.path.ends_with(".m4s")).collect();
        ensure!(!segments.is_empty(), "no segment was fetched");
        for asked in segments {
            let told = if use_headers {
                asked.headers.get("cmcd-session").and_then(|value| value.to_str().ok()).unwrap_or_default()
            } else {
                &asked.query
            };
            ensure!(told.contains("5e551011") && told.contains("colours"), "{} says {told:?}", asked.path);
            ensure!(use_headers || told.contains("CMCD="), "{} says {told:?}", asked.path);
        }
    }
    Ok(())
}

async fn what_can_not_be_decoded_is_never_begun(viewer: &Viewer, cdn: &Cdn) -> Result<()> {
    viewer.leave().await?;
    cdn.take_log();
    let src = format!("{}/own/two_profiles.m3u8", cdn.url());
    let options = |refuses: &[&str]| json!({ "src": src, "muted": true, "resume": false, "refuses": refuses });
    viewer.load(options(&["avc1.64001f"])).await?;
    viewer.press("big-play").await?;
    viewer.until("it plays", "video.currentTime > 0.2").await?;
    ensure!(viewer.number("video.videoHeight").await? == 180.0, "it plays what it was not to");
    let asked = cdn.take_log();
    ensure!(!asked.iter().any(|asked| asked.path.starts_with("/own/360p/")), "what can't be decoded was begun");

    viewer.leave().await?;
    cdn.take_log();
    viewer.load(options(&["avc1"])).await?;
    viewer.until_it_says("codec_unsupported").await?;
    let asked = cdn.take_log();
    ensure!(!asked.iter().any(|asked| asked.path.ends_with(".m4s")), "what can't be decoded was begun");
    ensure!(!viewer.is("heard.some(({ type }) => type === 'recovered')").await?, "something was tried in vain");
    Ok(())
}
