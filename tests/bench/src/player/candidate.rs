//! Who is measured: each a page of `player/build.mjs`.

use anyhow::{Context, Result};
use serde_json::Value;

/// A player on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The page's folder.
    pub name: &'static str,
    /// What a person reads.
    pub title: &'static str,
    /// The npm package whose version is named.
    pub package: Option<&'static str>,
    /// A player that people could choose instead.
    pub is_peer: bool,
}

/// Ours.
pub const OURS: &str = "reelway";
/// hls.js without anything, beginning with each rendition: what ours is compared to, at the same rendition.
pub const BARE: [&str; 2] = ["hls", "hls-720"];

/// All.
pub const ALL: [Candidate; 7] = [
    Candidate { name: "hls", title: "hls.js, bare", package: Some("hls.js"), is_peer: false },
    Candidate { name: "hls-720", title: "hls.js, bare, `startLevel: 1`", package: Some("hls.js"), is_peer: false },
    Candidate { name: "mux-player", title: "mux-player", package: Some("@mux/mux-player"), is_peer: true },
    Candidate { name: "vidstack", title: "Vidstack", package: Some("vidstack"), is_peer: true },
    Candidate { name: "videojs", title: "video.js", package: Some("video.js"), is_peer: true },
    Candidate { name: "videojs10", title: "Video.js 10, HLS by SPF", package: Some("@videojs/html"), is_peer: true },
    Candidate { name: OURS, title: "**Reelway**", package: None, is_peer: false },
];

/// Those named; with no names, all.
///
/// # Errors
/// Nobody has such a name.
pub fn select(names: &[String]) -> Result<Vec<Candidate>> {
    if names.is_empty() {
        return Ok(ALL.to_vec());
    }
    let find = |name: &String| ALL.iter().copied().find(|one| one.name == name).with_context(|| format!("no {name}"));
    names.iter().map(find).collect()
}

impl Candidate {
    /// Its title, with the version that is pinned.
    ///
    /// # Errors
    /// It is not pinned.
    pub fn full_title(&self) -> Result<String> {
        let Some(package) = self.package else { return Ok(self.title.to_owned()) };
        let manifest: Value = serde_json::from_str(include_str!("../../package.json"))?;
        let version = manifest["dependencies"][package].as_str().with_context(|| format!("no version of {package}"))?;
        Ok(format!("{} {version}", self.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_of_a_pinned_version() {
        for candidate in ALL {
            assert!(candidate.full_title().is_ok_and(|title| !title.contains('^')), "{}", candidate.name);
        }
    }
}
