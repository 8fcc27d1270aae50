//! MP4, MOV and their kin.

use reelway_core::probe::{Container, Header, Index, Kind, ProbeError};

use crate::{
    build::*,
    file::{Sparse, header, probe},
};

fn film() -> Vec<u8> {
    moov(&[Trak::video(avc()), Trak::audio(aac())])
}

fn codecs(header: &Header) -> Vec<&str> {
    header.tracks.iter().map(|track| track.codec.as_str()).collect()
}

#[test]
fn a_film_with_its_index_first_is_told_in_one_read() {
    let file = Sparse::of([ftyp(b"isom"), film(), boxed(b"mdat", &[&[7; 5000]])].concat());

    let told = probe(&file);

    let header = told.outcome.unwrap();
    assert_eq!((header.container, header.index, header.duration), (Container::Mp4, Index::First, Some(10.0)));
    assert_eq!(codecs(&header), ["avc1.640028", "mp4a.40.2"]);
    assert_eq!(header.display(), Some((1280, 720)));
    let picture = header.video().unwrap().picture.unwrap();
    assert!((picture.frame_rate.unwrap() - 29.97).abs() < 0.001, "{picture:?}");
    assert!(header.has_video() && header.has_audio());
    assert_eq!(told.reads, 1);
}

#[test]
fn an_index_behind_a_hundred_gigabytes_is_jumped_to() {
    let media = 100 << 30;
    let file = Sparse::of([ftyp(b"qt  "), boxed(b"wide", &[]), long_header(b"mdat", media)].concat());
    let file = file.gap(media).then(film());

    let told = probe(&file);

    let header = told.outcome.unwrap();
    assert_eq!((header.container, header.index, header.duration), (Container::QuickTime, Index::Last, Some(10.0)));
    assert_eq!(told.reads, 2);
    assert!(told.bytes < 100_000, "{}", told.bytes);
}

#[test]
fn sample_tables_of_hundreds_of_megabytes_are_passed_over() {
    // Two tracks, each with a table of 300 MB behind what is told.
    let mut tracks = Vec::new();
    for (trak, kind) in [(Trak::video(avc()), b"stsz"), (Trak::audio(aac()), b"stco")] {
        let whole = trak.write();
        tracks.push((whole, boxed(kind, &[]), 300 << 20));
    }
    // The table goes to the end of `stbl`, so that all boxes around it grow.
    let mut file = Sparse::of(ftyp(b"isom"));
    let total: u64 = tracks.iter().map(|(trak, _, table)| trak.len() as u64 + 8 + table).sum();
    file = file.then([u32s(&[(total + 8 + 108) as u32]), b"moov".to_vec(), mvhd(10_000)].concat());
    for (mut trak, mut table, len) in tracks {
        grow(&mut trak, 8 + len as u32);
        table[..4].copy_from_slice(&(8 + len as u32).to_be_bytes());
        file = file.then([trak, table].concat()).gap(len);
    }
    let file = file.then(boxed(b"mdat", &[]));

    let told = probe(&file);

    let header = told.outcome.unwrap();
    assert_eq!(codecs(&header), ["avc1.640028", "mp4a.40.2"]);
    assert_eq!((header.index, header.duration), (Index::First, Some(10.0)));
    assert!(told.bytes < 300_000, "{}", told.bytes);
}

/// Makes the boxes longer that reach to the end: `trak`, `mdia`, `minf`, `stbl`.
fn grow(trak: &mut [u8], more: u32) {
    for kind in [b"trak", b"mdia", b"minf", b"stbl"] {
        let at = trak.windows(4).position(|word| word == kind).unwrap() - 4;
        let size = u32::from_be_bytes(trak[at..at + 4].try_into().unwrap());
        trak[at..at + 4].copy_from_slice(&(size + more).to_be_bytes());
    }
}

#[test]
fn a_phone_held_upright_films_upright() {
    for (matrix, rotation, display) in [
        (UPRIGHT, 0, (1280, 720)),
        ([0, 1, -1, 0], 90, (720, 1280)),
        ([-1, 0, 0, -1], 180, (1280, 720)),
        ([0, -1, 1, 0], 270, (720, 1280)),
    ] {
        let file = Sparse::of([ftyp(b"qt  "), moov(&[Trak { matrix, ..Trak::video(avc()) }])].concat());

        let header = header(&file);

        assert_eq!(header.video().unwrap().picture.unwrap().rotation, rotation);
        assert_eq!(header.display(), Some(display));
    }
}

