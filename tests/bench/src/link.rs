//! A link of limited speed, shared by all connections.

use std::{sync::Mutex, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};

/// How slow a link is.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Added to each answer, preflights too.
    pub latency: Duration,
    /// Of all connections together.
    pub bytes_per_second: u64,
}

/// What the link catches up on in the middle of a body: there the bytes wait in the kernel's buffers, and what is late
/// is our own timer, a little always and more on a busy machine.
const CREDIT: Duration = Duration::from_millis(100);

/// The same at the start of a body, where more would give back to clients the time in which they leave the link idle.
const CREDIT_AT_START: Duration = Duration::from_millis(2);

/// The kernel's buffer for what has arrived and was not read: one round trip's worth at the usual speed, so that little
/// "is sent" before it has passed the link.
pub const RECEIVE_BUFFER: u32 = 512 << 10;

/// The link: bytes pass one after another.
pub struct Link {
    speed: Speed,
    free_at: Mutex<Instant>,
}

impl Link {
    /// An idle link.
    pub fn new(speed: Speed) -> Self {
        Self { speed, free_at: Mutex::new(Instant::now()) }
    }

    /// Waits until these bytes have passed, which may be a body's first.
    pub async fn pass(&self, bytes: usize, first: bool) {
        let passed = {
            let Ok(mut free_at) = self.free_at.lock() else { return };
            let now = Instant::now();
            let credit = if first { CREDIT_AT_START } else { CREDIT };
            let earliest = now.checked_sub(credit).unwrap_or(now);
            let takes = Duration::from_secs_f64(bytes as f64 / self.speed.bytes_per_second as f64);
            *free_at = (*free_at).max(earliest) + takes;
            *free_at
        };
        sleep_until(passed).await;
    }

    /// Waits for as long as a request and its answer travel.
    pub async fn travel(&self) {
        sleep(self.speed.latency).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Speed = Speed { latency: Duration::from_millis(80), bytes_per_second: 10_000_000 };

    #[tokio::test(start_paused = true)]
    async fn bytes_take_their_time() {
        let link = Link::new(SPEED);
        let start = Instant::now();

        for piece in 0..100 {
            link.pass(100_000, piece == 0).await;
        }

        let taken = start.elapsed();
        assert!(taken >= Duration::from_millis(980) && taken <= Duration::from_millis(1010), "{taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn two_connections_share_the_speed() {
        let link = Link::new(SPEED);
        let start = Instant::now();
        let connection = async || {
            for piece in 0..50 {
                link.pass(100_000, piece == 0).await;
            }
        };

        tokio::join!(connection(), connection());

        let taken = start.elapsed();
        assert!(taken >= Duration::from_millis(980) && taken <= Duration::from_millis(1010), "{taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_idle_between_bodies_is_lost() {
        let link = Link::new(SPEED);
        link.pass(100_000, true).await;
        sleep(Duration::from_millis(80)).await;
        let start = Instant::now();

        link.pass(500_000, true).await;
        link.pass(500_000, false).await;

        assert!(start.elapsed() >= Duration::from_millis(98), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_timer_in_the_middle_of_a_body_costs_nothing() {
        let link = Link::new(SPEED);
        let start = Instant::now();
        link.pass(100_000, true).await;
        sleep(Duration::from_millis(30)).await;

        link.pass(900_000, false).await;

        assert!(start.elapsed() <= Duration::from_millis(102), "{:?}", start.elapsed());
    }
}
