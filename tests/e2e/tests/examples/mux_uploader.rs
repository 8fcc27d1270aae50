//! A page that was written for `<mux-uploader>` works when its tag and its import are changed, and nothing else.

use std::{env, fs, path::PathBuf};

use reelway_e2e::{
    browser::Browser,
    deep,
    film::Film,
    host::{Host, STAND_IN},
    media,
    page::SOON,
    turn,
};
use reelway_emulators::mux::{self, Mux};
use serde_json::{Value, json};

use crate::example::Example;

const PAGE: &str = include_str!("../../pages/mux-uploader.html");
/// Bytes: several chunks.
const SIZE: u32 = 9 << 20;

/// The page as it was, and as it is.
fn pages() -> [(&'static str, String); 2] {
    let clients = env::var_os("REELWAY_CLIENTS").map(PathBuf::from).expect("run `cargo xtask test --only examples`");
    let module = fs::read_to_string(clients.join("mux-uploader.js")).unwrap();
    let theirs = PAGE.replace(
        r#"<script type="module" src="/mux-uploader.js"></script>"#,
        &format!("<script>{}</script>", module.replace("</script", "<\\/script")),
    );
    let ours = PAGE
        .replace("/mux-uploader.js", "/node_modules/reelway/dist/define.js")
        .replace("<mux-uploader", "<reelway-uploader")
        .replace("</mux-uploader", "</reelway-uploader")
        .replace("\"mux-uploader\"", "\"reelway-uploader\"")
        .replace("mux-uploader {", "reelway-uploader {");
    assert!(!ours.contains("mux-uploader"));
    [("mux-uploader", theirs), ("reelway-uploader", ours)]
}

/// A direct upload at the emulator for a page of this origin: its id and its URL.
async fn direct_upload(mux: &Mux, origin: &str) -> (String, String) {
    let url = format!("{}/video/v1/uploads", mux.hosts().api);
    let body = json!({ "cors_origin": origin, "new_asset_settings": { "playback_policies": ["public"] } });
    let request = reqwest::Client::new().post(url).basic_auth("id", Some("secret")).json(&body);
    let created: Value = request.send().await.unwrap().json().await.unwrap();
    let text = |name: &str| created["data"][name].as_str().unwrap().to_owned();
    (text("id"), text("url"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_mux_uploader_works_with_another_tag() {
    let _turn = turn().await;
    let film = Film::make(SIZE).unwrap();
    let mux = Mux::start(mux::Setup::new(film.package().unwrap())).await.unwrap();
    let sha256 = media::sha256(&film.file()).unwrap();

    for (name, page) in pages() {
        let host = Host::of_files_and(&Example::Html.path(), Some(page)).await.unwrap();
        let (id, url) = direct_upload(&mux, host.url()).await;
        host.uses(&url);
        let told = upload(&host, &film).await;
        let told: Vec<&str> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        println!("{name}: {told:?}");
        assert_eq!((told.first(), told.last()), (Some(&"uploadstart"), Some(&"success")), "{name}");
        assert!(
            ["chunkattempt", "chunksuccess", "progress"].iter().all(|name| told.contains(name)),
            "{name}: {told:?}"
        );
        assert!(!told.contains(&"uploaderror"), "{name}: {told:?}");
        assert_eq!(mux.received(&id).unwrap().1, sha256, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_a_function_works_too() {
    let _turn = turn().await;
    let film = Film::make(SIZE).unwrap();
    let mux = Mux::start(mux::Setup::new(film.package().unwrap())).await.unwrap();

    for (name, page) in pages() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(Example::Html.path().join("node_modules"), folder.path().join("node_modules"))
            .unwrap();
        let page = page.replace(&format!("endpoint=\"{STAND_IN}\""), "data-ask=\"/upload-url.txt\"");
        let host = Host::of_files_and(folder.path(), Some(page)).await.unwrap();
        let (id, url) = direct_upload(&mux, host.url()).await;
        fs::write(folder.path().join("upload-url.txt"), url).unwrap();
        upload(&host, &film).await;
        assert_eq!(mux.received(&id).unwrap().1, media::sha256(&film.file()).unwrap(), "{name}");
    }
}

/// Opens the page and uploads the film. Gives the names of the events that the page has heard.
async fn upload(host: &Host, film: &Film) -> Value {
    let browser = Browser::open().await.unwrap();
    browser.goto(format!("{}/page.html", host.url())).await.unwrap();
    deep::choose(&browser, &film.file()).await.unwrap();
    deep::until(&browser, "it is uploaded", SOON, "words().includes('Thank you.')").await.unwrap();
    browser.run("return told;", Vec::new()).await.unwrap()
}
