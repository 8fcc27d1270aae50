//! What machine and provider say to each other: offsets, proof, and the end of an upload.

use reelway_core::upload::{Event, Phase};

use crate::talk::{MIB, Talk, complete, error, holds, silent, status, target};

#[test]
fn a_healthy_upload_grows_its_chunks_and_ends_on_the_providers_word() {
    let mut talk = Talk::about(6 * MIB);
    assert_eq!(talk.phase(), Phase::Starting);
    let id = talk.asks_for_a_target();
    talk.tell(Event::Target(id, target()));

    talk.sends(0..MIB);
    assert_eq!(talk.phase(), Phase::Uploading);
    talk.hears(holds(MIB));
    talk.sends(MIB..6 * MIB);
    let progress = talk.snapshot().progress;
    assert_eq!((progress.acknowledged, progress.total), (MIB, 6 * MIB));
    assert_eq!((progress.rate, progress.eta), (Some(2.0 * MIB as f64), Some(2.5)));
    talk.hears(complete());
    talk.completes();
}

#[test]
fn what_the_provider_did_not_take_is_sent_again() {
    let mut talk = Talk::begun(4 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(300_000));
    talk.sends(300_000..300_000 + MIB / 2);
    talk.hears(holds(300_000 + MIB / 2));
    talk.sends(300_000 + MIB / 2..4 * MIB);
}

#[test]
fn a_308_on_the_last_chunk_is_no_success() {
    let mut talk = Talk::begun(MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    assert_eq!(talk.phase(), Phase::Finalising);
    assert!(talk.snapshot().fraction() < 1.0);
    talk.asks();
    talk.hears(complete());
    talk.completes();
}

#[test]
fn a_provider_that_never_confirms_is_given_up() {
    let mut talk = Talk::begun(MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    for _ in 0..30 {
        talk.asks();
        talk.hears(holds(MIB));
        talk.is_waiting_after("not_confirmed");
        talk.time_passes();
    }
    talk.asks();
    talk.hears(holds(MIB));
    talk.has_failed_with("not_confirmed");
}

#[test]
fn a_200_in_the_middle_is_no_success() {
    let mut talk = Talk::begun(4 * MIB);
    talk.sends(0..MIB);
    talk.hears(complete());
    talk.is_waiting_after("unexpected_answer");
    talk.time_passes();
    talk.asks();
    talk.hears(complete());
    talk.is_waiting_after("unexpected_answer");
    talk.time_passes();
    talk.asks();
    talk.hears(holds(MIB));
    talk.sends(MIB..MIB + MIB / 2);
}

#[test]
fn a_provider_that_claims_more_than_it_was_sent_is_not_believed() {
    let mut talk = Talk::begun(4 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(2 * MIB));
    talk.is_waiting_after("unexpected_answer");
    assert_eq!(talk.snapshot().progress.acknowledged, 0);
    talk.time_passes();
    talk.asks();
}

#[test]
fn a_first_chunk_that_was_lost_starts_over() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.sends(0..MIB / 2);
}

/// The first chunk is answered without an offset, and so is the question for it.
fn blind(size: u64) -> Talk {
    let mut talk = Talk::begun(size);
    talk.sends(0..MIB);
    talk.hears(silent());
    talk.asks();
    talk.hears(silent());
    talk
}

#[test]
fn offsets_that_cors_hides_are_noticed_on_the_first_chunk_and_sending_goes_on() {
    let mut talk = blind(5 * MIB);
    talk.sends(MIB..2 * MIB);
    talk.hears(silent());
    assert_eq!(talk.snapshot().progress.acknowledged, 0, "nothing is proven");
    assert!(talk.snapshot().progress.in_flight >= 2 * MIB, "but much has probably left");
    talk.sends(2 * MIB..5 * MIB);
    talk.hears(complete());
    talk.completes();
}

#[test]
fn a_chunk_that_was_lost_unseen_is_sent_again_and_then_what_came_before_it() {
    let mut talk = blind(40 * MIB);
    talk.sends(MIB..2 * MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.is_waiting_after("offset_hidden");
    talk.time_passes();
    talk.sends(MIB..MIB + MIB / 2);
    // The provider lacks some of the first mebibyte, which it can't say.
    talk.hears(status(503));
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.time_passes();
    talk.sends(0..MIB / 4);
}

#[test]
fn an_end_that_is_not_confirmed_goes_back_further_each_time_but_not_for_ever() {
    let mut talk = blind(4 * MIB);
    let mut starts = Vec::new();
    for _ in 0..40 {
        let start = talk.sends_something();
        starts.push(start / MIB);
        talk.hears(silent());
        if talk.phase() == Phase::Finalising {
            talk.asks();
            talk.hears(silent());
            if talk.phase() == Phase::Failed {
                break;
            }
            talk.time_passes();
        }
    }
    talk.has_failed_with("offset_hidden");
    assert!(starts.len() > 30 && starts[4..].iter().all(|start| *start < 4), "{starts:?}");
}

#[test]
fn an_offset_that_shows_up_after_all_is_believed() {
    let mut talk = blind(9 * MIB);
    talk.sends(MIB..2 * MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(holds(2 * MIB));
    assert_eq!(talk.snapshot().progress.acknowledged, 2 * MIB);
    talk.sends(2 * MIB..2 * MIB + MIB / 2);
}

#[test]
fn no_offset_where_there_were_some_means_that_the_bytes_are_gone() {
    let mut talk = Talk::begun(8 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    talk.sends(MIB..8 * MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.is_waiting_after("lost_bytes");
    talk.time_passes();
    talk.sends(0..4 * MIB);
}

#[test]
fn bytes_that_the_provider_lost_are_sent_again_and_the_bar_stays() {
    let mut talk = Talk::begun(8 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    talk.sends(MIB..8 * MIB);
    talk.hears(holds(3 * MIB));
    let before = talk.snapshot().fraction();

    talk.sends(3 * MIB..7 * MIB);
    talk.hears(holds(MIB));
    talk.is_waiting_after("lost_bytes");
    talk.time_passes();
    talk.sends(MIB..5 * MIB);
    assert!(talk.snapshot().fraction() >= before);
}

#[test]
fn a_chunk_that_arrived_damaged_is_sent_again() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.hears(error(400, "digest_mismatch"));
    talk.is_waiting_after("digest_mismatch");
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.sends(0..MIB / 2);
}

#[test]
fn what_the_server_refuses_fails_with_its_own_words_and_can_be_tried_again() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.hears(error(507, "insufficient_storage"));
    talk.has_failed_with("insufficient_storage");
    assert_eq!(talk.error().unwrap().to_string(), "Words.");

    talk.tell(Event::Retry);
    talk.asks();
    talk.hears(holds(MIB));
    talk.sends(MIB..2 * MIB);
    talk.hears(status(201));
    talk.completes();
}

#[test]
fn a_proxys_limit_on_bodies_shortens_the_chunks() {
    let mut talk = Talk::begun(4 * MIB);
    talk.sends(0..MIB);
    talk.hears(status(413));
    talk.time_passes();
    talk.asks();
    talk.hears(silent());
    talk.sends(0..MIB / 2);
}
