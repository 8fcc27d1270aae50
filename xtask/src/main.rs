//! `cargo xtask demo | test | bench`: installs what is missing, builds, runs.
//!
//! It is the first thing compiled on a fresh machine, so it stays light.

mod backend;
mod bench;
mod book;
mod browser;
mod cache;
mod clients;
mod crates;
mod demo;
mod dist;
mod frontend;
mod js;
mod other_browsers;
mod packages;
mod process;
mod projects;
mod rustc_web;
mod small_std;
mod stamp;
mod step;
mod test;
mod tools;
mod vendor;
mod versions;
mod wasm_target;
mod workspace;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{bench::Bench, test::Suite};

/// Reelway's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what is missing, builds the page and the server, serves both.
    Demo {
        /// The port on 127.0.0.1.
        #[arg(long, default_value_t = 8787)]
        port: u16,
        /// Where videos and the database live.
        #[arg(long, default_value = ".reelway-data")]
        data_dir: PathBuf,
        /// Opens the page in the default browser.
        #[arg(long)]
        open: bool,
    },
    /// Installs what tests need on top and runs them all.
    Test {
        /// More cases where tests draw them at random.
        #[arg(long)]
        full: bool,
        /// Runs one suite.
        #[arg(long, value_enum)]
        only: Option<Suite>,
    },
    /// Measures, with other implementations beside ours.
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Builds the modules that pages in JavaScript load, into `target/js`. A release fails past the sizes of `budgets.toml`.
    BuildJs {
        /// Small, with brotli copies.
        #[arg(long)]
        release: bool,
        /// Builds one of them, `upload`, `player` or `npm`: the npm package.
        #[arg(long)]
        only: Option<String>,
    },
    /// Makes what is published: the npm package and the crates, into `target/dist`, and the book, into `target/book`. Prints
    /// what each entry of the npm package costs a page.
    Dist,
    /// Has Chromium run plain visits, and writes which functions of each entry they run into `www/first/`: these are loaded
    /// first, the others later.
    First,
    /// Builds the book of `docs/` into `target/book`.
    Book,
    /// Looks whether the pages of `docs/` that are generated are up to date.
    Docs {
        /// Writes them.
        #[arg(long)]
        write: bool,
    },
    /// Saves pictures of the page's main states: light and dark, narrow and wide.
    Screenshots {
        /// The folder that gets the PNG files.
        folder: PathBuf,
        /// The video that is uploaded for them. Default: one made by ffmpeg.
        #[arg(long)]
        video: Option<PathBuf>,
    },
    /// Waits until the demo answers, then opens it: `demo --open` starts this beside the server.
    #[command(hide = true)]
    OpenWhenServing { port: u16 },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // For a person at a terminal: the causes in one line, no backtrace.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo { port, data_dir, open } => demo::run(port, &data_dir, open),
        Task::Test { full, only } => test::run(full, only),
        Task::Bench { what } => bench::run(&what),
        Task::BuildJs { release, only } => {
            let build = if release { js::Build::Release } else { js::Build::Dev };
            js::build(&tools::Tools::for_the_page()?, wasm_target::Toolchain::ensure()?, build, only.as_deref())?;
            match only.as_deref() {
                Some("npm") if release => js::npm::check_sizes(),
                only if release => js::check_sizes(only.is_none()),
                _ => Ok(()),
            }
        }
        Task::Dist => dist::run(),
        Task::First => test::first(),
        Task::Book => book::build().map(drop),
        Task::Docs { write } => book::generate(write),
        Task::Screenshots { folder, video } => test::screenshots(&folder, video.as_deref()),
        Task::OpenWhenServing { port } => demo::open_when_serving(port),
    }
}
