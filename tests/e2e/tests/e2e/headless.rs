//! `createUpload`, in a page without wasm of its own, on another origin than the server's.

use std::path::Path;

use reelway_api::VideoStatus;
use reelway_e2e::{
    browser::Browser,
    media::{self, Media},
    page::SOON,
    server::Server,
    site::Site,
    turn, wait,
};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::captions::{TICKETS, ticket};

/// A page that has chosen a file, and a server that lets the page call it.
struct Story {
    server: Server,
    browser: Browser,
    site: Site,
}

impl Story {
    async fn begin(file: &Path) -> Self {
        Self::begin_with(file, &[]).await
    }

    /// With more variables of the server set.
    async fn begin_with(file: &Path, settings: &[(&'static str, &str)]) -> Self {
        let site = Site::start().await.unwrap();
        let origins = json!([site.url()]).to_string();
        let settings = [&[("REELWAY_CORS_ORIGINS", origins.as_str())], settings].concat();
        let server = Server::start_with(&settings).await.unwrap();
        let browser = Browser::open().await.unwrap();
        browser.goto(site.url()).await.unwrap();
        let story = Self { server, browser, site };
        story.choose(file).await;
        story
    }

    async fn choose(&self, file: &Path) {
        let input = self.browser.find(By::Css("input[type=file]")).await.unwrap();
        input.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    /// Runs a function body with the chosen `file`, the server's URL as `server`, and what the module exports.
    async fn run(&self, body: &str) -> Value {
        let script = format!(
            "const {{ createUpload, listUnfinished, resumeUpload }} = await import('/upload.js');
             const file = document.querySelector('input')?.files[0], server = arguments[0];
             {body}"
        );
        self.browser.run(&script, vec![json!(self.server.url())]).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_uploads_to_a_reelway_server_and_hears_how_it_goes() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(5 << 20).unwrap();
    let story = Story::begin(&file).await;

    let told = story
        .run(
            "const upload = createUpload(file, { endpoint: server, chunkSize: 1 << 20 });
             const told = [], sent = [];
             for (const name of ['uploadstart', 'chunkattempt', 'success', 'uploaderror']) {
                 upload.addEventListener(name, () => told.push(name));
             }
             upload.addEventListener('progress', ({ detail }) => sent.push(detail.acknowledged));
             const result = await upload.result;
             return { told, sent, result, state: upload.state, id: upload.videoId };",
        )
        .await;

    let attempts = std::fs::metadata(&file).unwrap().len().div_ceil(1 << 20) as usize;
    let mut expected = vec!["uploadstart"];
    expected.extend(std::iter::repeat_n("chunkattempt", attempts));
    expected.push("success");
    assert_eq!(told["told"], json!(expected));
    let sent: Vec<u64> = serde_json::from_value(told["sent"].clone()).unwrap();
    assert!(sent.is_sorted() && sent.last() == Some(&std::fs::metadata(&file).unwrap().len()), "{sent:?}");
    assert_eq!(told["state"], "done");
    let video = story.server.api().video(told["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(told["result"]["videoId"], video.id.as_str());
    assert_eq!(story.server.sha256_of_original(&video).unwrap(), media::sha256(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_for_targets_itself_is_asked_again_and_may_refuse() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(2 << 20).unwrap();
    let story = Story::begin(&file).await;

    let told = story
        .run(
            "let asked = 0;
             const target = async (file) => {
                 asked += 1;
                 if (asked === 1) return new URL('/u/long-gone', server);
                 const body = JSON.stringify({ filename: file.name, size: file.size });
                 const headers = { 'content-type': 'application/json' };
                 const answer = await fetch(`${server}/api/videos`, { method: 'POST', headers, body });
                 const { upload } = await answer.json();
                 return { ...upload, url: new URL(upload.url, server) };
             };
             const { body } = await createUpload(file, { target }).result;
             const refuse = () => { throw Object.assign(new Error('Nothing left.'), { retriable: false }) };
             const refused = await createUpload(file, { target: refuse }).result.catch((error) => error);
             return { asked, body, refused: [refused.name, refused.code, refused.message, refused.retriable] };",
        )
        .await;

    assert_eq!(told["asked"], 2, "once more after the first target was gone");
    let last: Value = serde_json::from_str(told["body"].as_str().unwrap()).unwrap();
    let video = story.server.api().video(last["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(story.server.sha256_of_original(&video).unwrap(), media::sha256(&file).unwrap());
    assert_eq!(told["refused"], json!(["UploadError", "no_target", "Nothing left.", false]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_uploads_by_tus_to_a_target_and_in_parallel_parts() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(5 << 20).unwrap();
    let story = Story::begin(&file).await;
    let sha256 = media::sha256(&file).unwrap();

    for (way, target) in [
        (
            "to a target",
            "const body = JSON.stringify({ filename: file.name, size: file.size, protocol: 'tus' });
             const headers = { 'content-type': 'application/json' };
             const answer = await fetch(`${server}/api/videos`, { method: 'POST', headers, body });
             const created = await answer.json();
             const target = { ...created.upload, url: new URL(created.upload.url, server).href };",
        ),
        (
            "in parallel parts",
            "const target = { protocol: 'tus', url: `${server}/tus`, create: true, parallel: 3, min_chunk: 1,
                 chunk_multiple: 1, max_chunk: 1 << 20, digest: 'sha-256', headers: {} };",
        ),
    ] {
        let rest = "const upload = createUpload(file, { target, chunkSize: 1 << 20 });
                    await upload.result;
                    return upload.state;";
        assert_eq!(story.run(&format!("{target}{rest}")).await, "done", "{way}");
        let videos = story.server.api().videos().await.unwrap();
        assert_ne!(videos[0].status, VideoStatus::AwaitingUpload, "{way}");
        assert_eq!(story.server.sha256_of_original(&videos[0]).unwrap(), sha256, "{way}");
    }
    let log = story.server.log_text().unwrap();
    assert!(log.matches("method=POST route=\"/tus\"").count() >= 4, "three parts or more, and what they make");
    assert_eq!(story.server.api().videos().await.unwrap().len(), 2, "parts are no videos");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_pauses_and_goes_on_and_cancels() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(8 << 20).unwrap();
    let story = Story::begin(&file).await;
    story.browser.limit_upload(Some(2 << 20)).await.unwrap();

    let told = story
        .run(
            "const states = [];
             const upload = createUpload(file, { endpoint: server, chunkSize: 1 << 20 });
             upload.addEventListener('statechange', ({ detail }) => states.push(detail.state));
             await new Promise((done) => upload.addEventListener('chunksuccess', done, { once: true }));
             upload.pause();
             upload.resume();
             await new Promise((done) => upload.addEventListener('chunksuccess', done, { once: true }));
             upload.cancel();
             const error = await upload.result.catch((error) => error);
             return { states, code: error.code, id: upload.videoId };",
        )
        .await;

    assert_eq!(told["states"], json!(["uploading", "paused", "uploading", "cancelled"]));
    assert_eq!(told["code"], "cancelled");
    let id = told["id"].as_str().unwrap();
    wait::until_true("the server has forgotten it", SOON, async || {
        let videos = story.server.api().videos().await?;
        let left = videos.into_iter().find(|video| video.id == id && video.status != VideoStatus::Cancelled);
        Ok(left.is_none() && story.server.bytes_arrived()? == 0)
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_on_with_what_an_earlier_page_began() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(8 << 20).unwrap();
    let other = media.short().unwrap();
    let story = Story::begin(&file).await;
    story.browser.limit_upload(Some(2 << 20)).await.unwrap();
    let begun = story
        .run(
            "const upload = createUpload(file, { endpoint: server, chunkSize: 1 << 20 });
             for (let chunks = 0; chunks < 3; chunks += 1) {
                 await new Promise((done) => upload.addEventListener('chunksuccess', done, { once: true }));
             }
             upload.pause();
             return { id: upload.videoId, acknowledged: upload.progress.acknowledged, own: (await listUnfinished({ endpoint: server })).length };",
        )
        .await;
    assert_eq!(begun["own"], 0, "its own upload is not interrupted");

    // The page asks before it is left while bytes are unsent.
    story
        .browser
        .run("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);", vec![])
        .await
        .unwrap();
    story.browser.goto(story.site.url()).await.unwrap();
    story.browser.limit_upload(None).await.unwrap();
    let refused = {
        story.choose(&other).await;
        story
            .run(
                "const [entry] = await listUnfinished({ endpoint: server });
                 const { name, needsFile, runsElsewhere, acknowledged, videoId } = entry;
                 const { code } = await resumeUpload(entry, file, { endpoint: server }).result.catch((error) => error);
                 return { name, needsFile, runsElsewhere, acknowledged, videoId, code };",
            )
            .await
    };
    assert_eq!(refused["code"], "different_file");
    assert_eq!((&refused["name"], &refused["videoId"]), (&json!("large.mp4"), &begun["id"]));
    assert_eq!((&refused["needsFile"], &refused["runsElsewhere"]), (&json!(true), &json!(false)));
    assert!(refused["acknowledged"].as_u64() > Some(1 << 20), "{refused}");

    story.choose(&file).await;
    let told = story
        .run(
            "const [entry] = await listUnfinished({ endpoint: server });
             const upload = resumeUpload(entry, file, { endpoint: server });
             const starts = [];
             upload.addEventListener('chunkattempt', ({ detail }) => starts.push(detail.start));
             const { videoId } = await upload.result;
             return { starts, videoId, name: upload.file.name, left: (await listUnfinished({ endpoint: server })).length };",
        )
        .await;
    assert!(told["starts"][0].as_u64() >= begun["acknowledged"].as_u64(), "{told}, {begun}");
    assert_eq!((&told["videoId"], &told["left"]), (&begun["id"], &json!(0)));
    let video = story.server.api().video(told["videoId"].as_str().unwrap()).await.unwrap();
    assert_eq!(story.server.sha256_of_original(&video).unwrap(), media::sha256(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gives_up_what_an_earlier_page_began() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(4 << 20).unwrap();
    let story = Story::begin(&file).await;
    story.browser.limit_upload(Some(1 << 20)).await.unwrap();
    story
        .run(
            "const upload = createUpload(file, { endpoint: server, chunkSize: 1 << 20 });
             await new Promise((done) => upload.addEventListener('chunksuccess', done, { once: true }));
             upload.pause();",
        )
        .await;
    story
        .browser
        .run("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);", vec![])
        .await
        .unwrap();
    story.browser.goto(story.site.url()).await.unwrap();

    let left = story
        .run(
            "const [entry] = await listUnfinished({ endpoint: server });
             await entry.discard();
             return (await listUnfinished({ endpoint: server })).length;",
        )
        .await;

    assert_eq!(left, 0);
    wait::until_true("the server has forgotten it", SOON, async || Ok(story.server.bytes_arrived()? == 0))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_brings_tickets_and_says_which_provider_a_file_goes_to() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(5 << 20).unwrap();
    let archive = [("REELWAY_PROVIDERS__LOCAL__KIND", "local"), ("REELWAY_PROVIDERS__ARCHIVE__KIND", "local")];
    let story = Story::begin_with(&file, &[&TICKETS[..], &archive].concat()).await;
    let given = ticket(&[]);

    let told = story
        .run(&format!(
            "let asked = 0;
             const given = '{given}';
             const ticket = async () => {{ asked += 1; return given; }};
             const fails = (options) => createUpload(file, {{ endpoint: server, ...options }}).result.catch((error) => error.code);
             const {{ videoId }} = await createUpload(file, {{ endpoint: server, ticket, provider: 'archive' }}).result;
             const {{ videoId: other }} = await createUpload(file, {{ endpoint: server, ticket: given }}).result;
             const headers = {{ authorization: `Bearer ${{given}}` }};
             const of = async (id) => (await (await fetch(`${{server}}/api/videos/${{id}}`, {{ headers }})).json()).provider;
             return {{
                 asked, chosen: await of(videoId), unasked: await of(other),
                 stranger: await fails({{}}), gone: await fails({{ ticket, provider: 'gone' }}),
                 nonsense: await fails({{ ticket, provider: 7 }}),
             }};"
        ))
        .await;

    assert_eq!(told["asked"], 1, "for all requests of an upload");
    assert_eq!((&told["chosen"], &told["unasked"]), (&json!("archive"), &json!("local")));
    assert_eq!((&told["stranger"], &told["gone"]), (&json!("unauthorized"), &json!("bad_request")));
    assert_eq!(told["nonsense"], "bad_options");
}
