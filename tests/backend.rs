//! The back end's client, and readiness: by events where they come through, by asking where not.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{cell::RefCell, rc::Rc};

use fake::{breaks, event, event_on, keys, next, open_streams, requests, reset, until};
use reelway::{Backend, BackendError, Readiness, Ticket, Upload, UploadOptions};
use reelway_api::{ErrorCode, UpdateVideo, Video, VideoStatus};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn json(status: &str, revision: u64, more: &str) -> String {
    format!(
        r#"{{"id":"v1","title":"film.mp4","provider":"local","status":"{status}","created_at":1,"revision":{revision}{more}}}"#
    )
}

fn processing(percent: u8, revision: u64) -> String {
    json("processing", revision, &format!(r#","percent":{percent}"#))
}

/// All of it is there.
fn settled(revision: u64) -> String {
    json("ready", revision, r#","playback":{"hls":"/m/v1.m3u8","poster":"/m/v1.jpg","storyboard":"/m/v1.vtt"}"#)
}

fn meets(to: &str, body: &str) {
    next(&format!(r#"{{"to":"{to}","status":200,"body":{body}}}"#));
}

type Seen = Rc<RefCell<Vec<Video>>>;

fn watch() -> (Readiness, Seen) {
    let seen = Seen::default();
    let note = Rc::clone(&seen);
    let video: Video = serde_json::from_str(&json("processing", 2, "")).unwrap();
    (Readiness::watch("", video, move |video| note.borrow_mut().push(video.clone())), seen)
}

fn percents(seen: &Seen) -> Vec<Option<u8>> {
    seen.borrow().iter().map(|video| video.percent).collect()
}

#[wasm_bindgen_test]
async fn news_come_by_events_until_all_is_there() {
    reset("{}");
    let (readiness, seen) = watch();
    event(&processing(10, 3));
    event(&processing(5, 3));
    event("no JSON");
    event(&processing(40, 4));
    assert_eq!(percents(&seen), [Some(10), Some(40)], "old news is no news");

    event(&json("ready", 5, r#","percent":20,"playback":{"hls":"/m/v1.m3u8","poster":"/m/v1.jpg"}"#));
    assert_eq!(readiness.video().status, VideoStatus::Ready);
    assert_eq!(requests(), "EVENTS /api/videos/v1/events", "it plays, and goes on listening for the rest");

    event(&settled(6));
    assert_eq!(requests(), "EVENTS /api/videos/v1/events\nclosed");
    let origin = web_sys::window().unwrap().location().origin().unwrap();
    assert_eq!(readiness.video().playback.unwrap().storyboard, Some(format!("{origin}/m/v1.vtt")));
}

#[wasm_bindgen_test]
async fn a_stream_that_is_refused_gives_way_to_asking() {
    reset("{}");
    let (_readiness, seen) = watch();
    meets("GET", &processing(30, 3));
    meets("GET", &processing(30, 3));
    meets("GET", &settled(4));
    breaks(2);
    until("all is there", || seen.borrow().len() == 2).await;
    assert_eq!(requests().matches("GET /api/videos/v1").count(), 3);
    assert_eq!(seen.borrow()[1].status, VideoStatus::Ready);
}

#[wasm_bindgen_test]
async fn a_stream_that_breaks_is_left_to_the_browser_three_times() {
    reset("{}");
    let (_readiness, seen) = watch();
    breaks(0);
    breaks(0);
    event(&processing(1, 3));
    breaks(0);
    breaks(0);
    assert!(!requests().contains("GET"), "an event in between counts as success");
    meets("GET", &settled(9));
    breaks(0);
    until("the answer", || seen.borrow().len() == 2).await;
    assert!(requests().contains("closed\nGET /api/videos/v1"));
}

#[wasm_bindgen_test]
async fn a_stream_that_is_held_back_gives_way_to_asking() {
    reset("{}");
    let (_readiness, seen) = watch();
    meets("GET", &settled(3));
    until("the answer", || !seen.borrow().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_page_that_comes_back_listens_anew() {
    reset("{}");
    let (_readiness, seen) = watch();
    fake::happens("visibilitychange");
    assert_eq!(requests(), "EVENTS /api/videos/v1/events\nclosed\nEVENTS /api/videos/v1/events");
    event(&processing(50, 3));
    assert_eq!(percents(&seen), [Some(50)]);
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_gives_its_connection_back() {
    reset("{}");
    let (_readiness, _seen) = watch();
    fake::happens("pagehide");
    assert_eq!(requests(), "EVENTS /api/videos/v1/events\nclosed");
}

#[wasm_bindgen_test]
async fn whoever_stops_watching_hears_no_more() {
    reset("{}");
    let (readiness, seen) = watch();
    drop(readiness);
    event(&processing(50, 3));
    assert!(seen.borrow().is_empty());
    assert!(requests().ends_with("closed"));
}

fn of(id: &str, status: &str, revision: u64) -> String {
    json(status, revision, "").replace("v1", id)
}

/// All of it is there.
fn settled_of(id: &str, revision: u64) -> String {
    settled(revision).replace("\"v1\"", &format!("\"{id}\""))
}

fn watch_one(id: &str) -> Readiness {
    let video: Video = serde_json::from_str(&of(id, "processing", 2)).unwrap();
    Readiness::watch("", video, |_| {})
}

#[wasm_bindgen_test]
async fn a_page_has_two_streams_and_whoever_comes_later_asks_until_one_is_free() {
    reset("{}");
    let (first, _second) = (watch_one("v1"), watch_one("v2"));
    let (third, fourth) = (watch_one("v3"), watch_one("v4"));
    assert_eq!(requests(), "EVENTS /api/videos/v1/events\nEVENTS /api/videos/v2/events");
    meets("GET /api/videos/v3", &of("v3", "processing", 3));
    meets("GET /api/videos/v4", &of("v4", "processing", 3));
    until("those who have no stream ask", || third.video().revision == 3 && fourth.video().revision == 3).await;

    event_on(0, &settled_of("v1", 5));
    assert_eq!(first.video().status, VideoStatus::Ready);
    assert!(requests().ends_with("closed\nEVENTS /api/videos/v3/events"), "who has waited longest: {}", requests());
    assert_eq!(open_streams(), 2);
    event(&of("v3", "processing", 4));
    assert_eq!(third.video().revision, 4);

    drop(third);
    assert!(requests().ends_with("closed\nEVENTS /api/videos/v4/events"), "{}", requests());
    event(&settled_of("v4", 9));
    assert_eq!(fourth.video().status, VideoStatus::Ready);
    assert_eq!(open_streams(), 1);
}

#[wasm_bindgen_test]
async fn whoever_gives_up_waiting_gets_no_stream() {
    reset("{}");
    let (first, second, third) = (watch_one("v1"), watch_one("v2"), watch_one("v3"));
    drop(third);
    drop(first);
    assert_eq!(open_streams(), 1);
    drop(second);
    assert!(!requests().contains("v3"));
    assert_eq!(open_streams(), 0);
}

#[wasm_bindgen_test]
async fn a_page_that_comes_back_keeps_to_its_two_streams() {
    reset("{}");
    let _watches = [watch_one("v1"), watch_one("v2"), watch_one("v3")];
    fake::happens("visibilitychange");
    assert_eq!(open_streams(), 2);
    assert_eq!(requests().matches("EVENTS").count(), 4);
    assert!(!requests().contains("EVENTS /api/videos/v3"), "{}", requests());

    fake::happens("pagehide");
    assert_eq!(open_streams(), 0, "a page that is left has none");
    fake::happens("visibilitychange");
    assert_eq!(open_streams(), 2);
}

#[wasm_bindgen_test]
async fn a_stream_that_gives_way_to_asking_makes_room_for_another() {
    reset("{}");
    let _watches = [watch_one("v1"), watch_one("v2"), watch_one("v3")];
    breaks(2);
    assert!(requests().contains("EVENTS /api/videos/v3"), "{}", requests());
    assert_eq!(open_streams(), 2);
    until("whoever lost its stream asks", || requests().contains("GET /api/videos/v2")).await;
}

#[wasm_bindgen_test]
async fn a_deleted_video_is_asked_for_once() {
    reset("{}");
    let (readiness, seen) = watch();
    breaks(2);
    until("the question", || requests().contains("GET")).await;
    // The back-off would bring the next question within a second.
    let asked = js_sys::Date::now();
    until("a second", || js_sys::Date::now() > asked + 1000.0).await;
    assert_eq!(requests().matches("GET").count(), 1);
    assert!(seen.borrow().is_empty());
    assert_eq!(readiness.video().status, VideoStatus::Processing);
}

#[wasm_bindgen_test]
async fn what_the_api_says_comes_out_typed() {
    reset("{}");
    let backend = Backend::new("");
    meets("GET", &format!(r#"{{"videos":[{}],"next_cursor":"a/b"}}"#, settled(1)));
    let page = backend.list(None).await.unwrap();
    assert_eq!((page.videos.len(), page.next_cursor.as_deref()), (1, Some("a/b")));
    meets("GET", r#"{"videos":[]}"#);
    assert_eq!(backend.list(Some("a/b")).await.unwrap().next_cursor, None);

    meets("PATCH", &json("ready", 2, ""));
    let update = UpdateVideo { title: Some("A film".into()), poster_time: None };
    assert_eq!(backend.update("v1", &update).await.unwrap().revision, 2);
    meets("GET", r#"{"hls":"/m/v1.m3u8"}"#);
    assert!(backend.playback("v1").await.unwrap().hls.ends_with("/m/v1.m3u8"));
    backend.delete("../v1").await.unwrap();
    assert_eq!(
        requests().lines().collect::<Vec<_>>(),
        [
            "GET /api/videos",
            "GET /api/videos?cursor=a%2Fb",
            r#"PATCH /api/videos/v1 {"title":"A film"}"#,
            "GET /api/videos/v1/playback",
            "DELETE /api/videos/..%2Fv1",
        ]
    );
}

#[wasm_bindgen_test]
async fn a_request_for_a_video_is_named_so_that_it_may_be_sent_again() {
    reset("{}");
    let upload = Upload::start(file(), UploadOptions::default());
    let asked =
        |count| until("the video is asked for", move || requests().matches("POST /api/videos").count() == count);
    next(r#"{"to":"POST","status":"reset"}"#);
    next(r#"{"to":"POST","status":"reset"}"#);
    asked(2).await;
    let keys = keys();
    let (first, second) = keys.split_once('\n').unwrap();
    assert_eq!((first, first.len()), (second, 32), "the same name each time");
    upload.cancel();

    reset("{}");
    let other = Upload::start(file(), UploadOptions::default());
    asked(1).await;
    assert_ne!(fake::keys(), first, "another upload has another name");
    other.cancel();
}

fn file() -> web_sys::File {
    let parts = js_sys::Array::of1(&"a film".into());
    web_sys::File::new_with_str_sequence(&parts, "film.mp4").unwrap()
}

#[wasm_bindgen_test]
async fn what_goes_wrong_comes_out_typed() {
    reset("{}");
    let backend = Backend::new("");
    let missing = backend.get("nothing").await.unwrap_err();
    assert!(missing.is(ErrorCode::NotFound));
    assert_eq!((missing.code(), missing.to_string()), ("not_found", "There is no such video.".to_owned()));

    next(r#"{"to":"GET","status":502,"body":"<html>"}"#);
    assert_eq!(backend.get("v1").await, Err(BackendError::Unreadable { status: 502 }));
    next(r#"{"to":"GET","status":200,"body":"<html>"}"#);
    assert_eq!(backend.get("v1").await, Err(BackendError::Unreadable { status: 200 }));
    next(r#"{"to":"GET","status":"reset"}"#);
    assert_eq!(backend.get("v1").await, Err(BackendError::Network));
    next(
        r#"{"to":"GET","status":429,"headers":{"retry-after":"7"},"body":{"error":{"code":"too_many_requests","message":""}}}"#,
    );
    assert_eq!(backend.get("v1").await.unwrap_err().retry_after(), Some(7000.0));
}

/// Gives `t1`, `t2`, … and counts.
fn numbered() -> (Ticket, Rc<RefCell<u32>>) {
    let count = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&count);
    let ticket = Ticket::by(move || {
        *counted.borrow_mut() += 1;
        let text = format!("t{}", counted.borrow());
        async move { Ok(text) }
    });
    (ticket, count)
}

const REFUSED: &str = r#"{"error":{"code":"ticket_expired","message":"The ticket has run out. Get a fresh one."}}"#;

#[wasm_bindgen_test]
async fn a_ticket_goes_with_every_request_and_the_next_is_asked_for_when_it_is_refused() {
    reset("{}");
    let (ticket, asked) = numbered();
    let backend = Backend::new("").with_ticket(Some(ticket));
    meets("GET", &processing(1, 3));
    backend.get("v1").await.unwrap();
    meets("GET", &processing(1, 3));
    backend.get("v1").await.unwrap();
    assert_eq!(*asked.borrow(), 1, "one is used until it runs out");
    next(&format!(r#"{{"to":"PATCH","status":401,"body":{REFUSED}}}"#));
    meets("PATCH", &processing(1, 4));
    backend.update("v1", &UpdateVideo { title: Some("A".into()), ..UpdateVideo::default() }).await.unwrap();
    let expected = [
        "GET /api/videos/v1 Bearer t1",
        "GET /api/videos/v1 Bearer t1",
        r#"PATCH /api/videos/v1 Bearer t1 {"title":"A"}"#,
        r#"PATCH /api/videos/v1 Bearer t2 {"title":"A"}"#,
    ];
    assert_eq!(requests(), expected.join("\n"));

    // Refused twice, it is the server's last word.
    for _ in 0..2 {
        next(&format!(r#"{{"to":"GET","status":401,"body":{REFUSED}}}"#));
    }
    assert!(backend.get("v1").await.unwrap_err().is(ErrorCode::TicketExpired));
    assert_eq!(*asked.borrow(), 3);
}

#[wasm_bindgen_test]
async fn a_text_is_no_function_and_is_not_tried_again() {
    reset("{}");
    next(&format!(r#"{{"to":"GET","status":401,"body":{REFUSED}}}"#));
    let backend = Backend::new("").with_ticket(Some(Ticket::new("one")));
    assert!(backend.get("v1").await.unwrap_err().is(ErrorCode::TicketExpired));
    assert_eq!(requests(), "GET /api/videos/v1 Bearer one");
}

#[wasm_bindgen_test]
async fn a_page_without_a_ticket_is_told_so_and_the_server_is_not_asked() {
    reset("{}");
    let ticket = Ticket::by_function(js_sys::Function::new_no_args("throw new Error('Log in first.')"));
    let error = Backend::new("").with_ticket(Some(ticket)).get("v1").await.unwrap_err();
    assert_eq!(error.code(), "no_ticket");
    assert!(error.to_string().contains("Log in first."), "{error}");
    assert_eq!(requests(), "");
}

#[wasm_bindgen_test]
async fn a_ticket_that_is_about_to_run_out_is_renewed_before() {
    reset("{}");
    // exp is 1 s after iat: its time is over in 0.8 s. The header and the signature are read by nobody here.
    let make = "globalThis.made = (globalThis.made ?? 0) + 1; const now = Math.floor(Date.now() / 1000);\
        return 'e30.' + btoa(JSON.stringify({ iat: now, exp: now + 1000, n: globalThis.made })).replaceAll('=', '') + '.x';";
    let backend = Backend::new("").with_ticket(Some(Ticket::by_function(js_sys::Function::new_no_args(make))));
    let made = || js_sys::Reflect::get(&js_sys::global(), &"made".into()).unwrap().as_f64();
    for (slept, expected) in [(0.0, 1.0), (700_000.0, 1.0), (150_000.0, 2.0), (0.0, 2.0)] {
        fake::sleeps(slept);
        meets("GET", &processing(1, 3));
        backend.get("v1").await.unwrap();
        assert_eq!(made(), Some(expected), "{slept}");
    }
}

#[wasm_bindgen_test]
async fn with_a_ticket_events_come_by_an_address_that_is_asked_for_and_asked_for_again() {
    reset("{}");
    let seen = Seen::default();
    let note = Rc::clone(&seen);
    let video: Video = serde_json::from_str(&json("processing", 2, "")).unwrap();
    let address = |n: u32| {
        let url = format!("/api/videos/v1/events?token={n}");
        meets("POST", &format!(r#"{{"url":"{url}","expires_at":1}}"#));
    };
    address(1);
    let backend = Backend::new("").with_ticket(Some(Ticket::new("one")));
    let _readiness = Readiness::with_backend(backend, video, move |video| note.borrow_mut().push(video.clone()));
    until("the stream", || requests().contains("EVENTS /api/videos/v1/events?token=1")).await;
    event(&processing(10, 3));
    // The stream ends with its token; the browser connects again, and is refused.
    breaks(0);
    address(2);
    breaks(2);
    until("the next stream", || requests().contains("EVENTS /api/videos/v1/events?token=2")).await;
    event(&processing(20, 4));
    assert_eq!(percents(&seen), [Some(10), Some(20)]);
    assert!(!requests().contains("GET /api"), "{}", requests());
}

#[wasm_bindgen_test]
async fn an_upload_brings_the_ticket_to_the_server_and_not_to_the_provider() {
    reset("{}");
    let (ticket, _) = numbered();
    let file = web_sys::File::new_with_str_sequence(&js_sys::Array::of1(&"12345".into()), "film.mp4").unwrap();
    let upload =
        Upload::start(file, UploadOptions { ticket: Some(ticket), journal: false, ..UploadOptions::default() });
    until("the end", || upload.snapshot().phase == reelway::upload::Phase::Done).await;
    let all = requests();
    assert!(all.contains("POST /api/videos Bearer t1"), "{all}");
    let put = all.lines().find(|line| line.starts_with("PUT")).unwrap();
    assert!(!put.contains("Bearer"), "{put}");
}
