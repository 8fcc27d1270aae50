//! A job, from an object in one bucket to a stream that plays.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use reelway_emulators::{
    film,
    oci::{Oci, Setup, media::Outcome},
};
use serde_json::{Value, json};

use crate::{
    client::{film, say, status, until},
    hook::Receiver,
    oci_signer::Signer,
};

struct Tenant {
    oci: Oci,
    signer: Signer,
}

impl Tenant {
    async fn start(setup: Setup) -> Result<Self> {
        let oci = Oci::start(setup).await?;
        let signer = Signer::of(&oci)?;
        Ok(Self { oci, signer })
    }

    async fn media(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        self.signer.ask(&self.oci, method, &format!("{}/20211101/{path}", self.oci.hosts().media), body).await
    }

    async fn job(&self, id: &str) -> Result<Value> {
        self.media("GET", &format!("mediaWorkflowJobs/{id}"), &Value::Null).await
    }

    /// Begins a job of a workflow that fetches, transcodes and puts. Gives its id.
    async fn begin(&self) -> Result<String> {
        let put = |source: &str, name: &str, registers: bool| {
            json!({ "namespaceName": "ns", "bucketName": "out", "source": source, "objectName": name,
                    "assetCompartmentId": "c", "registerMetadata": registers })
        };
        let tasks = json!([
            { "type": "getFiles", "version": 1, "key": "getFiles", "prerequisites": [], "parameters": { "taskParameters": [
                { "storageType": "objectStorage", "namespaceName": "ns", "bucketName": "in", "objectName": "${/src}" } ] } },
            { "type": "transcode", "version": 1, "key": "transcode", "prerequisites": ["getFiles"], "parameters": {
                "standardTranscode": { "outputPrefix": "p", "packaging": { "packageType": "hls" } } } },
            { "type": "putFiles", "version": 1, "key": "putFiles", "prerequisites": ["transcode"], "parameters": {
                "taskParameters": [put("master.m3u8", "v/master.m3u8", true), put("*.m3u8", "v/", false),
                                   put("*.fmp4", "v/", false)] } },
        ]);
        let asked = json!({ "displayName": "w", "compartmentId": "c", "tasks": tasks });
        let workflow = self.media("POST", "mediaWorkflows", &asked).await?["id"].clone();
        let asked = json!({ "workflowIdentifierType": "ID", "mediaWorkflowId": workflow, "compartmentId": "c",
                            "parameters": { "src": "a.mp4" } });
        let job = self.media("POST", "mediaWorkflowJobs", &asked).await?;
        job["id"].as_str().map(str::to_owned).with_context(|| job.to_string())
    }

    async fn put(&self) -> Result<()> {
        let url = format!("{}/n/ns/b/in/o/a.mp4", self.oci.hosts().storage);
        let headers = self.signer.sign(&self.oci, "PUT", &url, b"film", &crate::oci_signer::BASIC)?;
        crate::oci_signer::send("PUT", &url, &headers, b"film").await?.error_for_status()?;
        Ok(())
    }
}

#[tokio::test]
async fn a_job_is_accepted_in_progress_and_succeeds_on_the_clock() -> Result<()> {
    let setup = Setup { processing: Duration::from_secs(60), ..Setup::new(film()?) };
    let tenant = Tenant::start(setup).await?;
    tenant.put().await?;

    let id = tenant.begin().await?;
    let early = tenant.job(&id).await?;
    tenant.oci.desk().clock.advance(Duration::from_secs(61));
    let late = tenant.job(&id).await?;

    assert_eq!(early["lifecycleState"], "IN_PROGRESS");
    assert_eq!((&early["timeEnded"], &early["outputs"]), (&Value::Null, &json!([])));
    assert_eq!(late["lifecycleState"], "SUCCEEDED", "{late}");
    assert!(late["taskLifecycleState"].as_array().is_some_and(|tasks| tasks.len() == 3));
    Ok(())
}

#[tokio::test]
async fn a_task_that_fails_ends_the_job_and_those_after_it() -> Result<()> {
    let tenant = Tenant::start(Setup::new(film()?)).await?;
    tenant.put().await?;
    tenant.oci.next_outcome(Outcome::Failed { task: "transcode".into() });

    let id = tenant.begin().await?;
    let job = tenant.job(&id).await?;

    let states: Vec<&Value> = (0..3).map(|task| &job["taskLifecycleState"][task]["lifecycleState"]).collect();
    assert_eq!(job["lifecycleState"], "FAILED");
    assert_eq!(states, ["SUCCEEDED", "FAILED", "CANCELED"]);
    Ok(())
}

