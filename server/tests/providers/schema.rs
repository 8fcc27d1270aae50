//! The published JSON Schemas: they are what the code reads, they take what is shipped and refuse what is wrong.

use std::{fs, path::Path, process::Command};

use reelway_server::{
    config,
    providers::{http, oci},
};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn toml(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[test]
fn what_is_published_is_what_the_code_reads() {
    for (file, schema, command) in [
        ("docs/reelway.schema.json", config::schema(), "reelway schema"),
        ("docs/map.schema.json", http::map::schema(), "reelway schema --map"),
    ] {
        let published: Value = serde_json::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap();
        assert!(published == schema, "{file} is out of date: {command} > {file}");
        let mut reelway = Command::new(env!("CARGO_BIN_EXE_reelway"));
        let printed = reelway.args(command.split(' ').skip(1)).output().unwrap();
        assert!(printed.status.success() && printed.stderr.is_empty(), "{command}");
        assert_eq!(
            String::from_utf8(printed.stdout).unwrap(),
            fs::read_to_string(root().join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn a_maps_schema_takes_those_that_are_built_in_and_refuses_wrong_ones() {
    let schema = jsonschema::validator_for(&http::map::schema()).unwrap();
    for (name, text) in http::load::EMBEDDED {
        let map = toml(text);
        assert!(
            schema.is_valid(&map),
            "{name}: {:?}",
            schema.iter_errors(&map).map(|e| e.to_string()).collect::<Vec<_>>()
        );
        for (pointer, wrong) in [
            ("/label", json!(5)),
            ("/auth/kind", json!("digest")),
            ("/upload/protocol", json!("ftp")),
            ("/upload/lifetime", json!("long")),
            ("/actions/create_upload/method", json!("FETCH")),
            ("/actions/create_upload/ok", json!(["201"])),
            ("/playback/policy", json!("private")),
            ("/signing/algorithm", json!("none")),
            ("/webhook/verifier", json!("trust")),
            ("/readings/asset/status_map/ready", json!("done")),
        ] {
            let mut broken = map.clone();
            *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{name} has no {pointer}")) = wrong;
            assert!(!schema.is_valid(&broken), "{name} {pointer}");
        }
        for key in ["label", "hosts", "auth", "upload", "actions", "readings", "playback"] {
            let mut broken = map.clone();
            broken.as_object_mut().unwrap().remove(key);
            assert!(!schema.is_valid(&broken), "{name} without {key}");
        }
        let mut broken = map.clone();
        broken["actions"]["get_asset"]["pth"] = json!("/x");
        assert!(!schema.is_valid(&broken), "{name} with a slip of the pen");
    }
}

#[test]
fn a_configurations_schema_takes_the_example_and_any_part_of_a_map() {
    let schema = jsonschema::validator_for(&config::schema()).unwrap();
    let example = toml(&fs::read_to_string(root().join("reelway.example.toml")).unwrap());
    assert!(schema.is_valid(&example), "{:?}", schema.iter_errors(&example).map(|e| e.to_string()).collect::<Vec<_>>());
    let with = |provider: &str| toml(&format!("provider = 'p'\n[providers.p]\n{provider}"));
    for good in [
        "kind = 'http'\nmap = 'mux'",
        "kind = 'http'\nmap = 'mux'\nhosts.api_base = 'http://127.0.0.1:1'\nplayback.policy = 'public'",
        "kind = 'http'\nmap = 'mux'\nactions.get_asset.path = '/x'\nsigning.lifetime = 60",
    ] {
        assert!(schema.is_valid(&with(good)), "{good}");
    }
    for wrong in [
        "map = 'mux'",
        "kind = 'ftp'",
        "kind = 'http'\nmap = 5",
        "kind = 'http'\nmap = 'mux'\nplayback.policy = 'private'",
        "kind = 'http'\nmap = 'mux'\nactions.get_asset.pth = '/x'",
        "kind = 'http'\nmap = 'mux'\napi_base = 'x'",
    ] {
        assert!(!schema.is_valid(&with(wrong)), "{wrong}");
    }
    assert!(!schema.is_valid(&toml("[limits]\nmax_size = 1")));
}

const ORACLE: &str = "kind = 'oci'\nregion = 'r'\ncompartment = 'c'\nbucket = 'b'\n";
const KEY: &str = "auth = { kind = 'api_key', tenancy = 't', user = 'u' }\n";

#[test]
fn oracles_settings_are_described_and_no_others_are_taken() {
    let schema = jsonschema::validator_for(&config::schema()).unwrap();
    let with = |provider: &str| toml(&format!("[providers.p]\n{provider}"));
    let good = [
        format!("{ORACLE}{KEY}"),
        format!("{ORACLE}auth.kind = 'instance_principal'"),
        format!("{ORACLE}auth = {{ kind = 'session_token', token_env = 'T', passphrase_env = 'P' }}"),
        format!("{ORACLE}{KEY}streams = {{ encryption = 'AES128', token_lifetime = 600 }}\nworkflow.ladder = [144]"),
        format!("{ORACLE}{KEY}notifications = {{ credentials_env = 'N' }}\nhosts.media = 'https://m.example'"),
    ];
    for settings in good {
        assert!(schema.is_valid(&with(&settings)), "{settings}");
        oci::settings::Settings::read(&settings.replace("kind = 'oci'\n", "").parse().unwrap()).unwrap();
    }
    let wrong = [
        ORACLE.to_owned(),
        format!("{}{KEY}", ORACLE.replace("bucket = 'b'\n", "")),
        format!("{ORACLE}{KEY}buckets = 'x'"),
        format!("{ORACLE}{KEY}map = 'mux'"),
        format!("{ORACLE}auth = {{ kind = 'api_key', tenancy = 't' }}"),
        format!("{ORACLE}auth = {{ kind = 'instance_principal', user = 'u' }}"),
        format!("{ORACLE}auth = {{ kind = 'password' }}"),
        format!("{ORACLE}{KEY}streams = {{ encryption = 'AES256' }}"),
        format!("{ORACLE}{KEY}streams = {{ token_lifetime = 60 }}"),
        format!("{ORACLE}{KEY}workflow = {{ ladder = [] }}"),
        format!("{ORACLE}{KEY}workflow = {{ ladders = [720] }}"),
        format!("{ORACLE}{KEY}limits = {{ retries = 'many' }}"),
        format!("{ORACLE}{KEY}notifications = {{ }}"),
        format!("{ORACLE}{KEY}upload.lifetime = -1"),
    ];
    for settings in wrong {
        assert!(!schema.is_valid(&with(&settings)), "{settings}");
    }
    assert!(!schema.is_valid(&with("kind = 'local'\nregion = 'r'")));
}

/// The same with a slip of the pen somewhere: a key more. Variables have any names.
fn slips(whole: &Value) -> Vec<Value> {
    fn places(value: &Value, here: String, all: &mut Vec<String>) {
        if let Value::Object(entries) = value {
            all.extend(Some(here.clone()).filter(|here| !here.ends_with("/vars")));
            entries.iter().for_each(|(key, value)| places(value, format!("{here}/{key}"), all));
        }
    }
    let mut all = Vec::new();
    places(whole, String::new(), &mut all);
    let slip = |place: &String| {
        let mut whole = whole.clone();
        whole.pointer_mut(place).unwrap()["a_slip_of_the_pen"] = json!(1);
        whole
    };
    all.iter().map(slip).collect()
}

/// Each block of TOML in the guide is a configuration or a map that works.
#[test]
fn the_guides_examples_work() {
    let guide = fs::read_to_string(root().join("docs/providers.md")).unwrap();
    let blocks: Vec<_> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let (maps, configurations): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.contains("[actions."));
    assert_eq!((maps.len(), configurations.len()), (1, 5));
    for text in maps {
        let loaded = http::load::load(None, &text.parse().unwrap(), None).unwrap();
        assert_eq!(http::check::check(&loaded.map), []);
        assert!(jsonschema::validator_for(&http::map::schema()).unwrap().is_valid(&toml(text)));
    }
    let schema = jsonschema::validator_for(&config::schema()).unwrap();
    for text in configurations {
        assert!(schema.is_valid(&toml(text)), "{text}");
        for slip in slips(&toml(text)) {
            assert!(!schema.is_valid(&slip), "{slip}");
        }
        let read: config::Config = toml::from_str(text).unwrap();
        read.validate().unwrap();
        for provider in read.providers.values().filter(|provider| provider.kind == config::ProviderKind::Http) {
            let loaded = http::load::load(provider.map.as_deref(), &provider.settings, None).unwrap();
            assert_eq!(http::check::check(&loaded.map), [], "{text}");
        }
        for provider in read.providers.values().filter(|provider| provider.kind == config::ProviderKind::Oci) {
            assert!(oci::settings::Settings::read(&provider.settings).unwrap().check().is_empty(), "{text}");
        }
    }
}
