//! Gates that hold all releases of one licence type. They never cut silently: what does not go is listed as held.

use super::{Gate, Hold};
use crate::settings::{AboveCap, GuardSettings};
use crate::snapshot::Pool;

/// A cap by percentage never falls below this many seats: five per cent of a small pool is nobody.
const CAP_MIN: u32 = 5;
const BASIS_POINTS: u64 = 10_000;

/// How many seats of this pool may go within 24 hours.
pub fn cap_of(pool: &Pool, settings: &GuardSettings) -> u32 {
    let share = u64::from(pool.allocated) * u64::from(settings.max_release_basis_points) / BASIS_POINTS;
    // Whoever writes 0 means nobody.
    let at_least = if settings.max_release_basis_points == 0 { 0 } else { CAP_MIN };
    let by_percent = u32::try_from(share).unwrap_or(u32::MAX).max(at_least);
    settings.max_releases.map_or(by_percent, |limit| by_percent.min(limit))
}

/// How many of `wanted` releases may go, and the hold for the rest. `recent` counts the releases of the last 24 hours.
pub fn type_hold(pool: &Pool, wanted: u32, recent: u32, settings: &GuardSettings) -> (u32, Option<Hold>) {
    let cap = cap_of(pool, settings);
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
            assert_eq!(cap_of(&pool(allocated), &settings), cap, "{allocated} seats");
        }
    }

    #[test]
    fn an_absolute_limit_is_a_limit_even_below_five() {
        let settings = GuardSettings { max_releases: Some(2), ..GuardSettings::default() };
        assert_eq!(cap_of(&pool(2000), &settings), 2);
    }

    #[test]
    fn above_the_cap_nothing_goes_unless_the_settings_say_so() {
        let strict = GuardSettings::default();
        let first = GuardSettings { above_cap: AboveCap::LongestIdleFirst, ..strict.clone() };
        let go = |wanted, recent, settings: &GuardSettings| {
            let (go, held) = type_hold(&pool(200), wanted, recent, settings);
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
