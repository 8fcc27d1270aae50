//! The whole system at trace level, as a process: four providers, tickets, webhooks good and forged, uploads, playback,
//! captions, errors, the doctor. Then every secret that there was is looked for in all that the process has written, and in
//! all that it has answered.
//!
//! - [`system`]: the process, and the services around it.
//! - [`caller`]: who calls it, and remembers what was answered.
//! - [`hunt`]: what is looked for, and where.

#![allow(clippy::unwrap_used)]

mod caller;
mod hunt;
mod system;

use reelway_api::{CreatedVideo, Playback};
use reelway_emulators::{
    Fault,
    fault::Spoil,
    outbox::{Mishap, Plan},
    secret,
};
use serde_json::json;

use self::{caller::Caller, hunt::Hunt, system::System};

/// Of each provider, in their order.
const PROVIDERS: [&str; 4] = ["local", "mux", "cloudflare", "oracle"];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_or_told() {
    let system = System::start().await;
    let mut hunt = Hunt::default();
    system.secrets(&mut hunt);
    let anna = system.caller("anna", 0);
    hunt.token("a ticket", &anna.ticket);

    hunt.output("doctor", system.doctor());
    for provider in PROVIDERS {
        main_job(&system, &anna, provider, &mut hunt).await;
        forged_and_refused(&system, &anna, provider).await;
    }
    strangers(&system, &anna, &mut hunt).await;
    for path in ["/metrics", "/openapi.json", "/healthz", "/readyz", "/api/providers", "/"] {
        anna.get(path).await;
    }
    let oci_requests = system.oci.desk().log();
    for entry in oci_requests.iter().filter(|entry| !entry.header("authorization").is_empty()) {
        let signature = entry.header("authorization").split("signature=\"").nth(1);
        hunt.token("a signature at Oracle", signature.unwrap().trim_end_matches('"'));
    }

    let log = system.stop();
    for part in ["TRACE", "hyper", "sqlx", "a webhook is not believed", "a service did not do what it was asked for"] {
        assert!(log.contains(part), "it is not all of the log: {part} is missing");
    }
    hunt.output("the log", log);
    for (told, body) in anna.answers() {
        hunt.answer(&told, &body);
    }
    hunt.is_in_vain();
}

/// From the file to playing, with captions, and away again.
async fn main_job(system: &System, anna: &Caller, provider: &str, hunt: &mut Hunt) {
    let file = system.file(provider);
    let asked =
        json!({ "filename": "film.mp4", "size": file.len(), "content_type": "video/mp4", "provider": provider });
    let created: CreatedVideo = anna.post("/api/videos", &asked).await;
    let id = &created.video.id;
    hunt.token("an upload's address", upload_secret(&created.upload.url));
    anna.upload(&created.upload, &file).await;
    let events: reelway_api::EventsUrl = anna.post(&format!("/api/videos/{id}/events"), &json!({})).await;
    hunt.token("an event stream's address", events.url.split("token=").nth(1).unwrap());
    anna.hear(&events.url, "ready").await;

    anna.put_captions(id).await;
    let playback: Playback = anna.playback(id).await;
    let mut urls = vec![playback.hls];
    urls.extend(playback.poster.into_iter().chain(playback.storyboard));
    urls.extend(playback.tracks.into_iter().map(|track| track.src));
    for url in &urls {
        let token = url.split(['=', '/', '?', '&']).find(|part| part.len() > 40).unwrap();
        hunt.token("a token for playing", token);
        let (status, body) = anna.fetch(url).await;
        assert_eq!(status, 200, "{provider}: {url}");
        follow(anna, url, &String::from_utf8_lossy(&body), hunt).await;
    }
    let thumbnail = anna.get(&format!("/api/videos/{id}/thumbnail?time=1&width=160")).await;
    assert!([200, 404].contains(&thumbnail.0), "{provider}: {}", thumbnail.0);
    anna.send("PATCH", &format!("/api/videos/{id}"), &json!({ "poster_time": 1.0, "title": "A film" })).await;
    anna.get("/api/videos").await;
    assert_eq!(anna.send("DELETE", &format!("/api/videos/{id}"), &json!({})).await.0, 204, "{provider}");
}

