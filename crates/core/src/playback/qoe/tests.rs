use proptest::prelude::*;

use super::*;

const PLAYING: Input = Input::Playing { width: 640, height: 360 };
const SMALL: Rendition = Rendition { width: 640, height: 360, bitrate: 800_000 };
const LARGE: Rendition = Rendition { width: 1280, height: 720, bitrate: 3_000_000 };

fn waiting(position: f64) -> Input {
    Input::Waiting { position }
}

/// What the viewer notices of all this.
fn told(story: &[(Millis, Input)]) -> Vec<Qoe> {
    let mut observer = Observer::default();
    story.iter().filter_map(|(now, input)| observer.take(input.clone(), *now)).collect()
}

fn started() -> Vec<(Millis, Input)> {
    vec![(0.0, Input::Source("hls.js")), (10.0, Input::Play), (110.0, PLAYING)]
}

fn after_the_start(story: &[(Millis, Input)]) -> Vec<Qoe> {
    told(&[started(), story.to_vec()].concat()).split_off(1)
}

#[test]
fn a_start_takes_from_the_wish_to_the_picture_whatever_was_preloaded_before() {
    let first = told(&[
        (0.0, Input::Source("hls.js")),
        (5.0, Input::Prefetched),
        (300.0, Input::Rendition { to: SMALL, auto: true }),
        (60_000.0, Input::Play),
        (60_120.0, PLAYING),
    ]);

    let startup = Qoe::Startup { took: 120.0, engine: "hls.js", prefetched: true, rendition: SMALL };
    assert_eq!(first, [Qoe::Rendition { from: None, to: SMALL, auto: true }, startup]);
}

#[test]
fn a_start_before_there_is_a_source_counts_from_the_source() {
    let first = told(&[(0.0, Input::Play), (9_000.0, Input::Source("file")), (9_050.0, PLAYING)]);

    let rendition = Rendition { width: 640, height: 360, bitrate: 0 };
    assert_eq!(first, [Qoe::Startup { took: 50.0, engine: "file", prefetched: false, rendition }]);
}

#[test]
fn a_wish_that_was_taken_back_does_not_count() {
    let first = told(&[
        (0.0, Input::Source("hls.js")),
        (100.0, Input::Play),
        (200.0, Input::Pause),
        (5_000.0, Input::Play),
        (5_300.0, PLAYING),
    ]);

    assert!(matches!(first[..], [Qoe::Startup { took: 300.0, .. }]), "{first:?}");
}

#[test]
fn a_standstill_in_mid_play_is_a_rebuffer() {
    let noticed = after_the_start(&[(5_000.0, waiting(4.5)), (6_200.0, PLAYING)]);

    assert_eq!(noticed, [Qoe::Rebuffer { at: 5_000.0, took: 1_200.0, position: 4.5, reason: Reason::Buffer }]);
}

#[test]
fn a_seek_is_not_a_rebuffer_however_long_it_takes() {
    let seek = after_the_start(&[(5_000.0, Input::Seeking), (5_010.0, waiting(60.0)), (9_000.0, PLAYING)]);
    let late = after_the_start(&[
        (5_000.0, Input::Seeking),
        (5_500.0, waiting(60.0)),
        (9_000.0, PLAYING),
        (12_000.0, waiting(63.0)),
        (12_100.0, PLAYING),
    ]);

    assert_eq!(seek, []);
    assert!(matches!(late[..], [Qoe::Rebuffer { at: 12_000.0, took: 100.0, .. }]), "{late:?}");
}

#[test]
fn a_standstill_ends_when_the_user_pauses_or_goes_elsewhere() {
    let paused = after_the_start(&[(5_000.0, waiting(4.5)), (5_400.0, Input::Pause), (9_000.0, Input::Play)]);
    let left = after_the_start(&[(5_000.0, waiting(4.5)), (5_600.0, Input::Seeking), (9_000.0, PLAYING)]);

    assert!(matches!(paused[..], [Qoe::Rebuffer { took: 400.0, .. }]), "{paused:?}");
    assert!(matches!(left[..], [Qoe::Rebuffer { took: 600.0, .. }]), "{left:?}");
}

#[test]
fn nobody_notices_a_few_milliseconds() {
    assert_eq!(after_the_start(&[(5_000.0, waiting(4.5)), (5_049.0, PLAYING)]), []);
}

