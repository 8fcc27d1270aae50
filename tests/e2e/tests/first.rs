//! Plain visits to the elements, for `cargo xtask first`: which functions of the wasm do they run? The package is one that
//! tells; each entry's answer goes into `REELWAY_MARKS`, a number a line.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{env, fs, path::PathBuf, time::Duration};

use reelway_e2e::{
    engine::{self, Engine},
    media::Media,
    player::TRANSCODED,
    server::Server,
    shelf::Shelf,
    turn, wait,
};
use serde_json::json;

/// Somebody sees where files go, in English and in another language, and moves over it.
const UPLOADER: &str = "
    const kinds = [
        {},
        { lang: 'de', multiple: '', name: 'video', required: '', 'whole-page': '' },
        { disabled: '', accept: 'video/mp4', 'max-file-size': '1000', 'max-duration': '60', 'no-drop': '', provider: 'local' },
    ];
    for (const attributes of kinds) {
        const uploader = put('reelway-uploader', { endpoint: '', ...attributes });
        await mounted(uploader);
        uploader.multiple = !uploader.multiple;
        part(uploader, 'select').focus();
        part(uploader, 'select').blur();
        const zone = part(uploader, 'drop-zone');
        const files = new DataTransfer();
        files.items.add(new File(['.'], 'film.mp4', { type: 'video/mp4' }));
        for (const type of ['dragenter', 'dragover', 'dragleave']) {
            zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }));
        }
    }
    await rest();
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));";

/// Somebody sees a player, and moves over it. What it takes to play comes with the engine.
const PLAYER: &str = "
    const src = '/none.m3u8';
    const kinds = [
        { src, poster: 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAC', preload: 'none', loop: '', 'start-time': '2' },
        { src, lang: 'de', autoplay: 'muted', muted: '', 'no-resume': '' },
        { 'video-id': 'none', endpoint: '', 'video-title': 'A film', 'storyboard-src': '/none.vtt' },
        { 'video-id': video, endpoint: '' },
    ];
    for (const attributes of kinds) {
        const player = put('reelway-player', attributes);
        player.style.width = '640px';
        await mounted(player);
        player.videoTitle = 'Another film';
        for (const type of ['pointerover', 'pointerenter', 'pointermove', 'pointerleave']) {
            const pointer = { bubbles: type !== 'pointerenter', pointerType: 'mouse', clientX: 100, clientY: 100 };
            part(player, 'root').querySelector('section').dispatchEvent(new PointerEvent(type, pointer));
        }
        await rest();
    }
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));";

/// Somebody sees where files go that turn into a player.
const VIDEO: &str = "
    for (const attributes of [{}, { lang: 'de', multiple: '', name: 'video' }]) {
        const video = put('reelway-video', { endpoint: '', ...attributes });
        await mounted(video);
        video.multiple = !video.multiple;
    }
    await rest();
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "cargo xtask first"]
async fn plain_visits_tell_what_they_run() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let film = media.short().unwrap();
    let server = Server::start().await.unwrap();
    let video = server.api().upload("film.mp4", fs::read(&film).unwrap()).await.unwrap().video.id;
    server.api().until_ready(&video, TRANSCODED).await.unwrap();
    let shelf = Shelf::open(&server, &film, None).await.unwrap();
    let window = Engine::Chromium.open().await.unwrap();
    let folder = PathBuf::from(env::var_os("REELWAY_MARKS").expect("REELWAY_MARKS names a folder"));

    let entries = [
        ("uploader", "uploader/define.js", vec![UPLOADER]),
        ("player", "player/define.js", vec![PLAYER]),
        ("index", "define.js", vec![UPLOADER, PLAYER, VIDEO]),
    ];
    for (entry, module, visits) in entries {
        window.goto(shelf.page("elements.html")).await.unwrap();
        wait::until_true("the page is there", Duration::from_secs(60), async || Ok(window.title().await? == "ready"))
            .await
            .unwrap();
        let visits: String = visits.iter().map(|visit| format!("await (async () => {{ {visit} }})();")).collect();
        let body = format!(
            "const [video] = arguments;
             const rest = () => new Promise((done) => setTimeout(done, 1500));
             await import('/reelway/dist/{module}');
             {visits}
             // Also on a page that does not say its language.
             document.documentElement.removeAttribute('lang');
             {visits}
             return [...globalThis.reelwayMarks];"
        );
        let marks = engine::run(&window, &body, vec![json!(video)]).await.unwrap();
        let numbers: Vec<String> = marks.as_array().unwrap().iter().map(ToString::to_string).collect();
        assert!(numbers.len() > 100, "{entry} tells of {} functions", numbers.len());
        fs::write(folder.join(entry).with_extension("marks"), numbers.join("\n")).unwrap();
    }
}
