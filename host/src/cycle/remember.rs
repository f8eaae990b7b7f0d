//! What a cycle leaves in the ledger: the reading, who is back, and the plan with all that it was made of.

use std::collections::BTreeMap;

use steward_core::access::Access;
use steward_core::cost::idle_seats;
use steward_core::digest::Digest;
use steward_core::guard::Scope;
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_core::memory::Reading;
use steward_core::plan::Plan;
use steward_core::settings::account_name;
use steward_core::snapshot::{Holder, Seat, Snapshot};

use super::{CycleError, Prepared};
use crate::config::Settings;
use crate::ledger::{self as kept, Ledger, LedgerError, fold_account};
use crate::run_settings::release_thresholds;

/// Beyond it nobody knows what time it is.
const CLOCK_SKEW_MAX_MS: i64 = 5 * 60 * 1000;

/// Keeps the numbers of a reading, and notes who holds a seat again although it was released. Returns their accounts.
pub async fn watch(
    ledger: &mut Ledger,
    snapshot: &Snapshot,
    site: Digest,
    settings: &Settings,
    at: Instant,
) -> Result<Vec<String>, LedgerError> {
    // Nothing is purged by a clock that may be years ahead.
    let is_sure_of_time = snapshot.clock_skew_ms().is_some_and(|skew| skew.abs() < CLOCK_SKEW_MAX_MS);
    let retention_days = is_sure_of_time.then_some(settings.steward.history.retention_days);
    let counted: Vec<Access> = snapshot.pools().iter().map(Access::of_pool).collect();
    let at_reading = snapshot.taken_at();
    let idle = idle_seats(snapshot.seats(), &release_thresholds(settings), at_reading);
    let reading = kept::Reading {
        at: at_reading,
        site,
        counted: &counted,
        seats: None,
        idle: &idle,
        points: &[],
        retention_days,
    };
    ledger.record_reading(&reading).await?;
    let mut held: BTreeMap<String, Vec<&Seat>> = BTreeMap::new();
    let is_usable = |seat: &&Seat| !seat.quarantined && matches!(seat.holder, Holder::User { .. });
    for seat in snapshot.seats().iter().filter(is_usable) {
        let account = fold_account(seat.holder.user_directory(), seat.holder.user_id());
        held.entry(account).or_default().push(seat);
    }
    let accounts = ledger.accounts().await?;
    let mut events = Vec::new();
    let mut names = Vec::new();
    for (run, seat, taken_at) in ledger.state().still_taken() {
        let account = accounts.get(&seat.person).filter(|_| ledger.state().site_of(run) == Some(site));
        let Some(account) = account else { continue };
        // Of another type only when it is new: whoever held two seats still holds the other one.
        let is_back =
            |held: &&Seat| held.license_type == seat.license_type || held.allocated_at.is_some_and(|at| at >= taken_at);
        let seats = held.get(&fold_account(&account.user_directory, &account.user_id));
        if seats.is_some_and(|seats| seats.iter().any(is_back)) {
            events.push(Event::Bounced { run, license_id: seat.license_id.clone() });
            names.push(account_name(&account.user_directory, &account.user_id));
        }
    }
    if !events.is_empty() {
        ledger.append(at, &events).await?;
    }
    Ok(names)
}

/// Keeps a plan, so that it can be applied, explained and made again.
pub async fn store_plan(ledger: &mut Ledger, prepared: &Prepared, plan: &Plan, at: Instant) -> Result<(), CycleError> {
    ledger.store_plan(plan, &prepared.made_of(), prepared.policy.bytes(), at).await?;
    let body = plan.body();
    if body.application.is_some() || !body.applicable || ledger.state().plan(&plan.id()).is_some() {
        return Ok(());
    }
    let reading = Reading::of(&prepared.snapshot, &prepared.settings.guard.never_release);
    let made = Event::PlanMade {
        plan: plan.id(),
        expires_at: body.expires_at,
        releases: u32::try_from(body.releases.len()).unwrap_or(u32::MAX),
        counts: ledger.counts(prepared.site, &reading).await?,
        believed: !body.held.iter().any(|held| held.scope == Scope::Run),
    };
    match ledger.append(at, &[made]).await {
        // Another process made the same plan of the same facts in the same millisecond.
        Err(LedgerError::Illegal(_)) if ledger.state().plan(&plan.id()).is_some() => {}
        written => written?,
    }
    if !body.held.iter().any(|held| held.scope == Scope::Run) {
        ledger.purge_plans(at).await?;
    }
    Ok(())
}
