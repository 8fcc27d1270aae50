//! The table, and how to read it.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    bars::{Bar, median},
    candidate::BASELINE,
    machine,
    race::{Race, Sample},
};

const BEGIN: &str = "<!-- cargo xtask bench upload: begin -->\n";
const END: &str = "<!-- cargo xtask bench upload: end -->\n";

/// What was measured, as Markdown.
///
/// # Errors
/// A version is not pinned.
pub fn markdown(races: &[Race], bars: &[Bar], browser: &str, load: &str) -> Result<String> {
    let mut text = format!(
        "Measured on {} with {browser} on {}. Load when it began: {load}. Made by `cargo xtask bench upload`.\n",
        machine::date(),
        machine::description(),
    );
    for race in races {
        let rounds = race.results.first().map_or(0, |(_, samples)| samples.len());
        write!(text, "\n### {}: {} MiB, medians of {rounds} rounds\n\n", capital(race.title), race.size >> 20)?;
        text.push_str(&table(race)?);
    }
    if !bars.is_empty() {
        text.push_str("\n### Bars\n\n| What | Measured | At most | |\n|---|---:|---:|---|\n");
        for bar in bars {
            let Bar { what, measured, limit, unit, strictly } = bar;
            let below = if *strictly { "below " } else { "" };
            let verdict = if bar.holds() { "held" } else { "**missed**" };
            writeln!(text, "| {what} | {measured:.3} {unit} | {below}{limit} {unit} | {verdict} |")?;
        }
    }
    Ok(text)
}

fn table(race: &Race) -> Result<String> {
    let mut text = "| Client | Protocol | Time | Slowest, fastest | Of the `fetch` PUT | MiB/s | Main thread | Processors | Memory | Requests |\n\
                    |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    let baseline = race.time_of(BASELINE).unwrap_or(f64::NAN);
    for (candidate, samples) in &race.results {
        let time = median(samples, Sample::seconds);
        let times = samples.iter().map(Sample::seconds);
        let slowest = times.clone().fold(0.0, f64::max);
        let fastest = times.fold(f64::MAX, f64::min);
        let requests = median(samples, |sample| f64::from(sample.requests));
        let preflights = median(samples, |sample| f64::from(sample.preflights));
        writeln!(
            text,
            "| {}{} | {} | {time:.2} s | {slowest:.2}, {fastest:.2} s | {:.3} | {:.0} | {:.0} ms | {:.2} s | +{:.1} MiB | {} + {preflights} |",
            candidate.title,
            candidate.version()?.map(|version| format!(" {version}")).unwrap_or_default(),
            candidate.protocol,
            time / baseline,
            race.size as f64 / f64::from(1 << 20) / time,
            median(samples, Sample::main_thread_seconds) * 1000.0,
            median(samples, |sample| sample.processors.as_secs_f64()),
            median(samples, Sample::extra_mib),
            requests - preflights,
        )?;
    }
    Ok(text)
}

fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Puts the report between its marks in a file. What is around them stays.
///
/// # Errors
/// The file can't be read or written, or has no marks.
pub fn put_into(file: &Path, report: &str) -> Result<()> {
    let content = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let marks = || format!("{} lacks the marks of the benchmark", file.display());
    let (before, rest) = content.split_once(BEGIN).with_context(marks)?;
    let (_, after) = rest.split_once(END).with_context(marks)?;
    fs::write(file, format!("{before}{BEGIN}\n{report}\n{END}{after}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_report_replaces_the_last_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("benchmarks.md");
        fs::write(&file, format!("# Benchmarks\n\n{BEGIN}\nold\n\n{END}\nHow to read it.\n")).unwrap();

        put_into(&file, "new\n").unwrap();
        put_into(&file, "newest\n").unwrap();

        let content = fs::read_to_string(&file).unwrap();
        assert_eq!(content, format!("# Benchmarks\n\n{BEGIN}\nnewest\n\n{END}\nHow to read it.\n"));
    }

    #[test]
    fn a_file_without_marks_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("benchmarks.md");
        fs::write(&file, "# Benchmarks\n").unwrap();

        assert!(put_into(&file, "new\n").is_err());

        assert_eq!(fs::read_to_string(&file).unwrap(), "# Benchmarks\n");
    }

    #[test]
    fn this_repositorys_page_has_the_marks() {
        let page = include_str!("../../../docs/benchmarks.md");
        assert!(page.split_once(BEGIN).is_some_and(|(_, rest)| rest.contains(END)));
    }
}
