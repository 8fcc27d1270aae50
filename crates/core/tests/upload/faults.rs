//! Whatever goes wrong, in whatever order: the provider's object is the file, or the outcome is a typed error.

use proptest::prelude::*;
use reelway_api::Protocol;
use reelway_core::upload::UploadError;

use crate::{
    fault::{Turn, any, harmless, turn},
    providers::{Provider, QUANTUM},
    run::Run,
};

/// A file, and a provider for it.
#[derive(Clone, Debug)]
struct Setting {
    size: u64,
    max_chunk: u64,
    parallel: u32,
}

impl Setting {
    fn provider(&self, protocol: Protocol, hides: bool) -> Provider {
        Provider::new(protocol, self.size, self.max_chunk * QUANTUM, self.parallel, hides)
    }
}

fn setting() -> impl Strategy<Value = Setting> {
    (1u64..40_000, 1u64..40, 1u32..5).prop_map(|(size, max_chunk, parallel)| Setting { size, max_chunk, parallel })
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec(turn(harmless()), 0..60)
}

fn any_turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec(turn(any()), 0..60)
}

/// After faults that pass, the upload is complete, unless silence made it look as if offsets could not be seen.
fn what_may_pass_passes(protocol: Protocol, setting: &Setting, turns: Vec<Turn>) -> Result<(), TestCaseError> {
    let run = Run::new(setting.provider(protocol, false), turns, 100).finish();
    run.check();
    if !run.completed {
        prop_assert!(matches!(run.error(), Some(UploadError::OffsetHidden { .. })), "{:?}", run.error());
        prop_assert!(run.was_silent() && protocol != Protocol::Resumable);
    }
    Ok(())
}

/// With little patience, and with users who cancel and files that are moved.
fn every_end_is_honest(protocol: Protocol, setting: &Setting, turns: Vec<Turn>, patience: u32) {
    Run::new(setting.provider(protocol, false), turns, patience).finish().check();
}

macro_rules! protocols {
    ($($name:ident: $protocol:expr,)+) => {$(
        mod $name {
            use super::*;

            proptest! {
                #![proptest_config(config())]

                #[test]
                fn what_may_pass_passes(setting in setting(), turns in turns()) {
                    super::what_may_pass_passes($protocol, &setting, turns)?;
                }

                #[test]
                fn every_end_is_honest(setting in setting(), turns in any_turns(), patience in 0u32..8) {
                    super::every_end_is_honest($protocol, &setting, turns, patience);
                }
            }
        }
    )+};
}

protocols! {
    resumable: Protocol::Resumable,
    tus: Protocol::Tus,
    s3_multipart: Protocol::S3Multipart,
    oci_multipart: Protocol::OciMultipart,
    put: Protocol::Put,
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn hidden_ranges_are_no_excuse(setting in setting(), turns in turns()) {
        let run = Run::new(setting.provider(Protocol::Resumable, true), turns, 200).finish();
        run.check();
        prop_assert!(run.completed, "{:?}\n{}", run.error(), run.machine.log().text());
    }

    #[test]
    fn hidden_tags_are_looked_up(setting in setting(), turns in turns()) {
        let run = Run::new(setting.provider(Protocol::S3Multipart, true), turns, 200).finish();
        run.check();
        prop_assert!(run.completed, "{:?}\n{}", run.error(), run.machine.log().text());
    }

    #[test]
    fn hidden_offsets_of_tus_are_named(setting in setting()) {
        let run = Run::new(setting.provider(Protocol::Tus, true), Vec::new(), 10).finish();
        run.check();
        prop_assert_eq!(run.error(), Some(UploadError::OffsetHidden { header: "Upload-Offset" }));
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() }
}

/// 1,000 unless `PROPTEST_CASES` says otherwise.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)
}
