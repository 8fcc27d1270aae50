//! What the machine does when the network, the clock, the target or the user get in the way.

use reelway_api::{ApiError, ErrorCode, Protocol, UploadTarget};
use reelway_core::upload::{Event, Options, Phase, Reply, UploadError};

use crate::talk::{MIB, Talk, complete, error, holds, silent, status, target};

#[test]
fn after_a_lost_connection_the_provider_knows_best() {
    let mut talk = Talk::begun(8 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    talk.sends(MIB..8 * MIB);
    talk.loses_the_connection();
    talk.is_waiting_after("network");
    talk.time_passes();
    talk.asks();
    talk.hears(holds(2 * MIB + 17));
    assert_eq!(talk.error(), None);
    talk.sends(2 * MIB + 17..6 * MIB + 17);
}

#[test]
fn the_last_answer_may_be_lost_too() {
    let mut talk = Talk::begun(MIB);
    talk.sends(0..MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(complete());
    talk.completes();
}

#[test]
fn a_server_that_says_when_is_not_asked_before() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.hears(Reply { retry_after: Some(20_000.0), ..status(429) });
    let Phase::Waiting { retry_at } = talk.phase() else { panic!() };
    assert!(retry_at >= talk.now + 20_000.0);

    talk.tell(Event::Foreground);
    talk.tell(Event::Online);
    talk.says_nothing();
    talk.time_passes();
    assert_eq!(talk.now, retry_at);
    talk.asks();
}

#[test]
fn a_page_that_comes_back_tries_at_once() {
    for event in [Event::Foreground, Event::Online, Event::Retry] {
        let mut talk = Talk::begun(2 * MIB);
        talk.sends(0..MIB);
        talk.loses_the_connection();
        talk.says_nothing();
        talk.tell(event);
        talk.asks();
    }
}

#[test]
fn a_request_without_headway_is_given_up_and_the_provider_asked() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.time_passes();
    // 30 s, and a mebibyte at 16 KiB/s.
    assert_eq!(talk.now, 94_000.0);
    talk.aborts();
    talk.is_waiting_after("stalled");
    talk.time_passes();
    talk.asks();
}

#[test]
fn a_machine_that_slept_does_not_wait_for_dead_connections() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.now += 3_600_000.0;
    talk.tell(Event::Tick);
    talk.aborts();
    talk.asks();
}

#[test]
fn a_throttled_timer_is_not_sleep() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.now += 60_000.0;
    talk.tell(Event::Tick);
    talk.says_nothing();
    talk.hears(holds(MIB));
    talk.sends(MIB..MIB + MIB / 2);
}

#[test]
fn without_a_network_it_waits_for_one_however_long() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.tell(Event::Offline);
    talk.loses_the_connection();
    assert_eq!(talk.phase(), Phase::Offline);
    for _ in 0..100 {
        // It looks from time to time: browsers are wrong about networks.
        talk.time_passes();
        talk.asks();
        talk.loses_the_connection();
        assert_eq!(talk.phase(), Phase::Offline);
    }
    talk.tell(Event::Online);
    talk.asks();
    talk.hears(holds(MIB));
    talk.sends(MIB..MIB + MIB / 2);
}

#[test]
fn it_gives_up_after_attempts_without_headway_and_only_then() {
    let mut talk = Talk::with(64 * MIB, Options { patience: 3, ..Options::default() });
    let id = talk.asks_for_a_target();
    talk.tell(Event::Target(id, target()));
    talk.sends(0..MIB);
    for offset in 1..20 {
        talk.loses_the_connection();
        talk.time_passes();
        talk.asks();
        talk.hears(holds(offset * 1000));
        talk.sends(offset * 1000..offset * 1000 + MIB / if offset == 1 { 2 } else { 4 });
    }
    talk.hears(status(500));
    for _ in 0..2 {
        talk.time_passes();
        talk.asks();
        talk.hears(status(503));
    }
    talk.time_passes();
    talk.asks();
    talk.loses_the_connection();
    talk.has_failed_with("network");
    assert!(talk.error().unwrap().retriable());

    talk.tell(Event::Retry);
    talk.asks();
    talk.hears(holds(20_000));
    assert_eq!(talk.phase(), Phase::Uploading);
}

