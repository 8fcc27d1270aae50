//! `reelway oci` as an operator and a script meet it: the binary itself, with a file and an environment.

use reelway_emulators::oci::media::Outcome;
use serde_json::Value;

use crate::{
    bench::{Bench, status},
    office::Office,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_script_goes_from_a_file_to_a_url_that_plays() {
    let (office, object) = Office::with_a_file(Bench::new().await).await;
    // Uploading has made it all: so that it is all made here, another name.
    office.write(&office.settings().replace("[providers.oracle]", "[providers.oracle]\nprefix = \"by-hand\""));

    let built = office.reelway("build --json").await;
    assert_eq!(built.json().1, ["channel", "domain", "made", "namespace", "packaging", "workflow"]);
    assert_eq!(built.done()["made"], serde_json::json!(["workflow", "channel", "cdn", "packaging"]));
    assert_eq!(built.err, "", "there is nothing to wait for");

    let run = office.reelway(&format!("run --object {object} --name film-1 --json")).await;
    assert_eq!(run.json().1, ["asset", "job", "name", "playlist", "state"]);
    let told = run.done();
    assert_eq!((&told["name"], &told["state"]), (&"film-1".into(), &"SUCCEEDED".into()));
    assert_eq!(told["playlist"], "by-hand/videos/film-1/film-1-master.m3u8");
    assert!(run.err.lines().last().unwrap().starts_with("succeeded"), "progress is on standard error: {:?}", run.err);

    let asset = told["asset"].as_str().unwrap();
    let ingested = office.reelway(&format!("ingest --asset {asset} --json")).await;
    assert_eq!(ingested.json().1, ["asset", "channel", "job", "state"]);
    assert_eq!(ingested.done()["channel"], built.done()["channel"]);

    let session = office.reelway(&format!("session --asset {asset} --life 600 --json")).await;
    assert_eq!(session.json().1, ["expires_at", "url"]);
    assert_eq!(status(session.done()["url"].as_str().unwrap()).await, 200);

    for said in [&built.err, &run.err, &ingested.err, &session.err] {
        assert!(!said.contains(['\r', '\x1b']), "nothing of a terminal where there is none: {said:?}");
    }
    // For people: a name and a value in each line.
    let shown = office.reelway("build").await;
    let channel = format!("channel {}", built.done()["channel"].as_str().unwrap());
    assert!(shown.out.lines().any(|line| line == channel), "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn build_twice_makes_nothing_twice() {
    let office = Office::open("").await;
    let (first, second) = (office.reelway("build --json").await.done(), office.reelway("build --json").await.done());
    assert_eq!(second["made"], serde_json::json!([]));
    for key in ["namespace", "workflow", "channel", "domain", "packaging"] {
        assert_eq!(first[key], second[key], "{key}");
    }
    // Two at once, from nothing.
    let office = Office::open("").await;
    let (one, two) = tokio::join!(office.reelway("build --json"), office.reelway("build --json"));
    assert_eq!((&one.done()["channel"], &one.done()["workflow"]), (&two.done()["channel"], &two.done()["workflow"]));
    let office = Office::open("").await;
    office.reelway("build").await;
    office.reelway("build").await;
    for kind in ["mediaWorkflows", "streamDistributionChannels", "streamCdnConfigs", "streamPackagingConfigs"] {
        assert_eq!(office.made(kind), 1, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_a_job_ends_the_command_with_its_own_code() {
    let (office, object) = Office::with_a_file(Bench::new().await).await;
    for (name, end, code, word, words) in [
        ("a", Outcome::Succeeded, 0, "", ""),
        (
            "b",
            Outcome::Failed { task: "transcode".into() },
            3,
            "job_failed",
            "the job failed at transcode: The task transcode failed",
        ),
        ("c", Outcome::Rejected, 3, "job_failed", "the job was rejected: The job was rejected"),
        ("d", Outcome::Canceled, 3, "job_failed", "the job was cancelled: The job was cancelled"),
        ("e", Outcome::Stuck, 4, "timeout", "To go on waiting for it: reelway oci run --object"),
    ] {
        office.bench.oci.next_outcome(end.clone());
        let done = office.reelway(&format!("run --object {object} --name {name} --timeout 2 --json")).await;
        assert_eq!(done.code, code, "{end:?}: {}", done.err);
        if code == 0 {
            assert_eq!(done.done()["state"], "SUCCEEDED");
            continue;
        }
        let (told, keys) = done.json();
        assert_eq!((keys, &told["error"]["code"]), (vec!["error".to_owned()], &word.into()));
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{end:?}: {message}");
        assert_eq!(done.err.lines().last(), Some(format!("reelway: {message}").as_str()), "people are told the same");
    }
    // An ingest ends as well.
    let run = office.reelway(&format!("run --object {object} --name a --json")).await.done();
    office.bench.oci.next_outcome(Outcome::Rejected);
    let done = office.reelway(&format!("ingest --asset {}", run["asset"].as_str().unwrap())).await;
    assert_eq!((done.code, done.out.as_str()), (3, ""));
    let waiting = office.reelway(&format!("run --object {object} --name f --no-wait --json")).await;
    assert_eq!((waiting.done()["state"].clone(), waiting.err.as_str()), (Value::Null, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_with_what_to_do_and_never_with_a_secret() {
    let office = Office::open("limits = { retries = 0 }").await;
    let good = office.settings();
    let sealed = include_str!("../../src/providers/oci/testdata/rsa_sealed.pem");
    let with_passphrase =
        good.replace("user = \"ocid1.user.oc1..u\"", "user = \"ocid1.user.oc1..u\"\npassphrase_env = \"P\"");
    assert_ne!(with_passphrase, good);
    let key = office.key.clone();
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        good.replace(from, to)
    };
    let stranger = changed("ocid1.user.oc1..u", "ocid1.user.oc1..stranger");
    let nowhere = changed(&office.bench.oci.hosts().media, "http://127.0.0.1:1");
    let two = format!(
        "{good}\n{}",
        good.replace("provider = \"oracle\"\n", "").replace("providers.oracle", "providers.other")
    );
    type Row<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let rows: [Row<'_>; 16] = [
        (
            "no such provider",
            "provider = \"local\"\n[providers.local]\nkind = \"local\"\n",
            "build",
            &[],
            "config",
            "no such provider of kind \"oci\"",
        ),
        ("another name", &good, "build --provider other", &[], "config", "--provider"),
        ("two of them", &two, "build", &[], "config", "choose one with --provider"),
        (
            "a slip of the pen",
            &changed("bucket = \"in\"", "buckets = \"in\""),
            "build",
            &[],
            "config",
            "unknown field `buckets`",
        ),
        ("no TOML", "[providers", "build", &[], "config", "line 1"),
        ("a region that is none", &changed("us-phoenix-1", "../up"), "build", &[], "config", "region: it has letters"),
        (
            "no key",
            &good,
            "build",
            &[("VIDEO_PRIVATE_KEY", "")],
            "config",
            "the environment variable VIDEO_PRIVATE_KEY is not set",
        ),
        (
            "half a key",
            &good,
            "build",
            &[("VIDEO_PRIVATE_KEY", &key[..400])],
            "config",
            "it holds no RSA private key: give the whole PEM",
        ),
        ("a key with a passphrase", &good, "build", &[("VIDEO_PRIVATE_KEY", sealed)], "config", "auth.passphrase_env"),
        (
            "no passphrase",
            &with_passphrase,
            "build",
            &[("VIDEO_PRIVATE_KEY", sealed)],
            "config",
            "the environment variable P is not set",
        ),
        (
            "a wrong passphrase",
            &with_passphrase,
            "build",
            &[("VIDEO_PRIVATE_KEY", sealed), ("P", "open-barley")],
            "config",
            "the passphrase does not open it",
        ),
        (
            "another's key",
            &with_passphrase,
            "build",
            &[("VIDEO_PRIVATE_KEY", sealed), ("P", "open sesame")],
            "refused",
            "Is it the key of this user",
        ),
        ("another user", &stranger, "build", &[], "refused", "Is it the key of this user"),
        ("nobody there", &nowhere, "build", &[], "refused", "Are region and hosts right"),
        ("no such object", &good, "run --object nothing", &[], "config", "Upload it there"),
        (
            "no such asset",
            &good,
            "session --asset ocid1.mediaasset.nobody",
            &[],
            "refused",
            "Are compartment, bucket and OCIDs right",
        ),
    ];
    for (name, config, line, environment, code, words) in rows {
        office.write(config);
        for json in ["", " --json"] {
            let mut command = office.command(&format!("{line}{json}"));
            command.envs(environment.iter().copied());
            let done = office.run(command).await;
            assert_eq!(done.code, 1, "{name}: {} {}", done.out, done.err);
            assert!(done.err.contains(words) && done.err.contains("reelway: "), "{name}: {}", done.err);
            match json {
                "" => assert_eq!(done.out, "", "{name}: standard output is for results"),
                _ => assert_eq!(done.json().0["error"]["code"], code, "{name}"),
            }
            for secret in [key.lines().nth(1).unwrap(), sealed.lines().nth(1).unwrap(), "barley", "sesame"] {
                assert!(!format!("{}{}", done.out, done.err).contains(secret), "{name}: {}", done.err);
            }
        }
    }
    let absent = office.run(office.command_with("absent.toml", "build --json")).await;
    assert_eq!((absent.code, &absent.json().0["error"]["code"]), (1, &"config".into()));
    assert!(absent.err.contains("absent.toml"), "{}", absent.err);
    for line in ["ingest", "session --asset a --life 5", "run", "bild", "ingest --asset a --object b"] {
        let done = office.reelway(line).await;
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_talkative_log_of_all_commands_tells_no_secret() {
    let keys = "auth = { kind = 'api_key', tenancy = 'ocid1.tenancy.oc1..t', user = 'ocid1.user.oc1..u' }\n";
    for auth in [keys, "auth = { kind = 'instance_principal' }\n"] {
        let (office, object) = Office::with_a_file(Bench::signed(auth, "").await).await;
        let (mut said, mut tokens) = (String::new(), Vec::new());
        let mut asset = String::new();
        for line in ["build", "run", "ingest", "session", "run-and-fail"] {
            let line = match line {
                "run" => format!("run --object {object} --name one --json"),
                "ingest" => format!("ingest --asset {asset} --json"),
                "session" => format!("session --asset {asset} --json"),
                "run-and-fail" => {
                    office.bench.oci.next_outcome(Outcome::Rejected);
                    format!("run --object {object} --name two")
                }
                other => other.to_owned(),
            };
            let mut command = office.command(&line);
            command.env("RUST_LOG", "trace");
            let done = office.run(command).await;
            said += &done.err;
            if let Ok(told) = serde_json::from_str::<Value>(&done.out) {
                asset = told["asset"].as_str().map_or(asset, str::to_owned);
                tokens.extend(told["url"].as_str().and_then(|url| url.split("token=").nth(1)).map(str::to_owned));
            }
        }
        assert!(said.contains("TRACE") && said.contains("hyper"), "all of it is captured");
        assert_eq!(tokens.len(), 1);
        let key: Vec<_> = office.key.lines().filter(|line| line.len() == 64).collect();
        assert!(key.len() > 10);
        let log = office.bench.oci.desk().log();
        let signed: Vec<_> =
            log.iter().map(|entry| entry.header("authorization")).filter(|text| text.len() > 99).collect();
        assert!(signed.len() > 10);
        let signatures = signed.iter().filter_map(|header| header.split("signature=\"").nth(1)?.split('"').next());
        let ids = signed.iter().filter_map(|header| header.split("ST$").nth(1)?.split('"').next());
        for secret in key.into_iter().chain(tokens.iter().map(String::as_str)).chain(signatures).chain(ids) {
            assert!(!said.contains(secret), "{:?}", said.lines().find(|line| line.contains(secret)));
        }
    }
}