#[test]
fn pixels_that_are_not_square_widen_the_picture() {
    for (pasp, aspect, display) in [
        ([3, 2], (3, 2), (1920, 720)),
        ([64, 48], (4, 3), (1707, 720)),
        ([0, 1], (1, 1), (1280, 720)),
        ([1, u32::MAX], (1, 1), (1280, 720)),
    ] {
        let entry = visual(b"avc1", &[&boxed(b"pasp", &[&u32s(&pasp)])]);
        let file = Sparse::of([ftyp(b"isom"), moov(&[Trak::video(entry)])].concat());

        let header = header(&file);

        assert_eq!(header.video().unwrap().picture.unwrap().sample_aspect, aspect);
        assert_eq!(header.display(), Some(display));
    }
}

#[test]
fn codecs_are_named_as_browsers_ask_for_them() {
    let hvcc = [1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93, 0xf0];
    let hvcc_main10 = [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0x40, 120, 0xf0];
    for (entry, codec) in [
        (visual(b"hvc1", &[&boxed(b"hvcC", &[&hvcc])]), "hvc1.1.6.L93.B0"),
        (visual(b"hev1", &[&boxed(b"hvcC", &[&hvcc_main10])]), "hev1.2.4.H120.90.0.0.0.0.40"),
        (visual(b"av01", &[&boxed(b"av1C", &[&[0x81, 0x08, 0x0c, 0]])]), "av01.0.08M.08"),
        (visual(b"av01", &[&boxed(b"av1C", &[&[0x81, 0x4d, 0xe0, 0]])]), "av01.2.13H.12"),
        (visual(b"vp09", &[&boxed(b"vpcC", &[&[1, 0, 0, 0, 2, 31, 0xa2]])]), "vp09.02.31.10"),
        (visual(b"vp08", &[]), "vp8"),
        (visual(b"apch", &[]), "apch"),
        (visual(b"avc1", &[]), "avc1"),
        (visual(b"avc3", &[&boxed(b"colr", &[&[0; 11]]), &boxed(b"avcC", &[&[1, 0x42, 0xc0, 0x1e]])]), "avc3.42c01e"),
    ] {
        let file = Sparse::of([ftyp(b"isom"), moov(&[Trak::video(entry)])].concat());
        assert_eq!(codecs(&header(&file)), [codec]);
    }
    let quicktime = [&[0; 8], u16s(&[1]).as_slice(), &[0; 34]].concat();
    let wave = boxed(b"wave", &[&boxed(b"frma", &[b"mp4a"]), &esds(0x40, &[0x13, 0x90]), &[0; 8]]);
    for (entry, codec) in [
        (sound(b"mp4a", &[&esds(0x40, &[0x2b, 0x11])]), "mp4a.40.5"),
        (sound(b"mp4a", &[&esds(0x40, &[0xf9, 0x48])]), "mp4a.40.42"),
        (sound(b"mp4a", &[&esds(0x6b, &[])]), "mp4a.6B"),
        (sound(b"Opus", &[]), "opus"),
        (sound(b"fLaC", &[]), "flac"),
        (sound(b"ac-3", &[]), "ac-3"),
        (sound(b"sowt", &[]), "sowt"),
        (boxed(b"mp4a", &[&quicktime, &wave]), "mp4a.40.2"),
    ] {
        let file = Sparse::of([ftyp(b"qt  "), moov(&[Trak::audio(entry)])].concat());
        let header = header(&file);
        assert_eq!(codecs(&header), [codec]);
        assert!(header.has_audio() && !header.has_video());
    }
}

#[test]
fn frames_of_varying_length_give_their_average() {
    let varying = Trak { times: vec![(100, 1000), (200, 1001)], duration: 300_000, ..Trak::video(avc()) };
    let file = Sparse::of([ftyp(b"isom"), moov(&[varying])].concat());

    let picture = header(&file).video().unwrap().picture.unwrap();

    assert_eq!(picture.frame_rate, Some(30.0));
}

/// The same track with a box before another one in it.
fn insert(trak: &[u8], before: &[u8; 4], more: &[u8]) -> Vec<u8> {
    let at = trak.windows(4).position(|word| word == before).unwrap() - 4;
    let mut grown = trak.to_vec();
    // All boxes that hold the place grow.
    for kind in [b"trak", b"mdia", b"minf", b"stbl"] {
        let start = trak.windows(4).position(|word| word == kind).unwrap() - 4;
        let size = u32::from_be_bytes(trak[start..start + 4].try_into().unwrap());
        if (start..start + size as usize).contains(&at) && start != at {
            grown[start..start + 4].copy_from_slice(&(size + more.len() as u32).to_be_bytes());
        }
    }
    grown.splice(at..at, more.iter().copied());
    grown
}

