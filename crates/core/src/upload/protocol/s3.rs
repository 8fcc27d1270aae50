//! S3 multipart uploads by presigned URLs: parts in any order, ListParts to resume, and a completion that can be an
//! error inside a 200. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use reelway_api::{
    Multipart, UploadTarget,
    json::{Json, Writer, list},
};

use super::{Context, Protocol, Shape, Step, Traits, on_host, with_target_headers};
use crate::{
    find::{contains, split_once},
    upload::{
        error::UploadError,
        event::{Reply, Request},
        verdict::{Part, Verdict, of_failure, unexpected},
    },
};

/// The protocol.
pub(super) struct S3Multipart;

/// Where in the URL of the list the number goes that a page begins after.
const MARKER: &str = "{marker}";

/// What S3 writes for characters.
const ENTITIES: [(&str, char); 5] = [("quot;", '"'), ("#34;", '"'), ("lt;", '<'), ("gt;", '>'), ("amp;", '&')];

/// What a target without its URLs would do: the machine refuses it before.
const NO_URLS: &str = "";

impl Protocol for S3Multipart {
    fn traits(&self, target: &UploadTarget) -> Traits {
        let asks = target.multipart.as_ref().is_some_and(|urls| urls.list_url.is_some());
        Traits { shape: Shape::Parts { fixed: false }, opens: false, asks, closes: true }
    }

    fn request(&self, context: &Context<'_>, step: &Step) -> Request {
        let urls = context.target.multipart.as_ref();
        match step {
            Step::Chunk { bytes, url, .. } => {
                with_target_headers(Request::new("PUT", url, &["etag"]).bytes(bytes), context.target)
            }
            Step::Sign { parts } => {
                let url = urls.and_then(|urls| urls.sign_url.as_deref()).unwrap_or(NO_URLS);
                let mut request = Request::new("POST", url, &[]).header("content-type", "application/json");
                request.text = Some(Writer::default().json("parts", &list(parts, u32::to_string)).finish());
                request
            }
            Step::List { after } => {
                let url = urls.and_then(|urls| urls.list_url.as_deref()).unwrap_or(NO_URLS);
                Request::new("GET", page_url(url, *after), &[])
            }
            Step::Close { parts, .. } => {
                let url = urls.map_or(NO_URLS, |urls| &urls.complete_url);
                let mut request = Request::new("POST", url, &[]).header("content-type", "application/xml");
                request.text = Some(completion(parts));
                request
            }
            Step::Open { .. } | Step::Query { .. } => Request::new("GET", NO_URLS, &[]),
        }
    }

    fn read(&self, context: &Context<'_>, step: &Step, reply: &Reply) -> Verdict {
        match (step, reply.status) {
            (Step::Chunk { .. }, 200 | 201 | 204) => Verdict::Kept { tag: reply.header("etag").map(str::to_owned) },
            (Step::Sign { parts }, 200) => {
                match Json::parse(&reply.body).and_then(|json| json.field::<Vec<String>>("urls")) {
                    Some(urls) if urls.len() == parts.len() => {
                        let base = context.target.multipart.as_ref().and_then(|urls| urls.sign_url.as_deref());
                        let urls = urls.iter().map(|url| on_host(base.unwrap_or(NO_URLS), url)).collect();
                        Verdict::Signed { urls }
                    }
                    _ => unexpected(reply),
                }
            }
            (Step::List { .. }, 200) if contains(&reply.body, "</ListParts") => listed(context, &reply.body),
            (Step::Close { .. }, 200..=299) => closed(reply),
            (_, 200..=399) => unexpected(reply),
            (Step::Close { .. }, 400) => match refusal(reply) {
                Verdict::Unclear { .. } => of_failure(reply),
                verdict => verdict,
            },
            _ => of_failure(reply),
        }
    }

    fn farewell(&self, target: &UploadTarget, _: &str) -> Option<Request> {
        let Multipart { abort_url, .. } = target.multipart.as_ref()?;
        Some(Request::new("DELETE", abort_url.as_deref()?, &[]))
    }
}

