//! Which of many files is sent, with how many requests at once, and how far all of them are.

use crate::upload::Progress;

/// Names a file of the queue.
pub type Key = u32;

/// What there may be at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files that are being sent, at least 1. More would share the same line, and each would be ready later.
    pub files: u32,
    /// Requests of all files together, at least 1. Browsers allow six to a host over HTTP/1.1, and the page needs some
    /// for itself.
    pub requests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: 2, requests: 4 }
    }
}

/// Where a file stands, as far as the queue cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not been started.
    Queued,
    /// Its bytes are on their way, or will be without anyone's doing: it takes one of the places.
    Sending,
    /// The user holds it back, or it has failed and may be tried again: it leaves its place to others.
    Resting,
    /// Every byte is at the provider.
    Arrived,
    /// Nothing more will be sent of it, and it never arrives.
    Over,
}

/// What the owner of the queue does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Start this file.
    Start(Key),
    /// This file may have so many requests at once.
    Share(Key, u32),
}

/// How far all files are. Sizes are bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Files that arrive, or have.
    pub files: u32,
    /// Files that have arrived.
    pub arrived: u32,
    /// Files that are being sent.
    pub sending: u32,
    /// Bytes of all files.
    pub total: u64,
    /// Bytes that their providers are known to hold.
    pub acknowledged: u64,
    /// Bytes past those that have probably left.
    pub in_flight: u64,
    /// Bytes a second, of all that are being sent.
    pub rate: Option<f64>,
    /// Seconds until everything has arrived at this rate.
    pub eta: Option<f64>,
}

struct Entry {
    key: Key,
    size: u64,
    status: Status,
    share: u32,
    progress: Progress,
}

/// The queue. It decides; whoever owns it starts uploads and tells it what becomes of them.
pub struct Queue {
    limits: Limits,
    entries: Vec<Entry>,
    held: bool,
}

impl Queue {
    /// No files yet.
    pub const fn new(limits: Limits) -> Self {
        Self { limits, entries: Vec::new(), held: false }
    }

    /// From now on no further file is started, or they are again. Who adds a file wants it to be sent.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// A file of `size` bytes comes last.
    pub fn add(&mut self, key: Key, size: u64) {
        self.held = false;
        let progress = Progress { total: size, ..Progress::default() };
        self.entries.push(Entry { key, size, status: Status::Queued, share: 0, progress });
    }

    /// A file is no longer anyone's concern.
    pub fn remove(&mut self, key: Key) {
        self.entries.retain(|entry| entry.key != key);
    }

    /// The files in their order.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.entries.iter().map(|entry| entry.key)
    }

    /// A file that is still queued goes next: before all others that are. Whether there was anything to change.
    pub fn put_first(&mut self, key: Key) -> bool {
        let queued = |entry: &Entry| entry.status == Status::Queued;
        let first = self.entries.iter().position(queued);
        let this = self.entries.iter().position(|entry| entry.key == key && queued(entry));
        match (first, this) {
            (Some(first), Some(this)) if first < this => {
                self.entries[first..=this].rotate_right(1);
                true
            }
            _ => false,
        }
    }

    /// What has become of a file.
    pub fn report(&mut self, key: Key, status: Status, progress: Progress) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) {
            (entry.status, entry.progress) = (status, progress);
            if status != Status::Sending {
                entry.share = 0;
            }
        }
    }

    /// What there is to do now. Call it after every change.
    pub fn orders(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        let sending = |entry: &&mut Entry| entry.status == Status::Sending;
        let busy = self.entries.iter_mut().filter(sending).count();
        let places = if self.held { 0 } else { self.limits.files.max(1) as usize };
        let free = places.saturating_sub(busy);
        for entry in self.entries.iter_mut().filter(|entry| entry.status == Status::Queued).take(free) {
            entry.status = Status::Sending;
            orders.push(Order::Start(entry.key));
        }
        let count = self.entries.iter_mut().filter(sending).count() as u32;
        // The first gets what can't be shared out evenly: it is to be ready first.
        let mut left = self.limits.requests.max(count);
        for (index, entry) in (0..count).zip(self.entries.iter_mut().filter(sending)) {
            let share = left.div_ceil(count - index);
            left -= share;
            if entry.share != share {
                entry.share = share;
                orders.push(Order::Share(entry.key, share));
            }
        }
        orders
    }

    /// How far all of them are. Files that are over do not count.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        let mut rate = 0.0;
        for Entry { size, status, progress, .. } in self.entries.iter().filter(|entry| entry.status != Status::Over) {
            totals.files += 1;
            totals.total += size;
            match status {
                Status::Arrived => {
                    totals.arrived += 1;
                    totals.acknowledged += size;
                    continue;
                }
                Status::Sending => {
                    totals.sending += 1;
                    rate += progress.rate.unwrap_or(0.0);
                }
                _ => {}
            }
            totals.acknowledged += progress.acknowledged;
            totals.in_flight += progress.in_flight;
        }
        if rate > 0.0 {
            totals.rate = Some(rate);
            totals.eta = Some((totals.total - totals.acknowledged - totals.in_flight) as f64 / rate);
        }
        totals
    }
}

