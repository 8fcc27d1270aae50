//! axe-core finds nothing on any example, in any state, in light and dark.

use std::{fs, time::Duration};

use reelway_e2e::{axe::Axe, browser::Browser, deep, media::Media, page::SOON, turn};

use crate::example::{Example, Served};

/// Slow enough to look at an upload in the middle of it.
const SLOW: u64 = 1 << 20;

/// Until transitions of colours are over.
const FADE: Duration = Duration::from_millis(600);

/// What a provider does that takes nothing more.
const REFUSE: &str = "const { fetch } = globalThis;
    globalThis.fetch = (input, init) => {
        const method = init?.method ?? input.method;
        return method === 'PUT' || method === 'PATCH'
            ? Promise.resolve(new Response('', { status: 400 })) : fetch(input, init);
    };";

/// axe-core, and who it looks for.
struct Look<'a> {
    axe: &'a Axe,
    browser: &'a Browser,
    served: &'a Served,
    found: Vec<String>,
}

impl Look<'_> {
    /// Looks at the page as it is, light and dark.
    async fn at(&mut self, state: &str) {
        for dark in [false, true] {
            self.browser.prefer_dark(dark).await.unwrap();
            // A colour that is on its way to another one is neither.
            tokio::time::sleep(FADE).await;
            let look = if dark { "dark" } else { "light" };
            let what = format!("{}, {state}, {look}", self.served.example.folder());
            if let Err(error) = self.axe.finds_nothing(self.browser, &what).await {
                self.found.push(format!("{error:#}"));
            }
        }
    }
}

async fn axe_finds_nothing_on(example: Example) {
    let _turn = turn().await;
    let axe = Axe::load().unwrap();
    let media = Media::new().unwrap();
    let large = media.large(24 << 20).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.txt");
    fs::write(&words, "Just words.").unwrap();
    let mut served = example.serve().await;
    let browser = Browser::open().await.unwrap();
    // The page asks before it is left in the middle of an upload.
    let leave = "addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);";

    let mut found = {
        let mut look = Look { axe: &axe, browser: &browser, served: &served, found: Vec::new() };
        served.open(&browser).await;
        look.at("empty").await;

        deep::choose(&browser, &words).await.unwrap();
        let refused = "seen('[data-stage=failed], [data-state=failed], [data-state=done], [role=alert]')";
        deep::until(&browser, "it is refused", SOON, refused).await.unwrap();
        look.at("refused").await;

        served.open(&browser).await;
        browser.limit_upload(Some(SLOW)).await.unwrap();
        deep::choose(&browser, &large).await.unwrap();
        served.until_stage(&browser, "uploading").await;
        let moves = "[...all()].some(each => each.matches('progress, [role=progressbar]') && (each.value > 0 || each.ariaValueNow > 0 || each.getAttribute('aria-valuenow') > 0))";
        deep::until(&browser, "some of it has arrived", SOON, moves).await.unwrap();
        look.at("uploading").await;
        served.press(&browser, "pause").await;
        served.until_stage(&browser, "paused").await;
        look.at("paused").await;
        browser.limit_upload(None).await.unwrap();
        browser.run(REFUSE, Vec::new()).await.unwrap();
        served.press(&browser, "resume").await;
        served.until_stage(&browser, "failed").await;
        look.at("failed").await;

        browser.run(leave, Vec::new()).await.unwrap();
        served.open(&browser).await;
        deep::choose(&browser, &media.short().unwrap()).await.unwrap();
        served.until_arrived(&browser).await;
        look.at("processing").await;
        look.found
    };

    served.prepare().await;
    served.until_watchable(&browser).await;
    let mut look = Look { axe: &axe, browser: &browser, served: &served, found: Vec::new() };
    look.at("ready").await;
    deep::play(&browser).await.unwrap();
    look.at("playing").await;
    found.append(&mut look.found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

macro_rules! examples {
    ($($test:ident: $example:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            axe_finds_nothing_on(Example::$example).await;
        }
    )+};
}

examples! {
    plain_html: Html,
    a_form: Form,
    react: React,
    vue: Vue,
    svelte: Svelte,
    next: Next,
    headless: Headless,
    straight_to_mux: Mux
}
