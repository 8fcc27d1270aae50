//! The journal in a real browser: what is written down, and how an upload goes on in another page.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{
    journal::{
        asked, begin, change, clear, content, elsewhere, elsewhere_ends, entries, file, handle, insecure, interrupted,
        js, options, pause, reset_permission, user_answers, without_database, written,
    },
    next, requests, until,
};
use reelway::{
    TargetSource, Upload, UploadOptions,
    journal::{FileHandle, PickedFile, ResumeError, Unfinished, unfinished},
    upload::{Phase, UploadError},
};
use reelway_core::upload::custom;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

async fn only() -> Unfinished {
    let mut all = unfinished(Some("")).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn ends(upload: &Upload, phase: Phase) {
    until("the end", || upload.snapshot().phase == phase).await;
}

async fn forgotten() {
    for _ in 0..500 {
        if js(entries()).await == "" {
            return;
        }
        pause(10).await;
    }
    panic!("still there: {:?}", js(entries()).await);
}

#[wasm_bindgen_test]
async fn after_a_reload_an_upload_goes_on_from_what_the_provider_holds() {
    begin().await;
    let content = content(2500);
    interrupted(file(&content, "film.mp4"), options()).await;

    let found = only().await;
    assert_eq!((found.name(), found.size(), found.video_id()), ("film.mp4", 2500, Some("v1")));
    assert!(found.needs_file() && !found.runs_elsewhere());
    let upload = found.resume(Some(file(&content, "renamed.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert_eq!(
        requests().lines().skip(3).collect::<Vec<_>>(),
        [
            "aborted",
            "PUT /u/secret bytes */2500",
            "PUT /u/secret bytes 1000-1999/2500 1000 bytes",
            "PUT /u/secret bytes 2000-2499/2500 500 bytes",
        ],
        "no second video is made, and no byte is sent twice"
    );
    assert_eq!(fake::bytes().to_vec(), content);
    assert_eq!(upload.video().unwrap().id, "v1");
    forgotten().await;
}

#[wasm_bindgen_test]
async fn another_file_is_refused_by_name_and_nothing_is_lost() {
    begin().await;
    let right = content(2500);
    interrupted(file(&right, "film.mp4"), options()).await;
    let found = only().await;
    let mut wrong = right.clone();
    wrong[2499] ^= 1;

    for other in [file(&wrong, "film.mp4"), file(&right[..2499], "film.mp4")] {
        let error = found.resume(Some(other.into()), options()).await.err().unwrap();

        assert_eq!(error.code(), "different_file");
        assert!(error.to_string().contains("film.mp4, 2.5 kB"), "{error}");
    }

    let upload = found.resume(Some(file(&right, "film.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;
    assert_eq!(fake::bytes().to_vec(), right);
}

#[wasm_bindgen_test]
async fn with_a_handle_a_click_is_enough_once_the_user_agrees() {
    begin().await;
    let content = content(2500);
    let handle: FileHandle = js(handle(&content, "kept.mp4")).await.unchecked_into();
    let picked = PickedFile { file: file(&content, "kept.mp4"), handle: Some(handle) };
    interrupted(picked, options()).await;
    let found = only().await;
    assert!(!found.needs_file());

    user_answers("denied");
    let refused = found.resume(None, options()).await.err();
    assert_eq!(refused, Some(ResumeError::NotAllowed { name: "kept.mp4".into() }));
    user_answers("granted");
    let upload = found.resume(None, options()).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert_eq!(asked(), 2);
    assert_eq!(fake::bytes().to_vec(), content);
    reset_permission();
}

#[wasm_bindgen_test]
async fn a_file_that_was_changed_under_its_handle_is_noticed() {
    begin().await;
    let before = content(2500);
    let handle_of = |content: Vec<u8>| async move { js(handle(&content, "edited.mp4")).await };
    let kept: FileHandle = handle_of(before.clone()).await.unchecked_into();
    interrupted(PickedFile { file: file(&before, "edited.mp4"), handle: Some(kept) }, options()).await;
    let mut after = before;
    after[7] ^= 1;
    handle_of(after).await;
    user_answers("granted");

    let error = only().await.resume(None, options()).await.err().unwrap();

    assert_eq!(error.code(), "different_file");
    reset_permission();
}

#[wasm_bindgen_test]
async fn two_tabs_never_work_on_one_upload() {
    begin().await;
    let content = content(2500);
    interrupted(file(&content, "film.mp4"), options()).await;
    let id = only().await.id().to_owned();
    js(elsewhere(&id)).await;

    let found = only().await;
    assert!(found.runs_elsewhere());
    let picked = || Some(file(&content, "film.mp4").into());
    assert_eq!(found.resume(picked(), options()).await.err(), Some(ResumeError::RunningElsewhere));
    assert_eq!(found.discard(options()).await, Err(ResumeError::RunningElsewhere));

    elsewhere_ends();
    let freed = found.free().await.unwrap();
    assert!(!freed.runs_elsewhere());
    let upload = freed.resume(picked(), options()).await.unwrap();
    ends(&upload, Phase::Done).await;
    assert_eq!(found.resume(picked(), options()).await.err(), Some(ResumeError::Gone), "the first tab is late");
    assert_eq!(found.free().await, None);
}

#[wasm_bindgen_test]
async fn a_pages_own_uploads_are_not_interrupted() {
    begin().await;
    next(r#"{"to":"PUT","status":"hang"}"#);
    let upload = Upload::start(file(&content(2500), "film.mp4"), options());
    written(r#""name":"film.mp4""#).await;

    assert_eq!(unfinished(Some("")).await, []);

    upload.cancel();
    forgotten().await;
}

#[wasm_bindgen_test]
async fn what_is_cancelled_is_forgotten_even_while_it_is_being_written() {
    begin().await;
    next(r#"{"to":"PUT","status":"hang"}"#);
    let upload = Upload::start(file(&content(2500), "film.mp4"), options());
    until("the first chunk", || requests().contains("PUT")).await;
    upload.cancel();
    pause(200).await;

    assert_eq!(js(entries()).await, "");
}

#[wasm_bindgen_test]
async fn an_interrupted_upload_is_given_up_here_and_at_the_server() {
    begin().await;
    interrupted(file(&content(2500), "film.mp4"), options()).await;

    only().await.discard(options()).await.unwrap();

    until("the clean-up", || requests().contains("DELETE /api/videos/v1")).await;
    forgotten().await;
    assert_eq!(unfinished(Some("")).await, []);
}

#[wasm_bindgen_test]
async fn what_is_too_old_is_removed() {
    begin().await;
    interrupted(file(&content(2500), "film.mp4"), options()).await;
    let day = 24.0 * 3_600_000.0;
    js(change(&format!(r#"{{"touched":{}}}"#, js_sys::Date::now() - 7.1 * day))).await;

    assert_eq!(unfinished(Some("")).await, []);

    assert_eq!(js(entries()).await, "");
}

#[wasm_bindgen_test]
async fn uploads_to_another_server_are_left_alone() {
    begin().await;
    interrupted(file(&content(2500), "film.mp4"), options()).await;

    assert_eq!(unfinished(Some("https://video.example")).await, []);
    assert_eq!(unfinished(None).await, []);
    assert_eq!(unfinished(Some("/")).await.len(), 1, "however the address is written");
}

#[wasm_bindgen_test]
async fn an_upload_to_the_pages_own_target_goes_on_until_that_expires() {
    begin().await;
    let content = content(2500);
    let soon = js_sys::Date::now() + 3_600_000.0;
    let target = format!(r#"{{"url":"/u/own","min_chunk":1,"chunk_multiple":1,"expires_at":{soon}}}"#);
    let target = TargetSource::Fixed(Box::new(custom::read(&target).unwrap()));
    interrupted(file(&content, "film.mp4"), UploadOptions { target, ..options() }).await;
    assert_eq!(unfinished(Some("")).await, []);

    let found = unfinished(None).await.remove(0);
    let upload = found.resume(Some(file(&content, "film.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert!(requests().contains("PUT /u/own bytes */2500"), "{}", requests());
    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn the_headers_that_a_page_logs_in_with_are_not_written_down() {
    begin().await;
    let content = content(2500);
    let options = || {
        let target = custom::read(r#"{"url":"/u/own","min_chunk":1,"chunk_multiple":1,"headers":{"x-plain":"1"}}"#);
        let headers = vec![("x-tenant".into(), "tenant-secret".into())];
        UploadOptions { target: TargetSource::Fixed(Box::new(target.unwrap())), headers, ..options() }
    };
    interrupted(file(&content, "film.mp4"), options()).await;
    let stored = js(entries()).await.as_string().unwrap();
    assert!(!stored.contains("tenant-secret") && stored.contains("x-plain"), "{stored}");

    let found = unfinished(None).await.remove(0);
    let upload = found.resume(Some(file(&content, "film.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert!(requests().contains("PUT /u/own bytes */2500 tenant-secret"), "{}", requests());
    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn a_target_that_ran_out_meanwhile_is_replaced_by_the_server() {
    begin().await;
    let content = content(2500);
    interrupted(file(&content, "film.mp4"), options()).await;
    next(r#"{"to":"PUT","status":404}"#);

    let upload = only().await.resume(Some(file(&content, "film.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert!(requests().contains("POST /api/videos/v1/upload\nPUT /u/fresh bytes */2500"), "{}", requests());
    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn uploads_work_where_the_browser_keeps_nothing() {
    for how in ["missing", "throws", "refuses"] {
        begin().await;
        without_database(how);
        let content = content(2500);

        let upload = Upload::start(file(&content, "film.mp4"), options());
        ends(&upload, Phase::Done).await;

        assert_eq!(fake::bytes().to_vec(), content, "{how}");
        assert_eq!(unfinished(Some("")).await, [], "{how}");
    }
    js(clear()).await;
}

#[wasm_bindgen_test]
async fn on_plain_http_uploads_go_on_too() {
    begin().await;
    insecure(true);
    let content = content(2500);
    interrupted(file(&content, "film.mp4"), options()).await;
    let found = only().await;
    let mut wrong = content.clone();
    wrong[1234] ^= 1;

    let refused = found.resume(Some(file(&wrong, "film.mp4").into()), options()).await.err().unwrap();
    let upload = found.resume(Some(file(&content, "film.mp4").into()), options()).await.unwrap();
    ends(&upload, Phase::Done).await;
    insecure(false);

    assert_eq!(refused.code(), "different_file");
    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn nothing_is_written_where_the_page_does_not_want_it() {
    begin().await;
    next(r#"{"to":"PUT","status":"hang"}"#);
    let upload = Upload::start(file(&content(2500), "film.mp4"), UploadOptions { journal: false, ..options() });
    until("the first chunk", || requests().contains("PUT")).await;
    pause(200).await;

    assert_eq!(unfinished(Some("")).await, []);
    upload.cancel();
}

#[wasm_bindgen_test]
async fn a_file_that_can_not_be_read_any_more_is_replaced_by_itself_only() {
    begin().await;
    let content = content(2500);
    next(r#"{"to":"PUT"}"#);
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let upload = Upload::start(file(&content, "film.mp4"), options());
    written(r#""name":"film.mp4""#).await;
    fake::move_files();
    upload.pause();
    next(r#"{"to":"PUT","status":308,"headers":{"range":"bytes=0-999"}}"#);
    next(r#"{"to":"PUT","status":"reset","keep":false}"#);
    upload.resume();
    ends(&upload, Phase::Failed).await;
    assert_eq!(upload.snapshot().error, Some(UploadError::FileUnreadable));
    fake::reset_files();
    let mut wrong = content.clone();
    wrong[0] ^= 1;

    let refused = upload.replace_file(file(&wrong, "film.mp4")).await.unwrap_err();
    assert_eq!((refused.code(), upload.snapshot().phase), ("different_file", Phase::Failed));
    upload.replace_file(file(&content, "moved.mp4")).await.unwrap();
    ends(&upload, Phase::Done).await;

    assert_eq!(fake::bytes().to_vec(), content);
    forgotten().await;
}
