//! Scrubbing: what a mouse, a finger or a key on the time slider shows, and the one seek that comes of it.
//!
//! Nothing is sought while the slider is held. Where it is let go is the seek; what is called off seeks nowhere.

use crate::within;

/// Where the slider lies, in CSS pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// Its left edge: time runs from left to right in every script.
    pub left: f64,
    /// How wide it is.
    pub width: f64,
    /// Half way down.
    pub middle: f64,
}

/// Where a pointer is, in CSS pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// CSS pixels: a pointer that has moved no further was only pressed.
const STILL: f64 = 3.0;

/// A finger so many CSS pixels above or below the slider moves the time at this share of its own speed, as in the
/// players of phones: on a narrow screen each pixel of a long film is half a minute.
const FINE: [(f64, f64); 3] = [(60.0, 1.0), (120.0, 0.5), (180.0, 0.25)];
const FINEST: f64 = 0.1;

/// What is done to a slider. All times are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrub {
    grip: Option<Grip>,
    hover: Option<f64>,
    keyed: Option<f64>,
    settling: bool,
}

/// What holds the slider.
#[derive(Clone, Debug, PartialEq)]
enum Grip {
    Pointer {
        time: f64,
        pressed: Point,
        at: Point,
        /// A finger: it may slow down.
        fine: bool,
        moved: bool,
    },
    Key {
        time: f64,
    },
}

impl Track {
    /// The time, in seconds, that lies at this place in a video of this duration.
    pub fn time_at(&self, x: f64, duration: f64) -> f64 {
        within((x - self.left) / self.width.max(1.0), 0.0, 1.0) * duration.max(0.0)
    }

    /// How far above or below the slider a pointer is.
    fn reach(&self, point: Point) -> f64 {
        (point.y - self.middle).abs()
    }
}

fn speed(reach: f64) -> f64 {
    FINE.iter().find(|(within, _)| reach < *within).map_or(FINEST, |(_, speed)| *speed)
}

impl Scrub {
    /// The mouse is over the slider.
    pub fn hover(&mut self, at: Point, track: Track, duration: f64) {
        self.keyed = None;
        self.hover = Some(track.time_at(at.x, duration));
    }

    /// The mouse is elsewhere.
    pub fn leave(&mut self) {
        self.hover = None;
    }

    /// A pointer is pressed down on the slider. A finger (`fine`) slows down with its distance from it.
    pub fn press(&mut self, at: Point, track: Track, duration: f64, fine: bool) {
        self.keyed = None;
        self.settling = false;
        let time = track.time_at(at.x, duration);
        self.grip = Some(Grip::Pointer { time, pressed: at, at, fine, moved: false });
    }

    /// The pointer that holds the slider is moved.
    pub fn drag(&mut self, to: Point, track: Track, duration: f64) {
        let Some(Grip::Pointer { time, pressed, at, fine, moved }) = &mut self.grip else { return };
        *moved |= (to.x - pressed.x).abs().max((to.y - pressed.y).abs()) > STILL;
        let (from, reach) = (*at, track.reach(to));
        *at = to;
        if !*fine {
            *time = track.time_at(to.x, duration);
            return;
        }
        // What the finger's own place and the time are apart. On the way back to the slider they come together.
        let mut apart = *time - track.time_at(from.x, duration);
        let moved_by = track.time_at(to.x, duration) - track.time_at(from.x, duration);
        apart -= moved_by * (1.0 - speed(reach));
        let (near, before) = ((reach - STILL).max(0.0), (track.reach(from) - STILL).max(0.0));
        if near < before {
            apart *= near / before;
        }
        *time = within(track.time_at(to.x, duration) + apart, 0.0, duration.max(0.0));
    }

    /// A key that is down has moved the slider here. A pointer that holds it has precedence.
    pub fn hold(&mut self, time: f64) {
        if !matches!(self.grip, Some(Grip::Pointer { .. })) {
            self.hover = None;
            self.settling = false;
            self.keyed = Some(time);
            self.grip = Some(Grip::Key { time });
        }
    }

    /// The pointer is lifted. Gives the time to seek.
    pub fn lift(&mut self) -> Option<f64> {
        let pointer = matches!(self.grip, Some(Grip::Pointer { .. }));
        if pointer { self.let_go() } else { None }
    }