impl Totals {
    /// How far everything is, 0 to 1; 1 only once every file has arrived.
    pub fn fraction(&self) -> f64 {
        if self.arrived == self.files && self.files > 0 {
            return 1.0;
        }
        ((self.acknowledged + self.in_flight) as f64 / self.total.max(1) as f64).min(0.999)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(sizes: &[u64]) -> Queue {
        let mut queue = Queue::new(Limits::default());
        for (key, size) in (0..).zip(sizes) {
            queue.add(key, *size);
        }
        queue
    }

    fn sent(acknowledged: u64, total: u64) -> Progress {
        Progress { acknowledged, total, rate: Some(100.0), ..Progress::default() }
    }

    #[test]
    fn two_at_a_time_share_the_requests_and_the_others_wait_for_a_place() {
        let mut queue = queue(&[1000, 1000, 1000]);
        use Order::{Share, Start};
        assert_eq!(queue.orders(), [Start(0), Start(1), Share(0, 2), Share(1, 2)]);
        assert_eq!(queue.orders(), [], "nothing has changed");

        queue.report(0, Status::Arrived, sent(1000, 1000));
        assert_eq!(queue.orders(), [Start(2), Share(2, 2)]);
        queue.report(1, Status::Resting, sent(10, 1000));
        assert_eq!(queue.orders(), [Share(2, 4)], "a file alone has them all");
        queue.report(1, Status::Sending, sent(10, 1000));
        assert_eq!(queue.orders(), [Share(1, 2), Share(2, 2)]);
    }

    #[test]
    fn files_that_the_user_goes_on_with_are_not_held_back_but_count() {
        let mut queue = queue(&[1, 1, 1, 1]);
        queue.orders();
        queue.report(0, Status::Resting, sent(0, 1));
        assert_eq!(queue.orders()[0], Order::Start(2));
        queue.report(0, Status::Sending, sent(0, 1));
        assert_eq!(queue.orders(), [Order::Share(0, 2), Order::Share(1, 1), Order::Share(2, 1)]);
        queue.report(1, Status::Over, sent(0, 1));
        assert!(!queue.orders().iter().any(|order| matches!(order, Order::Start(_))), "both places are taken");
        queue.report(2, Status::Over, sent(0, 1));
        assert_eq!(queue.orders()[0], Order::Start(3));
    }

    #[test]
    fn a_queue_that_is_held_starts_nothing_until_it_goes_on_or_a_file_comes() {
        let mut queue = queue(&[1, 1, 1]);
        queue.orders();
        queue.hold(true);
        queue.report(0, Status::Resting, sent(0, 1));
        queue.report(1, Status::Resting, sent(0, 1));
        assert_eq!(queue.orders(), []);
        queue.add(3, 1);
        assert_eq!(queue.orders()[..2], [Order::Start(2), Order::Start(3)]);
    }

    #[test]
    fn a_file_can_be_put_before_those_that_wait() {
        let mut queue = queue(&[1, 1, 1, 1]);
        queue.orders();
        assert!(queue.put_first(3));
        assert_eq!(queue.keys().collect::<Vec<_>>(), [0, 1, 3, 2]);
        assert!(!queue.put_first(3), "it is first already");
        assert!(!queue.put_first(1), "it is being sent");
        queue.remove(0);
        assert_eq!(queue.orders()[0], Order::Start(3));
    }

    #[test]
    fn totals_count_what_arrives() {
        let mut queue = queue(&[1000, 2000, 3000]);
        queue.orders();
        queue.report(0, Status::Arrived, sent(1000, 1000));
        queue.report(1, Status::Sending, Progress { in_flight: 100, ..sent(500, 2000) });
        queue.report(2, Status::Over, sent(700, 3000));
        let totals = queue.totals();
        assert_eq!((totals.files, totals.arrived, totals.sending), (2, 1, 1));
        assert_eq!((totals.total, totals.acknowledged, totals.in_flight), (3000, 1500, 100));
        assert_eq!((totals.rate, totals.eta), (Some(100.0), Some(14.0)));
        assert!((totals.fraction() - 1600.0 / 3000.0).abs() < 1e-9);
        queue.report(1, Status::Arrived, sent(2000, 2000));
        assert_eq!(queue.totals().fraction(), 1.0);
    }

    #[test]
    fn more_files_than_requests_have_one_each() {
        let mut queue = Queue::new(Limits { files: 3, requests: 1 });
        for key in 0..3 {
            queue.add(key, 1);
        }
        let shares = queue.orders().into_iter().filter(|order| matches!(order, Order::Share(_, 1))).count();
        assert_eq!(shares, 3);
    }
}
