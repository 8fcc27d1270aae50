//! TOML is what the server reads, JSON is JSON, and commands exist.

use std::{collections::BTreeMap, env, fs, process};

use reelway_server::{
    config::Config,
    providers::http::load::{EMBEDDED, load},
};
use serde_json::Value;
use toml::Table;

use crate::{blocks, missing, read};

/// What is wrong with a configuration.
fn refused(code: &str) -> Option<String> {
    let file = env::temp_dir().join(format!("reelway-docs-{}-{}.toml", process::id(), code.len()));
    fs::write(&file, code).unwrap();
    let read = Config::load(Some(&file), []);
    fs::remove_file(file).unwrap();
    match read {
        Ok(config) => {
            // A table of limits alone needs no providers, and a snippet of providers need not have a ticket.
            let whole = config.providers.contains_key(&config.provider);
            let error = whole.then(|| config.validate().err()).flatten();
            error.map(|error| error.to_string())
        }
        Err(error) => Some(error.to_string()),
    }
}

#[test]
fn toml_is_what_its_reader_takes() {
    let mut of_the_server = 0;
    for block in blocks(&["toml"]) {
        let table: Table = block.code.parse().unwrap_or_else(|error| panic!("{}: {error}", block.place));
        let why = if table.contains_key("actions") {
            load(None, &table, None).err().map(|errors| errors.join("\n"))
        } else if ["dependencies", "profile", "package"].iter().any(|key| table.contains_key(*key)) {
            None
        } else {
            of_the_server += 1;
            refused(&block.code)
        };
        assert_eq!(why, None, "{}", block.place);
    }
    assert!(of_the_server > 3 && EMBEDDED.len() == 2);
}

#[test]
fn a_key_that_there_is_not_is_refused() {
    assert!(refused("[limits]\nmax_file_sise = 1\n").is_some());
    assert!(refused("auth = \"none\"\nbind = \"0.0.0.0:80\"\n").is_some());
    assert!(refused("[limits]\nmax_file_size = 1\n").is_none());
}

#[test]
fn json_is_json() {
    for block in blocks(&["json"]) {
        if let Err(error) = serde_json::from_str::<Value>(&block.code) {
            panic!("{}: {error}", block.place);
        }
    }
}

/// The keys of the schema, with a dot between a table and its key. What providers take is in a chapter of its own.
fn keys(schema: &Value, at: &Value, before: &str, found: &mut BTreeMap<String, ()>) {
    for (name, of) in at["properties"].as_object().into_iter().flatten() {
        let key = format!("{before}{name}");
        let reference = of["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let table = reference.map(|name| &schema["$defs"][name]).filter(|of| of["properties"].is_object());
        match table {
            Some(table) => keys(schema, table, &format!("{key}."), found),
            None => drop(found.insert(key, ())),
        }
    }
}

#[test]
fn every_key_of_the_server_is_in_its_chapter() {
    let schema: Value = serde_json::from_str(&read("docs/reelway.schema.json")).unwrap();
    let mut found = BTreeMap::new();
    keys(&schema, &schema, "", &mut found);
    assert!(found.contains_key("limits.max_file_size"), "the schema is read otherwise now: {found:?}");

    let page = read("docs/configuration.md");

    assert_eq!(missing(&page, found.keys().map(String::as_str)), Vec::<&str>::new());
}

/// Programs that snippets may call, beside those of the quick start's transcript.
const PROGRAMS: [&str; 9] = ["cargo", "cd", "curl", "export", "mkdir", "npm", "npx", "reelway", "trunk"];

#[test]
fn commands_exist() {
    let server = read("server/src/main.rs").to_lowercase() + &read("docs/providers.md").to_lowercase();
    let tasks = read("xtask/src/main.rs").to_lowercase().replace("buildjs", "build-js");
    for block in blocks(&["sh"]) {
        for line in block.code.lines() {
            let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
            let Some(program) = words.first() else { continue };
            assert!(PROGRAMS.contains(program), "{}: {line}", block.place);
            match words[..] {
                ["cargo", "xtask", task, ..] => assert!(
                    tasks.split(|sign: char| !sign.is_alphanumeric() && sign != '-').any(|word| word == task),
                    "{}: {line}",
                    block.place
                ),
                ["reelway", task, ..] => assert!(server.contains(task), "{}: {line}", block.place),
                _ => {}
            }
        }
    }
}

#[test]
fn the_quick_starts_commands_are_those_of_its_transcript() {
    let transcript = read("docs/quick-start-transcript.md");
    for block in blocks(&["sh"]).into_iter().filter(|block| block.place.starts_with("docs/quick-start.md")) {
        for line in block.code.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            assert!(transcript.contains(line), "{}: {line} was not run", block.place);
        }
    }
}
