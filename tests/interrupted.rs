//! The uploader after a reload: what it offers for uploads that were interrupted, and what its buttons do.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{
    journal::{
        begin, change, content, elsewhere, elsewhere_ends, entries, file, handle, interrupted, js, options,
        reset_permission, user_answers,
    },
    next,
    page::document,
    requests, until,
};
use js_sys::{Object, Reflect};
use leptos::{mount::mount_to, prelude::*, task::tick};
use reelway::{
    components::uploader::{Uploader, Uploads},
    journal::{FileHandle, PickedFile, unfinished},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{DataTransfer, DragEvent, DragEventInit, Event, EventInit, File, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// A page with an uploader. It is gone when this is dropped.
struct Page {
    root: HtmlElement,
    _mounted: Box<dyn std::any::Any>,
}

impl Page {
    fn open() -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let mounted =
            mount_to(root.clone(), || view! { <Uploader multiple=true uploads=Some(Uploads::new(options())) /> });
        Self { root, _mounted: Box::new(mounted) }
    }

    fn part(&self, part: &str) -> Option<HtmlElement> {
        self.root.query_selector(&format!("[part~='{part}']")).unwrap().map(JsCast::unchecked_into)
    }

    fn text(&self, part: &str) -> String {
        self.part(part).and_then(|part| part.text_content()).unwrap_or_default()
    }

    fn stage(&self) -> Option<String> {
        self.part("item")?.get_attribute("data-stage")
    }

    async fn comes_to(&self, stage: &str) {
        until(stage, || self.stage().as_deref() == Some(stage)).await;
    }

    fn press(&self, part: &str) {
        self.part(part).unwrap().click();
    }

    /// As the file dialog does that a button has opened.
    fn choose_again(&self, file: &File) {
        let input: HtmlInputElement = self.part("again").unwrap().unchecked_into();
        let transfer = DataTransfer::new().unwrap();
        transfer.items().add_with_file(file).unwrap();
        input.set_files(transfer.files().as_ref());
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        input.dispatch_event(&Event::new_with_event_init_dict("change", &bubbling).unwrap()).unwrap();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// A browser whose file dialog gives no handles, and is closed by nobody.
fn plain_dialog() {
    Reflect::set(&web_sys::window().unwrap(), &"showOpenFilePicker".into(), &JsValue::UNDEFINED).unwrap();
}

#[wasm_bindgen_test]
async fn an_interrupted_upload_is_continued_with_the_same_file_and_no_other() {
    begin().await;
    plain_dialog();
    let content = content(2500);
    interrupted(file(&content, "film.mp4"), options()).await;
    js(change(r#"{"acknowledged":1325}"#)).await;
    let page = Page::open();
    page.comes_to("interrupted").await;
    assert_eq!(page.text("filename"), "film.mp4");
    assert_eq!(page.text("status"), "Interrupted at 53 %. To go on, choose the file again.");
    assert_eq!(page.part("progress").unwrap().get_attribute("aria-valuenow").as_deref(), Some("53"));
    assert_eq!(page.part("resume").unwrap().get_attribute("aria-label").as_deref(), Some("Continue: film.mp4"));

    page.press("resume");
    page.choose_again(&file(&content[1..], "other.mp4"));
    until("the refusal", || page.text("status").contains("another file")).await;
    assert!(page.text("status").contains("film.mp4, 2.5 kB"), "{}", page.text("status"));
    assert_eq!(unfinished(Some("")).await.len(), 1, "nothing is lost");

    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    page.press("resume");
    page.choose_again(&file(&content, "film.mp4"));
    page.comes_to("uploading").await;
    until("the focus on its row", || document().active_element() == page.part("item").map(Into::into)).await;
    page.press("pause");
    page.comes_to("paused").await;
    page.press("resume");
    page.comes_to("processing").await;
    assert!(requests().contains("PUT /u/secret bytes 1000-"), "from where it was: {}", requests());
    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn with_a_handle_one_click_continues() {
    begin().await;
    let content = content(2500);
    let kept: FileHandle = js(handle(&content, "clicked.mp4")).await.unchecked_into();
    interrupted(PickedFile { file: file(&content, "clicked.mp4"), handle: Some(kept) }, options()).await;
    user_answers("granted");
    let page = Page::open();
    page.comes_to("interrupted").await;
    assert_eq!(page.text("status"), "Interrupted at 40 %");

    page.press("resume");
    page.comes_to("processing").await;

    assert_eq!(fake::bytes().to_vec(), content);
    reset_permission();
}

#[wasm_bindgen_test]
async fn without_leave_to_read_the_file_it_has_to_be_chosen_again() {
    begin().await;
    plain_dialog();
    let content = content(2500);
    let kept: FileHandle = js(handle(&content, "denied.mp4")).await.unchecked_into();
    interrupted(PickedFile { file: file(&content, "denied.mp4"), handle: Some(kept) }, options()).await;
    user_answers("denied");
    let page = Page::open();
    page.comes_to("interrupted").await;

    page.press("resume");
    until("the reason", || page.text("status").contains("does not let this page read denied.mp4")).await;
    page.press("resume");
    page.choose_again(&file(&content, "denied.mp4"));
    page.comes_to("processing").await;

    assert_eq!(fake::bytes().to_vec(), content);
    reset_permission();
}

#[wasm_bindgen_test]
async fn a_discarded_upload_is_gone_here_and_at_the_server() {
    begin().await;
    interrupted(file(&content(2500), "film.mp4"), options()).await;
    let page = Page::open();
    page.comes_to("interrupted").await;

    page.press("cancel");
    until("the row's end", || page.part("item").is_none()).await;

    until("the clean-up", || requests().contains("DELETE /api/videos/v1")).await;
    assert_eq!(js(entries()).await, "");
}

#[wasm_bindgen_test]
async fn an_upload_of_another_tab_can_be_continued_once_that_is_closed() {
    begin().await;
    interrupted(file(&content(2500), "film.mp4"), options()).await;
    let id = unfinished(Some("")).await.remove(0).id().to_owned();
    js(elsewhere(&id)).await;
    let page = Page::open();
    page.comes_to("elsewhere").await;
    assert_eq!(page.text("status"), "Uploading in another tab");
    assert!(page.part("resume").is_none() && page.part("cancel").is_none());

    elsewhere_ends();
    page.comes_to("interrupted").await;

    assert!(page.part("resume").is_some());
}

#[wasm_bindgen_test]
async fn a_file_that_went_away_is_asked_for_in_its_row() {
    begin().await;
    plain_dialog();
    let content = content(2500);
    let page = Page::open();
    tick().await;
    let choose = |file: &File| {
        let transfer = DataTransfer::new().unwrap();
        transfer.items().add_with_file(file).unwrap();
        let init = DragEventInit::new();
        init.set_data_transfer(Some(&transfer));
        init.set_bubbles(true);
        page.part("drop-zone")
            .unwrap()
            .dispatch_event(&DragEvent::new_with_event_init_dict("drop", &init).unwrap())
            .unwrap();
    };
    next(r#"{"to":"PUT"}"#);
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    choose(&file(&content, "film.mp4"));
    fake::journal::written(r#""name":"film.mp4""#).await;
    page.comes_to("uploading").await;
    page.press("pause");
    page.comes_to("paused").await;
    fake::move_files();
    next(r#"{"to":"PUT","status":308,"headers":{"range":"bytes=0-999"}}"#);
    next(r#"{"to":"PUT","status":"reset","keep":false}"#);
    page.press("resume");
    page.comes_to("failed").await;
    fake::reset_files();
    assert_eq!(page.text("choose-again"), "Choose the file again");

    page.press("choose-again");
    page.choose_again(&file(&content[1..], "other.mp4"));
    until("the refusal", || page.text("status").contains("another file")).await;
    page.press("choose-again");
    page.choose_again(&file(&content, "film.mp4"));
    page.comes_to("processing").await;

    assert_eq!(fake::bytes().to_vec(), content);
}

#[wasm_bindgen_test]
async fn a_click_on_the_zone_shows_the_dialog_that_gives_handles_where_there_is_one() {
    begin().await;
    let content = content(2500);
    let kept = js(handle(&content, "picked.mp4")).await;
    let answer =
        js_sys::Function::new_with_args("options", "window.shown = options; return Promise.resolve([window.kept]);");
    let window = web_sys::window().unwrap();
    Reflect::set(&window, &"kept".into(), &kept).unwrap();
    Reflect::set(&window, &"showOpenFilePicker".into(), &answer).unwrap();
    let page = Page::open();
    next(r#"{"to":"PUT","status":"hang"}"#);
    tick().await;

    page.press("select");
    fake::journal::written(r#""name":"picked.mp4""#).await;

    let shown: Object = Reflect::get(&window, &"shown".into()).unwrap().unchecked_into();
    assert_eq!(Reflect::get(&shown, &"multiple".into()).unwrap(), true);
    page.press("cancel");
    plain_dialog();
}
