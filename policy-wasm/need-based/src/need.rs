//! How many seats a pool lacks until as many are free as the settings want.
//!
//! A seat that is allocated above the total does not become free by a release: the pool only comes down to its total.
//! So releases pay off the excess first. A quarantined seat is not free yet, unless the settings say that it counts. Where
//! the server's counts contradict each other, nobody can tell what is lacking, and nothing is.

use steward_policy_sdk::rules::license_type_name;
use steward_policy_sdk::{LicenseType, Pool, RunContext};

use crate::settings::Target;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    Known(Count),
    /// Nobody can tell, and why.
    Unknown(&'static str),
}

/// What a pool has and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) missing: u32,
    wanted: u32,
    total: u32,
    available: u32,
    excess: u32,
    /// Quarantined seats that count as free.
    quarantined: u32,
}

impl Need {
    pub(crate) fn seats(&self) -> u32 {
        match self {
            Self::Known(count) => count.missing,
            Self::Unknown(_) => 0,
        }
    }
}

/// What is lacking of a type in this run.
pub(crate) fn of(run: &RunContext, kind: LicenseType, target: Option<Target>, count_quarantined: bool) -> Need {
    let mut pools = run.pools.iter().filter(|pool| pool.license_type == kind);
    let Some(target) = target else { return Need::Unknown("the settings want no number of free seats") };
    match (pools.next(), pools.next()) {
        (None, _) => Need::Unknown("the server does not count this pool"),
        (Some(_), Some(_)) => Need::Unknown("the server counts this pool twice"),
        (Some(pool), None) => of_pool(pool, target, count_quarantined),
    }
}

fn of_pool(pool: &Pool, target: Target, count_quarantined: bool) -> Need {
    let wide = i64::from;
    // Servers that do not tell the excess say 0.
    let excess = pool.excess.max(pool.allocated.saturating_sub(pool.total));
    if pool.available > pool.total {
        return Need::Unknown("the server counts more free seats than there are seats");
    }
    if wide(pool.allocated) + wide(pool.available) > wide(pool.total) + wide(excess) {
        return Need::Unknown("the server counts more seats than there are");
    }
    if excess > 0 && pool.available > 0 {
        return Need::Unknown("the server counts free seats although some are allocated above the total");
    }
    if wide(excess) > wide(pool.allocated) + wide(pool.quarantined) {
        return Need::Unknown("the server counts more seats above the total than are allocated");
    }
    let wanted = wanted(target, pool.total);
    let quarantined = if count_quarantined { pool.quarantined } else { 0 };
    let free = wide(pool.available) + wide(quarantined) - wide(excess);
    let missing = u32::try_from((wide(wanted) - free).max(0)).unwrap_or(0);
    Need::Known(Count { missing, wanted, total: pool.total, available: pool.available, excess, quarantined })
}

/// A share is rounded up to a whole seat; nobody can want more seats than there are.
fn wanted(target: Target, total: u32) -> u32 {
    let share = |percent: u32| (u64::from(total) * u64::from(percent)).div_ceil(100);
    let seats = match (target.seats, target.percent) {
        (Some(seats), _) => u64::from(seats),
        (None, Some(percent)) => share(percent),
        (None, None) => 0,
    };
    u32::try_from(seats).unwrap_or(u32::MAX).min(total)
}

impl Count {
    pub(crate) fn sentence(&self, kind: LicenseType) -> String {
        let Self { wanted, total, available, excess, quarantined, .. } = self;
        let above = if *excess > 0 { format!(", {excess} are allocated above the total") } else { String::new() };
        let waiting = if *quarantined > 0 { format!(", {quarantined} more after quarantine") } else { String::new() };
        let kind = license_type_name(kind);
        format!("{available} of {total} {kind} seats are free{waiting}{above}; {wanted} are wanted")
    }
}
