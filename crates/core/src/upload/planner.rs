//! How long the next chunk is.

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::{Millis, upload::UploadError};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Bytes of the first chunk: little enough to show motion soon, and much enough to learn the rate from.
const FIRST: u64 = MIB;
/// Milliseconds that a chunk should take. Long enough for a round trip to weigh little, short enough that a lost
/// connection costs little and that progress, which moves with each chunk, is seen to move.
const AIM: Millis = 3000.0;
/// Bytes: past this, longer chunks save nothing that can be measured.
const CAP: u64 = 32 * MIB;
/// Bytes: WebCrypto hashes in one go, so that a chunk with a digest has to be in memory.
const CAP_WITH_DIGEST: u64 = 8 * MIB;

/// What a target allows, in bytes: a chunk's length is a multiple of `multiple` from `min` to `max`, both of which are
/// multiples themselves. Only the file's last chunk may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The shortest chunk.
    pub min: u64,
    /// The longest chunk that is worth while.
    pub max: u64,
    /// The quantum. At least 1.
    pub multiple: u64,
}

impl Limits {
    /// The limits for sending `size` bytes to a target in chunks of at most `cap` bytes, if the caller has a wish.
    ///
    /// # Errors
    ///
    /// [`UploadError::BadTarget`] if no chunk length satisfies the target.
    pub fn of(target: &UploadTarget, cap: Option<u64>, size: u64) -> Result<Self, UploadError> {
        let multiple = target.chunk_multiple.max(1);
        let min = target.min_chunk.max(1).div_ceil(multiple).saturating_mul(multiple);
        let longest = target.max_chunk / multiple * multiple;
        if longest < min {
            // No chunk in the middle of a file fits, but a file that is one chunk has only a last one.
            return match size <= target.max_chunk {
                true => Ok(Self { min: size, max: size, multiple: 1 }),
                false => Err(UploadError::BadTarget),
            };
        }
        let usual = if target.digest.is_some() { CAP_WITH_DIGEST } else { CAP };
        let cap = cap.unwrap_or(usual) / multiple * multiple;
        Ok(Self { min, max: longest.min(cap).max(min), multiple })
    }

    fn fit(&self, len: u64) -> u64 {
        (len / self.multiple * self.multiple).clamp(self.min, self.max)
    }
}

/// The length for the chunk after one of `len` bytes that went through at `rate` bytes a second: towards [`AIM`],
/// at most doubled or halved.
pub fn plan(len: u64, rate: f64, limits: &Limits) -> u64 {
    let wish = (rate * AIM / 1000.0) as u64;
    limits.fit(wish.clamp(len / 2, len.saturating_mul(2)))
}

/// Remembers the length from chunk to chunk.
#[derive(Clone, Debug)]
pub struct Planner {
    limits: Limits,
    len: u64,
}

impl Planner {
    /// Starts from the first chunk's length.
    pub fn new(limits: Limits) -> Self {
        Self { limits, len: limits.fit(FIRST) }
    }

