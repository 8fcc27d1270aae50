//! Files that come in parts, several at once: tus' concatenation.

use std::io;

use axum::{body::Body, http::Method};
use reelway_api::{ErrorCode, VideoStatus};

use crate::{
    server::{Server, bytes},
    tus::{PART, ask, create, head, part, patch},
};

#[tokio::test]
async fn a_file_goes_up_in_parts() {
    let server = Server::start().await;
    let file = bytes(900_001);
    let (one, two, three) = (&file[..300_000], &file[300_000..600_000], &file[600_000..]);
    let third = part(&server, three).await;
    let first = part(&server, one).await;
    let second = create(&server, &[PART, ("upload-length", "300000")]).await;
    let at = head(&server, &second).await;
    assert_eq!((at.header("upload-concat"), at.header("upload-offset")), (Some("partial"), Some("0")));
    assert_eq!(at.header("reelway-video"), None, "a part is no video");
    patch(&server, &second, 0, two[..1234].to_vec()).await.at(1234);

    let concat = format!("final;{first} http://localhost:8787{second} {third}");
    let headers = [("upload-concat", concat.as_str()), ("upload-metadata", "filename aG9saWRheS5tcDQ=")];
    let early = ask(&server, Method::POST, "/tus", &headers, Body::empty()).await;
    early.refused(400, ErrorCode::BadRequest);
    patch(&server, &second, 1234, two[1234..].to_vec()).await.at(300_000);
    let videos: serde_json::Value = server.get("/api/videos").await.json();
    assert_eq!(videos["videos"].as_array().unwrap().len(), 0, "parts are no videos");

    let answer = ask(&server, Method::POST, "/tus", &headers, Body::empty()).await;
    answer.status(201);
    let (url, id) = (answer.header("location").unwrap(), answer.video());
    let video = server.video(&id).await;
    assert_eq!((video.status, video.size), (VideoStatus::Processing, Some(900_001)));
    assert_eq!(video.title, "holiday.mp4");
    assert_eq!(server.original(&id), file);
    assert_eq!(server.files(), 0, "the parts are not kept twice");

    let joined = head(&server, url).await;
    assert_eq!(joined.header("upload-concat"), Some(concat.as_str()));
    assert_eq!((joined.header("upload-offset"), joined.header("upload-length")), (Some("900001"), Some("900001")));
    patch(&server, url, 900_001, "x").await.status(403);
    patch(&server, url, 900_001, "").await.status(403);

    // The answer may have been lost: whoever asks again gets the same video, not another one.
    let again = ask(&server, Method::POST, "/tus", &headers, Body::empty()).await;
    assert_eq!((again.header("location"), again.video()), (Some(url), id.clone()));
    assert_eq!(head(&server, &first).await.header("upload-offset"), Some("300000"));
    patch(&server, &first, 300_000, "x").await.status(413);
    let backwards = format!("final;{third} {second} {first}");
    ask(&server, Method::POST, "/tus", &[("upload-concat", &backwards)], Body::empty()).await.status(400);

    server.hours(25);
    assert_eq!(server.app.local().sweep().await.unwrap(), 3, "the rows of the parts");
    assert_eq!(server.original(&id), file);
    assert_eq!(head(&server, url).await.header("upload-offset"), Some("900001"));
}

#[tokio::test]
async fn what_can_not_be_put_together_is_refused() {
    let server = Server::with(|config| config.limits.max_file_size = 1000).await;
    let (first, second) = (part(&server, &bytes(600)).await, part(&server, &bytes(500)).await);
    let whole = create(&server, &[("upload-length", "5")]).await;
    for (story, list, status) in [
        ("too much together", format!("final;{first} {second}"), 413),
        ("a part twice", format!("final;{first} {first}"), 400),
        ("an unknown part", format!("final;{first} /u/unknown"), 400),
        ("what is no part", format!("final;{first} {whole}"), 400),
        ("nothing", "final;".to_owned(), 400),
        ("no URLs of ours", "final;/files/1 /files/2".to_owned(), 400),
    ] {
        let answer = ask(&server, Method::POST, "/tus", &[("upload-concat", &list)], Body::empty()).await;
        assert_eq!(answer.status.as_u16(), status, "{story}: {}", answer.text());
    }
    for url in [&first, &second] {
        head(&server, url).await.status(200);
    }
    server.put(&first, "bytes */*", b"").await.refused(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_process_that_dies_while_it_puts_parts_together_loses_none() {
    let server = Server::start().await;
    let file = bytes(5000);
    let (first, second) = (part(&server, &file[..2000]).await, part(&server, &file[2000..]).await);
    // Half of the second part is behind the first when the process dies.
    let parts = server.paths();
    let of_first = parts.iter().find(|path| std::fs::metadata(path).unwrap().len() == 2000).unwrap();
    let mut half = std::fs::OpenOptions::new().append(true).open(of_first).unwrap();
    io::Write::write_all(&mut half, &file[2000..3500]).unwrap();
    let server = server.restart().await;
    assert_eq!(head(&server, &first).await.header("upload-offset"), Some("2000"));
    let concat = format!("final;{first} {second}");
    let answer = ask(&server, Method::POST, "/tus", &[("upload-concat", &concat)], Body::empty()).await;
    answer.status(201);
    assert_eq!(server.original(&answer.video()), file);
}
