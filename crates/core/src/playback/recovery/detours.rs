//! Ways around what is damaged in one rendition: another one plays for that stretch.

/// Damaged stretches of one rendition until it is done without.
const STRETCHES: usize = 3;

/// Seconds: stretches that begin so close to each other are the same.
const SAME: f64 = 0.5;

/// Seconds: who goes back further than this from what is damaged has the detour behind them, too. Whatever a flush throws
/// away is less, and is fetched by the detour.
const BACK: f64 = 30.0;

/// A stretch of a rendition, in seconds of the video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where the damaged segment begins.
    pub from: f64,
    /// Where it ends.
    pub until: f64,
}

/// The damaged stretches that are known, and those that a way leads around now.
#[derive(Clone, Debug, Default)]
pub struct Detours {
    known: Vec<(usize, Stretch)>,
    open: Vec<(usize, Stretch)>,
}

impl Detours {
    /// Whether this stretch is one too many, so that the rendition is to be done without.
    pub fn spoils(&mut self, rendition: usize, stretch: Stretch) -> bool {
        self.note(rendition, stretch);
        self.is_spoilt(rendition)
    }

    /// Begins one around this stretch of a rendition, of so many. Gives the rendition to play meanwhile: the next lower
    /// one that is sound there, or else the next higher one. `None`: there is none.
    pub fn begin(&mut self, rendition: usize, stretch: Stretch, renditions: usize) -> Option<usize> {
        self.note(rendition, stretch);
        let is_open = |other: &usize| self.open.iter().any(|(closed, _)| closed == other);
        let to = (0..rendition).rev().chain(rendition + 1..renditions).find(|other| !is_open(other))?;
        self.open.push((rendition, stretch));
        Some(to)
    }

    /// The engine has found its own way around this stretch. Gives whether the rendition is to be done without.
    pub fn found(&mut self, rendition: usize, stretch: Stretch) -> bool {
        self.open.push((rendition, stretch));
        self.spoils(rendition, stretch)
    }

    /// What is fetched next begins at this position, in seconds. Gives whether the last detour has just ended, so that
    /// every rendition may be played again.
    pub fn pass(&mut self, next: f64) -> bool {
        let before = self.open.len();
        self.open.retain(|(_, stretch)| (stretch.from - BACK..stretch.until - SAME).contains(&next));
        before > 0 && self.open.is_empty()
    }

    /// There is no detour any more: somebody has chosen a rendition.
    pub fn end(&mut self) {
        self.open.clear();
    }

    /// This rendition is done without: those after it move up.
    pub fn remove(&mut self, rendition: usize) {
        for stretches in [&mut self.known, &mut self.open] {
            stretches.retain(|(other, _)| *other != rendition);
            for (other, _) in stretches.iter_mut().filter(|(other, _)| *other > rendition) {
                *other -= 1;
            }
        }
    }

    fn note(&mut self, rendition: usize, stretch: Stretch) {
        let same = |(other, known): &(usize, Stretch)| *other == rendition && (known.from - stretch.from).abs() < SAME;
        if !self.known.iter().any(same) {
            self.known.push((rendition, stretch));
        }
    }

    fn is_spoilt(&self, rendition: usize) -> bool {
        self.known.iter().filter(|(other, _)| *other == rendition).count() >= STRETCHES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `number`th segment of four seconds.
    fn segment(number: u32) -> Stretch {
        let from = f64::from(number) * 4.0;
        Stretch { from, until: from + 4.0 }
    }

    #[test]
    fn a_detour_takes_the_next_lower_rendition_and_ends_behind_the_damage() {
        let mut detours = Detours::default();
        assert_eq!(detours.begin(2, segment(3), 4), Some(1));
        assert!(!detours.pass(12.0), "the damage is still ahead");
        assert!(detours.pass(16.0));
        assert!(!detours.pass(20.0), "it ends once");
    }

    #[test]
    fn the_lowest_rendition_is_left_upwards() {
        assert_eq!(Detours::default().begin(0, segment(3), 3), Some(1));
        assert_eq!(Detours::default().begin(0, segment(3), 1), None);
    }

    #[test]
    fn a_rendition_that_is_damaged_there_as_well_is_no_way_around() {
        let mut detours = Detours::default();
        assert_eq!(detours.begin(1, segment(3), 3), Some(0));
        assert_eq!(detours.begin(0, segment(3), 3), Some(2));
        assert_eq!(detours.begin(2, segment(3), 3), None);
    }

    #[test]
    fn who_goes_back_has_every_rendition_again() {
        let mut detours = Detours::default();
        detours.begin(1, segment(10), 2);
        assert!(!detours.pass(36.0), "a flush goes back a little");
        assert!(detours.pass(4.0));
    }

    #[test]
    fn a_rendition_that_is_damaged_in_three_places_is_done_without() {
        let mut detours = Detours::default();
        for number in [3, 9] {
            // The same damage, met again, is no more of it.
            for _ in 0..5 {
                assert!(!detours.spoils(1, segment(number)));
            }
        }
        assert!(detours.spoils(1, segment(15)));
        assert!(!detours.spoils(0, segment(15)), "the other one is damaged here alone");

        let mut found = Detours::default();
        assert_eq!([3, 4, 5].map(|number| found.found(1, segment(number))), [false, false, true]);
    }

    #[test]
    fn what_is_done_without_is_forgotten_and_the_others_move_up() {
        let mut detours = Detours::default();
        for number in [3, 9] {
            detours.spoils(2, segment(number));
        }
        detours.remove(0);
        assert!(detours.spoils(1, segment(15)), "it was the third before");
        detours.remove(1);
        assert!(!detours.spoils(1, segment(15)));
    }
}
