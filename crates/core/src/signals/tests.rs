//! Graphs that run as they should, and any graph against one that works everything out anew.

use std::{cell::RefCell, rc::Rc};

use proptest::prelude::*;

use super::*;

/// What ran, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, words: impl Into<String>) {
        self.0.borrow_mut().push(words.into());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// In an owner of its own, with effects that ran once.
fn alive<T>(make: impl FnOnce() -> T) -> (Owner, T) {
    let owner = Owner::root();
    let made = owner.with(make);
    run_waiting();
    (owner, made)
}

#[test]
fn an_effect_runs_once_for_many_changes() {
    let log = Log::default();
    let (_, (first, second)) = alive(|| {
        let (first, second) = (RwSignal::new(1), RwSignal::new(2));
        let log = log.clone();
        effect(move || log.say(format!("{} {}", first.get(), second.get())));
        (first, second)
    });
    assert_eq!(log.take(), ["1 2"]);

    first.set(10);
    second.set(20);
    first.set(11);
    assert!(log.take().is_empty(), "not before its turn");
    run_waiting();

    assert_eq!(log.take(), ["11 20"]);
}

#[test]
fn what_belongs_to_whoever_holds_it_outlives_owners_and_goes_with_its_last_clone() {
    let log = Log::default();
    let (owner, held) = alive(|| {
        let held = ArcRwSignal::new(1);
        let (log, read) = (log.clone(), held.clone());
        effect(move || log.say(read.get().to_string()));
        held
    });
    held.set(2);
    run_waiting();
    owner.dispose();
    held.set(3);
    run_waiting();
    assert_eq!(log.take(), ["1", "2"]);
    assert_eq!(held.get_untracked(), 3);

    let name = *held;
    drop(held);
    assert_eq!(name.try_get(), None);
}

