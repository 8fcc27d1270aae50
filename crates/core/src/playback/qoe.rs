//! What viewers get, in the terms of those who measure it: how long a start takes, how often and why it stands still,
//! which rendition is seen, what fails. "QoE" is the field's word: quality of experience.

use crate::Millis;

/// Something that a viewer noticed.
#[derive(Clone, Debug, PartialEq)]
pub enum Qoe {
    /// It plays for the first time.
    Startup {
        /// Milliseconds from the wish to play, or from the source if that came later, until it played. What was
        /// preloaded before anybody wanted to play costs no viewer any time, and is not counted.
        took: Millis,
        /// What plays it: `hls.js`, `native` or `file`.
        engine: &'static str,
        /// The first segment was on its way before the engine was.
        prefetched: bool,
        /// What is seen first.
        rendition: Rendition,
    },
    /// It stood still, and no one had asked it to: neither a pause nor a seek. Told when it is over.
    Rebuffer {
        /// When it began, on the caller's clock.
        at: Millis,
        /// How long it lasted.
        took: Millis,
        /// Where, in seconds of the video.
        position: f64,
        /// Why.
        reason: Reason,
    },
    /// Another rendition is on screen.
    Rendition {
        /// The one before, if there was one.
        from: Option<Rendition>,
        /// The one that is seen now.
        to: Rendition,
        /// Chosen by the engine, not by the user.
        auto: bool,
    },
    /// Something failed.
    Error {
        /// A stable code.
        code: &'static str,
        /// What it means, in English.
        message: String,
        /// It does not go on without the user. If not, it has been overcome already.
        fatal: bool,
        /// What overcame it.
        recovered_by: Option<&'static str>,
    },
}

impl Qoe {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Startup { .. } => "startup",
            Self::Rebuffer { .. } => "rebuffer",
            Self::Rendition { .. } => "rendition",
            Self::Error { .. } => "error",
        }
    }
}

/// A picture's size and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rendition {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits a second; 0 while unknown.
    pub bitrate: u32,
}

/// Why it stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What was buffered ran out: the network is slower than the video.
    Buffer,
    /// Requests failed meanwhile.
    Network,
    /// One source took another's place.
    Source,
}

impl Reason {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Buffer => "buffer",
            Self::Network => "network",
            Self::Source => "source",
        }
    }
}

/// What happens to a player.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// There is something to play, and this engine to play it.
    Source(&'static str),
    /// The first segment is fetched ahead of the engine.
    Prefetched,
    /// The user, or the page, wants it to play.
    Play,
    /// Nobody does any more.
    Pause,
    /// It waits for data.
    Waiting {
        /// Seconds of the video.
        position: f64,
    },
    /// It plays, for the first time or again. The picture's size, as the element has it.
    Playing {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// It goes to another position.
    Seeking,
    /// It is at the end.
    Ended,
    /// This rendition is on screen.
    Rendition {
        /// Which.
        to: Rendition,
        /// The engine's choice.
        auto: bool,
    },
    /// A request failed, or the decoder did, and it is being mended.
    Failing {
        /// A stable code.
        code: &'static str,
        /// In English.
        message: String,
        /// What is tried.
        step: &'static str,
    },
    /// It goes on: what was tried last has helped.
    Recovered,
    /// It does not.
    Failed {
        /// A stable code.
        code: &'static str,
        /// In English.
        message: String,
    },
}

/// Milliseconds: a shorter standstill is not noticed, and not told.
pub const NOTICED: Millis = 50.0;

/// The code of the mildest step: to fetch again.
const RETRY: &str = "retry";

/// Works out from what happens what a viewer notices.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    source: Option<(&'static str, Millis)>,
    prefetched: bool,
    wanted: Option<Millis>,
    started: bool,
    seeking: bool,
    still: Option<Still>,
    rendition: Option<Rendition>,
    /// What failed first, and what was tried last.
    failing: Option<(&'static str, String, &'static str)>,
}

#[derive(Clone, Copy, Debug)]
struct Still {
    at: Millis,
    position: f64,
    reason: Reason,
}

impl Observer {
    /// Takes what happens at this time, and gives what that means to the viewer.
    pub fn take(&mut self, input: Input, now: Millis) -> Option<Qoe> {
        match input {
            Input::Source(engine) => {
                self.source = Some((engine, now));
                if self.started && self.wanted.is_some() {
                    let position = self.still.map_or(f64::NAN, |still| still.position);
                    self.still = Some(Still { at: now, position, reason: Reason::Source });
                }
            }
            Input::Prefetched => self.prefetched = true,
            Input::Play => {
                self.wanted.get_or_insert(now);
            }
            Input::Pause | Input::Ended => {
                self.wanted = None;
                return self.moves(now);
            }
            Input::Waiting { position } => self.wait(position, now),
            Input::Playing { width, height } => return self.play(width, height, now),
            Input::Seeking => {
                self.seeking = true;
                return self.moves(now);
            }
            Input::Rendition { to, auto } => {
                let from = self.rendition.replace(to);
                return (from != Some(to)).then_some(Qoe::Rendition { from, to, auto });
            }
            Input::Failing { code, message, step } => {
                let (_, _, tried) = self.failing.get_or_insert((code, message, step));
                // What follows on a step is tried again by itself: it is the step that helped.
                if step != RETRY {
                    *tried = step;
                }
                if let Some(still) = &mut self.still {
                    still.reason = Reason::Network;
                }
            }
            Input::Recovered => {
                let (code, message, step) = self.failing.take()?;
                return Some(Qoe::Error { code, message, fatal: false, recovered_by: Some(step) });
            }
            Input::Failed { code, message } => {
                self.failing = None;
                self.still = None;
                return Some(Qoe::Error { code, message, fatal: true, recovered_by: None });
            }
        }
        None
    }

    fn wait(&mut self, position: f64, now: Millis) {
        // What follows on a seek is a part of the seek; before the start it is a part of the start.
        if !self.started || self.seeking || self.wanted.is_none() {
            return;
        }
        let reason = if self.failing.is_some() { Reason::Network } else { Reason::Buffer };
        let still = self.still.get_or_insert(Still { at: now, position, reason });
        if still.position.is_nan() {
            still.position = position;
        }
    }

    fn play(&mut self, width: u32, height: u32, now: Millis) -> Option<Qoe> {
        self.seeking = false;
        if self.started {
            return self.moves(now);
        }
        self.started = true;
        let wanted = *self.wanted.get_or_insert(now);
        let (engine, since) = self.source.unwrap_or(("", now));
        Some(Qoe::Startup {
            took: now - wanted.max(since),
            engine,
            prefetched: self.prefetched,
            rendition: self.rendition.unwrap_or(Rendition { width, height, bitrate: 0 }),
        })
    }

    /// It does not stand still any more.
    fn moves(&mut self, now: Millis) -> Option<Qoe> {
        let Still { at, position, reason } = self.still.take()?;
        let took = now - at;
        let position = if position.is_nan() { 0.0 } else { position };
        (took >= NOTICED).then_some(Qoe::Rebuffer { at, took, position, reason })
    }
}

#[cfg(test)]
mod tests {
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
        let source =
            after_the_start(&[(5_000.0, Input::Source("hls.js")), (5_010.0, waiting(4.5)), (5_400.0, PLAYING)]);

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
}
