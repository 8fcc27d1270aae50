//! Faults by seed: few always, many with `--full`.

use std::env;

use reelway_fault_provider::{Protocol, Random, Renewal};

use crate::case::{CHUNK, Case, case};

const PROTOCOLS: [Protocol; 5] =
    [Protocol::Resumable, Protocol::Tus, Protocol::S3Multipart, Protocol::OciMultipart, Protocol::Put];

/// Scripts of each protocol.
fn count() -> u64 {
    if env::var_os("REELWAY_FULL").is_some() { 200 / PROTOCOLS.len() as u64 } else { 2 }
}

/// However it goes, there are at most ten faults: so that every upload has to succeed.
pub fn cases() -> Vec<Case> {
    PROTOCOLS.into_iter().flat_map(|protocol| (0..count()).map(move |seed| of_seed(protocol, seed))).collect()
}

fn of_seed(protocol: Protocol, seed: u64) -> Case {
    let mut case = case(&format!("random faults of seed {seed}"), protocol, []);
    let setup = &mut case.setup;
    setup.random = Some(Random { seed, percent: 35, at_most: 10 });
    // Half of the seeds each: made by the client and in parts side by side, signed beforehand, begun anew.
    let is = |bit: u64| (seed >> bit) & 1 == 1;
    if protocol == Protocol::Tus && is(0) {
        (setup.create, setup.parallel, setup.max_chunk) = (true, 3, 3 * CHUNK);
    }
    if matches!(protocol, Protocol::S3Multipart | Protocol::OciMultipart) && !is(0) {
        setup.parallel = 3;
    }
    setup.presigned = is(1);
    setup.renewal = if is(2) { Renewal::New } else { Renewal::Same };
    // What begins anew again and again makes no headway, and waits longer each time.
    case.fast = matches!(protocol, Protocol::OciMultipart | Protocol::Put);
    case
}
