//! tus 1.0, with creation-with-upload and concatenation.

use reelway_core::upload::Request;

use super::{Answer, Dialect, Provider, common, header, status, with};
use crate::fault::Fault;

#[derive(Default)]
pub struct State {
    /// `None`: gone.
    uploads: Vec<Option<Upload>>,
}

struct Upload {
    len: u64,
    partial: bool,
    /// The first byte's place in the file, once there is one.
    start: Option<u64>,
    bytes: Vec<u8>,
    sent_to: u64,
}

impl State {
    pub fn held(&self) -> u64 {
        // Uploads that were made again may hold the same bytes twice: the ranges count once.
        let ranges = self.uploads.iter().flatten().filter_map(|upload| {
            let start = upload.start?;
            Some(start..start + upload.bytes.len() as u64)
        });
        let mut ranges: Vec<_> = ranges.collect();
        ranges.sort_by_key(|range| range.start);
        let (mut end, mut held) = (0, 0);
        for range in ranges {
            held += range.end.saturating_sub(range.start.max(end));
            end = end.max(range.end);
        }
        held
    }
}

fn state(provider: &mut Provider) -> &mut State {
    match &mut provider.dialect {
        Dialect::Tus(state) => state,
        _ => unreachable!(),
    }
}

fn upload(provider: &mut Provider, id: usize) -> Option<&mut Upload> {
    state(provider).uploads.get_mut(id)?.as_mut()
}

pub fn answer(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    assert_eq!(header(request, "tus-resumable"), Some("1.0.0"));
    match request.url.strip_prefix("https://provider/files/") {
        Some(id) => stored(provider, request, id.parse().unwrap(), fault),
        None if request.url != provider.url() => status(404).into(),
        None => match header(request, "upload-concat").and_then(|concat| concat.strip_prefix("final;")) {
            Some(urls) => join(provider, urls, fault),
            None => create(provider, request, fault),
        },
    }
}

fn create(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    assert_eq!(request.method, "POST");
    if let Some(Fault::Expired(code)) = fault {
        provider.generation += 1;
        return status(*code).into();
    }
    let make = |provider: &mut Provider, limit: u64| {
        let len = header(request, "upload-length").unwrap().parse().unwrap();
        let partial = header(request, "upload-concat") == Some("partial");
        state(provider).uploads.push(Some(Upload { len, partial, start: None, bytes: Vec::new(), sent_to: 0 }));
        let id = state(provider).uploads.len() - 1;
        keep(provider, request, id, limit);
        id
    };
    if let Some(answer) = fault.and_then(|fault| {
        common(provider, fault, |provider, limit| {
            make(provider, limit);
        })
    }) {
        // What was made is lost to whoever made it.
        if let Some(bytes) = &request.body {
            provider.lost += bytes.end - bytes.start;
        }
        return answer;
    }
    let limit = match fault {
        Some(Fault::Partial(bytes)) => *bytes,
        Some(Fault::NothingKept) => 0,
        _ => u64::MAX,
    };
    let id = make(provider, limit);
    let mut reply = with(201, "location", format!("https://provider/files/{id}"));
    let silent = provider.hides || matches!(fault, Some(Fault::Hidden));
    if !silent {
        let offset = upload(provider, id).unwrap().bytes.len();
        reply.headers.push(("upload-offset".into(), offset.to_string()));
    }
    finish(provider, id);
    Answer { reply: Some(reply), silent }
}

