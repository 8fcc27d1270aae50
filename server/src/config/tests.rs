//! What is configured, and what is refused.

#![allow(clippy::unwrap_used)]
use super::*;

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reelway.toml");
    std::fs::write(&path, toml).unwrap();
    Config::load(Some(&path), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

#[test]
fn nothing_configured_is_a_configuration() {
    let config = Config::load(None, []).unwrap();
    assert_eq!(config, Config::default());
    config.validate().unwrap();
}

#[test]
fn the_environment_lies_over_the_file() {
    let config = load(
        "public_url = 'https://a.example'\n[limits]\nmax_file_size = 1\nmax_open_uploads = 2",
        &[
            ("REELWAY_LIMITS__MAX_FILE_SIZE", "3"),
            ("REELWAY_PUBLIC_URL", "https://b.example"),
            ("REELWAY_CORS_ORIGINS", r#"["https://c.example"]"#),
            ("REELWAY_CONFIG", "the path of the file itself"),
            ("REELWAY_CACHE", "another program's"),
            ("HOME", "/"),
        ],
    )
    .unwrap();
    assert_eq!((config.limits.max_file_size, config.limits.max_open_uploads), (3, 2));
    assert_eq!(config.public_url.as_deref(), Some("https://b.example"));
    assert_eq!(config.cors_origins, ["https://c.example"]);
}

#[test]
fn an_unknown_key_is_refused_by_name_and_place() {
    let error = load("[limits]\nmax_size = 1", &[]).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("max_size") && error.contains("max_file_size"), "{error}");
    let error = load("", &[("REELWAY_LIMITS__MAX_SIZE", "1")]).unwrap_err().to_string();
    assert!(error.contains("max_size"), "{error}");
    let error = load("", &[("REELWAY_BIND__PORT__", "1")]).unwrap_err().to_string();
    assert!(error.contains("REELWAY_BIND__PORT__"), "{error}");
}

#[test]
fn the_example_holds_the_defaults_and_only_keys_that_exist() {
    let example = include_str!("../../../reelway.example.toml");
    assert_eq!(load(example, &[]).unwrap(), Config::default());
    let optional = |line: &str| line.starts_with('#') && !line.starts_with("# ");
    assert_eq!(example.lines().filter(|line| optional(line)).count(), 13);
    let all: Vec<&str> = example.lines().map(|line| if optional(line) { &line[1..] } else { line }).collect();
    load(&all.join("\n"), &[]).unwrap().validate().unwrap();
}

#[test]
fn every_key_can_come_from_the_environment() {
    let error = toml::from_str::<Config>("no_such_key = 1").unwrap_err().to_string();
    let known: Vec<&str> = error.split('`').skip(1).step_by(2).filter(|name| *name != "no_such_key").collect();
    assert_eq!(known, KEYS);
}

#[test]
fn values_that_do_not_fit_together_say_what_to_do() {
    for (toml, says) in [
        ("bind = '0.0.0.0:8787'", "loopback"),
        ("public_url = 'https://a.example/path'", "public_url"),
        ("cors_origins = ['*']", "cors_origins"),
        ("auth = 'ticket'", "[[tickets.keys]]"),
        ("bind = '0.0.0.0:8787'\nauth = 'ticket'", "[[tickets.keys]]"),
        ("[tickets]\nleeway = 301", "tickets.leeway"),
        ("[[tickets.keys]]\nalg = 'HS256'\nenv = 'A'\n[[tickets.keys]]\nalg = 'EdDSA'\nenv = 'B'", "kid"),
        (
            "[[tickets.keys]]\nkid = 'a'\nalg = 'HS256'\nenv = 'A'\n[[tickets.keys]]\nkid = 'a'\nalg = 'HS256'\nenv = 'B'",
            "same kid",
        ),
        ("page_sources = ['https://a.example; script-src *']", "page_sources"),
        ("[playback]\nencryption = 'aes-128'", "playback.policy"),
        ("[playback]\nttl = 59", "playback.ttl"),
        ("page_sources = ['*']", "page_sources"),
        ("page_sources = ['http://a.example']", "page_sources"),
        ("page_sources = [\"'unsafe-inline'\"]", "page_sources"),
        ("provider = 'mux'", "[providers]"),
        ("[upload]\nmax_chunk = 1000", "262144"),
        ("[store]\nkind = 's3'", "store.bucket"),
    ] {
        let error = load(toml, &[]).unwrap().validate().unwrap_err().to_string();
        assert!(error.contains(says), "{toml}: {error}");
    }
    for toml in [
        "bind = '0.0.0.0:8787'\nrole = 'worker'",
        "bind = '0.0.0.0:8787'\nauth = 'ticket'\n[[tickets.keys]]\nalg = 'HS256'\nenv = 'A'",
        "[playback]\npolicy = 'signed'\nencryption = 'aes-128'",
        "page_sources = ['https://*.a.example', 'http://127.0.0.1:4000']",
    ] {
        load(toml, &[]).unwrap().validate().unwrap();
    }
}
