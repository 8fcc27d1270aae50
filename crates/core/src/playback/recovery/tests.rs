use proptest::prelude::*;

use super::{PlaybackError as Error, *};

const CUT: Fault = Fault::Request { part: Part::Segment, status: None };
const DAMAGED: Fault = Fault::Media { until: Some(12.0) };

const fn answer(part: Part, status: u16) -> Fault {
    Fault::Request { part, status: Some(status) }
}

/// Waiting for a picture, on the better of two renditions.
const WAITING: Scene =
    Scene { now: 0.0, online: true, fine: false, rendition: Some(1), stretch: None, renditions: 2, renewable: false };
const ONE: Scene = Scene { renditions: 1, rendition: Some(0), ..WAITING };

/// What the ladder says to the same failure, again and again, a second apart. Waits are written as 1.
fn climb(fault: Fault, scene: Scene) -> Vec<Step> {
    let mut ladder = Ladder::new(0.0, 7);
    let mut scene = scene;
    let mut steps = Vec::new();
    for second in 1..40 {
        scene.now = f64::from(second) * 1000.0;
        let step = ladder.fault(fault, scene);
        if let Step::Avoid(_) = step {
            scene.renditions -= 1;
            scene.rendition = Some(0);
        }
        steps.push(match step {
            Step::Retry(_) => Step::Retry(1.0),
            step => step,
        });
        if matches!(step, Step::Tell(_) | Step::PlayOut | Step::AwaitOnline) {
            break;
        }
    }
    steps
}

const RETRY: Step = Step::Retry(1.0);

#[test]
fn a_connection_that_breaks_is_tried_again_then_elsewhere_then_until_patience_ends() {
    let steps = climb(CUT, WAITING);
    assert_eq!(steps[..3], [RETRY, RETRY, Step::Avoid(1)]);
    assert!(steps[3..steps.len() - 1].iter().all(|step| *step == RETRY));
    assert_eq!(steps.last(), Some(&Step::Tell(Error::Network)));
    assert!((14..=20).contains(&steps.len()), "told after {} s", steps.len());
}

#[test]
fn what_is_not_there_is_not_asked_for_twenty_times() {
    for (fault, scene, expected) in [
        (answer(Part::Playlist, 404), WAITING, vec![Step::Avoid(1), RETRY, Step::Tell(Error::Gone)]),
        (answer(Part::Segment, 410), ONE, vec![RETRY, Step::Tell(Error::Gone)]),
        (answer(Part::Master, 404), WAITING, vec![RETRY, Step::Tell(Error::Gone)]),
        (answer(Part::Key, 404), WAITING, vec![RETRY, Step::Tell(Error::Key)]),
        (answer(Part::Engine, 404), ONE, vec![RETRY, Step::Tell(Error::EngineUnavailable)]),
    ] {
        let mut steps = climb(fault, scene);
        // A rendition less: then it is the last one's turn.
        steps.dedup();
        assert_eq!(steps, expected, "{fault:?}");
    }
}

#[test]
fn a_server_in_trouble_is_given_time() {
    for status in [500, 502, 503, 429, 408, 412] {
        let steps = climb(answer(Part::Segment, status), ONE);
        assert!(steps.len() >= 14, "{status}: {steps:?}");
        assert_eq!(steps.last(), Some(&Step::Tell(Error::Network)), "{status}");
    }
}

#[test]
fn a_refusal_asks_for_a_fresh_token_and_then_is_believed() {
    for status in [401, 403] {
        let fault = answer(Part::Segment, status);
        assert_eq!(climb(fault, WAITING), [Step::Tell(Error::Refused)]);
        let renewable = Scene { renewable: true, ..WAITING };
        assert_eq!(climb(fault, renewable), [Step::Renew, Step::Reattach(None), Step::Tell(Error::Refused)]);
    }
}

#[test]
fn damaged_media_is_flushed_fetched_elsewhere_reattached_skipped() {
    assert_eq!(climb(DAMAGED, WAITING)[..3], [Step::Flush, Step::Avoid(1), Step::Reattach(None)]);
    let skip = Step::Reattach(Some(12.0));
    let steps = climb(DAMAGED, ONE);
    assert_eq!(steps[..4], [Step::Flush, Step::Reattach(None), Step::Reattach(None), skip]);
    assert_eq!(steps.iter().filter(|step| **step == skip).count(), 3);
    assert_eq!(steps.last(), Some(&Step::Tell(Error::Media)));
}

/// Damaged in the fourth segment.
const HERE: Scene = Scene { stretch: Some(Stretch { from: 12.0, until: 16.0 }), ..WAITING };

