//! When a sink may be given its next message: not while it is left alone after a failure, and not more often than the
//! settings allow.
//!
//! By the wall clock, which a simulated run moves and anybody may set: a time that lies ahead does not count. What was
//! sent before the daemon started is not known.

use std::collections::VecDeque;
use std::time::Duration;

use steward_core::instant::Instant;

use super::back_off::BackOff;
use super::sinks::Rate;

#[derive(Debug, Default)]
pub(super) struct Pace {
    back_off: BackOff,
    /// Since when, and for how long, it is left alone.
    pause: Option<(Instant, Duration)>,
    sent: VecDeque<Instant>,
}

impl Pace {
    /// How long until it may be given a message; `None` for now.
    pub(super) fn wait(&mut self, rate: Option<Rate>, now: Instant) -> Option<Duration> {
        let pause = self.pause.and_then(|(since, wait)| left(since, wait, now));
        let of_rate = rate.and_then(|rate| {
            while self.sent.front().is_some_and(|at| left(*at, rate.span, now).is_none()) {
                self.sent.pop_front();
            }
            let first = self.sent.len().checked_sub(rate.count.max(1))?;
            self.sent.get(first).and_then(|at| left(*at, rate.span, now))
        });
        pause.max(of_rate)
    }

    pub(super) fn failed(&mut self, asked: Option<Duration>, now: Instant) {
        self.pause = Some((now, self.back_off.after_failure(asked)));
    }

    /// It took a message, or refused it: it is there.
    pub(super) fn answered(&mut self, now: Instant) {
        self.forget_failures();
        self.sent.push_back(now);
    }

    /// Somebody may have mended it.
    pub(super) fn forget_failures(&mut self) {
        self.back_off = BackOff::default();
        self.pause = None;
    }
}

fn left(since: Instant, wait: Duration, now: Instant) -> Option<Duration> {
    let gone = u64::try_from(now.millis_since(since)).ok()?;
    wait.checked_sub(Duration::from_millis(gone)).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn keeps_to_the_rate() {
        let rate = Some(Rate { count: 2, span: Duration::from_secs(100) });
        let mut pace = Pace::default();
        for (now, wait) in [(0, None), (10, None), (20, Some(80)), (99, Some(1)), (100, None), (101, Some(9))] {
            assert_eq!(pace.wait(rate, at(now)), wait.map(Duration::from_secs), "{now}");
            if wait.is_none() {
                pace.answered(at(now));
            }
        }
        // The clock was set back.
        assert_eq!(pace.wait(rate, at(-1000)), None);
        assert_eq!(pace.wait(Some(Rate { count: 1, span: Duration::ZERO }), at(101)), None);
    }

    #[test]
    fn leaves_alone_who_failed() {
        let mut pace = Pace::default();
        pace.failed(None, at(0));
        assert_eq!(pace.wait(None, at(1)), Some(Duration::from_secs(1)));
        assert_eq!(pace.wait(None, at(2)), None);
        pace.failed(Some(Duration::from_mins(10)), at(2));
        assert_eq!(pace.wait(None, at(3)), Some(Duration::from_secs(599)));
        assert_eq!(pace.wait(None, at(-3)), None);
        pace.answered(at(700));
        pace.failed(None, at(700));
        assert_eq!(pace.wait(None, at(700)), Some(Duration::from_secs(2)));
    }
}
