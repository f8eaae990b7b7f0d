//! Two plans of the same facts.

use std::collections::BTreeSet;

use super::{Judged, NotComparable, PolicyDiff, SeatName, Standing};
use crate::decision::Verdict;
use crate::guard::Scope;
use crate::ids::LicenseId;
use crate::plan::{PlanBody, PlannedDecision, PlannedFault};

/// What changes when the policy of `after` takes the place of that of `before`.
///
/// # Errors
/// When more than the policies is different.
pub fn of_plans(before: &PlanBody, after: &PlanBody) -> Result<PolicyDiff, NotComparable> {
    if before.inventory.digest != after.inventory.digest {
        return Err(NotComparable::Facts);
    }
    if before.now != after.now {
        return Err(NotComparable::Time);
    }
    if before.guard != after.guard {
        return Err(NotComparable::Guard);
    }
    if before.application.is_some() || after.application.is_some() {
        return Err(NotComparable::Limited);
    }
    // The same facts give the same seats in the same order.
    let is_same = |(one, other): (&PlannedDecision, &PlannedDecision)| one.license_id == other.license_id;
    if before.decisions.len() != after.decisions.len() || !before.decisions.iter().zip(&after.decisions).all(is_same) {
        return Err(NotComparable::Facts);
    }
    let (standing_before, standing_after) = (Standings::of(before), Standings::of(after));
    let seats = before.decisions.iter().zip(&after.decisions).map(|(one, other)| {
        let judged = |decision: &PlannedDecision, standings: &Standings<'_>| Judged {
            standing: standings.standing(decision),
            verdict: decision.verdict,
            rule: decision.rule.clone(),
            flips_at: decision.flips_at,
            reason: Some(decision.reason.clone()),
        };
        (name(one), judged(one, &standing_before), judged(other, &standing_after))
    });
    let mut diff = PolicyDiff::of(after.now, seats);
    diff.fault_before = fault(&before.faults);
    diff.fault_after = fault(&after.faults);
    Ok(diff)
}

/// What becomes of the released seats of a plan.
struct Standings<'p> {
    held: BTreeSet<&'p LicenseId>,
    goes: BTreeSet<&'p LicenseId>,
}

impl<'p> Standings<'p> {
    fn of(plan: &'p PlanBody) -> Self {
        let ids = |is_seat: bool| {
            let gates = plan.held.iter().filter(move |held| (held.scope == Scope::Seat) == is_seat);
            gates.flat_map(|held| &held.license_ids)
        };
        // What gates of types and runs hold is what the policy wants in this run.
        Self { held: ids(true).collect(), goes: plan.releases.iter().chain(ids(false)).collect() }
    }

    fn standing(&self, decision: &PlannedDecision) -> Standing {
        let id = &decision.license_id;
        match decision.verdict {
            Verdict::Keep => Standing::Stays,
            Verdict::Release if self.held.contains(id) => Standing::Held,
            Verdict::Release if self.goes.contains(id) => Standing::Goes,
            Verdict::Release => Standing::Later,
        }
    }
}

fn name(decision: &PlannedDecision) -> SeatName {
    SeatName {
        license_type: decision.license_type,
        license_id: decision.license_id.clone(),
        user_directory: decision.user_directory.clone(),
        user_id: decision.user_id.clone(),
        name: decision.name.clone(),
        idle_days: decision.idle_days,
    }
}

fn fault(faults: &[PlannedFault]) -> Option<String> {
    faults.first().map(|fault| format!("{}: {}", fault.kind.as_str(), fault.detail))
}
