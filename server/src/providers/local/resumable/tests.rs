//! Each request of the dialogue, and what it means.

use super::{
    super::dialogue::{End, Kept},
    *,
};

const K: u64 = CHUNK_MULTIPLE;

fn put(range: &str, content_length: Option<u64>) -> Put {
    Put { range: ContentRange::parse(range), content_length, digest: false }
}

#[test]
fn the_header_is_read_to_the_letter() {
    use ContentRange::{Chunk, Query};
    for (text, expected) in [
        ("bytes 0-0/1", Some(Chunk { first: 0, last: 0, total: Some(1) })),
        ("bytes 5-9/10", Some(Chunk { first: 5, last: 9, total: Some(10) })),
        ("Bytes 5-9/*", Some(Chunk { first: 5, last: 9, total: None })),
        ("bytes */10", Some(Query { total: Some(10) })),
        ("bytes */0", Some(Query { total: Some(0) })),
        ("bytes */*", Some(Query { total: None })),
        ("bytes 5-9/9", None),
        ("bytes 9-5/10", None),
        ("bytes 0--1/0", None),
        ("bytes +1-2/3", None),
        ("bytes 1-/3", None),
        ("bytes -2/3", None),
        ("bytes 0-1", None),
        ("bytes=0-1/2", None),
        ("items 0-1/2", None),
        ("bytes 0-18446744073709551615/*", None),
        ("bytes 0-18446744073709551616/*", None),
        ("bytes 0-1/2/3", None),
        ("", None),
    ] {
        assert_eq!(ContentRange::parse(text), expected, "{text}");
    }
}

#[test]
fn each_request_has_one_meaning() {
    use Decision::{Finish, Refuse, Tell};
    let receive = |skip, expect, length| {
        Decision::Receive(Plan { skip, expect: Some(expect), limit: expect, length, digest: false, whole: false })
    };
    let known = |offset| Stored { offset, length: Some(4 * K + 7), max_file_size: 100 * K };
    let unknown = |offset| Stored { offset, length: None, max_file_size: 100 * K };
    let whole = 4 * K + 7;
    for (story, range, content_length, stored, expected) in [
        ("the first chunk", format!("bytes 0-{}/{whole}", K - 1), Some(K), known(0), receive(0, K, Some(whole))),
        ("no Content-Length", format!("bytes 0-{}/{whole}", K - 1), None, known(0), receive(0, K, Some(whole))),
        (
            "the last chunk",
            format!("bytes {}-{}/{whole}", 4 * K, whole - 1),
            Some(7),
            known(4 * K),
            receive(0, 7, Some(whole)),
        ),
        (
            "the last chunk, total left out",
            format!("bytes {}-{}/*", 4 * K, whole - 1),
            Some(7),
            known(4 * K),
            receive(0, 7, Some(whole)),
        ),
        ("an overlap", format!("bytes 0-{}/{whole}", 2 * K - 1), Some(2 * K), known(K), receive(K, 2 * K, Some(whole))),
        ("an old chunk again", format!("bytes 0-{}/{whole}", K - 1), Some(K), known(K), Tell),
        (
            "the last chunk again",
            format!("bytes {}-{}/{whole}", 4 * K, whole - 1),
            Some(7),
            known(whole),
            Finish(whole),
        ),
        ("a gap", format!("bytes {}-{}/{whole}", 2 * K, 3 * K - 1), Some(K), known(K), Refuse(Refusal::Gap)),
        ("misaligned", format!("bytes 0-99/{whole}"), Some(100), known(0), Refuse(Refusal::Misaligned)),
        ("misaligned, total unknown", "bytes 0-99/*".into(), Some(100), unknown(0), Refuse(Refusal::Misaligned)),
        ("another total", format!("bytes 0-{}/{}", K - 1, 9 * K), Some(K), known(0), Refuse(Refusal::LengthMismatch)),
        (
            "beyond the total",
            format!("bytes 0-{}/*", 5 * K - 1),
            Some(5 * K),
            known(0),
            Refuse(Refusal::LengthMismatch),
        ),
        (
            "a total below the offset",
            format!("bytes 0-{}/{K}", K - 1),
            Some(K),
            unknown(2 * K),
            Refuse(Refusal::LengthMismatch),
        ),
        ("too large a total", format!("bytes 0-{}/{}", K - 1, 101 * K), Some(K), unknown(0), Refuse(Refusal::TooLarge)),
        ("too far an end", format!("bytes 0-{}/*", 101 * K - 1), Some(101 * K), unknown(0), Refuse(Refusal::TooLarge)),
        (
            "a contradiction",
            format!("bytes 0-{}/{whole}", K - 1),
            Some(K - 1),
            known(0),
            Refuse(Refusal::Contradiction),
        ),
        (
            "a total that becomes known",
            format!("bytes {K}-{}/{}", K + 4, K + 5),
            Some(5),
            unknown(K),
            receive(0, 5, Some(K + 5)),
        ),
        ("a total still unknown", format!("bytes {K}-{}/*", 2 * K - 1), Some(K), unknown(K), receive(0, K, None)),
        ("a question", format!("bytes */{whole}"), Some(0), known(K), Tell),
        ("a question, total left out", "bytes */*".into(), None, known(K), Tell),
        ("a question when all is there", "bytes */*".into(), None, known(whole), Finish(whole)),
        ("the end of an unknown length", format!("bytes */{K}"), Some(0), unknown(K), Finish(K)),
        ("a question at 0", "bytes */*".into(), Some(0), unknown(0), Tell),
        ("a question with another total", format!("bytes */{K}"), Some(0), known(0), Refuse(Refusal::LengthMismatch)),
        (
            "a question with a total below the offset",
            "bytes */5".into(),
            Some(0),
            unknown(K),
            Refuse(Refusal::LengthMismatch),
        ),
        ("a question about nothing", "bytes */0".into(), Some(0), unknown(0), Refuse(Refusal::Empty)),
        ("a question with a body", "bytes */*".into(), Some(3), unknown(0), Refuse(Refusal::QueryWithBody)),
        ("the whole file", String::new(), Some(whole), known(0), receive(0, whole, Some(whole))),
        ("the whole file over a part", String::new(), Some(whole), known(K), receive(K, whole, Some(whole))),
        ("the whole file again", String::new(), Some(whole), known(whole), Finish(whole)),
        ("another whole file", String::new(), Some(8), known(0), Refuse(Refusal::LengthMismatch)),
        ("a whole file below the offset", String::new(), Some(8), unknown(K), Refuse(Refusal::LengthMismatch)),
        ("a whole file too large", String::new(), Some(101 * K), unknown(0), Refuse(Refusal::TooLarge)),
        ("no bytes at all", String::new(), Some(0), unknown(0), Refuse(Refusal::Empty)),
    ] {
        assert_eq!(decide(&put(&range, content_length), &stored), expected, "{story}: {range}");
    }
}

