//! An upload, its faults, and how it has to end.

use reelway_fault_provider::{Fault, Kind, Protocol, Report, Setup, Step, content};
use serde::{Deserialize, Serialize};

/// Bytes of a file: ten and a half chunks.
pub const SIZE: u64 = 10 * CHUNK + CHUNK / 2;
/// Bytes of a chunk.
pub const CHUNK: u64 = 8 * 1024;

/// An upload, its faults, and how it has to end.
pub struct Case {
    /// What it shows.
    pub name: String,
    /// What the provider does.
    pub setup: Setup,
    /// What the page asks of the upload.
    pub options: Options,
    /// The page has one target, and no way to another.
    pub fixed: bool,
    /// What the user does meanwhile, by its name in the page.
    pub act: Option<&'static str>,
    /// The page's clock runs faster, for the case waits long by design.
    pub fast: bool,
    /// How it has to end.
    pub end: End,
}

/// How a case has to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The provider has the file, and the page knows.
    Success,
    /// The page knows that it has not, with this code.
    Error(&'static str),
}

/// The page's options of `createUpload`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    pub chunk_size: u64,
    pub parallel: Option<u32>,
    pub patience: Option<u32>,
}

/// What the page says in the end.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    pub code: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub backwards: bool,
    #[serde(default)]
    pub acknowledged: u64,
    /// Requests of the page that ran side by side, at most: those of other uploads among them.
    pub most_at_once: u32,
    pub milliseconds: u64,
}

/// A case of this protocol that succeeds, whose provider follows this script.
pub fn case(name: &str, protocol: Protocol, script: impl Into<Vec<Step>>) -> Case {
    let setup = Setup { quantum: CHUNK, script: script.into(), ..Setup::new(protocol, SIZE) };
    Case {
        name: format!("{protocol:?}: {name}"),
        setup,
        options: Options { chunk_size: CHUNK, parallel: None, patience: None },
        fixed: false,
        act: None,
        fast: false,
        end: End::Success,
    }
}

/// The fault befalls the `nth` request that carries bytes.
pub fn at(nth: u32, fault: Fault) -> [Step; 1] {
    [Step::once(Kind::Data, nth, fault)]
}

/// As [`at`], for this request and the next: Firefox and WebKit themselves send once more what was reset on a connection
/// that had been used before, and the page hears nothing of it.
pub fn twice(nth: u32, fault: Fault) -> [Step; 1] {
    [Step { on: Kind::Data, nth, times: 2, fault }]
}

/// The request is refused.
pub const fn status(status: u16) -> Fault {
    Fault::Status { status, retry_after: None }
}

impl Case {
    /// In a page whose clock runs faster.
    pub fn fast(mut self) -> Self {
        self.fast = true;
        self
    }

    /// Fails with this code, after few attempts.
    pub fn fails(mut self, code: &'static str) -> Self {
        self.options.patience = Some(2);
        self.end = End::Error(code);
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Setup)) -> Self {
        change(&mut self.setup);
        self
    }

    /// As the page takes it.
    pub fn for_page(&self, id: usize, target_url: &str) -> serde_json::Value {
        serde_json::json!({
            "id": id,
            "seed": self.seed(id),
            "size": self.setup.size,
            "targetUrl": target_url,
            "fixed": self.fixed,
            "options": self.options,
            "act": self.act,
        })
    }

    /// Each file has bytes of its own.
    fn seed(&self, id: usize) -> u32 {
        u32::try_from(id).unwrap_or(u32::MAX) + 1
    }

    /// What is wrong with how it ended.
    pub fn judge(&self, id: usize, outcome: &Outcome, report: &Report) -> Vec<String> {
        let mut wrong = Vec::new();
        let file = content::content(self.seed(id), usize::try_from(self.setup.size).unwrap_or(usize::MAX));
        let same = report.complete && report.sha256 == content::sha256(&file);
        let success = outcome.code == "success";
        if success && !(same && report.final_given) {
            let said = if report.final_given { "and said so" } else { "and never said so" };
            wrong.push(format!("success, and the provider has {} other bytes, {said}", report.size));
        }
        if !success && report.final_given && self.act != Some("cancel") {
            wrong.push(format!("{}, though the provider said that it has the file", outcome.code));
        }
        if report.complete && !same {
            wrong.push("the provider closed the upload with other bytes".into());
        }
        match &self.end {
            End::Success if !success => wrong.push(format!("{} ({})", outcome.code, outcome.message)),
            End::Error(code) if outcome.code != *code => wrong.push(format!("{}, not {code}", outcome.code)),
            _ => {}
        }
        for step in &self.setup.script {
            if !report.log.iter().any(|entry| entry.kind == step.on && entry.fault.as_ref() == Some(&step.fault)) {
                wrong
                    .push(format!("the test shows nothing: {:?} never came to {:?} {}", step.fault, step.on, step.nth));
            }
        }
        if outcome.backwards {
            wrong.push("progress went back, or beyond the file".into());
        }
        if success && outcome.acknowledged != self.setup.size {
            wrong.push(format!("success at {} acknowledged bytes", outcome.acknowledged));
        }
        wrong.extend(self.waste(report).filter(|_| success && !self.fast));
        wrong
    }

    /// Bytes sent are at most the file's and a chunk for each fault.
    fn waste(&self, report: &Report) -> Option<String> {
        let carries = |kind| matches!(kind, Kind::Data | Kind::Create);
        let sent: u64 = report.log.iter().filter(|entry| carries(entry.kind)).map(|entry| entry.body).sum();
        let failed = report.log.iter().filter(|entry| {
            // What was on its way when a target ran out fails with it.
            entry.fault.is_some() || entry.status.is_some_and(|status| status >= 400)
        });
        let lost: u64 = report.log.iter().filter(|e| e.kept < 0).map(|e| e.kept.unsigned_abs() + e.body).sum();
        // One `PUT` is one chunk.
        let chunk = if self.setup.protocol == Protocol::Put { self.setup.size } else { CHUNK };
        let most = self.setup.size + failed.count() as u64 * chunk + lost;
        (sent > most).then(|| format!("{sent} bytes sent, at most {most} needed"))
    }
}
