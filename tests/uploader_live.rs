//! The uploader as elements use it, in a real browser: options that change while it is there, uploads to a page's own
//! target, the keyboard's focus, and what a page hears.

#![allow(clippy::unwrap_used)]

mod fake;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use fake::{bytes, next, page::document, requests, reset, until};
use js_sys::{Array, Uint8Array};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    TargetSource, UploadOptions,
    components::uploader::{Action, Happening, Uploader, Uploads},
};
use reelway_core::upload::{UploadError, custom};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{DataTransfer, DragEvent, DragEventInit, Element, File, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// An uploader on the page, and what steers it.
struct Page {
    root: HtmlElement,
    uploads: Uploads,
    multiple: RwSignal<bool>,
    disabled: RwSignal<bool>,
    accept: RwSignal<Option<String>>,
    max_file_size: RwSignal<Option<u64>>,
    heard: Rc<RefCell<Vec<String>>>,
    mounted: Option<Box<dyn std::any::Any>>,
    _owner: Owner,
}

impl Page {
    async fn open(target: TargetSource) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let owner = Owner::new();
        let options = UploadOptions { journal: false, max_chunk: Some(1000), ..UploadOptions::to(target) };
        let (uploads, multiple, disabled, accept, max_file_size) = owner.with(|| {
            let sizes = RwSignal::new(None);
            (Uploads::new(options), RwSignal::new(true), RwSignal::new(false), RwSignal::new(None), sizes)
        });
        let heard = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&heard);
        uploads.on_happening(move |item, happening| log.borrow_mut().extend(line(item.key, &happening)));
        let mounted = mount_to(root.clone(), move || {
            view! { <Uploader multiple disabled accept max_file_size uploads=Some(uploads) /> }
        });
        tick().await;
        let mounted: Option<Box<dyn std::any::Any>> = Some(Box::new(mounted));
        Self { root, uploads, multiple, disabled, accept, max_file_size, heard, mounted, _owner: owner }
    }

    fn part(&self, part: &str) -> Option<HtmlElement> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap().map(JsCast::unchecked_into)
    }

    fn input(&self) -> HtmlInputElement {
        self.part("select").unwrap().unchecked_into()
    }

    /// The rows, as a person reads them: file and stage.
    fn rows(&self) -> Vec<String> {
        let items = self.root.query_selector_all("[part='item']").unwrap();
        let row = |index: u32| {
            let row: Element = items.item(index).unwrap().unchecked_into();
            let name = row.query_selector("[part='filename']").unwrap().unwrap().text_content().unwrap();
            format!("{name} {}", row.get_attribute("data-stage").unwrap())
        };
        (0..items.length()).map(row).collect()
    }

    fn button(&self, label: &str) -> HtmlElement {
        let button = self.root.query_selector(&format!("button[aria-label='{label}']")).unwrap();
        button.unwrap_or_else(|| panic!("no {label}")).unchecked_into()
    }

    fn drop_file(&self, file: &File) -> DragEvent {
        let (transfer, init) = (DataTransfer::new().unwrap(), DragEventInit::new());
        transfer.items().add_with_file(file).unwrap();
        init.set_data_transfer(Some(&transfer));
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = DragEvent::new_with_event_init_dict("drop", &init).unwrap();
        self.part("drop-zone").unwrap().dispatch_event(&event).unwrap();
        event
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.mounted.take();
        self.root.remove();
    }
}

/// What is heard of a file, without what a clock has a say in.
fn line(key: u32, happening: &Happening) -> Option<String> {
    let words = match happening {
        Happening::Progress(_) => return None,
        Happening::Stage(stage) => stage.name().to_owned(),
        Happening::Failed { code, retriable, .. } => format!("{code}, retriable: {retriable}"),
        Happening::Attempt(bytes) => format!("sends {bytes:?}"),
        Happening::Stored(bytes) => format!("stored {bytes:?}"),
        Happening::Playable(playback) => format!("plays {}", playback.hls),
        other => format!("{other:?}"),
    };
    Some(format!("{key} {words}"))
}