    /// The key is let go, or its release will never be told: the focus is elsewhere. Gives the time to seek.
    pub fn let_go_of_key(&mut self) -> Option<f64> {
        let key = matches!(self.grip, Some(Grip::Key { .. }));
        if key { self.let_go() } else { None }
    }

    fn let_go(&mut self) -> Option<f64> {
        let time = self.held();
        self.grip = None;
        self.settling = time.is_some();
        time
    }

    /// The preview of a key has been seen for long enough.
    pub fn forget_key(&mut self) {
        self.keyed = None;
    }

    /// The drag is called off. Tells whether there was one.
    pub fn cancel(&mut self) -> bool {
        self.keyed = None;
        self.grip.take().is_some()
    }

    /// The frame that was sought is on the screen. Tells whether it was waited for.
    pub fn settle(&mut self) -> bool {
        std::mem::take(&mut self.settling)
    }

    /// Where the slider is held.
    pub fn held(&self) -> Option<f64> {
        match self.grip.as_ref()? {
            Grip::Pointer { time, .. } | Grip::Key { time } => Some(*time),
        }
    }

    /// Where a key holds the slider.
    pub fn keyed(&self) -> Option<f64> {
        match self.grip {
            Some(Grip::Key { time }) => Some(time),
            _ => None,
        }
    }

    /// The time to show a preview of. `pending` is what is being sought.
    pub fn preview(&self, pending: Option<f64>) -> Option<f64> {
        self.held().or(pending.filter(|_| self.settling)).or(self.hover).or(self.keyed).or(pending)
    }

    /// Whether the preview covers the picture: while the slider is held, and then until the frame that was sought has
    /// taken its place.
    pub fn is_full(&self, pending: Option<f64>) -> bool {
        self.grip.is_some() || (self.settling && pending.is_some())
    }

