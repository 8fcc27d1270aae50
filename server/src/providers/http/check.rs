//! Whether a map makes sense: each template can be read and names values that there are, hosts are safe, policy and
//! signing fit together.

mod playing;
mod telling;

use std::collections::BTreeSet;

use axum::http::HeaderName;
use reelway_api::Protocol;
use reqwest::Url;
use serde_json::Value;

use super::{
    map::{Action, AuthKind, Map},
    template::{Template, is_name},
};

/// Something about a map that is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The keys that lead to it.
    pub path: Vec<String>,
    /// Byte offset in the text that stands there.
    pub at: Option<usize>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// About the value at this path.
    pub fn error(path: Vec<String>, message: impl Into<String>) -> Self {
        Self { path, at: None, message: message.into() }
    }
}

/// The values that every request's templates may name.
const ALWAYS: [&str; 8] =
    ["video_id", "title", "size", "content_type", "origin", "policy", "signed", "upload_lifetime"];
/// Those for opening an upload.
const OPENING: [&str; 2] = ["upload_expires", "max_duration"];
/// Those that an upload or asset adds.
const KNOWN: [&str; 3] = ["upload_id", "asset_id", "playback_id"];
/// Those of playback's URLs and claims.
const PLAYBACK: [&str; 6] = ["video_id", "duration", "time", "width", "height", "fit"];
/// Those of claims and signed URLs.
const SIGNED: [&str; 3] = ["expires", "audience", "key_id"];
/// What a reading may extract that has a meaning.
pub const MEANT: [&str; 11] = [
    "upload_id",
    "asset_id",
    "video_id",
    "url",
    "duration",
    "width",
    "height",
    "size",
    "percent",
    "error_code",
    "error_message",
];

/// All problems of a map. Secrets are not looked at.
pub fn check(map: &Map) -> Vec<Problem> {
    let mut check = Check { map, problems: Vec::new() };
    check.hosts();
    check.page_sources();
    check.vars();
    check.auth();
    check.numbers();
    check.actions();
    check.readings();
    check.playback();
    check.webhook();
    check.problems
}

