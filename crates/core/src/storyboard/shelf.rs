//! Which sheets to fetch, and which to keep decoded: a decoded sheet takes width × height × 4 bytes, often 10 to 18 MB.

/// Decoded sheets at most: the one on show, and the one that comes next.
const KEPT: usize = 2;

/// What a sheet is to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sheet {
    Unknown,
    Fetching,
    /// Its bytes are kept, compressed: it is not fetched again.
    Fetched,
    Decoding,
    Decoded,
    /// Not asked for again: the time label does without.
    Failed,
}

/// What is to be done with a sheet, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch it, and say so by [`Shelf::fetched`].
    Fetch(usize),
    /// Decode what was fetched, and say so by [`Shelf::decoded`].
    Decode(usize),
    /// Free the decoded picture.
    Free(usize),
}

/// The sheets of one storyboard.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    sheets: Vec<Sheet>,
    /// The one on show, and the one that comes next.
    wanted: [Option<usize>; KEPT],
}

impl Shelf {
    /// For so many sheets, none of which is wanted yet.
    pub fn new(sheets: usize) -> Self {
        Self { sheets: vec![Sheet::Unknown; sheets], wanted: [None; KEPT] }
    }

    /// A tile of `shown` is to be shown, and `next` is the sheet that probably comes after it. `None` for the second
    /// leaves what there is.
    pub fn want(&mut self, shown: usize, next: Option<usize>) -> Vec<Step> {
        let before = self.wanted;
        let next = next.or_else(|| before.into_iter().flatten().find(|kept| *kept != shown));
        self.wanted = [Some(shown), next.filter(|next| *next != shown)];
        if self.wanted == before { Vec::new() } else { self.steps() }
    }

    /// A sheet has been fetched, or could not be.
    pub fn fetched(&mut self, sheet: usize, there: bool) -> Vec<Step> {
        self.set(sheet, if there { Sheet::Fetched } else { Sheet::Failed });
        self.steps()
    }

    /// A sheet has been decoded, or could not be. What is wanted no more by now is to be freed at once.
    pub fn decoded(&mut self, sheet: usize, there: bool) -> Vec<Step> {
        self.set(sheet, if there { Sheet::Decoded } else { Sheet::Failed });
        self.steps()
    }

    /// Whether it can be drawn from.
    pub fn is_decoded(&self, sheet: usize) -> bool {
        self.state(sheet) == Some(Sheet::Decoded)
    }

    fn state(&self, sheet: usize) -> Option<Sheet> {
        self.sheets.get(sheet).copied()
    }

    fn set(&mut self, sheet: usize, state: Sheet) {
        if let Some(sheet) = self.sheets.get_mut(sheet) {
            *sheet = state;
        }
    }

