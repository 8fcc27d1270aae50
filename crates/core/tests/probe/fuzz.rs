//! Whatever the bytes: the probe ends, keeps within what it may read, and does not panic. `file::probe` sees to it.

use proptest::prelude::*;
use reelway_core::probe::LIMIT;

use crate::{
    build::*,
    file::{Sparse, probe},
};

/// Whole files of each kind.
fn whole() -> Vec<Vec<u8>> {
    let film = moov(&[Trak::video(avc()), Trak::audio(aac())]);
    let trex = boxed(b"trex", &[&u32s(&[0, 1, 1, 1200, 0, 0])]);
    let init = boxed(b"moov", &[&mvhd(0), &Trak::video(avc()).write(), &boxed(b"mvex", &[&trex])]);
    let trun = boxed(b"trun", &[&u32s(&[0x101, 3, 0, 10, 20, 30])]);
    let traf = boxed(b"traf", &[&boxed(b"tfhd", &[&u32s(&[8, 1, 5])]), &boxed(b"tfdt", &[&u32s(&[0, 500])]), &trun]);
    let moof = boxed(b"moof", &[&boxed(b"mfhd", &[&u32s(&[0, 1])]), &traf]);
    let sidx = boxed(b"sidx", &[&u32s(&[0, 1, 1000, 0, 0, 1, 500, 2000, 0])]);
    let tfra = boxed(b"tfra", &[&u32s(&[0, 1, 0, 1, 500, 800]), &[1, 1, 1]]);
    let mfra = boxed(b"mfra", &[&tfra, &boxed(b"mfro", &[&u32s(&[0, 59])])]);
    let picture = element(0xe0, &[&number(0xb0, 640), &number(0xba, 480), &number(0x54b0, 4)]);
    let track = element(0xae, &[&number(0x83, 1), &element(0x86, &[b"V_AV1"]), &element(0x63a2, &[&[1; 4]]), &picture]);
    let block = element(0xa3, &[&[0x81, 0, 9, 0x80, 7, 7]]);
    let cluster = [endless(0x1f43_b675), number(0xe7, 100), block].concat();
    let seek = element(0x4dbb, &[&element(0x53ab, &[&[0x15, 0x49, 0xa9, 0x66]]), &number(0x53ac, 300)]);
    let segment = [endless(0x1853_8067), element(0x114d_9b74, &[&seek]), element(0x1654_ae6b, &[&track]), cluster];
    vec![
        [ftyp(b"isom"), film.clone(), boxed(b"mdat", &[&[7; 99]])].concat(),
        [boxed(b"wide", &[]), boxed(b"mdat", &[&[7; 99]]), film].concat(),
        [ftyp(b"iso5"), init, sidx, moof.clone(), moof, mfra].concat(),
        [element(0x1a45_dfa3, &[&element(0x4282, &[b"webm"])]), segment.concat()].concat(),
    ]
}

#[test]
fn the_whole_files_can_be_read() {
    for file in whole() {
        let header = probe(&Sparse::of(file)).outcome.unwrap();
        assert!(header.has_video() && header.duration.is_some(), "{header:?}");
    }
}

/// Four bytes that a parser takes to heart.
fn word() -> impl Strategy<Value = [u8; 4]> {
    prop_oneof![
        any::<[u8; 4]>(),
        prop::sample::select(vec![
            [0; 4],
            [0, 0, 0, 1],
            [0, 0, 0, 8],
            [0xff; 4],
            [0x7f, 0xff, 0xff, 0xff],
            [0x80, 0, 0, 0]
        ]),
        prop::sample::select(vec![
            *b"moov", *b"trak", *b"stsd", *b"mdat", *b"esds", *b"moof", *b"mfra", *b"sidx", *b"mvex"
        ]),
        prop::sample::select(vec![[0x1f, 0x43, 0xb6, 0x75], [0x16, 0x54, 0xae, 0x6b], [0x01, 0xff, 0xff, 0xff]]),
    ]
}

proptest! {
    #[test]
    fn changed_files(
        which in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), word()), 1..6),
        gap in prop_oneof![Just(0), 0u64..1 << 24, Just(1 << 40), Just(u64::MAX >> 1)],
    ) {
        let mut bytes = whole().swap_remove(which);
        for (place, word) in changes {
            let at = place.index(bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&word);
        }
        probe(&Sparse::of(bytes).gap(gap));
    }

    #[test]
    fn cut_files(which in 0usize..4, end in any::<prop::sample::Index>()) {
        let mut bytes = whole().swap_remove(which);
        bytes.truncate(end.index(bytes.len() + 1));
        probe(&Sparse::of(bytes));
    }

    #[test]
    fn boxes_within_boxes(
        kinds in prop::collection::vec(word(), 1..40),
        sizes in prop::collection::vec(word(), 40),
        gap in prop_oneof![Just(0), 0u64..1 << 24, Just(1 << 50)],
    ) {
        let boxes: Vec<u8> = kinds.iter().zip(sizes).flat_map(|(kind, size)| [size, *kind].concat()).collect();
        probe(&Sparse::of([ftyp(b"isom"), b"\0\0\0\0moov".to_vec(), boxes].concat()).gap(gap));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2000), start in 0usize..4) {
        let starts = [b"".as_slice(), b"\0\0\0\x08ftyp", b"\0\0\0\0moov", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff"];
        probe(&Sparse::of([starts[start], &bytes].concat()));
    }
}

/// A header that is far longer than what may be read, and is boxes or elements of no size all the way.
#[test]
fn endless_headers_end() {
    let limit = LIMIT as usize;
    let free = boxed(b"free", &[]).repeat(limit / 4);
    let tracks = Trak::video(avc()).write().repeat(20_000);
    let void = [0xec, 0x80].repeat(limit);
    let clusters = [0x1f, 0x43, 0xb6, 0x75].repeat(limit / 2);
    let opening = [element(0x1a45_dfa3, &[]), endless(0x1853_8067)].concat();
    for (name, file) in [
        ("boxes at the top", [ftyp(b"isom"), free.clone()].concat()),
        ("boxes in moov", [ftyp(b"isom"), b"\0\0\0\0moov".to_vec(), free].concat()),
        ("tracks", [ftyp(b"isom"), b"\0\0\0\0moov".to_vec(), tracks].concat()),
        ("elements", [opening.clone(), void].concat()),
        ("clusters", [opening, clusters].concat()),
    ] {
        let started = std::time::Instant::now();
        let told = probe(&Sparse::of(file));
        let spent = started.elapsed();
        println!("{name}: {} reads, {} bytes, {spent:?}, {:?}", told.reads, told.bytes, told.outcome.map(|_| ()));
        assert!(spent.as_secs() < 20, "{name}: {spent:?}");
    }
}
