use anyhow::Result;
use reelway_fault_provider::{Protocol, Setup, content::sha256};

use crate::client::{Dialogue, header};

fn setup() -> Setup {
    Setup { quantum: 10, ..Setup::new(Protocol::Resumable, 25) }
}

#[tokio::test]
async fn chunks_are_acknowledged_until_the_last_closes_the_upload() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    let first = talk.chunk(0, 10).await?;
    let status = talk.query().await?;
    let last = talk.chunk(10, 25).await?;

    assert_eq!((first.status().as_u16(), header(&first, "range")?), (308, "bytes=0-9"));
    assert_eq!((status.status().as_u16(), header(&status, "range")?), (308, "bytes=0-9"));
    assert_eq!(last.status().as_u16(), 200);
    let report = talk.session.report();
    assert!(report.complete && report.final_given);
    assert_eq!(report.sha256, sha256(&talk.file));
    Ok(())
}

#[tokio::test]
async fn nothing_held_means_no_range() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    let status = talk.query().await?;

    assert_eq!(status.status().as_u16(), 308);
    assert!(header(&status, "range").is_err());
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_held_are_ignored_and_a_gap_is_refused() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    talk.chunk(0, 10).await?;
    let again = talk.chunk(0, 20).await?;
    let gap = talk.chunk(24, 25).await?;

    assert_eq!(header(&again, "range")?, "bytes=0-19");
    assert_eq!(gap.status().as_u16(), 503);
    assert_eq!(talk.session.held(), 20);
    Ok(())
}

#[tokio::test]
async fn chunks_beside_the_targets_rules_are_refused() -> Result<()> {
    let talk = Dialogue::begin(Setup { max_chunk: 10, ..setup() }).await?;

    assert_eq!(talk.chunk(0, 7).await?.status().as_u16(), 400, "no multiple of 10");
    assert_eq!(talk.chunk(0, 20).await?.status().as_u16(), 413, "more than 10");
    let other_size = talk.say("PUT", talk.url(), &[("Content-Range", "bytes 0-9/26")], &talk.file[..10]).await?;
    assert_eq!(other_size.status().as_u16(), 400, "another size");
    assert_eq!(talk.session.held(), 0);
    Ok(())
}

#[tokio::test]
async fn a_chunk_that_is_not_what_its_digest_says_is_refused() -> Result<()> {
    let talk = Dialogue::begin(Setup { digest: Some("sha-256".into()), ..setup() }).await?;
    let digest = "sha-256=:AAAA:";

    let headers = [("Content-Range", "bytes 0-9/25"), ("Content-Digest", digest)];
    let answer = talk.say("PUT", talk.url(), &headers, &talk.file[..10]).await?;

    assert_eq!(answer.status().as_u16(), 400);
    assert!(answer.text().await?.contains("digest_mismatch"));
    assert_eq!(talk.session.held(), 0);
    Ok(())
}