struct Check<'a> {
    map: &'a Map,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn problem(&mut self, path: &[&str], message: impl Into<String>) {
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        self.problems.push(Problem::error(path, message));
    }

    fn hosts(&mut self) {
        if !self.map.hosts.contains_key("api_base") {
            self.problem(&["hosts"], "api_base is missing: the address that actions go to");
        }
        for (name, host) in &self.map.hosts {
            if let Err(message) = safe_base(host) {
                self.problem(&["hosts", name], message);
            }
            self.name(&["hosts", name], name);
        }
    }

    fn page_sources(&mut self) {
        for (index, source) in self.map.page_sources.iter().enumerate() {
            if let Err(error) = crate::config::check_source(source) {
                self.problem(&["page_sources", &index.to_string()], error.to_string());
            }
        }
    }

    /// A name of the map's own must not hide one that has a meaning.
    fn name(&mut self, path: &[&str], name: &str) {
        let taken = [ALWAYS.as_slice(), &OPENING, &KNOWN, &PLAYBACK, &SIGNED].concat();
        if !is_name(name) {
            self.problem(path, format!("\"{name}\" is no name: it has lower-case letters, digits and _"));
        } else if taken.contains(&name) || name == "token" {
            self.problem(path, format!("\"{name}\" has a meaning already: choose another name"));
        }
    }

    fn vars(&mut self) {
        for (name, value) in &self.map.vars {
            self.name(&["vars", name], name);
            if self.map.hosts.contains_key(name) {
                self.problem(&["vars", name], "a host has this name: choose another one");
            }
            match value {
                Value::String(text) if text.is_empty() => {
                    self.problem(
                        &["vars", name],
                        format!("it has to be set: vars.{name} = \"…\" in the configuration"),
                    );
                }
                Value::String(_) | Value::Number(_) | Value::Bool(_) => {}
                _ => self.problem(&["vars", name], "a value is a text, a number or a boolean"),
            }
        }
    }

    fn auth(&mut self) {
        let auth = &self.map.auth;
        let wanted: &[(&str, &Option<String>)] = match auth.kind {
            AuthKind::Basic => &[("user_env", &auth.user_env), ("password_env", &auth.password_env)],
            AuthKind::Bearer => &[("token_env", &auth.token_env)],
            AuthKind::None => &[],
        };
        for (key, value) in wanted {
            match value {
                None => self.problem(&["auth", key], "it is missing: the name of an environment variable"),
                Some(name) => self.variable(&["auth", key], name),
            }
        }
    }

    /// A secret in place of its variable's name is the slip that matters most: it is not repeated here.
    fn variable(&mut self, path: &[&str], name: &str) {
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        if name.is_empty() || !name.bytes().all(plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
            self.problem(
                path,
                "it is the name of an environment variable, in capitals, digits and _. The secret itself belongs into \
                 that variable, never into a file",
            );
        }
    }

    fn numbers(&mut self) {
        let (limits, upload) = (&self.map.limits, &self.map.upload);
        for (key, value) in [
            ("create_rate", limits.create_rate),
            ("read_rate", limits.read_rate),
            ("patience", limits.patience),
            ("timeout", limits.timeout),
        ] {
            if !(value > 0.0 && value <= 86_400.0) {
                self.problem(&["limits", key], "it is more than 0, and 86400 at most");
            }
        }
        if limits.retries > 10 {
            self.problem(&["limits", "retries"], "it is 10 at most");
        }
        if upload.chunk_multiple == 0 || upload.min_chunk == 0 {
            self.problem(&["upload", "chunk_multiple"], "chunk_multiple and min_chunk are at least 1");
        } else if upload.max_chunk < upload.min_chunk.next_multiple_of(upload.chunk_multiple) {
            self.problem(&["upload", "max_chunk"], "no length lies between min_chunk and max_chunk");
        }
        if upload.lifetime < 60 {
            self.problem(&["upload", "lifetime"], "it is at least 60 seconds");
        }
        if !matches!(upload.protocol, Protocol::Resumable | Protocol::Tus | Protocol::Put) {
            self.problem(&["upload", "protocol"], "it is one of resumable, tus, put");
        }
    }

    fn actions(&mut self) {
        let map = self.map;
        for (name, action) in map.actions.all() {
            self.action(name, action);
        }
        let opening = map.actions.create_upload.reads.as_deref().and_then(|name| map.readings.get(name));
        for field in ["url", "upload_id"] {
            if !opening.is_some_and(|reading| reading.extract.contains_key(field)) {
                self.problem(&["actions", "create_upload"], format!("its reading has to extract {field}"));
            }
        }
        for name in ["get_asset", "get_upload"] {
            let action = map.actions.all().find(|(known, _)| *known == name);
            if action.is_some_and(|(_, action)| action.reads.is_none()) {
                self.problem(&["actions", name], "reads is missing: what it asks for would be lost");
            }
        }
    }

    fn action(&mut self, name: &str, action: &Action) {
        let opening = if name == "create_upload" { OPENING.as_slice() } else { &KNOWN };
        let names = self.names(&[&ALWAYS, opening]);
        let path = ["actions", name, "path"];
        if !action.path.starts_with('/') {
            self.problem(&path, "it begins with a slash: it stands after api_base");
        }
        self.template(&path, &action.path, &names);
        for (header, template) in &action.headers {
            let path = ["actions", name, "headers", header];
            if HeaderName::try_from(header.as_str()).is_err() {
                self.problem(&path, format!("\"{header}\" is no header's name"));
            } else if ["authorization", "host", "content-length"].contains(&header.to_ascii_lowercase().as_str()) {
                self.problem(&path, format!("{header} is set by Reelway itself; secrets go into auth"));
            }
            self.template(&path, template, &names);
        }
        if let Some(body) = &action.body {
            self.body(&["actions", name, "body"], body, &names);
        }
        if action.ok.is_empty() || action.ok.iter().chain(&action.gone).any(|status| !(200..600).contains(status)) {
            self.problem(&["actions", name, "ok"], "ok and gone hold statuses from 200 to 599, and ok at least one");
        }
        if let Some(reading) = &action.reads {
            self.reading(&["actions", name, "reads"], reading);
        }
    }

    fn reading(&mut self, path: &[&str], name: &str) {
        if !self.map.readings.contains_key(name) {
            self.problem(path, format!("readings has no \"{name}\""));
        }
    }

    fn names(&self, groups: &[&[&'a str]]) -> BTreeSet<&'a str> {
        let map: &'a Map = self.map;
        let own = map.hosts.keys().chain(map.vars.keys()).map(String::as_str);
        own.chain(groups.iter().flat_map(|group| group.iter().copied())).collect()
    }

    fn template(&mut self, path: &[&str], text: &str, names: &BTreeSet<&str>) {
        let mut found = Vec::new();
        match Template::parse(text) {
            Err(malformed) => found.push((malformed.at, malformed.message)),
            Ok(template) => {
                for placeholder in template.placeholders() {
                    if !names.contains(placeholder.name.as_str()) {
                        let known: Vec<_> = names.iter().copied().collect();
                        let message = format!("there is no {{{}}} here: {}", placeholder.name, known.join(", "));
                        found.push((placeholder.at, message));
                    }
                }
            }
        }
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        self.problems.extend(found.into_iter().map(|(at, message)| Problem {
            path: path.clone(),
            at: Some(at),
            message,
        }));
    }

    fn body(&mut self, path: &[&str], body: &Value, names: &BTreeSet<&str>) {
        match body {
            Value::String(text) => self.template(path, text, names),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.body(&[path, &[&index.to_string()]].concat(), item, names);
                }
            }
            Value::Object(entries) => {
                for (key, value) in entries {
                    self.body(&[path, &[key]].concat(), value, names);
                }
            }
            _ => {}
        }
    }
}

/// An address that secrets may be sent to: `https`, or `http` on this machine.
///
/// # Errors
/// What to do about it.
pub fn safe_base(base: &str) -> Result<Url, String> {
    let url = Url::parse(base).map_err(|error| format!("\"{base}\" is no URL: {error}"))?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || base.ends_with('/') {
        return Err(format!("\"{base}\" has to end with its host or path: no slash, no ?, no user before an @"));
    }
    safe_url(&url)?;
    Ok(url)
}

/// A URL whose answers and tokens nobody on the way can read.
///
/// # Errors
/// What to do about it.
pub fn safe_url(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => {
            Err("it has to begin with https://. Only a host on this machine (127.0.0.1, [::1], localhost) may be http"
                .to_owned())
        }
    }
}

/// Whether the URL leads to this machine.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
