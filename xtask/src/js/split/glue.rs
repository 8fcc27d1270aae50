//! The JavaScript between a module's parts and the browser.

use anyhow::{Context, Result};

/// What all glue exports: `later` fetches the later part, `fill` gives it. A module in one part has none.
const WHOLE: &str = "\nexport async function later() {}\nexport function fill() {}\n";

/// Loads the later part: by the page once it has nothing else to do, or by a function that is called before.
const LATER: &str = include_str!("later.js");

/// The glue of a module that was not taken apart.
pub fn whole(glue: &str) -> String {
    format!("{glue}{WHOLE}")
}

/// The glue of a module that was taken apart, with its later part in this file beside it.
///
/// # Errors
/// It is not as wasm-bindgen writes it.
pub fn parted(glue: &str, file: &str) -> Result<String> {
    let glue = import(glue, super::LOADER, "fill")?;
    Ok(format!("{glue}\n{}", LATER.replace("LATER.wasm", file)))
}

/// The glue of a module that tells which functions it runs: their numbers are in `globalThis.reelwayMarks`.
///
/// # Errors
/// It is not as wasm-bindgen writes it.
pub fn marked(glue: &str) -> Result<String> {
    let tell = "(number) => (globalThis.reelwayMarks ??= new Set()).add(number)";
    // All that comes later is not to run.
    Ok(format!(
        "{}\nexport const later = () => new Promise(() => {{}});\nexport function fill() {{}}\n",
        import(glue, super::mark::TELL, tell)?
    ))
}

/// Has the wasm import one function more.
fn import(glue: &str, name: &str, function: &str) -> Result<String> {
    let start = "const import0 = {";
    let (before, after) = glue.split_once(start).context("the glue has no imports")?;
    Ok(format!("{before}{start}\n        \"{name}\": {function},{after}"))
}
