//! Uploads by `createUpload` to a provider that fails, in Chromium, Firefox and WebKitGTK: judged by what the provider
//! holds in the end, whatever the page believes.
//!
//! - [`case`]: an upload, its faults, and how it has to end.
//! - [`cases`]: the cases, a file for each protocol.
//! - [`drive`]: many cases in one page, and the verdicts.
//! - [`disk`]: files of the disk.
//! - [`random`]: faults by seed.
//! - [`resume`]: pages that die in the middle.
//! - [`start`]: the start of a stream, which all three have to show.
//! - [`third_party`]: other people's servers.

mod case;
mod cases;
mod disk;
mod drive;
mod random;
mod resume;
mod start;
mod third_party;

use reelway_e2e::{engine::Engine, turn};

#[tokio::test(flavor = "multi_thread")]
async fn chromium_loses_no_byte_and_never_lies() {
    in_one(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_loses_no_byte_and_never_lies() {
    in_one(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkitgtk_loses_no_byte_and_never_lies() {
    in_one(Engine::WebKitGtk).await;
}

async fn in_one(engine: Engine) {
    let _turn = turn().await;
    let mut cases = cases::all();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    cases.extend(random::cases());
    if let Err(error) = drive::all(engine, cases).await {
        panic!("{error:#}");
    }
}
