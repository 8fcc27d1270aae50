//! S3 multipart uploads by presigned URLs.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use std::{collections::BTreeMap, fmt::Write};

use axum::http::{HeaderMap, Method, StatusCode};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Call, Dialogue};
use crate::{fault::Kind, setup::Setup};

/// An object, and the upload that makes it.
pub struct S3 {
    size: u64,
    quantum: u64,
    max_chunk: u64,
    presigned: bool,
    list_page: usize,
    parts: BTreeMap<u32, Vec<u8>>,
    complete: bool,
}

#[derive(Deserialize)]
struct CompleteMultipartUpload {
    #[serde(rename = "Part", default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Deserialize)]
struct Sign {
    parts: Vec<u32>,
}

const UPLOAD_ID: &str = "upload-1";

impl S3 {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            size: setup.size,
            quantum: setup.quantum,
            max_chunk: setup.max_chunk,
            presigned: setup.presigned,
            list_page: setup.list_page.max(1),
            parts: BTreeMap::new(),
            complete: false,
        }
    }

    fn take(&mut self, call: &Call) -> Answer {
        let Some(number) = call.query("partNumber").and_then(|n| n.parse().ok()).filter(|n| (1..=10_000).contains(n))
        else {
            return error(StatusCode::BAD_REQUEST, "InvalidArgument", "part numbers are 1 to 10000");
        };
        if call.query("signature") != Some(&signature(number)) {
            return error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", "this URL is of another part");
        }
        if !call.whole {
            return error(StatusCode::BAD_REQUEST, "IncompleteBody", "the body ended early");
        }
        if self.max_chunk > 0 && call.body.len() as u64 > self.max_chunk {
            return error(StatusCode::BAD_REQUEST, "EntityTooLarge", "the part is larger than allowed");
        }
        self.parts.insert(number, call.body.clone());
        Answer::of(StatusCode::OK).with("ETag", etag(&call.body))
    }

    fn list(&self, call: &Call) -> Answer {
        let after: u32 = call.query("part-number-marker").and_then(|marker| marker.parse().ok()).unwrap_or(0);
        let mut rest = self.parts.range(after + 1..);
        let page: Vec<_> = rest.by_ref().take(self.list_page).collect();
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListPartsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Bucket>b</Bucket><Key>video</Key><UploadId>{UPLOAD_ID}</UploadId><PartNumberMarker>{after}</PartNumberMarker>\
             <NextPartNumberMarker>{}</NextPartNumberMarker><MaxParts>{}</MaxParts><IsTruncated>{}</IsTruncated>",
            page.last().map_or(0, |(number, _)| **number),
            self.list_page,
            rest.next().is_some(),
        );
        for (number, part) in page {
            // The quotes of an ETag are escaped in XML, as S3 does it.
            let tag = etag(part).replace('"', "&quot;");
            let _ = write!(
                xml,
                "<Part><PartNumber>{number}</PartNumber><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
                 <ETag>{tag}</ETag><Size>{}</Size></Part>",
                part.len()
            );
        }
        Answer::of(StatusCode::OK).with("Content-Type", "application/xml").body(xml + "</ListPartsResult>")
    }

    fn complete(&mut self, call: &Call) -> Answer {
        if self.complete {
            // Told again, for its first answer may have been lost.
            return self.done();
        }
        let text = String::from_utf8_lossy(&call.body);
        let Ok(asked) = quick_xml::de::from_str::<CompleteMultipartUpload>(&text) else {
            return error(StatusCode::BAD_REQUEST, "MalformedXML", "this is no CompleteMultipartUpload");
        };
        if asked.parts.is_empty() {
            return error(StatusCode::BAD_REQUEST, "MalformedXML", "there is no part");
        }
        if !asked.parts.is_sorted_by(|a, b| a.part_number < b.part_number) {
            return error(StatusCode::BAD_REQUEST, "InvalidPartOrder", "parts are to ascend");
        }
        let mut left = asked.parts.len();
        for part in &asked.parts {
            left -= 1;
            let held = self.parts.get(&part.part_number);
            let Some(held) = held.filter(|held| etag(held).trim_matches('"') == part.etag.trim_matches('"')) else {
                return error(StatusCode::BAD_REQUEST, "InvalidPart", "a part is missing or has another ETag");
            };
            if left > 0 && (held.len() as u64) < self.quantum {
                return error(StatusCode::BAD_REQUEST, "EntityTooSmall", "a part that is not the last is too small");
            }
        }
        self.parts.retain(|number, _| asked.parts.iter().any(|part| part.part_number == *number));
        self.complete = true;
        self.done()
    }
}