#[test]
fn what_counts_of_a_body() {
    use End::{Broken, Clean, Overrun};
    let plain = Plan { skip: 2, expect: Some(10), limit: 10, length: Some(20), digest: false, whole: false };
    let checked = Plan { digest: true, ..plain };
    let open = Plan { skip: 2, expect: None, limit: 50, length: None, digest: false, whole: true };
    let part = Plan { skip: 0, whole: false, ..open };
    let kept = |bytes, length, refusal| Kept { bytes, length, refusal };
    for (story, plan, received, end, fits, expected) in [
        ("all of it", plain, 10, Clean, true, kept(8, Some(20), None)),
        ("a broken connection: what came", plain, 5, Broken, true, kept(3, Some(20), None)),
        ("broken within what was skipped", plain, 1, Broken, true, kept(0, Some(20), None)),
        ("a digest that fits", checked, 10, Clean, true, kept(8, Some(20), None)),
        ("one that does not", checked, 10, Clean, false, kept(0, Some(20), Some(Refusal::DigestMismatch))),
        ("broken before the digest could be told", checked, 9, Broken, true, kept(0, Some(20), None)),
        ("ended too early for the digest", checked, 9, Clean, true, kept(0, Some(20), None)),
        ("more than was said", plain, 11, Overrun, true, kept(0, Some(20), Some(Refusal::Overrun))),
        ("the end tells the length", open, 12, Clean, true, kept(10, Some(12), None)),
        ("a break does not", open, 12, Broken, true, kept(10, None, None)),
        ("an empty stream", Plan { skip: 0, ..open }, 0, Clean, true, kept(0, None, Some(Refusal::Empty))),
        ("a stream too long", open, 51, Overrun, true, kept(0, None, Some(Refusal::TooLarge))),
        ("a body of unknown length within a file of unknown length", part, 12, Clean, true, kept(12, None, None)),
        ("a stream that ends before the offset", open, 1, Clean, true, kept(0, None, Some(Refusal::LengthMismatch))),
    ] {
        assert_eq!(plan.keep(received, end, || fits), expected, "{story}");
    }
}

#[test]
fn the_offset_is_told_as_a_range() {
    assert_eq!(range_of(0), None);
    assert_eq!(range_of(1).as_deref(), Some("bytes=0-0"));
    assert_eq!(range_of(K).as_deref(), Some("bytes=0-262143"));
}
