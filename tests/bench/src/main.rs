//! `cargo xtask bench upload` builds the page and runs this.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{Router, body::Body, extract, http::header, response::IntoResponse, routing::get};
use clap::{Parser, ValueEnum};
use reelway_bench::{
    bars, candidate,
    chromium::Chromium,
    content::Content,
    machine, race, report,
    sink::{Sink, Speed},
};
use tokio::{net::TcpListener, runtime::Runtime};

/// Measures uploads.
#[derive(Parser)]
struct Options {
    /// The folder of the built page.
    #[arg(long)]
    page: PathBuf,
    /// Chromium.
    #[arg(long)]
    chrome: PathBuf,
    /// The folder for the files that are uploaded.
    #[arg(long)]
    files: PathBuf,
    /// The Markdown file that gets the tables.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Rounds on loopback.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Rounds on the slow link.
    #[arg(long, default_value_t = 3)]
    slow_rounds: usize,
    /// MiB of the file on loopback.
    #[arg(long, default_value_t = 1024)]
    size: u64,
    /// MiB of the file on the slow link, where 128 take a client a quarter of a minute.
    #[arg(long, default_value_t = 128)]
    slow_size: u64,
    /// Runs on one link only.
    #[arg(long, value_enum)]
    only: Option<LinkKind>,
    /// Who takes part, by name, with commas between.
    #[arg(long, value_delimiter = ',')]
    candidates: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LinkKind {
    Loopback,
    Slow,
}

/// 80 ms a request, 80 Mbit/s.
const SLOW: Speed = Speed { latency: Duration::from_millis(80), bytes_per_second: 10_000_000 };

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
    let wanted = |link| options.only.is_none_or(|only| only == link);
    let everyone = candidate::select(&options.candidates)?;
    let patient: Vec<_> = everyone.iter().copied().filter(|candidate| candidate.on_slow_link).collect();
    let large = Content::ensure(&options.files, options.size << 20)?;
    let small = Content::ensure(&options.files, options.slow_size << 20)?;

    let runtime = Runtime::new()?;
    let page = runtime.block_on(serve(&options.page))?;
    let fast = runtime.block_on(Sink::start(None))?;
    let slow = runtime.block_on(Sink::start(Some(SLOW)))?;
    let mut browser = Chromium::open(&options.chrome)?;
    let version = browser.version()?;
    let load = machine::load();

    println!("==> Each client uploads once, and the bytes are compared");
    let mut track = race::Track { browser: &mut browser, page: &page, sink: &fast, file: &small };
    track.warm_up(&everyone)?;
    let (mut races, mut bars) = (Vec::new(), Vec::new());
    if wanted(LinkKind::Loopback) {
        println!("==> Loopback, {} MiB", options.size);
        track.file = &large;
        let race = track.race("loopback", &everyone, options.rounds)?;
        bars.extend(bars::on_loopback(&race));
        races.push(race);
    }
    if wanted(LinkKind::Slow) {
        println!("==> 80 ms and 80 Mbit/s, {} MiB", options.slow_size);
        (track.file, track.sink) = (&small, &slow);
        let race = track.race("80 ms, 80 Mbit/s", &patient, options.slow_rounds)?;
        bars.extend(bars::on_slow_link(&race));
        races.push(race);
    }
    let text = report::markdown(&races, &bars, &version, &load)?;
    println!("\n{text}");
    if let Some(output) = &options.output {
        report::put_into(output, "upload", &text)?;
    }
    Ok(bars.iter().all(bars::Bar::holds))
}

/// Serves the files of a folder, and gives the address of its page.
async fn serve(folder: &Path) -> Result<String> {
    let folder = folder.to_owned();
    let router = Router::new().route(
        "/{file}",
        get(async move |extract::Path(file): extract::Path<String>| {
            // One name, no path: nothing outside of the folder can be asked for.
            let content = tokio::fs::read(folder.join(Path::new(&file).file_name().unwrap_or_default())).await;
            let kind = match file.rsplit('.').next() {
                Some("html") => "text/html",
                Some("js") => "text/javascript",
                Some("wasm") => "application/wasm",
                _ => "application/octet-stream",
            };
            content.map_or_else(
                |_| axum::http::StatusCode::NOT_FOUND.into_response(),
                |content| ([(header::CONTENT_TYPE, kind)], Body::from(content)).into_response(),
            )
        }),
    );
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr().context("the page has no address")?;
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(format!("http://{address}/index.html"))
}