    /// Whether a pointer that holds the slider has moved: until then it may be a mere press.
    pub fn is_dragged(&self) -> bool {
        matches!(self.grip, Some(Grip::Pointer { moved: true, .. }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TRACK: Track = Track { left: 100.0, width: 500.0, middle: 400.0 };
    const DURATION: f64 = 1000.0;

    fn on_it(x: f64) -> Point {
        Point { x, y: TRACK.middle }
    }

    #[test]
    fn the_place_on_the_track_is_a_time() {
        for (x, time) in [(100.0, 0.0), (350.0, 500.0), (600.0, 1000.0), (-50.0, 0.0), (9e9, 1000.0)] {
            assert_eq!(TRACK.time_at(x, DURATION), time, "{x}");
        }
        assert_eq!(Track { width: 0.0, ..TRACK }.time_at(200.0, DURATION), DURATION, "before it is laid out");
        assert_eq!(TRACK.time_at(300.0, 0.0), 0.0, "before the duration is known");
    }

    #[test]
    fn a_drag_seeks_once_where_it_is_let_go() {
        let mut scrub = Scrub::default();
        scrub.hover(on_it(200.0), TRACK, DURATION);
        assert_eq!((scrub.preview(None), scrub.held(), scrub.is_full(None)), (Some(200.0), None, false));

        scrub.press(on_it(200.0), TRACK, DURATION, false);
        scrub.drag(on_it(202.0), TRACK, DURATION);
        assert!(scrub.is_full(None) && !scrub.is_dragged());
        scrub.drag(Point { x: 400.0, y: 0.0 }, TRACK, DURATION);
        assert_eq!(scrub.preview(None), Some(600.0));
        assert!(scrub.is_dragged());

        assert_eq!(scrub.lift(), Some(600.0));
        assert_eq!(scrub.lift(), None);
    }

    #[test]
    fn the_preview_covers_the_picture_until_the_sought_frame_is_there() {
        let mut scrub = Scrub::default();
        scrub.press(on_it(350.0), TRACK, DURATION, false);
        scrub.lift();
        // The mouse wanders on.
        scrub.hover(on_it(150.0), TRACK, DURATION);
        assert!(scrub.is_full(Some(500.0)));
        assert_eq!(scrub.preview(Some(500.0)), Some(500.0));

        scrub.settle();
        assert!(!scrub.is_full(Some(500.0)));
        assert_eq!(scrub.preview(None), Some(100.0), "what the mouse points at");
    }

    #[test]
    fn a_seek_from_elsewhere_covers_nothing() {
        let scrub = Scrub::default();
        assert_eq!(scrub.preview(Some(30.0)), Some(30.0));
        assert!(!scrub.is_full(Some(30.0)));
    }

    #[test]
    fn a_key_that_is_held_seeks_when_it_is_let_go_and_its_preview_stays_for_a_while() {
        let mut scrub = Scrub::default();
        scrub.hold(5.0);
        scrub.hold(10.0);
        assert!(scrub.is_full(None));
        assert_eq!(scrub.lift(), None, "no pointer holds it");
        assert_eq!(scrub.let_go_of_key(), Some(10.0));
        assert_eq!(scrub.preview(None), Some(10.0));
        scrub.forget_key();
        assert_eq!(scrub.preview(None), None);
    }

    #[test]
    fn what_is_called_off_seeks_nowhere() {
        let mut scrub = Scrub::default();
        scrub.press(on_it(350.0), TRACK, DURATION, true);
        assert!(scrub.cancel());
        assert_eq!((scrub.lift(), scrub.held(), scrub.preview(None)), (None, None, None));
        assert!(!scrub.cancel());
    }

    #[test]
    fn a_finger_far_from_the_slider_moves_slowly_and_meets_its_place_on_the_way_back() {
        let mut scrub = Scrub::default();
        scrub.press(on_it(200.0), TRACK, DURATION, true);
        scrub.drag(Point { x: 200.0, y: TRACK.middle - 150.0 }, TRACK, DURATION);
        assert_eq!(scrub.held(), Some(200.0), "straight up moves nothing");
        scrub.drag(Point { x: 300.0, y: TRACK.middle - 150.0 }, TRACK, DURATION);
        assert_eq!(scrub.held(), Some(250.0), "a quarter of 100 px");
        scrub.drag(Point { x: 300.0, y: TRACK.middle - 30.0 }, TRACK, DURATION);
        let half_way = scrub.held().unwrap();
        assert!(half_way > 250.0 && half_way < 400.0, "{half_way}");
        scrub.drag(on_it(300.0), TRACK, DURATION);
        assert_eq!(scrub.held(), Some(400.0), "on the slider it is where the finger is");
    }

    #[derive(Clone, Debug)]
    enum Act {
        Hover(f64),
        Leave,
        Press(f64, bool),
        Drag(f64, f64),
        Hold(f64),
        Lift,
        LetGoOfKey,
        Cancel,
        Settle,
    }

    fn act() -> impl Strategy<Value = Act> {
        let x = -100.0..800.0;
        prop_oneof![
            x.clone().prop_map(Act::Hover),
            Just(Act::Leave),
            (x.clone(), any::<bool>()).prop_map(|(x, fine)| Act::Press(x, fine)),
            (x, -200.0..900.0).prop_map(|(x, y)| Act::Drag(x, y)),
            (0.0..DURATION).prop_map(Act::Hold),
            Just(Act::Lift),
            Just(Act::LetGoOfKey),
            Just(Act::Cancel),
            Just(Act::Settle),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_done_each_hold_ends_in_one_seek_at_most_and_within_the_video(
            acts in prop::collection::vec(act(), 0..60),
        ) {
            let mut scrub = Scrub::default();
            for act in acts {
                let before = scrub.held();
                let sought = match act {
                    Act::Hover(x) => { scrub.hover(on_it(x), TRACK, DURATION); None }
                    Act::Leave => { scrub.leave(); None }
                    Act::Press(x, fine) => { scrub.press(on_it(x), TRACK, DURATION, fine); None }
                    Act::Drag(x, y) => { scrub.drag(Point { x, y }, TRACK, DURATION); None }
                    Act::Hold(time) => { scrub.hold(time); None }
                    Act::Lift => scrub.lift(),
                    Act::LetGoOfKey => scrub.let_go_of_key(),
                    Act::Cancel => { scrub.cancel(); None }
                    Act::Settle => { scrub.settle(); None }
                };
                if sought.is_some() {
                    prop_assert_eq!(sought, before, "where it was held");
                    prop_assert_eq!(scrub.held(), None, "and it is held no more");
                }
                for time in [scrub.held(), scrub.preview(None)].into_iter().flatten() {
                    prop_assert!((0.0..=DURATION).contains(&time));
                }
            }
        }
    }
}
