//! Faults by seed: few always, many with `--full`.

use std::env;

use reelway_fault_provider::{Protocol, Random};

use crate::case::{Case, End, case};

/// How many of each protocol.
fn count() -> u64 {
    if env::var_os("REELWAY_FULL").is_some() { 200 / PROTOCOLS.len() as u64 } else { 2 }
}

/// Those that the engine speaks by now.
const PROTOCOLS: [Protocol; 1] = [Protocol::Resumable];

pub fn cases() -> Vec<Case> {
    let of = |protocol| (0..count()).map(move |seed| (protocol, seed));
    PROTOCOLS
        .into_iter()
        .flat_map(of)
        .map(|(protocol, seed)| {
            let mut case = case(&format!("random faults of seed {seed}"), protocol, []);
            case.setup.random = Some(Random { seed, percent: 35, at_most: 10 });
            case.end = End::Success;
            case
        })
        .collect()
}
