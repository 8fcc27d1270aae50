//! An upload whose page dies in the middle goes on from the offset that was acknowledged: by the provider's own log.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use reelway_e2e::{browser::Browser, engine::Engine, turn, wait};
use reelway_fault_provider::{Entry, Kind, Protocol, Provider, Session, Setup, content};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, WebDriver};

use crate::drive::pages;

const MIB: u64 = 1 << 20;
/// Bytes: the page's `chunkSize`.
const CHUNK: u64 = 4 * MIB;
const LONGEST: Duration = Duration::from_secs(120);

/// A file on the disk, and a provider that takes it slowly enough to be interrupted.
struct Story {
    provider: Provider,
    session: Arc<Session>,
    path: PathBuf,
    bytes: Vec<u8>,
    _folder: TempDir,
}

impl Story {
    async fn begin(size: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("video.mp4");
        let bytes = long(usize::try_from(size)?);
        fs::write(&path, &bytes)?;
        let provider = Provider::start(pages()?).await?;
        let setup = Setup { quantum: 256 * 1024, read_rate: size / 4, ..Setup::new(Protocol::Resumable, size) };
        let session = provider.open(setup).await?;
        Ok(Self { provider, session, path, bytes, _folder: folder })
    }

    async fn open_page(&self, window: &WebDriver) -> Result<()> {
        let target = self.session.target_url();
        window.goto(format!("{}/resume.html?target={target}", self.provider.url())).await?;
        let ready = async || Ok(window.title().await? == "ready");
        wait::until_true("the page has looked for interrupted uploads", Duration::from_secs(60), ready).await
    }

    async fn choose(&self, window: &WebDriver) -> Result<()> {
        let input = window.find(By::Css("input")).await?;
        input.send_keys(self.path.to_str().context("no path for a browser")?).await?;
        Ok(())
    }

    async fn until_half(&self) -> Result<()> {
        let half = self.bytes.len() as u64 / 2;
        wait::until_true("half has arrived", LONGEST, async || Ok(self.session.held() >= half)).await
    }

    /// What the page has found of the upload.
    async fn found(&self, window: &WebDriver) -> Result<Value> {
        let found = window.execute("return window.found", vec![]).await?.json().clone();
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
        Ok(found[0].clone())
    }

    /// Waits for the end. The provider has every byte, and the second page sent none that it `held` before.
    async fn end_well(&self, window: &WebDriver, found: &Value, held: u64) -> Result<()> {
        let outcome = wait::until("the upload has ended", LONGEST, async || {
            let outcome = window.execute("return window.outcome", vec![]).await?.json().clone();
            Ok(Some(outcome).filter(|outcome| !outcome.is_null()))
        })
        .await?;
        assert_eq!(outcome, json!({ "code": "success" }));
        let report = self.session.report();
        assert!(report.complete && report.final_given);
        assert_eq!(report.sha256, content::sha256(&self.bytes));
        // Only the second page has to ask what is held. What the first sent and did not finish may be noted later.
        let asked = report.log.iter().position(|entry| entry.kind == Kind::Query).context("nobody asked")?;
        let first = report.log[asked..].iter().filter_map(start_of_whole).min().context("nothing was sent")?;
        assert!(first >= held, "went on at {first}, though {held} bytes were held");
        // The page writes down how far it is now and then.
        let known = found["acknowledged"].as_u64().context("the page knows of nothing")?;
        assert!((1..=first).contains(&known), "{known} bytes were held by what the page wrote down");
        let sent: u64 = report.log.iter().map(|entry| entry.body).sum();
        let size = self.bytes.len() as u64;
        assert!(sent <= size + CHUNK, "{sent} bytes were sent of a file of {size}");
        println!("went on at {first} of {size} bytes, {known} of them written down; {sent} were sent in all");
        Ok(())
    }
}

/// The first byte of a chunk that arrived whole, from its `Content-Range`.
fn start_of_whole(entry: &Entry) -> Option<u64> {
    let bytes = entry.range.strip_prefix("bytes ").filter(|_| entry.kind == Kind::Data)?;
    let (first, last) = bytes.split_once('/')?.0.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (entry.body == last - first + 1).then_some(first)
}

/// As `content`, but made of pieces that differ in their numbers, since tests are compiled without optimisation.
fn long(size: usize) -> Vec<u8> {
    let piece = content::content(9, 64 * 1024);
    let mut bytes = Vec::with_capacity(size + piece.len());
    for number in 0u64.. {
        if bytes.len() >= size {
            break;
        }
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(&piece);
    }
    bytes.truncate(size);
    bytes
}

async fn drop_onto(browser: &Browser, file: &Path) -> Result<()> {
    let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
    for step in ["dragEnter", "dragOver", "drop"] {
        let event = json!({ "type": step, "x": 300, "y": 300, "data": data });
        browser.devtools("Input.dispatchDragEvent", event).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_tab_costs_chromium_no_byte_and_no_second_choice_of_the_file() -> Result<()> {
    let _turn = turn().await;
    let story = Story::begin(256 * MIB).await?;
    // As after a person's "Allow on every visit", for there is nobody to answer the browser's question.
    let browser = Browser::open_trusting(story.provider.url()).await?;
    story.open_page(&browser).await?;
    drop_onto(&browser, &story.path).await?;
    story.until_half().await?;

    let killed = browser.window().await?;
    let fresh = browser.new_tab().await?;
    browser.switch_to_window(killed).await?;
    // There is no answer from a page that is gone.
    let _ = tokio::time::timeout(Duration::from_secs(5), browser.devtools("Page.crash", json!({}))).await;
    browser.switch_to_window(fresh).await?;
    let held = story.session.held();
    story.open_page(&browser).await?;
    let found = story.found(&browser).await?;
    browser.find(By::Css("button")).await?.click().await?;

    assert_eq!((&found["name"], &found["needsFile"]), (&json!("video.mp4"), &json!(false)));
    story.end_well(&browser, &found, held).await
}

#[tokio::test(flavor = "multi_thread")]
async fn elsewhere_a_reload_costs_no_byte_once_the_file_is_chosen_again() -> Result<()> {
    let _turn = turn().await;
    for engine in [Engine::Firefox, Engine::WebKitGtk] {
        let story = Story::begin(32 * MIB).await?;
        let window = engine.open().await?;
        story.open_page(&window).await?;
        story.choose(&window).await?;
        story.until_half().await?;

        let held = story.session.held();
        story.open_page(&window).await?;
        let found = story.found(&window).await?;
        story.choose(&window).await?;

        assert_eq!(found["needsFile"], true, "{engine:?}");
        story.end_well(&window, &found, held).await?;
    }
    Ok(())
}
