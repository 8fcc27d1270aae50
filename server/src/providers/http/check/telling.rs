//! Whether it can be read what a service tells: its answers, and its events.

use axum::http::HeaderName;
use reelway_api::ErrorCode;

use super::{Check, MEANT};
use crate::providers::http::map::Sources;

impl Check<'_> {
    pub(super) fn readings(&mut self) {
        self.sources(&["refusal"], &self.map.refusal);
        for (name, reading) in &self.map.readings {
            self.pointer(&["readings", name, "at"], &reading.at);
            self.sources(&["readings", name, "status"], &reading.status);
            for (field, sources) in &reading.extract {
                let path = ["readings", name, "extract", field];
                self.sources(&path, sources);
                if !MEANT.contains(&field.as_str()) {
                    self.name(&path, field);
                }
            }
            for (word, code) in &reading.error_map {
                if !ErrorCode::ALL.iter().any(|known| known.as_str() == code) {
                    self.problem(
                        &["readings", name, "error_map", word],
                        format!("\"{code}\" is none of Reelway's codes"),
                    );
                }
            }
            if let Some(ids) = &reading.playback {
                self.pointer(&["readings", name, "playback", "list"], ids.list.as_deref().unwrap_or_default());
                self.sources(&["readings", name, "playback", "id"], &ids.id);
                self.sources(&["readings", name, "playback", "policy"], &ids.policy);
            }
        }
    }

    fn sources(&mut self, path: &[&str], sources: &Sources) {
        for source in sources.iter() {
            match source.strip_prefix("header:") {
                Some(name) if HeaderName::try_from(name).is_err() => {
                    self.problem(path, format!("\"{name}\" is no header's name"));
                }
                Some(_) => {}
                None => self.pointer(path, source),
            }
        }
    }

    fn pointer(&mut self, path: &[&str], pointer: &str) {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            let message = format!("\"{pointer}\" is no JSON pointer: write /data/id, or header:Name for a header");
            self.problem(path, message);
        }
    }

    pub(super) fn webhook(&mut self) {
        let Some(webhook) = &self.map.webhook else { return };
        if HeaderName::try_from(webhook.header.as_str()).is_err() {
            self.problem(&["webhook", "header"], format!("\"{}\" is no header's name", webhook.header));
        }
        for (key, value) in [("time_key", &webhook.time_key), ("signature_key", &webhook.signature_key)] {
            if value.is_empty() || value.contains([',', '=']) {
                self.problem(&["webhook", key], "it is the text before the = in the header");
            }
        }
        if webhook.tolerance == 0 || webhook.tolerance > 3600 {
            self.problem(
                &["webhook", "tolerance"],
                "it is 1 to 3600 seconds: a longer one lets old webhooks be replayed",
            );
        }
        if webhook.max_body == 0 || webhook.max_body > 16 << 20 {
            self.problem(&["webhook", "max_body"], "it is 1 byte to 16 MiB");
        }
        self.variable(&["webhook", "secret_env"], &webhook.secret_env);
        for (key, pointer) in [("event_id", &webhook.event_id), ("event_type", &webhook.event_type)] {
            self.pointer(&["webhook", key], pointer.as_deref().unwrap_or_default());
        }
        for (kind, event) in &webhook.events {
            self.reading(&["webhook", "events", kind, "reads"], &event.reads);
            self.pointer(&["webhook", "events", kind, "at"], event.at.as_deref().unwrap_or_default());
            if webhook.event_type.is_none() && kind != "*" {
                self.problem(&["webhook", "events", kind], "without event_type all events are of the type \"*\"");
            }
        }
    }
}
