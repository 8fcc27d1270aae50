//! Each type against what serde derives for it.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::json::read;

/// What serde says of a text, and of the same with one field or another left out or of another type.
fn reads_as_serde<T: FromJson + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let whole: serde_json::Value = serde_json::from_str(text).unwrap();
    assert!(serde_json::from_value::<T>(whole.clone()).is_ok(), "{text}");
    let mut texts = vec![text.to_owned(), "[]".into(), "7".into(), "\"x\"".into()];
    let fields = whole.as_object().unwrap();
    for name in fields.keys() {
        let mut without = fields.clone();
        without.remove(name);
        texts.push(serde_json::to_string(&without).unwrap());
        for other in ["true", "-1", "1.5", "300", "5000000000", "\"other\"", "[1]", "{}"] {
            let mut changed = fields.clone();
            changed.insert(name.clone(), serde_json::from_str(other).unwrap());
            texts.push(serde_json::to_string(&changed).unwrap());
        }
    }
    for text in texts {
        // Serde takes an array for an object, which no server sends.
        if !text.starts_with('[') && !text.contains("[1]") {
            assert_eq!(read::<T>(&text), serde_json::from_str(&text).ok(), "{text}");
        }
    }
}

fn writes_as_serde<T: ToJson + Serialize>(value: &T) {
    assert_eq!(value.to_json(), serde_json::to_string(value).unwrap());
}

const TARGET: &str = r#"{"protocol":"s3_multipart","url":"/u","headers":{"b":"2","a":"1"},"min_chunk":1,
    "max_chunk":18446744073709551615,"chunk_multiple":2,"parallel":4,"digest":"sha-1","expires_at":9,"create":true,
    "multipart":{"part_urls":["a","b"],"sign_url":"s","list_url":null,"complete_url":"c","abort_url":"d"},"new":[{}]}"#;
const PLAYBACK: &str = r#"{"hls":"h","poster":"p","storyboard":null,"expires_at":7,
    "tracks":[{"id":"1","src":"s","kind":"captions","language":"de","label":"Deutsch"},{"id":"2","src":"t","kind":"new"}]}"#;
const MULTIPART: &str = r#"{"part_urls":["a"],"sign_url":"s","list_url":"l","complete_url":"c","abort_url":"d"}"#;

fn video() -> String {
    format!(
        r#"{{"id":"v","title":"Höhe \"1\"","provider":"local","status":"ready","percent":100,"size":9007199254740993,
        "duration":12.48,"width":1920,"height":1080,"poster_time":0.1,"error":{{"code":"too_long","message":"m"}},
        "created_at":1700000000000,"revision":3,"playback":{PLAYBACK}}}"#
    )
}

#[test]
fn every_answer_is_read_as_serde_reads_it() {
    reads_as_serde::<UploadTarget>(TARGET);
    reads_as_serde::<Multipart>(MULTIPART);
    reads_as_serde::<Playback>(PLAYBACK);
    reads_as_serde::<TextTrack>(r#"{"id":"1","src":"s","kind":"subtitles","language":"de","label":"Deutsch"}"#);
    reads_as_serde::<Video>(&video());
    reads_as_serde::<CreatedVideo>(&format!(r#"{{"video":{},"upload":{TARGET}}}"#, video()));
    reads_as_serde::<VideoList>(&format!(r#"{{"videos":[{}],"next_cursor":"n"}}"#, video()));
    reads_as_serde::<EventsUrl>(r#"{"url":"u","expires_at":1}"#);
    reads_as_serde::<ProviderList>(r#"{"providers":[{"name":"n","label":"l","default":true}]}"#);
    reads_as_serde::<ErrorBody>(r#"{"error":{"code":"conflict","message":"m"}}"#);
    reads_as_serde::<ApiError>(r#"{"code":"conflict","message":"m"}"#);
}

#[test]
fn every_name_is_known() {
    for code in ErrorCode::ALL {
        assert_eq!(read(&serde_json::to_string(code).unwrap()), Some(*code));
    }
    for status in STATUSES {
        assert_eq!(read(&serde_json::to_string(status).unwrap()), Some(*status));
    }
    for (name, protocol) in PROTOCOLS {
        assert_eq!(serde_json::to_string(protocol).unwrap(), name.to_json());
    }
    for (name, digest) in DIGESTS {
        assert_eq!(serde_json::to_string(digest).unwrap(), name.to_json());
    }
    assert_eq!(read(r#""carrier_pigeon""#), Some(Protocol::Unknown));
    assert_eq!(read(r#""of_tomorrow""#), Some(ErrorCode::Unknown));
    assert_eq!(read::<VideoStatus>(r#""of_tomorrow""#), None);
}

#[test]
fn everything_is_written_as_serde_writes_it() {
    let mut target: UploadTarget = read(TARGET).unwrap();
    writes_as_serde(&target);
    (target.create, target.multipart, target.digest) = (false, None, None);
    target.protocol = Protocol::Unknown;
    writes_as_serde(&target);
    let mut playback: Playback = read(PLAYBACK).unwrap();
    writes_as_serde(&playback);
    playback.tracks.clear();
    writes_as_serde(&playback);
    let mut create = CreateVideo { filename: "a \"b\"\n.mp4".into(), ..CreateVideo::default() };
    writes_as_serde(&create);
    create.title = Some("t".into());
    create.size = Some(u64::MAX);
    create.content_type = Some("video/mp4".into());
    create.protocol = Some(Protocol::Tus);
    create.provider = Some("mux".into());
    writes_as_serde(&create);
}
