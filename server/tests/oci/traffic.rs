//! What the client sends is what Oracle's own SDK sends: line, signed headers, token for repetitions, and body.
//!
//! The SDK's requests have been recorded; the record lies beside the checkout, where there is one.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
};
use reelway_server::{
    clock::Clock,
    providers::oci::{
        client::{Client, flow::Workflow, retry::Tries, storage::Bucket, streams::SessionToken},
        key::PrivateKey,
        principal::Principal,
        settings::{Encryption, Hosts},
        sign::Signer,
    },
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A request, as far as it has to be the same.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    line: String,
    signed: String,
    content_type: String,
    is_once: bool,
    body: Value,
}

/// Requests of the SDK's that Reelway has no use for, by the beginning of their lines: objects come from browsers, by
/// pre-authenticated requests, and the playlist is the player's to fetch.
const OTHERS: [&str; 5] = [
    "GET /20211101/systemMediaWorkflows",
    "GET /20211101/actions/generatePlaylist",
    "PUT /n/ns/b/b/o/",
    "PUT /n/ns/b/b/u/",
    "POST /n/ns/b/b/u ",
];

/// The record's requests, each once.
fn recorded(text: &str) -> Vec<Sent> {
    let mut all: Vec<Sent> = Vec::new();
    for part in text.split("\n>> ").skip(1) {
        let mut lines = part.lines();
        let (line, signed) = lines.next().unwrap().split_once(" | signed: ").unwrap();
        // Python's way to write a map.
        let headers: BTreeMap<String, String> =
            serde_json::from_str(&lines.next().unwrap().trim().replace('\'', "\"")).unwrap();
        let body = lines.next().unwrap().trim().strip_prefix("body:").unwrap().trim();
        all.push(Sent {
            line: line.to_owned(),
            signed: signed.to_owned(),
            content_type: headers["content-type"].clone(),
            is_once: headers.contains_key("opc-retry-token"),
            body: serde_json::from_str(body).unwrap_or_default(),
        });
    }
    all
}

/// Answers with all that any caller reads, and keeps what was asked.
async fn service() -> (String, Arc<Mutex<Vec<Sent>>>) {
    let seen: Arc<Mutex<Vec<Sent>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (base, seen)
}

