//! What happens to a file between being chosen and its first byte: its header is read, it is let in or refused, and it
//! gets tiles to scrub. In a real browser, with a real video.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

mod fake;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use fake::{film_by_recorder, page::document, requests, reset, until};
use js_sys::{Array, Uint8Array};
use leptos::{mount::mount_to, prelude::*};
use reelway::{components::Uploader, filmstrip::Filmstrip, probe::read_header};
use reelway_core::probe::{Container, LIMIT, ProbeError};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Blob, CanvasRenderingContext2d, DataTransfer, Element, Event, EventInit, File, FilePropertyBag, HtmlCanvasElement,
    HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit, PointerEvent, PointerEventInit,
};

wasm_bindgen_test_configure!(run_in_browser);

/// Four seconds of 160 × 90: red, green, blue and white, a second each.
const FILM: &[u8] = include_bytes!("fake/film.webm");

fn file(name: &str, kind: &str, bytes: &[u8]) -> File {
    let options = FilePropertyBag::new();
    options.set_type(kind);
    File::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), name, &options).unwrap()
}

fn film() -> File {
    file("film.webm", "video/webm", FILM)
}

fn canvas() -> HtmlCanvasElement {
    document().create_element("canvas").unwrap().unchecked_into()
}

/// The colour in the middle, by its name.
fn colour(canvas: &HtmlCanvasElement) -> &'static str {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    let (x, y) = (f64::from(canvas.width() / 2), f64::from(canvas.height() / 2));
    let pixel = context.get_image_data(x, y, 1.0, 1.0).unwrap().data();
    match [pixel[0] > 128, pixel[1] > 128, pixel[2] > 128] {
        [true, false, false] => "red",
        [false, true, false] => "green",
        [false, false, true] => "blue",
        [true, true, true] => "white",
        _ => "another",
    }
}

#[wasm_bindgen_test]
async fn a_film_is_known_by_its_header() {
    let header = read_header(&film()).await.unwrap();

    assert_eq!((header.container, header.display()), (Container::WebM, Some((160, 90))));
    assert_eq!(header.duration, Some(4.0));
    assert_eq!(header.video().unwrap().codec, "vp8");
    assert!(!header.has_audio());
}

#[wasm_bindgen_test]
async fn what_a_browser_has_recorded_has_a_duration_too() {
    let recording: Blob = JsFuture::from(film_by_recorder(1500)).await.unwrap().unchecked_into();

    let header = read_header(&recording).await.unwrap();

    let duration = header.duration.unwrap();
    assert!((0.8..3.0).contains(&duration), "{duration}");
    assert_eq!(header.display(), Some((160, 90)));
}

#[wasm_bindgen_test]
async fn of_a_file_of_gigabytes_only_slices_are_read() {
    // The index is behind 600 MiB, of which the browser keeps one copy of one block.
    let block = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::new_with_length(1 << 20))).unwrap();
    let parts = Array::new();
    let media: u32 = 600 << 20;
    parts.push(&Uint8Array::from(
        [&8_u32.to_be_bytes()[..], b"wide", &(media + 8).to_be_bytes(), b"mdat"].concat().as_slice(),
    ));
    for _ in 0..600 {
        parts.push(&block);
    }
    parts.push(&Uint8Array::from(b"\0\0\0\x10moov\0\0\0\x08free".as_slice()));
    let file = Blob::new_with_blob_sequence(&parts).unwrap();
    assert!(file.size() > 70.0 * LIMIT as f64);

    let header = read_header(&file).await.unwrap();

    assert_eq!((header.container, header.tracks.len()), (Container::QuickTime, 0));
}

#[wasm_bindgen_test]
async fn a_file_that_can_not_be_read_says_so() {
    fake::move_files();
    let outcome = read_header(&film()).await;
    fake::reset_files();

    assert_eq!(outcome, Err(ProbeError::Unreadable));
}

