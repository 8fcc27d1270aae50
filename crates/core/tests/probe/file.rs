//! A file that need not be on any disk, and what it was asked for.

use std::ops::Range;

use reelway_core::probe::{Header, LIMIT, Need, Probe, ProbeError};

/// Some bytes at some places, and zeros everywhere else.
#[derive(Clone, Debug, Default)]
pub struct Sparse {
    pub size: u64,
    pub parts: Vec<(u64, Vec<u8>)>,
}

impl Sparse {
    pub fn of(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { size: bytes.len() as u64, parts: vec![(0, bytes)] }
    }

    /// These bytes come next.
    pub fn then(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let at = self.size;
        self.size += bytes.len() as u64;
        self.parts.push((at, bytes));
        self
    }

    /// So many zeros come next.
    pub fn gap(mut self, len: u64) -> Self {
        self.size += len;
        self
    }

    fn read(&self, range: &Range<u64>) -> Vec<u8> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        for (at, part) in &self.parts {
            let (start, end) = (range.start.max(*at), range.end.min(at + part.len() as u64));
            if start < end {
                let from = &part[(start - at) as usize..(end - at) as usize];
                bytes[(start - range.start) as usize..(end - range.start) as usize].copy_from_slice(from);
            }
        }
        bytes
    }
}

/// What the probe said in the end, and what it took to get there.
#[derive(Debug)]
pub struct Told {
    pub outcome: Result<Header, ProbeError>,
    pub reads: usize,
    pub bytes: u64,
}

/// Probes a file, and holds the probe to its promises on the way.
pub fn probe(file: &Sparse) -> Told {
    let mut probe = Probe::new(file.size);
    let (mut reads, mut bytes) = (0, 0);
    loop {
        match probe.next() {
            Need::Bytes(range) => {
                assert!(range.start < range.end && range.end <= file.size, "{range:?} of {}", file.size);
                reads += 1;
                bytes += range.end - range.start;
                assert!(bytes <= LIMIT, "{bytes} bytes in {reads} reads");
                assert!(reads <= 600, "it asks and asks");
                let read = file.read(&range);
                probe.feed(range, &read);
            }
            Need::Done(outcome) => return Told { outcome, reads, bytes },
        }
    }
}

/// The header, which is there.
pub fn header(file: &Sparse) -> Header {
    probe(file).outcome.unwrap()
}
