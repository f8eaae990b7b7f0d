//! Why a person's seats stay or go: the decision, every rule with its evidence, every gate, and what was done before.
//!
//! Nothing is decided here: the plan was made already, and the policy is asked once more only for its evidence.

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::candidate::candidates;
use steward_core::decision::RuleOutcome;
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::plan::{Held, Plan, PlannedDecision};
use steward_core::policy::Policy as _;
use steward_core::snapshot::{Snapshot, User};
use steward_core::text::fold;
use thiserror::Error;

use crate::cycle::{CycleError, Prepared};
use crate::ledger::{Ledger, LedgerError, PastRelease};
use crate::people::{self, NotOnePerson, Person};

#[derive(Debug, Error)]
pub enum WhyError {
    #[error(transparent)]
    Person(#[from] NotOnePerson),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Everything there is to say about a person.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub user_directory: String,
    pub user_id: String,
    /// `None` when the user list does not have the person.
    pub user: Option<User>,
    /// An administrator or an undo keeps the person's seats, whatever the policy says.
    pub kept: Vec<Kept>,
    pub seats: Vec<ExplainedSeat>,
    /// What Steward took before, the latest first.
    pub releases: Vec<PastRelease>,
}

/// Somebody or something keeps every seat of a person.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    pub gate: Gate,
    pub until: Option<Instant>,
    pub note: String,
}

/// One seat, with every rule and gate.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedSeat {
    pub decision: PlannedDecision,
    /// The seat is among the releases of the plan.
    pub released: bool,
    pub rules: Vec<RuleOutcome>,
    /// Gates that stop the release.
    pub held: Vec<Held>,
}

/// A person of the site, or one whom only the ledger remembers, with what was done to their seats.
///
/// # Errors
/// When there is no such person, or the ledger cannot be read.
pub async fn find(
    prepared: &Prepared,
    ledger: Option<&mut Ledger>,
    typed: &str,
) -> Result<(Person, Vec<PastRelease>), WhyError> {
    let found = people::find(&prepared.snapshot, typed);
    let Some(ledger) = ledger else { return Ok((found?, Vec::new())) };
    let person = match found {
        Ok(person) => person,
        Err(unknown) => match people::typed(typed) {
            Ok(person) => {
                let releases = ledger.past_releases(&person.user_directory, &person.user_id).await?;
                return if releases.is_empty() { Err(unknown.into()) } else { Ok((person, releases)) };
            }
            Err(_) => return Err(unknown.into()),
        },
    };
    let releases = ledger.past_releases(&person.user_directory, &person.user_id).await?;
    Ok((person, releases))
}

/// What the plan and every rule say about the seats of `person`.
///
/// # Errors
/// When the policy does not take its settings.
pub fn explain(prepared: &Prepared, plan: &Plan, person: &Person) -> Result<Explanation, CycleError> {
    let mut seats = Vec::new();
    let all = candidates(&prepared.snapshot);
    // Asked first: to find a decision is to look through the whole plan.
    let theirs = all.iter().filter(|candidate| {
        let holder = &candidate.seat.holder;
        same(person, holder.user_directory(), holder.user_id())
    });
    for candidate in theirs {
        let Some(decision) = plan.body().decision(&candidate.seat.id) else { continue };
        // A fresh sandbox for each: a fault in one explanation must not spoil the next.
        let rules = prepared.sandbox().map(|mut policy| policy.explain(candidate));
        let rules = match rules? {
            Ok(rules) => rules,
            Err(fault) => {
                tracing::warn!("the policy failed while it explained seat {}: {fault}", candidate.seat.id);
                Vec::new()
            }
        };
        let held = plan.body().held.iter().filter(|held| held.license_ids.contains(&candidate.seat.id));
        seats.push(ExplainedSeat {
            decision: decision.clone(),
            released: plan.body().releases.contains(&candidate.seat.id),
            rules,
            held: held.map(|held| Held { license_ids: vec![candidate.seat.id.clone()], ..held.clone() }).collect(),
        });
    }
    Ok(Explanation {
        user_directory: person.user_directory.clone(),
        user_id: person.user_id.clone(),
        user: user(&prepared.snapshot, person).cloned(),
        kept: kept(prepared, person),
        seats,
        releases: Vec::new(),
    })
}

fn kept(prepared: &Prepared, person: &Person) -> Vec<Kept> {
    let memory = &prepared.memory;
    let by_hand = memory.protected_by_hand.iter().map(|kept| (Gate::ProtectedByHand, kept));
    let restored = memory.restored.iter().map(|kept| (Gate::Restored, kept));
    by_hand
        .chain(restored)
        .filter(|(_, kept)| kept.is(&person.user_directory, &person.user_id) && kept.holds_at(prepared.now))
        .map(|(gate, kept)| Kept { gate, until: kept.until, note: kept.note.clone() })
        .collect()
}

fn same(person: &Person, user_directory: &str, user_id: &str) -> bool {
    fold(&person.user_directory) == fold(user_directory) && fold(&person.user_id) == fold(user_id)
}

fn user<'s>(snapshot: &'s Snapshot, person: &Person) -> Option<&'s User> {
    snapshot.users().iter().find(|user| same(person, &user.user_directory, &user.user_id))
}
