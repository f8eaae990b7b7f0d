//! People who hold an analyzer and a professional seat. The professional seat can do all that the other one can, so the
//! analyzer seat is the second one.
//!
//! Nobody may lose both in one run who is not idle in both. A policy sees one seat at a time: of the other one it knows
//! the type alone, neither its last use nor whether it is in quarantine. So when the second seat goes earlier than other
//! analyzer seats, the professional one waits until it is gone; and it goes no earlier while some professional seat is
//! quarantined or above the total, because it could be the one that this person seems to hold.

use steward_policy_sdk::rules::{Idle, Settings};
use steward_policy_sdk::{Candidate, Instant, LicenseType, RunContext};

use crate::settings;

pub(crate) struct SecondSeats {
    is_on: bool,
    /// Days of their own that count in this run.
    days: Option<u32>,
    /// Second seats may go earlier than analyzer seats of the same age.
    go_early: bool,
    now: Instant,
}

impl SecondSeats {
    pub(crate) fn new(settings: &settings::SecondSeat, standard: &Settings, run: &RunContext) -> Self {
        let is_on = settings.enable.unwrap_or(true);
        let analyzer = standard.license_type.of(LicenseType::Analyzer);
        let threshold = analyzer.release_threshold_days;
        let grace = standard.never_used_grace_days.unwrap_or(threshold);
        let is_early = |days: u32| days < threshold.max(grace);
        let days = settings.after_days.filter(|days| !is_early(*days) || professionals_are_usable(run));
        let go_early = is_on && analyzer.enable && days.is_some_and(is_early);
        Self { is_on, days, go_early, now: run.now }
    }

    /// The analyzer seat of somebody who also holds a professional seat.
    pub(crate) fn has(&self, seat: &Candidate<'_>) -> bool {
        let is_second =
            seat.license_type == LicenseType::Analyzer && seat.other_seats.contains(&LicenseType::Professional);
        self.is_on && is_second
    }

    /// The professional seat of somebody whose analyzer seat may go earlier than it should if this one went as well.
    pub(crate) fn go_before(&self, seat: &Candidate<'_>) -> bool {
        let is_first =
            seat.license_type == LicenseType::Professional && seat.other_seats.contains(&LicenseType::Analyzer);
        self.go_early && is_first
    }

    /// `usual` is how any analyzer seat is idle.
    pub(crate) fn idle(&self, seat: &Candidate<'_>, usual: Idle) -> Idle {
        self.days.map_or(usual, |days| Idle::new(seat, self.now, days, days))
    }
}

/// Every professional seat is one that its owner can use.
fn professionals_are_usable(run: &RunContext) -> bool {
    let mut pools = run.pools.iter().filter(|pool| pool.license_type == LicenseType::Professional);
    let usable = pools.next().is_some_and(|pool| {
        let excess = pool.excess.max(pool.allocated.saturating_sub(pool.total));
        pool.quarantined == 0 && excess == 0
    });
    usable && pools.next().is_none()
}
