//! A video's title, from what people and browsers send.

/// Characters that a title has at most.
pub const MAX: usize = 200;

/// The title of a file that was chosen: its name, whatever path some browser put before it.
pub fn of_file(filename: &str) -> String {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let title: String = clean(name).chars().take(MAX).collect();
    match title.trim() {
        "" => "Video".to_owned(),
        title => title.to_owned(),
    }
}

/// A title that somebody has typed, or `None` where nothing is left of it or it is longer than [`MAX`] characters.
pub fn typed(title: &str) -> Option<String> {
    let title = clean(title);
    (!title.is_empty() && title.chars().count() <= MAX).then_some(title)
}

/// Without what no one sees but what changes how the text around it reads: control characters, and the marks that
/// turn the direction of writing (Unicode's `Bidi_Control`).
fn clean(text: &str) -> String {
    let bidi =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|c| !c.is_control() && !bidi(*c) && *c != '\u{feff}').collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_name_and_nothing_else() {
        for (filename, title) in [
            ("holiday.mp4", "holiday.mp4"),
            ("C:\\Users\\me\\holiday.mp4", "holiday.mp4"),
            ("../../etc/passwd", "passwd"),
            ("Ferien am See – 夏休み 🏖.mov", "Ferien am See – 夏休み 🏖.mov"),
            ("a\u{202e}4pm.exe\0\n.mp4", "a4pm.exe.mp4"),
            ("  \u{7} ", "Video"),
            ("folder/", "Video"),
            ("", "Video"),
        ] {
            assert_eq!(of_file(filename), title, "{filename:?}");
        }
        assert_eq!(of_file(&"é".repeat(300)).chars().count(), MAX);
    }

    #[test]
    fn a_typed_title_is_taken_or_refused_but_not_cut() {
        assert_eq!(typed(" a/b \u{202e}").as_deref(), Some("a/b"));
        assert_eq!(typed("\u{200f} "), None);
        assert_eq!(typed(&"x".repeat(MAX)), Some("x".repeat(MAX)));
        assert_eq!(typed(&"x".repeat(MAX + 1)), None);
    }
}
