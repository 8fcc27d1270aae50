//! One `PUT`.

use reelway_core::upload::Request;

use super::{Answer, Provider, common, status};
use crate::fault::Fault;

pub fn answer(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if request.url != provider.url() {
        return status(403).into();
    }
    let bytes = request.body.clone().expect("bytes");
    assert_eq!(bytes, 0..provider.file.len() as u64);
    let store = |provider: &mut Provider, limit: u64| {
        if limit >= bytes.end {
            provider.object = Some(provider.bytes(&bytes).to_vec());
        }
    };
    match fault {
        Some(fault) => match (common(provider, fault, store), fault) {
            (Some(answer), _) => answer,
            (None, Fault::Expired(code)) => {
                provider.generation += 1;
                status(*code).into()
            }
            (None, Fault::NotFinal | Fault::Partial(_) | Fault::NothingKept) => status(202).into(),
            (None, _) => {
                store(provider, u64::MAX);
                status(200).into()
            }
        },
        None => {
            store(provider, u64::MAX);
            status(201).into()
        }
    }
}
