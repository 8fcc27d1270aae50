//! The main job on each of the four providers. Nothing but the server's configuration tells one run from the other.

use std::{collections::BTreeSet, time::Instant};

use reelway_api::Video;
use reelway_e2e::{
    browser::Browser,
    film::Film,
    media,
    page::{Page, SOON, visible},
    player::{Player, TRANSCODED},
    server::Server,
    service::Service,
    turn, wait,
};
use serde_json::{Value, json};

use crate::captions;

/// Bytes that the file is longer: more than one chunk by tus, more than one part at Oracle.
const MORE: u32 = 12 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_on_each_provider_by_configuration_only() {
    let _turn = turn().await;
    let film = Film::make(MORE).unwrap();
    let browser = Browser::open().await.unwrap();
    for service in Service::all(&film.package().unwrap()).await.unwrap() {
        let started = Instant::now();
        let server = serve(&service).await;
        let before = service.webhooks_taken();
        let video = upload(&browser, &server, &service, &film).await;
        let ready = started.elapsed();
        if !matches!(service, Service::Local) {
            wait::until_true("webhooks are taken", SOON, async || Ok(service.webhooks_taken() > before)).await.unwrap();
        }
        watch(&browser, &service, &film).await;
        scrub(&browser, &service, &film).await;
        read_captions(&browser, &server, &video).await;
        delete(&browser, &server, &service, &video).await;
        println!(
            "{:10}: ready after {:.1} s, all done after {:.1} s",
            service.name(),
            ready.as_secs_f64(),
            started.elapsed().as_secs_f64()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_every_webhook_is_lost_the_server_asks_and_the_video_plays() {
    let _turn = turn().await;
    let film = Film::make(MORE).unwrap();
    let browser = Browser::open().await.unwrap();
    // The local provider sends none.
    for service in Service::all(&film.package().unwrap()).await.unwrap().into_iter().skip(1) {
        let started = Instant::now();
        let server = serve(&service).await;
        let before = service.webhooks_taken();
        service.lose_webhooks();
        upload(&browser, &server, &service, &film).await;
        assert_eq!(service.webhooks_taken(), before, "{}", service.name());
        let player = Player::on_this_page(&browser).await.unwrap();
        assert_eq!(film.scene_on(&browser, "[part~=video]").await.unwrap(), 0);
        player.play().await.unwrap();
        println!("{:10}: plays after {:.1} s without a webhook", service.name(), started.elapsed().as_secs_f64());
    }
}

/// Cloudflare's tokens stand in the path, in place of the video's id: only what a token says tells one video from another.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_token_in_the_path_leaves_the_film_where_it_is() {
    let _turn = turn().await;
    let film = Film::make(0).unwrap();
    let browser = Browser::open().await.unwrap();
    let [_, _, service, _] = Service::all(&film.package().unwrap()).await.unwrap();
    let mut server = Server::prepare().unwrap();
    let setup = service.setup(&server.url()).await.unwrap();
    // Another one every ten seconds.
    let toml = setup.toml + "signing.lifetime = 60\n";
    server.configure(&toml, setup.secrets).await.unwrap();
    let video = upload(&browser, &server, &service, &film).await;
    Player::on_this_page(&browser).await.unwrap();
    let note = "globalThis.emptied = 0;
        document.querySelector('[part~=video]').addEventListener('emptied', () => emptied += 1);
        return document.querySelector('[part~=poster]').src;";
    let first = browser.run(note, Vec::new()).await.unwrap();
    let asked = || service.played().iter().filter(|(_, path, _)| path.ends_with("/manifest/video.m3u8")).count();
    let before = asked();

    let hls = async || anyhow::Ok(server.api().video(&video.id).await?.playback.map(|playback| playback.hls));
    let old = hls().await.unwrap();
    wait::until_true("there is another token", SOON, async || Ok(hls().await? != old)).await.unwrap();
    // The page learns of it with whatever else it learns of the video.
    visible(&browser, ".details-actions button[title*='frame']").await.unwrap().click().await.unwrap();
    let renewed = "const token = (url) => url.split('/')[3];
        const poster = document.querySelector('[part~=poster]');
        return Boolean(poster) && token(poster.src) !== token(arguments[0]);";
    wait::until_true("the page has it", SOON, async || {
        Ok(browser.run(renewed, vec![first.clone()]).await? == json!(true))
    })
    .await
    .unwrap();

    let player = Player::on_this_page(&browser).await.unwrap();
    player.play().await.unwrap();
    assert_eq!((browser.run("return emptied;", Vec::new()).await.unwrap(), asked()), (json!(0), before));
}

/// A server with this provider and no other.
async fn serve(service: &Service) -> Server {
    let mut server = Server::prepare().unwrap();
    let setup = service.setup(&server.url()).await.unwrap();
    server.configure(&setup.toml, setup.secrets).await.unwrap();
    service.server_listens(&server.url());
    if let Service::Oci(_) = service {
        wait::until_true("the subscription is confirmed", SOON, async || Ok(service.webhooks_taken() > 0))
            .await
            .unwrap();
    }
    server
}

/// The file goes up by the page, arrives whole, and the page says that it plays: then it is opened.
async fn upload(browser: &Browser, server: &Server, service: &Service, film: &Film) -> Video {
    let page = Page::open(browser, server).await.unwrap();
    let video = page.upload(&film.file()).await.unwrap();
    assert_eq!(video.provider, service.name());
    let ready = server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    let held = service.held(server, &video).await.unwrap();
    assert_eq!(held.unwrap(), media::sha256(&film.file()).unwrap(), "{}", service.name());
    assert!(ready.duration.is_some_and(|duration| (duration - 12.0).abs() < 0.2), "{ready:?}");
    visible(browser, &format!("a[href$='/v/{}']", video.id)).await.unwrap().click().await.unwrap();
    ready
}

/// The poster is a picture of the film, its first frame the film's, and it plays.
async fn watch(browser: &Browser, service: &Service, film: &Film) {
    let player = Player::on_this_page(browser).await.unwrap();
    let poster = "return document.querySelector('[part~=poster][data-loaded]')?.src ?? null;";
    let poster = wait::until("there is a poster", SOON, async || {
        Ok(browser.run(poster, Vec::new()).await?.as_str().map(str::to_owned))
    });
    film.scene_at_address(browser, &poster.await.unwrap()).await.unwrap();
    assert_eq!(film.scene_on(browser, "[part~=video]").await.unwrap(), 0, "{}: the first frame", service.name());
    let tokens = service.played();
    assert!(tokens.iter().all(|(.., status)| *status < 400), "{tokens:?}");
    if !matches!(service, Service::Local) {
        let signed = tokens.iter().filter(|(_, path, _)| path.contains("token=") || path.contains("/eyJ"));
        assert!(signed.count() > 1, "stream and poster want a token: {tokens:?}");
    }
    if matches!(service, Service::Oci(_)) {
        assert!(tokens.iter().any(|(_, path, _)| path.contains("/key?token=")), "it is encrypted: {tokens:?}");
    }
    player.play().await.unwrap();
    browser.run("document.querySelector('[part~=video]').pause();", Vec::new()).await.unwrap();
}

/// The pointer shows the moment that it points at, dragging too, and where it is let go the film goes on.
async fn scrub(browser: &Browser, service: &Service, film: &Film) {
    let player = Player::of(browser);
    let shows = async |part: &str, scene: usize| {
        let what = format!("{}: {part} shows scene {scene}", service.name());
        let selector = format!("[part~={part}]:not([hidden])");
        let script = "return Boolean(document.querySelector(arguments[0]));";
        let mut last = None;
        let seen = wait::until_true(&what, SOON, async || {
            if browser.run(script, vec![json!(selector)]).await? == json!(false) {
                return Ok(false);
            }
            last = film.scene_on(browser, &selector).await.ok();
            Ok(last == Some(scene))
        });
        let seen = seen.await;
        assert!(seen.is_ok(), "{what}, and not {last:?}");
    };
    let distinct = |pictures: &[String]| pictures.iter().collect::<BTreeSet<_>>().len();
    // Here, and before that on the page that has sent the file: the first picture, and the one that comes next.
    let early = pictures(service);
    assert!(distinct(&early) <= 2 && early.len() <= 4, "nobody has pointed anywhere: {early:#?}");
    for share in [0.27, 0.6, 0.93, 0.1] {
        let time = player.hover(share).await.unwrap();
        assert_eq!(player.preview_label().await.unwrap().trim(), format!("0:{:02}", time as u32));
        if service.has_storyboard() {
            shows("preview-image", Film::scene_at(time)).await;
        } else {
            let shown = "return document.querySelectorAll('[part~=preview-image]:not([hidden])').length;";
            assert_eq!(browser.run(shown, Vec::new()).await.unwrap(), json!(0));
        }
    }
    player.grab(0.27).await.unwrap();
    for share in [0.44, 0.6, 0.77] {
        let time = player.drag(share).await.unwrap();
        if service.has_storyboard() {
            shows("scrub", Film::scene_at(time)).await;
        }
    }
    player.let_go(0.77).await.unwrap();
    let there = "const video = document.querySelector('[part~=video]');
        return !video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - 9.24) < 0.5;";
    wait::until_true("the film goes on where it was let go", SOON, async || {
        Ok(browser.run(there, Vec::new()).await? == json!(true))
    })
    .await
    .unwrap();
    shows("video", Film::scene_at(9.24)).await;
    let late = pictures(service);
    assert!(late.len() <= distinct(&late) + 2, "each is fetched once: {late:#?}");
}

/// The single pictures of a storyboard that were fetched: Cloudflare's are of this height.
fn pictures(service: &Service) -> Vec<String> {
    let played = service.played().into_iter().map(|(_, path, _)| path);
    played.filter(|path| path.contains("/thumbnails/") && path.contains("height=180")).collect()
}

async fn read_captions(browser: &Browser, server: &Server, video: &Video) {
    let added = browser.run(captions::ADD, vec![json!(video.id), Value::Null, json!(captions::SRT)]).await.unwrap();
    assert_eq!(added, json!(201));
    let player = Player::open(browser, server, &video.id).await.unwrap();
    captions::are_read(browser, &player).await;
}

/// Deleted on the page, it is gone at the service.
async fn delete(browser: &Browser, server: &Server, service: &Service, video: &Video) {
    let page = Page::open(browser, server).await.unwrap();
    page.until_it_says(&["film"], SOON).await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{}: {complaints:#?}", service.name());
    page.delete_video("film").await.unwrap();
    wait::until_true("it is gone at the service", SOON, async || Ok(service.held(server, video).await?.is_none()))
        .await
        .unwrap();
    wait::until_true("and here", SOON, async || Ok(!server.api().has_video(&video.id).await?)).await.unwrap();
    // The page may have asked for a picture of it, which is gone. That is no complaint about the next provider.
    browser.goto("about:blank").await.unwrap();
    browser.complaints().await.unwrap();
}
