//! The upload's shell in a real browser: what goes over the wire, and what the page does meanwhile.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{cell::RefCell, rc::Rc};

use fake::{next, requests, reset, until};
use js_sys::{Array, Uint8Array};
use reelway::{
    Upload, UploadOptions,
    upload::{Phase, UploadError},
};
use reelway_api::VideoStatus;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_browser);

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 31 % 251) as u8).collect()
}

fn file(content: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(content));
    File::new_with_u8_array_sequence(&parts, "film.mp4").unwrap()
}

/// In chunks of at most 1000 bytes.
fn upload(content: &[u8]) -> Upload {
    Upload::start(file(content), UploadOptions { max_chunk: Some(1000), ..UploadOptions::default() })
}

async fn ends(upload: &Upload, phase: Phase) {
    until("the end", || upload.snapshot().phase == phase).await;
}

fn provider_has(content: &[u8]) -> bool {
    fake::bytes().to_vec() == content
}

#[wasm_bindgen_test]
async fn a_file_arrives_slice_by_slice() {
    reset("{}");
    let content = content(2500);
    let upload = upload(&content);
    ends(&upload, Phase::Done).await;

    assert_eq!(
        requests().lines().collect::<Vec<_>>(),
        [
            r#"POST /api/videos {"filename":"film.mp4","size":2500,"content_type":null}"#,
            "PUT /u/secret bytes 0-999/2500 1000 bytes",
            "PUT /u/secret bytes 1000-1999/2500 1000 bytes",
            "PUT /u/secret bytes 2000-2499/2500 500 bytes",
        ]
    );
    assert!(provider_has(&content));
    assert_eq!(upload.video().unwrap().status, VideoStatus::Processing, "the provider's last answer is taken in");
    assert_eq!(upload.snapshot().fraction(), 1.0);
}

#[wasm_bindgen_test]
async fn subscribers_see_progress_that_never_goes_back_and_can_leave() {
    reset("{}");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let left = Rc::new(RefCell::new(0));
    let upload = upload(&content(5000));
    let (note, count) = (Rc::clone(&seen), Rc::clone(&left));
    let _subscription = upload.subscribe(move |upload| note.borrow_mut().push(upload.snapshot().fraction()));
    drop(upload.subscribe(move |_| *count.borrow_mut() += 1));
    ends(&upload, Phase::Done).await;

    let seen = seen.borrow();
    assert!(seen.len() >= 5 && seen.is_sorted(), "{seen:?}");
    assert_eq!((seen.last(), *left.borrow()), (Some(&1.0), 0));
}

