//! How long to wait after a failure: seconds at first, half an hour when somebody is away for the weekend.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(30);
/// A server may ask for more than we would wait, but not for a day.
const ASKED_MAX: Duration = Duration::from_hours(1);

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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_up_to_half_an_hour() {
        let mut back_off = BackOff::default();
        let waits: Vec<u64> = (0..12).map(|_| back_off.after_failure(None).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800]);
        assert_eq!(back_off.after_failure(Some(Duration::from_mins(45))), Duration::from_mins(45));
        assert_eq!(back_off.after_failure(Some(Duration::from_hours(48))), ASKED_MAX);
        assert_eq!(back_off.after_failure(Some(Duration::ZERO)), FIRST);
        let mut long = BackOff { failures: u32::MAX };
        assert_eq!(long.after_failure(None), LONGEST);
    }
}
