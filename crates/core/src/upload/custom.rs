//! Targets that a page names itself, as JSON: only what differs from the protocol's own limits needs saying.

use reelway_api::{
    Protocol, UploadTarget,
    json::{self, FromJson, Json},
};

/// Bytes: the unit of Google's resumable uploads, and so of Mux's.
const QUANTUM: u64 = 256 * 1024;
/// Bytes: what S3 takes as a part that is not the last.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// Bytes: no chunk is longer, whatever the line carries.
const LARGEST: u64 = 512 * 1024 * 1024;

/// Reads a target: a string is the URL of a resumable upload, an object has the fields of [`UploadTarget`], of which
/// `protocol` (`resumable`) and the limits may be left out.
///
/// # Errors
///
/// A sentence about what is wrong with it, for the people who write the page.
pub fn read(json: &str) -> Result<UploadTarget, String> {
    match Json::parse(json) {
        Some(json) => of(&json),
        None if json.is_empty() => Err("It is nothing: EOF before a value.".to_owned()),
        None => Err("It is no JSON.".to_owned()),
    }
}

/// The same from JSON that is parsed.
///
/// # Errors
///
/// As of [`read`].
pub fn of(json: &Json) -> Result<UploadTarget, String> {
    if let Json::Text(url) = json {
        return checked(UploadTarget { url: url.clone(), ..usual(Protocol::Resumable) });
    }
    let Json::Object(_) = json else { return Err("It is neither a URL nor an object.".to_owned()) };
    // What a page leaves undefined it may just as well give as null.
    let protocol = json.get("protocol").map_or(Some(Protocol::Resumable), Protocol::from_json);
    let Some(protocol) = protocol.filter(|protocol| *protocol != Protocol::Unknown) else {
        return Err("`protocol` is none of resumable, tus, s3_multipart, oci_multipart and put.".to_owned());
    };
    // The URLs of S3 stand in `multipart`.
    if protocol != Protocol::S3Multipart && json.get("url").is_none() {
        return Err("missing field `url`".to_owned());
    }
    match json::target(json, Some(usual(protocol))) {
        Some(target) => checked(target),
        None => Err("It has an invalid value, or lacks `complete_url` in `multipart`.".to_owned()),
    }
}

fn checked(target: UploadTarget) -> Result<UploadTarget, String> {
    if target.url.is_empty() && target.multipart.is_none() {
        return Err("It names no URL.".to_owned());
    }
    Ok(target)
}

/// What counts where the page says nothing.
fn usual(protocol: Protocol) -> UploadTarget {
    let (min_chunk, max_chunk, chunk_multiple, parallel) = limits(protocol);
    UploadTarget { min_chunk, max_chunk, chunk_multiple, parallel, ..UploadTarget::new(protocol, "") }
}

/// `min_chunk`, `max_chunk`, `chunk_multiple` and `parallel` where the page names none.
const fn limits(protocol: Protocol) -> (u64, u64, u64, u32) {
    match protocol {
        Protocol::Tus => (1, LARGEST, 1, 1),
        Protocol::S3Multipart | Protocol::OciMultipart => (SMALLEST_PART, LARGEST, 1, 4),
        Protocol::Put => (1, u64::MAX, 1, 1),
        Protocol::Resumable => (QUANTUM, u64::MAX, QUANTUM, 1),
        _ => (QUANTUM, LARGEST, QUANTUM, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_that_of_a_resumable_upload_with_googles_limits() {
        let target = read(r#""https://storage.example/u/1""#).unwrap();

        assert_eq!((target.protocol, target.url.as_str()), (Protocol::Resumable, "https://storage.example/u/1"));
        assert_eq!((target.min_chunk, target.max_chunk, target.chunk_multiple), (262_144, u64::MAX, 262_144));
        assert_eq!(target.parallel, 1);
    }

    #[test]
    fn an_object_says_only_what_differs() {
        let json = r#"{"protocol":"tus","url":"/files","create":true,"parallel":3,"min_chunk":null}"#;

        let target = read(json).unwrap();

        let expected = UploadTarget { create: true, parallel: 3, max_chunk: LARGEST, ..of_tus("/files") };
        assert_eq!(target, expected);
    }

    fn of_tus(url: &str) -> UploadTarget {
        UploadTarget::new(Protocol::Tus, url)
    }

    #[test]
    fn parts_of_s3_need_no_url_of_the_whole() {
        let target =
            read(r#"{"protocol":"s3_multipart","multipart":{"complete_url":"https://s3.example/c"}}"#).unwrap();

        assert_eq!((target.url.as_str(), target.min_chunk, target.parallel), ("", 5_242_880, 4));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, words) in [
            ("7", "neither a URL nor an object"),
            ("", "EOF"),
            (r#""""#, "names no URL"),
            (r#"{"protocol":"ftp","url":"x"}"#, "`protocol` is none of resumable"),
            (r#"{"headers":{}}"#, "missing field `url`"),
            (r#"{"url":"x","max_chunk":-1}"#, "invalid value"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(words), "{json}: {error}");
        }
    }
}
