//! axe-core, which looks for what keeps people with disabilities from using a page.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;

/// Its source.
pub struct Axe(String);

/// All rules that apply to what is on the page, and for each that is broken, where.
const RUN: &str = "
    const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
    const where = rule => rule.nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary);
    return { rules: passes.length, found: violations.map(rule => [rule.id, ...where(rule)].join('\\n    ')) };";

impl Axe {
    /// Reads it from where `cargo xtask test` has installed it.
    ///
    /// # Errors
    /// It is not there.
    pub fn load() -> Result<Self> {
        let folder = env::var_os("REELWAY_CLIENTS").map(PathBuf::from);
        let folder = folder.context("REELWAY_CLIENTS names no axe-core: run `cargo xtask test --only e2e`")?;
        Ok(Self(fs::read_to_string(folder.join("axe.min.js"))?))
    }

    /// Makes sure that it finds nothing on the page as it is.
    ///
    /// # Errors
    /// It finds something, or does not run.
    pub async fn finds_nothing(&self, browser: &Browser, state: &str) -> Result<()> {
        // Not by a script element: the page's policy would refuse it.
        let body = format!("{};{RUN}", self.0);
        let told = browser.run(&body, Vec::new()).await.with_context(|| format!("axe-core does not run: {state}"))?;
        ensure!(told["rules"].as_u64().is_some_and(|rules| rules > 10), "{state}: axe-core had nothing to look at");
        let found: Vec<String> = serde_json::from_value(told["found"].clone())?;
        ensure!(found.is_empty(), "{state}: axe-core finds\n{}", found.join("\n"));
        Ok(())
    }
}
