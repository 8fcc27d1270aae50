//! Every file that is not taken is refused for the right reason, in words, and reads nothing that it should not.

use std::fs;

use reelway_api::{ErrorCode, VideoStatus};
use reelway_e2e::{
    browser::Browser,
    canary::{Canary, SECRET},
    media::Media,
    page::{Page, SOON},
    server::Server,
    turn, wait,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_rejected_file_is_refused_with_its_code() {
    let _turn = turn().await;
    let (media, canary) = (Media::new().unwrap(), Canary::lay_out().unwrap());
    let server = Server::start().await.unwrap();
    let mut wrong = Vec::new();

    for (file, expected) in media.rejected(&canary).unwrap() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refused = code_for(&server, &name, fs::read(&file).unwrap()).await;
        println!("{name}: {refused:?}");
        if refused != Some(expected) {
            wrong.push(format!("{name}: {refused:?}, not {expected:?}"));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(canary.requests(), 0, "the server fetched what a file names");
    assert!(!keeps_the_secret(&server), "the server read what a file names");
}

/// What a program that uploads these bytes is told in the end.
async fn code_for(server: &Server, name: &str, bytes: Vec<u8>) -> Option<ErrorCode> {
    if bytes.is_empty() {
        return server.api().create(name, Some(0)).await.unwrap().err().map(|refused| refused.error.code);
    }
    let video = server.api().upload(name, bytes).await.unwrap().video;
    let failed = wait::until("the video is refused", SOON, async || {
        let video = server.api().video(&video.id).await?;
        Ok(video.status.is_final().then_some(video))
    });
    let failed = failed.await.unwrap();
    assert!(failed.status == VideoStatus::Ready || failed.error.is_some());
    failed.error.map(|error| error.code)
}

fn keeps_the_secret(server: &Server) -> bool {
    let holds = |content: &[u8]| content.windows(SECRET.len()).any(|word| word == SECRET.as_bytes());
    server.log_text().unwrap().contains(SECRET)
        || server.files().unwrap().into_iter().any(|file| fs::read(file).is_ok_and(|content| holds(&content)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_why_a_file_is_refused() {
    let _turn = turn().await;
    let (media, canary) = (Media::new().unwrap(), Canary::lay_out().unwrap());
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();

    for (file, code) in media.rejected(&canary).unwrap() {
        let page = Page::open(&browser, &server).await.unwrap();

        page.choose(&file).await.unwrap();

        let said = page.until_it_says(words_for(code), SOON).await.unwrap();
        assert!(!said.contains(code.as_str()), "a code is no sentence: {said}");
    }
    assert_eq!(canary.requests(), 0);
}

/// What must be said, in one way or another.
fn words_for(code: ErrorCode) -> &'static [&'static str] {
    match code {
        ErrorCode::EmptyFile => &["empty", "no bytes", "0 bytes"],
        ErrorCode::NoVideoStream => &["no picture", "no video", "only sound", "sound only"],
        ErrorCode::Truncated => &["incomplete", "cut off", "ends too early", "not whole", "unfinished"],
        _ => &["not a video", "isn’t a video", "isn't a video", "no video"],
    }
}
