//! `reelway doctor`, and what `reelway serve` refuses to begin with: problems by line and column, secrets by name.

use std::{path::Path, process::Command};

use crate::bench::SECRETS;

const GOOD: &str = "provider = \"cdn\"\n\n[providers.cdn]\nkind = \"http\"\nmap = \"mux\"\n";

/// What a command says, and whether it is content.
fn run(command: &str, folder: &Path, configuration: &str, secrets: &[(&str, &str)]) -> (bool, String) {
    let file = folder.join("reelway.toml");
    std::fs::write(&file, configuration).unwrap();
    let mut reelway = Command::new(env!("CARGO_BIN_EXE_reelway"));
    for (name, _) in SECRETS {
        reelway.env_remove(name);
    }
    reelway.env("REELWAY_LIMITS__MIN_FREE_SPACE", "0").envs(secrets.iter().copied());
    let output =
        reelway.args([command, "--config"]).arg(&file).arg("--data-dir").arg(folder.join("data")).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), said)
}

#[test]
fn all_is_well_with_a_map_and_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (_, said) = run("doctor", folder.path(), GOOD, &SECRETS);
    assert!(
        said.contains("ok    provider \"cdn\": Mux; new videos are signed; webhooks and polling; 5 secrets"),
        "{said}"
    );
    assert!(!said.contains("warn") && !said.contains("FAIL  provider"), "{said}");
    for (_, secret) in SECRETS {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn secrets_are_missed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["doctor", "serve"] {
        let (well, said) = run(command, folder.path(), GOOD, &[("VIDEO_CDN_TOKEN", "x"), ("VIDEO_CDN_SECRET", " ")]);
        assert!(!well);
        for name in ["VIDEO_CDN_SECRET", "VIDEO_SIGNING_KEY", "VIDEO_PRIVATE_KEY"] {
            assert!(said.contains(&format!("the environment variable {name} is not set")), "{said}");
        }
        assert!(!said.contains("VIDEO_CDN_TOKEN"), "{said}");
    }
    let mut broken = SECRETS;
    broken[4].1 = "not-a-key-5512";
    let (well, said) = run("doctor", folder.path(), GOOD, &broken);
    assert!(!well && said.contains("VIDEO_PRIVATE_KEY: it holds no RSA private key"), "{said}");
    assert!(!said.contains("5512"), "{said}");
}

#[test]
fn what_is_hardly_meant_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let public = format!("{GOOD}playback.policy = \"public\"\n");
    let (_, said) = run("doctor", folder.path(), &public, &SECRETS);
    assert!(
        said.contains("warn  provider \"cdn\": playback.policy is \"public\", though a signing key is set"),
        "{said}"
    );
    let without: Vec<_> = SECRETS.into_iter().filter(|(name, _)| *name != "VIDEO_WEBHOOK_SECRET").collect();
    let (_, said) = run("doctor", folder.path(), GOOD, &without);
    assert!(
        said.contains("warn  provider \"cdn\": the environment variable VIDEO_WEBHOOK_SECRET is not set"),
        "{said}"
    );
}

#[test]
fn a_problem_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), "label = \"Own\"\n[hosts]\napi_base = \"http://api.example\"\n")
        .unwrap();
    for (configuration, place) in [
        (
            format!("{GOOD}hosts.api_base = \"http://api.example\"\n"),
            "reelway.toml, line 6, column 18: hosts.api_base: it has to begin with https",
        ),
        (
            format!("{GOOD}signing.algorithm = \"HS256\"\n"),
            "reelway.toml, line 6, column 21: signing.algorithm: HS256 is refused",
        ),
        (
            format!("{GOOD}actions.get_asset.path = \"/v/{{asset}}\"\n"),
            "reelway.toml, line 6, column 30: actions.get_asset.path: there is no {asset} here",
        ),
        (format!("{GOOD}limits.timeout = \"soon\"\n"), "reelway.toml, line 6, column 18: limits.timeout"),
        (GOOD.replace("\"mux\"", "\"vimeo\""), "there is no map \"vimeo\""),
        (GOOD.replace("\"mux\"", "\"cloudflare\""), "vars.account: it has to be set"),
        (GOOD.replace("\"mux\"", "\"own.toml\""), "own.toml, line 1, column 1"),
    ] {
        for command in ["doctor", "serve"] {
            let (well, said) = run(command, folder.path(), &configuration, &SECRETS);
            assert!(!well && said.contains(place), "{command}: {place}\n{said}");
        }
    }
}
