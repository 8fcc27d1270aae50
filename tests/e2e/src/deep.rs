//! A page with custom elements, as a person sees it: what is in their shadow roots is on the page like all else.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::WebElement;

use crate::{browser::Browser, page::SOON, wait};

/// What scripts have: all elements, the first that a selector finds, the first of those in sight, and all words in sight.
const TOOLS: &str = "
    const all = (root = document) =>
        [...root.querySelectorAll('*')].flatMap(each => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
    const find = (selector) => all().find(each => each.matches(selector));
    const seen = (selector) => all().find(each =>
        each.matches(selector) && each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length > 0);
    const media = () => all().find(each => each.matches('video[part~=video]'));
    const words = () => all().filter(each => !each.matches('script, style') && each.checkVisibility({ visibilityProperty: true }))
        .flatMap(each => [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()))
        .filter(Boolean).join(' ').replace(/\\s+/g, ' ');";

/// Runs a function body that has `all`, `find`, `seen`, `media` and `words`.
///
/// # Errors
/// It throws.
pub async fn run(browser: &Browser, body: &str, arguments: Vec<Value>) -> Result<Value> {
    browser.run(&format!("{TOOLS}{body}"), arguments).await
}

/// Waits until an expression of those is true.
///
/// # Errors
/// It does not become true within the time.
pub async fn until(browser: &Browser, what: &str, within: Duration, expression: &str) -> Result<()> {
    let body = format!("return Boolean({expression});");
    let waited = wait::until_true(what, within, async || Ok(run(browser, &body, Vec::new()).await? == json!(true)));
    match waited.await {
        Ok(()) => Ok(()),
        Err(error) => {
            let video = "const video = media(); return video ? [video.currentTime, video.paused, video.readyState, video.currentSrc] : null;";
            let video = run(browser, video, Vec::new()).await?;
            Err(error.context(format!("the video: {video}; the page says: {}", words(browser).await?)))
        }
    }
}

/// All words in sight.
///
/// # Errors
/// The driver fails.
pub async fn words(browser: &Browser) -> Result<String> {
    Ok(run(browser, "return words();", Vec::new()).await?.as_str().unwrap_or_default().to_owned())
}

/// The first element in sight that a selector finds.
///
/// # Errors
/// There is none within [`SOON`].
pub async fn visible(browser: &Browser, selector: &str) -> Result<WebElement> {
    first(browser, "seen", selector).await
}

async fn first(browser: &Browser, tool: &str, selector: &str) -> Result<WebElement> {
    let found = wait::until(selector, SOON, async || {
        let script = format!("{TOOLS} return {tool}(arguments[0]) ?? null;");
        let answer = browser.execute(&script, vec![json!(selector)]).await?;
        if answer.json().is_null() { Ok(None) } else { Ok(Some(answer.element()?)) }
    });
    match found.await {
        Ok(found) => Ok(found),
        Err(error) => Err(error.context(format!("the page says: {}", words(browser).await?))),
    }
}

/// Presses what a selector finds in sight, as it is when it is pressed.
///
/// # Errors
/// There is none within [`SOON`].
pub async fn press(browser: &Browser, selector: &str) -> Result<()> {
    wait::until_true(&format!("{selector} is pressed"), SOON, async || {
        // A row may be drawn anew between the two.
        Ok(visible(browser, selector).await?.click().await.is_ok())
    })
    .await
}

/// Chooses a file, as the file dialog does.
///
/// # Errors
/// The page takes none.
pub async fn choose(browser: &Browser, file: &Path) -> Result<()> {
    let path = file.to_str().context("the file's name is no text")?;
    // The input itself may be out of sight: a button stands for it.
    let input = first(browser, "find", "input[type=file]:not([disabled], [part~=again])").await?;
    Ok(input.send_keys(path).await?)
}

/// Waits until the video on the page has played for a moment from where it is now.
///
/// # Errors
/// It does not.
pub async fn plays(browser: &Browser) -> Result<()> {
    let from = run(browser, "return media()?.currentTime ?? 0;", Vec::new()).await?;
    let played =
        format!("media()?.currentTime > {} && media().videoWidth > 0", from.as_f64().unwrap_or_default() + 0.3);
    until(browser, "the video plays", SOON, &played).await
}

/// Plays the video on the page, unless it does so by itself.
///
/// # Errors
/// It does not play.
pub async fn play(browser: &Browser) -> Result<()> {
    let by_itself = until(browser, "it plays by itself", Duration::from_secs(2), "!media().paused").await;
    if by_itself.is_err() {
        press(browser, "[part~=big-play], [part~=play]").await?;
    }
    plays(browser).await
}
