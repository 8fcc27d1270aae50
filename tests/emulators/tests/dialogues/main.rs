//! The emulators' own dialogues, over HTTP: what vendors' SDKs don't say.

mod client;
mod cloudflare;
mod hook;
mod mux_tokens;
mod mux_uploads;
mod mux_webhooks;
mod oci_files;
mod oci_jobs;
mod oci_signatures;
mod oci_signer;
mod pictures;
