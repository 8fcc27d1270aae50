//! Reelway in the browser.
