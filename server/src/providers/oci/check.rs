//! Whether what `reelway.toml` says of a provider of kind `oci` makes sense. Pure.

use super::settings::{HostSettings, Settings, Upload};
use crate::providers::http::check::safe_base;

impl Settings {
    /// All that does not make sense.
    pub fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let name = |text: &str| {
            !text.is_empty()
                && text.len() <= 200
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        for (key, value) in [
            ("region", Some(&self.region)),
            ("realm", Some(&self.realm)),
            ("compartment", Some(&self.compartment)),
            ("namespace", self.namespace.as_ref()),
            ("bucket", Some(&self.bucket)),
            ("output_bucket", self.output_bucket.as_ref()),
            ("prefix", Some(&self.prefix)),
        ] {
            if value.is_some_and(|value| !name(value)) {
                problems
                    .push(format!("{key}: it has letters, digits, \"-\", \"_\" and \".\", and at least one of them"));
            }
        }
        let HostSettings { media, object_storage, streams, federation, metadata: _ } = &self.hosts;
        let hosts =
            [("media", media), ("object_storage", object_storage), ("streams", streams), ("federation", federation)];
        for (key, host) in hosts {
            if let Some(Err(problem)) = host.as_deref().map(safe_base) {
                problems.push(format!("hosts.{key}: {problem}"));
            }
        }
        let Upload { lifetime, min_chunk, max_chunk, parallel, .. } = self.upload;
        if lifetime == 0 || min_chunk == 0 || max_chunk < min_chunk || max_chunk > 50 << 30 || parallel == 0 {
            problems.push(
                "upload: lifetime, min_chunk and parallel are at least 1, max_chunk is at least min_chunk and at most 50 GiB"
                    .to_owned(),
            );
        }
        let ladder = &self.workflow.ladder;
        if ladder.is_empty() || ladder.iter().any(|height| !(144..=2160).contains(height)) {
            problems.push("workflow.ladder: heights of 144 to 2160 pixels, at least one".to_owned());
        }
        for (key, seconds) in [
            ("workflow.segment_length", self.workflow.segment_length),
            ("streams.segment_length", self.streams.segment_length),
        ] {
            if !(1..=60).contains(&seconds) {
                problems.push(format!("{key}: 1 to 60 seconds"));
            }
        }
        if self.workflow.transcribe.as_ref().is_some_and(|language| !name(language) || language.len() > 16) {
            problems.push("workflow.transcribe: a language's code, \"en\", say".to_owned());
        }
        if !(600..=86_400).contains(&self.streams.token_lifetime) {
            problems.push("streams.token_lifetime: 600 to 86400 seconds; Oracle gives no others".to_owned());
        }
        if self.streams.packaging.is_some() && self.streams.channel.is_none() {
            problems.push("streams.packaging belongs to a channel: set streams.channel too".to_owned());
        }
        problems
    }
}
