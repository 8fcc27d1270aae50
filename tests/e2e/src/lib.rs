//! Whole-system tests: the server as it is released, and the page in a real Chromium.
//!
//! - [`server`]: the server's process: started, killed, started again on the same data.
//! - [`api`]: the server's HTTP interface, as a program uses it.
//! - [`browser`]: Chromium, with what only Chromium can.
//! - [`engine`]: Chromium, Firefox and WebKitGTK, with what all can.
//! - [`driver`]: the process that speaks WebDriver for a browser.
//! - [`page`]: the page, as a person finds their way on it.
//! - [`player`]: the player on it.
//! - [`service`]: where videos may go, and its configuration. [`film`]: what plays there.
//! - [`media`]: files to upload, and what ffmpeg's tools say of them.
//! - [`axe`]: what looks for barriers on a page. [`contrast`]: measured, where it can't tell.
//! - [`streams`]: HLS streams to play. [`cdn`]: where they are.
//! - [`canary`]: a file and a server that nothing may read.
//! - [`shelf`]: a site that has the npm package.
//! - [`site`]: a page of someone else's. [`host`]: as its maker serves it. [`deep`]: a page with custom elements.
//! - [`stream`]: a page with a player, and a stream beside it that counts its requests.
//! - [`stage`]: the page with a player on any stream and any storyboard.
//! - [`scrubber`]: a person who scrubs.
//! - [`proxy`]: between the page and the server: lets a stream fail. [`token`]: what it checks in URLs.
//! - [`trace`]: what a page's thread does, task by task.
//! - [`vendor`]: other people's servers.
//! - [`wait`]: waiting for what comes in its own time.
//!
//! `cargo xtask test --only e2e` builds what they need and runs them.

pub mod api;
pub mod axe;
pub mod browser;
pub mod canary;
pub mod cdn;
pub mod contrast;
pub mod deep;
pub mod driver;
pub mod engine;
pub mod film;
pub mod host;
pub mod media;
pub mod page;
pub mod player;
pub mod proxy;
pub mod scrubber;
pub mod server;
pub mod service;
pub mod shelf;
pub mod site;
pub mod stage;
pub mod stream;
pub mod streams;
pub mod token;
pub mod trace;
pub mod vendor;
pub mod wait;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

static TURN: RwLock<()> = RwLock::const_new(());

/// Tests share the machine's processors, and some measure time: each waits for its turn.
pub async fn turn() -> RwLockWriteGuard<'static, ()> {
    TURN.write().await
}

/// The turn of a test that mostly waits for the clock: others like it may have theirs at the same time.
pub async fn idle_turn() -> RwLockReadGuard<'static, ()> {
    TURN.read().await
}
