//! Each request of the dialogue, and what it means.

use axum::http::{HeaderName, HeaderValue};

use super::{
    super::{
        dialogue::{Decision, Plan, Refusal, Stored},
        token::Token,
    },
    creation::Creation,
    metadata::Metadata,
    patch::Patch,
    *,
};

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair =
        |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    pairs.iter().map(pair).collect()
}

#[test]
fn only_this_version_is_spoken() {
    assert_eq!(check_version(&headers(&[("tus-resumable", "1.0.0")])), Ok(()));
    for other in ["0.2.2", "1.0.1", "1", ""] {
        assert_eq!(check_version(&headers(&[("tus-resumable", other)])), Err(TusRefusal::Version), "{other}");
    }
    assert_eq!(check_version(&headers(&[])), Err(TusRefusal::Version));
}

#[test]
fn a_creation_says_what_is_made() {
    let whole = |length| Ok(Creation::Whole { length, metadata: Metadata::default() });
    let part = |length| Ok(Creation::Part { length, metadata: Metadata::default() });
    let joined = |concat: &str, tokens: &[&str]| {
        let parts = tokens.iter().map(|token| Token::of_url((*token).to_owned())).collect();
        Ok(Creation::Joined { concat: concat.to_owned(), parts, metadata: Metadata::default() })
    };
    let (length, defer, concat) = ("upload-length", "upload-defer-length", "upload-concat");
    for (story, sent, expected) in [
        ("a file of known length", vec![(length, "100")], whole(Some(100))),
        ("of a length that comes later", vec![(defer, "1")], whole(None)),
        ("a part", vec![(length, "5"), (concat, "partial")], part(Some(5))),
        ("a part of unknown length", vec![(defer, "1"), (concat, "partial")], part(None)),
        ("a file out of parts", vec![(concat, "final;/u/a /u/b")], joined("final;/u/a /u/b", &["a", "b"])),
        (
            "whose URLs are absolute",
            vec![(concat, "final;http://[::1]:1/u/a https://v.example/x/u/b")],
            joined("final;http://[::1]:1/u/a https://v.example/x/u/b", &["a", "b"]),
        ),
    ] {
        assert_eq!(Creation::read(&headers(&sent)), expected, "{story}");
    }
    for (story, sent, status) in [
        ("no length at all", vec![], 400),
        ("two lengths", vec![(length, "5"), (defer, "1")], 400),
        ("no number", vec![(length, "five")], 400),
        ("a sign", vec![(length, "+5")], 400),
        ("a negative number", vec![(length, "-5")], 400),
        ("more than any file", vec![(length, "18446744073709551616")], 400),
        ("no bytes", vec![(length, "0")], 400),
        ("another way of waiting", vec![(defer, "2")], 400),
        ("a final file with a length", vec![(concat, "final;/u/a"), (length, "5")], 400),
        ("a final file without parts", vec![(concat, "final;")], 400),
        ("a part twice", vec![(concat, "final;/u/a /u/a")], 400),
        ("somebody else's part", vec![(concat, "final;/files/a")], 400),
        ("another way of joining", vec![(concat, "half"), (length, "5")], 400),
        ("metadata that can't be read", vec![(length, "5"), ("upload-metadata", "a !")], 400),
    ] {
        let refused = Creation::read(&headers(&sent)).map_err(|refusal| refusal.answer().0.as_u16());
        assert_eq!(refused, Err(status), "{story}");
    }
}

#[test]
fn metadata_is_pairs() {
    let read = Metadata::parse("filename aG9saWRheS5tcDQ=,filetype dmlkZW8vbXA0, is_confidential,empty ");
    let read = read.unwrap_or_default();
    assert_eq!(read.filename().as_deref(), Some("holiday.mp4"));
    assert_eq!(read.content_type().as_deref(), Some("video/mp4"));
    assert_eq!(read.text(), Some("filename aG9saWRheS5tcDQ=,filetype dmlkZW8vbXA0, is_confidential,empty"));

    let uppy = Metadata::parse("name YS5tb3Y=,type dmlkZW8vcXVpY2t0aW1l").unwrap_or_default();
    assert_eq!((uppy.filename().as_deref(), uppy.content_type().as_deref()), (Some("a.mov"), Some("video/quicktime")));
    let strange = Metadata::parse("filename /w==").unwrap_or_default();
    assert_eq!(strange.filename(), None, "no UTF-8");
    assert_eq!(Metadata::parse(""), Ok(Metadata::default()));

    for malformed in ["a YQ==,a Yg==", ",", "a YQ==,", "a b c", "é YQ=="] {
        assert!(Metadata::parse(malformed).is_err(), "{malformed:?}");
    }
    assert_eq!(Metadata::parse(&"a".repeat(5000)), Err(TusRefusal::MetadataTooLong));
}

