//! What every wasm module has once, however many of the others it is made of: its allocator.

/// Smaller than the standard library's by a kilobyte of what is downloaded.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
