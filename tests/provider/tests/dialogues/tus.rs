use anyhow::Result;
use base64::{Engine, prelude::BASE64_STANDARD};
use reelway_fault_provider::{Protocol, Setup, content::sha256};
use sha1::{Digest, Sha1};

use crate::client::{Dialogue, header};

const VERSION: (&str, &str) = ("Tus-Resumable", "1.0.0");
const OFFSETS: (&str, &str) = ("Content-Type", "application/offset+octet-stream");

fn setup() -> Setup {
    Setup { create: true, ..Setup::new(Protocol::Tus, 25) }
}

async fn part(talk: &Dialogue, bytes: std::ops::Range<usize>) -> Result<String> {
    let length = bytes.len().to_string();
    let headers = [VERSION, OFFSETS, ("Upload-Length", &length), ("Upload-Concat", "partial")];
    let made = talk.say("POST", talk.url(), &headers, &talk.file[bytes]).await?;
    assert_eq!((made.status().as_u16(), header(&made, "upload-offset")?), (201, &*length));
    Ok(header(&made, "location")?.to_owned())
}

#[tokio::test]
async fn an_upload_is_created_fed_and_asked_for() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    let made = talk.say("POST", talk.url(), &[VERSION, ("Upload-Length", "25")], &[]).await?;
    let url = header(&made, "location")?;
    let fed = talk.say("PATCH", url, &[VERSION, OFFSETS, ("Upload-Offset", "0")], &talk.file[..10]).await?;
    let asked = talk.say("HEAD", url, &[VERSION], &[]).await?;
    let wrong = talk.say("PATCH", url, &[VERSION, OFFSETS, ("Upload-Offset", "11")], &talk.file[11..]).await?;
    let last = talk.say("PATCH", url, &[VERSION, OFFSETS, ("Upload-Offset", "10")], &talk.file[10..]).await?;

    assert_eq!((fed.status().as_u16(), header(&fed, "upload-offset")?), (204, "10"));
    assert_eq!((asked.status().as_u16(), header(&asked, "upload-offset")?), (200, "10"));
    assert!(header(&asked, "upload-expires").is_ok());
    assert_eq!(wrong.status().as_u16(), 409);
    assert_eq!((last.status().as_u16(), header(&last, "upload-offset")?), (204, "25"));
    let report = talk.session.report();
    assert!(report.complete && report.final_given);
    assert_eq!(report.sha256, sha256(&talk.file));
    Ok(())
}

#[tokio::test]
async fn parts_are_joined_in_the_order_that_the_client_says() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    let (second, first) = (part(&talk, 10..25).await?, part(&talk, 0..10).await?);
    assert!(!talk.session.report().complete);
    let concat = format!("final;{first} {second}");
    let joined = talk.say("POST", talk.url(), &[VERSION, ("Upload-Concat", &concat)], &[]).await?;

    assert_eq!(joined.status().as_u16(), 201);
    let report = talk.session.report();
    assert!(report.complete && report.final_given);
    assert_eq!(report.sha256, sha256(&talk.file));
    Ok(())
}

#[tokio::test]
async fn a_part_that_is_not_whole_is_not_joined() -> Result<()> {
    let talk = Dialogue::begin(setup()).await?;

    let headers = [VERSION, ("Upload-Length", "25"), ("Upload-Concat", "partial")];
    let made = talk.say("POST", talk.url(), &headers, &[]).await?;
    let concat = format!("final;{}", header(&made, "location")?);
    let joined = talk.say("POST", talk.url(), &[VERSION, ("Upload-Concat", &concat)], &[]).await?;

    assert_eq!(joined.status().as_u16(), 400);
    assert!(!talk.session.report().complete);
    Ok(())
}

#[tokio::test]
async fn a_chunk_with_another_checksum_gets_460() -> Result<()> {
    let setup = Setup { digest: Some("sha-1".into()), create: false, ..setup() };
    let talk = Dialogue::begin(setup).await?;
    let sum = |bytes: &[u8]| format!("sha1 {}", BASE64_STANDARD.encode(Sha1::digest(bytes)));
    let patch = async |checksum: String| {
        let headers = [VERSION, OFFSETS, ("Upload-Offset", "0"), ("Upload-Checksum", &checksum)];
        Ok::<_, reqwest::Error>(talk.say("PATCH", talk.url(), &headers, &talk.file[..10]).await?.status().as_u16())
    };

    assert_eq!(patch(sum(&talk.file[1..11])).await?, 460);
    assert_eq!(patch("crc0 AAAA".into()).await?, 400);
    assert_eq!(patch(sum(&talk.file[..10])).await?, 204);
    Ok(())
}

#[tokio::test]
async fn a_request_without_a_version_is_refused_and_a_deleted_upload_is_gone() -> Result<()> {
    let talk = Dialogue::begin(Setup { create: false, ..setup() }).await?;

    assert_eq!(talk.say("HEAD", talk.url(), &[], &[]).await?.status().as_u16(), 412);
    assert_eq!(talk.say("DELETE", talk.url(), &[VERSION], &[]).await?.status().as_u16(), 204);
    assert_eq!(talk.say("HEAD", talk.url(), &[VERSION], &[]).await?.status().as_u16(), 404);
    Ok(())
}
