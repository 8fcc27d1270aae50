//! The examples of `www/examples`, and pages with custom elements as other people may write them.
//!
//! - [`example`]: an example that is served, and how to find one's way on it.
//! - [`work`]: each does what it is there for. [`a11y`]: for everyone. [`keyboard`]: without a mouse.
//! - [`crowd`]: many elements on one page. [`mux_uploader`]: a page that was written for another element.
//! - [`types`]: what frameworks with templates tell of slips in them.

#![allow(clippy::unwrap_used)]

mod a11y;
mod crowd;
mod example;
mod keyboard;
mod mux_uploader;
mod types;
mod work;
