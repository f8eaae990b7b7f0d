//! How long to wait after a failure: longer each time, and never so long that somebody who mended it has to wait for us.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
/// A server that is back is found within a minute.
const LONGEST: Duration = Duration::from_mins(1);
/// A server may ask for more, but not for a day.
const ASKED_MAX: Duration = Duration::from_mins(10);

#[derive(Debug, Default)]
pub(super) struct BackOff {
    failures: u32,
}

impl BackOff {
    /// The wait after one more failure; `asked` is what the server asked for.
    pub(super) fn after_failure(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        asked.map_or(doubled, |asked| asked.clamp(FIRST, ASKED_MAX))
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_up_to_a_minute() {
        let mut back_off = BackOff::default();
        let waits: Vec<u128> = (0..10).map(|_| back_off.after_failure(None).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        back_off.succeeded();
        assert_eq!(back_off.after_failure(None), FIRST);
        assert_eq!(back_off.after_failure(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(back_off.after_failure(Some(Duration::from_secs(1_000_000))), ASKED_MAX);
        let mut long = BackOff { failures: u32::MAX };
        assert_eq!(long.after_failure(None), LONGEST);
    }
}