/// A graph abroad that writes down what it is told.
struct Foreign(&'static str);

thread_local! {
    static FOREIGN: Log = Log::default();
}

impl Abroad for Foreign {
    fn track(&self) {
        FOREIGN.with(|log| log.say(format!("{} reads", self.0)));
    }

    fn tell(&self) {
        FOREIGN.with(|log| log.say(format!("{} hears", self.0)));
    }
}

#[test]
fn who_reads_abroad_hears_of_changes_and_who_reads_here_is_none_of_its_affair() {
    on_abroad(|| Some(Rc::new(Foreign("somebody"))));
    let heard = || FOREIGN.with(Log::take);
    let (owner, (signal, unread, double)) = alive(|| {
        let (signal, unread) = (RwSignal::new(1), RwSignal::new(1));
        let double = memo(move || signal.get() * 2);
        effect(move || assert!(unread.get() > 0 && double.get() > 0));
        (signal, unread, double)
    });
    assert!(heard().is_empty());
    unread.set(2);
    assert!(heard().is_empty());

    assert_eq!((signal.get(), signal.get_untracked()), (1, 1));
    assert_eq!(heard(), ["somebody reads"]);
    signal.set(5);
    assert_eq!(heard(), ["somebody hears"]);
    assert_eq!(double.get(), 10);
    heard();
    signal.set(6);
    assert_eq!(heard(), ["somebody hears", "somebody hears"], "the signal and the memo");
    owner.dispose();
}

#[test]
fn a_memo_that_comes_to_the_same_wakes_nobody() {
    let log = Log::default();
    let (_, number) = alive(|| {
        let number = RwSignal::new(1);
        let even = memo(move || number.get() % 2 == 0);
        let log = log.clone();
        effect(move || log.say(even.get().to_string()));
        number
    });

    for next in [3, 5, 6, 8, 9] {
        number.set(next);
        run_waiting();
    }

    assert_eq!(log.take(), ["false", "true", "false"]);
}

#[test]
fn two_ways_to_one_effect_are_one_run_with_both_up_to_date() {
    let log = Log::default();
    let (_, number) = alive(|| {
        let number = RwSignal::new(1);
        let (double, square) = (memo(move || number.get() * 2), memo(move || number.get() * number.get()));
        let log = log.clone();
        effect(move || log.say(format!("{} {}", double.get(), square.get())));
        number
    });

    number.set(5);
    run_waiting();

    assert_eq!(log.take(), ["2 1", "10 25"]);
}

#[test]
fn only_what_was_read_the_last_time_counts() {
    let log = Log::default();
    let (_, (choice, left, right)) = alive(|| {
        let (choice, left, right) = (RwSignal::new(true), RwSignal::new("l"), RwSignal::new("r"));
        let log = log.clone();
        effect(move || log.say(if choice.get() { left.get() } else { right.get() }));
        (choice, left, right)
    });

    right.set("r2");
    run_waiting();
    choice.set(false);
    run_waiting();
    left.set("l2");
    run_waiting();

    assert_eq!(log.take(), ["l", "r2"]);
}

#[test]
fn what_is_untracked_wakes_nobody() {
    let log = Log::default();
    let (_, (followed, looked_at)) = alive(|| {
        let (followed, looked_at) = (RwSignal::new(1), RwSignal::new(1));
        let log = log.clone();
        effect(move || log.say(format!("{} {}", followed.get(), untrack(|| looked_at.get()))));
        (followed, looked_at)
    });

    looked_at.set(2);
    run_waiting();
    followed.set(2);
    run_waiting();

    assert_eq!(log.take(), ["1 1", "2 2"]);
}

#[test]
fn what_an_effect_makes_goes_before_it_runs_again_and_with_its_owner() {
    let log = Log::default();
    let (owner, (outer, inner)) = alive(|| {
        let (outer, inner) = (RwSignal::new(1), RwSignal::new(1));
        let log = log.clone();
        effect(move || {
            let (run, log) = (outer.get(), log.clone());
            let ended = log.clone();
            on_cleanup(move || ended.say(format!("end {run}")));
            effect(move || log.say(format!("{run} {}", inner.get())));
        });
        (outer, inner)
    });
    run_waiting();

    outer.set(2);
    run_waiting();
    run_waiting();
    inner.set(2);
    run_waiting();
    owner.dispose();
    run_waiting();

    assert_eq!(log.take(), ["1 1", "end 1", "2 1", "2 2", "end 2"]);
}

#[test]
fn a_handle_whose_owner_is_gone_is_told_from_a_new_one_in_its_place() {
    let (owner, old) = alive(|| RwSignal::new("old"));
    owner.dispose();
    let (_, new) = alive(|| RwSignal::new("new"));

    assert_eq!((old.try_get(), old.try_set("lost")), (None, Some("lost")));
    assert_eq!(new.get(), "new");
}

#[test]
fn a_cleanup_reads_without_being_followed_by_whoever_caused_it() {
    let log = Log::default();
    let (_, (turn, last)) = alive(|| {
        let (turn, last) = (RwSignal::new(1), RwSignal::new(0));
        let inner = memo(move || {
            on_cleanup(move || last.track());
            turn.get()
        });
        let log = log.clone();
        effect(move || log.say(inner.get().to_string()));
        (turn, last)
    });
    turn.set(2);
    run_waiting();

    last.set(1);
    run_waiting();

    assert_eq!(log.take(), ["1", "2"]);
}

/// A step of a script: what is set to what.
type Script = Vec<Vec<(usize, u8)>>;

proptest! {
    /// Layers of memos over signals, each a sum of some before it, and an effect on each: after every batch of changes
    /// each effect has run once if its value is another one, and not at all if it is not.
    #[test]
    fn any_graph_shows_what_a_naive_one_shows(
        sources in prop::collection::vec(any::<u8>(), 1..4),
        memos in prop::collection::vec((prop::collection::vec(any::<prop::sample::Index>(), 1..4), 1..5u32), 1..12),
        script in prop::collection::vec(prop::collection::vec((0..4usize, any::<u8>()), 0..4), 1..8),
    ) {
        let script: Script = script;
        let (owner, (signals, runs)) = alive(|| {
            let signals: Vec<_> = sources.iter().map(|value| RwSignal::new(u32::from(*value))).collect();
            let mut all: Vec<Signal<u32>> = signals.iter().copied().map(Signal::from).collect();
            let runs: Rc<RefCell<Vec<(usize, u32)>>> = Rc::default();
            for (number, (reads, modulus)) in memos.iter().enumerate() {
                let reads: Vec<_> = reads.iter().map(|index| *index.get(&all)).collect();
                let modulus = *modulus;
                let value = memo(move || reads.iter().map(Signal::get).sum::<u32>() % (modulus * 3));
                let runs = Rc::clone(&runs);
                effect(move || runs.borrow_mut().push((number, value.get())));
                all.push(value.into());
            }
            (signals, runs)
        });
        let naive = |sources: &[u32]| {
            let mut all = sources.to_vec();
            for (reads, modulus) in &memos {
                let sum = reads.iter().map(|index| *index.get(&all)).sum::<u32>();
                all.push(sum % (modulus * 3));
            }
            all.split_off(sources.len())
        };
        let mut now: Vec<u32> = sources.iter().map(|value| u32::from(*value)).collect();
        let mut shown = naive(&now);
        prop_assert_eq!(runs.take(), shown.iter().copied().enumerate().collect::<Vec<_>>());

        for batch in script {
            for (index, value) in batch {
                let index = index % now.len();
                now[index] = u32::from(value);
                signals[index].set(u32::from(value));
            }
            run_waiting();

            let expected = naive(&now);
            let mut ran = runs.take();
            ran.sort_unstable();
            let changed = expected.iter().copied().enumerate().filter(|(number, value)| shown[*number] != *value);
            prop_assert_eq!(ran, changed.collect::<Vec<_>>());
            shown = expected;
        }
        owner.dispose();
    }
}