fn stored(provider: &mut Provider, request: &Request, id: usize, fault: Option<&Fault>) -> Answer {
    let Some(Upload { len, bytes, .. }) = upload(provider, id) else { return status(404).into() };
    let (len, held) = (*len, bytes.len() as u64);
    if let Some(Fault::Expired(code)) = fault
        && provider.object.is_none()
    {
        state(provider).uploads[id] = None;
        provider.lost += held;
        return status(*code).into();
    }
    if request.method == "PATCH" {
        assert_eq!(header(request, "content-type"), Some("application/offset+octet-stream"));
        let offset: u64 = header(request, "upload-offset").unwrap().parse().unwrap();
        let sent = request.body.as_ref().map_or(0, |bytes| bytes.end - bytes.start);
        assert!(offset + sent <= len, "past the end");
        let upload = upload(provider, id).unwrap();
        upload.sent_to = upload.sent_to.max(offset + sent);
        if offset != held {
            return status(409).into();
        }
    }
    if let Some(answer) =
        fault.and_then(|fault| common(provider, fault, |provider, limit| keep(provider, request, id, limit)))
    {
        return answer;
    }
    match fault {
        Some(Fault::Partial(bytes)) => keep(provider, request, id, *bytes),
        Some(Fault::NothingKept) => {}
        Some(Fault::Loses(bytes)) if provider.object.is_none() => {
            let upload = upload(provider, id).unwrap();
            let left = upload.bytes.len().saturating_sub(*bytes as usize);
            let lost = upload.bytes.len() - left;
            upload.bytes.truncate(left);
            provider.lost += lost as u64;
        }
        _ => keep(provider, request, id, u64::MAX),
    }
    if provider.hides || matches!(fault, Some(Fault::Hidden)) {
        finish(provider, id);
        return Answer { reply: Some(status(204)), silent: true };
    }
    let Upload { bytes, sent_to, .. } = upload(provider, id).unwrap();
    let offset = match fault {
        Some(Fault::Boasts(more)) => (*sent_to).max(bytes.len() as u64) + more,
        _ => bytes.len() as u64,
    };
    finish(provider, id);
    with(if request.method == "HEAD" { 200 } else { 204 }, "upload-offset", offset.to_string()).into()
}

/// Joins uploads that are full.
fn join(provider: &mut Provider, urls: &str, fault: Option<&Fault>) -> Answer {
    if let Some(Fault::Expired(code)) = fault {
        provider.generation += 1;
        return status(*code).into();
    }
    let work = |provider: &mut Provider, limit: u64| {
        let mut object = Vec::new();
        for url in urls.split(' ') {
            let id = url.strip_prefix("https://provider/files/").unwrap().parse().unwrap();
            match upload(provider, id) {
                Some(upload) if upload.partial && upload.bytes.len() as u64 == upload.len => {
                    object.extend_from_slice(&upload.bytes);
                }
                _ => return false,
            }
        }
        if limit == u64::MAX {
            provider.object = Some(object);
        }
        true
    };
    if let Some(answer) = fault.and_then(|fault| {
        common(provider, fault, |provider, limit| {
            work(provider, limit);
        })
    }) {
        return answer;
    }
    match fault {
        Some(Fault::NotFinal | Fault::NothingKept | Fault::Loses(_)) => status(500).into(),
        _ if work(provider, u64::MAX) => with(201, "location", "https://provider/files/final").into(),
        _ => status(404).into(),
    }
}

/// Keeps at most `limit` bytes of the body.
fn keep(provider: &mut Provider, request: &Request, id: usize, limit: u64) {
    let Some(body) = &request.body else { return };
    let end = body.end.min(body.start.saturating_add(limit));
    let content = provider.bytes(&(body.start..end.max(body.start))).to_vec();
    let upload = upload(provider, id).unwrap();
    upload.start.get_or_insert(body.start - upload.bytes.len() as u64);
    upload.bytes.extend(content);
    upload.sent_to = upload.sent_to.max(body.end - upload.start.unwrap());
}

/// An upload that stands for itself is complete with its last byte.
fn finish(provider: &mut Provider, id: usize) {
    let object = upload(provider, id)
        .filter(|upload| !upload.partial && upload.bytes.len() as u64 == upload.len)
        .map(|upload| upload.bytes.clone());
    if object.is_some() {
        provider.object = object;
    }
}
