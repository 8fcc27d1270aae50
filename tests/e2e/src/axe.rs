//! axe-core, which looks for what keeps people with disabilities from using a page.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{browser::Browser, contrast};

/// Its source.
pub struct Axe(String);

/// All rules that apply to what is on the page, and for each that is broken, where; and the elements whose contrast it
/// can't tell, since it does not know what is behind them.
const RUN: &str = "
    const { violations, incomplete, passes } = await axe.run(document, { resultTypes: ['violations', 'incomplete'] });
    const where = rule => rule.nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary);
    const unsure = incomplete.filter(rule => rule.id === 'color-contrast').flatMap(rule => rule.nodes);
    return {
        rules: passes.length, unsure: unsure.map(({ target }) => target),
        found: violations.map(rule => [rule.id, ...where(rule)].join('\\n    ')),
    };";

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

    /// Makes sure that it finds nothing on the page as it is. Where it is not sure of a contrast, it is
    /// [measured](contrast).
    ///
    /// # Errors
    /// It finds something, or does not run; or there is too little contrast.
    pub async fn finds_nothing(&self, browser: &Browser, state: &str) -> Result<()> {
        // First, for signs that come and go.
        let on_any_picture = contrast::of_player(browser).await.with_context(|| state.to_owned())?;
        // Not by a script element: the page's policy would refuse it.
        let body = format!("{};{RUN}", self.0);
        let told = browser.run(&body, Vec::new()).await.with_context(|| format!("axe-core does not run: {state}"))?;
        ensure!(told["rules"].as_u64().is_some_and(|rules| rules > 10), "{state}: axe-core had nothing to look at");
        let found: Vec<String> = serde_json::from_value(told["found"].clone())?;
        ensure!(found.is_empty(), "{state}: axe-core finds\n{}", found.join("\n"));
        let around = contrast::of(browser, &told["unsure"]).await.with_context(|| state.to_owned())?;
        println!("{state}: contrast of the player on any picture {on_any_picture:.2?}, around it {around:.2?}");
        Ok(())
    }
}