    fn count(&self, state: Sheet) -> usize {
        self.sheets.iter().filter(|sheet| **sheet == state).count()
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for sheet in 0..self.sheets.len() {
            if self.is_decoded(sheet) && !self.wanted.contains(&Some(sheet)) {
                self.set(sheet, Sheet::Fetched);
                steps.push(Step::Free(sheet));
            }
        }
        for (place, sheet) in self.wanted.into_iter().enumerate() {
            let Some(sheet) = sheet else { continue };
            match self.state(sheet) {
                // Those that a pointer has left behind meanwhile are not waited for, but neither do they pile up. What
                // comes next waits until there is something to show.
                Some(Sheet::Unknown) if self.count(Sheet::Fetching) < KEPT - place => {
                    self.set(sheet, Sheet::Fetching);
                    steps.push(Step::Fetch(sheet));
                }
                Some(Sheet::Fetched) if self.count(Sheet::Decoding) < KEPT => {
                    self.set(sheet, Sheet::Decoding);
                    steps.push(Step::Decode(sheet));
                }
                _ => {}
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_sheet_that_comes_next_is_decoded_before_it_is_shown() {
        let mut shelf = Shelf::new(3);
        assert_eq!(shelf.want(0, None), [Step::Fetch(0)]);
        assert_eq!(shelf.fetched(0, true), [Step::Decode(0)]);
        assert_eq!(shelf.decoded(0, true), []);
        assert_eq!(shelf.want(0, Some(1)), [Step::Fetch(1)]);
        assert_eq!(shelf.fetched(1, true), [Step::Decode(1)]);
        assert_eq!(shelf.decoded(1, true), []);

        assert_eq!(shelf.want(1, Some(0)), [], "the pointer has just come over");
        assert!(shelf.is_decoded(0) && shelf.is_decoded(1));
        assert_eq!(shelf.want(1, Some(2)), [Step::Free(0), Step::Fetch(2)]);
    }

    #[test]
    fn a_sheet_that_was_fetched_is_only_decoded_again() {
        let mut shelf = Shelf::new(3);
        for sheet in 0..3 {
            shelf.want(sheet, None);
            shelf.fetched(sheet, true);
            shelf.decoded(sheet, true);
        }
        assert!(!shelf.is_decoded(0));
        assert_eq!(shelf.want(0, None), [Step::Free(1), Step::Decode(0)]);
    }

    #[test]
    fn one_that_failed_is_let_be() {
        let mut shelf = Shelf::new(2);
        shelf.want(0, Some(1));
        assert_eq!(shelf.fetched(0, false), [Step::Fetch(1)]);
        shelf.fetched(1, true);
        shelf.decoded(1, false);
        assert_eq!((shelf.want(1, None), shelf.want(0, None)), (vec![], vec![]));
    }

    #[test]
    fn a_pointer_that_runs_over_hundreds_of_pictures_leaves_no_queue() {
        let mut shelf = Shelf::new(500);
        let asked: usize = (0..500).map(|sheet| shelf.want(sheet, Some(sheet + 1)).len()).sum();
        assert_eq!(asked, 2);
        assert_eq!(shelf.fetched(0, true), [Step::Fetch(499)], "where the pointer is now");
    }

    #[derive(Clone, Debug)]
    enum Act {
        Want(usize, Option<usize>),
        Answer(usize, bool),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            (0..9usize, prop::option::of(0..9usize)).prop_map(|(shown, next)| Act::Want(shown, next)),
            (0..9usize, prop::bool::weighted(0.9)).prop_map(|(which, there)| Act::Answer(which, there)),
        ]
    }

    proptest! {
        #[test]
        fn two_at_most_are_kept_each_is_fetched_once_and_what_is_shown_comes_in_the_end(
            acts in prop::collection::vec(act(), 0..80), last in 0..9usize,
        ) {
            let mut shelf = Shelf::new(9);
            let mut under_way: Vec<Step> = Vec::new();
            let mut fetched = Vec::new();
            let mut decoded: Vec<usize> = Vec::new();
            let mut failed = Vec::new();
            // In the end all that is under way is answered, and well.
            let answers = std::iter::repeat_n(Act::Answer(0, true), 20);
            for act in acts.into_iter().chain([Act::Want(last, None)]).chain(answers) {
                let steps = match act {
                    Act::Want(shown, next) => shelf.want(shown, next),
                    Act::Answer(_, _) if under_way.is_empty() => continue,
                    Act::Answer(which, there) => match under_way.remove(which % under_way.len()) {
                        step @ (Step::Fetch(sheet) | Step::Decode(sheet)) => {
                            if !there { failed.push(sheet) }
                            if matches!(step, Step::Fetch(_)) {
                                shelf.fetched(sheet, there)
                            } else {
                                if there { decoded.push(sheet) }
                                shelf.decoded(sheet, there)
                            }
                        }
                        Step::Free(_) => unreachable!(),
                    },
                };
                for step in steps {
                    match step {
                        Step::Fetch(sheet) => {
                            prop_assert!(!fetched.contains(&sheet), "{sheet} is fetched twice");
                            fetched.push(sheet);
                        }
                        Step::Decode(sheet) => prop_assert!(fetched.contains(&sheet) && !decoded.contains(&sheet)),
                        Step::Free(sheet) => {
                            prop_assert!(decoded.contains(&sheet));
                            decoded.retain(|kept| *kept != sheet);
                            continue;
                        }
                    }
                    under_way.push(step);
                }
                prop_assert!(decoded.len() <= KEPT && under_way.len() <= 2 * KEPT);
                prop_assert!(decoded.iter().all(|sheet| shelf.is_decoded(*sheet)));
            }
            prop_assert!(shelf.is_decoded(last) || failed.contains(&last));
        }
    }
}
