//! What is no MP4 and no Matroska, and what can't be read.

use reelway_core::probe::{Need, Probe, ProbeError};

use crate::file::{Sparse, probe};

#[test]
fn what_is_clearly_something_else_is_named() {
    for (start, name) in [
        (b"\xff\xd8\xff\xe1\0\0Exif".as_slice(), "a JPEG picture"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"%PDF-1.7\n%", "a PDF document"),
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive or a document"),
        (b"ID3\x04\0\0\0\0\0\0", "an MP3 sound file"),
        (b"\xff\xfb\x90\x64\0\0\0", "an MP3 sound file"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV sound file"),
        (b"\0\0\0\x1cftypheic\0\0\0\0mif1heic\0\0\0\0\0\0\0\x10meta\0\0\0\0\0\0\0\0", "a picture in HEIF or AVIF"),
    ] {
        assert_eq!(probe(&Sparse::of(start).gap(5000)).outcome, Err(ProbeError::NotAVideo(name)));
    }
}

#[test]
fn what_may_be_a_video_is_left_to_the_server() {
    for start in [
        b"RIFF\0\0\0\0AVI LIST".as_slice(),
        b"OggS\0\x02",
        b"FLV\x01\x05",
        b"\x47\x40\0\x10\0\0\xb0\x0d",
        b"\0\0\x01\xba\x44",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        b"\xff\xf1\x50\x80",
        b"\xff\xff\xff\xff\xff\xff",
        b"Hi\n",
        b"",
    ] {
        for len in [start.len() as u64, 50_000] {
            let file = Sparse { size: len, ..Sparse::of(start) };
            assert_eq!(probe(&file).outcome, Err(ProbeError::Unknown), "{start:x?}");
        }
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_unreadable() {
    for (range, bytes) in [(0..1000, 999), (0..1000, 0), (5..1000, 995), (0..1001, 1001)] {
        let mut probe = Probe::new(1000);
        assert_eq!(probe.next(), Need::Bytes(0..1000));

        probe.feed(range, &vec![0; bytes]);

        assert_eq!(probe.next(), Need::Done(Err(ProbeError::Unreadable)));
    }
    let mut probe = Probe::new(1000);
    probe.fail();
    assert_eq!(probe.next(), Need::Done(Err(ProbeError::Unreadable)));
}

#[test]
fn a_probe_repeats_itself_and_stays_with_its_word() {
    let mut probe = Probe::new(1000);
    assert_eq!(probe.next(), probe.next());
    probe.feed(0..1000, &[0; 1000]);
    assert_eq!(probe.next(), Need::Done(Err(ProbeError::Unknown)));
    probe.feed(0..1000, &[0; 1000]);
    probe.fail();
    assert_eq!(probe.next(), Need::Done(Err(ProbeError::Unknown)));
}