#[wasm_bindgen_test]
async fn a_strip_shows_each_moment_of_the_film() {
    let counts = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&counts);
    let strip = Filmstrip::new(&film(), move |tiles| log.borrow_mut().push(tiles));
    assert!(!strip.draw(&canvas(), 1.0), "nothing is there before it starts");

    strip.start(None);

    until("all tiles are there", || strip.tiles() == 8).await;
    assert_eq!(*counts.borrow(), (1..=8).collect::<Vec<_>>());
    assert_eq!(strip.scrubbable(), Some(4.0));
    let canvas = canvas();
    let colours = [0.1, 0.9, 1.1, 1.9, 2.1, 2.9, 3.1, 3.9].map(|time| {
        assert!(strip.draw(&canvas, time));
        colour(&canvas)
    });
    assert_eq!(colours, ["red", "red", "green", "green", "blue", "blue", "white", "white"]);
    assert_eq!((canvas.width(), canvas.height()), (160, 90));
    let board = strip.storyboard().unwrap();
    assert_eq!((board.tiles.len(), board.duration), (8, Some(4.0)));
}

#[wasm_bindgen_test]
async fn strips_of_many_files_are_made_one_after_the_other_and_end_with_their_owner() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let strips: Vec<_> = (0..3)
        .map(|index| {
            let log = Rc::clone(&order);
            let strip = Filmstrip::new(&film(), move |_| log.borrow_mut().push(index));
            strip.start(None);
            strip
        })
        .collect();
    let mut strips = strips.into_iter();
    let (first, second, third) = (strips.next().unwrap(), strips.next().unwrap(), strips.next().unwrap());
    until("the first has begun", || first.tiles() > 2).await;
    assert_eq!((second.tiles(), third.tiles()), (0, 0));

    let drawn = first.tiles();
    drop((first, second));

    until("the third is made, the others are not", || third.tiles() == 8).await;
    let order = order.borrow();
    assert_eq!(order.iter().filter(|index| **index == 0).count(), drawn, "{order:?}");
    assert!(!order.contains(&1), "{order:?}");
}

#[wasm_bindgen_test]
async fn what_can_not_be_decoded_keeps_no_other_waiting() {
    let broken = Filmstrip::new(&file("a.mp4", "video/mp4", b"\0\0\0\x08ftypnothing"), |_| {});
    let sound = Filmstrip::new(&film(), |_| {});
    broken.start(None);
    sound.start(None);

    until("the other has its tiles", || sound.scrubbable().is_some()).await;

    assert_eq!((broken.tiles(), broken.scrubbable()), (0, None));
}

/// An uploader on the page, and a file that is chosen in it.
struct Page {
    root: HtmlElement,
    _mounted: Box<dyn std::any::Any>,
}

impl Page {
    fn new(view: impl FnOnce() -> AnyView + 'static) -> Self {
        reset("{}");
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let mounted = mount_to(root.clone(), view);
        Self { root, _mounted: Box::new(mounted) }
    }

    fn choose(&self, file: &File) {
        let input: HtmlInputElement = self.part("select").unwrap().unchecked_into();
        let transfer = DataTransfer::new().unwrap();
        transfer.items().add_with_file(file).unwrap();
        input.set_files(transfer.files().as_ref());
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        input.dispatch_event(&Event::new_with_event_init_dict("change", &bubbling).unwrap()).unwrap();
    }

    fn part(&self, part: &str) -> Option<Element> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap()
    }

    fn text(&self, part: &str) -> String {
        self.part(part).and_then(|part| part.text_content()).unwrap_or_default()
    }

    fn code(&self) -> Option<String> {
        self.part("item")?.get_attribute("data-code")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
    }
}