#[test]
fn key_frames_are_found_in_runs_of_samples() {
    for (times, keys, expected) in [
        (vec![(300, 1000)], vec![1, 151, 300], vec![0.0, 5.0, 299.0 / 30.0]),
        (vec![(100, 3000), (200, 1500)], vec![1, 101, 201], vec![0.0, 10.0, 15.0]),
        // A list that goes on past the samples ends with them.
        (vec![(10, 3000)], vec![1, 6, 11, 99], vec![0.0, 0.5]),
        (vec![], vec![1], vec![]),
        (vec![(300, 1000)], vec![], vec![]),
    ] {
        let film = moov(&[Trak { times, keys, ..Trak::video(avc()) }]);
        let found = header(&Sparse::of([ftyp(b"isom"), film].concat())).key_frames;
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert!(found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-9), "{found:?}");
    }
    // Shown two frames later than decoded, the second by three, and cut by one.
    let late = Trak { keys: vec![1, 151], ..Trak::video(avc()) }.write();
    let shifted = insert(&late, b"stss", &boxed(b"ctts", &[&u32s(&[0, 2, 150, 2002, 150, 3003])]));
    let edts = boxed(b"edts", &[&boxed(b"elst", &[&u32s(&[0, 1, 10_000, 1001, 0x1_0000])])]);
    let shifted = insert(&shifted, b"mdia", &edts);
    let film = boxed(b"moov", &[&mvhd(10_000), &shifted]);
    let found = header(&Sparse::of([ftyp(b"isom"), film].concat())).key_frames;
    assert_eq!(found, [1001.0 / 30_000.0, 152.0 * 1001.0 / 30_000.0]);
    let many =
        Trak { times: vec![(20_000, 1000)], keys: (0..10_000).map(|key| key * 2 + 1).collect(), ..Trak::video(avc()) };
    let found = header(&Sparse::of([ftyp(b"isom"), moov(&[many])].concat())).key_frames;
    assert_eq!((found.len(), found[0], found[1]), (500, 0.0, 40.0 / 30.0));
}

#[test]
fn what_no_player_does_anything_with_is_no_video() {
    let tracks =
        [Trak { handler: *b"meta", ..Trak::video(boxed(b"mebx", &[&[0; 8]])) }, Trak { id: 7, ..Trak::audio(aac()) }];
    let file = Sparse::of([ftyp(b"M4A "), moov(&tracks)].concat());

    let header = header(&file);

    assert_eq!(header.tracks[0].kind, Kind::Other);
    assert!(!header.has_video() && header.has_audio());
}

#[test]
fn a_file_that_breaks_off_says_so() {
    let whole = [ftyp(b"isom"), film(), boxed(b"mdat", &[&[7; 5000]])].concat();
    let recorder = [ftyp(b"qt  "), long_header(b"mdat", 1 << 30)].concat();
    for (name, file) in [
        ("its end is missing", Sparse::of(&whole[..whole.len() - 1])),
        ("it ends within its index", Sparse::of(&whole[..200])),
        ("there is no index", Sparse::of([ftyp(b"isom"), boxed(b"mdat", &[&[7; 5000]])].concat())),
        ("the recorder was switched off", Sparse::of(recorder).gap(500 << 20)),
        ("media to the end, and nothing else", Sparse::of([&[0; 4], b"mdat".as_slice(), &[7; 5000]].concat())),
    ] {
        assert_eq!(probe(&file).outcome, Err(ProbeError::Truncated), "{name}");
    }
    assert!(probe(&Sparse::of(whole)).outcome.is_ok());
}

#[test]
fn what_follows_the_last_box_is_passed_over() {
    let file = Sparse::of([ftyp(b"isom"), film(), boxed(b"mdat", &[&[7; 50]])].concat());
    for end in [[0xff; 100].as_slice(), &[0; 3], b"\0\0\0\x05junk"] {
        assert!(probe(&file.clone().then(end)).outcome.is_ok(), "{end:?}");
    }
    // A box of size 0 goes to the end.
    let file = Sparse::of([ftyp(b"isom"), film(), b"\0\0\0\0mdat".to_vec()].concat()).gap(1 << 33);
    assert_eq!(header(&file).index, Index::First);
}

