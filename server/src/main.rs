//! The `reelway` binary.
fn main() {}
