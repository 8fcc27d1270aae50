//! Reading what a service says: an answer or an event becomes a [`Report`].
//!
//! Nothing that a service leaves out, adds or spells anew is an error: it is passed over. Only what is not JSON is none.

use std::collections::BTreeMap;

use reelway_api::ErrorCode;
use serde_json::Value;

use super::{
    map::{Map, PlaybackIds, Policy, Reading, Sources, Status},
    template::text_of,
};

/// Characters of an id or another text that is kept. Longer ones are none.
const MAX_TEXT: usize = 2048;
/// Characters of a service's message that people are shown.
const MAX_MESSAGE: usize = 300;

/// What is known of a video from one answer or event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The service's name for the upload.
    pub upload_id: Option<String>,
    /// The service's name for the asset.
    pub asset_id: Option<String>,
    /// Our own name for the video, handed back.
    pub video_id: Option<String>,
    /// Where the browser sends the bytes. A secret.
    pub url: Option<String>,
    /// Where the video stands.
    pub status: Option<Status>,
    /// 0 to 100.
    pub percent: Option<u8>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
    /// What it is played under.
    pub playback: Option<(String, Policy)>,
    /// Why it failed, for programs.
    pub error_code: Option<ErrorCode>,
    /// Why it failed, in the service's words.
    pub error_message: Option<String>,
    /// Values of the map's own.
    pub fields: BTreeMap<String, String>,
}

/// An answer or an event: headers in lower case, and a body.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The body. `Null` where there is none.
    pub body: &'a Value,
    /// A header's value by its name.
    pub header: &'a dyn HeaderOf,
}

/// Finds headers.
pub trait HeaderOf: std::fmt::Debug {
    /// The value, where there is one and it is text.
    fn header(&self, name: &str) -> Option<&str>;
}

impl HeaderOf for axum::http::HeaderMap {
    fn header(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str().ok()
    }
}

/// An event has no headers that count.
impl HeaderOf for () {
    fn header(&self, _: &str) -> Option<&str> {
        None
    }
}

/// Reads an answer by the reading of this name.
pub fn read(map: &Map, reading: &str, at: Option<&str>, told: Told<'_>) -> Report {
    let Some(reading) = map.readings.get(reading) else { return Report::default() };
    let part = told.body.pointer(at.unwrap_or(&reading.at)).unwrap_or(&Value::Null);
    let told = Told { body: part, ..told };
    let mut report = Report {
        status: statuses(reading, told),
        playback: reading.playback.as_ref().and_then(|ids| playback(ids, map.playback.policy, told)),
        ..Report::default()
    };
    for (name, sources) in &reading.extract {
        let text = || texts(sources, told).find(|text| !text.is_empty() && text.len() <= MAX_TEXT);
        let number =
            || texts(sources, told).find_map(|text| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0));
        match name.as_str() {
            "upload_id" => report.upload_id = text(),
            "asset_id" => report.asset_id = text(),
            "video_id" => report.video_id = text(),
            "url" => report.url = text(),
            "duration" => report.duration = number(),
            "width" => report.width = number().and_then(pixels),
            "height" => report.height = number().and_then(pixels),
            "size" => report.size = number().map(|size| size as u64).filter(|size| *size > 0),
            "percent" => report.percent = number().filter(|percent| *percent <= 100.0).map(|percent| percent as u8),
            "error_code" => {
                let known = |code: &String| ErrorCode::ALL.iter().copied().find(|known| known.as_str() == code);
                report.error_code = texts(sources, told).find_map(|text| reading.error_map.get(&text).and_then(known));
            }
            "error_message" => report.error_message = text().and_then(|text| tidy(&text)),
            _ => report.fields.extend(text().map(|text| (name.clone(), text))),
        }
    }
    report
}

/// What a refusal says, for the log.
pub fn refusal(map: &Map, told: Told<'_>) -> Option<String> {
    texts(&map.refusal, told).find_map(|text| tidy(&text))
}

/// A sentence of the service's that may be shown: short, one line, and without an address, which may hold a token.
fn tidy(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = !line.is_empty() && !line.contains("://") && line.len() <= MAX_MESSAGE;
    (shown && !line.chars().any(char::is_control)).then_some(line)
}

fn pixels(number: f64) -> Option<u32> {
    Some(number as u32).filter(|pixels| *pixels > 0)
}

fn statuses(reading: &Reading, told: Told<'_>) -> Option<Status> {
    texts(&reading.status, told).find_map(|word| reading.status_map.get(&word).copied())
}

/// All scalars at these places, as texts.
fn texts<'a>(sources: &'a Sources, told: Told<'a>) -> impl Iterator<Item = String> + 'a {
    sources.iter().filter_map(move |source| match source.strip_prefix("header:") {
        Some(name) => told.header.header(name).map(str::to_owned),
        None => told.body.pointer(source).and_then(text_of),
    })
}

fn playback(ids: &PlaybackIds, wanted: Policy, told: Told<'_>) -> Option<(String, Policy)> {
    let one = |item: &Value| {
        let told = Told { body: item, ..told };
        let id = texts(&ids.id, told).find(|id| !id.is_empty() && id.len() <= MAX_TEXT)?;
        let policy = match texts(&ids.policy, told).next() {
            Some(word) => *ids.policy_map.get(&word)?,
            None => wanted,
        };
        Some((id, policy))
    };
    match &ids.list {
        None => one(told.body),
        Some(list) => {
            let known: Vec<_> = told.body.pointer(list)?.as_array()?.iter().filter_map(one).collect();
            known.iter().find(|(_, policy)| *policy == wanted).or(known.first()).cloned()
        }
    }
}