#[wasm_bindgen_test]
async fn a_refused_file_costs_no_request() {
    for (name, kind, bytes, code, words) in [
        ("empty.mp4", "video/mp4", b"".as_slice(), "empty_file", "empty"),
        (
            "photo.mp4",
            "video/mp4",
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            "not_a_video",
            "This is a JPEG picture, not a video.",
        ),
        ("half.mp4", "video/mp4", b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\x10\0moov", "truncated", "incomplete"),
        ("film.webm", "video/webm", FILM, "too_long", "This video lasts 4 seconds; 2 seconds is the limit."),
        ("large.webm", "video/webm", &[7; 20_000], "too_large", "This file has 20 kB; 15 kB is the limit."),
    ] {
        let page = Page::new(|| view! { <Uploader max_file_size=Some(15_000) max_duration=Some(2.0) /> }.into_any());

        page.choose(&file(name, kind, bytes));

        until(name, || page.code().as_deref() == Some(code)).await;
        assert!(page.text("status").contains(words), "{}", page.text("status"));
        assert_eq!(page.part("item").unwrap().get_attribute("data-stage").as_deref(), Some("failed"));
        assert!(page.part("dismiss").is_some());
        assert_eq!(requests(), "", "{name}");
    }
}

#[wasm_bindgen_test]
async fn what_the_probe_does_not_know_is_sent() {
    let page = Page::new(|| view! { <Uploader max_duration=Some(2.0) /> }.into_any());

    page.choose(&file("old.avi", "video/x-msvideo", b"RIFF\0\0\0\0AVI LIST"));

    until("its bytes are on their way", || requests().contains("PUT")).await;
}

#[wasm_bindgen_test]
async fn a_file_that_is_slow_to_read_is_sent_all_the_same() {
    let page = Page::new(|| view! { <Uploader /> }.into_any());
    fake::stall_files();
    page.choose(&film());
    until("it is being checked", || page.text("status").contains("Checking")).await;
    assert_eq!(requests(), "");

    until("the server is asked for a target", || requests().contains("POST")).await;

    fake::reset_files();
}

#[wasm_bindgen_test]
async fn the_row_tells_the_shape_and_can_be_scrubbed_by_pointer_and_keys() {
    let page = Page::new(|| view! { <Uploader /> }.into_any());
    page.choose(&film());
    until("the details are there", || page.text("details") == "160 × 90 · 0:04").await;
    let thumbnail: HtmlElement = page.part("thumbnail").unwrap().unchecked_into();
    let picture: HtmlCanvasElement = page.part("thumbnail-image").unwrap().unchecked_into();
    let value = || thumbnail.get_attribute("aria-valuetext").unwrap_or_default();

    until("it can be scrubbed", || thumbnail.get_attribute("role").as_deref() == Some("slider")).await;
    assert_eq!(thumbnail.get_attribute("aria-label").as_deref(), Some("Preview of film.webm"));
    assert_eq!(thumbnail.get_attribute("aria-valuemax").as_deref(), Some("4"));
    assert!(!thumbnail.has_attribute("aria-hidden") && !picture.has_attribute("hidden"));
    until("at rest it shows a quarter of the way", || value() == "1 second" && colour(&picture) == "green").await;

    let bounds = thumbnail.get_bounding_client_rect();
    let point = |kind: &str, share: f64| {
        let init = PointerEventInit::new();
        init.set_client_x((bounds.left() + bounds.width() * share) as i32);
        init.set_pointer_type("mouse");
        thumbnail.dispatch_event(&PointerEvent::new_with_event_init_dict(kind, &init).unwrap()).unwrap();
    };
    for (share, expected, time) in [(0.05, "red", "0:00"), (0.65, "blue", "0:02"), (0.95, "white", "0:03")] {
        point("pointermove", share);
        until(expected, || colour(&picture) == expected && page.text("thumbnail-time") == time).await;
    }
    point("pointerleave", 0.95);
    until("it is at rest", || colour(&picture) == "green" && page.part("thumbnail-time").is_none()).await;

    thumbnail.focus().unwrap();
    assert_eq!(document().active_element().as_ref(), Some(thumbnail.as_ref()), "the keyboard gets there");
    let taken = Cell::new(0);
    let press = |key: &str| {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        thumbnail.dispatch_event(&event).unwrap();
        taken.set(taken.get() + u32::from(event.default_prevented()));
    };
    for (key, expected, spoken) in [
        ("End", "white", "4 seconds"),
        ("Home", "red", "0 seconds"),
        ("ArrowRight", "red", "0 seconds"),
        ("ArrowRight", "green", "1 second"),
        ("PageUp", "white", "3 seconds"),
        ("ArrowLeft", "white", "3 seconds"),
    ] {
        press(key);
        until(key, || colour(&picture) == expected && value() == spoken).await;
    }
    press("Tab");
    assert_eq!(taken.get(), 6, "other keys are left alone");
}
