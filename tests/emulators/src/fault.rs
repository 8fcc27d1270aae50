//! What goes wrong on request: a test says which of the next answers are spoiled, and how.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Spoils some of the next answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// Only this host's: `api`, `upload`, `stream` … None: any.
    #[serde(default)]
    pub host: Option<String>,
    /// Only this method's. None: any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only of paths that contain this.
    #[serde(default)]
    pub path: String,
    /// Answers that are let through first.
    #[serde(default)]
    pub skip: u32,
    /// Answers that are spoiled then.
    #[serde(default = "once")]
    pub times: u32,
    /// How.
    pub spoil: Spoil,
}

const fn once() -> u32 {
    1
}

/// How an answer is spoiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoil {
    /// Another status, and nothing is done.
    Status {
        /// The status.
        status: u16,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        /// The body. Empty: none.
        #[serde(default)]
        body: String,
    },
    /// It is done, and answered this many milliseconds late.
    Late {
        /// Milliseconds.
        ms: u64,
    },
    /// It is done, and half of the answer's body is cut off.
    Truncated,
    /// It is done, and the answer's body is this instead.
    Body {
        /// The other body.
        body: String,
    },
    /// The connection is reset, and nothing is done.
    Reset,
    /// It is done, and the connection is reset instead of an answer.
    Unanswered,
}

impl Fault {
    /// The next answer.
    pub fn next(spoil: Spoil) -> Self {
        Self { host: None, method: None, path: String::new(), skip: 0, times: 1, spoil }
    }

    /// Only this host's.
    #[must_use]
    pub fn of_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// Only requests of this method whose path contains this.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        (self.method, self.path) = (Some(method.to_owned()), path.to_owned());
        self
    }

    /// Several answers.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn befalls(&self, host: &str, method: &str, path: &str) -> bool {
        self.host.as_deref().is_none_or(|only| only == host)
            && self.method.as_deref().is_none_or(|only| only.eq_ignore_ascii_case(method))
            && path.contains(&self.path)
    }
}

/// All faults that are still to come. A clone is the same list.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Adds one.
    pub fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes the fault that befalls a request. The first that was added wins.
    pub fn take(&self, host: &str, method: &str, path: &str) -> Option<Spoil> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in faults.iter_mut().filter(|fault| fault.times > 0 && fault.befalls(host, method, path)) {
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            return Some(fault.spoil.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_befalls_what_it_names_and_then_is_over() {
        let faults = Faults::default();
        faults.add(Fault { skip: 1, ..Fault::next(Spoil::Reset).of_host("api").on("GET", "/assets") });

        assert_eq!(faults.take("api", "GET", "/assets/1"), None, "the first is let through");
        assert_eq!(faults.take("upload", "GET", "/assets/1"), None);
        assert_eq!(faults.take("api", "POST", "/assets/1"), None);
        assert_eq!(faults.take("api", "GET", "/assets/1"), Some(Spoil::Reset));
        assert_eq!(faults.take("api", "GET", "/assets/1"), None, "it was for one answer");
    }
}
