use anyhow::{Context, Result};
use reelway_fault_provider::{Fault, Kind, Protocol, Setup, Step, content::sha256};
use serde_json::{Value, json};

use crate::client::{Dialogue, header};

fn s3() -> Setup {
    Setup { quantum: 10, presigned: true, list_page: 2, ..Setup::new(Protocol::S3Multipart, 45) }
}

impl Dialogue {
    fn multipart(&self, member: &str) -> &str {
        self.target["multipart"][member].as_str().unwrap_or_default()
    }

    async fn part(&self, number: usize, bytes: std::ops::Range<usize>) -> Result<String> {
        let url = self.target["multipart"]["part_urls"][number - 1].as_str().context("no URL")?;
        let answer = self.say("PUT", url, &[], &self.file[bytes]).await?;
        assert_eq!(answer.status().as_u16(), 200);
        Ok(header(&answer, "etag")?.to_owned())
    }

    async fn complete(&self, parts: &[(usize, &str)]) -> Result<(u16, String)> {
        let parts: String = parts
            .iter()
            .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"))
            .collect();
        let xml = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let answer = self.say("POST", self.multipart("complete_url"), &[], xml.as_bytes()).await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

#[tokio::test]
async fn parts_with_gaps_in_their_numbers_become_the_object() -> Result<()> {
    let talk = Dialogue::begin(s3()).await?;

    let last = talk.part(4, 30..45).await?;
    let first = talk.part(1, 0..30).await?;
    let (status, body) = talk.complete(&[(1, &first), (4, &last)]).await?;

    assert_eq!(status, 200);
    assert!(body.contains("CompleteMultipartUploadResult"));
    let report = talk.session.report();
    assert!(report.complete && report.final_given);
    assert_eq!(report.sha256, sha256(&talk.file));
    Ok(())
}

#[tokio::test]
async fn parts_are_listed_page_by_page() -> Result<()> {
    let talk = Dialogue::begin(s3()).await?;
    for number in 1..=3 {
        talk.part(number, (number - 1) * 10..number * 10).await?;
    }

    let page = async |marker: &str| {
        let url = format!("{}{marker}", talk.multipart("list_url"));
        talk.say("GET", &url, &[], &[]).await?.text().await
    };
    let (first, second) = (page("").await?, page("&part-number-marker=2").await?);

    assert!(first.contains("<IsTruncated>true<") && first.contains("<NextPartNumberMarker>2<"), "{first}");
    assert_eq!(first.matches("<Size>10</Size>").count(), 2);
    assert!(second.contains("<IsTruncated>false<") && second.contains("<PartNumber>3<"), "{second}");
    Ok(())
}

#[tokio::test]
async fn a_completion_that_does_not_fit_is_refused() -> Result<()> {
    let talk = Dialogue::begin(s3()).await?;
    let (first, second) = (talk.part(1, 0..5).await?, talk.part(2, 10..20).await?);

    let answers = [
        (talk.complete(&[(1, "\"0\"")]).await?, "InvalidPart"),
        (talk.complete(&[(3, &first)]).await?, "InvalidPart"),
        (talk.complete(&[(2, &second), (1, &first)]).await?, "InvalidPartOrder"),
        (talk.complete(&[(1, &first), (2, &second)]).await?, "EntityTooSmall"),
        (talk.complete(&[]).await?, "MalformedXML"),
    ];

    for ((status, body), code) in answers {
        assert_eq!(status, 400);
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{body}");
    }
    assert!(!talk.session.report().complete);
    Ok(())
}

#[tokio::test]
async fn parts_are_signed_on_request_and_an_error_can_hide_in_a_200() -> Result<()> {
    let script = vec![Step::once(Kind::Complete, 1, Fault::NotYet { proof: false })];
    let talk = Dialogue::begin(Setup { presigned: false, script, ..s3() }).await?;

    let asked = json!({ "parts": [2] }).to_string();
    let signed = talk.say("POST", talk.multipart("sign_url"), &[], asked.as_bytes());
    let urls: Value = signed.await?.json().await?;
    let url = urls["urls"][0].as_str().context("no URL")?;
    let put = talk.say("PUT", url, &[], &talk.file).await?;
    let other_part = talk.say("PUT", &url.replace("partNumber=2", "partNumber=3"), &[], &talk.file).await?;
    let etag = header(&put, "etag")?;
    let (status, body) = talk.complete(&[(2, etag)]).await?;

    assert_eq!(other_part.status().as_u16(), 403);
    assert_eq!(status, 200);
    assert!(body.contains("<Error><Code>InternalError</Code>"), "{body}");
    assert!(!talk.session.report().final_given);
    let (_, body) = talk.complete(&[(2, etag)]).await?;
    assert!(body.contains("CompleteMultipartUploadResult"));
    Ok(())
}

#[tokio::test]
async fn ocis_parts_are_committed_in_the_order_of_their_numbers() -> Result<()> {
    let talk = Dialogue::begin(Setup::new(Protocol::OciMultipart, 25)).await?;

    let opened: Value = talk.say("PUT", talk.url(), &[("opc-multipart", "true")], &[]).await?.json().await?;
    let access = opened["accessUri"].as_str().context("no accessUri")?;
    for (number, bytes) in [(7, 10..25), (1, 0..10)] {
        let put = talk.say("PUT", &format!("{access}{number}"), &[], &talk.file[bytes]).await?;
        assert!(header(&put, "etag").is_ok());
    }
    let committed = talk.say("POST", access, &[], &[]).await?;

    assert_eq!(committed.status().as_u16(), 200);
    let report = talk.session.report();
    assert!(report.complete && report.final_given);
    assert_eq!(report.sha256, sha256(&talk.file));
    Ok(())
}
