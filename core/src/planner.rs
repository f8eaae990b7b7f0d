//! From a snapshot to a plan: the policy decides about each seat, the guard holds, the rest goes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::application::Application;
use crate::candidate::{Candidate, candidates};
use crate::checker::{self, Violation};
use crate::decision::{Decision, Verdict};
use crate::guard::{Cap, Gate, Hold, RunFacts, Scope, SeatGates, run_holds, type_hold};
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::memory::Memory;
use crate::plan::{
    GuardIdentity, Held, InventoryIdentity, Plan, PlanContents, PlannedDecision, PlannedFault, PlannedPool,
};
use crate::policy::{Fault, Policy, PolicyIdentity};
use crate::settings::GuardSettings;
use crate::snapshot::{Owner, Snapshot};

/// The rule of a seat about which a faulty policy was not asked any more.
pub const POLICY_FAULT_RULE: &str = "policy-fault";

/// What a plan is made of, beside the policy.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    pub snapshot: &'a Snapshot,
    pub now: Instant,
    /// The plan may be applied: it is made at `now` of the clock from a reading of the server.
    pub applicable: bool,
    pub policy: &'a PolicyIdentity,
    pub guard: &'a GuardSettings,
    /// What the guard remembers of earlier runs.
    pub memory: &'a Memory,
    /// Release only these seats of an earlier plan; `None` for a plan of its own.
    pub application: Option<&'a Application>,
}

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("the finished plan breaks its own rules, which is a bug of Steward: {}", joined(.0))]
    Unsound(Vec<Violation>),
    #[error("cannot write the plan as JSON")]
    Json(#[from] serde_json::Error),
}

