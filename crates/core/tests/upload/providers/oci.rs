//! Oracle's multipart uploads through a pre-authenticated request.

use std::collections::BTreeMap;

use reelway_core::upload::{Reply, Request};

use super::{Answer, Dialect, Provider, common, header, status};
use crate::fault::Fault;

#[derive(Default)]
pub struct State {
    uploads: Vec<Option<BTreeMap<u32, Vec<u8>>>>,
}

impl State {
    pub fn held(&self) -> u64 {
        let size = |upload: &BTreeMap<u32, Vec<u8>>| upload.values().map(|part| part.len() as u64).sum();
        self.uploads.iter().flatten().map(size).max().unwrap_or(0)
    }
}

fn state(provider: &mut Provider) -> &mut State {
    match &mut provider.dialect {
        Dialect::Oci(state) => state,
        _ => unreachable!(),
    }
}

pub fn answer(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if header(request, "opc-multipart") == Some("true") {
        return open(provider, request, fault);
    }
    let place = request.url.strip_prefix("https://provider/id/").expect("an opened upload");
    let (id, part) = place.split_once('/').expect("a slash after the upload's id");
    let id: usize = id.parse().unwrap();
    if state(provider).uploads.get(id).is_none_or(Option::is_none) {
        return status(404).into();
    }
    let part: Option<u32> = part.parse().ok();
    assert_eq!((request.method, request.body.is_some()), (if part.is_some() { "PUT" } else { "POST" }, part.is_some()));
    let work = |provider: &mut Provider, limit: u64| match (part, &request.body) {
        (Some(part), Some(bytes)) if limit >= bytes.end - bytes.start => {
            assert!((1..=10_000).contains(&part));
            let content = provider.bytes(bytes).to_vec();
            state(provider).uploads[id].as_mut().unwrap().insert(part, content);
        }
        (None, _) if limit == u64::MAX => {
            let parts = state(provider).uploads[id].take().unwrap();
            provider.object = Some(parts.into_values().flatten().collect());
        }
        _ => {}
    };
    let Some(fault) = fault else {
        work(provider, u64::MAX);
        return status(200).into();
    };
    if let Some(answer) = common(provider, fault, work) {
        return answer;
    }
    match fault {
        Fault::Expired(code) => {
            let parts = state(provider).uploads[id].take().unwrap();
            provider.lost += parts.values().map(|part| part.len() as u64).sum::<u64>();
            status(*code).into()
        }
        // Oracle does not say 200 to what it did not keep: nobody could tell.
        Fault::Partial(_) | Fault::NothingKept | Fault::NotFinal | Fault::Loses(_) => status(500).into(),
        _ => {
            work(provider, u64::MAX);
            Reply { cut: matches!(fault, Fault::Cut), ..status(200) }.into()
        }
    }
}

fn open(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if request.url != provider.url() {
        return status(404).into();
    }
    assert_eq!((request.method, &request.body), ("PUT", &None));
    let begin = |provider: &mut Provider, _: u64| state(provider).uploads.push(Some(BTreeMap::new()));
    if let Some(answer) = fault.and_then(|fault| common(provider, fault, begin)) {
        return answer;
    }
    if let Some(Fault::Expired(code)) = fault {
        provider.generation += 1;
        return status(*code).into();
    }
    begin(provider, 0);
    let body = format!(r#"{{"uploadId":"x","accessUri":"/id/{}/"}}"#, state(provider).uploads.len() - 1);
    match fault {
        Some(Fault::Cut) => Reply { cut: true, body: body[..12].into(), ..status(200) }.into(),
        _ => Reply { body, ..status(200) }.into(),
    }
}
