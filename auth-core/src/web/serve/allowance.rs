//! How long a client may keep the server waiting.

use std::time::Duration;

/// The slowest rate of a body beyond its time-out: a drip of bytes would keep a request open for ever.
const BYTES_PER_SECOND: u32 = 1024;

/// The time that a client may still keep the server waiting. What it sends or takes meanwhile adds to it.
#[derive(Debug)]
pub(super) struct Allowance {
    left: Duration,
    most: Duration,
}

impl Allowance {
    /// This time, and never more than `most`.
    pub(super) const fn new(time: Duration, most: Duration) -> Self {
        Self { left: time, most }
    }

    pub(super) const fn left(&self) -> Duration {
        self.left
    }

    /// The client kept the server waiting for this time.
    pub(super) const fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    /// The client sent or took this many bytes.
    pub(super) fn moved(&mut self, bytes: usize) {
        let more = Duration::from_secs(1) * u32::try_from(bytes).unwrap_or(u32::MAX) / BYTES_PER_SECOND;
        self.left = self.left.saturating_add(more).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_drip_uses_it_up_and_a_kib_a_second_does_not() {
        let mut allowance = Allowance::new(20 * SECOND, 20 * SECOND);
        for _ in 0..3_600 {
            allowance.waited(SECOND);
            allowance.moved(1024);
        }
        assert_eq!(allowance.left(), 20 * SECOND);
        for _ in 0..21 {
            allowance.waited(SECOND);
            allowance.moved(1);
        }
        assert!(allowance.left() < SECOND, "{allowance:?}");
    }

    #[test]
    fn what_was_taken_at_once_is_no_credit_for_a_longer_wait() {
        let mut allowance = Allowance::new(20 * SECOND, 20 * SECOND);
        allowance.moved(64 << 20);
        assert_eq!(allowance.left(), 20 * SECOND);
        let mut of_a_body = Allowance::new(20 * SECOND, Duration::MAX);
        of_a_body.moved(2048);
        assert_eq!(of_a_body.left(), 22 * SECOND);
        of_a_body.moved(usize::MAX);
        assert!(of_a_body.left() > 20 * SECOND);
    }
}
