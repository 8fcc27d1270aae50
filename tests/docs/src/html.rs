//! A snippet of HTML, read as far as tests need it: tags with their attributes, and scripts.

/// A tag that begins an element.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// In small letters.
    pub name: String,
    /// The names of its attributes.
    pub attributes: Vec<String>,
}

/// The tags, without those of scripts' and styles' contents.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest.find(|sign: char| sign.is_whitespace() || sign == '>' || sign == '/').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let (attributes, after) = attributes(&rest[end..]);
        rest = after;
        if name == "script" || name == "style" {
            rest = rest.find(&format!("</{name}")).map_or("", |end| &rest[end + 1..]);
        }
        tags.push(Tag { name, attributes });
    }
    tags
}

/// The names of attributes up to the tag's end, and what follows.
fn attributes(mut rest: &str) -> (Vec<String>, &str) {
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
        if rest.is_empty() {
            return (names, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (names, after);
        }
        let end = rest.find(|sign: char| sign.is_whitespace() || "=>/".contains(sign)).unwrap_or(rest.len());
        names.push(rest[..end].to_owned());
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else { continue };
        let quote = value.chars().next().filter(|sign| "\"'".contains(*sign));
        rest = match quote {
            Some(quote) => value[1..].split_once(quote).map_or("", |(_, after)| after),
            None => value.find(|sign: char| sign.is_whitespace() || sign == '>').map_or("", |end| &value[end..]),
        };
    }
}

/// What stands between `<script …>` and `</script>`, of those that hold JavaScript.
pub fn scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let Some((head, after)) = rest[start..].split_once('>') else { break };
        let Some((code, after)) = after.split_once("</script>") else { break };
        if !head.contains("importmap") && !code.trim().is_empty() {
            scripts.push(code);
        }
        rest = after;
    }
    scripts
}
