//! The theme in a shadow root. There a style sheet can set custom properties of its host only, which would hide those that
//! the page has set around it: so defaults go by another name, and wherever a property is used, its default stands behind.

/// How the properties begin that pages set.
const PROPERTY: &str = "--reelway-";
/// How their defaults begin.
const DEFAULT: &str = "--rw-";

/// The sheet with defaults that can be set from around the host.
pub(super) fn inherited(css: &str) -> String {
    let mut pieces = css.split(PROPERTY);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        if rest.starts_with(':') {
            out += &format!("{DEFAULT}{name}{rest}");
        } else if rest.starts_with(')') {
            out += &format!("{PROPERTY}{name},var({DEFAULT}{name}){rest}");
        } else {
            // It has its default there.
            out += &format!("{PROPERTY}{name}{rest}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_stands_behind_each_use() {
        let css = ":host{--reelway-line-strong:#777}p{color:var(--reelway-line-strong);fill:var(--reelway-a,red)}";

        let expected = ":host{--rw-line-strong:#777}\
                        p{color:var(--reelway-line-strong,var(--rw-line-strong));fill:var(--reelway-a,red)}";
        assert_eq!(inherited(css), expected);
    }
}