#[test]
fn what_is_damaged_in_one_place_is_played_in_another_rendition_there() {
    for (fault, fine, tries) in [
        (DAMAGED, false, 1),
        (DAMAGED, true, 1),
        (Fault::Stalled, false, 1),
        (answer(Part::Segment, 404), false, 1),
        (CUT, true, 3),
    ] {
        let mut ladder = Ladder::new(0.0, 7);
        let steps: Vec<_> = (0..tries).map(|_| ladder.fault(fault, Scene { fine, ..HERE })).collect();
        assert_eq!(steps.last(), Some(&Step::Detour(0)), "{fault:?}: {steps:?}");
        assert!(!ladder.fetches(12.0), "the damage is still ahead");
        assert!(ladder.fetches(16.0));
    }
}

#[test]
fn what_is_damaged_there_in_every_rendition_is_flushed_reattached_skipped() {
    let mut ladder = Ladder::new(0.0, 7);
    let mut steps = vec![ladder.fault(DAMAGED, HERE)];
    for _ in 0..4 {
        steps.push(ladder.fault(DAMAGED, Scene { rendition: Some(0), ..HERE }));
    }
    let again = Step::Reattach(None);
    assert_eq!(steps, [Step::Detour(0), Step::Flush, again, again, Step::Reattach(Some(12.0))]);
}

#[test]
fn what_is_damaged_in_many_places_is_done_without() {
    let mut ladder = Ladder::new(0.0, 7);
    let at = |from: f64| Scene { stretch: Some(Stretch { from, until: from + 4.0 }), ..WAITING };
    assert_eq!(ladder.fault(DAMAGED, at(12.0)), Step::Detour(0));
    ladder.fetches(16.0);
    // Healthy playback forgets what was tried, but not where it is damaged.
    ladder.fine(60_000.0);
    assert!(!ladder.dodged(1, Stretch { from: 40.0, until: 44.0 }, 2));
    ladder.fetches(44.0);
    assert_eq!(ladder.fault(DAMAGED, at(80.0)), Step::Avoid(1));
    ladder.removed(1);

    ladder.restart(70_000.0);
    assert_eq!(ladder.fault(DAMAGED, at(80.0)), Step::Detour(0), "the button tries all of it again");
}

#[test]
fn who_chooses_a_rendition_ends_the_detour() {
    let mut ladder = Ladder::new(0.0, 7);
    ladder.fault(DAMAGED, HERE);
    ladder.chosen();
    assert!(!ladder.fetches(16.0), "there is nothing to go back from");
}

#[test]
fn a_codec_is_nowhere_better_in_the_same_rendition() {
    assert_eq!(Ladder::new(0.0, 7).fault(Fault::Codec, HERE), Step::Avoid(1));
}

#[test]
fn a_standstill_is_shaken_harder_each_time() {
    let steps = climb(Fault::Stalled, WAITING);
    let expected = [RETRY, Step::Flush, Step::Avoid(1), Step::Reattach(None), Step::Tell(Error::Stalled)];
    assert_eq!(steps, expected);
}

#[test]
fn a_codec_is_said_at_once_unless_another_rendition_has_another() {
    assert_eq!(climb(Fault::Codec, ONE), [Step::Tell(Error::CodecUnsupported)]);
    assert_eq!(climb(Fault::Codec, WAITING), [Step::Avoid(1), Step::Tell(Error::CodecUnsupported)]);
}

#[test]
fn without_a_network_it_waits_for_one_and_the_time_does_not_count() {
    let mut ladder = Ladder::new(0.0, 1);
    let offline = Scene { online: false, ..ONE };
    for second in 1..600 {
        let scene = Scene { now: f64::from(second) * 1000.0, ..offline };
        for fault in [CUT, Fault::Stalled] {
            assert_eq!(ladder.fault(fault, scene), Step::AwaitOnline, "{second} s");
        }
    }
    assert_eq!(ladder.online(600_000.0), Step::Retry(0.0));
    let step = ladder.fault(CUT, Scene { now: 600_100.0, ..ONE });
    assert!(matches!(step, Step::Retry(wait) if wait <= 500.0), "{step:?}");
}

#[test]
fn who_has_a_picture_is_told_nothing_before_it_runs_out() {
    for (fault, then) in [
        (answer(Part::Segment, 404), Step::Tell(Error::Gone)),
        (answer(Part::Segment, 403), Step::Tell(Error::Refused)),
        (answer(Part::Segment, 503), Step::Retry(0.0)),
        (DAMAGED, Step::Retry(0.0)),
    ] {
        let mut ladder = Ladder::new(0.0, 1);
        let mut now = 0.0;
        let last = loop {
            now += 1000.0;
            let step = ladder.fault(fault, Scene { now, fine: true, ..ONE });
            assert!(!matches!(step, Step::Flush | Step::Reattach(_) | Step::Tell(_)), "{fault:?}: {step:?}");
            if !matches!(step, Step::Retry(_)) {
                break step;
            }
        };
        assert_eq!(last, Step::PlayOut);
        assert_eq!(ladder.ran_dry(now + 5000.0), Some(then), "{fault:?}");
        assert_eq!(ladder.ran_dry(now + 5000.0), None);
    }
}

