//! Other people's clients upload to the server, from a page of another origin, in Chromium: what counts is what the
//! server keeps.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reelway_api::{CreatedVideo, VideoStatus};
use reelway_e2e::{browser::Browser, server::Server, site::Site, turn, wait};
use serde_json::{Value, json};

const MIB: u64 = 1 << 20;

/// A page with the clients, and a server that it may call. Nothing is processed there, so that the file stays what it
/// was.
struct Scene {
    server: Server,
    browser: Browser,
    _site: Site,
}

impl Scene {
    async fn open() -> Result<Self> {
        let site = Site::of_clients().await?;
        let origins = format!("[\"{}\"]", site.url());
        let server = Server::start_with(&[("REELWAY_CORS_ORIGINS", &origins), ("REELWAY_ROLE", "api")]).await?;
        let browser = Browser::open().await?;
        browser.goto(site.url()).await?;
        Ok(Self { server, browser, _site: site })
    }

    /// Runs a script with `clients`, the arguments and a new file of so many bytes, which is kept as `made`.
    async fn run(&self, script: &str, size: u64, options: Value) -> Result<Value> {
        let script = format!(
            "const clients = await import('/clients.js');
             const [size, options] = arguments;
             globalThis.made = await clients.makeFile(size);
             const {{ file }} = globalThis.made;
             {script}"
        );
        self.browser.run(&script, vec![json!(size), options]).await
    }

    /// Asserts that the server has the file that was made last as this video's.
    async fn keeps(&self, video: &str, story: &str) -> Result<()> {
        let made = self.browser.run("return globalThis.made.sha256", Vec::new()).await?;
        let video = self.server.api().video(video).await?;
        ensure!(video.status == VideoStatus::Processing, "{story}: the video is {:?}", video.status);
        ensure!(video.title == "holiday.mp4", "{story}: it is called {}", video.title);
        let kept = self.server.sha256_of_original(&video)?;
        ensure!(made == kept.as_str(), "{story}: the server keeps another file: {kept} for {made}");
        Ok(())
    }

