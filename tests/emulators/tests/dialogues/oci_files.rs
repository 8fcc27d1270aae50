//! Pre-authenticated requests, as a page uses them.

use std::time::Duration;

use anyhow::{Context, Result};
use reelway_emulators::{
    oci::{Oci, Setup},
    secret,
};
use serde_json::{Value, json};

use crate::{
    client::{film, header, json, say},
    oci_signer::Signer,
};

async fn request(oci: &Oci, signer: &Signer, asked: &Value) -> Result<Value> {
    signer.ask(oci, "POST", &format!("{}/n/ns/b/in/p", oci.hosts().storage), asked).await
}

async fn writing(oci: &Oci, signer: &Signer) -> Result<(String, String)> {
    let asked = json!({ "name": "up", "objectName": "u/a b.mp4", "accessType": "ObjectWrite",
                        "timeExpires": "2099-01-01T00:00:00Z" });
    let made = request(oci, signer, &asked).await?;
    let text = |name: &str| made[name].as_str().map(str::to_owned).context("a field is missing");
    Ok((format!("{}{}", oci.hosts().storage, text("accessUri")?), text("id")?))
}

#[tokio::test]
async fn a_page_sends_parts_in_any_order_and_commits_them() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let (url, _) = writing(&oci, &Signer::of(&oci)?).await?;
    let asked = [("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "opc-multipart")];

    let leave = say("OPTIONS", &url, &asked, &[]).await?;
    assert_eq!(header(&leave, "Access-Control-Allow-Headers"), "opc-multipart");
    let begun = json(say("PUT", &url, &[("opc-multipart", "true")], &[]).await?).await?;
    let parts = format!("{}{}", oci.hosts().storage, begun["accessUri"].as_str().unwrap_or_default());
    assert!(parts.contains("/u/u%2Fa%20b.mp4/id/"), "{parts}");
    for (number, body) in [("10", "ten"), ("2", "two"), ("7", "seven")] {
        let sent = say("PUT", &format!("{parts}{number}"), &[], body.as_bytes()).await?;
        assert_eq!(sent.status(), 200);
        assert!(header(&sent, "Access-Control-Expose-Headers").contains("etag"));
    }
    let zero = say("PUT", &format!("{parts}0"), &[], b"x").await?;
    let done = say("POST", &parts, &[], &[]).await?;

    assert_eq!((zero.status().as_u16(), done.status().as_u16()), (400, 200));
    assert!(header(&done, "opc-multipart-md5").ends_with("-3"));
    assert_eq!(oci.received("in", "u/a b.mp4")?, (11, secret::sha256(b"twoseventen")));
    assert_eq!(say("POST", &parts, &[], &[]).await?.status(), 404, "it is done");
    Ok(())
}

#[tokio::test]
async fn a_request_that_was_deleted_is_over_or_is_for_another_object_is_worth_nothing() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let signer = Signer::of(&oci)?;
    let (url, id) = writing(&oci, &signer).await?;
    let begun = json(say("PUT", &url, &[("opc-multipart", "true")], &[]).await?).await?;
    let parts = format!("{}{}", oci.hosts().storage, begun["accessUri"].as_str().unwrap_or_default());
    let aborted = json(say("PUT", &url, &[("opc-multipart", "true")], &[]).await?).await?;
    let aborted = format!("{}{}", oci.hosts().storage, aborted["accessUri"].as_str().unwrap_or_default());

    assert_eq!(say("DELETE", &aborted, &[], &[]).await?.status(), 204);
    assert_eq!(say("PUT", &format!("{aborted}1"), &[], b"x").await?.status(), 404, "aborted");
    assert_eq!(say("PUT", &url.replace("a%20b", "c"), &[], b"x").await?.status(), 404, "another object");
    let gone = signer.send(&oci, "DELETE", &format!("{}/n/ns/b/in/p/{id}", oci.hosts().storage), &[]).await?;
    assert_eq!(gone.status(), 204);
    assert_eq!(say("PUT", &url, &[], b"x").await?.status(), 404, "deleted");
    assert_eq!(say("PUT", &format!("{parts}1"), &[], b"x").await?.status(), 404, "and its parts");

    let (late, _) = writing(&oci, &signer).await?;
    oci.desk().clock.turn(reelway_emulators::clock::Turn::Stop(4_070_908_801));
    assert_eq!(say("PUT", &late, &[], b"x").await?.status(), 404, "over");
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_not_what_its_md5_says_is_refused_and_a_name_that_is_taken_is_kept() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let (url, _) = writing(&oci, &Signer::of(&oci)?).await?;

    let wrong = say("PUT", &url, &[("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], b"film").await?;
    let first = say("PUT", &url, &[("If-None-Match", "*")], b"film").await?;
    let second = say("PUT", &url, &[("If-None-Match", "*")], b"other").await?;

    assert_eq!([wrong, first, second].map(|answer| answer.status().as_u16()), [400, 200, 412]);
    assert_eq!(oci.received("in", "u/a b.mp4")?.1, secret::sha256(b"film"));
    oci.desk().clock.advance(Duration::from_secs(1));
    Ok(())
}