    /// Goes on with another target's limits.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        self.len = limits.fit(self.len);
    }

    /// The chunk of a file of `size` bytes that starts at `offset`, which is less than `size`.
    pub fn chunk(&self, offset: u64, size: u64) -> Range<u64> {
        offset..offset.saturating_add(self.len).min(size)
    }

    /// A chunk of `bytes` went through in `elapsed`.
    pub fn went_through(&mut self, bytes: u64, elapsed: Millis) {
        // A file's short last part says little about the rate and must not shrink what follows it.
        if bytes >= self.len {
            self.len = plan(self.len, bytes as f64 * 1000.0 / elapsed.max(1.0), &self.limits);
        }
    }

    /// A chunk did not go through, or not whole.
    pub fn failed(&mut self) {
        self.len = self.limits.fit(self.len / 2);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GCS: Limits = Limits { min: 256 * KIB, max: 32 * MIB, multiple: 256 * KIB };

    fn target(min_chunk: u64, max_chunk: u64, chunk_multiple: u64) -> UploadTarget {
        UploadTarget { min_chunk, max_chunk, chunk_multiple, ..UploadTarget::new(reelway_api::Protocol::Resumable, "") }
    }

    #[test]
    fn chunks_aim_at_three_seconds() {
        let rate = |mib: f64| mib * MIB as f64;
        for (len, mib_per_second, next) in [
            (MIB, 100.0, 2 * MIB),
            (4 * MIB, 2.0, 6 * MIB),
            (4 * MIB, 1.0, 3 * MIB),
            (4 * MIB, 0.1, 2 * MIB),
            (8 * MIB, 2.7, 8 * MIB),
            (32 * MIB, 1000.0, 32 * MIB),
            (MIB, 0.34, MIB),
            (512 * KIB, 0.01, 256 * KIB),
            (256 * KIB, 0.0, 256 * KIB),
            (MIB, f64::INFINITY, 2 * MIB),
            (MIB, f64::NAN, 512 * KIB),
        ] {
            assert_eq!(plan(len, rate(mib_per_second), &GCS), next, "{len} bytes at {mib_per_second} MiB/s");
        }
    }

    #[test]
    fn targets_set_the_limits() {
        let big = 1 << 40;
        let limits = |target: &UploadTarget, cap, size| {
            Limits::of(target, cap, size).map(|limits| (limits.min, limits.max, limits.multiple))
        };
        assert_eq!(limits(&target(1, u64::MAX, 256 * KIB), None, big), Ok((256 * KIB, 32 * MIB, 256 * KIB)));
        assert_eq!(limits(&target(5 * MIB, 100 * MIB, 1), None, big), Ok((5 * MIB, 32 * MIB, 1)));
        assert_eq!(limits(&target(0, 3 * MIB, 0), Some(MIB), big), Ok((1, MIB, 1)));
        assert_eq!(limits(&target(50 * MIB, 200 * MIB, 1), Some(MIB), big), Ok((50 * MIB, 50 * MIB, 1)));
        let digest = UploadTarget { digest: Some(reelway_api::Digest::Sha256), ..target(1, 64 * MIB, 1) };
        assert_eq!(limits(&digest, None, big), Ok((1, 8 * MIB, 1)));
    }

    #[test]
    fn a_target_that_takes_no_chunk_is_refused_unless_the_file_fits_in_one() {
        let narrow = target(1, 100, 256);
        assert_eq!(Limits::of(&narrow, None, 1000), Err(UploadError::BadTarget));
        let planner = Planner::new(Limits::of(&narrow, None, 90).unwrap());
        assert_eq!(planner.chunk(0, 90), 0..90);
    }

    #[test]
    fn failures_halve_and_success_doubles() {
        let mut planner = Planner::new(GCS);
        let size = 100 * MIB;
        assert_eq!(planner.chunk(0, size), 0..MIB);
        planner.failed();
        assert_eq!(planner.chunk(0, size), 0..512 * KIB);
        planner.failed();
        planner.failed();
        assert_eq!(planner.chunk(7, size), 7..7 + 256 * KIB);
        planner.went_through(256 * KIB, 10.0);
        assert_eq!(planner.chunk(0, size), 0..512 * KIB);
        planner.went_through(10, 3000.0);
        assert_eq!(planner.chunk(0, size), 0..512 * KIB);
        assert_eq!(planner.chunk(size - 1, size), size - 1..size);
    }

    proptest! {
        #[test]
        fn whatever_the_target_its_limits_are_kept(
            (min, max, multiple) in (0u64..1 << 30, 0u64..1 << 30, 0u64..1 << 22),
            cap in prop::option::of(0u64..1 << 26),
            size in 1u64..1 << 34,
            rates in prop::collection::vec(prop::option::of(0.0f64..1e9), 1..50),
        ) {
            let target = target(min, max, multiple);
            let Ok(limits) = Limits::of(&target, cap, size) else {
                prop_assert!(size > max, "a file that fits in one chunk can be sent");
                return Ok(());
            };
            let mut planner = Planner::new(limits);
            let mut offset = 0;
            for rate in rates {
                let chunk = planner.chunk(offset, size);
                let len = chunk.end - chunk.start;
                prop_assert!(chunk.start == offset && 0 < len && len <= max && chunk.end <= size);
                if chunk.end < size {
                    prop_assert!(len >= min && len.is_multiple_of(multiple.max(1)));
                    offset = chunk.end;
                }
                match rate {
                    Some(rate) => planner.went_through(len, len as f64 * 1000.0 / rate.max(1.0)),
                    None => planner.failed(),
                }
            }
        }
    }
}
