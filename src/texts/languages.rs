//! The languages in `www/src/texts/` say all that English says, of the same things.

use std::collections::BTreeMap;

use reelway_api::ErrorCode;
use reelway_core::{
    checks::Refusal,
    journal::ResumeError,
    texts::{Sentence, fill, gaps},
    upload::UploadError,
};

use super::{ALL, Key, LOCALE, Texts};
use crate::components::{player, uploader};

type Table = BTreeMap<String, String>;

macro_rules! language {
    ($tag:literal) => {
        ($tag, include_str!(concat!("../../www/src/texts/", $tag, ".json")))
    };
}

const ENGLISH: &str = language!("en").1;
const LANGUAGES: [(&str, &str); 11] = [
    language!("en"),
    language!("de"),
    language!("fr"),
    language!("es"),
    language!("pt"),
    language!("it"),
    language!("nl"),
    language!("ja"),
    language!("zh-Hans"),
    language!("ar"),
    language!("hi"),
];

fn read(json: &str) -> Table {
    serde_json::from_str(json).expect("an object of texts")
}

/// Those that are compiled in.
fn compiled() -> impl Iterator<Item = Key> {
    ALL.iter().chain(player::strings::ALL).chain(uploader::strings::ALL).copied()
}

/// What is said of errors: by group, with the code and with what it tells of.
fn errors() -> Vec<(&'static str, &'static str, Sentence)> {
    let name = "a.mp4".to_owned();
    let refusals = [
        Refusal::Empty,
        Refusal::NotAVideo(None),
        Refusal::NotAccepted(".mp4".into()),
        Refusal::NoVideoStream { sound: false },
        Refusal::Truncated,
    ];
    let limits = [
        Refusal::TooLarge { size: 2_500_000, limit: 1_000_000 },
        Refusal::TooLarge { size: 1_000_001, limit: 1_000_000 },
        Refusal::TooLong { duration: 65.0, limit: 60.0 },
    ];
    let resumes = [
        ResumeError::DifferentFile { name: name.clone(), size: 1_000_000 },
        ResumeError::FileNeeded { name: name.clone() },
        ResumeError::NotAllowed { name: name.clone() },
        ResumeError::FileUnreadable { name },
        ResumeError::RunningElsewhere,
    ];
    let uploads = [
        UploadError::EmptyFile,
        UploadError::FileUnreadable,
        UploadError::Network,
        UploadError::Stalled,
        UploadError::LostBytes,
        UploadError::NoHeadway,
        UploadError::NotConfirmed,
        UploadError::Unexpected { status: 200 },
        UploadError::Expired { status: 410 },
        UploadError::UnknownProtocol,
        UploadError::BadTarget,
        UploadError::NoFreshTarget,
        UploadError::Http { status: 418 },
    ];
    let limits = limits.iter().map(|error| ("refusal", error.code(), error.sentence()));
    let resumes = resumes.iter().map(|error| ("resume", error.code(), error.sentence()));
    let refusals = refusals.iter().map(|error| ("error", error.code(), error.sentence()));
    let uploads = uploads.iter().map(|error| ("error", error.code(), error.sentence()));
    limits.chain(resumes).chain(refusals).chain(uploads).collect()
}

#[test]
fn english_says_what_is_compiled_in() {
    let mut english = read(ENGLISH);

    assert_eq!(english.remove(LOCALE).as_deref(), Some("en"));
    for key in compiled() {
        assert_eq!(
            english.remove(key.name()).as_deref(),
            Some(key.english()),
            "{}, or its key is there twice",
            key.name()
        );
    }
    let texts = Texts::new();
    for (group, code, sentence) in errors() {
        let key = format!("{group}.{code}");
        let template = english.get(&key).unwrap_or_else(|| panic!("{key} is missing"));
        let value = |gap: &str| {
            let (_, value) = sentence.values.iter().find(|(name, _)| *name == gap)?;
            Some(texts.value(value))
        };
        assert_eq!(fill(template, value).as_ref(), Some(&sentence.english), "{key}");
    }
    for (group, code, _) in errors() {
        english.remove(&format!("{group}.{code}"));
    }
    // The others are the server's, which says them in its own words.
    let of_server = |key: &str| ErrorCode::ALL.iter().any(|code| key == format!("error.{}", code.as_str()));
    let unused: Vec<&String> = english.keys().filter(|key| !of_server(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_language_has_the_keys_and_the_gaps_of_english() {
    let english = read(ENGLISH);
    let sorted = |template: &str| {
        let mut names: Vec<String> = gaps(template).into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    for (tag, json) in LANGUAGES {
        let language = read(json);
        assert!(language.keys().eq(english.keys()), "{tag} has other keys");
        assert_eq!(language[LOCALE], tag);
        for (key, template) in &language {
            assert!(!template.trim().is_empty(), "{tag} has no words for {key}");
            assert_eq!(sorted(template), sorted(&english[key]), "{tag}: {key}");
        }
    }
}

#[test]
fn no_key_stands_twice_in_a_language() {
    for (tag, json) in LANGUAGES {
        let lines = json.lines().filter(|line| line.contains("\": \"")).count();
        assert_eq!(lines, read(json).len(), "{tag}");
    }
}
