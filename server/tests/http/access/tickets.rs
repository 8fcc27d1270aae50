//! What makes a ticket count. Tokens are put together by hand here, as somebody would who wants in.

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use reelway_api::{ErrorBody, ErrorCode};
use reelway_server::{
    access::{
        KeyError, Keys, Scope, TicketError,
        mint::{NewTicket, mint},
    },
    config::{TicketAlgorithm, TicketKey, TicketsConfig},
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{NOW, SECRET, ask, guarded, signed, ticket};

/// `openssl genpkey -algorithm ed25519`, made for these tests.
pub const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJikLGe5vsBmd0ulFiClpc1AOFDYvUe0g02X2sZH2NlP\n-----END PRIVATE KEY-----\n";
/// `openssl pkey -pubout` of it.
pub const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAqxf06yB2aZliu5EsAgVcJllAYwUxvy4tdYH6HZeq2ug=\n-----END PUBLIC KEY-----\n";

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// A token with a good HMAC under this key, whatever its header says.
fn forged(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn claims() -> Value {
    json!({ "sub": "anna", "scope": "upload view manage", "exp": NOW + 60 })
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims();
    change(&mut claims);
    claims
}

fn key(kid: Option<&str>, alg: TicketAlgorithm, env: &str) -> TicketKey {
    TicketKey { kid: kid.map(str::to_owned), alg, env: env.to_owned() }
}

fn environment(name: &str) -> Option<String> {
    Some(match name {
        "OLD" => SECRET.to_owned(),
        "NEW" => "the next secret, which is as long as need be".to_owned(),
        "PUBLIC" => PUBLIC.to_owned(),
        // As a tool for environment variables would hold it.
        "FOLDED" => PUBLIC.replace('\n', "\\n"),
        "SHORT" => "0123456789012345678901234567890".to_owned(),
        _ => return None,
    })
}

fn keys(list: Vec<TicketKey>) -> Keys {
    Keys::open(&TicketsConfig { keys: list, ..TicketsConfig::default() }, environment).unwrap()
}

#[tokio::test]
async fn a_server_takes_good_tickets_and_refuses_all_others() {
    let server = guarded().await;
    let hs = json!({ "alg": "HS256", "typ": "JWT" });
    let good = |claims: &Value| forged(&hs, claims, SECRET.as_bytes());
    for (what, token) in [
        ("as it should be", good(&claims())),
        ("no typ", forged(&json!({ "alg": "HS256" }), &claims(), SECRET.as_bytes())),
        ("scopes as a list", good(&with(|c| c["scope"] = json!(["view", "upload"])))),
        ("a scope of tomorrow besides", good(&with(|c| c["scope"] = json!("view teleport")))),
        ("claims of others besides", good(&with(|c| c["name"] = json!({ "first": "Anna" })))),
        ("just not over, by the leeway", good(&with(|c| c["exp"] = json!(NOW - 29)))),
        ("not begun, by less than the leeway", good(&with(|c| c["nbf"] = json!(NOW + 30)))),
        ("a fraction of a second", good(&with(|c| c["exp"] = json!(NOW as f64 + 0.5)))),
    ] {
        let answer = ask(&server, &token, Method::GET, "/api/videos", None).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
    }
    let mut altered = good(&claims());
    let middle = altered.find('.').unwrap() + 3;
    altered.replace_range(middle..=middle, if &altered[middle..=middle] == "A" { "B" } else { "A" });
    let stripped = good(&claims()).rsplit_once('.').unwrap().0.to_owned();
    for (what, token) in [
        ("another key", forged(&hs, &claims(), b"a secret of somebody else, who is not asked")),
        ("no signature", format!("{stripped}.")),
        ("no signature, and no dot", stripped.clone()),
        ("alg none", format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims()))),
        ("alg None", format!("{}.{}.", part(&json!({ "alg": "None" })), part(&claims()))),
        ("another HMAC", forged(&json!({ "alg": "HS512" }), &claims(), SECRET.as_bytes())),
        ("EdDSA with an HMAC", forged(&json!({ "alg": "EdDSA" }), &claims(), SECRET.as_bytes())),
        (
            "a key in the token",
            forged(&json!({ "alg": "HS256", "kid": "x", "jwk": { "kty": "oct", "k": "AAAA" } }), &claims(), b"\0\0\0"),
        ),
        ("an unknown kid", forged(&json!({ "alg": "HS256", "kid": "x" }), &claims(), SECRET.as_bytes())),
        ("an altered claim", altered),
        ("no exp", good(&with(|c| drop(c.as_object_mut().unwrap().remove("exp"))))),
        ("exp as text", good(&with(|c| c["exp"] = json!((NOW + 60).to_string())))),
        ("exp below zero", good(&with(|c| c["exp"] = json!(-1)))),
        ("no sub", good(&with(|c| drop(c.as_object_mut().unwrap().remove("sub"))))),
        ("an empty sub", good(&with(|c| c["sub"] = json!("")))),
        ("sub as a number", good(&with(|c| c["sub"] = json!(7)))),
        ("no scope", good(&with(|c| drop(c.as_object_mut().unwrap().remove("scope"))))),
        ("scope as a number", good(&with(|c| c["scope"] = json!(7)))),
        ("max_size below zero", good(&with(|c| c["max_size"] = json!(-1)))),
        ("not begun", good(&with(|c| c["nbf"] = json!(NOW + 31)))),
        ("another service's", good(&with(|c| c["aud"] = json!("billing")))),
        ("an array", good(&json!([1, 2]))),
        ("endless", "a".repeat(10_000)),
        ("five parts", "a.b.c.d.e".to_owned()),
    ] {
        let answer = ask(&server, &token, Method::GET, "/api/videos", None).await;
        let body: ErrorBody = answer.json();
        assert_eq!((answer.status.as_u16(), body.error.code), (401, ErrorCode::Unauthorized), "{what}");
        assert!(!body.error.message.contains("anna"), "nothing of the token comes back");
    }
    let over = good(&with(|c| c["exp"] = json!(NOW - 30)));
    ask(&server, &over, Method::GET, "/api/videos", None).await.refused(401, ErrorCode::TicketExpired);
}