#[test]
fn failing_requests_and_a_new_source_are_reasons_of_their_own() {
    let failing = |step| Input::Failing { code: "network", message: "no answer".into(), step };
    let network = after_the_start(&[
        (5_000.0, waiting(4.5)),
        (5_500.0, failing("retry")),
        (6_500.0, failing("rendition")),
        (8_000.0, Input::Recovered),
        (8_100.0, PLAYING),
    ]);
    let source = after_the_start(&[(5_000.0, Input::Source("hls.js")), (5_010.0, waiting(4.5)), (5_400.0, PLAYING)]);

    let overcome =
        Qoe::Error { code: "network", message: "no answer".into(), fatal: false, recovered_by: Some("rendition") };
    let stood = Qoe::Rebuffer { at: 5_000.0, took: 3_100.0, position: 4.5, reason: Reason::Network };
    assert_eq!(network, [overcome, stood]);
    assert_eq!(source, [Qoe::Rebuffer { at: 5_000.0, took: 400.0, position: 4.5, reason: Reason::Source }]);
}

#[test]
fn what_overcame_a_failure_is_the_step_and_not_the_tries_after_it() {
    let failing = |step| Input::Failing { code: "media", message: "damaged".into(), step };
    let story = ["retry", "rendition", "retry"].map(|step| (5_000.0, failing(step)));
    let noticed = after_the_start(&[story.as_slice(), &[(6_000.0, Input::Recovered)]].concat());

    let message = "damaged".into();
    assert_eq!(noticed, [Qoe::Error { code: "media", message, fatal: false, recovered_by: Some("rendition") }]);
}

#[test]
fn renditions_are_told_when_they_change() {
    let noticed = after_the_start(&[
        (200.0, Input::Rendition { to: SMALL, auto: true }),
        (300.0, Input::Rendition { to: SMALL, auto: true }),
        (400.0, Input::Rendition { to: LARGE, auto: false }),
    ]);

    assert_eq!(
        noticed,
        [
            Qoe::Rendition { from: None, to: SMALL, auto: true },
            Qoe::Rendition { from: Some(SMALL), to: LARGE, auto: false },
        ]
    );
}

#[test]
fn a_failure_ends_what_was_being_mended() {
    let noticed = after_the_start(&[
        (5_000.0, Input::Failing { code: "network", message: "no answer".into(), step: "retry" }),
        (6_000.0, waiting(4.5)),
        (9_000.0, Input::Failed { code: "gone", message: "the stream is gone".into() }),
        (9_500.0, Input::Recovered),
        (9_900.0, PLAYING),
    ]);

    let message = "the stream is gone".into();
    assert_eq!(noticed, [Qoe::Error { code: "gone", message, fatal: true, recovered_by: None }]);
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Source("hls.js")),
        Just(Input::Prefetched),
        Just(Input::Play),
        Just(Input::Pause),
        (0.0..100.0).prop_map(waiting),
        Just(PLAYING),
        Just(Input::Seeking),
        Just(Input::Ended),
        any::<bool>().prop_map(|auto| Input::Rendition { to: if auto { SMALL } else { LARGE }, auto }),
        Just(Input::Failing { code: "network", message: String::new(), step: "retry" }),
        Just(Input::Recovered),
        Just(Input::Failed { code: "network", message: String::new() }),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_it_starts_once_and_no_time_is_told_twice(
        story in prop::collection::vec((0.0..500.0, inputs()), 0..200),
    ) {
        let mut observer = Observer::default();
        let (mut now, mut starts, mut told_until) = (0.0, 0, 0.0);
        for (passed, input) in story {
            now += passed;
            match observer.take(input, now) {
                Some(Qoe::Startup { took, .. }) => {
                    starts += 1;
                    prop_assert!((0.0..=now).contains(&took));
                }
                Some(Qoe::Rebuffer { at, took, position, .. }) => {
                    prop_assert_eq!(starts, 1, "nothing stands still that never moved");
                    prop_assert!(at >= told_until && took >= NOTICED && at + took <= now + 1e-6);
                    prop_assert!(position >= 0.0);
                    told_until = at + took;
                }
                Some(Qoe::Rendition { from, to, .. }) => prop_assert_ne!(from, Some(to)),
                _ => (),
            }
        }
        prop_assert!(starts <= 1);
    }
}
