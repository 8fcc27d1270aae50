//! A long file in one request.

use reelway_api::UploadTarget;
use reelway_core::upload::{Event, Phase, UploadError};

use crate::talk::{MIB, Talk, complete, holds, target};

/// A target that takes any length, and the request with the whole file.
fn whole(size: u64) -> Talk {
    let mut talk = Talk::about(size);
    let id = talk.asks_for_a_target();
    talk.tell(Event::Target(id, UploadTarget { max_chunk: u64::MAX, ..target() }));
    talk.sends(0..size);
    talk
}

#[test]
fn a_long_file_goes_in_one_request_and_its_bar_moves() {
    let mut talk = whole(300 * MIB);
    talk.now += 10_000.0;
    talk.has_sent(100 * MIB);
    let progress = talk.snapshot().progress;
    assert_eq!((progress.acknowledged, progress.in_flight), (0, 100 * MIB));
    assert_eq!(progress.rate, Some(10.0 * MIB as f64));
    talk.has_sent(300 * MIB);
    talk.hears(complete());
    talk.completes();
}

#[test]
fn what_arrived_of_a_long_request_that_broke_is_not_sent_again_and_chunks_follow() {
    let mut talk = whole(300 * MIB);
    talk.has_sent(200 * MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(holds(190 * MIB));
    talk.sends(190 * MIB..191 * MIB);
}

#[test]
fn a_long_request_that_stands_still_is_broken_off_after_two_minutes_at_most() {
    let mut talk = whole(300 * MIB);
    talk.now += 5000.0;
    talk.has_sent(200 * MIB);
    let begun = talk.now;
    while talk.phase() == Phase::Uploading {
        talk.now = talk.machine.next_deadline().unwrap();
        talk.tell(Event::Tick);
        assert!(talk.now - begun < 120_000.0);
    }
    assert!(talk.now - begun >= 60_000.0);
    assert_eq!(talk.error(), Some(UploadError::Stalled));
}
