//! How long the next chunk is.

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::{
    Millis,
    upload::{UploadError, protocol::Shape},
};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Bytes of the first chunk: little enough to show motion soon, and much enough to learn the rate from.
const FIRST: u64 = MIB;
/// Milliseconds that a chunk should take: long enough for a round trip to weigh little (80 ms are one in a hundred),
/// short enough that progress, which is certain only at the end of a chunk, is seen to move. What a broken chunk has
/// brought is mostly kept.
const AIM: Millis = 8000.0;
/// How many times as long as the one before a chunk may be, at most. The first is soon through.
const GROWTH: u64 = 8;
/// Bytes, where an offset counts: past this, longer chunks save nothing that can be measured. Each request costs the
/// page's main thread two to five milliseconds.
const CAP: u64 = 256 * MIB;
/// Bytes, of parts that run side by side: with longer ones the last is alone for too long, and a broken part is lost.
const CAP_OF_PART: u64 = 64 * MIB;
/// Bytes of a file that is worth a try in one request. What is shorter is a few chunks anyway.
pub const WHOLE_FROM: u64 = 64 * MIB + 1;
/// Bytes, on a phone: browsers there fail at bodies that are long (tus-js-client issue 227).
const CAP_ON_MOBILE: u64 = 16 * MIB;
/// Bytes: what has to be in memory as a whole, for its digest or since it can't be read otherwise.
const CAP_IN_MEMORY: u64 = 8 * MIB;
/// Bytes of a part whose length is settled before the rate is known.
const FIXED: u64 = 16 * MIB;
/// S3 and Oracle number parts up to this.
const MOST_PARTS: u64 = 10_000;

/// What a target allows, in bytes: a chunk's length is a multiple of `multiple` from `min` to `max`, both of which are
/// multiples themselves. Only the file's last chunk may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The shortest chunk.
    pub min: u64,
    /// The longest chunk that is worth while.
    pub max: u64,
    /// The quantum. At least 1. Of an upload in parts: what a part's number is counted in.
    pub multiple: u64,
}

/// What the caller wants of chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Bytes: no chunk is longer, unless the provider's minimum is. `None` leaves it to the planner.
    pub max_chunk: Option<u64>,
    /// The file is on a phone.
    pub mobile: bool,
}

impl Limits {
    /// The limits for sending `size` bytes to a target that counts them in this shape.
    ///
    /// # Errors
    ///
    /// [`UploadError::BadTarget`] if no chunk length satisfies the target.
    pub fn of(target: &UploadTarget, shape: Shape, wish: Wish, size: u64) -> Result<Self, UploadError> {
        let usual = match (target.digest.is_some(), wish.mobile, shape) {
            (true, ..) => CAP_IN_MEMORY,
            (false, true, _) => CAP_ON_MOBILE,
            (false, false, Shape::Parts { .. }) => CAP_OF_PART,
            (false, false, _) => CAP,
        };
        let cap = wish.max_chunk.unwrap_or(usual);
        let multiple = target.chunk_multiple.max(1);
        let least = target.min_chunk.max(1);
        let (least, multiple) = match shape {
            Shape::Whole if size <= target.max_chunk => return Ok(Self::one(size)),
            Shape::Whole => return Err(UploadError::BadTarget),
            Shape::Offset { .. } => (up_to(least, multiple), multiple),
            Shape::Parts { fixed } => {
                let wanted = if fixed { cap.min(FIXED).min(target.max_chunk / multiple * multiple) } else { 1 };
                let quantum = up_to(least.max(wanted).max(size.div_ceil(MOST_PARTS)), multiple);
                (quantum, quantum)
            }
        };
        let longest = target.max_chunk / multiple * multiple;
        if longest < least {
            // No chunk in the middle of a file fits, but a file that is one chunk has only a last one.
            return if size <= target.max_chunk { Ok(Self::one(size)) } else { Err(UploadError::BadTarget) };
        }
        let max = match shape {
            Shape::Parts { fixed: true } => least,
            _ => longest.min(cap / multiple * multiple).max(least),
        };
        Ok(Self { min: least, max, multiple })
    }

