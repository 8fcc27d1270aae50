//! A developer with several providers: where the next video goes, and where the others are.

use reelway_api::Video;
use reelway_e2e::{
    axe::Axe,
    browser::Browser,
    media::Media,
    page::{Page, SOON, press_key, says, tab_to, visible},
    player::TRANSCODED,
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::a11y::{LOOKS, look, until};

/// The server's own disk by two names, and a service that nobody uploads to here.
pub const PROVIDERS: [(&str, &str); 10] = [
    ("REELWAY_PROVIDERS__LOCAL__KIND", "local"),
    ("REELWAY_PROVIDERS__ARCHIVE__KIND", "local"),
    ("REELWAY_PROVIDERS__MUX__KIND", "http"),
    ("REELWAY_PROVIDERS__MUX__MAP", "mux"),
    ("REELWAY_PROVIDERS__MUX__HOSTS__API_BASE", "http://127.0.0.1:9"),
    ("REELWAY_PROVIDERS__MUX__PLAYBACK__POLICY", "public"),
    ("VIDEO_CDN_TOKEN", "none"),
    ("VIDEO_CDN_SECRET", "none"),
    ("VIDEO_WEBHOOK_SECRET", "none"),
    ("VIDEO_SIGNING_KEY", "none"),
];

/// What the page asks: the label, the choices, and the one that is chosen.
const CHOICE: &str = "
    const select = document.querySelector('#provider');
    return select && [select.labels[0].innerText, [...select.options].map(option => option.label), select.value];";

async fn shows(browser: &Browser, expected: Value) {
    wait::until_true(&format!("the page asks {expected}"), SOON, async || {
        Ok(browser.run(CHOICE, Vec::new()).await? == expected)
    })
    .await
    .unwrap();
}

/// A video that is uploaded now, once all of it has arrived: a page that is left before has an upload to go on with.
async fn goes_to(page: &Page<'_>, server: &Server, media: &Media) -> Video {
    let video = page.upload(&media.short().unwrap()).await.unwrap();
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    video
}

fn asks(chosen: &str) -> Value {
    json!(["Upload to", ["This server (local)", "This server (archive)", "Mux"], chosen])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_video_goes_where_the_developer_says_and_the_browser_remembers_it() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let mut server = Server::start_with(&PROVIDERS).await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    shows(&browser, asks("local")).await;
    assert_eq!(goes_to(&page, &server, &media).await.provider, "local", "the server's choice");

    // With the keyboard alone, before the way to the file dialog.
    browser.refresh().await.unwrap();
    shows(&browser, asks("local")).await;
    tab_to(&browser, "#provider, input[type=file]").await.unwrap();
    press_key(&browser, Key::Down.value()).await.unwrap();
    shows(&browser, asks("archive")).await;
    // Coming back to the page, as from the file dialog, changes nothing, also where the browser keeps nothing.
    let asked = "performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/providers')).length";
    browser
        .run(
            &format!(
                "window.before = {asked}; Storage.prototype.getItem = () => null; dispatchEvent(new Event('focus'));"
            ),
            Vec::new(),
        )
        .await
        .unwrap();
    until(&browser, "the page asks again", &format!("{asked} > window.before")).await;
    shows(&browser, asks("archive")).await;
    let video = goes_to(&page, &server, &media).await;
    assert_eq!(video.provider, "archive");

    // List and page say it.
    Page::open(&browser, &server).await.unwrap();
    shows(&browser, asks("archive")).await;
    says(&browser, &["· This server (archive)"], SOON).await.unwrap();
    says(&browser, &["· This server (local)"], SOON).await.unwrap();
    visible(&browser, &format!("a[href$='/v/{}']", video.id)).await.unwrap().click().await.unwrap();
    until(
        &browser,
        "the page of the video says it",
        "document.querySelector('.facts')?.innerText.includes('(archive)')",
    )
    .await;

    // Of two providers one is gone, and with it the choice.
    server.kill().unwrap();
    server.reconfigure(&[]);
    server.restart().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    assert_eq!(goes_to(&page, &server, &media).await.provider, "local");
    says(&browser, &["· archive"], SOON).await.unwrap();
    assert_eq!(browser.run(CHOICE, Vec::new()).await.unwrap(), Value::Null, "there is nothing to choose");

    // It is back, and so is the choice.
    server.kill().unwrap();
    server.reconfigure(&PROVIDERS);
    server.restart().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    shows(&browser, asks("archive")).await;
    assert_eq!(goes_to(&page, &server, &media).await.provider, "archive");

    // Somebody comes back to the page from the server's configuration.
    server.kill().unwrap();
    server.reconfigure(&PROVIDERS.into_iter().filter(|(name, _)| !name.contains("ARCHIVE")).collect::<Vec<_>>());
    server.restart().await.unwrap();
    browser.run("dispatchEvent(new Event('focus'));", Vec::new()).await.unwrap();
    shows(&browser, json!(["Upload to", ["This server", "Mux"], "local"])).await;
    let page = Page::on_this_page(&browser, &server).await.unwrap();
    assert_eq!(goes_to(&page, &server, &media).await.provider, "local");
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_choice_of_a_provider() {
    let _turn = turn().await;
    let axe = Axe::load().unwrap();
    let server = Server::start_with(&PROVIDERS).await.unwrap();
    for each in LOOKS {
        let browser = Browser::open().await.unwrap();
        let look = look(&browser, each).await;
        Page::open(&browser, &server).await.unwrap();
        shows(&browser, asks("local")).await;
        axe.finds_nothing(&browser, &format!("a choice of providers, {look}")).await.unwrap();
        let width = "return document.documentElement.scrollWidth - innerWidth;";
        let over = browser.run(width, Vec::new()).await.unwrap();
        assert!(over.as_f64() <= Some(0.0), "{look}: {over} px too wide");
    }
}
