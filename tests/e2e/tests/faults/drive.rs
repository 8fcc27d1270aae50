//! Many cases in one page, and the verdicts.

use std::{
    collections::HashMap,
    env,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reelway_e2e::{
    engine::{Engine, Window},
    wait,
};
use reelway_fault_provider::{Provider, Session};

use crate::case::{Case, Outcome};

/// Uploads that run side by side. WebKitGTK has 17 connections in all.
const AT_ONCE: usize = 6;
/// How much faster the clock of a page with patient cases runs.
const FAST: u32 = 20;
/// No page takes longer, however busy the machine is.
const LONGEST: Duration = Duration::from_secs(240);

/// Runs them all in a browser of this engine.
///
/// # Errors
/// The page does not come to an end, or a case ends wrongly: all that do are named.
pub async fn all(engine: Engine, cases: Vec<Case>) -> Result<()> {
    let started = Instant::now();
    let modules = env::var_os("REELWAY_JS").map(PathBuf::from);
    let modules = modules.context("REELWAY_JS names no modules: run `cargo xtask test --only browsers`")?;
    let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages");
    let provider = Provider::start(vec![pages, modules]).await?;
    let window = engine.open().await?;
    let (fast, steady): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.fast);
    let mut wrong = Vec::new();
    let mut count = 0;
    for (cases, speed) in [(steady, 1), (fast, FAST)] {
        count += cases.len();
        wrong.extend(in_page(engine, &provider, &window, cases, speed).await?);
    }
    println!("{engine:?}: {count} cases in {:.1} s, {} wrong", started.elapsed().as_secs_f64(), wrong.len());
    if !wrong.is_empty() {
        bail!("{engine:?}:\n{}", wrong.join("\n"));
    }
    Ok(())
}

async fn in_page(
    engine: Engine,
    provider: &Provider,
    window: &Window,
    cases: Vec<Case>,
    speed: u32,
) -> Result<Vec<String>> {
    let mut sessions: Vec<Arc<Session>> = Vec::new();
    let mut orders = Vec::new();
    for (id, case) in cases.iter().enumerate() {
        let session = provider.open(case.setup.clone()).await?;
        orders.push(case.for_page(id, &session.target_url()));
        sessions.push(session);
    }
    window.goto(format!("{}/cases.html?speed={speed}", provider.url())).await?;
    wait::until_true("the page has loaded its modules", Duration::from_secs(60), async || {
        Ok(window.title().await? == "ready")
    })
    .await?;
    let begin = "window.begin(arguments[0], arguments[1]); return null";
    window.execute(begin, vec![orders.into(), AT_ONCE.into()]).await?;
    let mut outcomes = HashMap::new();
    let ended = wait::until_true("every upload has ended", LONGEST, async || {
        let told = window.execute("return window.outcomes", vec![]).await?;
        outcomes = told.convert::<HashMap<usize, Outcome>>()?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(outcomes.len() == sessions.len())
    });
    // Those that did not end are named with the others.
    let ended = ended.await;
    let mut wrong = Vec::new();
    for (id, (case, session)) in cases.iter().zip(&sessions).enumerate() {
        let report = session.report();
        let (faults, time) = match outcomes.get(&id) {
            Some(outcome) => (case.judge(id, outcome, &report), outcome.milliseconds),
            None => (vec!["it does not end".to_owned()], 0),
        };
        println!("{engine:?} {time:6} ms  {}{}", case.name, if faults.is_empty() { "" } else { "  WRONG" });
        if !faults.is_empty() {
            let log: Vec<_> = report.log.iter().map(ToString::to_string).collect();
            wrong.push(format!("- {}: {}\n    {}", case.name, faults.join("; "), log.join("\n    ")));
        }
        provider.close(session.id);
    }
    if wrong.is_empty() {
        ended?;
    }
    Ok(wrong)
}
