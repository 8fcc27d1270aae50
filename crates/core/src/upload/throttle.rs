//! How many requests of an upload run at once.

/// One more after each round of successes, half as many when the provider asks for fewer: as TCP shares a line.
#[derive(Clone, Debug)]
pub struct Throttle {
    most: u32,
    share: u32,
    now: u32,
    successes: u32,
}

impl Throttle {
    /// At most `most` at once, which is 1 at least.
    pub fn new(most: u32) -> Self {
        let most = most.max(1);
        Self { most, share: u32::MAX, now: most, successes: 0 }
    }

    /// How many may run now. At least 1.
    pub fn limit(&self) -> usize {
        self.now.min(self.share).max(1) as usize
    }

    /// This upload's share of a limit for all.
    pub fn set_share(&mut self, share: u32) {
        self.share = share.max(1);
    }

    /// A request went through.
    pub fn went_through(&mut self) {
        self.successes += 1;
        if self.successes >= self.now {
            self.successes = 0;
            self.now = (self.now + 1).min(self.most);
        }
    }

    /// The provider, or the line, is overtaxed.
    pub fn ease(&mut self) {
        self.now = (self.now / 2).max(1);
        self.successes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_halves_at_once_and_comes_back_step_by_step() {
        let mut throttle = Throttle::new(6);
        assert_eq!(throttle.limit(), 6);
        throttle.ease();
        assert_eq!(throttle.limit(), 3);
        for _ in 0..3 {
            throttle.went_through();
        }
        assert_eq!(throttle.limit(), 4);
        throttle.set_share(2);
        assert_eq!(throttle.limit(), 2);
        throttle.set_share(0);
        assert_eq!(throttle.limit(), 1);
        throttle.set_share(9);
        for _ in 0..100 {
            throttle.went_through();
        }
        assert_eq!(throttle.limit(), 6);
        for _ in 0..10 {
            throttle.ease();
        }
        assert_eq!(throttle.limit(), 1);
    }
}
