//! Who newly loses a seat when rules or limits change: two plans of the same facts are compared.

use std::collections::BTreeSet;

use crate::decision::Verdict;
use crate::guard::Scope;
use crate::ids::LicenseId;
use crate::plan::PlanBody;

/// Both plans were made by the same rules under the same limits.
pub fn same_rules(before: &PlanBody, now: &PlanBody) -> bool {
    before.policy.digest == now.policy.digest
        && before.policy.settings_digest == now.policy.settings_digest
        && before.guard.digest == now.guard.digest
}

/// Seats that go under the new rules and not under the old ones. What a type gate or a run gate holds today counts all the
/// same: it may not hold tomorrow.
pub fn newly_released<'p>(before: &PlanBody, now: &'p PlanBody) -> BTreeSet<&'p LicenseId> {
    let (may_go_before, may_go_now) = (may_go(before), may_go(now));
    let released_before: BTreeSet<&LicenseId> = before.releases.iter().collect();
    let newly_may = may_go_now.into_iter().filter(|id| !may_go_before.contains(id));
    let newly_goes = now.releases.iter().filter(|id| !released_before.contains(id));
    newly_may.chain(newly_goes).collect()
}

/// What the policy releases, less what a seat gate holds.
fn may_go(plan: &PlanBody) -> BTreeSet<&LicenseId> {
    let by_seat = plan.held.iter().filter(|held| held.scope == Scope::Seat);
    let held: BTreeSet<&LicenseId> = by_seat.flat_map(|held| &held.license_ids).collect();
    let released = plan.decisions.iter().filter(|decision| decision.verdict == Verdict::Release);
    released.map(|decision| &decision.license_id).filter(|id| !held.contains(id)).collect()
}
