//! Many cases in one page, and the verdicts.

use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reelway_e2e::{
    engine::{Engine, Window},
    wait,
};
use reelway_fault_provider::{Provider, Session};
use serde_json::Value;
use thirtyfour::By;

use crate::case::{Case, Outcome};

/// Uploads that run side by side. WebKitGTK has 17 connections in all.
const AT_ONCE: usize = 6;
/// How much faster the clock of a page with patient cases runs.
pub const FAST: u32 = 20;
/// No page takes longer, however busy the machine is.
const LONGEST: Duration = Duration::from_secs(240);

/// A browser, and the provider whose page it shows.
pub struct Page {
    pub provider: Provider,
    window: Window,
    engine: Engine,
}

impl Page {
    /// Opens a browser of this engine.
    ///
    /// # Errors
    /// `REELWAY_JS` names no modules, or the browser does not start.
    pub async fn open(engine: Engine) -> Result<Self> {
        let provider = Provider::start(pages()?).await?;
        Ok(Self { provider, window: engine.open().await?, engine })
    }

    /// Loads the page anew.
    ///
    /// # Errors
    /// It does not load.
    pub async fn load(&self, speed: u32) -> Result<()> {
        self.window.goto(format!("{}/cases.html?speed={speed}", self.provider.url())).await?;
        wait::until_true("the page has loaded its modules", Duration::from_secs(60), async || {
            Ok(self.window.title().await? == "ready")
        })
        .await
    }

    /// Chooses a file of the disk, for orders that say `chosen`.
    ///
    /// # Errors
    /// The browser does not take it.
    pub async fn choose(&self, file: &Path) -> Result<()> {
        let input = self.window.find(By::Css("input[type=file]")).await?;
        input.send_keys(file.to_str().context("no path for a browser")?).await?;
        Ok(())
    }

    /// Lets the page begin uploads.
    ///
    /// # Errors
    /// The driver is gone.
    pub async fn begin(&self, orders: Vec<Value>) -> Result<()> {
        let begin = "window.begin(arguments[0], arguments[1]); return null";
        self.window.execute(begin, vec![orders.into(), AT_ONCE.into()]).await?;
        Ok(())
    }

    /// How so many uploads ended. One that does not end in time has no outcome.
    ///
    /// # Errors
    /// The driver is gone.
    pub async fn outcomes(&self, count: usize) -> Result<HashMap<usize, Outcome>> {
        let started = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let told = self.window.execute("return window.outcomes", vec![]).await?;
            let outcomes: HashMap<usize, Outcome> = told.convert()?;
            if outcomes.len() == count || started.elapsed() > LONGEST {
                return Ok(outcomes);
            }
        }
    }

    /// One upload, which is to end.
    ///
    /// # Errors
    /// As [`Page::outcomes`], or it does not.
    pub async fn outcome(&self) -> Result<Outcome> {
        self.outcomes(1).await?.into_values().next().context("the upload does not end")
    }
}

/// The folders of the tests' pages, and of the modules that they load.
///
/// # Errors
/// `REELWAY_JS` names none.
pub fn pages() -> Result<Vec<PathBuf>> {
    let modules = env::var_os("REELWAY_JS").map(PathBuf::from);
    let modules = modules.context("REELWAY_JS names no modules: run `cargo xtask test --only browsers`")?;
    Ok(vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages"), modules])
}

/// Runs them all in a browser of this engine.
///
/// # Errors
/// The page does not load, or a case ends wrongly: all that do are named.
pub async fn all(engine: Engine, cases: Vec<Case>) -> Result<()> {
    let started = Instant::now();
    let page = Page::open(engine).await?;
    let (fast, steady): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.fast);
    let count = fast.len() + steady.len();
    let mut wrong = in_page(&page, &steady, 1).await?;
    wrong.extend(in_page(&page, &fast, FAST).await?);
    println!("{engine:?}: {count} cases in {:.1} s, {} wrong", started.elapsed().as_secs_f64(), wrong.len());
    if !wrong.is_empty() {
        bail!("{engine:?}:\n{}", wrong.join("\n"));
    }
    Ok(())
}

async fn in_page(page: &Page, cases: &[Case], speed: u32) -> Result<Vec<String>> {
    let mut sessions: Vec<Arc<Session>> = Vec::new();
    for case in cases {
        sessions.push(page.provider.open(case.setup.clone()).await?);
    }
    let both = || cases.iter().zip(&sessions).enumerate();
    let orders: Vec<Value> = both().map(|(id, (case, session))| case.for_page(id, &session.target_url())).collect();
    page.load(speed).await?;
    page.begin(orders).await?;
    let outcomes = page.outcomes(cases.len()).await?;
    let mut wrong = Vec::new();
    for (id, (case, session)) in both() {
        let report = session.report();
        let (faults, time) = match outcomes.get(&id) {
            Some(outcome) => (case.judge(id, outcome, &report), outcome.milliseconds),
            None => (vec!["it does not end".to_owned()], 0),
        };
        println!("{:?} {time:6} ms  {}{}", page.engine, case.name, if faults.is_empty() { "" } else { "  WRONG" });
        if !faults.is_empty() {
            let log: Vec<_> = report.log.iter().map(ToString::to_string).collect();
            wrong.push(format!("- {}: {}\n    {}", case.name, faults.join("; "), log.join("\n    ")));
        }
        page.provider.close(session.id);
    }
    Ok(wrong)
}
