//! Google's resumable uploads.

use std::ops::Range;

use reelway_core::upload::{Reply, Request};

use super::{Answer, Dialect, Provider, common, header, status, with};
use crate::fault::Fault;

#[derive(Default)]
pub struct State {
    held: Vec<u8>,
    sent_to: u64,
}

impl State {
    pub fn held(&self) -> u64 {
        self.held.len() as u64
    }
}

fn state(provider: &mut Provider) -> &mut State {
    match &mut provider.dialect {
        Dialect::Resumable(state) => state,
        _ => unreachable!(),
    }
}

pub fn answer(provider: &mut Provider, request: &Request, fault: Option<&Fault>) -> Answer {
    if request.url != provider.url() {
        return status(404).into();
    }
    let size = provider.file.len() as u64;
    let range = header(request, "content-range").expect("a Content-Range");
    let chunk = request.body.clone();
    match &chunk {
        Some(bytes) => {
            assert_eq!(range, format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1));
            provider.check_chunk(bytes, size);
            let state = state(provider);
            state.sent_to = state.sent_to.max(bytes.end);
        }
        None => assert_eq!(range, format!("bytes */{size}")),
    }
    let Some(fault) = fault else {
        keep(provider, &chunk, u64::MAX);
        return say(provider, &chunk);
    };
    if let Some(answer) = common(provider, fault, |provider, limit| keep(provider, &chunk, limit)) {
        return answer;
    }
    match fault {
        Fault::Partial(bytes) => {
            keep(provider, &chunk, *bytes);
            say(provider, &chunk)
        }
        Fault::Hidden => {
            keep(provider, &chunk, u64::MAX);
            Answer { reply: Some(status(308)), silent: true }
        }
        Fault::NothingKept => Answer { reply: Some(status(308)), silent: true },
        Fault::NotFinal => {
            keep(provider, &chunk, u64::MAX);
            offset(provider)
        }
        Fault::Expired(code) => {
            // Whoever asks for a target gets a new URL; this one is dead.
            provider.generation += 1;
            status(*code).into()
        }
        Fault::Loses(bytes) => {
            if provider.object.is_none() {
                let state = state(provider);
                let left = state.held.len().saturating_sub(*bytes as usize);
                let lost = (state.held.len() - left) as u64;
                state.held.truncate(left);
                provider.lost += lost;
            }
            offset(provider)
        }
        Fault::Boasts(bytes) => {
            let claim = state(provider).sent_to + bytes;
            holds(claim, provider.hides)
        }
        Fault::FalseSuccess => match &chunk {
            Some(bytes) if bytes.end < size => status(200).into(),
            _ => {
                keep(provider, &chunk, u64::MAX);
                say(provider, &chunk)
            }
        },
        _ => {
            keep(provider, &chunk, u64::MAX);
            let mut answer = say(provider, &chunk);
            answer.reply.iter_mut().for_each(|reply| reply.cut = true);
            answer
        }
    }
}

/// Keeps at most `limit` bytes of a chunk, past what it holds already. Gaps are not kept.
fn keep(provider: &mut Provider, chunk: &Option<Range<u64>>, limit: u64) {
    let Some(bytes) = chunk else { return };
    let held = state(provider).held();
    let end = bytes.end.min(bytes.start.saturating_add(limit));
    if bytes.start <= held && end > held {
        let more = provider.bytes(&(held..end)).to_vec();
        state(provider).held.extend(more);
    }
}

/// What an honest provider says now.
fn say(provider: &mut Provider, chunk: &Option<Range<u64>>) -> Answer {
    let held = state(provider).held();
    if held == provider.file.len() as u64 {
        provider.object = Some(state(provider).held.clone());
        return status(200).into();
    }
    if chunk.as_ref().is_some_and(|bytes| bytes.start > held) {
        // A gap, as Google answers it.
        return status(503).into();
    }
    offset(provider)
}

fn offset(provider: &mut Provider) -> Answer {
    let held = state(provider).held();
    holds(held, provider.hides)
}

fn holds(offset: u64, hides: bool) -> Answer {
    let reply: Reply = match offset.checked_sub(1) {
        Some(last) if !hides => with(308, "range", format!("bytes=0-{last}")),
        _ => status(308),
    };
    Answer { silent: reply.headers.is_empty(), reply: Some(reply) }
}
