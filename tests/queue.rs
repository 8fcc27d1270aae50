//! Several files in one uploader: whose turn it is, what can be done about it, and how far all are together.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{next, requests, reset, until};
use js_sys::{Array, Uint8Array};
use leptos::{mount::mount_to, prelude::*};
use reelway::{
    UploadOptions,
    components::uploader::{Uploader, Uploads},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, File, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

/// An uploader on the page, with `count` files of 1000 bytes each: `1.mp4`, `2.mp4`, …
fn page(count: u32) -> (HtmlElement, Uploads, impl Drop) {
    let document = web_sys::window().unwrap().document().unwrap();
    let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
    document.body().unwrap().append_child(&root).unwrap();
    let options = UploadOptions { journal: false, ..UploadOptions::default() };
    let owner = Owner::new();
    let uploads = owner.with(|| Uploads::new(options));
    let mounted = mount_to(root.clone(), move || view! { <Uploader multiple=true uploads=Some(uploads) /> });
    uploads.add((1..=count).map(file));
    (root, uploads, Both(mounted, owner))
}

fn file(number: u32) -> File {
    let bytes = Uint8Array::from(&[7u8; 1000][..]);
    File::new_with_u8_array_sequence(&Array::of1(&bytes), &format!("{number}.mp4")).unwrap()
}

/// What keeps the page up.
struct Both<A, B>(#[allow(dead_code)] A, #[allow(dead_code)] B);

impl<A, B> Drop for Both<A, B> {
    fn drop(&mut self) {}
}

/// The rows, as a person reads them: file and stage.
fn rows(root: &HtmlElement) -> Vec<String> {
    let items = root.query_selector_all("[part='item']").unwrap();
    let row = |index: u32| {
        let row: Element = items.item(index).unwrap().unchecked_into();
        let name = row.query_selector("[part='filename']").unwrap().unwrap().text_content().unwrap();
        format!("{name} {}", row.get_attribute("data-stage").unwrap())
    };
    (0..items.length()).map(row).collect()
}

async fn shows(root: &HtmlElement, wanted: &[&str]) {
    until(&format!("{wanted:?}"), || rows(root) == wanted).await;
}

fn press(root: &HtmlElement, label: &str) {
    let button = root.query_selector(&format!("button[aria-label='{label}']")).unwrap();
    button.unwrap_or_else(|| panic!("no {label}")).unchecked_into::<HtmlElement>().click();
}

fn summary(root: &HtmlElement) -> String {
    let summary = root.query_selector("[part='summary']").unwrap().unwrap();
    match summary.has_attribute("hidden") {
        true => String::new(),
        false => summary.query_selector("p").unwrap().unwrap().text_content().unwrap(),
    }
}

#[wasm_bindgen_test]
async fn two_are_sent_the_others_wait_and_one_can_go_before_them() {
    reset("{}");
    for _ in 0..2 {
        next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    }
    let (root, _, _page) = page(4);
    shows(&root, &["1.mp4 uploading", "2.mp4 uploading", "3.mp4 queued", "4.mp4 queued"]).await;
    assert!(summary(&root).starts_with("0 of 4 uploaded · 0 bytes of 4.0 kB"), "{}", summary(&root));

    press(&root, "Upload next: 4.mp4");
    shows(&root, &["1.mp4 uploading", "2.mp4 uploading", "4.mp4 queued", "3.mp4 queued"]).await;
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    press(&root, "Cancel: 1.mp4");
    shows(&root, &["2.mp4 uploading", "4.mp4 uploading", "3.mp4 queued"]).await;
    root.remove();
}

#[wasm_bindgen_test]
async fn a_file_that_is_paused_leaves_its_place_to_the_next() {
    reset("{}");
    for _ in 0..3 {
        next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    }
    let (root, _, _page) = page(3);
    shows(&root, &["1.mp4 uploading", "2.mp4 uploading", "3.mp4 queued"]).await;
    let pause: HtmlElement =
        root.query_selector("button[aria-label='Pause: 1.mp4']").unwrap().unwrap().unchecked_into();
    pause.focus().unwrap();
    pause.click();
    shows(&root, &["1.mp4 paused", "2.mp4 uploading", "3.mp4 uploading"]).await;
    let focus = web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    assert_eq!(focus.get_attribute("aria-label").as_deref(), Some("Resume: 1.mp4"), "the keyboard stays where it was");
    root.remove();
}

#[wasm_bindgen_test]
async fn all_can_be_held_back_and_go_on_together() {
    reset("{}");
    for _ in 0..2 {
        next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    }
    let (root, uploads, _page) = page(3);
    shows(&root, &["1.mp4 uploading", "2.mp4 uploading", "3.mp4 queued"]).await;
    let button = |part: &str| root.query_selector(&format!("[part='{part}']")).unwrap();
    button("pause-all").unwrap().unchecked_into::<HtmlElement>().click();
    shows(&root, &["1.mp4 paused", "2.mp4 paused", "3.mp4 queued"]).await;
    until("the other button", || button("resume-all").is_some()).await;
    button("resume-all").unwrap().unchecked_into::<HtmlElement>().click();
    until("the end", || uploads.totals().arrived == 3).await;
    until("no summary", || summary(&root).is_empty()).await;
    assert_eq!(requests().matches("PUT /u/secret bytes 0-999/1000 1000 bytes").count(), 5, "{}", requests());
    root.remove();
}

/// The providers that the server was asked for, with the file.
fn asked_for() -> Vec<String> {
    let told = |line: &str| {
        let body: serde_json::Value = serde_json::from_str(line.strip_prefix("POST /api/videos ")?).ok()?;
        Some(format!("{} {}", body["filename"].as_str()?, body["provider"].as_str().unwrap_or("-")))
    };
    requests().lines().filter_map(told).collect()
}

#[wasm_bindgen_test]
async fn a_file_goes_to_the_provider_that_was_chosen_when_it_came() {
    reset("{}");
    let hold = || next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    hold();
    hold();
    let (root, uploads, _page) = page(1);
    shows(&root, &["1.mp4 uploading"]).await;
    uploads.choose_provider(Some("mux".to_owned()));
    uploads.add([file(2), file(3)]);
    shows(&root, &["1.mp4 uploading", "2.mp4 uploading", "3.mp4 queued"]).await;
    uploads.choose_provider(None);

    hold();
    press(&root, "Cancel: 1.mp4");

    shows(&root, &["2.mp4 uploading", "3.mp4 uploading"]).await;
    assert_eq!(asked_for(), ["1.mp4 -", "2.mp4 mux", "3.mp4 mux"]);
    root.remove();
}

#[wasm_bindgen_test]
async fn no_file_is_sent_before_it_is_known_where_it_goes() {
    reset("{}");
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let (root, uploads, _page) = page(0);
    uploads.await_provider();
    uploads.add([file(1)]);
    shows(&root, &["1.mp4 queued"]).await;
    assert_eq!(asked_for(), Vec::<String>::new());

    uploads.choose_provider(Some("mux".to_owned()));

    shows(&root, &["1.mp4 uploading"]).await;
    assert_eq!(asked_for(), ["1.mp4 mux"]);
    root.remove();
}
