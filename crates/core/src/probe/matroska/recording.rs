//! How long a recording is whose header does not say: browsers write the header before they know. The last cluster
//! tells when it begins, and its blocks how much later they are shown.

use super::{
    CLUSTER,
    element::{Elements, unsigned},
};
use crate::probe::source::{Source, Step, optional};

const TIMESTAMP: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;

/// Bytes at the end of the file in which the last cluster is looked for: first in few, then in more. A cluster is mostly
/// one to five seconds long.
const TAILS: [u64; 2] = [256 << 10, 4 << 20];

/// Ticks until the last block is shown. How long it stays is not known.
pub(super) fn duration(source: &Source) -> Step<Option<u64>> {
    for tail in TAILS {
        let (start, bytes) = source.tail(tail)?;
        let mut before = bytes.len();
        // By chance these four bytes are in pictures too: a cluster begins with its time.
        while let Some(found) = bytes[..before].windows(4).rposition(|word| word == CLUSTER.to_be_bytes()) {
            if let Some(last) = optional(cluster(source, start + found as u64))?.flatten() {
                return Ok(Some(last));
            }
            before = found + 3;
        }
    }
    Ok(None)
}

/// When the last block in a cluster is shown, in ticks. `None` if it is no cluster after all.
fn cluster(source: &Source, at: u64) -> Step<Option<u64>> {
    let Some(cluster) = Elements::new(at..source.size()).next(source)? else { return Ok(None) };
    let mut elements = Elements::new(cluster.body);
    let Some(first) = elements.next(source)? else { return Ok(None) };
    if first.id != TIMESTAMP || first.len() > 8 {
        return Ok(None);
    }
    let begin = unsigned(source, &first)?;
    let mut last = 0;
    while let Some(element) = elements.next(source)? {
        let block = match element.id {
            SIMPLE_BLOCK => Some(element.body),
            BLOCK_GROUP => Elements::new(element.body).next(source)?.filter(|block| block.id == BLOCK).map(|b| b.body),
            // A cluster of unknown size ends before what is no part of one.
            CLUSTER => break,
            _ => None,
        };
        if let Some(block) = block {
            let track = 1 + u64::from(source.get(block.start, 1)?[0].leading_zeros());
            let offset = source.u16(block.start.saturating_add(track))? as i16;
            last = last.max(offset);
        }
    }
    Ok(Some(begin.saturating_add(last.unsigned_abs().into())))
}