impl Dialogue for S3 {
    fn kind(&self, method: &Method, path: &str, _: &HeaderMap) -> Kind {
        match (method, path) {
            (&Method::PUT, "object") => Kind::Data,
            (&Method::GET, "object") => Kind::Query,
            (&Method::POST, "object") => Kind::Complete,
            (&Method::DELETE, "object") => Kind::Abort,
            (&Method::POST, "sign") => Kind::Sign,
            _ => Kind::Unknown,
        }
    }

    fn handle(&mut self, call: &Call) -> Answer {
        if call.path == "sign" {
            let Ok(Sign { parts }) = serde_json::from_slice(&call.body) else {
                return Answer::of(StatusCode::BAD_REQUEST);
            };
            let urls: Vec<_> = parts.into_iter().map(|number| part_url(&call.root, number)).collect();
            let body = json!({ "urls": urls }).to_string();
            return Answer::of(StatusCode::OK).with("Content-Type", "application/json").body(body);
        }
        if call.query("uploadId") != Some(UPLOAD_ID) {
            return error(StatusCode::NOT_FOUND, "NoSuchUpload", "the upload does not exist");
        }
        match call.method {
            Method::POST => self.complete(call),
            _ if self.complete => error(StatusCode::NOT_FOUND, "NoSuchUpload", "the upload is complete"),
            Method::PUT => self.take(call),
            Method::GET => self.list(call),
            _ => {
                self.parts.clear();
                Answer::of(StatusCode::NO_CONTENT)
            }
        }
    }

    fn target(&mut self, root: &str) -> Value {
        let upload = format!("{root}object?uploadId={UPLOAD_ID}");
        let parts = u32::try_from(self.size.div_ceil(self.quantum)).unwrap_or(u32::MAX).min(10_000);
        let urls: Vec<_> = (1..=parts).filter(|_| self.presigned).map(|number| part_url(root, number)).collect();
        json!({
            "url": format!("{root}object"),
            "multipart": {
                "part_urls": urls,
                "sign_url": (!self.presigned).then(|| format!("{root}sign")),
                "list_url": upload,
                "complete_url": upload,
                "abort_url": upload,
            }
        })
    }

    fn not_yet(&self) -> Answer {
        // Amazon sends its 200 before it knows.
        let answer = error(StatusCode::OK, "InternalError", "We encountered an internal error. Please try again.");
        answer.with("Content-Type", "application/xml")
    }

    fn done(&self) -> Answer {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult \
                   xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>b</Bucket><Key>video</Key>\
                   <ETag>&quot;0-1&quot;</ETag></CompleteMultipartUploadResult>";
        Answer::of(StatusCode::OK).with("Content-Type", "application/xml").body(xml).closing(self.is_complete())
    }

    fn lose(&mut self, parts: u64) {
        for _ in 0..parts {
            self.parts.pop_last();
        }
    }

    fn object(&self) -> Vec<u8> {
        self.parts.values().flatten().copied().collect()
    }

    fn held(&self) -> u64 {
        self.parts.values().map(|part| part.len() as u64).sum()
    }

    fn is_complete(&self) -> bool {
        self.complete && self.held() == self.size
    }
}

fn part_url(root: &str, number: u32) -> String {
    format!("{root}object?uploadId={UPLOAD_ID}&partNumber={number}&signature={}", signature(number))
}

/// Stands for AWS's: one part's URL does for no other.
fn signature(number: u32) -> String {
    format!("{:08x}", number.wrapping_mul(0x9e37_79b9))
}

fn etag(part: &[u8]) -> String {
    let hex: String = Md5::digest(part).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

fn error(status: StatusCode, code: &str, message: &str) -> Answer {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Answer::of(status).with("Content-Type", "application/xml").body(xml)
}