#[wasm_bindgen_test]
async fn an_upload_with_no_handle_left_goes_on() {
    reset("{}");
    next(r#"{"to":"PUT","status":"reset"}"#);
    let content = content(3000);
    drop(upload(&content));
    until("all bytes", || provider_has(&content)).await;
}

#[wasm_bindgen_test]
async fn after_a_broken_connection_the_provider_is_asked() {
    reset("{}");
    next(r#"{"to":"PUT"}"#);
    next(r#"{"to":"PUT","status":"reset"}"#);
    let content = content(2500);
    let upload = upload(&content);
    ends(&upload, Phase::Done).await;

    assert_eq!(
        requests().lines().skip(2).collect::<Vec<_>>(),
        [
            "PUT /u/secret bytes 1000-1999/2500 1000 bytes",
            "PUT /u/secret bytes */2500",
            "PUT /u/secret bytes 2000-2499/2500 500 bytes",
        ]
    );
    assert!(provider_has(&content));
}

#[wasm_bindgen_test]
async fn a_pause_aborts_the_request() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let content = content(1500);
    let upload = upload(&content);
    until("the first chunk", || requests().contains("PUT")).await;
    upload.pause();
    until("the abort", || requests().ends_with("aborted")).await;
    assert_eq!(upload.snapshot().phase, Phase::Paused);

    upload.resume();
    ends(&upload, Phase::Done).await;
    assert!(requests().contains("aborted\nPUT /u/secret bytes */1500\nPUT /u/secret bytes 0-"));
    assert!(provider_has(&content));
}

#[wasm_bindgen_test]
async fn cancelling_removes_the_video() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang"}"#);
    let upload = upload(&content(1500));
    until("the first chunk", || requests().contains("PUT")).await;
    upload.cancel();
    assert_eq!(upload.snapshot().phase, Phase::Cancelled);
    until("the clean-up", || requests().contains("aborted") && requests().contains("DELETE /api/videos/v1")).await;
}

#[wasm_bindgen_test]
async fn a_digest_goes_with_each_chunk_where_the_target_wants_one() {
    reset(r#"{"digest":"sha-256"}"#);
    let content = content(1500);
    let upload = upload(&content);
    ends(&upload, Phase::Done).await;
    for chunk in [&content[..1000], &content[1000..]] {
        let digest = JsFuture::from(fake::digest(chunk)).await.unwrap().as_string().unwrap();
        assert!(requests().contains(&format!("{} bytes {digest}", chunk.len())), "{}", requests());
    }
    assert!(provider_has(&content));
}

#[wasm_bindgen_test]
async fn an_expired_target_is_replaced() {
    reset("{}");
    next(r#"{"to":"PUT"}"#);
    next(r#"{"to":"PUT","status":410,"keep":false,"body":{"error":{"code":"upload_expired","message":"Too late."}}}"#);
    let content = content(1500);
    let upload = upload(&content);
    ends(&upload, Phase::Done).await;
    assert_eq!(
        requests().lines().skip(3).collect::<Vec<_>>(),
        ["POST /api/videos/v1/upload", "PUT /u/fresh bytes */1500", "PUT /u/fresh bytes 1000-1499/1500 500 bytes",]
    );
    assert!(provider_has(&content));
}

#[wasm_bindgen_test]
async fn an_upload_whose_target_is_gone_because_it_is_complete_is_done() {
    reset("{}");
    next(r#"{"to":"PUT","status":"reset"}"#);
    next(r#"{"to":"PUT","status":404}"#);
    next(
        r#"{"to":"POST /api/videos/v1/upload","status":409,
        "body":{"error":{"code":"conflict","message":"It is being processed."}}}"#,
    );
    next(
        r#"{"to":"GET","status":200,"body":{"id":"v1","title":"","provider":"local","status":"ready","created_at":1,
        "revision":7,"playback":{"hls":"/media/v1/main.m3u8"}}}"#,
    );
    let upload = upload(&content(500));
    ends(&upload, Phase::Done).await;
    let video = upload.video().unwrap();
    assert_eq!(video.status, VideoStatus::Ready);
    let origin = web_sys::window().unwrap().location().origin().unwrap();
    assert_eq!(video.playback.unwrap().hls, format!("{origin}/media/v1/main.m3u8"));
}

#[wasm_bindgen_test]
async fn a_refusal_comes_with_the_servers_words_and_can_be_tried_again() {
    reset("{}");
    next(r#"{"to":"POST","status":413,"body":{"error":{"code":"too_large","message":"At most 5 GB."}}}"#);
    let upload = upload(&content(500));
    ends(&upload, Phase::Failed).await;
    let error = upload.snapshot().error.unwrap();
    assert_eq!((error.code(), error.to_string()), ("too_large", "At most 5 GB.".to_owned()));
    assert!(upload.video().is_none());

    upload.retry();
    ends(&upload, Phase::Done).await;
}

#[wasm_bindgen_test]
async fn a_server_that_says_when_is_heard() {
    reset("{}");
    next(r#"{"to":"PUT","status":503,"keep":false,"headers":{"retry-after":"3600"}}"#);
    let upload = upload(&content(500));
    until("the wait", || matches!(upload.snapshot().phase, Phase::Waiting { .. })).await;
    let Phase::Waiting { retry_at } = upload.snapshot().phase else { panic!() };
    assert!((3_590_000.0..3_601_000.0).contains(&(retry_at - upload.now())));
    upload.retry();
    ends(&upload, Phase::Done).await;
}

#[wasm_bindgen_test]
async fn a_file_that_can_not_be_read_is_told_from_a_broken_connection() {
    reset("{}");
    next(r#"{"to":"PUT","status":"reset","keep":false}"#);
    fake::move_files();
    let upload = upload(&content(500));
    ends(&upload, Phase::Failed).await;
    fake::reset_files();
    assert_eq!(upload.snapshot().error, Some(UploadError::FileUnreadable));
}

#[wasm_bindgen_test]
async fn the_page_asks_before_it_is_closed_only_while_bytes_are_unsent() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    assert!(!fake::asks_before_closing());
    let upload = upload(&content(500));
    until("the first chunk", || requests().contains("PUT")).await;
    assert!(fake::asks_before_closing());
    upload.pause();
    assert!(fake::asks_before_closing());
    upload.resume();
    ends(&upload, Phase::Done).await;
    assert!(!fake::asks_before_closing());
}

#[wasm_bindgen_test]
async fn the_screen_stays_on_while_bytes_are_on_their_way() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let upload = upload(&content(500));
    until("the first chunk", || requests().contains("PUT")).await;
    upload.pause();
    upload.resume();
    ends(&upload, Phase::Done).await;
    until("the lock's end", || fake::screen() == "screen on, screen off, screen on, screen off").await;
}

#[wasm_bindgen_test]
async fn a_machine_that_wakes_up_asks_at_once() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let upload = upload(&content(500));
    until("the first chunk", || requests().contains("PUT")).await;
    fake::sleeps(3_600_000.0);
    ends(&upload, Phase::Done).await;
    assert!(requests().contains("aborted\nPUT /u/secret bytes */500"), "{}", requests());
}

#[wasm_bindgen_test]
async fn without_a_network_it_waits_for_one() {
    reset("{}");
    next(r#"{"to":"PUT","status":"reset","keep":false}"#);
    let upload = upload(&content(500));
    fake::happens("offline");
    ends(&upload, Phase::Offline).await;
    fake::happens("online");
    ends(&upload, Phase::Done).await;
}

#[wasm_bindgen_test]
async fn an_empty_file_is_refused_before_anything_is_sent() {
    reset("{}");
    let upload = upload(&[]);
    assert_eq!(upload.snapshot().error, Some(UploadError::EmptyFile));
    assert_eq!(requests(), "");
    assert!(!fake::asks_before_closing());
}

#[wasm_bindgen_test]
async fn a_target_is_relative_to_the_endpoint_whose_headers_it_does_not_get() {
    reset(r#"{"url":"/elsewhere/u/7","headers":{"X-Tenant":"7"}}"#);
    let options = UploadOptions {
        target: "https://video.example/reelway/".into(),
        headers: vec![("authorization".into(), "Bearer ticket".into())],
        ..UploadOptions::default()
    };
    let upload = Upload::start(file(&content(10)), options);
    ends(&upload, Phase::Done).await;
    assert_eq!(
        requests().lines().collect::<Vec<_>>(),
        [
            r#"POST https://video.example/reelway/api/videos Bearer ticket {"filename":"film.mp4","size":10,"content_type":null}"#,
            "PUT https://video.example/elsewhere/u/7 bytes 0-9/10 10 bytes 7",
        ]
    );
}
