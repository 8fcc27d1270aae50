//! Uploads from Chromium to other people's servers: one request after the other, and several at once.

use anyhow::Result;
use reelway_e2e::{engine::Engine, turn, vendor::VendorServer};
use reelway_fault_provider::content;
use serde_json::{Value, json};

use crate::drive::Page;

const SEED: u32 = 77;

/// Uploads a file of this size to a target, or to what a URL gives, by so many requests at once. Gives its SHA-256.
async fn upload(page: &Page, size: usize, target: Value, parallel: u32, act: Option<&str>) -> Result<String> {
    let options = json!({ "chunkSize": CHUNK });
    let mut order = json!({ "id": 0, "seed": SEED, "size": size, "options": options, "act": act });
    let member = if target.is_string() { "targetUrl" } else { "target" };
    order[member] = target;
    page.load(1).await?;
    page.begin(vec![order]).await?;
    let outcome = page.outcome().await?;
    assert_eq!((outcome.code.as_str(), outcome.message.as_str()), ("success", ""));
    assert_eq!(outcome.most_at_once, parallel);
    Ok(content::sha256(&content::content(SEED, size)))
}

const MIB: usize = 1 << 20;
/// Bytes: longer ones are only sent where the server wants them to be.
const CHUNK: usize = MIB;

fn tus(server: &VendorServer, parallel: u32, digest: Option<&str>) -> Value {
    json!({
        "protocol": "tus",
        "url": server.url(),
        "create": true,
        "parallel": parallel,
        // An upload for each of the longest chunks, at most.
        "max_chunk": 2 * MIB,
        "digest": digest,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tus_server_of_tus_io_gets_every_byte() -> Result<()> {
    let _turn = turn().await;
    let server = VendorServer::tus_node()?;
    let page = Page::open(Engine::Chromium).await?;
    for act in [None, Some("pauseAndResume")] {
        let size = 8 * MIB + 12_345 + act.map_or(0, str::len);

        let sha256 = upload(&page, size, tus(&server, 1, None), 1, act).await?;

        assert!(server.holds(&sha256)?, "{act:?}: {}", server.log_text());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tus_server_in_python_gets_every_byte_with_checksums_and_in_parts_that_it_joins() -> Result<()> {
    let _turn = turn().await;
    let server = VendorServer::tus_python()?;
    let page = Page::open(Engine::Chromium).await?;
    for (parallel, digest, act) in [
        (1, None, None),
        (1, Some("sha-1"), Some("pauseAndResume")),
        (3, None, None),
        (3, Some("sha-256"), Some("pauseAndResume")),
    ] {
        let size = 8 * MIB + 12_345 + parallel as usize;

        let target = tus(&server, parallel, digest);
        let sha256 = upload(&page, size, target, parallel, act).await?;

        assert!(server.holds(&sha256)?, "{parallel} at once, {digest:?}: {}", server.log_text());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn motos_s3_gets_every_byte_by_presigned_urls() -> Result<()> {
    let _turn = turn().await;
    let server = VendorServer::s3()?;
    let page = Page::open(Engine::Chromium).await?;
    for parallel in [1, 3] {
        // S3 takes no part but the last below 5 MiB.
        let (size, quantum) = (17 * MIB + 999, 5 * MIB);

        let query = format!("key=video-{parallel}&size={size}&quantum={quantum}&parallel={parallel}");
        let target = format!("{}/target?{query}", server.url());
        let sha256 = upload(&page, size, target.into(), parallel, None).await?;

        let object = reqwest::get(format!("{}/sha256?key=video-{parallel}", server.url())).await?;
        assert_eq!(object.text().await?, sha256, "{parallel} at once: {}", server.log_text());
    }
    Ok(())
}
