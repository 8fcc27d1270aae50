//! `cargo xtask bench player` builds the pages and runs this.

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use reelway_bench::{
    chromium::Chromium,
    link::Speed,
    machine,
    player::{
        bars,
        candidate::{self, OURS},
        contest,
        host::Host,
        hover, media, report, visit,
    },
    report::put_into,
};
use tokio::runtime::Runtime;

/// Measures players.
#[derive(Parser)]
struct Options {
    /// The folder of the built pages.
    #[arg(long)]
    pages: PathBuf,
    /// Chromium.
    #[arg(long)]
    chrome: PathBuf,
    /// The folder for the media.
    #[arg(long)]
    files: PathBuf,
    /// The Markdown file that gets the tables.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Rounds on each link.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Runs on one link only.
    #[arg(long, value_enum)]
    only: Option<Network>,
    /// Who takes part, by name, with commas between.
    #[arg(long, value_delimiter = ',')]
    candidates: Vec<String>,
    /// Prints what was asked for when, of the last round.
    #[arg(long)]
    waterfalls: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Network {
    Cable,
    Mobile,
}

impl Network {
    /// What a person reads, how fast it is, and how much slower than this machine's is the processor behind it.
    fn of(self) -> (&'static str, Speed, f64) {
        let speed =
            |milliseconds, bytes_per_second| Speed { latency: Duration::from_millis(milliseconds), bytes_per_second };
        match self {
            Self::Cable => ("40 ms, 20 Mbit/s", speed(40, 2_500_000), 1.0),
            Self::Mobile => ("100 ms, 5 Mbit/s, processor 4 × slower", speed(100, 625_000), 4.0),
        }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("error: a bar is missed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all bars hold.
fn run(options: &Options) -> Result<bool> {
    let everyone = candidate::select(&options.candidates)?;
    let media = media::ensure(&options.files)?;
    let folders = [("site", options.pages.as_path()), ("media", media.as_path())];
    let pages = fs::read(options.pages.join("pages.json")).context("the pages were not built")?;
    let pages = serde_json::from_slice(&pages)?;
    let runtime = Runtime::new()?;
    let mut browser = Chromium::open(&options.chrome)?;
    let version = browser.version()?;
    let load = machine::load();

    let (mut contests, mut verdicts, mut hovers) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for network in [Network::Cable, Network::Mobile] {
        if options.only.is_some_and(|only| only != network) {
            continue;
        }
        let (title, speed, slowdown) = network.of();
        println!("==> {title}");
        let host = runtime.block_on(Host::start(&folders, speed))?;
        // The first visit of all finds a browser that has just started.
        if let Some(first) = everyone.first() {
            visit::visit(&mut browser, &host, *first, slowdown)?;
        }
        let how = (options.rounds, options.waterfalls);
        let contest = contest::hold(&mut browser, &host, (title, slowdown), &everyone, how)?;
        verdicts.extend(bars::on_first_frame(&contest));
        contests.push(contest);
        let ours = everyone.iter().find(|candidate| candidate.name == OURS);
        if let (Some(ours), Network::Cable) = (ours, network) {
            visit::visit(&mut browser, &host, *ours, slowdown)?;
            hovers = hover::measure(&mut browser)?;
            verdicts.push(bars::on_hover(&hovers));
        }
        last = Some(host);
    }
    let host = last.context("no link was measured")?;
    let extras = report::Extras { hover: &hovers, pages: &pages, host: &host };
    // The page's own line beside the player's does not count: it is the developer's.
    let page = host.size_of("/site/reelway/reelway.js").unwrap_or_default();
    let own = report::at_once(OURS, &extras).saturating_sub(page);
    if own > 0 {
        verdicts.push(bars::on_size(own));
    }
    let text = report::markdown(&contests, &extras, &verdicts, &version, &load)?;
    println!("\n{text}");
    if let Some(output) = &options.output {
        put_into(output, "player", &text)?;
    }
    Ok(verdicts.iter().all(bars::Bar::holds))
}
