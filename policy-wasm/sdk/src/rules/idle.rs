//! Rules about time: how long a seat was not used, and whether that is long enough.

use crate::{Candidate, Instant, LastUse, MS_PER_DAY, Rule, Ruling};

pub(super) const UNKNOWN_LAST_USE: Rule =
    Rule { id: "unknown-last-use", summary: "Keeps seats of which nobody can tell since when they are idle." };
pub(super) const NEVER_USED_GRACE: Rule =
    Rule { id: "never-used-grace", summary: "Keeps seats that were never used and were allocated a short while ago." };
pub(super) const RECENTLY_USED: Rule =
    Rule { id: "recently-used", summary: "Keeps seats that were used within the threshold of their type." };
pub(super) const NEVER_USED: Rule =
    Rule { id: "never-used", summary: "Releases seats that were never used, after their grace." };
pub(super) const IDLE: Rule =
    Rule { id: "idle", summary: "Releases seats that were not used for the threshold of their type." };

/// Since when a seat is idle, and for how many days it may be.
///
/// A seat that was never used is idle since its allocation. Days have 24 hours, counted exactly.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    /// `None` when nobody can tell.
    since: Option<Instant>,
    never_used: bool,
    days: u32,
    now: Instant,
}

impl Idle {
    /// A seat that may be idle for `days_used` when somebody used it, and for `days_never_used` when nobody ever did.
    pub fn new(seat: &Candidate<'_>, now: Instant, days_used: u32, days_never_used: u32) -> Self {
        let (since, never_used, days) = match seat.last_use {
            LastUse::Unknown => (None, false, days_used),
            LastUse::At(at) => (Some(at), false, days_used),
            LastUse::Never => (seat.allocated_at, true, days_never_used),
        };
        Self { since, never_used, days, now }
    }

    /// The date from which the days are counted; `None` when nobody can tell.
    pub fn since(self) -> Option<Instant> {
        self.since
    }

    /// Nobody ever used the seat.
    pub fn is_never_used(self) -> bool {
        self.never_used
    }

    /// For how many days the seat may be idle.
    pub fn days_allowed(self) -> u32 {
        self.days
    }

    /// Whole days of 24 hours for which the seat is idle; `None` when nobody can tell.
    pub fn days(self) -> Option<i64> {
        self.since.map(|since| self.days_since(since))
    }

    fn days_since(self, since: Instant) -> i64 {
        self.now.saturating_sub(since).max(0) / MS_PER_DAY
    }

    /// Keeps seats that were used or allocated not long enough ago, or nobody knows when.
    pub(super) fn keep(self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.keep(
            UNKNOWN_LAST_USE,
            || match (seat.last_use, seat.allocated_at) {
                (LastUse::Unknown, _) => Some("nobody can tell when the seat was last used"),
                (LastUse::Never, None) => Some("never used, and nobody can tell when it was allocated"),
                _ => None,
            },
            |found| found.map_or("it is known since when the seat is idle", |found| found).to_owned(),
        );
        let days = self.days;
        ruling.keep_until(
            NEVER_USED_GRACE,
            || self.runs_until(self.since.filter(|_| self.never_used)?),
            |found| match (found, self.since) {
                (Some(since), _) => {
                    format!("never used, allocated {} days ago; the grace is {days} days", self.days_since(*since))
                }
                (None, Some(since)) if self.never_used => {
                    let ago = self.days_since(since);
                    format!("never used, allocated {ago} days ago; the grace of {days} days is over")
                }
                _ => "the seat was used, or nobody can tell".to_owned(),
            },
        );
        ruling.keep_until(
            RECENTLY_USED,
            || self.runs_until(self.since.filter(|_| !self.never_used)?),
            |found| match (found, self.since) {
                (Some(since), _) => {
                    format!("last used {} days ago; the threshold is {days} days", self.days_since(*since))
                }
                (None, Some(since)) if !self.never_used => {
                    format!("last used {} days ago, which is not within {days} days", self.days_since(since))
                }
                _ => "the seat was never used, or nobody can tell".to_owned(),
            },
        );
    }

    /// When the days after `since` are over, if they are not over yet. The sum never overflows: days are bounded.
    fn runs_until(self, since: Instant) -> Option<(Option<Instant>, Instant)> {
        let over_at = since.saturating_add(i64::from(self.days).saturating_mul(MS_PER_DAY));
        (self.now < over_at).then_some((within_calendar(over_at), since))
    }

    /// Releases what no rule keeps, as never used or as idle.
    pub fn release(self, ruling: &mut Ruling) {
        let days = self.days;
        ruling.release(
            NEVER_USED,
            || self.since.filter(|_| self.never_used),
            |found| match found {
                Some(since) => {
                    let ago = self.days_since(*since);
                    format!("never used since it was allocated {ago} days ago; the grace is {days} days")
                }
                None => "the seat was used, or nobody can tell".to_owned(),
            },
        );
        ruling.release(
            IDLE,
            || self.since.filter(|_| !self.never_used),
            |found| match found {
                Some(since) => {
                    format!("not used for {} days; the threshold is {days} days", self.days_since(*since))
                }
                None => "the seat was never used, or nobody can tell".to_owned(),
            },
        );
    }
}

/// A date after the year 9999 is as good as never, and the contract cannot carry it.
pub(super) fn within_calendar(at: Instant) -> Option<Instant> {
    const LAST: Instant = 253_402_300_799_999;
    (at <= LAST).then_some(at)
}