/// What a playlist or a storyboard of this server's own names: keys and segments.
async fn follow(anna: &Caller, base: &str, text: &str, hunt: &mut Hunt) {
    if !base.starts_with('/') || !text.starts_with("#EXTM3U") {
        return;
    }
    let uris = text.lines().filter(|line| !line.is_empty()).filter_map(|line| match line.split_once("URI=\"") {
        Some((_, rest)) => rest.split('"').next(),
        None => Some(line).filter(|line| !line.starts_with('#')),
    });
    let folder = base.split('?').next().unwrap().rsplit_once('/').unwrap().0;
    for uri in uris {
        let address = if uri.starts_with('/') { uri.to_owned() } else { format!("{folder}/{uri}") };
        let (status, body) = anna.fetch(&address).await;
        assert_eq!(status, 200, "{address}");
        if address.contains("/key?") {
            hunt.token("a key", &secret::hex(&body));
            hunt.token("a key", &secret::base64(&body));
            hunt.token("a key", format!("{body:?}").trim_matches(['[', ']']));
        }
        if address.contains(".m3u8") {
            Box::pin(follow(anna, &address, &String::from_utf8_lossy(&body), hunt)).await;
        }
    }
}

/// What makes an upload's address secret: its longest part.
fn upload_secret(url: &str) -> &str {
    url.split(['/', '=', '?', '&']).max_by_key(|part| part.len()).unwrap()
}

/// Webhooks that nobody who may has signed, and a service that refuses, fails, breaks off, and repeats what it was sent.
async fn forged_and_refused(system: &System, anna: &Caller, provider: &str) {
    let hook = format!("/webhooks/{provider}");
    for (name, value) in [
        ("mux-signature", "t=1,v1=f06ed516a7u4e"),
        ("webhook-signature", "time=1,sig1=f06ed516a7u4e"),
        ("authorization", "Basic f06ed516a7u4e"),
    ] {
        let status = anna.tell(&hook, name, value).await;
        assert!([401, 404].contains(&status), "{provider}: {status}");
    }
    let (desk, outbox) = match provider {
        "mux" => (system.mux.desk(), system.mux.outbox()),
        "cloudflare" => (system.cloudflare.desk(), system.cloudflare.outbox()),
        "oracle" => (system.oci.desk(), system.oci.outbox()),
        _ => return,
    };
    outbox.plan(Plan { kind: None, times: 2, mishap: Mishap::Forged });
    let refusal = format!(
        "{{\"error\":{{\"messages\":[\"{0}\"]}},\"errors\":[{{\"message\":\"{0}\"}}],\"message\":\"{0}\"}}",
        system.words(provider)
    );
    let status = |status| Spoil::Status { status, retry_after: None, body: refusal.clone() };
    for spoil in [status(401), status(422), status(500), Spoil::Reset, Spoil::Truncated] {
        desk.faults.add(Fault::next(spoil.clone()).times(9));
        let asked = json!({ "filename": "film.mp4", "size": 1000, "provider": provider });
        let (told, _) = anna.send("POST", "/api/videos", &asked).await;
        // Cloudflare's answer has no body that could be cut off.
        assert!(told >= 400 || spoil == Spoil::Truncated, "{provider}: {told} after {spoil:?}");
        anna.send("POST", "/api/videos/import", &json!({ "provider": provider, "external_id": "AS1" })).await;
        desk.faults.clear();
    }
}

/// Callers without a ticket, with one that is over or somebody else's, and with wrong tokens in addresses.
async fn strangers(system: &System, anna: &Caller, hunt: &mut Hunt) {
    let asked = json!({ "filename": "film.mp4", "size": 1000, "provider": "local" });
    let created: CreatedVideo = anna.post("/api/videos", &asked).await;
    hunt.token("an upload's address", upload_secret(&created.upload.url));
    let paths = [format!("/api/videos/{}", created.video.id), "/api/videos".to_owned(), "/api/nothing".to_owned()];
    for stranger in [system.caller("berta", 0), system.caller("anna", 7200), anna.forger()] {
        hunt.token("a ticket", &stranger.ticket);
        for path in &paths {
            stranger.get(path).await;
            stranger.send("POST", path, &json!({ "filename": 5 })).await;
        }
        for (told, body) in stranger.answers() {
            hunt.answer(&told, &body);
        }
    }
    let pass = "1900000000000.f06ed516a7u4ef06ed516a7u4ef06ed516a7u4e";
    hunt.token("a wrong token", pass);
    for path in ["media/{id}/master.m3u8", "media/{id}/key", "media/{id}/tiles.vtt", "api/videos/{id}/events"] {
        let path = path.replace("{id}", &created.video.id);
        let (status, _) = anna.fetch(&format!("/{path}?token={pass}")).await;
        assert_eq!(status, 401, "{path}");
    }
    anna.fetch(&format!("/u/{pass}")).await;
}