/// A presigned URL covers its query, so that only one with a place for the marker can ask for further pages.
fn page_url(url: &str, after: Option<u32>) -> String {
    let marker = after.unwrap_or(0).to_string();
    match (contains(url, MARKER), after) {
        (true, _) => with_marker(url, &marker),
        (false, None) => url.to_owned(),
        (false, Some(_)) if contains(url, "?") => format!("{url}&part-number-marker={marker}"),
        (false, Some(_)) => format!("{url}?part-number-marker={marker}"),
    }
}

fn with_marker(url: &str, marker: &str) -> String {
    match split_once(url, MARKER) {
        Some((before, after)) => format!("{before}{marker}{}", with_marker(after, marker)),
        None => url.to_owned(),
    }
}

fn is_signed(url: &str) -> bool {
    // In S3's own words `X-Amz-Signature=`.
    contains(url, "Signature=")
}

fn completion(parts: &[Part]) -> String {
    let mut xml = String::from(r#"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#);
    for Part { number, tag, .. } in parts {
        let tag = escape(tag.as_deref().unwrap_or_default());
        xml += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
    }
    xml + "</CompleteMultipartUpload>"
}

/// A 200 comes before the work is done: what became of it is in the body.
fn closed(reply: &Reply) -> Verdict {
    let result = ["CompleteMultipartUploadResult>", "CompleteMultipartUploadOutput>"];
    // A back end that completes in our place answers as it likes, but for XML.
    let own_words = !reply.body.trim_ascii_start().starts_with('<') && !reply.body.trim_ascii().is_empty();
    match () {
        () if contains(&reply.body, "<Error>") => refusal(reply),
        () if !reply.cut && (own_words || result.iter().any(|end| contains(&reply.body, end))) => Verdict::Complete,
        () if !reply.cut && reply.status != 200 => Verdict::Complete,
        () => unexpected(reply),
    }
}

/// What an S3 error on completion means.
fn refusal(reply: &Reply) -> Verdict {
    let error = UploadError::Http { status: reply.status };
    match between(&reply.body, "<Code>", "</Code>").unwrap_or_default() {
        "InvalidPart" | "InvalidPartOrder" => Verdict::Incomplete { error: UploadError::LostBytes },
        "NoSuchUpload" => Verdict::Expired { error: UploadError::Expired { status: reply.status } },
        "EntityTooSmall" | "EntityTooLarge" | "MalformedXML" | "AccessDenied" | "InvalidRequest" => {
            Verdict::Refused { error }
        }
        _ => unexpected(reply),
    }
}

/// The parts of a ListParts answer. The XML is S3's own and flat, so that finding its tags is enough; an XML library
/// would be the largest thing in the engine.
fn listed(context: &Context<'_>, xml: &str) -> Verdict {
    let part = |xml: &str| {
        let number = between(xml, "<PartNumber>", "</PartNumber>")?.trim_ascii().parse().ok()?;
        let len = between(xml, "<Size>", "</Size>")?.trim_ascii().parse().ok()?;
        let tag = between(xml, "<ETag>", "</ETag>").map(unescape);
        Some(Part { number, len, tag })
    };
    let mut parts = Vec::new();
    let mut rest = xml;
    while let Some((_, begun)) = split_once(rest, "<Part>") {
        let (inside, _) = split_once(begun, "<Part>").unwrap_or((begun, ""));
        parts.extend(part(inside));
        rest = begun;
    }
    let url = context.target.multipart.as_ref().and_then(|urls| urls.list_url.as_deref()).unwrap_or(NO_URLS);
    let truncated = between(xml, "<IsTruncated>", "</IsTruncated>").is_some_and(|flag| flag.trim_ascii() == "true");
    let next = between(xml, "<NextPartNumberMarker>", "</NextPartNumberMarker>")
        .and_then(|marker| marker.trim_ascii().parse().ok())
        .or(parts.last().map(|part| part.number));
    let more = next.filter(|_| truncated && (contains(url, MARKER) || !is_signed(url)));
    Verdict::Listed { parts, more }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = split_once(text, before)?;
    split_once(rest, after).map(|(inside, _)| inside)
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            _ => escaped.push(character),
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, "&") {
        plain += before;
        let known = ENTITIES.iter().find_map(|(name, plain)| Some((after.strip_prefix(name)?, plain)));
        let (left, character) = known.unwrap_or((after, &'&'));
        plain.push(*character);
        rest = left;
    }
    plain + rest
}

#[cfg(test)]
#[path = "s3_tests.rs"]
mod tests;