    /// For a file that is one chunk.
    const fn one(size: u64) -> Self {
        Self { min: size, max: size, multiple: size }
    }

    fn fit(&self, len: u64) -> u64 {
        (len / self.multiple * self.multiple).clamp(self.min, self.max)
    }
}

/// The first multiple that is no less.
const fn up_to(len: u64, multiple: u64) -> u64 {
    len.div_ceil(multiple).saturating_mul(multiple)
}

/// The length for the chunk after one of `len` bytes that went through at `rate` bytes a second: towards `AIM`,
/// but not many times as long, and no less than half.
pub fn plan(len: u64, rate: f64, limits: &Limits) -> u64 {
    let wish = (rate * AIM / 1000.0) as u64;
    limits.fit(wish.clamp(len / 2, len.saturating_mul(GROWTH)))
}

/// Remembers the length from chunk to chunk.
#[derive(Clone, Debug)]
pub struct Planner {
    limits: Limits,
    len: u64,
    in_memory: bool,
    whole: bool,
    /// The next failure tells nothing of the length of chunks: it is that of the whole file.
    spared: bool,
}

impl Planner {
    /// Starts from the first chunk's length.
    pub fn new(limits: Limits) -> Self {
        Self { limits, len: limits.fit(FIRST), in_memory: false, whole: false, spared: false }
    }

    /// Tries the whole file in one request first, where nothing speaks against it.
    ///
    /// What arrives of a request that breaks is kept by providers that count by offset (Google's documentation advises
    /// one request, too), so that it costs no more than a chunk that breaks. And a browser may send a whole file in half the
    /// time that it takes for its slices: Chromium does. After a failure, or with a target that keeps only some of it,
    /// chunks follow.
    pub fn try_whole(&mut self, target: &UploadTarget, shape: Shape, wish: Wish, size: u64) {
        let free = target.digest.is_none() && wish == Wish::default() && target.max_chunk >= size;
        self.whole = free && shape == Shape::Offset { lanes: 1 } && size >= WHOLE_FROM;
    }

    /// The whole file is on its way in one request: whatever comes of it, it is not tried again.
    pub fn has_tried_whole(&mut self) {
        self.spared |= std::mem::take(&mut self.whole);
    }

    /// Goes on with what another planner has learnt of the line, and with what it has tried.
    pub fn take_over(&mut self, other: &Self) {
        self.whole &= other.whole;
        self.len = self.limits.fit(other.len);
    }

    /// Whether a chunk in the middle of a file may be these bytes.
    pub fn allows(&self, bytes: Range<u64>) -> bool {
        let len = bytes.end - bytes.start;
        len <= self.limits.max && len == self.limits.fit(len)
    }

    /// The quantum of the limits, at least 1.
    pub fn quantum(&self) -> u64 {
        self.limits.multiple.max(1)
    }

    /// Whether chunks have to be in memory, and are short then, as far as the limits allow it.
    pub fn set_in_memory(&mut self, in_memory: bool) {
        self.in_memory = in_memory;
    }

