//! The uploader in a real browser: what a row shows and offers at each stage, and what is refused before it is sent.

#![allow(clippy::unwrap_used)]

#[path = "fake/page.rs"]
mod page;

use std::{cell::RefCell, rc::Rc};

use leptos::{callback::UnsyncCallback, mount::mount_to, prelude::*, task::tick};
use page::document;
use reelway::components::uploader::{Action, ItemRow, ItemState, Stage, Uploader};
use reelway_core::upload::Progress;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{DataTransfer, DragEvent, DragEventInit, Element, Event, EventInit, File, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

fn place() -> HtmlElement {
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    root
}

fn part(root: &HtmlElement, part: &str) -> Option<Element> {
    root.query_selector(&format!("[part~='{part}']")).unwrap()
}

fn text(root: &HtmlElement, name: &str) -> String {
    part(root, name).and_then(|part| part.text_content()).unwrap_or_default()
}

fn state(stage: Stage) -> ItemState {
    ItemState {
        stage,
        progress: Progress {
            acknowledged: 40_000_000,
            in_flight: 8_000_000,
            total: 100_000_000,
            rate: Some(2e6),
            eta: Some(26.0),
        },
        processing: None,
        message: None,
        code: None,
        video_id: Some("v1".into()),
    }
}

/// The parts of a row that are buttons, of those that a stage may offer.
fn offered(root: &HtmlElement) -> Vec<&'static str> {
    let parts = ["pause", "resume", "first", "copy-details", "retry", "cancel", "dismiss"];
    parts.into_iter().filter(|name| part(root, name).is_some()).collect()
}

#[wasm_bindgen_test]
async fn a_row_says_and_offers_what_fits_its_stage() {
    let root = place();
    let shown = RwSignal::new(ItemState::queued(100_000_000));
    let pressed = Rc::new(RefCell::new(Vec::new()));
    let log = pressed.clone();
    let _mounted = mount_to(root.clone(), move || {
        view! {
            <ItemRow
                filename="holiday.mp4".to_owned()
                state=shown
                watch_url=Some(|id: &str| format!("/v/{id}"))
                on_action=UnsyncCallback::new(move |action: Action| log.borrow_mut().push(action))
                on_choose_another=UnsyncCallback::new(|()| {})
            />
        }
    });
    let row = part(&root, "item").unwrap();
    let bar = part(&root, "progress").unwrap();

    for (stage, words, percent, buttons) in [
        (Stage::Queued, "Waiting for its turn", "0", &["first", "cancel"][..]),
        (Stage::Uploading, "Uploading · 48 % · 2.0 MB/s · 26 seconds left", "48", &["pause", "cancel"]),
        (Stage::Waiting { seconds: 4 }, "Trying again in 4 s…", "48", &["pause", "copy-details", "retry", "cancel"]),
        (Stage::Offline, "Offline at 48 %", "48", &["pause", "cancel"]),
        (Stage::Paused, "Paused at 48 %", "48", &["resume", "cancel"]),
        (Stage::Finalising, "Finalising…", "48", &["cancel"]),
        (Stage::Processing, "Processing…", "0", &["dismiss"]),
        (Stage::Uploaded, "Uploaded", "100", &["dismiss"]),
        (Stage::Ready, "Ready to watch", "100", &["dismiss"]),
        (Stage::Failed { retriable: true }, "Something went wrong", "48", &["copy-details", "retry", "cancel"]),
        (Stage::Failed { retriable: false }, "Something went wrong", "48", &["copy-details", "dismiss"]),
    ] {
        let name = stage.name();
        let queued = stage == Stage::Queued;
        shown.set(if queued { ItemState::queued(100_000_000) } else { state(stage) });
        tick().await;

        assert_eq!(row.get_attribute("data-stage").as_deref(), Some(name));
        assert!(text(&root, "status").contains(words), "{name}: {}", text(&root, "status"));
        assert_eq!(bar.get_attribute("aria-valuenow").as_deref(), Some(percent), "{name}");
        assert_eq!(offered(&root), buttons, "{name}");
    }

    shown.set(state(Stage::Uploading));
    tick().await;
    let pause: HtmlElement = part(&root, "pause").unwrap().unchecked_into();
    assert_eq!(pause.get_attribute("aria-label").as_deref(), Some("Pause: holiday.mp4"));
    pause.click();
    assert_eq!(*pressed.borrow(), [Action::Pause]);
    root.remove();
}

#[wasm_bindgen_test]
async fn a_ready_video_links_to_its_page() {
    let root = place();
    let shown = RwSignal::new(state(Stage::Ready));
    let _mounted = mount_to(root.clone(), move || {
        view! {
            <ItemRow
                filename="holiday.mp4".to_owned()
                state=shown
                watch_url=Some(|id: &str| format!("/v/{id}"))
                on_action=UnsyncCallback::new(|_| {})
                on_choose_another=UnsyncCallback::new(|()| {})
            />
        }
    });
    tick().await;

    let link = root.query_selector("a").unwrap().unwrap();

    assert_eq!(link.get_attribute("href").as_deref(), Some("/v/v1"));
    // Lower renditions are still being made.
    shown.set(ItemState { processing: Some(50), ..state(Stage::Ready) });
    tick().await;
    assert!(link.is_connected(), "it may have the focus");
    root.remove();
}

