//! The tables.

use std::fmt::Write;

use anyhow::Result;

use super::{
    contest::{Contest, median, quantile, usual_rendition},
    host::Host,
};
use crate::{bars::Bar, machine, report::verdicts};

/// What was measured beside the contests.
pub struct Extras<'a> {
    /// Milliseconds of each move over the slider.
    pub hover: &'a [f64],
    /// What each page names in its HTML: files of its folder.
    pub pages: &'a serde_json::Value,
    /// Who has the files.
    pub host: &'a Host,
}

/// What was measured, as Markdown.
///
/// # Errors
/// A version is not pinned.
pub fn markdown(contests: &[Contest], extras: &Extras, bars: &[Bar], browser: &str, load: &str) -> Result<String> {
    let mut text = format!(
        "Measured on {} with {browser} on {}. Load when it began: {load}. Made by `cargo xtask bench player`.\n",
        machine::date(),
        machine::description(),
    );
    for contest in contests {
        let rounds = contest.results.first().map_or(0, |(_, samples)| samples.len());
        write!(text, "\n### {}: medians of {rounds} rounds\n\n", contest.title)?;
        text.push_str(&table(contest, extras)?);
    }
    if !extras.hover.is_empty() {
        let share = |share| quantile(extras.hover.to_vec(), share);
        writeln!(
            text,
            "\n### From a move over the time slider to the painted preview\n\n\
             {} moves, each to another tile: median {:.1} ms, 95th percentile {:.1} ms, slowest {:.1} ms.",
            extras.hover.len(),
            share(0.5),
            share(0.95),
            share(1.0),
        )?;
    }
    text.push_str(&verdicts(bars)?);
    Ok(text)
}

fn table(contest: &Contest, extras: &Extras) -> Result<String> {
    let mut text =
        "| Player | First frame | Fastest, slowest | Began with | Main thread | Code at once | Code until then |\n\
                    |---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for (candidate, samples) in &contest.results {
        let times = || samples.iter().map(|sample| sample.first_frame);
        writeln!(
            text,
            "| {} | {:.0} ms | {:.0}, {:.0} ms | {}p | {:.0} ms | {:.1} kB | {:.1} kB |",
            candidate.full_title()?,
            median(samples, |sample| sample.first_frame),
            times().fold(f64::MAX, f64::min),
            times().fold(0.0, f64::max),
            usual_rendition(samples),
            median(samples, |sample| sample.main_thread),
            at_once(candidate.name, extras) as f64 / 1000.0,
            median(samples, |sample| sample.code as f64) / 1000.0,
        )?;
    }
    Ok(text)
}

/// Bytes of what the page's HTML names.
pub fn at_once(name: &str, extras: &Extras) -> usize {
    let files = extras.pages[name].as_array().into_iter().flatten().filter_map(|file| file.as_str());
    files.filter_map(|file| extras.host.size_of(&format!("/site/{name}/{file}"))).sum()
}
