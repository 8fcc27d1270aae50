//! Files that are clearly no videos, by their first bytes.

/// What files begin with that are something else. What may hold a video is not here: RIFF may be AVI, Ogg may be Theora.
const SIGNATURES: [(&[u8], &str); 17] = [
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    // Office documents of today are ZIP archives too.
    (b"PK\x03\x04", "a ZIP archive or a document"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"ID3", "an MP3 sound file"),
    (b"fLaC", "a FLAC sound file"),
    (b"#!AMR", "an AMR sound file"),
    (b"MThd", "a MIDI sound file"),
];

/// The kind of file, as a sentence names it: "This is … , not a video."
pub(super) fn name(start: &[u8]) -> Option<&'static str> {
    if start.starts_with(b"RIFF") {
        return match start.get(8..12)? {
            b"WAVE" => Some("a WAV sound file"),
            b"WEBP" => Some("a WebP picture"),
            _ => None,
        };
    }
    // MP3 without a title begins with a frame: 11 bits set, MPEG 1 or 2, layer III, a valid rate. MPEG program
    // streams and AAC begin otherwise.
    if let &[0xff, second, third, ..] = start
        && matches!(second, 0xfa | 0xfb | 0xf2 | 0xf3)
        && third >> 4 != 0xf
        && third >> 4 != 0
        && third & 0x0c != 0x0c
    {
        return Some("an MP3 sound file");
    }
    SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)).map(|(_, name)| *name)
}
