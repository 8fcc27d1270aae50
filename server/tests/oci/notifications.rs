//! Notifications: confirmed at Oracle only, believed in nothing, and yet of use.

use axum::{
    body::Body,
    http::{Method, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reelway_api::VideoStatus;
use reelway_emulators::fault::{Fault, Spoil};
use serde_json::{Value, json};

use crate::bench::{Bench, CREDENTIALS, request};

const SETTINGS: &str = "notifications = { credentials_env = 'VIDEO_WEBHOOK_SECRET', allow_loopback = true }";

async fn tell(bench: &Bench, credentials: Option<&str>, message: &Value) -> u16 {
    let mut request = request(Method::POST, "/webhooks/oracle");
    if let Some(credentials) = credentials {
        request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)));
    }
    bench.call(request.body(Body::from(message.to_string())).unwrap()).await.status.as_u16()
}

/// Subscribes at Oracle, and gives the address that it wants to be confirmed at.
fn subscribe(bench: &Bench) -> Value {
    let asked = json!({"protocol": "CUSTOM_HTTPS", "endpoint": "https://unused.example/"});
    let made = bench.oci.subscribe("ocid1.onstopic.x", "https://unused.example/", &asked);
    let id = made["id"].as_str().unwrap();
    json!({"ConfirmationURL": format!("{}/20181201/subscriptions/{id}/confirmation?token=t&protocol=CUSTOM_HTTPS",
        bench.oci.hosts().ons)})
}

#[tokio::test]
async fn a_subscription_is_confirmed_for_whoever_knows_the_password() {
    let bench = Bench::with(SETTINGS).await;
    let message = subscribe(&bench);
    let asked = || bench.count("GET", "/20181201/subscriptions/");
    assert_eq!(tell(&bench, None, &message).await, 401);
    assert_eq!(tell(&bench, Some("oracle:guess"), &message).await, 401);
    assert_eq!(asked(), 0);
    assert_eq!(tell(&bench, Some(CREDENTIALS), &message).await, 204);
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn nobody_makes_the_server_call_another_one() {
    // In earnest: no loopback either.
    let bench = Bench::with("notifications = { credentials_env = 'VIDEO_WEBHOOK_SECRET' }").await;
    let hosts = bench.oci.hosts();
    let before = bench.requests();
    for url in [
        subscribe(&bench)["ConfirmationURL"].as_str().unwrap().to_owned(),
        format!("{}/opc/v2/identity/key.pem", hosts.metadata),
        "http://169.254.169.254/20181201/subscriptions/x/confirmation".to_owned(),
    ] {
        assert_eq!(tell(&bench, Some(CREDENTIALS), &json!({"ConfirmationURL": url})).await, 204, "{url}");
    }
    assert_eq!(bench.requests(), before);
}

#[tokio::test]
async fn a_hint_only_shortens_the_wait() {
    let bench = Bench::with(SETTINGS).await;
    let created = bench.create().await;
    // Nothing has arrived: a hint that says so is not believed.
    let object = |name: &str| {
        json!({"eventType": "com.oraclecloud.objectstorage.createobject", "eventID": "1",
            "data": {"resourceName": name, "additionalDetails": {"bucketName": "in"}}})
    };
    let name = created.upload.url.split("/o/").nth(1).unwrap().replace("%2F", "/");
    assert_eq!(tell(&bench, Some(CREDENTIALS), &object(&name)).await, 204);
    bench.after(0).await;
    assert_eq!(bench.video(&created.video.id).await.status, VideoStatus::AwaitingUpload);

    crate::bench::upload_to(&created.upload).await;
    bench.after(0).await;
    assert_eq!(bench.video(&created.video.id).await.status, VideoStatus::AwaitingUpload, "it is not time yet");
    for _ in 0..3 {
        assert_eq!(tell(&bench, Some(CREDENTIALS), &object(&name)).await, 204);
    }
    bench.after(0).await;
    assert_eq!(bench.video(&created.video.id).await.status, VideoStatus::Processing);

    for strange in [json!({"eventType": "x"}), json!([]), object("nobody's")] {
        assert_eq!(tell(&bench, Some(CREDENTIALS), &strange).await, 204);
    }
    assert_eq!(bench.settled(&created.video.id).await.status, VideoStatus::Ready);
    assert_eq!(bench.count("POST", "/20211101/mediaWorkflowJobs"), 1);
}

/// A job's end, as Media Flow tells of it.
fn ended(job: &str) -> Value {
    json!({"eventType": "com.oraclecloud.mediaservices.mediaworkflowjob.end", "eventID": job,
        "data": {"resourceId": job, "resourceName": "x"}})
}

/// The file's arrival, as Object Storage tells of it.
fn arrived(object: &str) -> Value {
    json!({"eventType": "com.oraclecloud.objectstorage.createobject", "eventID": object,
        "data": {"resourceName": object, "additionalDetails": {"bucketName": "in"}}})
}

#[tokio::test]
async fn in_any_order_and_twice_it_is_ready_once() {
    // Which of them are told in each round. One that is not known yet is told of somebody else's.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let bench = Bench::with(SETTINGS).await;
        let id = bench.uploaded().await;
        for round in 0..8 {
            for which in order {
                let row = bench.remote(&id).await;
                let field =
                    |name: &str| row.fields.get(name).cloned().unwrap_or_else(|| format!("ocid1.not.yet.{round}"));
                let event = [arrived(&field("object")), ended(&field("job")), ended(&field("ingest"))][which].clone();
                for _ in 0..2 {
                    assert_eq!(tell(&bench, Some(CREDENTIALS), &event).await, 204);
                }
                bench.after(0).await;
            }
        }
        let ready = bench.video(&id).await;
        assert_eq!(ready.status, VideoStatus::Ready, "{order:?}: nobody had to wait");
        for event in [arrived(&bench.remote(&id).await.fields["object"]), ended(&bench.remote(&id).await.fields["job"])]
        {
            assert_eq!(tell(&bench, Some(CREDENTIALS), &event).await, 204);
        }
        bench.after(600).await;
        assert_eq!(bench.video(&id).await.revision, ready.revision, "{order:?}: once");
        assert_eq!((bench.jobs(&id).await.len(), bench.jobs("ingestWorkflow").await.len()), (1, 1), "{order:?}");
    }
}

/// Oracle is faster with its notification than with its answer: the job is begun, done and told of, and the answer to the
/// request that has begun it is lost.
#[tokio::test]
async fn a_notification_before_the_create_has_returned_changes_nothing_and_loses_nothing() {
    let bench = Bench::with(&format!("{SETTINGS}\nlimits = {{ retries = 0 }}")).await;
    let id = bench.uploaded().await;
    bench.oci.desk().faults.add(Fault::next(Spoil::Unanswered).on("POST", "/20211101/mediaWorkflowJobs"));
    while bench.jobs(&id).await.is_empty() {
        bench.after(16).await;
    }
    let job = bench.jobs(&id).await.remove(0).id;
    assert_eq!(bench.remote(&id).await.fields.get("job"), None, "nobody here has heard of it");
    let before = bench.video(&id).await;
    for _ in 0..2 {
        assert_eq!(tell(&bench, Some(CREDENTIALS), &ended(&job)).await, 204);
    }
    assert_eq!(bench.video(&id).await, before);
    assert_eq!(bench.settled(&id).await.status, VideoStatus::Ready);
    assert_eq!(bench.remote(&id).await.fields["job"], job, "the request that is sent again finds the same job");
    assert_eq!(bench.jobs(&id).await.len(), 1);
}
