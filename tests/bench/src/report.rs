//! The table, and how to read it.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    bars::{Bar, median},
    candidate::BASELINE,
    machine,
    race::{Race, Sample},
};

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
    text.push_str(&verdicts(bars)?);
    Ok(text)
}

/// The bars, as a table below its heading.
///
/// # Errors
/// None.
pub fn verdicts(bars: &[Bar]) -> Result<String> {
    if bars.is_empty() {
        return Ok(String::new());
    }
    let mut text = "\n### Bars\n\n| What | Measured | At most | |\n|---|---:|---:|---|\n".to_owned();
    for bar in bars {
        let Bar { what, measured, limit, unit, strictly } = bar;
        let below = if *strictly { "below " } else { "" };
        let verdict = if bar.holds() { "held" } else { "**missed**" };
        writeln!(text, "| {what} | {measured:.3} {unit} | {below}{limit} {unit} | {verdict} |")?;
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

/// Puts the report of a benchmark, `upload` or `player`, between its marks in a file. What is around them stays.
///
/// # Errors
/// The file can't be read or written, or has no marks.
pub fn put_into(file: &Path, name: &str, report: &str) -> Result<()> {
    let content = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let marks = || format!("{} lacks the marks of the benchmark", file.display());
    let [begin, end] = marks_of(name);
    let (before, rest) = content.split_once(&begin).with_context(marks)?;
    let (_, after) = rest.split_once(&end).with_context(marks)?;
    fs::write(file, format!("{before}{begin}\n{report}\n{end}{after}"))?;
    Ok(())
}

fn marks_of(name: &str) -> [String; 2] {
    ["begin", "end"].map(|place| format!("<!-- cargo xtask bench {name}: {place} -->\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_report_replaces_the_last_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("benchmarks.md");
        let [begin, end] = marks_of("upload");
        fs::write(&file, format!("# Benchmarks\n\n{begin}\nold\n\n{end}\nHow to read it.\n")).unwrap();

        put_into(&file, "upload", "new\n").unwrap();
        put_into(&file, "upload", "newest\n").unwrap();

        let content = fs::read_to_string(&file).unwrap();
        assert_eq!(content, format!("# Benchmarks\n\n{begin}\nnewest\n\n{end}\nHow to read it.\n"));
    }

    #[test]
    fn a_file_without_marks_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("benchmarks.md");
        fs::write(&file, "# Benchmarks\n").unwrap();

        assert!(put_into(&file, "player", "new\n").is_err());

        assert_eq!(fs::read_to_string(&file).unwrap(), "# Benchmarks\n");
    }

    #[test]
    fn this_repositorys_page_has_the_marks() {
        let page = include_str!("../../../docs/benchmarks.md");
        for name in ["upload", "player"] {
            let [begin, end] = marks_of(name);
            assert!(page.split_once(&begin).is_some_and(|(_, rest)| rest.contains(&end)), "{name}");
        }
    }
}
