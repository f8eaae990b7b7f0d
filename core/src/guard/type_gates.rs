//! Gates that hold all releases of one licence type. They never cut silently: what does not go is listed as held.

use super::{Gate, Hold};
use crate::instant::Instant;
use crate::memory::Memory;
use crate::settings::{AboveCap, GuardSettings};
use crate::snapshot::Pool;

/// A cap by percentage never falls below this many seats: five per cent of a small pool is nobody.
const CAP_MIN: u32 = 5;
const BASIS_POINTS: u64 = 10_000;

/// How many seats of this pool may go within 24 hours, of which `recent` went already: the share is one of the seats
/// that were allocated before.
pub fn cap_of(pool: &Pool, recent: u32, settings: &GuardSettings) -> u32 {
    let share =
        (u64::from(pool.allocated) + u64::from(recent)) * u64::from(settings.max_release_basis_points) / BASIS_POINTS;
    // Whoever writes 0 means nobody.
    let at_least = if settings.max_release_basis_points == 0 { 0 } else { CAP_MIN };
    let by_percent = u32::try_from(share).unwrap_or(u32::MAX).max(at_least);
    settings.max_releases.map_or(by_percent, |limit| by_percent.min(limit))
}

/// Whether the cap counts for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    AsSet,
    /// An administrator looked at the plan and lifted the cap for it.
    Lifted,
}

/// How many of `wanted` releases of a pool may go, and the hold for the rest.
pub fn type_hold(
    pool: &Pool,
    wanted: u32,
    settings: &GuardSettings,
    memory: &Memory,
    now: Instant,
    cap: Cap,
) -> (u32, Option<Hold>) {
    if wanted == 0 {
        return (0, None);
    }
    if let Some(hold) = undo_reserve(pool, settings, memory, now) {
        return (0, Some(hold));
    }
    match cap {
        Cap::AsSet => cap_hold(pool, wanted, memory.taken_since(pool.license_type, now.minus_days(1)), settings),
        Cap::Lifted => (wanted, None),
    }
}

fn cap_hold(pool: &Pool, wanted: u32, recent: u32, settings: &GuardSettings) -> (u32, Option<Hold>) {
    let cap = cap_of(pool, recent, settings);
    let left = cap.saturating_sub(recent);
    if wanted <= left {
        return (wanted, None);
    }
    let before = if recent > 0 { format!(" after {recent} in the last 24 hours") } else { String::new() };
    let (go, rest) = match settings.above_cap {
        AboveCap::Hold => (0, String::new()),
        AboveCap::LongestIdleFirst => (left, format!(", so the first {left} go")),
    };
    let Pool { allocated, license_type, .. } = pool;
    let detail =
        format!("{wanted} of {allocated} allocated {license_type} seats would go{before}, the cap is {cap}{rest}");
    (go, Some(Hold::new(Gate::Cap, detail)))
}

/// A seat in quarantine can be given back to its owner, so it counts as free here.
fn undo_reserve(pool: &Pool, settings: &GuardSettings, memory: &Memory, now: Instant) -> Option<Hold> {
    let days = settings.undo_reserve_days?;
    let taken = memory.taken_since(pool.license_type, now.minus_days(days));
    let free = pool.available.saturating_add(pool.quarantined);
    (free < taken).then(|| {
        let kind = pool.license_type;
        let detail = format!("{free} {kind} seats are free or in quarantine, {taken} were released in {days} days");
        Hold::new(Gate::UndoReserve, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license_type::LicenseType;

    fn pool(allocated: u32) -> Pool {
        Pool {
            license_type: LicenseType::Analyzer,
            total: allocated,
            allocated,
            allocated_before: allocated,
            used: 0,
            available: 0,
            quarantined: 0,
            excess: 0,
        }
    }

    #[test]
    fn the_cap_is_a_share_of_the_allocated_seats_but_at_least_five() {
        let settings = GuardSettings::default();
        for (allocated, cap) in [(0, 5), (99, 5), (100, 5), (119, 5), (120, 6), (2000, 100), (u32::MAX, 214_748_364)] {
            assert_eq!(cap_of(&pool(allocated), 0, &settings), cap, "{allocated} seats");
        }
    }

    #[test]
    fn what_went_already_counts_as_allocated() {
        let settings = GuardSettings::default();
        assert_eq!(cap_of(&pool(1900), 100, &settings), 100);
        let all = GuardSettings { max_release_basis_points: 10_000, ..GuardSettings::default() };
        assert_eq!(cap_of(&pool(800), 1200, &all), 2000);
    }

    #[test]
    fn an_absolute_limit_is_a_limit_even_below_five() {
        let settings = GuardSettings { max_releases: Some(2), ..GuardSettings::default() };
        assert_eq!(cap_of(&pool(2000), 0, &settings), 2);
    }

    #[test]
    fn above_the_cap_nothing_goes_unless_the_settings_say_so() {
        let strict = GuardSettings::default();
        let first = GuardSettings { above_cap: AboveCap::LongestIdleFirst, ..strict.clone() };
        let go = |wanted, recent, settings: &GuardSettings| {
            let (go, held) = cap_hold(&pool(200), wanted, recent, settings);
            (go, held.is_some())
        };
        assert_eq!(go(10, 0, &strict), (10, false));
        assert_eq!(go(11, 0, &strict), (0, true));
        assert_eq!(go(8, 3, &strict), (0, true));
        assert_eq!(go(11, 0, &first), (10, true));
        assert_eq!(go(8, 30, &first), (0, true));
        assert_eq!(go(0, 30, &strict), (0, false));
    }
}