    /// An upload by tus-js-client to the creation endpoint, or to the URL that the options name. Gives its requests.
    async fn tus(&self, story: &str, size: u64, mut options: Value) -> Result<Vec<String>> {
        options["endpoint"] = json!(format!("{}/tus/", self.server.url()));
        let told =
            self.run("return clients.uploadByTus(file, options)", size, options).await.context(story.to_owned())?;
        ensure!(told["offset"] == json!(size), "{story}: it stands at {}", told["offset"]);
        self.keeps(told["video"].as_str().context("no video is named")?, story).await?;
        let log = told["log"].as_array().context("no log")?;
        Ok(log.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
    }
}

fn count(log: &[String], what: &str) -> usize {
    log.iter().filter(|line| line.starts_with(what)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_uploads_in_all_its_ways() {
    let _turn = turn().await;
    let scene = Scene::open().await.unwrap();
    let size = 5 * MIB + 4321;

    let log = scene.tus("in one request", size, json!({})).await.unwrap();
    assert_eq!(log, ["POST 201", "PATCH 0 204"]);
    let log = scene.tus("in chunks", size, json!({ "chunkSize": MIB })).await.unwrap();
    assert_eq!((count(&log, "POST"), count(&log, "PATCH")), (1, 6), "{log:?}");
    let log = scene.tus("in parallel", size, json!({ "parallelUploads": 3, "chunkSize": MIB })).await.unwrap();
    assert_eq!(count(&log, "POST"), 4, "three parts, and what they make: {log:?}");
    let options = json!({ "uploadDataDuringCreation": true, "chunkSize": MIB });
    let log = scene.tus("with the creation", size, options).await.unwrap();
    assert_eq!((count(&log, "POST"), count(&log, "PATCH")), (1, 5), "{log:?}");
    let options = json!({ "stream": true, "uploadLengthDeferred": true, "chunkSize": MIB });
    let log = scene.tus("from a stream without a length", size, options).await.unwrap();
    assert!(count(&log, "PATCH") >= 6, "{log:?}");
    let options = json!({ "overridePatchMethod": true, "addRequestId": true, "chunkSize": 2 * MIB });
    let log = scene.tus("through a proxy that knows no PATCH", size, options).await.unwrap();
    assert_eq!(count(&log, "POST"), 4, "{log:?}");

    let wish = "const request = { filename: file.name, size: file.size, content_type: file.type, protocol: 'tus' };
        const response = await fetch(`${options.server}/api/videos`, { method: 'POST', body: JSON.stringify(request),
            headers: { 'content-type': 'application/json' } });
        const created = await response.json();
        const uploadUrl = options.server + created.upload.url;
        return clients.uploadByTus(file, { uploadUrl, chunkSize: 1 << 20 });";
    let told = scene.run(wish, size, json!({ "server": scene.server.url() })).await.unwrap();
    scene.keeps(told["video"].as_str().unwrap(), "to a target").await.unwrap();
    assert_eq!(told["log"][0], "HEAD 200", "there is nothing to create: {}", told["log"]);
    assert!(scene.server.files().unwrap().iter().all(|path| path.extension().is_none_or(|kind| kind != "part")));
}

#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_goes_on_where_it_was() {
    let _turn = turn().await;
    let mut scene = Scene::open().await.unwrap();
    let size = 6 * MIB + 99;
    let log = scene.tus("aborted", size, json!({ "chunkSize": MIB, "abortAt": 3 * MIB })).await.unwrap();
    assert_eq!(count(&log, "POST"), 1, "{log:?}");
    let after: Vec<&String> = log.iter().skip_while(|line| *line != "abort").skip(1).collect();
    assert_eq!(after[..2], ["HEAD 200", &format!("PATCH {} 204", 3 * MIB)], "{log:?}");
    // Of a part.
    let options = json!({ "parallelUploads": 3, "chunkSize": MIB / 2, "abortAt": MIB });
    let log = scene.tus("aborted in parallel", size, options).await.unwrap();
    // A chunk that the client has given up may reach the server after the client's HEAD: it is kept, the next chunk is
    // told so by a 409, and the client asks once more.
    let told = log.iter().filter(|line| line.starts_with("PATCH") && line.ends_with("409")).count();
    assert_eq!((count(&log, "POST"), count(&log, "HEAD")), (4, 3 + told), "{log:?}");

    // The server dies, as in a power cut, and comes back.
    scene.browser.limit_upload(Some(8 * MIB)).await.unwrap();
    let started = "globalThis.running = clients.uploadByTus(file, options); globalThis.running.catch(() => {});";
    for parallel in [1, 3] {
        let endpoint = format!("{}/tus", scene.server.url());
        let options = json!({ "endpoint": endpoint, "parallelUploads": parallel, "chunkSize": MIB / 2 });
        scene.run(started, 16 * MIB, options).await.unwrap();
        let arrived = async || Ok(scene.server.bytes_arrived()? > 5 * MIB);
        wait::until_true("a third has arrived", Duration::from_secs(30), arrived).await.unwrap();
        scene.server.kill().unwrap();
        let kept = scene.server.bytes_arrived().unwrap();
        assert!(kept < 16 * MIB, "it was killed too late to prove anything");
        scene.server.restart().await.unwrap();
        let told = scene.browser.run("return globalThis.running", Vec::new()).await.unwrap();
        scene.keeps(told["video"].as_str().unwrap(), "over a killed server").await.unwrap();
        let requests = told["log"].as_array().map_or(0, Vec::len);
        println!("tus-js-client, {parallel} at once: killed with {kept} bytes, done with {requests} requests");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn upchunk_uploads_to_a_target() {
    let _turn = turn().await;
    let scene = Scene::open().await.unwrap();
    for (story, size, options) in [
        ("in one chunk", 3 * MIB, json!({})),
        ("in chunks", 5 * MIB + 4321, json!({ "chunkSize": 1024 })),
        ("in chunks that end with the file", 4 * MIB, json!({ "chunkSize": 512 })),
    ] {
        let created = scene.server.api().create("holiday.mp4", Some(size)).await.unwrap();
        let CreatedVideo { video, upload } = created.map_err(|refused| refused.error.message).unwrap();
        let mut options = options;
        options["endpoint"] = json!(format!("{}{}", scene.server.url(), upload.url));
        let told = scene.run("return clients.uploadByUpChunk(file, options)", size, options).await.unwrap();
        scene.keeps(&video.id, story).await.unwrap();
        assert_eq!(told["progress"].as_array().and_then(|all| all.last()), Some(&json!(100)), "{story}");
    }
}
