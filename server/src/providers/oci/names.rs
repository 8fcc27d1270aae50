//! What things are called. Nothing of it is a user's text: names end up in paths, and in parameters of jobs.

use chrono::{DateTime, SecondsFormat};
use sha2::{Digest, Sha256};

/// The object that a file is uploaded as. `turn` tells one attempt from the next. The ending helps Media Flow to guess
/// the container, and is one of four whatever the browser says.
pub fn upload(prefix: &str, video_id: &str, turn: &str, content_type: Option<&str>) -> String {
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let ending = match kind {
        "video/quicktime" => "mov",
        "video/webm" => "webm",
        "video/x-matroska" => "mkv",
        _ => "mp4",
    };
    format!("{prefix}/uploads/{video_id}/{turn}.{ending}")
}

/// The folder of all that a video's uploads have been.
pub fn uploads(prefix: &str, video_id: &str) -> String {
    format!("{prefix}/uploads/{video_id}/")
}

/// The folder of what a job makes of a video. `name` is the job's `outputPrefixName`.
pub fn output(prefix: &str, name: &str) -> String {
    format!("{prefix}/videos/{name}/")
}

/// The master playlist that a job makes.
pub fn master(prefix: &str, name: &str) -> String {
    format!("{}{name}-master.m3u8", output(prefix, name))
}

/// Where a job's transcription lies.
pub fn transcription(prefix: &str, name: &str) -> String {
    format!("{}transcribe/", output(prefix, name))
}

/// A name or token that is always the same for the same parts: 30 hexadecimal digits, as many as an `opc-retry-token`
/// has.
pub fn derived(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(15).map(|byte| format!("{byte:02x}")).collect()
}

/// The time as Oracle writes it. `at` is in milliseconds since the Unix epoch.
pub fn rfc3339(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(DateTime::from_timestamp_millis).unwrap_or(DateTime::UNIX_EPOCH);
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time that Oracle has written, in milliseconds since the Unix epoch.
pub fn read_rfc3339(text: &str) -> Option<u64> {
    u64::try_from(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_user_says_gets_into_a_name() {
        for (said, ending) in [
            (Some("video/mp4"), "mp4"),
            (Some("video/webm; codecs=\"vp9\""), "webm"),
            (Some("video/quicktime"), "mov"),
            (Some("../../etc/passwd"), "mp4"),
            (None, "mp4"),
        ] {
            assert_eq!(upload("reelway", "v1", "00ff", said), format!("reelway/uploads/v1/00ff.{ending}"));
        }
    }

    #[test]
    fn the_same_parts_give_the_same_token_and_others_another() {
        let token = derived(&["job", "v1"]);
        assert_eq!(token, derived(&["job", "v1"]));
        assert_ne!(token, derived(&["jo", "bv1"]));
        assert!(token.len() == 30 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_time_is_written_as_oracle_does() {
        assert_eq!(rfc3339(1_893_553_445_999), "2030-01-02T03:04:05Z");
        assert_eq!(read_rfc3339("2030-01-02T03:04:05.999Z"), Some(1_893_553_445_999));
        assert_eq!(read_rfc3339("yesterday"), None);
    }
}
