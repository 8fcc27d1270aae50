//! From a pointer's move over the time slider to the frame that paints the preview.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::media;
use crate::chromium::Chromium;

/// Moves that are measured.
const MOVES: u32 = 120;

const SOON: Duration = Duration::from_secs(30);

/// Each pointer move over the slider is followed to the end of the frame after it: a message that is posted in an animation
/// frame arrives when that frame has been painted. Only then is the canvas looked at: reading it costs.
const WATCH: &str = r#"
(() => {
  const slider = document.querySelector('[part~="time-slider"]');
  const bounds = slider.getBoundingClientRect();
  const channel = new MessageChannel();
  let painted;
  channel.port1.onmessage = () => painted();
  slider.addEventListener("pointermove", () => {
    const began = performance.now();
    requestAnimationFrame(() => {
      painted = () => {
        const time = performance.now() - began;
        const canvas = document.querySelector('[part~="preview-image"]');
        const at = [canvas.width / 2, canvas.height / 2, 1, 1];
        const [red, green] = canvas.width ? canvas.getContext("2d").getImageData(...at).data : [];
        globalThis.hovered?.({ time, red, green, open: !canvas.hidden });
      };
      channel.port2.postMessage(null);
    });
  }, { capture: true });
  globalThis.nextHover = () => { globalThis.hover = new Promise((resolve) => { globalThis.hovered = resolve; }); };
  return { left: bounds.left, width: bounds.width, y: bounds.top + bounds.height / 2 };
})()
"#;

/// Milliseconds of each move, on the page where Reelway plays.
///
/// # Errors
/// There is no slider, or a move is not followed by the preview of its place.
pub fn measure(browser: &mut Chromium) -> Result<Vec<f64>> {
    wait_for_sheet(browser)?;
    let slider = browser.run(WATCH, SOON)?;
    let number = |name: &str| slider[name].as_f64().with_context(|| format!("no {name} of the slider"));
    let (left, width, y) = (number("left")?, number("width")?, number("y")?);
    let mut times = Vec::new();
    for step in 0..MOVES {
        // Far from the last place, and never on the border of two tiles.
        let tile = (step * 37 + 11) % 100;
        let share = (f64::from(tile) + 0.5) / 100.0;
        browser.run("nextHover()", SOON)?;
        browser.move_mouse(left + share * width, y)?;
        let hover = browser.run("hover", SOON)?;
        let expected = media::colour_of(media::tile_at(share));
        if hover["red"] != expected.0 || hover["green"] != expected.1 || hover["open"] != true {
            bail!("a frame after the pointer moved to tile {tile} the preview shows {hover}, not {}", json!(expected));
        }
        times.push(hover["time"].as_f64().context("no time")?);
    }
    Ok(times)
}

/// Sheets come after the first frame, when nothing else is wanted.
fn wait_for_sheet(browser: &mut Chromium) -> Result<()> {
    let asked = "new Promise((resolve) => { const look = () => performance.getEntriesByType('resource')\
                 .some(({ name, responseEnd }) => name.endsWith('sheet.png') && responseEnd) ? setTimeout(resolve, 500, true) \
                 : setTimeout(look, 50); look(); })";
    browser.run(asked, SOON).context("the storyboard's sheet was never asked for")?;
    Ok(())
}