mod fragmented {
    use super::*;

    fn init(mvex: &[u8]) -> Vec<u8> {
        let empty = |trak: Trak| Trak { duration: 0, times: vec![], samples: 0, ..trak }.write();
        let tracks = [empty(Trak::video(avc())), empty(Trak::audio(aac()))].concat();
        let trex = |id| boxed(b"trex", &[&u32s(&[0, id, 1, 1200, 0, 0])]);
        let mvex = boxed(b"mvex", &[mvex, &trex(1), &trex(2)]);
        [ftyp(b"iso5"), boxed(b"moov", &[&mvhd(0), &tracks, &mvex])].concat()
    }

    /// Fifty samples of 1200 ticks, from this tick on.
    fn fragment(start: u32) -> Vec<u8> {
        let tfhd = boxed(b"tfhd", &[&u32s(&[0x2_0000, 1])]);
        let tfdt = boxed(b"tfdt", &[&u32s(&[0, start])]);
        let traf = boxed(b"traf", &[&tfhd, &tfdt, &boxed(b"trun", &[&u32s(&[0, 50])])]);
        let moof = boxed(b"moof", &[&boxed(b"mfhd", &[&u32s(&[0, 1])]), &traf]);
        [moof, boxed(b"mdat", &[&vec![7; 100_000]])].concat()
    }

    fn fragments(count: u32) -> Vec<u8> {
        (0..count).flat_map(|index| fragment(index * 60_000)).collect()
    }

    #[test]
    fn the_header_may_know_how_long_it_is() {
        let file = Sparse::of([init(&boxed(b"mehd", &[&u32s(&[0, 12_345])])), fragments(2)].concat());

        let header = header(&file);

        assert_eq!((header.index, header.duration), (Index::Throughout, Some(12.345)));
        assert_eq!(header.video().unwrap().picture.unwrap().frame_rate, Some(25.0));
    }

    #[test]
    fn the_index_of_segments_knows_it() {
        let content = fragments(3);
        let entries = u32s(&[content.len() as u32 / 2, 90_000, 0, content.len() as u32 / 2, 45_000, 0]);
        let fixed = [u32s(&[0, 1, 30_000, 0, 0]), u16s(&[0, 2])].concat();
        let sidx = boxed(b"sidx", &[&fixed, &entries]);
        let file = Sparse::of([init(&[]), sidx.clone(), content.clone()].concat());

        assert_eq!(header(&file).duration, Some(4.5));

        // An index of the first segment only is not one of the file.
        let longer = Sparse::of([init(&[]), sidx, content, fragments(7)].concat());
        assert_eq!(header(&longer).duration, Some(14.0));
    }

    #[test]
    fn the_last_fragment_knows_it() {
        for count in [1, 2, 90] {
            let file = Sparse::of([init(&[]), fragments(count)].concat());

            let told = probe(&file);

            assert_eq!(told.outcome.unwrap().duration, Some(f64::from(count) * 2.0));
            assert!(told.bytes < 1 << 20, "{}", told.bytes);
        }
    }

    #[test]
    fn the_index_of_random_accesses_leads_to_a_last_fragment_however_long_it_is() {
        let start = [init(&[]), fragments(1)].concat();
        let mut last = fragment(60_000);
        let mdat = last.len() - 100_008;
        last.truncate(mdat);
        let at = start.len() as u32;
        let tfra = boxed(b"tfra", &[&u32s(&[0, 1, 0, 1, 60_000, at]), &[1, 1, 1]]);
        let mfro = boxed(b"mfro", &[&u32s(&[0, (8 + tfra.len() + 16) as u32])]);
        let media = 3 << 30;
        let file = Sparse::of([start, last, long_header(b"mdat", media)].concat()).gap(media);
        let file = file.then(boxed(b"mfra", &[&tfra, &mfro]));

        let told = probe(&file);

        assert_eq!(told.outcome.unwrap().duration, Some(4.0));
        assert!(told.bytes < 1 << 20, "{}", told.bytes);
    }

    #[test]
    fn if_nothing_tells_nothing_is_told() {
        let file = Sparse::of([init(&[]), long_header(b"mdat", 5 << 20)].concat()).gap(5 << 20);

        let header = header(&file);

        assert_eq!((header.index, header.duration), (Index::Throughout, None));
    }
}
