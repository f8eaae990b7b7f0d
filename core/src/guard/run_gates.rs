//! Gates that hold everything: signs that the facts or the answers of a whole run cannot be trusted.

use super::memory_gates::memory_holds;
use super::{Gate, Hold};
use crate::instant::{Instant, MS_PER_MINUTE};
use crate::memory::Memory;
use crate::policy::Fault;
use crate::settings::GuardSettings;
use crate::snapshot::{Holder, Owner, Pool, Snapshot};

/// Clocks of one site agree to the second; five minutes is what Kerberos tolerates, so a site beyond it has more
/// trouble than Steward.
const CLOCK_SKEW_MAX_MS: i64 = 5 * MS_PER_MINUTE;
/// Time servers correct a clock by fractions of a second; more is a clock that somebody set.
const CLOCK_BACK_MAX_MS: i64 = 2_000;
/// Seats come and go while the lists are read: this many may be missing from a list, or one per cent of it.
const LIST_SLACK_SEATS: u64 = 2;
/// Owners are created and deleted while the lists are read, but not one in a hundred.
const UNRESOLVED_MAX_PERCENT: u64 = 1;
/// A few broken dates are seats to look at; more are a field that was renamed.
const UNKNOWN_DATES_MAX_PERCENT: u64 = 2;

/// What a run knows beside its snapshot.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    pub now: Instant,
    /// The plan is meant to be applied: `now` is the time of the clock, and the snapshot was read for it.
    pub applicable: bool,
    pub faults: &'a [Fault],
    pub memory: &'a Memory,
}

/// Every gate that holds this run, in the order of [`Gate`].
pub fn run_holds(snapshot: &Snapshot, settings: &GuardSettings, facts: RunFacts<'_>) -> Vec<Hold> {
    let mut holds = Vec::new();
    if let Some(fault) = facts.faults.first() {
        holds.push(Hold::new(Gate::PolicyFault, fault.to_string()));
    }
    holds.extend(snapshot.pools().iter().filter_map(|pool| list_too_short(pool, snapshot)));
    holds.extend(users_missing(snapshot));
    holds.extend(unknown_dates(snapshot));
    holds.extend(future_dates(snapshot, facts.now));
    holds.extend(clock_skew(snapshot));
    if facts.applicable {
        holds.extend(clock_went_back(facts.memory, facts.now));
        holds.extend(stale_inventory(snapshot, settings, facts.now));
    }
    holds.extend(memory_holds(snapshot, settings, facts.memory));
    holds.sort_by_key(|hold| hold.gate);
    holds
}

/// The larger of the two counts: an account without rights sees short lists, and a doubt holds.
fn list_too_short(pool: &Pool, snapshot: &Snapshot) -> Option<Hold> {
    let allocated = u64::from(pool.allocated.max(pool.allocated_before));
    let listed = snapshot.seats().iter().filter(|seat| seat.license_type == pool.license_type && !seat.quarantined);
    let listed = listed.count() as u64;
    let slack_hundredths = (LIST_SLACK_SEATS * 100).max(allocated);
    (listed * 100 + slack_hundredths < allocated * 100).then(|| {
        let kind = pool.license_type;
        Hold::new(Gate::ListTooShort, format!("{listed} {kind} seats were listed, the server counts {allocated}"))
    })
}

fn users_missing(snapshot: &Snapshot) -> Option<Hold> {
    let held = snapshot.seats().iter().filter(|seat| matches!(seat.holder, Holder::User { .. }));
    let (mut owners, mut unresolved) = (0_u64, 0_u64);
    for seat in held {
        owners += 1;
        unresolved += u64::from(snapshot.owner(seat) == Owner::Unresolved);
    }
    (unresolved * 100 > owners * UNRESOLVED_MAX_PERCENT).then(|| {
        let detail = format!("the owners of {unresolved} of {owners} seats are not described by the user list");
        Hold::new(Gate::UsersMissing, detail)
    })
}

fn unknown_dates(snapshot: &Snapshot) -> Option<Hold> {
    let seats = snapshot.seats().len() as u64;
    let unknown = snapshot.seats().iter().filter(|seat| seat.idle_is_unknown()).count() as u64;
    (unknown * 100 > seats * UNKNOWN_DATES_MAX_PERCENT)
        .then(|| Hold::new(Gate::UnknownDates, format!("{unknown} of {seats} seats have no date to count from")))
}

fn future_dates(snapshot: &Snapshot, now: Instant) -> Option<Hold> {
    let future = |at: Option<Instant>| at.is_some_and(|at| at.millis_since(now) > CLOCK_SKEW_MAX_MS);
    let count = snapshot.seats().iter().filter(|seat| future(seat.idle_since()) || future(seat.allocated_at)).count();
    (count > 0).then(|| {
        let detail = format!("{count} seats were used or allocated more than 5 minutes after {now}");
        Hold::new(Gate::FutureDates, detail)
    })
}

fn clock_skew(snapshot: &Snapshot) -> Option<Hold> {
    let skew_ms = snapshot.clock_skew_ms()?;
    (skew_ms.unsigned_abs() > CLOCK_SKEW_MAX_MS.unsigned_abs()).then(|| {
        let direction = if skew_ms > 0 { "ahead of" } else { "behind" };
        let seconds = skew_ms.unsigned_abs() / 1000;
        Hold::new(Gate::ClockSkew, format!("the server is {seconds} seconds {direction} this machine"))
    })
}

/// To the second, because clocks are corrected by fractions of it all the time.
fn clock_went_back(memory: &Memory, now: Instant) -> Option<Hold> {
    let last = memory.last_entry_at?;
    let back_ms = last.millis_since(now);
    (back_ms > CLOCK_BACK_MAX_MS).then(|| {
        let detail =
            format!("the clock of this machine shows {now}, the last entry of the ledger was written at {last}");
        Hold::new(Gate::ClockSkew, detail)
    })
}

fn stale_inventory(snapshot: &Snapshot, settings: &GuardSettings, now: Instant) -> Option<Hold> {
    let age_ms = now.millis_since(snapshot.taken_at());
    let max_ms = i64::from(settings.max_inventory_age_minutes) * MS_PER_MINUTE;
    (age_ms > max_ms || age_ms < -CLOCK_SKEW_MAX_MS).then(|| {
        let detail = format!("the server was read at {}, the plan is made for {now}", snapshot.taken_at());
        Hold::new(Gate::StaleInventory, detail)
    })
}
