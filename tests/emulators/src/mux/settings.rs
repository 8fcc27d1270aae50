//! The settings of an asset, in today's spelling and in the older ones that libraries still send.

use serde_json::{Value, json};

/// Settings that an asset keeps.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// As they were sent.
    pub sent: Value,
    /// `public`, `signed`.
    pub policies: Vec<String>,
    /// Which renditions as files.
    pub static_renditions: Vec<String>,
}

const POLICIES: [&str; 3] = ["public", "signed", "drm"];
const QUALITIES: [&str; 3] = ["basic", "plus", "premium"];
const PASSTHROUGH: usize = 255;
const META: [(&str, usize); 3] = [("title", 512), ("creator_id", 128), ("external_id", 128)];

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong, as Mux would say it.
    pub fn read(sent: &Value) -> Result<Self, String> {
        let mut settings = Self { sent: sent.clone(), ..Self::default() };
        if sent.is_null() {
            return Ok(settings);
        }
        let texts = |name: &str| -> Vec<&str> {
            sent[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        for policy in texts("playback_policies").into_iter().chain(texts("playback_policy")) {
            if !POLICIES.contains(&policy) {
                return Err(format!("Invalid playback policy {policy:?}"));
            }
            if !settings.policies.iter().any(|known| known == policy) {
                settings.policies.push(policy.to_owned());
            }
        }
        let advanced = sent["advanced_playback_policies"].as_array().into_iter().flatten();
        settings.policies.extend(advanced.filter_map(|policy| Some(policy["policy"].as_str()?.to_owned())));
        if sent["video_quality"].as_str().is_some_and(|quality| !QUALITIES.contains(&quality)) {
            return Err("Invalid video_quality".into());
        }
        check_passthrough(sent)?;
        let renditions = sent["static_renditions"].as_array().into_iter().flatten();
        settings.static_renditions =
            renditions.filter_map(|rendition| Some(rendition["resolution"].as_str()?.to_owned())).collect();
        Ok(settings)
    }

    /// The quality, under both of its names.
    pub fn quality(&self) -> (&str, &str) {
        match self.sent["video_quality"].as_str().or(self.sent["encoding_tier"].as_str()) {
            Some("plus" | "smart") => ("plus", "smart"),
            Some("premium") => ("premium", "premium"),
            _ => ("basic", "baseline"),
        }
    }

    /// A field that was sent, or null.
    pub fn field(&self, name: &str) -> Value {
        self.sent.get(name).cloned().unwrap_or(json!(null))
    }
}

/// Whether `passthrough` and `meta` are as short as they have to be.
///
/// # Errors
/// Which is not.
pub fn check_passthrough(sent: &Value) -> Result<(), String> {
    if sent["passthrough"].as_str().is_some_and(|text| text.chars().count() > PASSTHROUGH) {
        return Err(format!("passthrough is longer than {PASSTHROUGH} characters"));
    }
    for (name, most) in META {
        if sent["meta"][name].as_str().is_some_and(|text| text.chars().count() > most) {
            return Err(format!("meta.{name} is longer than {most} characters"));
        }
    }
    Ok(())
}
