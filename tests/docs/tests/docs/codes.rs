//! The chapter on troubleshooting has each code that a program can see, and no other.

use std::collections::BTreeSet;

use reelway_api::error::ErrorCode;
use reelway_docs::pages::Page;

use crate::read;

/// Where codes stand: each in a function `code`, one for each kind of error.
const SOURCES: [&str; 7] = [
    "crates/core/src/checks.rs",
    "crates/core/src/upload/error.rs",
    "crates/core/src/journal/error.rs",
    "crates/core/src/probe/error.rs",
    "crates/core/src/playback/error.rs",
    "src/backend.rs",
    "src/player/storyboard/fetch.rs",
];
/// What the elements tell by themselves.
const OF_ELEMENTS: [&str; 2] = ["not_loaded", "internal"];

/// The texts in the function's body, of which a code is one that no sentence is.
fn codes_in(source: &str) -> BTreeSet<String> {
    let (_, after) = source.split_once("fn code(").expect("an error has codes");
    let body = after.split_once("\n    }\n").expect("the function ends").0;
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn codes() -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = ErrorCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    for path in SOURCES {
        let found = codes_in(&read(path));
        assert!(!found.is_empty(), "{path} has no codes");
        codes.extend(found);
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

    assert_eq!(codes.difference(&headed).collect::<Vec<_>>(), Vec::<&String>::new(), "without a heading");
    assert_eq!(headed.difference(&codes).collect::<Vec<_>>(), Vec::<&String>::new(), "of no code");
}

#[test]
fn codes_are_read_from_their_function() {
    let source =
        "fn code(&self) -> &'static str {\n        match self {\n            A => \"a_b\",\n        }\n    }\n\"c\"";
    assert_eq!(codes_in(source).into_iter().collect::<Vec<_>>(), ["a_b"]);
}
