//! What a page's thread does, task by task: Chromium's own trace.
//!
//! Durations are time that the thread has the processor (`tdur`): what else the machine is busy with does not count.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::{CapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use crate::browser::Browser;

/// All tasks, and what they are for.
const CATEGORIES: &str = "devtools.timeline,disabled-by-default-devtools.timeline";

/// Lets ChromeDriver trace all that the browser does from its start.
pub(crate) fn ask_for(capabilities: &mut ChromeCapabilities) -> Result<()> {
    let logs = json!({ "performance": "ALL", "browser": LoggingPrefsLogLevel::Warning });
    capabilities.set("goog:loggingPrefs", logs)?;
    let preferences = json!({ "enableNetwork": false, "enablePage": false, "traceCategories": CATEGORIES });
    capabilities.add_experimental_option("perfLoggingPrefs", preferences)?;
    Ok(())
}

/// An event of the trace. Times are microseconds.
#[derive(Clone, Debug, Deserialize)]
struct Event {
    name: String,
    pid: u64,
    tid: u64,
    ts: f64,
    #[serde(default)]
    dur: f64,
    #[serde(default)]
    tdur: f64,
    #[serde(default)]
    args: Value,
}

impl Event {
    fn is_mark(&self, mark: &str) -> bool {
        self.name == "TimeStamp" && self.args["data"]["message"] == mark
    }
}

/// A frame: all tasks of the page's thread from the last frame's to its own.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Milliseconds, without [`Frame::collecting`].
    pub work: f64,
    /// Milliseconds that the browser has collected litter of the whole page for: when it does, and in whose frame, says
    /// nothing of the frame.
    pub collecting: f64,
    /// What the tasks were for, with milliseconds each. Some are parts of others.
    parts: Vec<(String, f64)>,
}

impl Frame {
    /// What it has spent most on: names and milliseconds.
    pub fn most(&self) -> Vec<(String, f64)> {
        let mut parts = self.parts.clone();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        parts.truncate(12);
        parts
    }
}

/// What a traced browser has done so far.
pub struct Trace(Vec<Event>);

impl Trace {
    /// Of a browser of [`Browser::open_traced`], once: ChromeDriver traces no further.
    ///
    /// # Errors
    /// The driver does not say.
    pub async fn of(browser: &Browser) -> Result<Self> {
        let mut events = Vec::new();
        for entry in browser.get_log("performance").await? {
            let mut entry: Value = serde_json::from_str(&entry.message)?;
            if entry["message"]["method"] == "Tracing.dataCollected" {
                // Some events have no time: none of them is asked for.
                events.extend(serde_json::from_value::<Event>(entry["message"]["params"].take()));
            }
        }
        events.sort_by(|a, b| a.ts.total_cmp(&b.ts));
        Ok(Self(events))
    }

    /// The frames between two `console.timeStamp` marks of a page, in the order of time.
    ///
    /// # Errors
    /// There are no such marks.
    pub fn frames(&self, from: &str, to: &str) -> Result<Vec<Frame>> {
        let mark = |mark: &str| {
            let found = self.0.iter().find(|event| event.is_mark(mark));
            found.with_context(|| format!("there is no mark {mark} in a trace of {} events", self.0.len()))
        };
        let (from, to) = (mark(from)?, mark(to)?);
        let between =
            |event: &&Event| (event.pid, event.tid) == (from.pid, from.tid) && (from.ts..to.ts).contains(&event.ts);
        let named = |name: &'static str| self.0.iter().filter(between).filter(move |event| event.name == name);
        let mut others = self.0.iter().filter(between).filter(|event| event.name != "RunTask").peekable();
        let (mut frames, mut frame) = (Vec::new(), Frame::default());
        for task in named("RunTask") {
            frame.work += task.tdur / 1000.0;
            let mut is_last = false;
            while let Some(event) = others.next_if(|event| event.ts <= task.ts + task.dur) {
                is_last |= event.name == "FireAnimationFrame";
                if event.name == "MajorGC" {
                    frame.collecting += event.tdur / 1000.0;
                    frame.work -= event.tdur / 1000.0;
                }
                frame.parts.push((event.name.clone(), event.tdur / 1000.0));
            }
            if is_last {
                frames.push(std::mem::take(&mut frame));
            }
        }
        Ok(frames)
    }
}
