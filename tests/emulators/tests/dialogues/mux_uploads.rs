//! The URL of a direct upload: Google's resumable protocol.

use anyhow::{Context, Result};
use reelway_emulators::{
    fault::{Fault, Spoil},
    mux::{Mux, Setup},
    secret,
};
use reelway_fault_provider::content::content;
use reqwest::Response;
use serde_json::{Value, json};

use crate::client::{basic, film, header, json, say};

const QUANTUM: usize = 262_144;

struct Upload {
    mux: Mux,
    id: String,
    url: String,
    file: Vec<u8>,
}

impl Upload {
    async fn begin(size: usize) -> Result<Self> {
        Self::begin_with(size, Setup::new(film()?)).await
    }

    async fn begin_with(size: usize, setup: Setup) -> Result<Self> {
        let mux = Mux::start(setup).await?;
        let asked =
            json!({ "cors_origin": "https://app.example", "new_asset_settings": { "playback_policies": ["public"] } });
        let made = api(&mux, "POST", "/video/v1/uploads", &asked).await?;
        let text = |name: &str| made["data"][name].as_str().map(str::to_owned).context("the upload lacks a field");
        let (id, url) = (text("id")?, text("url")?);
        Ok(Self { mux, id, url, file: content(3, size) })
    }

    async fn put(&self, range: &str, body: &[u8]) -> Result<Response> {
        say("PUT", &self.url, &[("Content-Range", range), ("Origin", "https://app.example")], body).await
    }

    async fn chunk(&self, first: usize, end: usize) -> Result<Response> {
        let range = format!("bytes {first}-{}/{}", end - 1, self.file.len());
        self.put(&range, &self.file[first..end]).await
    }

    fn is_received(&self) -> Result<bool> {
        Ok(self.mux.received(&self.id)? == (self.file.len(), secret::sha256(&self.file)))
    }
}

async fn api(mux: &Mux, method: &str, path: &str, body: &Value) -> Result<Value> {
    let url = format!("{}{path}", mux.hosts().api);
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    json(say(method, &url, &[("Authorization", &basic("id", "secret"))], &body).await?).await
}

#[tokio::test]
async fn chunks_are_acknowledged_by_range_and_the_last_completes_the_file() -> Result<()> {
    let upload = Upload::begin(2 * QUANTUM + 100).await?;

    let nothing = upload.put(&format!("bytes */{}", upload.file.len()), &[]).await?;
    let first = upload.chunk(0, QUANTUM).await?;
    let question = upload.put("bytes */*", &[]).await?;
    let again = upload.chunk(0, 2 * QUANTUM).await?;
    let last = upload.chunk(2 * QUANTUM, upload.file.len()).await?;
    let late = upload.put(&format!("bytes */{}", upload.file.len()), &[]).await?;

    assert_eq!((nothing.status().as_u16(), header(&nothing, "Range")), (308, ""), "nothing is stored");
    assert_eq!((first.status().as_u16(), header(&first, "Range")), (308, "bytes=0-262143"));
    assert_eq!((question.status().as_u16(), header(&question, "Range")), (308, "bytes=0-262143"));
    assert_eq!(header(&again, "Range"), "bytes=0-524287", "what is held already is skipped");
    assert_eq!((last.status().as_u16(), late.status().as_u16()), (200, 200));
    assert!(upload.is_received()?);
    Ok(())
}

