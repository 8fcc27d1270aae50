//! S3 multipart uploads, presigned.

use std::collections::BTreeMap;

use reelway_api::{Multipart, Protocol, UploadTarget};
use reelway_core::upload::{Reply, Request};

use super::{Answer, Dialect, Provider, common, status, with};
use crate::fault::Fault;

/// Parts on a page of ListParts.
const PAGE: usize = 3;

#[derive(Default)]
pub struct State {
    parts: BTreeMap<u32, (String, Vec<u8>)>,
    count: u32,
}

impl State {
    pub fn held(&self) -> u64 {
        self.parts.values().map(|(_, part)| part.len() as u64).sum()
    }
}

fn state(provider: &mut Provider) -> &mut State {
    match &mut provider.dialect {
        Dialect::S3(state) => state,
        _ => unreachable!(),
    }
}

pub fn target(target: UploadTarget) -> UploadTarget {
    let url = &target.url;
    let multipart = Multipart {
        part_urls: Vec::new(),
        sign_url: Some(format!("{url}sign")),
        list_url: Some(format!("{url}list")),
        complete_url: format!("{url}complete"),
        abort_url: Some(format!("{url}abort")),
    };
    UploadTarget { protocol: Protocol::S3Multipart, multipart: Some(multipart), ..target }
}

pub fn answer(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    let base = provider.url();
    let Some(place) = request.url.strip_prefix(&base) else { return status(403).into() };
    if let Some(Fault::Expired(code)) = fault {
        provider.generation += 1;
        return status(*code).into();
    }
    match place.split_once('?').unwrap_or((place, "")) {
        ("sign", _) => sign(provider, request, fault),
        ("list", marker) => list(provider, marker, fault),
        ("complete", _) => complete(provider, request, fault),
        (part, _) => {
            let number = part.strip_prefix("part/").expect("a part").parse().unwrap();
            self::part(provider, request, number, fault)
        }
    }
}

fn sign(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if let Some(answer) = fault.and_then(|fault| common(provider, fault, |_, _| {})) {
        return answer;
    }
    let wish: BTreeMap<String, Vec<u32>> = serde_json::from_str(request.text.as_deref().unwrap()).unwrap();
    let url = |part: &u32| format!("\"{}part/{part}\"", provider.url());
    let urls: Vec<String> = wish["parts"].iter().map(url).collect();
    let body = format!(r#"{{"urls":[{}]}}"#, urls.join(","));
    match fault {
        Some(Fault::Cut) => Reply { cut: true, body: body[..10].into(), ..status(200) }.into(),
        _ => Reply { body, ..status(200) }.into(),
    }
}

fn part(provider: &mut Provider, request: &Request, number: u32, fault: Option<&Fault>) -> Answer {
    let bytes = request.body.clone().unwrap();
    assert!((1..=10_000).contains(&number) && request.method == "PUT");
    let size = provider.file.len() as u64;
    provider.check_chunk(&bytes, size);
    if provider.object.is_some() {
        return status(404).into();
    }
    let keep = |provider: &mut Provider, limit: u64| {
        if limit >= bytes.end - bytes.start {
            let content = provider.bytes(&bytes).to_vec();
            let state = state(provider);
            state.count += 1;
            let tag = format!("\"{number}-{}\"", state.count);
            state.parts.insert(number, (tag, content));
        }
    };
    if let Some(answer) = fault.and_then(|fault| common(provider, fault, keep)) {
        return answer;
    }
    match fault {
        // An answer that is a lie, or bytes that are lost later: the completion shows it.
        Some(Fault::NothingKept | Fault::Partial(_)) => {
            provider.most = size;
            provider.lost += bytes.end - bytes.start;
            with(200, "etag", "\"lost\"").into()
        }
        Some(Fault::Loses(_)) => {
            if let Some((_, (_, part))) = state(provider).parts.pop_first() {
                provider.lost += part.len() as u64;
            }
            status(500).into()
        }
        _ => {
            keep(provider, u64::MAX);
            let tag = state(provider).parts[&number].0.clone();
            match provider.hides || matches!(fault, Some(Fault::Hidden)) {
                true => Answer { reply: Some(status(200)), silent: true },
                false => with(200, "etag", tag).into(),
            }
        }
    }
}

fn list(provider: &mut Provider, marker: &str, fault: Option<&Fault>) -> Answer {
    if let Some(answer) = fault.and_then(|fault| common(provider, fault, |_, _| {})) {
        return answer;
    }
    if provider.object.is_some() {
        return error(404, "NoSuchUpload");
    }
    let after: u32 = marker.strip_prefix("part-number-marker=").map_or(0, |marker| marker.parse().unwrap());
    let state = state(provider);
    let page: Vec<_> = state.parts.range(after + 1..).take(PAGE).collect();
    let more = page.last().is_some_and(|(last, _)| state.parts.range(*last + 1..).next().is_some());
    let entry = |(number, (tag, part)): &(&u32, &(String, Vec<u8>))| {
        let tag = tag.replace('"', "&quot;");
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag><Size>{}</Size></Part>", part.len())
    };
    let entries: String = page.iter().map(entry).collect();
    let body = format!("<ListPartsResult><IsTruncated>{more}</IsTruncated>{entries}</ListPartsResult>");
    match fault {
        Some(Fault::Cut) => Reply { cut: true, body: body[..body.len() / 2].into(), ..status(200) }.into(),
        _ => Reply { body, ..status(200) }.into(),
    }
}

fn complete(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if provider.object.is_some() {
        return error(404, "NoSuchUpload");
    }
    let wish = request.text.clone().unwrap();
    let work = |provider: &mut Provider, limit: u64| {
        if limit == u64::MAX {
            join(provider, &wish);
        }
    };
    if let Some(answer) = fault.and_then(|fault| common(provider, fault, work)) {
        return answer;
    }
    if let Some(Fault::NotFinal) = fault {
        return error(200, "InternalError");
    }
    if !join(provider, &wish) {
        return error(400, "InvalidPart");
    }
    let body = "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>".to_owned();
    match fault {
        Some(Fault::Cut) => Reply { cut: true, body: body[..20].into(), ..status(200) }.into(),
        _ => Reply { body, ..status(200) }.into(),
    }
}

/// Puts the parts of the list together, if it has them all.
fn join(provider: &mut Provider, wish: &str) -> bool {
    let mut object = Vec::new();
    let mut last = 0;
    for part in wish.split("<Part>").skip(1) {
        let inside = |tag: &str| part.split(&format!("<{tag}>")).nth(1)?.split("</").next();
        let number: u32 = inside("PartNumber").unwrap().parse().unwrap();
        assert!(number > last, "the list is ascending");
        last = number;
        match state(provider).parts.get(&number) {
            Some((tag, content)) if inside("ETag") == Some(tag.as_str()) => object.extend_from_slice(content),
            _ => return false,
        }
    }
    provider.object = Some(object);
    true
}

fn error(code: u16, name: &str) -> Answer {
    Reply { body: format!("<?xml version=\"1.0\"?><Error><Code>{name}</Code></Error>"), ..status(code) }.into()
}
