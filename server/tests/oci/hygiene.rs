//! No secret and no token in any line of the log, however much is logged, and no secret in any answer.

use axum::http::Method;
use reelway_emulators::{
    fault::{Fault, Spoil},
    oci::media::Outcome,
};
use serde_json::{Value, json};

use crate::{
    bench::{API_KEY, Bench, CREDENTIALS, upload_to},
    log::Log,
};

/// What stands between these, each time.
fn all_between<'a>(text: &'a str, before: &str, after: char) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| rest.split(after).next())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_or_told() {
    // Of the whole process: the other tests of this file's binary are searched with it. The emulator, which is part of
    // the process here, logs what it likes.
    let log = Log::keep("trace,reelway_emulators=off,reelway_fault_provider=off");
    let notifications = "notifications = { credentials_env = 'VIDEO_WEBHOOK_SECRET', allow_loopback = true }";
    let (mut answers, mut secrets) = (String::new(), Vec::new());
    for auth in [API_KEY, "auth = { kind = 'instance_principal' }\n"] {
        let bench = Bench::signed(auth, notifications).await;
        let asked = json!({"filename": "a.mp4", "size": 29});
        for spoil in [
            Spoil::Status { status: 401, retry_after: None, body: r#"{"code":"NotAuthenticated"}"#.into() },
            Spoil::Status { status: 400, retry_after: None, body: r#"{"code":"InvalidParameter"}"#.into() },
            Spoil::Unanswered,
            Spoil::Truncated,
        ] {
            bench.oci.desk().faults.add(Fault::next(spoil).on("POST", "/b/in/p").times(2));
            answers += &bench.send(Method::POST, "/api/videos", asked.clone()).await.text();
            bench.oci.desk().faults.clear();
        }
        let created = bench.create().await;
        secrets.extend(all_between(&created.upload.url, "/p/", '/').map(str::to_owned));
        upload_to(&created.upload).await;
        let id = created.video.id;
        bench.settled(&id).await;
        let playback = bench.playback(&id).await;
        secrets.extend(playback.hls.split("token=").nth(1).map(str::to_owned));
        bench.oci.next_outcome(Outcome::Rejected);
        let failed = bench.uploaded().await;
        answers += &serde_json::to_string(&bench.settled(&failed).await).unwrap();
        for path in ["/api/providers", "/metrics", "/openapi.json", "/readyz"] {
            answers += &bench.get(path).await.text();
        }
        answers += &bench.send(Method::POST, "/webhooks/oracle", json!({"a": 1})).await.text();
        answers += &bench.send(Method::POST, &format!("/api/videos/{id}/upload"), Value::Null).await.text();
        assert_eq!(bench.send(Method::DELETE, &format!("/api/videos/{id}"), Value::Null).await.status, 204);
        let entries = bench.oci.desk().log();
        for header in entries.iter().map(|entry| entry.header("authorization")) {
            secrets.extend(
                all_between(header, "signature=\"", '"').chain(all_between(header, "ST$", '"')).map(str::to_owned),
            );
        }
        secrets.extend(bench.oci.key_pem().unwrap().lines().filter(|line| line.len() == 64).map(str::to_owned));
    }
    let log = log.text();
    assert!(log.contains("TRACE") && log.contains("hyper") && log.contains("a request to Oracle failed"));
    assert!(secrets.len() > 50 && secrets.iter().all(|secret| secret.len() > 20), "{}", secrets.len());
    for secret in secrets.iter().map(String::as_str).chain([CREDENTIALS, "notification-secret-4c"]) {
        assert!(!log.contains(secret), "the log tells {secret}: {:?}", log.lines().find(|line| line.contains(secret)));
        assert!(!answers.contains(secret), "an answer tells {secret}");
    }
}
