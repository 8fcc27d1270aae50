//! Codec strings as browsers take them (RFC 6381), from the records that decoders are set up with.

use super::source::{Source, Step};

/// H.264, from an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 § 5.3.3): version, profile, compatibility, level.
pub(super) fn avc(source: &Source, at: u64, name: &str) -> Step<String> {
    let record = source.get(at, 4)?;
    Ok(format!("{name}.{:02x}{:02x}{:02x}", record[1], record[2], record[3]))
}

/// H.265, from an HEVCDecoderConfigurationRecord, as ISO/IEC 14496-15 annex E writes it.
pub(super) fn hevc(source: &Source, at: u64, name: &str) -> Step<String> {
    let record = source.get(at, 13)?;
    let space = ["", "A", "B", "C"][usize::from(record[1] >> 6)];
    let tier = if record[1] & 0x20 == 0 { 'L' } else { 'H' };
    let compatibility = u32::from_be_bytes([record[2], record[3], record[4], record[5]]).reverse_bits();
    let mut codec = format!("{name}.{space}{}.{compatibility:x}.{tier}{}", record[1] & 0x1f, record[12]);
    let constraints = &record[6..12];
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in &constraints[..used] {
        codec.push_str(&format!(".{byte:X}"));
    }
    Ok(codec)
}

/// AV1, from an AV1CodecConfigurationRecord (AV1 in ISOBMFF § 2.3.3).
pub(super) fn av1(source: &Source, at: u64) -> Step<String> {
    let record = source.get(at, 4)?;
    let (profile, level) = (record[1] >> 5, record[1] & 0x1f);
    let tier = if record[2] & 0x80 == 0 { 'M' } else { 'H' };
    let depth = match (record[2] & 0x40 != 0, record[2] & 0x20 != 0 && profile == 2) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    Ok(format!("av01.{profile}.{level:02}{tier}.{depth:02}"))
}

/// VP9, from a `vpcC` without its version and flags (VP codec ISO media file format binding).
pub(super) fn vp9(source: &Source, at: u64) -> Step<String> {
    let record = source.get(at, 3)?;
    Ok(format!("vp09.{:02}.{:02}.{:02}", record[0], record[1], record[2] >> 4))
}

/// AAC and its kin, from an AudioSpecificConfig (ISO/IEC 14496-3 § 1.6.2.1): the audio object type.
pub(super) fn aac(source: &Source, at: u64) -> Step<String> {
    let first = source.get(at, 2)?;
    let object = match first[0] >> 3 {
        31 => 32 + ((first[0] & 7) << 3 | first[1] >> 5),
        object => object,
    };
    Ok(format!("mp4a.40.{object}"))
}

/// The name of a codec where the container has no more than that.
pub(super) fn plain(name: &[u8]) -> String {
    let text: String = name.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' }).collect();
    text.trim().to_owned()
}
