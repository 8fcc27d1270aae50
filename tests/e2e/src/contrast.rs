//! How well text and icons can be told from what lies behind them, whatever picture the player shows.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::browser::Browser;

/// Something to be read, or an icon.
#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
    /// WCAG 2.2: 4.5 for text (1.4.3), 3 for what is no text (1.4.11).
    least: f64,
    /// Red, green and blue from 0 to 255, and how much of it there is.
    ink: [f64; 4],
    /// Left, top, width and height in CSS pixels of the viewport.
    boxes: Vec<[f64; 4]>,
}

/// The worst pictures: no other is farther from black text, or from white.
const PICTURES: [&str; 2] = ["#fff", "#000"];

/// How many texts and icons were measured, and their least contrast.
#[derive(Debug)]
pub struct Measured {
    /// All of them.
    pub count: usize,
    /// Of text.
    pub text: f64,
    /// Of icons.
    pub icons: f64,
}

/// Measures all text and every icon of the player, on a white picture and on a black one.
///
/// # Errors
/// Something has too little contrast, or is out of sight.
pub async fn of_player(browser: &Browser) -> Result<Measured> {
    measure(browser, "contrast.player()", &Value::Null).await
}

/// Measures the text of these elements outside of players, named as axe-core names them.
///
/// # Errors
/// Something has too little contrast, or is out of sight.
pub async fn of(browser: &Browser, targets: &Value) -> Result<Measured> {
    measure(browser, "contrast.around(arguments[0])", targets).await
}

async fn measure(browser: &Browser, list: &str, targets: &Value) -> Result<Measured> {
    browser.run(include_str!("contrast.js"), Vec::new()).await?;
    let list = format!("await contrast.settled(); return {list};");
    let items: Vec<Item> = serde_json::from_value(browser.run(&list, vec![targets.clone()]).await?)?;
    let mut measured = Measured { count: items.len(), text: f64::INFINITY, icons: f64::INFINITY };
    if items.is_empty() {
        return Ok(measured);
    }
    let mut found = Vec::new();
    for picture in PICTURES {
        browser.run("contrast.bare(arguments[0]);", vec![json!(picture)]).await?;
        let photo = browser.devtools("Page.captureScreenshot", json!({ "format": "png" })).await;
        browser.run("contrast.dress();", Vec::new()).await?;
        let measure = "return contrast.measure(...arguments);";
        let ratios = browser.run(measure, vec![photo?["data"].clone(), serde_json::to_value(&items)?]).await?;
        let ratios: Vec<Option<f64>> = serde_json::from_value(ratios)?;
        for (item, ratio) in items.iter().zip(ratios) {
            match ratio {
                Some(ratio) => {
                    let least = if item.least < 4.5 { &mut measured.icons } else { &mut measured.text };
                    *least = least.min(ratio);
                    if ratio < item.least {
                        found.push(format!("{ratio:.2} on {picture}, {} is needed: {}", item.least, item.name));
                    }
                }
                None => found.push(format!("out of sight: {}", item.name)),
            }
        }
    }
    ensure!(found.is_empty(), "too little contrast:\n    {}", found.join("\n    "));
    Ok(measured)
}
