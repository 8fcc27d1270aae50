//! Texts in texts. The standard library's search is made for long texts, and takes two kilobytes of wasm for it.

/// Where a text first has another one in it.
pub fn find(text: &str, what: &str) -> Option<usize> {
    (0..=text.len().checked_sub(what.len())?).find(|at| text.as_bytes()[*at..].starts_with(what.as_bytes()))
}

/// Whether a text has another one in it.
pub fn contains(text: &str, what: &str) -> bool {
    find(text, what).is_some()
}

/// What is before and what after the first of another text.
pub fn split_once<'a>(text: &'a str, what: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, what)?;
    Some((text.get(..at)?, text.get(at + what.len()..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_the_standard_library_finds(text in "[aäb]{0,12}", what in "[aäb]{0,3}") {
            prop_assert_eq!(find(&text, &what), text.find(&what));
            prop_assert_eq!(contains(&text, &what), text.contains(&what));
            prop_assert_eq!(split_once(&text, &what), text.split_once(&what));
        }
    }
}