async fn answer(State(seen): State<Arc<Mutex<Vec<Sent>>>>, request: Request) -> axum::Json<Value> {
    let (parts, body) = request.into_parts();
    let text =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let signed =
        text("authorization").split("headers=\"").nth(1).and_then(|rest| rest.split('"').next().map(str::to_owned));
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let sent = Sent {
        line: format!("{} {}", parts.method, parts.uri),
        signed: signed.unwrap_or_default(),
        content_type: text("content-type"),
        is_once: parts.headers.contains_key("opc-retry-token"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let is_namespace = sent.line == "GET /n";
    seen.lock().unwrap().push(sent);
    axum::Json(if is_namespace {
        json!("ns")
    } else {
        json!({"id": "i", "token": "tok123", "mediaWorkflowJobId": "j", "accessUri": "/p/x"})
    })
}

fn client(base: &str) -> Client {
    let hosts = Hosts {
        media: base.to_owned(),
        object_storage: base.to_owned(),
        streams: Some(base.to_owned()),
        federation: base.to_owned(),
        metadata: base.to_owned(),
    };
    let signer = Signer::api_key("t", "u", PrivateKey::generate().unwrap()).unwrap();
    let tries = Tries { retries: 0, patience: 0 };
    Client::new(hosts, Principal::Fixed(signer), Clock::default(), Duration::from_secs(20), tries).unwrap()
}

#[tokio::test]
async fn each_request_is_the_sdks_own() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/oci_sdk_traffic.txt");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: there is no ../shared/vectors/oci_sdk_traffic.txt beside this checkout");
        return;
    };
    let (base, seen) = service().await;
    let client = client(&base);
    let bucket = Bucket { namespace: "ns", name: "b" };
    // The same things with the same names as in the record.
    let workflow = json!({"displayName": "d", "compartmentId": "c", "tasks": [{"type": "getFiles", "version": 1,
        "key": "getFiles", "prerequisites": [], "parameters": {"taskParameters": [{"storageType": "objectStorage",
        "objectName": "${/input/objectName}"}]}}], "parameters": {"input": {}}});
    client.create_workflow(workflow, "t").await.unwrap();
    let video = json!({"video": {"srcVideo": "a.mp4"}});
    client.create_job(&Workflow::Id("ocid1.w"), "c", "j", video, "t").await.unwrap();
    let inputs = json!({"inputs": {"mediaAssetId": "a"}});
    client.create_job(&Workflow::Name("ingestWorkflow"), "c", "j", inputs, "t").await.unwrap();
    for job in ["ocid1.job", "ocid1.e", "ocid1.r"] {
        client.job(job).await.unwrap();
    }
    client.create_channel("c", "ch", "t").await.unwrap();
    client.create_cdn("x", "cdn", "t").await.unwrap();
    client.create_packaging("x", "p", 6, Encryption::Aes128, "t").await.unwrap();
    let asset = json!({"compartmentId": "c", "type": "PLAYLIST", "bucketName": "b", "namespaceName": "ns",
        "objectName": "o/master.m3u8"});
    client.create_asset(asset, "t").await.unwrap();
    client.ingest("ocid1.chan", "a", "c", "t").await.unwrap();
    let token: SessionToken = client.session_token("", "p", "a", "2030-01-02T03:04:05Z").await.unwrap();
    client.namespace().await.unwrap();
    client.open_upload(bucket, "up", "u/a.mp4", "2030-01-02T03:04:05Z").await.unwrap();
    let (upload, parts) = (
        "b6cd9964-642f-4a8c-928f-6635c8319e82",
        [
            (1, "844354c7-6cb2-4eed-a102-24b838a65d3a".to_owned()),
            (2, "60020d4c-b15d-44af-b5bb-ce4b6278ec67".to_owned()),
            (3, "aae4e323-9df3-487b-bfa1-d8261d2537ed".to_owned()),
        ],
    );
    client.commit(bucket, "big.bin", upload, &parts).await.unwrap();

    let sent = seen.lock().unwrap().clone();
    let mut compared = 0;
    for theirs in recorded(&text) {
        if OTHERS.iter().any(|line| format!("{} ", theirs.line).starts_with(line)) {
            continue;
        }
        let kind = |sent: &Sent| sent.body["workflowIdentifierType"].clone();
        let ours = sent.iter().find(|ours| ours.line == theirs.line && kind(ours) == kind(&theirs));
        let mut ours = ours.unwrap_or_else(|| panic!("nobody sends {}", theirs.line)).clone();
        // What Reelway says besides: a job by name has a name of its own, a token's life is short, and an upload's URL
        // can't read.
        match theirs.line.split(['/', '?']).next_back() {
            Some("mediaWorkflowJobs") if theirs.body["displayName"].is_null() => {
                assert_eq!(ours.body.as_object_mut().unwrap().remove("displayName"), Some(json!("j")));
            }
            Some("generateSessionToken") => {
                assert_eq!(
                    ours.body.as_object_mut().unwrap().remove("timeExpires"),
                    Some(json!("2030-01-02T03:04:05Z"))
                );
            }
            Some("p") => {
                assert_eq!(
                    (&ours.body["accessType"], &theirs.body["accessType"]),
                    (&json!("ObjectWrite"), &json!("ObjectReadWrite"))
                );
                ours.body["accessType"] = theirs.body["accessType"].clone();
            }
            _ => {}
        }
        // The SDK names a type of content where there is none, too.
        if theirs.body.is_null() {
            ours.content_type.clone_from(&theirs.content_type);
        }
        assert_eq!(ours, theirs);
        compared += 1;
    }
    assert_eq!(compared, 17, "requests of the record that Reelway sends too");
    let url = client.playlist_url("", "p", "a", &token).unwrap();
    let line = format!("GET {}", url.strip_prefix(&base).unwrap());
    assert!(recorded(&text).iter().any(|theirs| theirs.line == line), "the player's address is the SDK's: {line}");
}
