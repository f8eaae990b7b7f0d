//! Counts at readings, as seats over time.

use super::CostReading;
use crate::instant::{Instant, MS_PER_DAY};

/// A count holds until the next reading, but not for longer than this: after a week nobody knows any more.
const CARRY_MAX_MS: i64 = 7 * MS_PER_DAY;

/// Seats times milliseconds, and how much of the time is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SeatTime {
    pub seat_millis: u64,
    pub known_millis: u64,
}

impl SeatTime {
    fn add(&mut self, seats: Option<u32>, millis: u64) {
        if let Some(seats) = seats {
            self.seat_millis = self.seat_millis.saturating_add(u64::from(seats).saturating_mul(millis));
            self.known_millis = self.known_millis.saturating_add(millis);
        }
    }
}

/// Seats over time of one licence type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SeatTimes {
    pub bought: SeatTime,
    pub allocated: SeatTime,
    pub idle: SeatTime,
}

/// What readings, sorted by time, say about the time from `from` to `to`.
pub(super) fn seat_times(readings: &[CostReading], from: Instant, to: Instant) -> SeatTimes {
    let mut times = SeatTimes::default();
    let next = readings.iter().skip(1).map(|reading| Some(reading.at)).chain([None]);
    for (reading, next) in readings.iter().zip(next) {
        let carried_to = Instant::from_millis(reading.at.millis().saturating_add(CARRY_MAX_MS)).unwrap_or(to);
        let begin = reading.at.max(from);
        let end = next.unwrap_or(to).min(carried_to).min(to);
        let millis = u64::try_from(end.millis_since(begin)).unwrap_or_default();
        times.bought.add(reading.total, millis);
        times.allocated.add(Some(reading.allocated), millis);
        times.idle.add(reading.idle, millis);
    }
    times
}
