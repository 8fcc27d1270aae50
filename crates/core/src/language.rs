//! Which of several tracks speaks a language that someone reads.

/// The first of `offered` that matches one of `wanted`, best first; both are BCP 47 tags, as in `navigator.languages`.
///
/// A tag that is the same wins over one that only names the same language in another region, in the order of `wanted`.
pub fn best<'a, 'b>(
    offered: impl Iterator<Item = &'a str> + Clone,
    wanted: impl Iterator<Item = &'b str>,
) -> Option<usize> {
    let mut near = None;
    for tag in wanted.filter(|tag| !tag.is_empty()) {
        if let Some(index) = offered.clone().position(|other| other.eq_ignore_ascii_case(tag)) {
            // A language that is wanted more, if only near, comes before one that is wanted less.
            return near.or(Some(index));
        }
        if near.is_none() {
            near = offered.clone().position(|other| primary(other).eq_ignore_ascii_case(primary(tag)));
        }
    }
    near
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_what_they_read_best() {
        let cases: [(&[&str], &[&str], Option<usize>); 8] = [
            (&["de", "en"], &["en-GB", "en", "de"], Some(1)),
            (&["en-US", "en-GB"], &["en-GB", "en"], Some(1)),
            (&["de", "en-US"], &["fr", "EN-us"], Some(1)),
            (&["pt-BR", "es"], &["pt-PT", "es"], Some(0)),
            (&["zh-Hant", "zh-Hans"], &["zh"], Some(0)),
            (&["", "ja"], &["ja"], Some(1)),
            (&["", "ja"], &["", "fr"], None),
            (&[], &["en"], None),
        ];

        for (offered, wanted, expected) in cases {
            let found = best(offered.iter().copied(), wanted.iter().copied());
            assert_eq!(found, expected, "{offered:?} for {wanted:?}");
        }
    }
}