#[tokio::test]
async fn what_a_job_has_put_plays_from_the_bucket() -> Result<()> {
    let tenant = Tenant::start(Setup::new(film()?)).await?;
    tenant.put().await?;
    let id = tenant.begin().await?;
    assert_eq!(tenant.job(&id).await?["lifecycleState"], "SUCCEEDED");
    let asked = json!({ "name": "play", "accessType": "AnyObjectRead", "timeExpires": "2099-01-01T00:00:00Z" });
    let url = format!("{}/n/ns/b/out/p", tenant.oci.hosts().storage);
    let request = tenant.signer.ask(&tenant.oci, "POST", &url, &asked).await?;

    let master = format!("{}v/master.m3u8", request["fullPath"].as_str().unwrap_or_default());
    frames(&master).await
}

#[tokio::test]
async fn an_asset_in_a_channel_plays_by_a_token_encrypted_or_not() -> Result<()> {
    let tenant = Tenant::start(Setup::new(film()?)).await?;
    tenant.put().await?;
    let id = tenant.begin().await?;
    let asset = tenant.job(&id).await?["outputs"][0]["id"].clone();
    let channel = tenant
        .media("POST", "streamDistributionChannels", &json!({ "displayName": "c", "compartmentId": "c" }))
        .await?["id"]
        .clone();
    let channel = channel.as_str().context("the channel has no id")?;
    let ingest =
        json!({ "ingestPayloadType": "ASSET_METADATA_MEDIA_ASSET", "mediaAssetId": asset, "compartmentId": "c" });
    let job = tenant.media("POST", &format!("streamDistributionChannels/{channel}/actions/ingest"), &ingest).await?;
    let job = tenant.job(job["mediaWorkflowJobId"].as_str().unwrap_or_default()).await?;
    assert_eq!(job["lifecycleState"], "SUCCEEDED", "{job}");

    for algorithm in ["NONE", "AES128"] {
        let asked = json!({ "distributionChannelId": channel, "displayName": algorithm, "streamPackagingFormat": "HLS",
                            "segmentTimeInSeconds": 6, "encryption": { "algorithm": algorithm } });
        let packaging = tenant.media("POST", "streamPackagingConfigs", &asked).await?["id"].clone();
        let streams = &tenant.oci.hosts().streams;
        let asked = json!({ "scopes": ["PLAYLIST", "EDGE"], "packagingConfigId": packaging, "assetIds": [asset] });
        let url = format!("{streams}/20211101/actions/generateSessionToken");
        let token = tenant.signer.ask(&tenant.oci, "POST", &url, &asked).await?["token"].clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let playlist = format!(
            "{streams}/20211101/actions/generatePlaylist?streamPackagingConfigId={}&mediaAssetId={}",
            text(&packaging),
            text(&asset)
        );
        let url = format!("{playlist}&token={}", text(&token));
        frames(&url).await.with_context(|| algorithm.to_owned())?;
        let bearer = format!("Bearer {}", text(&token));
        assert_eq!(say("GET", &playlist, &[("Authorization", &bearer)], &[]).await?.status(), 200);
        assert_eq!(status(&playlist).await?, 401, "without a token");
        assert_eq!(status(&url.replace(&text(&asset), "other")).await?, 401, "another asset");
    }
    Ok(())
}

#[tokio::test]
async fn the_end_of_a_job_is_told_to_whoever_has_confirmed() -> Result<()> {
    let (tenant, receiver) = (Tenant::start(Setup::new(film()?)).await?, Receiver::start(&[]).await?);
    tenant.oci.subscribe("ocid1.onstopic.oc1.phx.t", &receiver.url, &json!({}));
    until("the request to confirm", || (receiver.calls().len() == 1).then_some(())).await?;
    let url = receiver.calls()[0].header("x-oci-ns-confirmationurl").to_owned();
    assert_eq!(status(&url.replace("token=", "token=x")).await?, 404);
    assert_eq!(status(&url).await?, 200);

    tenant.put().await?;
    let id = tenant.begin().await?;
    let end = |calls: Vec<crate::hook::Call>| calls.into_iter().find(|call| call.json()["data"]["resourceId"] == *id);
    let event = until("the end of the job", || end(receiver.calls())).await?.json();

    assert_eq!(event["eventType"], "com.oraclecloud.mediaservices.mediaworkflowjob.end");
    Ok(())
}

/// Decodes a stream with ffmpeg: it has as many frames as the film.
async fn frames(url: &str) -> Result<()> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames"]);
    // Newer ones play no `.fmp4` unless they are told not to mind, and older ones don't know the option.
    let options = film::output(Command::new("ffprobe").args(["-v", "quiet", "-h", "demuxer=hls"]))?;
    if String::from_utf8_lossy(&options).contains("extension_picky") {
        ffprobe.args(["-extension_picky", "0"]);
    }
    ffprobe.args(["-of", "csv=p=0", "-allowed_extensions", "ALL", url]);
    let told = tokio::task::spawn_blocking(move || film::output(&mut ffprobe)).await??;
    let told = String::from_utf8_lossy(&told).into_owned();
    if !told.lines().any(|line| line.trim().trim_end_matches(',') == "150") {
        bail!("the stream has {} frames", told.trim());
    }
    Ok(())
}