#[tokio::test]
async fn a_file_comes_in_one_request_or_without_its_length_being_known() -> Result<()> {
    let whole = Upload::begin(1000).await?;
    let sent = say("PUT", &whole.url, &[], &whole.file).await?;
    let unknown = Upload::begin(QUANTUM).await?;
    let chunk = unknown.put(&format!("bytes 0-{}/*", QUANTUM - 1), &unknown.file).await?;
    let end = unknown.put(&format!("bytes */{QUANTUM}"), &[]).await?;

    assert_eq!(sent.status(), 200);
    assert!(whole.is_received()?);
    assert_eq!((chunk.status().as_u16(), end.status().as_u16()), (308, 200));
    assert!(unknown.is_received()?);
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_refused() -> Result<()> {
    let upload = Upload::begin(4 * QUANTUM).await?;
    let size = upload.file.len();

    let gap = upload.chunk(QUANTUM, 2 * QUANTUM).await?;
    let odd = upload.chunk(0, 1000).await?;
    let short = upload.put(&format!("bytes 0-{}/{size}", QUANTUM - 1), &upload.file[..10]).await?;
    let wrong = upload.put("bytes 5-2/10", &[]).await?;
    upload.chunk(0, QUANTUM).await?;
    let other =
        upload.put(&format!("bytes {QUANTUM}-{}/{}", 2 * QUANTUM - 1, size + 1), &upload.file[..QUANTUM]).await?;
    let stranger = say("PUT", &upload.url.replace("token=", "token=x"), &[], &[]).await?;

    let statuses = [gap, odd, short, wrong, other, stranger].map(|answer| answer.status().as_u16());
    assert_eq!(statuses, [503, 400, 400, 400, 400, 403]);
    assert_eq!(upload.mux.received(&upload.id)?.0, QUANTUM);
    Ok(())
}

#[tokio::test]
async fn an_upload_that_is_over_takes_nothing_more() -> Result<()> {
    let cancelled = Upload::begin(1000).await?;
    api(&cancelled.mux, "PUT", &format!("/video/v1/uploads/{}/cancel", cancelled.id), &Value::Null).await?;
    let late = Upload::begin(1000).await?;
    late.mux.desk().clock.advance(std::time::Duration::from_secs(3601));
    let deleted = Upload::begin(1000).await?;
    let gone = say("DELETE", &deleted.url, &[], &[]).await?;

    assert_eq!(cancelled.chunk(0, 1000).await?.status(), 410);
    assert_eq!(late.chunk(0, 1000).await?.status(), 404);
    assert_eq!((gone.status().as_u16(), deleted.chunk(0, 1000).await?.status().as_u16()), (499, 499));
    Ok(())
}

#[tokio::test]
async fn a_script_may_send_from_the_origin_that_was_named_and_reads_range_unless_it_is_hidden() -> Result<()> {
    let open = Upload::begin(2 * QUANTUM).await?;
    let hidden = Upload::begin_with(2 * QUANTUM, Setup { exposes_range: false, ..Setup::new(film()?) }).await?;
    let asked = [("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "content-range")];

    let mine = say("OPTIONS", &open.url, &[asked[0], asked[1], ("Origin", "https://app.example")], &[]).await?;
    let strange = say("OPTIONS", &open.url, &[asked[0], asked[1], ("Origin", "https://evil.example")], &[]).await?;
    let shown = open.chunk(0, QUANTUM).await?;
    let unseen = hidden.chunk(0, QUANTUM).await?;

    assert_eq!(header(&mine, "Access-Control-Allow-Origin"), "https://app.example");
    assert_eq!(header(&mine, "Access-Control-Allow-Headers"), "content-range");
    assert_eq!(header(&strange, "Access-Control-Allow-Origin"), "");
    assert!(header(&shown, "Access-Control-Expose-Headers").contains("Range"));
    assert!(!header(&unseen, "Access-Control-Expose-Headers").contains("Range"));
    Ok(())
}

#[tokio::test]
async fn google_no_308_gives_200_with_the_real_status_in_a_header() -> Result<()> {
    let upload = Upload::begin(2 * QUANTUM).await?;
    let range = format!("bytes 0-{}/{}", QUANTUM - 1, 2 * QUANTUM);
    let headers = [("Content-Range", range.as_str()), ("X-GUploader-No-308", "yes")];

    let answer = say("PUT", &upload.url, &headers, &upload.file[..QUANTUM]).await?;

    assert_eq!((answer.status().as_u16(), header(&answer, "X-HTTP-Status-Code-Override")), (200, "308"));
    Ok(())
}

#[tokio::test]
async fn faults_befall_what_they_name() -> Result<()> {
    let upload = Upload::begin(QUANTUM).await?;
    let faults = &upload.mux.desk().faults;
    faults.add(Fault::next(Spoil::Status { status: 429, retry_after: Some(7), body: String::new() }).of_host("upload"));
    faults.add(Fault::next(Spoil::Unanswered).of_host("upload"));
    faults.add(Fault::next(Spoil::Truncated).on("GET", "/video/v1/uploads/"));

    let slow = upload.chunk(0, QUANTUM).await?;
    let lost = upload.chunk(0, QUANTUM).await;
    let cut = api(&upload.mux, "GET", &format!("/video/v1/uploads/{}", upload.id), &Value::Null).await;
    let whole = api(&upload.mux, "GET", &format!("/video/v1/uploads/{}", upload.id), &Value::Null).await?;

    assert_eq!((slow.status().as_u16(), header(&slow, "Retry-After")), (429, "7"));
    assert!(lost.is_err(), "the answer never comes");
    assert!(upload.is_received()?, "and yet it was done");
    assert!(cut.is_err(), "half of JSON is none");
    assert_eq!(whole["data"]["status"], "asset_created");
    Ok(())
}
