//! Waiting for what comes in its own time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Asks again and again until there is an answer.
///
/// # Errors
/// As `ask`, or there is none within the time.
pub async fn until<T>(what: &str, within: Duration, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if started.elapsed() > within {
            bail!("waited {} s in vain: {what}", within.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// As [`until`], for what is true or not yet.
///
/// # Errors
/// As `ask`, or it does not become true within the time.
pub async fn until_true(what: &str, within: Duration, mut ask: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    until(what, within, async || Ok(ask().await?.then_some(()))).await
}
