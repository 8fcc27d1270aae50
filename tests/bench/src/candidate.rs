//! Who is measured.

use anyhow::{Context, Result};
use serde_json::Value;

/// A way to upload a file, implemented in `page/candidates.js` under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name in the page, and for `--candidates`.
    pub name: &'static str,
    /// What a person reads.
    pub title: &'static str,
    /// Its npm package.
    pub package: Option<&'static str>,
    /// The protocol that it speaks.
    pub protocol: &'static str,
    /// Whether it also runs on the slow link, where each run takes long.
    pub on_slow_link: bool,
}

const fn candidate(
    name: &'static str,
    title: &'static str,
    package: Option<&'static str>,
    protocol: &'static str,
    on_slow_link: bool,
) -> Candidate {
    Candidate { name, title, package, protocol, on_slow_link }
}

/// The one that others are compared with.
pub const BASELINE: &str = "fetch";
/// Ours, as it is used without any settings.
pub const OURS: &str = "reelway";
/// Those that ours must be ahead of.
pub const RIVALS: [&str; 2] = ["upchunk", "tus-js-client"];

/// All of them.
pub const ALL: [Candidate; 10] = [
    candidate(BASELINE, "plain `fetch` PUT", None, "put", true),
    candidate("xhr", "plain XHR PUT", None, "put", true),
    candidate("upchunk", "UpChunk", Some("@mux/upchunk"), "resumable", true),
    candidate("tus-js-client", "tus-js-client", Some("tus-js-client"), "tus", true),
    candidate("uppy-s3", "Uppy, aws-s3", Some("@uppy/aws-s3"), "S3 multipart", true),
    candidate("uppy-tus", "Uppy, tus", Some("@uppy/tus"), "tus", true),
    candidate(OURS, "**Reelway**", None, "resumable", true),
    candidate("reelway-tus", "Reelway, 3 at once", None, "tus", true),
    candidate("reelway-s3", "Reelway, 3 at once", None, "S3 multipart", false),
    candidate("reelway-digest", "Reelway, SHA-256 of each chunk", None, "resumable", false),
];

impl Candidate {
    /// The version of its package that the benchmark pins.
    ///
    /// # Errors
    /// `package.json` lacks it.
    pub fn version(&self) -> Result<Option<String>> {
        let Some(package) = self.package else { return Ok(None) };
        let packages: Value = serde_json::from_str(include_str!("../package.json"))?;
        let version = packages["dependencies"][package].as_str();
        Ok(Some(version.with_context(|| format!("package.json lacks {package}"))?.to_owned()))
    }
}

/// The candidates of these names, or all. Without the baseline there is nothing to compare with: it always takes part.
///
/// # Errors
/// There is none of such a name.
pub fn select(names: &[String]) -> Result<Vec<Candidate>> {
    for name in names {
        let known = || ALL.map(|candidate| candidate.name).join(", ");
        ALL.iter()
            .find(|candidate| candidate.name == name)
            .with_context(|| format!("{name} is none of {}", known()))?;
    }
    let wanted = |name: &str| names.is_empty() || name == BASELINE || names.iter().any(|wanted| wanted == name);
    Ok(ALL.into_iter().filter(|candidate| wanted(candidate.name)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_package_is_pinned() {
        for candidate in ALL {
            let version = candidate.version().unwrap();
            assert!(version.is_none_or(|version| version.starts_with(|first: char| first.is_ascii_digit())));
        }
    }

    #[test]
    fn the_baseline_always_takes_part() {
        let names: Vec<_> = select(&["upchunk".into()]).unwrap().iter().map(|candidate| candidate.name).collect();
        assert_eq!(names, ["fetch", "upchunk"]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = select(&["upchunks".into()]).unwrap_err().to_string();
        assert!(error.contains("upchunks is none of fetch, xhr, upchunk"), "{error}");
    }
}
