//! Every route of the server, and for each what every kind of caller is told. A route that is not here fails the test.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt;
use reelway_api::{CreatedVideo, ErrorBody, ErrorCode, TrackKind};
use reelway_server::{
    access::{
        Pass,
        Scope::{self, Import, Manage, Metrics, Upload, View},
        mint::NewTicket,
    },
    db::{Change, videos::TrackRow},
    media::encrypt,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{NOW, ask, guarded, signed, signed_at, ticket, with_tickets};
use crate::server::{Server, request};

/// What a route asks of its caller.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    /// Nothing: it tells nothing, or the address itself is the secret.
    Nothing,
    /// One of these scopes, and that the video is the caller's.
    OwnVideo(&'static [Scope]),
    /// This scope; what it makes is the caller's.
    Create(Scope),
    /// This scope; it shows the caller's videos only.
    List(Scope),
    /// This scope; it has nothing to do with videos.
    Server(Scope),
    /// A token in the address, for this video's media.
    Pass,
}

/// Method, path, what it needs, and what the right caller is told.
type Row = (&'static str, &'static str, Needs, u16);

const ROUTES: &[Row] = &[
    ("POST", "/api/videos", Needs::Create(Upload), 201),
    ("GET", "/api/videos", Needs::List(View), 200),
    ("GET", "/api/videos/{id}", Needs::OwnVideo(&[View, Upload]), 200),
    ("PATCH", "/api/videos/{id}", Needs::OwnVideo(&[Manage]), 200),
    ("DELETE", "/api/videos/{id}", Needs::OwnVideo(&[Upload, Manage]), 204),
    ("POST", "/api/videos/{id}/upload", Needs::OwnVideo(&[Upload]), 200),
    ("GET", "/api/videos/{id}/events", Needs::OwnVideo(&[View, Upload]), 200),
    ("POST", "/api/videos/{id}/events", Needs::OwnVideo(&[View, Upload]), 200),
    ("GET", "/api/videos/{id}/playback", Needs::OwnVideo(&[View]), 409),
    ("GET", "/api/videos/{id}/thumbnail", Needs::OwnVideo(&[View]), 409),
    // The local provider has nothing to import. Who manages their own videos may not have everybody's.
    ("POST", "/api/videos/import", Needs::Create(Import), 400),
    ("GET", "/api/providers", Needs::Server(Upload), 200),
    // Signed by the provider, not by a ticket; the local provider sends none.
    ("POST", "/webhooks/{provider}", Needs::Nothing, 404),
    ("POST", "/api/videos/{id}/tracks", Needs::OwnVideo(&[Manage]), 201),
    ("DELETE", "/api/videos/{id}/tracks/{track}", Needs::OwnVideo(&[Manage]), 204),
    ("POST", "/tus", Needs::Create(Upload), 201),
    ("PUT", "/u/{token}", Needs::Nothing, 200),
    ("HEAD", "/u/{token}", Needs::Nothing, 200),
    ("PATCH", "/u/{token}", Needs::Nothing, 204),
    ("DELETE", "/u/{token}", Needs::Nothing, 204),
    ("GET", "/media/{id}/{path}", Needs::Pass, 200),
    ("GET", "/media/{id}/key", Needs::Pass, 200),
    // The local provider has its own.
    ("GET", "/media/{id}/tiles.vtt", Needs::Pass, 404),
    ("GET", "/healthz", Needs::Nothing, 200),
    ("GET", "/readyz", Needs::Nothing, 200),
    ("GET", "/openapi.json", Needs::Nothing, 200),
    ("GET", "/metrics", Needs::Server(Metrics), 200),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Nobody,
    Malformed,
    Expired,
    WrongScope,
    OtherOwner,
    Right,
    /// With a ticket that is for another video of the same owner.
    RightForAnother,
}

const CALLERS: [Who; 7] =
    [Who::Nobody, Who::Malformed, Who::Expired, Who::WrongScope, Who::OtherOwner, Who::Right, Who::RightForAnother];

fn expected((_, _, needs, right): Row, who: Who) -> u16 {
    match (needs, who) {
        (Needs::Nothing, _) | (_, Who::Right) => right,
        (_, Who::Nobody | Who::Malformed | Who::Expired) | (Needs::Pass, _) => 401,
        (_, Who::WrongScope) => 403,
        (Needs::OwnVideo(_), Who::OtherOwner | Who::RightForAnother) => 404,
        (Needs::Create(_), Who::RightForAnother) => 403,
        (Needs::Create(_) | Needs::List(_) | Needs::Server(_), _) => right,
    }
}

fn scopes(needs: Needs) -> Vec<Scope> {
    match needs {
        // Some ticket, which is not looked at.
        Needs::Nothing | Needs::Pass => vec![View],
        Needs::OwnVideo(any) => any.to_vec(),
        Needs::Create(scope) | Needs::List(scope) | Needs::Server(scope) => vec![scope],
    }
}

/// What the caller sends as `Authorization`. `scope` is one that the route takes.
fn authorization(who: Who, needs: Needs, scope: Scope, another: &str) -> Option<String> {
    let right = ticket("anna", &[scope]);
    let wrong = || Scope::ALL.into_iter().filter(|scope| !scopes(needs).contains(scope)).collect::<Vec<_>>();
    let ticket = match who {
        Who::Nobody => return None,
        Who::Malformed => return Some("Bearer not.a.ticket".to_owned()),
        // An hour and the leeway ago.
        Who::Expired => return Some(format!("Bearer {}", signed_at(&right, NOW - 3631))),
        Who::WrongScope => ticket("anna", &wrong()),
        Who::OtherOwner => ticket("berta", &[scope]),
        Who::Right => right,
        Who::RightForAnother => NewTicket { video: Some(another.to_owned()), ..right },
    };
    Some(format!("Bearer {}", signed(&ticket)))
}

/// The token in the address, for routes that want one.
fn token(server: &Server, who: Who, id: &str, another: &str) -> Option<String> {
    let passes = server.app.passes();
    let later = NOW * 1000 + 1;
    Some(match who {
        // A ticket does not help.
        Who::Nobody | Who::OtherOwner => return None,
        Who::Malformed => "not.a.token".to_owned(),
        Who::Expired => passes.make(Pass::Media, id, NOW * 1000),
        Who::WrongScope => passes.make(Pass::Events, id, later),
        Who::Right => passes.make(Pass::Media, id, later),
        Who::RightForAnother => passes.make(Pass::Media, another, later),
    })
}

fn build((method, path, ..): Row, id: &str, token: &str) -> Request<Body> {
    let path =
        path.replace("{id}", id).replace("{token}", token).replace("{path}", "master.m3u8").replace("{track}", "t1");
    let path = path.replace("{provider}", "local");
    let mut sent = request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    let body = match (method, path.split('/').nth(1).unwrap_or_default()) {
        ("POST", "tus") => {
            sent = sent.header("tus-resumable", "1.0.0").header("upload-length", "5");
            Body::empty()
        }
        ("HEAD", "u") => {
            sent = sent.header("tus-resumable", "1.0.0");
            Body::empty()
        }
        ("PATCH", "u") => {
            sent = sent
                .header("tus-resumable", "1.0.0")
                .header("upload-offset", "0")
                .header(header::CONTENT_TYPE, "application/offset+octet-stream")
                .header(header::CONTENT_LENGTH, "5");
            Body::from("12345")
        }
        ("POST", _) if path.ends_with("/tracks") => {
            sent = sent.header(header::CONTENT_TYPE, "text/vtt");
            Body::from("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
        }
        ("PUT", "u") => Body::from("12345"),
        ("POST" | "PATCH", "api") => {
            sent = sent.header(header::CONTENT_TYPE, "application/json");
            Body::from(
                json!({ "filename": "b.mp4", "size": 5, "title": "A name", "provider": "local", "external_id": "AS1" })
                    .to_string(),
            )
        }
        _ => Body::empty(),
    };
    sent.body(body).unwrap()
}

/// A video of anna's.
async fn video(server: &Server) -> CreatedVideo {
    let anna = signed(&ticket("anna", &[Upload]));
    let body = json!({ "filename": "a.mp4", "size": 5 });
    let answer = ask(server, &anna, Method::POST, "/api/videos", Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created: CreatedVideo = answer.json();
    let track = TrackRow {
        id: "t1".to_owned(),
        path: "tracks/t1.vtt".to_owned(),
        kind: TrackKind::Subtitles,
        language: String::new(),
        label: String::new(),
    };
    server.app.videos().apply(&created.video.id, Change::Track(track)).await.unwrap();
    encrypt::make_key(server.app.db(), &created.video.id).await.unwrap();
    server.app.store().publish_bytes("#EXTM3U\n", &format!("{}/master.m3u8", created.video.id)).await.unwrap();
    created
}

#[tokio::test]
async fn every_route_tells_every_kind_of_caller_what_it_should() {
    let server = Server::with(|config| {
        with_tickets(config);
        config.limits.max_open_uploads = 10_000;
    })
    .await;
    let mut wrong = Vec::new();
    for row in ROUTES {
        for who in CALLERS {
            for scope in scopes(row.2) {
                let (mine, another) = (video(&server).await, video(&server).await);
                let (id, token) = (&mine.video.id, mine.upload.url.rsplit('/').next().unwrap());
                let mut asked = build(*row, id, token);
                if row.2 == Needs::Pass
                    && let Some(pass) = self::token(&server, who, id, &another.video.id)
                {
                    *asked.uri_mut() = format!("{}?token={pass}", asked.uri()).parse().unwrap();
                }
                if let Some(value) = authorization(who, row.2, scope, &another.video.id) {
                    asked.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
                }
                let response = server.router.clone().oneshot(asked).await.unwrap();
                let (parts, body) = response.into_parts();
                let told = parts.status.as_u16();
                if told != expected(*row, who) {
                    wrong.push(format!(
                        "{} {} {who:?} with {scope:?}: {told}, not {}",
                        row.0,
                        row.1,
                        expected(*row, who)
                    ));
                }
                let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
                if endless {
                    continue;
                }
                let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
                if who != Who::Right && row.2 != Needs::Nothing && body.contains(id.as_str()) {
                    wrong.push(format!("{} {} {who:?}: the video is told of", row.0, row.1));
                }
                if told == 401 {
                    let challenge = parts.headers.get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
                    assert!(challenge.is_some_and(|text| text.starts_with("Bearer")), "{challenge:?}");
                    let code = serde_json::from_str::<ErrorBody>(&body).unwrap().error.code;
                    let expired = who == Who::Expired;
                    assert_eq!(code, if expired { ErrorCode::TicketExpired } else { ErrorCode::Unauthorized });
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_route_is_missing_from_the_table() {
    let server = guarded().await;
    let description: Value = server.get("/openapi.json").await.json();
    let served: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|m| (m.to_uppercase(), path.clone())))
        .collect();
    let listed: BTreeSet<_> = ROUTES.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
    assert_eq!(served, listed);
}

#[test]
fn no_route_is_hidden_from_the_description() {
    // Such a one is in no table made from it. The one there is serves an address of its description twice.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http");
    let hidden: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap_or_default())
        .flat_map(|text| {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            code.lines().filter(|line| line.contains(".route(")).map(|l| l.trim().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(hidden, [".route(\"/tus/\", axum::routing::post(create))"]);
}