fn text_file(name: &str, kind: &str) -> File {
    let options = web_sys::FilePropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&"notes".into());
    File::new_with_str_sequence_and_options(&parts, name, &options).unwrap()
}

fn transfer(file: &File) -> DataTransfer {
    let transfer = DataTransfer::new().unwrap();
    transfer.items().add_with_file(file).unwrap();
    transfer
}

#[wasm_bindgen_test]
async fn the_input_takes_the_keyboard_and_refuses_what_is_no_video() {
    let root = place();
    let _mounted = mount_to(root.clone(), || view! { <Uploader multiple=true /> });
    tick().await;
    let input: HtmlInputElement = part(&root, "select").unwrap().unchecked_into();
    assert!(input.multiple() && input.accept().starts_with("video/*"));
    input.focus().unwrap();
    assert_eq!(document().active_element().as_ref(), Some(input.as_ref()), "a real input, not a picture of one");

    input.set_files(transfer(&text_file("notes.txt", "text/plain")).files().as_ref());
    let bubbling = EventInit::new();
    bubbling.set_bubbles(true);
    input.dispatch_event(&Event::new_with_event_init_dict("change", &bubbling).unwrap()).unwrap();
    tick().await;

    let row = part(&root, "item").unwrap();
    assert_eq!(row.get_attribute("data-stage").as_deref(), Some("failed"));
    assert_eq!(row.get_attribute("data-code").as_deref(), Some("not_a_video"));
    assert_eq!(text(&root, "filename"), "notes.txt");
    assert!(text(&root, "status").contains("not a video"));
    assert_eq!(offered(&root), ["dismiss"]);

    part(&root, "dismiss").unwrap().unchecked_into::<HtmlElement>().click();
    tick().await;
    assert!(part(&root, "item").is_none());
    root.remove();
}

fn drag(kind: &str, file: &File) -> DragEvent {
    let init = DragEventInit::new();
    init.set_data_transfer(Some(&transfer(file)));
    init.set_bubbles(true);
    init.set_cancelable(true);
    DragEvent::new_with_event_init_dict(kind, &init).unwrap()
}

#[wasm_bindgen_test]
async fn the_zone_shows_that_it_would_take_a_file_while_one_is_held_over_it() {
    let root = place();
    let mounted = mount_to(root.clone(), || view! { <Uploader /> });
    tick().await;
    let zone = part(&root, "drop-zone").unwrap();
    let file = text_file("notes.txt", "text/plain");
    let leave = |onto: Option<&Element>| {
        let init = DragEventInit::new();
        init.set_data_transfer(Some(&transfer(&file)));
        init.set_bubbles(true);
        init.set_related_target(onto.map(AsRef::as_ref));
        zone.dispatch_event(&DragEvent::new_with_event_init_dict("dragleave", &init).unwrap()).unwrap();
    };

    zone.dispatch_event(&drag("dragover", &file)).unwrap();
    tick().await;
    assert!(zone.has_attribute("data-over"));
    leave(Some(&part(&root, "select").unwrap()));
    tick().await;
    assert!(zone.has_attribute("data-over"), "still over the zone");
    leave(document().body().as_deref());
    tick().await;
    assert!(!zone.has_attribute("data-over"), "over the page beside it");

    zone.dispatch_event(&drag("dragover", &file)).unwrap();
    leave(None);
    tick().await;
    assert!(!zone.has_attribute("data-over"), "out of the window");
    drop(mounted);
    root.remove();
}

#[wasm_bindgen_test]
async fn files_can_be_dropped_anywhere_on_the_page_if_the_page_says_so() {
    let root = place();
    let mounted = mount_to(root.clone(), || view! { <Uploader whole_page=true /> });
    tick().await;
    let zone = part(&root, "drop-zone").unwrap();
    let body = document().body().unwrap();
    let file = text_file("notes.txt", "text/plain");

    let over = drag("dragover", &file);
    body.dispatch_event(&over).unwrap();
    tick().await;
    assert!(over.default_prevented(), "or the browser would open the file");
    assert!(zone.has_attribute("data-over"));

    body.dispatch_event(&drag("drop", &file)).unwrap();
    tick().await;
    assert!(!zone.has_attribute("data-over"));
    assert_eq!(text(&root, "filename"), "notes.txt");

    drop(mounted);
    // Leptos' `<For>` lets go of its owner in a task.
    tick().await;
    let later = drag("dragover", &file);
    body.dispatch_event(&later).unwrap();
    assert!(!later.default_prevented(), "a page without an uploader is left alone");
    root.remove();
}