#[test]
fn an_expired_target_is_replaced_and_its_bytes_are_kept() {
    for answer in [status(401), status(403), status(404), error(410, "upload_expired")] {
        let mut talk = Talk::begun(3 * MIB);
        talk.sends(0..MIB);
        talk.hears(holds(MIB));
        talk.sends(MIB..3 * MIB);
        talk.hears(answer);
        let id = talk.asks_for_a_target();
        talk.tell(Event::Target(id, UploadTarget { url: "https://provider/u/2".into(), ..target() }));
        talk.asks();
        talk.hears(holds(MIB));
        talk.sends(MIB..3 * MIB);
    }
}

#[test]
fn an_upload_that_is_over_for_the_back_end_is_over() {
    let mut talk = Talk::begun(MIB);
    talk.sends(0..MIB);
    talk.loses_the_connection();
    talk.time_passes();
    talk.asks();
    talk.hears(error(404, "not_found"));
    talk.time_passes();
    let id = talk.asks_for_a_target();
    talk.tell(Event::Confirmed(id));
    talk.completes();
}

#[test]
fn a_back_end_that_confirms_what_was_never_sent_is_not_believed() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.hears(status(404));
    let id = talk.asks_for_a_target();
    talk.tell(Event::Confirmed(id));
    talk.has_failed_with("unexpected_answer");
}

#[test]
fn targets_that_expire_at_once_do_not_go_on_for_ever() {
    let mut talk = Talk::with(MIB, Options { patience: 5, ..Options::default() });
    for _ in 0..6 {
        let id = talk.asks_for_a_target();
        talk.tell(Event::Target(id, target()));
        talk.effects_until_reply(status(404));
    }
    talk.has_failed_with("upload_expired");
}

#[test]
fn a_back_end_that_can_not_be_reached_is_tried_again_and_one_that_refuses_is_not() {
    let mut talk = Talk::about(MIB);
    let id = talk.asks_for_a_target();
    talk.tell(Event::TargetFailed { id, error: UploadError::Network, retry_after: None });
    talk.is_waiting_after("network");
    talk.time_passes();
    let id = talk.asks_for_a_target();
    let error = ApiError::new(ErrorCode::TooLarge, "At most 5 GB.");
    talk.tell(Event::TargetFailed { id, error: UploadError::Server { status: 413, error }, retry_after: None });
    talk.has_failed_with("too_large");
    assert!(!talk.error().unwrap().retriable());
}

#[test]
fn targets_that_can_not_be_used_are_typed_errors() {
    for (target, code) in [
        (UploadTarget { protocol: Protocol::Unknown, ..target() }, "unknown_protocol"),
        (UploadTarget { max_chunk: 1000, ..target() }, "bad_target"),
        (UploadTarget { max_chunk: 0, ..target() }, "bad_target"),
    ] {
        let mut talk = Talk::about(MIB);
        let id = talk.asks_for_a_target();
        talk.tell(Event::Target(id, target));
        talk.has_failed_with(code);
    }
}

#[test]
fn a_pause_stops_at_once_and_going_on_asks_first() {
    let mut talk = Talk::begun(4 * MIB);
    talk.sends(0..MIB);
    talk.hears(holds(MIB));
    talk.sends(MIB..4 * MIB);
    talk.tell(Event::Pause);
    talk.aborts();
    assert_eq!((talk.phase(), talk.machine.next_deadline()), (Phase::Paused, None));

    talk.tell(Event::Online);
    talk.tell(Event::Foreground);
    talk.tell(Event::Retry);
    talk.says_nothing();
    talk.tell(Event::Resume);
    talk.asks();
    talk.hears(holds(MIB + 5));
    talk.sends(MIB + 5..4 * MIB);
}

