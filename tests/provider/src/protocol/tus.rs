//! tus 1.0 with creation, creation-with-upload, termination, expiration, checksum and concatenation.
//! <https://tus.io/protocols/resumable-upload>

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Call, Dialogue, checksum};
use crate::{fault::Kind, setup::Setup};

/// The uploads of one file: itself, or the parts that become it.
pub struct Tus {
    size: u64,
    max_chunk: u64,
    digest: bool,
    create: bool,
    uploads: BTreeMap<u32, Upload>,
}

#[derive(Default)]
struct Upload {
    length: u64,
    held: Vec<u8>,
    concat: Option<String>,
}

impl Upload {
    fn is_whole(&self) -> bool {
        self.held.len() as u64 == self.length
    }

    fn is_part(&self) -> bool {
        self.concat.as_deref() == Some("partial")
    }

    /// Whether it is the file, whole.
    fn is_the_file(&self) -> bool {
        self.is_whole() && !self.is_part()
    }
}

const CHECKSUM_MISMATCH: u16 = 460;
const EXPIRES: &str = "Fri, 31 Dec 2100 23:59:59 GMT";
const OFFSETS: &str = "application/offset+octet-stream";

impl Tus {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            size: setup.size,
            max_chunk: setup.max_chunk,
            digest: setup.digest.is_some(),
            create: setup.create,
            uploads: BTreeMap::new(),
        }
    }

    fn make(&mut self, upload: Upload) -> u32 {
        // No upload ever has the name of another, not even of one that is gone.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let id = 1 + MADE.fetch_add(1, Ordering::Relaxed);
        self.uploads.insert(id, upload);
        id
    }

    fn post(&mut self, call: &Call) -> Answer {
        let concat = Some(call.header("upload-concat")).filter(|concat| !concat.is_empty());
        if let Some(parts) = concat.and_then(|concat| concat.strip_prefix("final;")) {
            return self.join(call, parts);
        }
        let Ok(length) = call.header("upload-length").parse::<u64>() else {
            return Answer::of(StatusCode::BAD_REQUEST).body("Upload-Length is missing");
        };
        let is_part = concat == Some("partial");
        if is_part && length > self.size || !is_part && length != self.size {
            return Answer::of(StatusCode::PAYLOAD_TOO_LARGE).body("the file has another size");
        }
        let with_upload = !call.body.is_empty();
        if with_upload && call.header("content-type") != OFFSETS {
            return Answer::of(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let id = self.make(Upload { length, held: Vec::new(), concat: concat.map(str::to_owned) });
        let mut answer = Answer::of(StatusCode::CREATED);
        if with_upload {
            answer = self.append(call, id);
            if answer.status != 204 {
                return answer;
            }
            answer.status = 201;
        }
        answer.with("Location", location(call, id)).with("Upload-Expires", EXPIRES)
    }

    fn join(&mut self, call: &Call, parts: &str) -> Answer {
        let mut held = Vec::new();
        for url in parts.split_ascii_whitespace() {
            let part = url.rsplit('/').next().and_then(|id| self.uploads.get(&id.parse().ok()?));
            match part.filter(|part| part.is_part()) {
                Some(part) if part.is_whole() => held.extend_from_slice(&part.held),
                Some(_) => return Answer::of(StatusCode::BAD_REQUEST).body("a part is not whole yet"),
                None => return Answer::of(StatusCode::NOT_FOUND).body("a part does not exist"),
            }
        }
        if held.len() as u64 != self.size {
            return Answer::of(StatusCode::BAD_REQUEST).body("the parts are not the whole file");
        }
        let concat = Some(format!("final;{parts}"));
        let id = self.make(Upload { length: held.len() as u64, held, concat });
        Answer::of(StatusCode::CREATED).with("Location", location(call, id)).closing(true)
    }

    fn head(&self, id: u32) -> Answer {
        let Some(upload) = self.uploads.get(&id) else { return Answer::of(StatusCode::NOT_FOUND) };
        let mut answer = Answer::of(StatusCode::OK)
            .with("Cache-Control", "no-store")
            .with("Upload-Length", upload.length.to_string())
            .with("Upload-Offset", upload.held.len().to_string())
            .with("Upload-Expires", EXPIRES)
            .closing(upload.is_the_file());
        if let Some(concat) = &upload.concat {
            answer = answer.with("Upload-Concat", concat.clone());
        }
        answer
    }

    fn patch(&mut self, call: &Call, id: u32) -> Answer {
        let Some(upload) = self.uploads.get(&id) else { return Answer::of(StatusCode::NOT_FOUND) };
        if upload.concat.as_ref().is_some_and(|concat| concat.starts_with("final")) {
            return Answer::of(StatusCode::FORBIDDEN).body("a final upload takes no bytes");
        }
        if call.header("content-type") != OFFSETS {
            return Answer::of(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        if call.header("upload-offset") != upload.held.len().to_string() {
            return Answer::of(StatusCode::CONFLICT).body("the offset is another");
        }
        self.append(call, id)
    }

    fn append(&mut self, call: &Call, id: u32) -> Answer {
        let Some(upload) = self.uploads.get_mut(&id) else { return Answer::of(StatusCode::NOT_FOUND) };
        if self.max_chunk > 0 && call.body.len() as u64 > self.max_chunk
            || (upload.held.len() + call.body.len()) as u64 > upload.length
        {
            return Answer::of(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if self.digest {
            let told = call.header("upload-checksum").split_once(' ');
            let Some((told, is)) = told.and_then(|(name, told)| Some((told, checksum(name, &call.body)?))) else {
                return Answer::of(StatusCode::BAD_REQUEST).body("Upload-Checksum is missing or of an unknown kind");
            };
            if !call.whole || told != is {
                return Answer { status: CHECKSUM_MISMATCH, ..Answer::default() };
            }
        }
        upload.held.extend_from_slice(call.kept());
        Answer::of(StatusCode::NO_CONTENT)
            .with("Upload-Offset", upload.held.len().to_string())
            .with("Upload-Expires", EXPIRES)
            .closing(upload.is_the_file())
    }

    /// The upload that is the file, or becomes it. More than one may be made, when an answer to a creation was lost.
    fn file(&self) -> Option<(u32, &Upload)> {
        let mut files = self.uploads.iter().filter(|(_, upload)| !upload.is_part());
        let (id, upload) = files.clone().find(|(_, upload)| upload.is_whole()).or_else(|| files.next_back())?;
        Some((*id, upload))
    }
}

/// Relative, which tus allows.
fn location(call: &Call, id: u32) -> String {
    let path = call.root.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{path}files/{id}")
}

fn id(path: &str) -> Option<u32> {
    path.strip_prefix("files/")?.parse().ok()
}

impl Dialogue for Tus {
    fn kind(&self, method: &Method, path: &str, headers: &HeaderMap) -> Kind {
        let joins = headers.get("upload-concat").is_some_and(|concat| concat.as_bytes().starts_with(b"final"));
        match (method, path) {
            (&Method::POST, "files") if joins => Kind::Complete,
            (&Method::POST, "files") => Kind::Create,
            (&Method::HEAD, _) => Kind::Query,
            (&Method::PATCH, _) => Kind::Data,
            (&Method::DELETE, _) => Kind::Abort,
            _ => Kind::Unknown,
        }
    }

    fn handle(&mut self, call: &Call) -> Answer {
        let answer = match (&call.method, id(&call.path)) {
            (&Method::OPTIONS, _) => Answer::of(StatusCode::NO_CONTENT)
                .with("Tus-Version", "1.0.0")
                .with("Tus-Extension", "creation,creation-with-upload,termination,expiration,checksum,concatenation")
                .with("Tus-Checksum-Algorithm", "sha1,sha256"),
            _ if call.header("tus-resumable") != "1.0.0" => {
                Answer::of(StatusCode::PRECONDITION_FAILED).with("Tus-Version", "1.0.0")
            }
            (&Method::POST, None) => self.post(call),
            (&Method::HEAD, Some(id)) => self.head(id),
            (&Method::PATCH, Some(id)) => self.patch(call, id),
            (&Method::DELETE, Some(id)) if self.uploads.remove(&id).is_some() => Answer::of(StatusCode::NO_CONTENT),
            (_, Some(_)) => Answer::of(StatusCode::NOT_FOUND),
            (_, None) => Answer::of(StatusCode::METHOD_NOT_ALLOWED),
        };
        answer.with("Tus-Resumable", "1.0.0")
    }

    fn target(&mut self, root: &str) -> Value {
        if self.create {
            return json!({ "url": format!("{root}files"), "create": true });
        }
        let id = match self.file() {
            Some((id, _)) => id,
            None => self.make(Upload { length: self.size, ..Upload::default() }),
        };
        json!({ "url": format!("{root}files/{id}") })
    }

    fn proof(&self) -> &'static str {
        "Upload-Offset"
    }

    fn boast(&self, mut answer: Answer, bytes: u64) -> Answer {
        for (name, value) in &mut answer.headers {
            if *name == "Upload-Offset" {
                *value = value.parse().map_or(0, |offset: u64| offset + bytes).to_string();
            }
        }
        answer
    }

    fn not_yet(&self) -> Answer {
        Answer::of(StatusCode::CONFLICT).with("Tus-Resumable", "1.0.0")
    }

    fn done(&self) -> Answer {
        let all = self.size.to_string();
        Answer::of(StatusCode::NO_CONTENT).with("Tus-Resumable", "1.0.0").with("Upload-Offset", all)
    }

    fn lose(&mut self, bytes: u64) {
        let Some(upload) = self.uploads.values_mut().rfind(|upload| !upload.held.is_empty()) else { return };
        let left = (upload.held.len() as u64).saturating_sub(bytes);
        upload.held.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    }

    fn object(&self) -> Vec<u8> {
        self.file().map(|(_, file)| file.held.clone()).unwrap_or_default()
    }

    fn held(&self) -> u64 {
        // The parts of a file that is whole are not counted with it.
        match self.file() {
            Some((_, file)) => file.held.len() as u64,
            None => self.uploads.values().map(|upload| upload.held.len() as u64).sum(),
        }
    }

    fn is_complete(&self) -> bool {
        self.file().is_some_and(|(_, file)| file.is_whole())
    }
}
