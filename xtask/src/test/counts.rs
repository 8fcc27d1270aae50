//! How many tests ran: read from the runners' own lines.

use std::{
    io::{BufRead, BufReader, Read},
    ops::AddAssign,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result};

use crate::process;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that passed.
    pub passed: u32,
    /// Those that did not.
    pub failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// What a check without tests of its own counts for: one.
    pub const fn of_check(succeeded: bool) -> Self {
        if succeeded { Self { passed: 1, failed: 0 } } else { Self { passed: 0, failed: 1 } }
    }

    /// A runner's summary (`test result: ok. 3 passed; 0 failed; …`), as libtest and wasm-bindgen's runner write it.
    fn in_line(line: &str) -> Option<Self> {
        let (_, summary) = line.split_once("test result: ")?;
        let number_of = |what: &str| {
            let (before, _) = summary.split_once(what)?;
            before.split_whitespace().next_back()?.parse().ok()
        };
        Some(Self { passed: number_of(" passed")?, failed: number_of(" failed")? })
    }

    /// A runner that failed without naming a failed test (it did not compile, it crashed) has failed once,
    /// and so has one that ran no test at all.
    fn judged(self, succeeded: bool) -> Self {
        let silent = if succeeded { self == Self::default() } else { self.failed == 0 };
        Self { failed: self.failed + u32::from(silent), ..self }
    }
}

/// Runs a test runner, passes its output on line by line, and counts.
///
/// # Errors
/// It can't be started.
pub fn run(command: &mut Command) -> Result<Counts> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", process::shown(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let counts = thread::scope(|scope| {
        let stderr = scope.spawn(|| pass_on(stderr, |line| eprint!("{line}")));
        let mut counts = pass_on(stdout, |line| print!("{line}"));
        counts += stderr.join().unwrap_or_default();
        counts
    });
    Ok(counts.judged(child.wait()?.success()))
}

fn pass_on(output: Option<impl Read>, show: impl Fn(&str)) -> Counts {
    let mut counts = Counts::default();
    let Some(output) = output else { return counts };
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    // What is not UTF-8 is shown as far as it can be.
    while output.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        show(&text);
        counts += Counts::in_line(&text).unwrap_or_default();
        line.clear();
    }
    counts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn libtests_summary_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.05s";
        assert_eq!(Counts::in_line(line), Some(Counts { passed: 12, failed: 3 }));
    }

    #[test]
    fn the_browser_runners_summary_is_counted() {
        let line = "    test result: ok. 7 passed; 0 failed; 0 ignored; 0 filtered out; finished in 1.20s\n";
        assert_eq!(Counts::in_line(line), Some(Counts { passed: 7, failed: 0 }));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["running 4 tests", "test upload::resumes ... ok", "test result: unknown", ""] {
            assert_eq!(Counts::in_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_runner_adds_up_all_its_binaries() {
        let summary = "test result: ok. 2 passed; 0 failed;";
        let counts = run(Command::new("sh").args(["-c", &format!("echo '{summary}'; echo '{summary}' >&2")])).unwrap();
        assert_eq!(counts, Counts { passed: 4, failed: 0 });
    }

    #[test]
    fn a_runner_that_ran_nothing_has_failed() {
        assert_eq!(run(&mut Command::new("true")).unwrap(), Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn a_runner_that_dies_after_passing_tests_has_failed() {
        let counts =
            run(Command::new("sh").args(["-c", "echo 'test result: ok. 2 passed; 0 failed;'; exit 101"])).unwrap();
        assert_eq!(counts, Counts { passed: 2, failed: 1 });
    }

    #[test]
    fn a_failed_test_is_not_counted_twice() {
        let counts =
            run(Command::new("sh").args(["-c", "echo 'test result: FAILED. 2 passed; 1 failed;'; exit 101"])).unwrap();
        assert_eq!(counts, Counts { passed: 2, failed: 1 });
    }
}