#[tokio::test]
async fn a_ticket_comes_in_one_header_and_nowhere_else() {
    let server = guarded().await;
    let good = signed(&ticket("anna", &[Scope::View]));
    let status = async |build: &dyn Fn(axum::http::request::Builder) -> axum::http::request::Builder, query: &str| {
        let request = build(crate::server::request(Method::GET, &format!("/api/videos{query}")));
        server.call(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(status(&|r| r.header("authorization", format!("Bearer {good}")), "").await, 200);
    assert_eq!(status(&|r| r.header("authorization", format!("bearer  {good} ")), "").await, 200);
    for scheme in ["Basic", "Token", ""] {
        assert_eq!(status(&|r| r.header("authorization", format!("{scheme} {good}")), "").await, 401, "{scheme}");
    }
    let twice = |r: axum::http::request::Builder| {
        r.header("authorization", format!("Bearer {good}")).header("authorization", "Bearer x")
    };
    assert_eq!(status(&twice, "").await, 401);
    assert_eq!(status(&|r| r.header("cookie", format!("ticket={good}; token={good}")), "").await, 401);
    for name in ["token", "ticket", "access_token"] {
        assert_eq!(status(&|r| r, &format!("?{name}={good}")).await, 401, "{name}");
    }
}

#[test]
fn keys_are_exchanged_without_a_moment_in_which_tickets_fail() {
    let both =
        keys(vec![key(Some("old"), TicketAlgorithm::Hs256, "OLD"), key(Some("new"), TicketAlgorithm::EdDsa, "FOLDED")]);
    let new = ticket("anna", &[Scope::View]);
    let old_ticket = mint(&new, TicketAlgorithm::Hs256, Some("old"), ("", SECRET), NOW * 1000).unwrap();
    let new_ticket = mint(&new, TicketAlgorithm::EdDsa, Some("new"), ("", PRIVATE), NOW * 1000).unwrap();
    for ticket in [&old_ticket, &new_ticket] {
        assert_eq!(both.verify(ticket, NOW * 1000).unwrap().sub, "anna");
    }
    let unnamed = mint(&new, TicketAlgorithm::Hs256, None, ("", SECRET), NOW * 1000).unwrap();
    assert_eq!(both.verify(&unnamed, NOW * 1000), Err(TicketError::UnknownKey));
    let after = keys(vec![key(Some("new"), TicketAlgorithm::EdDsa, "PUBLIC")]);
    assert!(after.verify(&new_ticket, NOW * 1000).is_ok());
    assert_eq!(after.verify(&old_ticket, NOW * 1000), Err(TicketError::UnknownKey));
}

#[test]
fn a_public_key_never_verifies_as_a_secret() {
    // Who knows the public key signs with it as if it were an HMAC's.
    let keys = keys(vec![key(Some("k"), TicketAlgorithm::EdDsa, "PUBLIC")]);
    for secret in [PUBLIC, PUBLIC.trim(), "\u{d7}\u{5a}"] {
        let token = forged(&json!({ "alg": "HS256", "kid": "k" }), &claims(), secret.as_bytes());
        assert_eq!(keys.verify(&token, NOW * 1000), Err(TicketError::WrongAlgorithm));
    }
}

#[test]
fn an_audience_is_asked_for_once_it_is_configured() {
    let config = TicketsConfig {
        keys: vec![key(None, TicketAlgorithm::Hs256, "OLD")],
        audience: Some("reelway".to_owned()),
        ..TicketsConfig::default()
    };
    let keys = Keys::open(&config, environment).unwrap();
    let hs = json!({ "alg": "HS256" });
    for (aud, counts) in [
        (json!("reelway"), true),
        (json!(["billing", "reelway"]), true),
        (json!("billing"), false),
        (json!([]), false),
        (Value::Null, false),
    ] {
        let token = forged(&hs, &with(|c| c["aud"] = aud.clone()), SECRET.as_bytes());
        assert_eq!(keys.verify(&token, NOW * 1000).is_ok(), counts, "{aud}");
    }
    let token = forged(&hs, &claims(), SECRET.as_bytes());
    assert_eq!(keys.verify(&token, NOW * 1000), Err(TicketError::WrongAudience));
    let minted = NewTicket { audience: Some("reelway".to_owned()), ..ticket("anna", &[Scope::View]) };
    assert!(keys.verify(&signed(&minted), NOW * 1000).is_ok());
}

#[test]
fn keys_that_can_not_be_used_say_what_to_do() {
    let open = |alg, env| {
        let config = TicketsConfig { keys: vec![key(None, alg, env)], ..TicketsConfig::default() };
        Keys::open(&config, environment).map(drop)
    };
    assert_eq!(open(TicketAlgorithm::Hs256, "SHORT"), Err(KeyError::Short("SHORT".to_owned())));
    assert_eq!(open(TicketAlgorithm::Hs256, "NONE"), Err(KeyError::Missing("NONE".to_owned())));
    assert_eq!(open(TicketAlgorithm::EdDsa, "OLD"), Err(KeyError::NoPublicKey("OLD".to_owned())));
    assert_eq!(open(TicketAlgorithm::EdDsa, "PUBLIC"), Ok(()));
    let shown = format!("{:?}", keys(vec![key(None, TicketAlgorithm::Hs256, "OLD")]));
    assert!(!shown.contains("secret"), "{shown}");
}
