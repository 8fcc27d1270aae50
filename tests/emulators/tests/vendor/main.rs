//! Vendors' own SDKs against the emulators: `cargo xtask test --only vendor` installs them. What each proves is in
//! `tests/vendor/README.md`.

mod cloudflare;
mod mux;
mod oci;
mod sdk;
