//! The chapter on troubleshooting has each code that a program can see as a heading.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use reelway_api::error::ErrorCode;
use reelway_docs::{pages::Page, root};

use crate::read;

/// What the elements tell by themselves.
const OF_ELEMENTS: [&str; 2] = ["not_loaded", "internal"];
/// What tells what was done about an error, or why a video stood still. `docs/events.md` has them.
const NO_ERRORS: [&str; 2] = ["playback/recovery.rs", "playback/qoe.rs"];
/// The start of a function that gives an error's code.
const FUNCTION: &str = "fn code(";

/// The texts in the function's body, each of which is a code.
fn codes_in(source: &str) -> BTreeSet<String> {
    let Some((_, after)) = source.split_once(FUNCTION) else { return BTreeSet::new() };
    let body = after.split_once("\n    }\n").expect("the function ends").0;
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The sources below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

fn codes() -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = ErrorCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let mut paths = Vec::new();
    sources(&root().join("src"), &mut paths);
    sources(&root().join("crates/core/src"), &mut paths);
    for path in paths.iter().filter(|path| !NO_ERRORS.iter().any(|none| path.ends_with(none))) {
        codes.extend(codes_in(&read(path)));
    }
    codes.extend(OF_ELEMENTS.map(str::to_owned));
    codes
}

#[test]
fn every_code_has_its_heading_in_troubleshooting() {
    let page = Page::read("docs/troubleshooting.md").unwrap();
    let codes = codes();

    let headed: BTreeSet<String> =
        page.headings().filter_map(|heading| heading.strip_prefix('`')?.strip_suffix('`')).map(str::to_owned).collect();

    for known in ["too_large", "not_accepted", "lost_bytes", "file_needed", "engine_unavailable", "no_ticket"] {
        assert!(codes.contains(known), "codes are written otherwise now: {known} is not found");
    }
    assert_eq!(codes.difference(&headed).collect::<Vec<_>>(), Vec::<&String>::new(), "without a heading");
}

#[test]
fn codes_are_read_from_their_function() {
    let source =
        "fn code(&self) -> &'static str {\n        match self {\n            A => \"a_b\",\n        }\n    }\n\"c\"";
    assert_eq!(codes_in(source).into_iter().collect::<Vec<_>>(), ["a_b"]);
}
