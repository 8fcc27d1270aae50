//! Files of the disk, which a person has chosen: the browser reads them as it sends them.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use reelway_e2e::{engine::Engine, turn, wait};
use reelway_fault_provider::{Fault, Kind, Protocol, Session, Setup, Step, content};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::drive::{FAST, Page};

const MIB: usize = 1 << 20;
const SIZE: usize = 12 * MIB + 77;
const CHUNK: usize = 2 * MIB;

/// A file that was chosen, and an upload of it that has begun.
struct Story {
    page: Page,
    session: Arc<Session>,
    path: PathBuf,
    sha256: String,
    _folder: TempDir,
}

impl Story {
    async fn begin(engine: Engine, speed: u32, setup: Setup) -> Result<Self> {
        Self::with(engine, speed, setup, json!({ "chunkSize": CHUNK })).await
    }

    async fn with(engine: Engine, speed: u32, setup: Setup, options: Value) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("video.mp4");
        let bytes = content::content(5, usize::try_from(setup.size)?);
        fs::write(&path, &bytes)?;
        let page = Page::open(engine).await?;
        page.load(speed).await?;
        page.choose(&path).await?;
        let session = page.provider.open(setup).await?;
        page.begin(vec![json!({ "id": 0, "chosen": true, "targetUrl": session.target_url(), "options": options })])
            .await?;
        Ok(Self { page, session, path, sha256: content::sha256(&bytes), _folder: folder })
    }
}

fn setup(script: Vec<Step>) -> Setup {
    Setup { quantum: 256 * 1024, script, ..Setup::new(Protocol::Resumable, SIZE as u64) }
}

const ENGINES: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKitGtk];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_disk_arrives_whole_over_a_bad_line() -> Result<()> {
    let _turn = turn().await;
    for engine in ENGINES {
        let story = Story::begin(
            engine,
            1,
            setup(vec![
                Step { on: Kind::Data, nth: 2, times: 2, fault: Fault::ResetAt { bytes: MIB as u64 + 5 } },
                Step::once(Kind::Data, 5, Fault::Keep { bytes: 100_001 }),
                Step::once(Kind::Data, 6, Fault::StatusAfter { status: 503, retry_after: None }),
            ]),
        )
        .await?;

        let outcome = story.page.outcome().await?;

        assert_eq!((outcome.code.as_str(), outcome.message.as_str()), ("success", ""), "{engine:?}");
        let report = story.session.report();
        assert!(report.complete && report.final_given, "{engine:?}");
        assert_eq!(report.sha256, story.sha256, "{engine:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_goes_in_one_request_and_goes_on_where_that_broke() -> Result<()> {
    let _turn = turn().await;
    for engine in ENGINES {
        let script = vec![Step::once(Kind::Data, 1, Fault::ResetAt { bytes: 50 * MIB as u64 + 5 })];
        let setup = Setup { size: 80 * MIB as u64, ..setup(script) };
        let story = Story::with(engine, 1, setup, json!({})).await?;

        let outcome = story.page.outcome().await?;

        assert_eq!((outcome.code.as_str(), outcome.message.as_str()), ("success", ""), "{engine:?}");
        let report = story.session.report();
        assert!(report.complete && report.final_given, "{engine:?}");
        assert_eq!(report.sha256, story.sha256, "{engine:?}");
        println!("{engine:?}: {:?}", report.log);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_vanishes_from_the_disk_is_missed() -> Result<()> {
    let _turn = turn().await;
    for engine in ENGINES {
        let slow = Setup { read_rate: 16 << 20, ..setup(Vec::new()) };
        // Firefox and WebKit send the head of a request whose body they can't read, and no more: it has to stall.
        let story = Story::begin(engine, FAST, slow).await?;
        wait::until_true("a chunk has arrived", Duration::from_secs(30), async || {
            Ok(story.session.held() >= CHUNK as u64)
        })
        .await?;

        fs::remove_file(&story.path)?;

        let outcome = story.page.outcome().await?;
        let report = story.session.report();
        match outcome.code.as_str() {
            "file_unreadable" => assert!(!report.complete, "{engine:?}"),
            // The browser had it open, or in memory.
            "success" => assert_eq!(report.sha256, story.sha256, "{engine:?}"),
            other => bail!("{engine:?}: {other}, {}", outcome.message),
        }
        println!("{engine:?}: {} after {} bytes and {} ms", outcome.code, report.size, outcome.milliseconds);
    }
    Ok(())
}
