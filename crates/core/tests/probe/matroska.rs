//! Matroska and WebM.

use reelway_core::probe::{Container, Index, ProbeError};

use crate::{
    build::*,
    file::{Sparse, header, probe},
};

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const TRACKS: u32 = 0x1654_ae6b;
const INFO: u32 = 0x1549_a966;

fn ebml(doc_type: &str) -> Vec<u8> {
    element(0x1a45_dfa3, &[&number(0x4286, 1), &element(0x4282, &[doc_type.as_bytes()])])
}

fn info(ticks: Option<f32>) -> Vec<u8> {
    let duration = ticks.map(|ticks| element(0x4489, &[&ticks.to_be_bytes()])).unwrap_or_default();
    element(INFO, &[&number(0x2a_d7b1, 1_000_000), &duration])
}

/// 640 × 480, VP9, 25 frames a second.
fn video(more: &[u8]) -> Vec<u8> {
    let picture = element(0xe0, &[&number(0xb0, 640), &number(0xba, 480), more]);
    element(0xae, &[&number(0x83, 1), &element(0x86, &[b"V_VP9"]), &number(0x23_e383, 40_000_000), &picture])
}

fn audio() -> Vec<u8> {
    element(0xae, &[&number(0x83, 2), &element(0x86, &[b"A_OPUS"]), &element(0xe1, &[&number(0x9f, 2)])])
}

fn tracks() -> Vec<u8> {
    element(TRACKS, &[&video(&[]), &audio()])
}

/// A cluster of two blocks, the later one 960 ticks after its beginning.
fn cluster(begin: u32) -> Vec<u8> {
    let block = |offset: u16| element(0xa3, &[&[0x81], &offset.to_be_bytes(), &[0x80], &[7; 5000]]);
    [endless(CLUSTER), number(0xe7, begin), block(0), block(960)].concat()
}

#[test]
fn a_film_is_told_in_one_read() {
    let segment = element(SEGMENT, &[&info(Some(4000.0)), &tracks(), &cluster(0)]);
    let file = Sparse::of([ebml("webm"), segment].concat());

    let told = probe(&file);

    let header = told.outcome.unwrap();
    assert_eq!((header.container, header.index, header.duration), (Container::WebM, Index::Throughout, Some(4.0)));
    let codecs: Vec<_> = header.tracks.iter().map(|track| track.codec.as_str()).collect();
    assert_eq!(codecs, ["vp9", "opus"]);
    assert_eq!(header.display(), Some((640, 480)));
    assert_eq!(header.video().unwrap().picture.unwrap().frame_rate, Some(25.0));
    assert_eq!(told.reads, 1);
}

#[test]
fn a_recording_of_unknown_length_tells_it_by_its_last_cluster() {
    let mut bytes = [ebml("webm"), endless(SEGMENT), info(None), tracks()].concat();
    for begin in 0..90 {
        bytes.extend(cluster(begin * 1000));
    }

    let told = probe(&Sparse::of(bytes));

    assert_eq!(told.outcome.unwrap().duration, Some(89.96));
    assert!(told.bytes < 1 << 20, "{}", told.bytes);
}

#[test]
fn what_is_behind_the_clusters_is_found_by_the_seek_head() {
    let media = 10 << 30;
    let seek = |id: u32, position: u64| {
        let position = element(0x53ac, &[&position.to_be_bytes()]);
        element(0x4dbb, &[&element(0x53ab, &[&id.to_be_bytes()]), &position])
    };
    let head =
        |position| element(0x114d_9b74, &[&seek(TRACKS, position), &seek(INFO, position + tracks().len() as u64)]);
    let cluster = [CLUSTER.to_be_bytes().as_slice(), &(1_u64 << 56 | media).to_be_bytes()].concat();
    let position = (head(0).len() + cluster.len()) as u64 + media;
    let file = Sparse::of([ebml("matroska"), endless(SEGMENT), head(position), cluster].concat()).gap(media);
    let file = file.then([tracks(), info(Some(9000.0))].concat());

    let told = probe(&file);

    let header = told.outcome.unwrap();
    assert_eq!((header.container, header.duration), (Container::Matroska, Some(9.0)));
    assert!(header.has_video() && header.has_audio());
    assert!(told.bytes < 200_000, "{}", told.bytes);
}