fn joined(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A release that the policy wants.
struct Proposal<'c, 's> {
    candidate: &'c Candidate<'s>,
    priority: i32,
    /// The place among all candidates: longest idle first within a type.
    place: usize,
}

/// What the policy said about all seats.
struct Verdicts {
    decisions: Vec<Decision>,
    quotas: BTreeMap<LicenseType, Option<u32>>,
    faults: Vec<PlannedFault>,
    first_fault: Option<Fault>,
}

/// Makes a plan.
///
/// A fault of the policy is no error: the plan says so and holds everything.
///
/// # Errors
/// When the finished plan does not pass the checker.
pub fn plan(input: PlanInput<'_>, policy: &mut dyn Policy) -> Result<Plan, PlanError> {
    let candidates = candidates(input.snapshot);
    let verdicts = ask(&candidates, input.snapshot, policy);
    let (releases, held) = guard(&input, &candidates, &verdicts);
    let decisions = candidates.iter().zip(verdicts.decisions).map(|(c, d)| planned(c, d, input.now)).collect();
    let plan = Plan::seal(PlanContents {
        now: input.now,
        // A plan for the last days of the year 9999 expires at once.
        expires_at: input.now.plus_days(input.guard.plan_ttl_days).unwrap_or(input.now),
        applicable: input.applicable,
        policy: input.policy.clone(),
        application: input.application.cloned(),
        guard: guard_identity(input.guard, input.memory)?,
        inventory: InventoryIdentity {
            digest: input.snapshot.digest()?,
            taken_at: input.snapshot.taken_at(),
            seats: input.snapshot.seats().len(),
            users: input.snapshot.users().len(),
        },
        pools: pools(input.snapshot),
        decisions,
        releases,
        held,
        faults: verdicts.faults,
    })?;
    let violations = checker::violations(&plan, input.snapshot, input.guard, input.memory);
    if violations.is_empty() { Ok(plan) } else { Err(PlanError::Unsound(violations)) }
}

/// Under which settings and memories of the guard a plan is made.
///
/// # Errors
/// Never in practice: every part can be written as JSON.
fn guard_identity(guard: &GuardSettings, memory: &Memory) -> Result<GuardIdentity, serde_json::Error> {
    Ok(GuardIdentity { digest: guard.digest()?, memory_digest: memory.digest()? })
}

/// Asks about each seat until the first fault; a faulty policy is not asked again.
fn ask(candidates: &[Candidate<'_>], snapshot: &Snapshot, policy: &mut dyn Policy) -> Verdicts {
    let mut verdicts = Verdicts {
        decisions: Vec::with_capacity(candidates.len()),
        quotas: BTreeMap::new(),
        faults: Vec::new(),
        first_fault: None,
    };
    for candidate in candidates {
        if verdicts.first_fault.is_some() {
            verdicts.decisions.push(kept_by_fault());
            continue;
        }
        match policy.decide(candidate) {
            Ok(decision) => verdicts.decisions.push(decision),
            Err(fault) => {
                verdicts.decisions.push(kept_by_fault());
                verdicts.fail(fault, Some(&candidate.seat.id));
            }
        }
    }
    for pool in snapshot.pools() {
        if verdicts.first_fault.is_some() {
            break;
        }
        match policy.quota(pool.license_type) {
            Ok(quota) => {
                verdicts.quotas.insert(pool.license_type, quota);
            }
            Err(fault) => verdicts.fail(fault, None),
        }
    }
    verdicts
}

impl Verdicts {
    fn fail(&mut self, fault: Fault, at: Option<&LicenseId>) {
        self.faults.push(PlannedFault::new(&fault, at));
        self.first_fault = Some(fault);
    }
}

fn kept_by_fault() -> Decision {
    Decision {
        verdict: Verdict::Keep,
        rule: POLICY_FAULT_RULE.to_owned(),
        reason: "the policy failed in this run, so nobody knows what it would say".to_owned(),
        priority: 0,
        flips_at: None,
    }
}

/// Holds what must not go and returns the rest with everything that was held.
fn guard(input: &PlanInput<'_>, candidates: &[Candidate<'_>], verdicts: &Verdicts) -> (Vec<LicenseId>, Vec<Held>) {
    let wanted: Vec<Proposal<'_, '_>> = candidates
        .iter()
        .zip(&verdicts.decisions)
        .enumerate()
        .filter(|(_, (_, decision))| decision.verdict == Verdict::Release)
        .map(|(place, (candidate, decision))| Proposal { candidate, priority: decision.priority, place })
        .collect();
    let (free, mut held) = hold_seats(input, wanted);
    let chosen: Option<BTreeSet<&LicenseId>> = input.application.map(|chosen| chosen.license_ids.iter().collect());
    let cap = if input.application.is_some_and(|chosen| chosen.above_cap) { Cap::Lifted } else { Cap::AsSet };
    let mut asked = Vec::new();
    let mut releases = Vec::new();
    for pool in input.snapshot.pools() {
        let mut ids = within_quota(&free, pool.license_type, verdicts);
        if let Some(chosen) = &chosen {
            ids.retain(|id| chosen.contains(id));
        }
        let wanted = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let (count, capped) = type_hold(pool, wanted, input.guard, input.memory, input.now, cap);
        let (go, stay) = ids.split_at(usize::try_from(count).unwrap_or(usize::MAX).min(ids.len()));
        held.extend(capped.map(|hold| of_scope(hold, Some(pool.license_type), stay.to_vec())));
        releases.extend_from_slice(go);
        asked.extend_from_slice(&ids);
    }
    let facts = RunFacts {
        now: input.now,
        applicable: input.applicable,
        faults: verdicts.first_fault.as_slice(),
        memory: input.memory,
    };
    let run_holds = run_holds(input.snapshot, input.guard, facts);
    if !run_holds.is_empty() {
        releases.clear();
    }
    held.extend(run_holds.into_iter().map(|hold| of_scope(hold, None, asked.clone())));
    (releases, held)
}

/// The releases of one type that the policy wants in this run: by its priority, then longest idle first.
fn within_quota(free: &[Proposal<'_, '_>], kind: LicenseType, verdicts: &Verdicts) -> Vec<LicenseId> {
    let mut of_type: Vec<&Proposal<'_, '_>> = free.iter().filter(|p| p.candidate.seat.license_type == kind).collect();
    of_type.sort_by_key(|proposal| (Reverse(proposal.priority), proposal.place));
    if let Some(Some(quota)) = verdicts.quotas.get(&kind) {
        of_type.truncate(usize::try_from(*quota).unwrap_or(usize::MAX));
    }
    of_type.into_iter().map(id).collect()
}

fn id(proposal: &Proposal<'_, '_>) -> LicenseId {
    proposal.candidate.seat.id.clone()
}

fn of_scope(hold: Hold, license_type: Option<LicenseType>, license_ids: Vec<LicenseId>) -> Held {
    Held { scope: hold.gate.scope(), license_type, gate: hold.gate, detail: hold.detail, license_ids }
}

/// Seat gates: one entry for each gate and licence type.
fn hold_seats<'c, 's>(input: &PlanInput<'_>, wanted: Vec<Proposal<'c, 's>>) -> (Vec<Proposal<'c, 's>>, Vec<Held>) {
    let gates = SeatGates::new(input.guard, input.memory, input.now);
    let mut by_gate: BTreeMap<(Gate, LicenseType), Vec<(LicenseId, String)>> = BTreeMap::new();
    let mut free = Vec::new();
    for proposal in wanted {
        let holds = gates.holds(proposal.candidate.seat, &proposal.candidate.owner);
        let kind = proposal.candidate.seat.license_type;
        for hold in &holds {
            by_gate.entry((hold.gate, kind)).or_default().push((id(&proposal), hold.detail.clone()));
        }
        if holds.is_empty() {
            free.push(proposal);
        }
    }
    let held = by_gate.into_iter().map(|((gate, kind), seats)| {
        let detail = match seats.as_slice() {
            [(_, only)] => only.clone(),
            [(_, first), ..] => format!("{} seats, the first: {first}", seats.len()),
            [] => String::new(),
        };
        let license_ids = seats.into_iter().map(|(id, _)| id).collect();
        Held { scope: Scope::Seat, license_type: Some(kind), gate, detail, license_ids }
    });
    let held = held.collect();
    (free, held)
}

/// The pools as plans show them.
pub fn pools(snapshot: &Snapshot) -> Vec<PlannedPool> {
    let planned = snapshot.pools().iter().map(|pool| PlannedPool {
        license_type: pool.license_type,
        total: pool.total,
        allocated: pool.allocated,
        available: pool.available,
        quarantined: pool.quarantined,
        excess: pool.excess,
    });
    planned.collect()
}

fn planned(candidate: &Candidate<'_>, decision: Decision, now: Instant) -> PlannedDecision {
    let seat = candidate.seat;
    let name = match candidate.owner {
        Owner::Known(user) if !user.name.is_empty() => Some(user.name.clone()),
        _ => None,
    };
    PlannedDecision {
        license_type: seat.license_type,
        license_id: seat.id.clone(),
        user_directory: seat.holder.user_directory().to_owned(),
        user_id: seat.holder.user_id().to_owned(),
        name,
        allocated_at: seat.allocated_at,
        last_used: seat.last_used,
        idle_days: seat.idle_since().map(|since| now.days_since(since)),
        verdict: decision.verdict,
        rule: decision.rule,
        reason: decision.reason,
        flips_at: decision.flips_at,
    }
}
