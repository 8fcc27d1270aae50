//! The rounds: in each, everybody is visited once, and the order changes from round to round.

use anyhow::{Result, bail};

use super::{
    candidate::Candidate,
    host::Host,
    visit::{Sample, visit},
};
use crate::{chromium::Chromium, race::order};

/// What all rounds on one link gave.
pub struct Contest {
    /// What a person reads: which link.
    pub title: &'static str,
    /// Each candidate's samples, one a round.
    pub results: Vec<(Candidate, Vec<Sample>)>,
}

/// Runs the rounds. Prints what was asked for when, of the last of them, if `waterfalls`.
///
/// # Errors
/// A candidate shows no frame.
pub fn hold(
    browser: &mut Chromium,
    host: &Host,
    (title, slowdown): (&'static str, f64),
    candidates: &[Candidate],
    (rounds, waterfalls): (usize, bool),
) -> Result<Contest> {
    let mut results: Vec<(Candidate, Vec<Sample>)> = candidates.iter().map(|one| (*one, Vec::new())).collect();
    for round in 0..rounds {
        for index in order(candidates.len(), round) {
            let (candidate, samples) = &mut results[index];
            let sample = visit(browser, host, *candidate, slowdown)?;
            println!(
                "    round {} of {rounds}: {:12} first frame {:6.0} ms, {}p, main thread {:5.0} ms, {} bytes of code",
                round + 1,
                candidate.name,
                sample.first_frame,
                sample.rendition,
                sample.main_thread,
                sample.code,
            );
            if waterfalls && round + 1 == rounds {
                for answer in &sample.answers {
                    let sent = answer.sent.map_or_else(|| "under way".to_owned(), |sent| format!("{sent:6.0} ms"));
                    println!("        {:6.0} ms to {sent} {:8} {}", answer.asked, answer.bytes, answer.path);
                }
            }
            samples.push(sample);
        }
    }
    if results.iter().any(|(_, samples)| samples.is_empty()) {
        bail!("there must be a round");
    }
    Ok(Contest { title, results })
}

impl Contest {
    /// A candidate's samples.
    pub fn of(&self, name: &str) -> Option<&[Sample]> {
        let (_, samples) = self.results.iter().find(|(candidate, _)| candidate.name == name)?;
        Some(samples)
    }
}

/// The middle value, or the mean of the two middle ones.
pub fn median(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    quantile(samples.iter().map(value).collect(), 0.5)
}

/// The value below which this share of them lies, between the two nearest where it falls between.
pub fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = share * values.len().saturating_sub(1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    match (values.get(below), values.get(above)) {
        (Some(below), Some(above)) => below + (above - below) * place.fract(),
        _ => f64::NAN,
    }
}

/// The rendition that most visits began with.
pub fn usual_rendition(samples: &[Sample]) -> u32 {
    let count = |rendition: u32| samples.iter().filter(|sample| sample.rendition == rendition).count();
    samples.iter().map(|sample| sample.rendition).max_by_key(|rendition| count(*rendition)).unwrap_or(0)
}
