//! A compute instance signs by what it is: metadata service, federation, and a token that is renewed in time.

use axum::http::Method;
use reelway_api::VideoStatus;
use reelway_emulators::{
    fault::{Fault, Spoil},
    oci::federation::claims,
};
use serde_json::json;

use crate::bench::Bench;

const INSTANCE: &str = "auth = { kind = 'instance_principal' }\n";
const FEDERATION: &str = "/v1/x509";

fn status(status: u16) -> Spoil {
    Spoil::Status { status, retry_after: None, body: String::new() }
}

/// The key id that the newest request to Object Storage was signed with, without the word before the token.
fn token(bench: &Bench) -> String {
    let log = bench.oci.desk().log();
    let signed = log.iter().rev().find(|entry| entry.host == "storage" && entry.path.starts_with("/n/")).unwrap();
    let header = signed.header("authorization");
    header.split("keyId=\"ST$").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_comes_from_the_metadata_service_by_way_of_federation() {
    let bench = Bench::signed(INSTANCE, "").await;
    bench.ready().await;
    let log = bench.oci.desk().log();
    let asked: Vec<&str> =
        log.iter().filter(|entry| entry.host == "metadata").map(|entry| entry.path.as_str()).collect();
    let identity = "/opc/v2/identity";
    assert_eq!(asked, ["cert.pem", "key.pem", "intermediate.pem"].map(|file| format!("{identity}/{file}")));
    assert!(
        log.iter()
            .filter(|entry| entry.host == "metadata")
            .all(|entry| entry.header("authorization") == "Bearer Oracle")
    );
    let federation = log.iter().find(|entry| entry.path == FEDERATION).unwrap();
    let signature = federation.header("authorization");
    assert!(signature.contains("/fed-x509/") && !signature.contains(" host "), "{signature}");
    assert_eq!(bench.count("POST", FEDERATION), 1, "one token serves for many requests");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_never_serves_after() {
    // The emulator's tokens last for 20 minutes, and refuse after that.
    let bench = Bench::signed(INSTANCE, "").await;
    bench.create().await;
    let first = token(&bench);
    let end = claims(&first).unwrap()["exp"].as_u64().unwrap();
    assert_eq!(end, bench.clock.now() / 1000 + 1200);
    bench.turn(959);
    bench.create().await;
    assert_eq!((token(&bench), bench.count("POST", FEDERATION)), (first.clone(), 1), "a fifth of its life is left");
    bench.turn(1);
    bench.create().await;
    let second = token(&bench);
    assert_ne!(second, first);
    assert_eq!(bench.count("POST", FEDERATION), 2);
    // Nobody has asked for an hour: the old one is over, and a new one is fetched before it is tried.
    bench.turn(3600);
    let before = bench.requests();
    bench.create().await;
    assert_eq!(bench.count("POST", FEDERATION), 3);
    let log = bench.oci.desk().log();
    assert!(log[before..].iter().all(|entry| entry.status != Some(401)), "nothing was refused");
}

#[tokio::test]
async fn while_federation_is_away_the_old_token_serves_until_its_end() {
    let bench = Bench::signed(INSTANCE, "limits = { retries = 1 }").await;
    bench.create().await;
    let first = token(&bench);
    for away in [status(503), status(429), status(401), Spoil::Reset, Spoil::Body { body: "{}".into() }] {
        bench.oci.desk().faults.clear();
        bench.oci.desk().faults.add(Fault::next(away.clone()).on("POST", FEDERATION).times(1000));
        if bench.clock.now() / 1000 < crate::bench::NOW + 1000 {
            bench.turn(1000);
        }
        bench.create().await;
        assert_eq!(token(&bench), first, "{away:?}");
    }
    // Its end: nobody signs any more, and the caller is told to come again.
    bench.turn(300);
    let asked = json!({"filename": "a.mp4", "size": 5});
    let answer = bench.send(Method::POST, "/api/videos", asked.clone()).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    bench.oci.desk().faults.clear();
    assert_eq!(bench.send(Method::POST, "/api/videos", asked).await.status, 201, "and then it works again");
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let bench = Bench::signed(INSTANCE, "").await;
    bench.create().await;
    bench.oci.desk().faults.add(Fault::next(status(401)).on("POST", "/b/in/p"));
    bench.create().await;
    assert_eq!(bench.count("POST", FEDERATION), 2);
    // Whoever is refused with a fresh token too is refused.
    bench.oci.desk().faults.add(Fault::next(status(401)).on("POST", "/b/in/p").times(1000));
    let before = bench.count("POST", "/n/ns/b/in/p");
    let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4", "size": 5})).await;
    assert_eq!(answer.status, 503);
    assert_eq!((bench.count("POST", FEDERATION), bench.count("POST", "/n/ns/b/in/p") - before), (3, 2));
}

#[tokio::test]
async fn where_there_is_no_metadata_service_it_is_said_and_nothing_is_lost() {
    for fault in [
        Fault::next(status(404)).of_host("metadata").times(1000),
        Fault::next(Spoil::Reset).of_host("metadata").times(1000),
        Fault::next(Spoil::Body { body: "no certificate".into() }).of_host("metadata").times(1000),
        Fault::next(Spoil::Truncated).of_host("auth").times(1000),
        Fault::next(Spoil::Body { body: r#"{"token":"no.token"}"#.into() }).of_host("auth").times(1000),
    ] {
        let bench = Bench::signed(INSTANCE, "limits = { retries = 1 }").await;
        bench.oci.desk().faults.add(fault.clone());
        let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4", "size": 5})).await;
        assert_eq!(answer.status, 503, "{fault:?}");
        assert!(!answer.text().contains("certificate"), "{}", answer.text());
        assert_eq!(bench.videos().await, 0);
        assert_eq!(bench.count("POST", "/n/ns/b/in/p"), 0, "nothing goes out unsigned");
        bench.oci.desk().faults.clear();
        bench.ready().await;
    }
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_token() {
    let bench = Bench::signed(INSTANCE, "").await;
    let all = futures_util::future::join_all((0..12).map(|_| bench.create())).await;
    assert_eq!(all.len(), 12);
    assert!(all.iter().all(|created| created.video.status == VideoStatus::AwaitingUpload));
    assert_eq!(bench.count("POST", FEDERATION), 1);
}
