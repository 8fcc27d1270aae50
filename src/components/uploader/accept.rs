//! Which files may be videos, as far as their names and the browser's guess tell. The server looks inside.

/// File name extensions of videos, some of which browsers have no MIME type for.
const EXTENSIONS: [&str; 22] = [
    "3g2", "3gp", "asf", "avi", "flv", "m2ts", "m2v", "m4v", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf",
    "ogm", "ogv", "qt", "ts", "webm", "wmv",
];

/// The `accept` of a file input that offers videos.
pub fn accept() -> String {
    let mut accept = "video/*".to_owned();
    for extension in EXTENSIONS {
        accept.push_str(",.");
        accept.push_str(extension);
    }
    accept
}

/// Whether to send a file at all. A file of unknown kind is sent: refusing a video is worse than sending a text.
pub fn may_be_video(name: &str, mime: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let known = extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()));
    known || mime.is_empty() || mime.starts_with("video/") || mime.starts_with("application/octet-stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clearly_no_video_is_not_sent() {
        for (name, mime, expected) in [
            ("holiday.mp4", "video/mp4", true),
            ("HOLIDAY.MKV", "", true),
            ("camera.MTS", "text/vnd.trolltech.linguist", true),
            ("export", "", true),
            ("export", "video/quicktime", true),
            ("notes.txt", "text/plain", false),
            ("song.mp3", "audio/mpeg", false),
            ("photo.jpg", "image/jpeg", false),
        ] {
            assert_eq!(may_be_video(name, mime), expected, "{name} {mime}");
        }
    }

    #[test]
    fn the_file_dialog_offers_what_has_no_mime_type_too() {
        assert!(accept().starts_with("video/*,.3g2,"));
        assert!(accept().contains(",.mkv,"));
    }
}
