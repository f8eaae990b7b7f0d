//! From a plan that was made once to what may be carried out now.
//!
//! A plan is a promise about a moment that has passed. Whoever applies it reads the site again and decides again; what
//! both the plan and the fresh decision release may go, and everything else says why it stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decision::Verdict;
use crate::digest::Digest;
use crate::guard::{Gate, Scope};
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::plan::{Plan, PlanBody, PlannedDecision};
use crate::policy::PolicyIdentity;
use crate::snapshot::{Holder, LastUse, Owner, Seat, Snapshot, User};
use crate::text::fold;

/// Which seats of an earlier plan a fresh decision may release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// The plan that is applied.
    pub plan: Digest,
    /// An administrator lifted the cap for it.
    pub above_cap: bool,
    /// The seats that were chosen from it.
    pub license_ids: Vec<LicenseId>,
}

/// What an administrator asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice {
    /// Only so many, longest idle first.
    pub first: Option<u32>,
    /// Also what the cap holds.
    pub above_cap: bool,
}

/// Why a plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the plan is not applicable: it was made for another time, from a file, or without the ledger; plan again")]
    NotApplicable,
    #[error("the plan is the record of a run, not a plan to apply; plan again")]
    IsRecord,
    #[error("the plan expired at {0}; plan again")]
    Expired(Instant),
    #[error("the plan was made under {0} than the one in force now; plan again")]
    MadeUnderOther(&'static str),
    #[error("the plan is held by the gate `{gate}`: {detail}. {way_out}")]
    Held { gate: Gate, detail: String, way_out: &'static str },
    #[error("the plan releases nothing")]
    ReleasesNothing,
}

/// Whether the plan may be applied at all, under these settings and at this time.
///
/// # Errors
/// The first reason against it.
pub fn check(plan: &PlanBody, policy: &PolicyIdentity, guard: Digest, now: Instant) -> Result<(), Refusal> {
    if plan.application.is_some() {
        return Err(Refusal::IsRecord);
    }
    if !plan.applicable {
        return Err(Refusal::NotApplicable);
    }
    if now >= plan.expires_at {
        return Err(Refusal::Expired(plan.expires_at));
    }
    let other = [
        (plan.policy.digest != policy.digest, "another policy component"),
        (plan.policy.settings_digest != policy.settings_digest, "other policy settings"),
        (plan.guard.digest != guard, "other guard settings"),
    ];
    match other.iter().find(|(differs, _)| *differs) {
        Some((_, what)) => Err(Refusal::MadeUnderOther(what)),
        None => Ok(()),
    }
}

/// The seats of the plan that shall go.
///
/// # Errors
/// When there are none, with the gate that holds them if there is one.
pub fn choose(plan: &Plan, choice: Choice) -> Result<Application, Refusal> {
    let body = plan.body();
    let is_held = |scope: Scope| body.held.iter().find(move |held| held.scope == scope);
    if let Some(held) = is_held(Scope::Run) {
        return Err(Refusal::Held { gate: held.gate, detail: held.detail.clone(), way_out: held.gate.way_out() });
    }
    let mut chosen = body.releases.clone();
    if choice.above_cap || choice.first.is_some() {
        chosen.extend(body.held.iter().filter(|held| held.gate == Gate::Cap).flat_map(|held| held.license_ids.clone()));
    }
    if let Some(first) = choice.first {
        chosen = longest_idle(body, &chosen, first);
    }
    if chosen.is_empty() {
        return Err(match is_held(Scope::Type) {
            Some(held) => Refusal::Held { gate: held.gate, detail: held.detail.clone(), way_out: held.gate.way_out() },
            None => Refusal::ReleasesNothing,
        });
    }
    Ok(Application { plan: plan.id(), above_cap: choice.above_cap, license_ids: chosen })
}

impl Application {
    /// Leaves out what belongs to somebody else than when the plan was made: a plan is about people, not about ids.
    #[must_use]
    pub fn still_of_same_owners(mut self, plan: &PlanBody, snapshot: &Snapshot) -> Self {
        let holders: BTreeMap<&LicenseId, &Holder> =
            snapshot.seats().iter().map(|seat| (&seat.id, &seat.holder)).collect();
        let planned: BTreeMap<&LicenseId, &PlannedDecision> =
            plan.decisions.iter().map(|decision| (&decision.license_id, decision)).collect();
        self.license_ids.retain(|id| match (holders.get(id), planned.get(id)) {
            (Some(holder), Some(decision)) => {
                fold(holder.user_directory()) == fold(&decision.user_directory)
                    && fold(holder.user_id()) == fold(&decision.user_id)
            }
            // A seat that is gone has no owner; the fresh decision says so.
            _ => true,
        });
        self
    }
}

/// The first of several licence types: each in the order of the plan, between them the longest idle one.
fn longest_idle(body: &PlanBody, seats: &[LicenseId], first: u32) -> Vec<LicenseId> {
    let wanted: BTreeSet<&LicenseId> = seats.iter().collect();
    let idle: BTreeMap<&LicenseId, (LicenseType, i64)> = body
        .decisions
        .iter()
        .filter(|decision| wanted.contains(&decision.license_id))
        .map(|decision| (&decision.license_id, (decision.license_type, idle_since_ms(decision))))
        .collect();
    let mut queues: BTreeMap<LicenseType, std::collections::VecDeque<&LicenseId>> = BTreeMap::new();
    for id in seats {
        if let Some((kind, _)) = idle.get(id) {
            queues.entry(*kind).or_default().push_back(id);
        }
    }
    let since = |queue: &std::collections::VecDeque<&LicenseId>| {
        queue.front().and_then(|id| idle.get(id)).map_or(i64::MAX, |(_, since)| *since)
    };
    let mut chosen = Vec::new();
    while chosen.len() < usize::try_from(first).unwrap_or(usize::MAX) {
        let longest = queues.iter_mut().min_by_key(|(_, queue)| since(queue));
        match longest.and_then(|(_, queue)| queue.pop_front()) {
            Some(id) => chosen.push(id.clone()),
            None => break,
        }
    }
    chosen
}

fn idle_since_ms(decision: &PlannedDecision) -> i64 {
    match decision.last_used {
        LastUse::At(at) => at.millis(),
        LastUse::Never | LastUse::Unknown => decision.allocated_at.map_or(i64::MAX, Instant::millis),
    }
}

/// Why a chosen seat is not among the releases of the fresh decision. It goes into the ledger, so it names rules and
/// gates and nobody; the fresh decision has the rest.
pub fn why_not(fresh: &PlanBody, id: &LicenseId) -> String {
    let Some(decision) = fresh.decision(id) else { return "the seat is not there any more".to_owned() };
    if decision.verdict == Verdict::Keep {
        return format!("kept by the rule {} now", decision.rule);
    }
    if fresh.application.as_ref().is_some_and(|application| !application.license_ids.contains(id)) {
        return "the seat belongs to somebody else now".to_owned();
    }
    match fresh.held.iter().find(|held| held.license_ids.contains(id)) {
        Some(held) => format!("held by the gate {} now", held.gate),
        None => "the policy limits how many go in this run".to_owned(),
    }
}

/// What changed about a seat and its owner between two readings, if anything. Every change counts that a policy or a
/// protection could look at; the display name is for people only.
pub fn change(before: (&Seat, &Owner<'_>), after: (&Seat, &Owner<'_>)) -> Option<&'static str> {
    let (seat, owner) = before;
    let (seat_now, owner_now) = after;
    if seat_now.id != seat.id || seat_now.license_type != seat.license_type || seat_now.holder != seat.holder {
        return Some("the seat belongs to somebody else now");
    }
    if seat_now.last_used != seat.last_used {
        return Some("the seat was used meanwhile");
    }
    if seat_now.quarantined != seat.quarantined {
        return Some("the seat is quarantined now");
    }
    if seat_now.allocated_at != seat.allocated_at || seat_now.excess != seat.excess {
        return Some("the seat was allocated anew meanwhile");
    }
    let same_owner = match (owner, owner_now) {
        (Owner::Known(user), Owner::Known(user_now)) => facts(user) == facts(user_now),
        (Owner::Deleted { .. }, Owner::Deleted { .. }) => owner == owner_now,
        _ => false,
    };
    (!same_owner).then_some("the owner's roles, tags, properties or flags changed meanwhile")
}

fn facts(user: &User) -> User {
    User { name: String::new(), ..user.clone() }
}
