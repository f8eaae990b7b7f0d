//! How long the seats of a licence type lie idle, as one line of numbers.

use std::collections::BTreeMap;

use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::snapshot::{LastUse, Seat};

/// Steps that people think in: a month, two, a quarter, half a year.
pub const IDLE_STEPS_DAYS: [u32; 4] = [30, 60, 90, 180];

/// Seats of one licence type, quarantined ones not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeatUse {
    pub seats: u32,
    pub never_used: u32,
    /// No date to count from.
    pub unknown: u32,
    /// Idle for at least as many days as the step of the same place.
    pub idle: [u32; IDLE_STEPS_DAYS.len()],
}

/// How long each type's seats lie idle at `now`. A seat that was never used is idle since its allocation.
pub fn seat_use<'s>(seats: impl IntoIterator<Item = &'s Seat>, now: Instant) -> BTreeMap<LicenseType, SeatUse> {
    let mut found: BTreeMap<LicenseType, SeatUse> = BTreeMap::new();
    for seat in seats.into_iter().filter(|seat| !seat.quarantined) {
        let counts = found.entry(seat.license_type).or_default();
        counts.seats += 1;
        counts.never_used += u32::from(seat.last_used == LastUse::Never);
        match idle_days(seat, now) {
            None => counts.unknown += 1,
            Some(days) => {
                for (count, step) in counts.idle.iter_mut().zip(IDLE_STEPS_DAYS) {
                    *count += u32::from(days >= step);
                }
            }
        }
    }
    found
}

/// Whole days since the last use, or since the allocation of a seat that was never used.
pub fn idle_days(seat: &Seat, now: Instant) -> Option<u32> {
    let since = match seat.last_used {
        LastUse::At(at) => Some(at),
        LastUse::Never => seat.allocated_at,
        LastUse::Unknown => None,
    };
    since.map(|since| now.days_since(since))
}