#[test]
fn a_patch_is_read_to_the_letter() {
    let kind = ("content-type", OFFSET_TYPE);
    let patch = |offset, length| Ok(Patch { offset, length, content_length: Some(3), digest: false });
    let malformed = Err(400);
    for (story, sent, expected) in [
        ("as it should be", vec![kind, ("upload-offset", "70")], patch(70, None)),
        ("with the length", vec![kind, ("upload-offset", "0"), ("upload-length", "3")], patch(0, Some(3))),
        ("without an offset", vec![kind], malformed),
        ("with a strange one", vec![kind, ("upload-offset", "0x1")], malformed),
        ("with a strange length", vec![kind, ("upload-offset", "0"), ("upload-length", "?")], malformed),
        ("without a type", vec![("upload-offset", "0")], Err(415)),
        ("of another type", vec![("content-type", "video/mp4"), ("upload-offset", "0")], Err(415)),
    ] {
        let read = Patch::read(&headers(&sent), Some(3), false).map_err(|refusal| refusal.answer().0.as_u16());
        assert_eq!(read, expected, "{story}");
    }
}

#[test]
fn a_checksum_is_of_an_algorithm_that_is_offered() {
    for good in ["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="] {
        assert!(matches!(checksum(&headers(&[("upload-checksum", good)])), Ok(Some(_))), "{good}");
    }
    assert_eq!(checksum(&headers(&[])), Ok(None));
    for bad in ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1", "sha1 !", "sha1 YQ==", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="] {
        let refused = checksum(&headers(&[("upload-checksum", bad)])).map_err(|refusal| refusal.answer().0.as_u16());
        assert_eq!(refused, Err(400), "{bad}");
    }
}

#[test]
fn each_patch_has_one_meaning() {
    use Decision::{Finish, Refuse, Tell};
    let receive =
        |expect, limit, length| Decision::Receive(Plan { skip: 0, expect, limit, length, digest: false, whole: false });
    let known = |offset| Stored { offset, length: Some(100), max_file_size: 1000 };
    let unknown = |offset| Stored { offset, length: None, max_file_size: 1000 };
    for (story, (offset, length, content_length), stored, expected) in [
        ("the first bytes", (0, None, Some(60)), known(0), receive(Some(60), 60, Some(100))),
        ("the rest", (60, None, Some(40)), known(60), receive(Some(40), 40, Some(100))),
        ("a body that does not tell its length", (60, None, None), known(60), receive(None, 40, Some(100))),
        ("nothing, at the right place", (60, None, Some(0)), known(60), Tell),
        ("the end again", (100, None, Some(0)), known(100), Finish(100)),
        ("bytes that are there already", (0, None, Some(60)), known(60), Refuse(Refusal::Gap)),
        ("a gap", (61, None, Some(39)), known(60), Refuse(Refusal::Gap)),
        ("more than is left", (60, None, Some(41)), known(60), Refuse(Refusal::Overrun)),
        ("more once all is there", (100, None, Some(1)), known(100), Refuse(Refusal::Overrun)),
        ("the known length", (60, Some(100), Some(40)), known(60), receive(Some(40), 40, Some(100))),
        ("another length", (60, Some(101), Some(41)), known(60), Refuse(Refusal::LengthMismatch)),
        ("a length still unknown", (5, None, Some(9)), unknown(5), receive(Some(9), 9, None)),
        ("no length at all", (5, None, None), unknown(5), receive(None, 995, None)),
        ("a length that becomes known", (5, Some(20), Some(9)), unknown(5), receive(Some(9), 9, Some(20))),
        ("known, and no byte yet", (5, Some(20), Some(0)), unknown(5), receive(Some(0), 0, Some(20))),
        ("known: it was all", (20, Some(20), Some(0)), unknown(20), Finish(20)),
        ("known: more than it", (5, Some(20), Some(16)), unknown(5), Refuse(Refusal::Overrun)),
        ("less than is there", (20, Some(19), Some(0)), unknown(20), Refuse(Refusal::LengthMismatch)),
        ("no bytes after all", (0, Some(0), Some(0)), unknown(0), Refuse(Refusal::Empty)),
        ("a length over the limit", (0, Some(1001), Some(5)), unknown(0), Refuse(Refusal::TooLarge)),
        ("bytes over the limit", (990, None, Some(11)), unknown(990), Refuse(Refusal::TooLarge)),
    ] {
        let patch = Patch { offset, length, content_length, digest: false };
        assert_eq!(patch.decide(&stored), expected, "{story}");
    }
}
