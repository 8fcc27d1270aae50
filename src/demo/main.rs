//! The demo page.
fn main() {}
