//! The rounds: in each, every candidate uploads the same file once, and the order changes from round to round.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{
    candidate::Candidate,
    chromium::Chromium,
    content::Content,
    process::MemoryWatch,
    sink::{Sink, Tally},
};

/// Longer than any candidate takes for any file here.
const PATIENCE: Duration = Duration::from_secs(600);

/// What one upload cost.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// By the page's clock, from handing over the file to the report of success.
    pub time: Duration,
    /// Of the renderer's main thread on a processor.
    pub main_thread: Duration,
    /// Of all threads of all browser processes on processors.
    pub processors: Duration,
    /// Bytes of all browser processes before it began.
    pub base: u64,
    /// The most bytes of all browser processes while it ran.
    pub peak: u64,
    /// All requests, preflights among them.
    pub requests: u32,
    /// Preflights.
    pub preflights: u32,
}

/// What all rounds on one link gave.
pub struct Race {
    /// What a person reads: which link.
    pub title: &'static str,
    /// The file's bytes.
    pub size: u64,
    /// Each candidate's samples, one a round.
    pub results: Vec<(Candidate, Vec<Sample>)>,
}

/// Where uploads run.
pub struct Track<'a> {
    /// The browser.
    pub browser: &'a mut Chromium,
    /// The address of the page with the candidates.
    pub page: &'a str,
    /// Where uploads go.
    pub sink: &'a Sink,
    /// What is uploaded.
    pub file: &'a Content,
}

impl Track<'_> {
    /// Each candidate uploads once, unmeasured, and the SHA-256 of what arrives must be the file's.
    ///
    /// # Errors
    /// A candidate fails, or what arrived is not the file.
    pub fn warm_up(&mut self, candidates: &[Candidate]) -> Result<()> {
        let expected = self.file.sha256()?;
        self.sink.keep_bytes(true);
        for candidate in candidates {
            let (_, tally) = self.upload(*candidate)?;
            if !matches!(&tally.finished[..], [upload] if upload.sha256 == Some(expected)) {
                bail!("{}: what arrived is not the file: {:?}", candidate.name, tally.finished);
            }
        }
        self.sink.keep_bytes(false);
        Ok(())
    }

    /// Runs the rounds.
    ///
    /// # Errors
    /// A candidate fails or does not deliver all bytes: there is no figure for half an upload.
    pub fn race(&mut self, title: &'static str, candidates: &[Candidate], rounds: usize) -> Result<Race> {
        let mut results: Vec<(Candidate, Vec<Sample>)> = candidates.iter().map(|one| (*one, Vec::new())).collect();
        for round in 0..rounds {
            for index in order(candidates.len(), round) {
                let (candidate, samples) = &mut results[index];
                let (sample, _) = self.upload(*candidate)?;
                println!("    round {} of {rounds}: {}", round + 1, line(candidate, &sample));
                samples.push(sample);
            }
        }
        Ok(Race { title, size: self.file.size, results })
    }

    /// One upload on a fresh page.
    fn upload(&mut self, candidate: Candidate) -> Result<(Sample, Tally)> {
        self.browser.go(self.page, "globalThis.bench?.ready === true")?;
        self.browser.choose_file("#file", &self.file.path)?;
        // The system may have put the file out of its cache since the last run.
        self.file.read()?;
        let base = self.settle()?;
        let processes = self.browser.processes();
        self.sink.take_tally();
        let watch = MemoryWatch::begin(processes);
        let all_before = processes.processors();
        let before = processes.renderer_main_threads()?;
        let call = format!("bench.run({}, {})", json!(candidate.name), json!(self.sink.origin()));
        let ran = self.browser.run(&call, PATIENCE);
        let main_thread = processes.renderer_main_threads()?.saturating_sub(before);
        let processors = processes.processors().saturating_sub(all_before);
        let peak = watch.peak()?;
        let ran = ran.with_context(|| format!("{} failed", candidate.name))?;
        let milliseconds = ran.as_f64().context("the page gives no time")?;
        let tally = self.sink.take_tally();
        if !matches!(&tally.finished[..], [upload] if upload.size == self.file.size) {
            bail!("{} reports success, but what arrived is {:?}", candidate.name, tally.finished);
        }
        let time = Duration::from_secs_f64(milliseconds / 1000.0);
        let (requests, preflights) = (tally.requests, tally.preflights);
        Ok((Sample { time, main_thread, processors, base, peak, requests, preflights }, tally))
    }

    /// Waits until the browser's memory stays as it is, and gives it: what the last candidate left must not count as the
    /// next one's base.
    fn settle(&mut self) -> Result<u64> {
        const STEADY: u64 = 1 << 20;
        self.browser.free_memory()?;
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut last = [0, u64::MAX, 0];
        while Instant::now() < deadline {
            thread::sleep(Duration::from_millis(100));
            last.rotate_left(1);
            last[2] = self.browser.processes().memory();
            let (least, most) = (last.iter().min().unwrap_or(&0), last.iter().max().unwrap_or(&0));
            if most - least < STEADY {
                break;
            }
        }
        Ok(last[2])
    }
}

/// Another one begins each round, and every second round goes backwards, so that nobody always follows the same one.
pub(crate) fn order(candidates: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..candidates).map(|place| (place + round) % candidates).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

fn line(candidate: &Candidate, sample: &Sample) -> String {
    format!(
        "{:14} {:7.3} s, main thread {:6.0} ms, processors {:5.2} s, memory {:5.1} MiB over {} MiB, {} requests",
        candidate.name,
        sample.time.as_secs_f64(),
        sample.main_thread.as_secs_f64() * 1000.0,
        sample.processors.as_secs_f64(),
        sample.extra_mib(),
        sample.base >> 20,
        sample.requests,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_runs_once_a_round_and_follows_different_ones() {
        assert_eq!(order(4, 0), [0, 1, 2, 3]);
        assert_eq!(order(4, 1), [0, 3, 2, 1]);
        assert_eq!(order(4, 2), [2, 3, 0, 1]);
    }
}