#[test]
fn healthy_playback_fills_the_budget_again() {
    let mut ladder = Ladder::new(0.0, 1);
    let mut now = 0.0;
    for _ in 0..100 {
        assert_eq!(ladder.fault(DAMAGED, Scene { now, ..ONE }), Step::Flush);
        for _ in 0..11 {
            now += 1000.0;
            ladder.fine(now);
        }
    }
    assert_eq!(ladder.fault(DAMAGED, Scene { now, ..ONE }), Step::Flush);
    now += 5000.0;
    ladder.fine(now);
    assert_ne!(ladder.fault(DAMAGED, Scene { now, ..ONE }), Step::Flush, "five seconds are not enough");
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let part = prop::sample::select(vec![Part::Engine, Part::Master, Part::Playlist, Part::Segment, Part::Key]);
    let status = prop::option::of(prop::sample::select(vec![400, 401, 403, 404, 410, 412, 416, 429, 500, 503]));
    prop_oneof![
        4 => (part, status).prop_map(|(part, status)| Fault::Request { part, status }),
        2 => prop::option::of(0.0..100.0).prop_map(|until| Fault::Media { until }),
        1 => Just(Fault::Codec),
        1 => Just(Fault::Stalled),
    ]
}

proptest! {
    /// Whatever fails, in whatever order, with data in between or not: without a picture it comes to a told reason.
    #[test]
    fn it_never_goes_on_for_ever(
        faults in prop::collection::vec((any_fault(), any::<bool>(), any::<bool>(), 1.0..3000.0), 1..20),
        renditions in 1..5_usize,
        renewable in any::<bool>(),
    ) {
        let mut ladder = Ladder::new(0.0, 3);
        let (mut now, mut left) = (0.0, renditions);
        for count in 0.. {
            let (fault, flows, local, span) = faults[count % faults.len()];
            now += span;
            if flows {
                ladder.flowed();
            }
            let stretch = local.then(|| Stretch { from: f64::from(count as u32), until: f64::from(count as u32 + 1) });
            let rendition = Some(left - 1);
            let scene = Scene { now, online: true, fine: false, rendition, stretch, renditions: left, renewable };
            match ladder.fault(fault, scene) {
                Step::Tell(_) => break,
                Step::Avoid(rendition) => {
                    prop_assert!(left > 1 && rendition < left);
                    ladder.removed(rendition);
                    left -= 1;
                }
                Step::Detour(to) => prop_assert!(to < left - 1),
                Step::Retry(wait) => {
                    prop_assert!((0.0..=LONGEST_WAIT).contains(&wait));
                    now += wait;
                }
                Step::PlayOut | Step::AwaitOnline => prop_assert!(false, "nobody has a picture, and there is a network"),
                Step::Renew => prop_assert!(renewable),
                Step::Flush | Step::Reattach(_) => {}
            }
            prop_assert!(count <= BUDGET as usize, "{count} failures and no word");
        }
        prop_assert!(now <= PATIENCE + 3000.0 + LONGEST_WAIT, "told after {now} ms");
    }

    /// With pictures now and then, too: it may take longer, but each standstill ends in a picture or in a reason.
    #[test]
    fn a_picture_that_comes_and_goes_is_no_way_out(
        events in prop::collection::vec((any_fault(), any::<bool>(), 100.0..2000.0), 1..400),
    ) {
        let mut ladder = Ladder::new(0.0, 5);
        let (mut now, mut fine_at) = (0.0, 0.0);
        for (fault, fine, span) in events {
            now += span;
            let fine = fine && fault != Fault::Stalled;
            if fine {
                ladder.fine(now);
                fine_at = now;
            }
            let scene = Scene { now, online: true, fine, rendition: Some(0), stretch: None, renditions: 1, renewable: true };
            match ladder.fault(fault, scene) {
                Step::Tell(error) => {
                    prop_assert!(!fine || error == Error::CodecUnsupported, "it plays, and is told {error:?}");
                    return Ok(());
                }
                Step::Flush | Step::Reattach(_) => prop_assert!(!fine),
                Step::PlayOut => prop_assert!(fine),
                _ => {}
            }
            prop_assert!(now - fine_at <= PATIENCE, "no picture for {} ms", now - fine_at);
        }
    }
}
