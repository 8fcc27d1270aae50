//! Each example does what it is there for: a video is uploaded, and plays.

use reelway_e2e::{
    browser::Browser,
    deep,
    media::{Media, sha256},
    turn,
};

use crate::example::Example;

async fn a_video_uploads_and_plays(example: Example) {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.short().unwrap();
    let mut served = example.serve().await;
    let browser = Browser::open().await.unwrap();
    served.open(&browser).await;

    deep::choose(&browser, &file).await.unwrap();
    served.until_arrived(&browser).await;
    served.prepare().await;
    served.until_watchable(&browser).await;
    deep::play(&browser).await.unwrap();

    if let Some(server) = &served.server {
        let videos = server.api().videos().await.unwrap();
        assert_eq!(videos.len(), 1);
        assert_eq!(server.sha256_of_original(&videos[0]).unwrap(), sha256(&file).unwrap());
    }
}

macro_rules! examples {
    ($($test:ident: $example:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            a_video_uploads_and_plays(Example::$example).await;
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
