//! Captions that somebody brings for a video, as a viewer finds them.

use std::{fs, process::Command};

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{SOON, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};

use crate::a11y::until;

pub(crate) const SRT: &str = "1\n00:00:00,000 --> 00:00:20,000\nDer <i>Hase</i> wacht auf\n";

/// Sends captions from the page itself.
pub(crate) const ADD: &str = "const [id, ticket, text] = arguments;
    const headers = { 'content-type': 'application/x-subrip', ...(ticket && { authorization: `Bearer ${ticket}` }) };
    const url = `/api/videos/${id}/tracks?language=de&label=Deutsch`;
    return (await fetch(url, { method: 'POST', headers, body: text })).status;";

/// The captions are in the menu, and on screen once they are chosen there.
pub(crate) async fn are_read(browser: &Browser, player: &Player<'_>) {
    player.play().await.unwrap();
    player.hover(0.5).await.unwrap();
    visible(browser, "[part~=captions]").await.unwrap().click().await.unwrap();
    let choice =
        "[...document.querySelectorAll('[role=menuitemradio]')].find((item) => item.innerText.includes('Deutsch'))";
    until(browser, "the menu has them", choice).await;
    browser.run(&format!("{choice}.click();"), Vec::new()).await.unwrap();
    let script =
        "const track = [...document.querySelector('[part~=video]').textTracks].find((t) => t.mode === 'showing');
        return track?.activeCues?.[0]?.getCueAsHTML().textContent ?? null;";
    wait::until_true("they are on screen", SOON, async || {
        Ok(browser.run(script, Vec::new()).await? == json!("Der Hase wacht auf"))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_that_were_uploaded_are_in_the_menu_and_on_screen() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let film = fs::read(media.half_a_minute().unwrap()).unwrap();
    let id = server.api().upload("film.mp4", film).await.unwrap().video.id;
    server.api().until_ready(&id, TRANSCODED).await.unwrap();
    Player::open(&browser, &server, &id).await.unwrap();
    let added = browser.run(ADD, vec![json!(id), Value::Null, json!(SRT)]).await.unwrap();
    assert_eq!(added, json!(201));

    let player = Player::open(&browser, &server, &id).await.unwrap();
    are_read(&browser, &player).await;
}

pub const TICKETS: [(&str, &str); 4] = [
    ("REELWAY_AUTH", "ticket"),
    ("REELWAY_TICKETS__KEYS", r#"[{ alg = "HS256", env = "TEST_TICKET_KEY" }]"#),
    ("TEST_TICKET_KEY", "the key of this test, which is long enough"),
    ("REELWAY_PLAYBACK__ENCRYPTION", "aes-128"),
];

/// A ticket of Anna's.
pub fn ticket(arguments: &[&str]) -> String {
    let binary = std::env::var_os("REELWAY_SERVER").unwrap();
    let signed = Command::new(binary).args(["sign", "--sub", "anna"]).args(arguments).envs(TICKETS).output().unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    String::from_utf8(signed.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_ticket_a_person_uploads_and_plays_what_is_encrypted_and_reads_its_captions() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start_with(&TICKETS).await.unwrap();
    let browser = Browser::open().await.unwrap();
    let ticket = ticket(&[]);

    browser.goto(format!("{}/#ticket={ticket}", server.url())).await.unwrap();
    until(&browser, "the page takes files", "document.querySelector('input[type=file][part~=select]')").await;
    assert!(!browser.current_url().await.unwrap().as_str().contains("ticket"), "it is gone from the address");
    let input = browser.find(thirtyfour::By::Css("input[type=file][part~=select]")).await.unwrap();
    input.send_keys(media.half_a_minute().unwrap().to_str().unwrap()).await.unwrap();
    let first = "const [ticket] = arguments;
        const answer = await fetch('/api/videos', { headers: { authorization: `Bearer ${ticket}` } });
        const [video] = (await answer.json()).videos;
        return video?.status === 'ready' && video.percent == null ? video.id : null;";
    let id = wait::until("the video is ready", TRANSCODED, async || {
        Ok(browser.run(first, vec![json!(ticket)]).await?.as_str().map(str::to_owned))
    })
    .await
    .unwrap();
    assert_eq!(browser.run(ADD, vec![json!(id), json!(ticket), json!(SRT)]).await.unwrap(), json!(201));

    let player = Player::open(&browser, &server, &id).await.unwrap();
    are_read(&browser, &player).await;
    let keys = "return performance.getEntriesByType('resource').filter((e) => e.name.includes('/key?token=')).length;";
    assert!(browser.run(keys, Vec::new()).await.unwrap().as_u64().unwrap() > 0, "the key was asked for");
    // A stranger sees nothing.
    let stranger = Browser::open().await.unwrap();
    stranger.goto(format!("{}/v/{id}", server.url())).await.unwrap();
    until(&stranger, "the page says why", "document.querySelector('[role=alert]')").await;
}
