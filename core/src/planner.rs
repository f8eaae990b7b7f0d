//! From a snapshot to a plan: the policy decides about each seat, the guard holds, the rest goes.

use thiserror::Error;

use crate::application::Application;
use crate::candidate::{Candidate, candidates};
use crate::checker::{self, Violation};
use crate::decision::{Decision, Verdict};
use crate::guard::{GuardInput, HeldPlaces, Quotas, RunFacts, SeatGates, Wishes, guard, run_holds};
use crate::ids::LicenseId;
use crate::instant::Instant;
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

/// What the policy said about the seats that it was asked about so far, in the order of the candidates.
///
/// Asking may be done in parts, so that whoever has something better to do in between can do it.
#[derive(Debug, Default)]
pub struct Verdicts {
    decisions: Vec<Decision>,
    quotas: Quotas,
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
    let mut verdicts = Verdicts::default();
    verdicts.ask(&candidates, policy);
    verdicts.ask_quotas(input.snapshot, policy);
    plan_of(input, &candidates, verdicts)
}

/// Makes a plan of what the policy said about all candidates of the snapshot, and of its quotas.
///
/// # Errors
/// As [`plan`].
pub fn plan_of(input: PlanInput<'_>, candidates: &[Candidate<'_>], verdicts: Verdicts) -> Result<Plan, PlanError> {
    let (releases, held) = guarded(&input, candidates, &verdicts);
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

impl Verdicts {
    /// How many seats were asked about.
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    /// Asks about each of the next seats until the first fault; a faulty policy is not asked again.
    pub fn ask(&mut self, next: &[Candidate<'_>], policy: &mut dyn Policy) {
        for candidate in next {
            if self.first_fault.is_some() {
                self.decisions.push(kept_by_fault());
                continue;
            }
            match policy.decide(candidate) {
                Ok(decision) => self.decisions.push(decision),
                Err(fault) => {
                    self.decisions.push(kept_by_fault());
                    self.fail(fault, Some(&candidate.seat.id));
                }
            }
        }
    }

    /// Asks for the quota of each licence type.
    pub fn ask_quotas(&mut self, snapshot: &Snapshot, policy: &mut dyn Policy) {
        for pool in snapshot.pools() {
            if self.first_fault.is_some() {
                break;
            }
            match policy.quota(pool.license_type) {
                Ok(quota) => {
                    self.quotas.insert(pool.license_type, quota);
                }
                Err(fault) => self.fail(fault, None),
            }
        }
    }

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

/// What goes, and what the guard holds.
fn guarded(input: &PlanInput<'_>, candidates: &[Candidate<'_>], verdicts: &Verdicts) -> (Vec<LicenseId>, Vec<Held>) {
    let decisions = verdicts.decisions.iter().enumerate();
    let wanted = decisions.filter(|(_, decision)| decision.verdict == Verdict::Release);
    let wanted: Vec<(usize, i32)> = wanted.map(|(place, decision)| (place, decision.priority)).collect();
    let facts = RunFacts {
        now: input.now,
        applicable: input.applicable,
        faults: verdicts.first_fault.as_slice(),
        memory: input.memory,
    };
    let run_holds = run_holds(input.snapshot, input.guard, facts);
    let guard_input = GuardInput {
        now: input.now,
        pools: input.snapshot.pools(),
        candidates,
        settings: input.guard,
        memory: input.memory,
        run_holds: &run_holds,
        application: input.application,
    };
    let gates = SeatGates::new(input.guard, input.memory, input.now);
    let mut holds = |place: usize| candidates.get(place).map_or_else(Vec::new, |c| gates.holds(c.seat, &c.owner));
    let guarded = guard(guard_input, Wishes { releases: &wanted, quotas: &verdicts.quotas }, &mut holds);
    let ids = |places: Vec<usize>| -> Vec<LicenseId> {
        places.into_iter().filter_map(|place| candidates.get(place)).map(|c| c.seat.id.clone()).collect()
    };
    let held = guarded.held.into_iter().map(|held| {
        let HeldPlaces { scope, license_type, gate, detail, places } = held;
        Held { scope, license_type, gate, detail, license_ids: ids(places) }
    });
    (ids(guarded.releases), held.collect())
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