    /// The chunk that starts at `offset` in a stretch that ends at `end`, which is more.
    pub fn chunk(&self, offset: u64, end: u64) -> Range<u64> {
        if self.whole && offset == 0 && !self.in_memory {
            return 0..end;
        }
        let len = if self.in_memory { self.limits.fit(self.len.min(CAP_IN_MEMORY)) } else { self.len };
        offset..offset.saturating_add(len).min(end)
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
        if !std::mem::take(&mut self.spared) {
            self.len = self.limits.fit(self.len / 2);
        }
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

    const OFFSET: Shape = Shape::Offset { lanes: 1 };

    #[test]
    fn chunks_aim_at_eight_seconds() {
        let rate = |mib: f64| mib * MIB as f64;
        for (len, mib_per_second, next) in [
            (MIB, 100.0, 8 * MIB),
            (8 * MIB, 100.0, 32 * MIB),
            (4 * MIB, 2.0, 16 * MIB),
            (4 * MIB, 0.375, 3 * MIB),
            (4 * MIB, 0.1, 2 * MIB),
            (8 * MIB, 1.01, 8 * MIB),
            (32 * MIB, 1000.0, 32 * MIB),
            (MIB, 0.13, MIB),
            (512 * KIB, 0.01, 256 * KIB),
            (256 * KIB, 0.0, 256 * KIB),
            (MIB, f64::INFINITY, 8 * MIB),
            (MIB, f64::NAN, 512 * KIB),
        ] {
            assert_eq!(plan(len, rate(mib_per_second), &GCS), next, "{len} bytes at {mib_per_second} MiB/s");
        }
    }

    #[test]
    fn targets_set_the_limits() {
        let big = 1 << 33;
        let limits = |target: &UploadTarget, shape, max_chunk, mobile| {
            let limits = Limits::of(target, shape, Wish { max_chunk, mobile }, big).unwrap();
            (limits.min, limits.max, limits.multiple)
        };
        let gcs = target(1, u64::MAX, 256 * KIB);
        assert_eq!(limits(&gcs, OFFSET, None, false), (256 * KIB, 256 * MIB, 256 * KIB));
        assert_eq!(limits(&gcs, OFFSET, None, true), (256 * KIB, 16 * MIB, 256 * KIB), "on a phone");
        assert_eq!(limits(&target(5 * MIB, 100 * MIB, 1), OFFSET, None, false), (5 * MIB, 100 * MIB, 1));
        assert_eq!(limits(&target(0, 3 * MIB, 0), OFFSET, Some(MIB), false), (1, MIB, 1));
        assert_eq!(limits(&target(50 * MIB, 200 * MIB, 1), OFFSET, Some(MIB), false), (50 * MIB, 50 * MIB, 1));
        let digest = UploadTarget { digest: Some(reelway_api::Digest::Sha256), ..target(1, 64 * MIB, 1) };
        assert_eq!(limits(&digest, OFFSET, None, false), (1, 8 * MIB, 1));

        let s3 = target(5 * MIB, 5 << 30, 1);
        assert_eq!(limits(&s3, Shape::Parts { fixed: false }, None, false), (5 * MIB, 60 * MIB, 5 * MIB));
        assert_eq!(limits(&s3, Shape::Parts { fixed: true }, None, false), (16 * MIB, 16 * MIB, 16 * MIB));
    }

    #[test]
    fn parts_are_never_more_than_can_be_numbered() {
        let size = 1 << 40;
        for fixed in [false, true] {
            let limits = Limits::of(&target(MIB, 5 << 30, MIB), Shape::Parts { fixed }, Wish::default(), size).unwrap();
            assert!(size.div_ceil(limits.multiple) <= 10_000, "{limits:?}");
            assert!(limits.multiple.is_multiple_of(MIB) && limits.max <= 5 << 30);
        }
    }

    #[test]
    fn the_whole_file_is_one_chunk_or_none() {
        let limits = |size| Limits::of(&target(1, 100, 1), Shape::Whole, Wish::default(), size);
        assert_eq!(Planner::new(limits(100).unwrap()).chunk(0, 100), 0..100);
        assert_eq!(limits(101), Err(UploadError::BadTarget));
    }

    #[test]
    fn a_target_that_takes_no_chunk_is_refused_unless_the_file_fits_in_one() {
        let narrow = target(1, 100, 256);
        assert_eq!(Limits::of(&narrow, OFFSET, Wish::default(), 1000), Err(UploadError::BadTarget));
        let planner = Planner::new(Limits::of(&narrow, OFFSET, Wish::default(), 90).unwrap());
        assert_eq!(planner.chunk(0, 90), 0..90);
    }

    #[test]
    fn failures_halve_and_success_grows() {
        let mut planner = Planner::new(GCS);
        let size = 100 * MIB;
        assert_eq!(planner.chunk(0, size), 0..MIB);
        planner.failed();
        assert_eq!(planner.chunk(0, size), 0..512 * KIB);
        planner.failed();
        planner.failed();
        assert_eq!(planner.chunk(7, size), 7..7 + 256 * KIB);
        planner.went_through(256 * KIB, 10.0);
        assert_eq!(planner.chunk(0, size), 0..2 * MIB);
        planner.went_through(10, 3000.0);
        assert_eq!(planner.chunk(0, size), 0..2 * MIB, "a short last chunk tells nothing");
        planner.went_through(2 * MIB, 10.0);
        assert_eq!(planner.chunk(0, size), 0..16 * MIB);
        planner.set_in_memory(true);
        assert_eq!(planner.chunk(0, size), 0..8 * MIB);
        planner.set_in_memory(false);
        assert_eq!(planner.chunk(0, size), 0..16 * MIB);
        assert_eq!(planner.chunk(size - 1, size), size - 1..size);
    }

    #[test]
    fn at_ten_megabytes_a_second_a_quarter_gigabyte_takes_six_round_trips() {
        let limits = Limits::of(&target(1, u64::MAX, 256 * KIB), OFFSET, Wish::default(), 256 * MIB).unwrap();
        let mut planner = Planner::new(limits);
        let (mut offset, mut chunks) = (0, 0);
        while offset < 256 * MIB {
            let chunk = planner.chunk(offset, 256 * MIB);
            let len = chunk.end - chunk.start;
            planner.went_through(len, 80.0 + len as f64 / 10_000.0);
            (offset, chunks) = (chunk.end, chunks + 1);
        }
        assert_eq!(chunks, 6);
    }

    fn whole(target: &UploadTarget, shape: Shape, wish: Wish, size: u64) -> Planner {
        let mut planner = Planner::new(Limits::of(target, shape, wish, size).unwrap());
        planner.try_whole(target, shape, wish, size);
        planner
    }

    #[test]
    fn a_long_file_is_tried_in_one_request_and_then_in_chunks() {
        let gcs = target(1, u64::MAX, 256 * KIB);
        let mut planner = whole(&gcs, OFFSET, Wish::default(), 1 << 30);
        assert_eq!(planner.chunk(0, 1 << 30), 0..1 << 30);
        assert_eq!(planner.chunk(5 * MIB, 1 << 30), 5 * MIB..6 * MIB, "part of it is there");
        planner.has_tried_whole();
        assert_eq!(planner.chunk(0, 1 << 30), 0..MIB);
        let mut fresh = whole(&gcs, OFFSET, Wish::default(), 1 << 30);
        fresh.take_over(&planner);
        assert_eq!(fresh.chunk(0, 1 << 30), 0..MIB, "nor is it with a fresh target");
    }

    #[test]
    fn some_files_are_sent_in_chunks_from_the_start() {
        let gcs = target(1, u64::MAX, 256 * KIB);
        fn first(target: &UploadTarget, shape: Shape, wish: Wish, size: u64) -> u64 {
            whole(target, shape, wish, size).chunk(0, size).end
        }
        let usual = Wish::default();
        assert_eq!(first(&gcs, OFFSET, usual, 64 * MIB), MIB, "short ones");
        assert_eq!(first(&gcs, OFFSET, Wish { mobile: true, ..usual }, 1 << 30), MIB, "those of phones");
        let wish = Wish { max_chunk: Some(512 * MIB), ..usual };
        assert_eq!(first(&gcs, OFFSET, wish, 1 << 30), MIB, "where the page wants chunks");
        assert_eq!(first(&target(1, 512 * MIB, MIB), OFFSET, usual, 1 << 30), MIB, "where the provider does");
        assert_eq!(first(&gcs, Shape::Offset { lanes: 3 }, usual, 1 << 30), MIB, "side by side");
        let digest = UploadTarget { digest: Some(reelway_api::Digest::Sha256), ..gcs };
        assert_eq!(first(&digest, OFFSET, usual, 1 << 30), MIB, "those that are hashed");
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
            let wish = Wish { max_chunk: cap, mobile: false };
            let Ok(limits) = Limits::of(&target, OFFSET, wish, size) else {
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