#[test]
fn tracks_behind_clusters_are_reached_without_a_seek_head_too() {
    let cluster = [CLUSTER.to_be_bytes().as_slice(), &(1_u64 << 56 | 1 << 30).to_be_bytes()].concat();
    let file = Sparse::of([ebml("matroska"), endless(SEGMENT), info(Some(1000.0)), cluster].concat());
    let file = file.gap(1 << 30).then(tracks());

    assert!(header(&file).has_video());
}

#[test]
fn cues_tell_where_key_frames_are() {
    let point = |time: u32| element(0xbb, &[&number(0xb3, time), &element(0xb7, &[&number(0xf7, 1)])]);
    let cues = element(0x1c53_bb6b, &[&point(0), &point(2500), &point(2500), &point(7000)]);
    let seek = |position: u64| {
        let position = element(0x53ac, &[&position.to_be_bytes()]);
        element(0x114d_9b74, &[&element(0x4dbb, &[&element(0x53ab, &[&0x1c53_bb6b_u32.to_be_bytes()]), &position])])
    };
    let before = [info(Some(9000.0)), tracks(), cluster(0)].concat();
    let position = (seek(0).len() + before.len()) as u64;
    let segment = [endless(SEGMENT), seek(position), before, cues].concat();

    let header = header(&Sparse::of([ebml("webm"), segment].concat()));

    assert_eq!(header.key_frames, [0.0, 2.5, 7.0]);
}

#[test]
fn the_shape_is_what_is_to_be_shown() {
    let shape = |width, height, unit| [number(0x54b0, width), number(0x54ba, height), number(0x54b2, unit)].concat();
    let crop = [number(0x54aa, 60), number(0x54bb, 60)].concat();
    let roll = |degrees: f32| element(0x7670, &[&element(0x7675, &[&degrees.to_be_bytes()])]);
    for (more, display) in [
        (vec![], (640, 480)),
        (shape(854, 480, 0), (854, 480)),
        (shape(1280, 960, 0), (640, 480)),
        (shape(16, 9, 3), (853, 480)),
        (shape(16, 9, 4), (640, 480)),
        (shape(0, 9, 3), (640, 480)),
        (crop, (640, 360)),
        (roll(-90.0), (480, 640)),
        (roll(180.0), (640, 480)),
        (roll(f32::NAN), (640, 480)),
    ] {
        let segment = element(SEGMENT, &[&info(Some(1.0)), &element(TRACKS, &[&video(&more)])]);
        let header = header(&Sparse::of([ebml("webm"), segment].concat()));
        assert_eq!(header.display(), Some(display));
    }
}

#[test]
fn codecs_are_named_as_browsers_ask_for_them() {
    for (name, private, codec) in [
        ("V_MPEG4/ISO/AVC", &[1, 0x64, 0, 0x28][..], "avc1.640028"),
        ("V_MPEGH/ISO/HEVC", &[1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93], "hvc1.1.6.L93.B0"),
        ("V_AV1", &[0x81, 0x08, 0x0c, 0], "av01.0.08M.08"),
        ("V_AV1", &[], "av01"),
        ("A_AAC", &[0x12, 0x10], "mp4a.40.2"),
        ("A_VORBIS", &[2, 30], "vorbis"),
        ("V_MPEG4/ISO/AVC", &[], "V_MPEG4/ISO/AVC"),
        ("V_UNCOMPRESSED", &[], "V_UNCOMPRESSED"),
    ] {
        let track =
            element(0xae, &[&number(0x83, 1), &element(0x86, &[name.as_bytes()]), &element(0x63a2, &[private])]);
        let segment = element(SEGMENT, &[&info(Some(1.0)), &element(TRACKS, &[&track])]);
        let header = header(&Sparse::of([ebml("matroska"), segment].concat()));
        assert_eq!(header.tracks[0].codec, codec);
    }
}

#[test]
fn a_file_without_tracks_can_not_be_told() {
    for file in [
        [ebml("webm"), endless(SEGMENT), info(Some(1.0))].concat(),
        [ebml("webm"), endless(SEGMENT), cluster(0)].concat(),
        ebml("webm"),
    ] {
        assert_eq!(probe(&Sparse::of(file)).outcome, Err(ProbeError::Corrupt));
    }
}