fn file(name: &str, size: usize) -> File {
    let bytes = Uint8Array::from(vec![7u8; size].as_slice());
    File::new_with_u8_array_sequence(&Array::of1(&bytes), name).unwrap()
}

fn own_target() -> TargetSource {
    TargetSource::Fixed(Box::new(custom::read(r#"{"url":"/u/mine","min_chunk":1,"chunk_multiple":1}"#).unwrap()))
}

fn focused() -> Option<Element> {
    document().active_element()
}

#[wasm_bindgen_test]
async fn what_goes_to_a_pages_own_target_is_uploaded_and_that_is_the_end() {
    reset("{}");
    let page = Page::open(own_target()).await;
    page.uploads.add([file("film.mp4", 1500)]);

    until("uploaded", || page.rows() == ["film.mp4 uploaded"]).await;

    assert_eq!(bytes().length(), 1500);
    assert_eq!(page.part("status").unwrap().text_content().as_deref(), Some("Uploaded"));
    assert_eq!(page.part("progress").unwrap().get_attribute("aria-valuenow").as_deref(), Some("100"));
    assert!(page.part("dismiss").is_some() && page.part("cancel").is_none());
    assert!(!requests().contains("EVENTS"), "there is no server to follow it");
    assert_eq!(
        *page.heard.borrow(),
        [
            "0 checking",
            "0 queued",
            "0 Started",
            "0 starting",
            "0 uploading",
            "0 sends 0..1000",
            "0 stored 0..1000",
            "0 sends 1000..1500",
            "0 stored 1000..1500",
            "0 uploaded",
            "0 Arrived",
        ]
    );
}

#[wasm_bindgen_test]
async fn a_page_hears_when_a_video_of_its_server_can_be_played() {
    reset("{}");
    let page = Page::open(TargetSource::default()).await;
    page.uploads.add([file("film.mp4", 500)]);
    until("processing", || page.rows() == ["film.mp4 processing"]).await;
    page.heard.borrow_mut().clear();

    until("the stream", || requests().contains("EVENTS")).await;
    let ready = r#"{"id":"v1","title":"film.mp4","provider":"local","status":"ready","created_at":1,"revision":3,
        "playback":{"hls":"/v1/master.m3u8"}}"#;
    fake::event(ready);
    fake::event(&ready.replace("\"revision\":3", "\"revision\":4"));

    let playlist = format!("{}/v1/master.m3u8", web_sys::window().unwrap().location().origin().unwrap());
    assert_eq!(*page.heard.borrow(), ["0 ready".to_owned(), format!("0 plays {playlist}")], "once");
    page.uploads.steer(Action::Cancel, Some(0));
    tick().await;
    assert_eq!(page.heard.borrow().last().unwrap(), "0 Removed");
    assert!(page.rows().is_empty() && !requests().contains("DELETE"), "what has arrived is kept: {}", requests());
}

#[wasm_bindgen_test]
async fn a_disabled_uploader_takes_nothing_until_it_is_enabled() {
    reset("{}");
    let page = Page::open(own_target()).await;
    page.disabled.set(true);
    tick().await;

    assert!(page.input().disabled());
    let dropped = page.drop_file(&file("a.mp4", 10));
    tick().await;
    assert!(dropped.default_prevented(), "or the browser would open the file");
    assert!(page.rows().is_empty());

    page.disabled.set(false);
    tick().await;
    assert!(!page.input().disabled());
    page.drop_file(&file("a.mp4", 10));
    until("taken", || page.rows() == ["a.mp4 uploaded"]).await;
}

#[wasm_bindgen_test]
async fn limits_and_kinds_of_files_change_while_it_is_there() {
    reset("{}");
    let page = Page::open(own_target()).await;
    assert!(page.input().multiple() && page.input().accept().starts_with("video/*"));

    page.multiple.set(false);
    page.accept.set(Some(".webm".into()));
    page.max_file_size.set(Some(100));
    tick().await;
    assert_eq!((page.input().multiple(), page.input().accept().as_str()), (false, ".webm"));
    assert_eq!(page.input().get_attribute("aria-label").as_deref(), Some("Choose a video"));
    page.uploads.add([file("a.mp4", 10), file("b.webm", 200)]);
    tick().await;
    assert_eq!(page.rows(), ["a.mp4 failed", "b.webm failed"]);
    assert!(page.heard.borrow().contains(&"0 not_accepted, retriable: false".to_owned()), "{:?}", page.heard);
    assert!(page.heard.borrow().contains(&"1 too_large, retriable: false".to_owned()), "{:?}", page.heard);

    page.accept.set(None);
    page.max_file_size.set(None);
    tick().await;
    page.uploads.add([file("c.mp4", 200)]);
    until("taken", || page.rows().last().unwrap() == "c.mp4 uploaded").await;
}

#[wasm_bindgen_test]
async fn the_focus_goes_to_the_neighbour_of_a_row_that_is_removed() {
    reset("{}");
    let page = Page::open(own_target()).await;
    page.uploads.add([file("a.mp4", 0), file("b.mp4", 0)]);
    tick().await;
    let dismiss = page.button("Remove from this list: a.mp4");
    dismiss.focus().unwrap();

    dismiss.click();

    let row = || page.part("item");
    until("the other row", || page.rows().len() == 1 && focused() == row().map(Element::from)).await;
    let dismiss = page.button("Remove from this list: b.mp4");
    dismiss.focus().unwrap();
    dismiss.click();
    until("the input", || focused().as_ref() == Some(page.input().as_ref())).await;
}

#[wasm_bindgen_test]
async fn the_focus_stays_in_the_row_whose_button_goes_away() {
    reset("{}");
    // Refuses once, and does not answer after that.
    let refused = Rc::new(Cell::new(false));
    let target = reelway::TargetFunction::new(move |_| {
        let answers = !refused.replace(true);
        async move {
            match answers {
                true => Err(UploadError::NoTarget { message: "Not now.".into(), retriable: true }),
                false => std::future::pending().await,
            }
        }
    });
    let page = Page::open(TargetSource::Function(target)).await;
    page.uploads.add([file("a.mp4", 10)]);
    until("it waits", || page.rows() == ["a.mp4 waiting"]).await;
    let retry = page.button("Try again: a.mp4");
    retry.focus().unwrap();

    retry.click();

    let row = page.part("item").unwrap();
    until("the focus is in the row", || !retry.is_connected() && row.contains(focused().as_deref())).await;
}

#[wasm_bindgen_test]
async fn somebody_who_has_left_is_not_fetched_back() {
    reset("{}");
    let page = Page::open(own_target()).await;
    page.uploads.add([file("a.mp4", 0)]);
    tick().await;
    let dismiss = page.button("Remove from this list: a.mp4");
    dismiss.focus().unwrap();
    dismiss.blur().unwrap();
    fake::page::pause(20).await;

    dismiss.click();
    fake::page::pause(50).await;

    assert!(page.rows().is_empty());
    assert_eq!(focused(), document().body().map(Element::from));
}

#[wasm_bindgen_test]
async fn a_program_holds_back_and_ends_what_has_not_begun() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang"}"#);
    next(r#"{"to":"PUT","status":"hang"}"#);
    let page = Page::open(own_target()).await;
    let ids = page.uploads.add([file("a.mp4", 10), file("b.mp4", 10), file("c.mp4", 10)]);
    until("two at once", || page.rows() == ["a.mp4 uploading", "b.mp4 uploading", "c.mp4 queued"]).await;

    page.uploads.steer(Action::Pause, Some(ids[2]));
    page.uploads.steer(Action::Cancel, Some(ids[0]));
    fake::page::pause(50).await;
    assert_eq!(page.rows(), ["b.mp4 uploading", "c.mp4 paused"], "its turn has come, and it waits");

    page.uploads.steer(Action::Resume, Some(ids[2]));
    until("it went", || page.rows() == ["b.mp4 uploading", "c.mp4 uploaded"]).await;
    page.uploads.steer(Action::Cancel, None);
    tick().await;
    assert_eq!(page.rows(), ["c.mp4 uploaded"], "what has arrived stays");
    assert!(page.heard.borrow().contains(&"1 cancelled".to_owned()));
}