#[test]
fn a_pause_while_it_starts_keeps_the_target_for_later() {
    let mut talk = Talk::about(MIB);
    let id = talk.asks_for_a_target();
    talk.tell(Event::Pause);
    talk.tell(Event::Target(id, target()));
    talk.says_nothing();
    assert_eq!(talk.phase(), Phase::Paused);
    talk.tell(Event::Resume);
    talk.sends(0..MIB);
}

#[test]
fn a_pause_while_it_waits_holds_until_it_is_ended() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.loses_the_connection();
    talk.tell(Event::Pause);
    assert_eq!((talk.phase(), talk.machine.next_deadline()), (Phase::Paused, None));
    talk.tell(Event::Resume);
    talk.asks();
}

#[test]
fn cancelling_stops_and_cleans_up_whenever_it_comes() {
    let mut sending = Talk::begun(2 * MIB);
    sending.sends(0..MIB);
    sending.tell(Event::Cancel);
    sending.aborts();

    let mut waiting = Talk::begun(2 * MIB);
    waiting.sends(0..MIB);
    waiting.loses_the_connection();
    waiting.tell(Event::Cancel);

    let mut paused = Talk::begun(2 * MIB);
    paused.sends(0..MIB);
    paused.tell(Event::Pause);
    paused.aborts();
    paused.tell(Event::Cancel);

    let mut failed = Talk::begun(2 * MIB);
    failed.sends(0..MIB);
    failed.hears(error(413, "too_large"));
    failed.tell(Event::Cancel);

    for mut talk in [sending, waiting, paused, failed] {
        talk.discards();
        assert_eq!((talk.phase(), talk.machine.next_deadline()), (Phase::Cancelled, None));
        for event in [Event::Cancel, Event::Resume, Event::Retry, Event::Start, Event::Online, Event::Tick] {
            talk.tell(event);
        }
        talk.says_nothing();
        assert_eq!(talk.phase(), Phase::Cancelled);
    }
}

#[test]
fn a_video_that_was_made_while_the_user_cancelled_is_removed() {
    let mut talk = Talk::about(MIB);
    let id = talk.asks_for_a_target();
    talk.tell(Event::Cancel);
    talk.says_nothing();
    talk.tell(Event::Target(id, target()));
    talk.discards();
    talk.says_nothing();
}

#[test]
fn what_is_done_can_not_be_cancelled() {
    let mut talk = Talk::begun(MIB);
    talk.sends(0..MIB);
    talk.hears(complete());
    talk.completes();
    talk.tell(Event::Cancel);
    talk.says_nothing();
    assert_eq!(talk.phase(), Phase::Done);
}

#[test]
fn an_empty_file_is_refused_before_anything_is_sent() {
    let mut talk = Talk::about(0);
    talk.has_failed_with("empty_file");
    assert!(!talk.error().unwrap().retriable());
}

#[test]
fn a_file_that_can_not_be_read_says_so() {
    let mut talk = Talk::begun(2 * MIB);
    talk.sends(0..MIB);
    talk.cannot_read_the_file();
    talk.asks();
    talk.hears(silent());
    assert!(talk.sends_from_memory(), "a browser may read what it can't send");
    talk.cannot_read_the_file();
    talk.has_failed_with("file_unreadable");
    talk.tell(Event::Retry);
    talk.asks();
    talk.hears(silent());
    assert!(!talk.sends_from_memory(), "the file may have been chosen again");
}

#[test]
fn the_answer_to_an_aborted_request_means_nothing() {
    let mut talk = Talk::about(2 * MIB);
    let id = talk.asks_for_a_target();
    talk.tell(Event::Target(id, target()));
    talk.sends(0..MIB);
    let old = talk.running();
    talk.tell(Event::Pause);
    talk.aborts();
    talk.tell(Event::Resume);
    talk.asks();
    talk.tell(Event::Reply(old, complete()));
    talk.tell(Event::Lost(old));
    talk.says_nothing();
    talk.hears(holds(MIB));
    talk.sends(MIB..2 * MIB);
}
