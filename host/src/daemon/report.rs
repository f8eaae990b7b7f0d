//! What a job tells when it has ended.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::guard::Scope;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{Run, RunId, RunKind};
use steward_core::license_type::LicenseType;
use steward_core::monitor::points::figure_of_release;
use steward_core::monitor::server_license::ServerLicense;
use steward_core::plan::PlanBody;
use steward_core::policy::PolicyIdentity;
use steward_core::text::printable;

use super::job::Job;
use super::shadow::ShadowFacts;
use crate::monitor::PoolReading;
use crate::outlook::Outlook;
use crate::qrs::RequestCounts;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobOutcome {
    Done,
    /// Something was held or failed in part: somebody should look.
    Attention,
    Failed,
}

impl JobOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Attention => "attention",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone)]
pub struct JobReport {
    pub job: Job,
    pub started_at: Instant,
    pub ended_at: Instant,
    pub outcome: JobOutcome,
    /// One sentence for people.
    pub message: String,
    pub facts: Facts,
    pub requests: RequestCounts,
}

/// What a job found out, as far as it came.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub pools: Option<PoolReading>,
    pub server_license: Option<(Instant, ServerLicense)>,
    /// What the readings with this one say.
    pub outlook: Option<Outlook>,
    pub plan: Option<PlanFacts>,
    pub run: Option<RunFacts>,
    /// What the policies in the shadow would have done.
    pub shadows: Option<Vec<ShadowFacts>>,
    /// Why changed rules wait for an administrator; `Some(None)` when it was looked at and they do not.
    pub rules_waiting: Option<Option<String>>,
    /// When the client certificate ends.
    pub certificate_expires_at: Option<Instant>,
}

/// The numbers of a plan.
#[derive(Debug, Clone)]
pub struct PlanFacts {
    pub made_at: Instant,
    pub policy: PolicyIdentity,
    pub releases: BTreeMap<LicenseType, u64>,
    pub decisions: BTreeMap<String, u64>,
    pub held: BTreeMap<&'static str, u64>,
    pub faults: BTreeMap<&'static str, u64>,
    /// Seats held by gates that hold a licence type or the whole run.
    pub held_widely: BTreeMap<&'static str, u64>,
    /// What the policy failed at first.
    pub first_fault: Option<String>,
    /// Entries of the protection lists that matched somebody before.
    pub lost_protections: Vec<String>,
}

impl PlanFacts {
    pub fn of(plan: &PlanBody, lost_protections: Vec<String>) -> Self {
        let mut facts = Self {
            made_at: plan.now,
            policy: plan.policy.clone(),
            releases: plan.pools.iter().map(|pool| (pool.license_type, 0)).collect(),
            decisions: BTreeMap::new(),
            held: BTreeMap::new(),
            faults: BTreeMap::new(),
            held_widely: BTreeMap::new(),
            first_fault: None,
            lost_protections,
        };
        let released: BTreeSet<&LicenseId> = plan.releases.iter().collect();
        for decision in &plan.decisions {
            *facts.decisions.entry(decision.rule.clone()).or_default() += 1;
            if released.contains(&decision.license_id) {
                *facts.releases.entry(decision.license_type).or_default() += 1;
            }
        }
        for held in &plan.held {
            let seats = held.license_ids.len() as u64;
            *facts.held.entry(held.gate.as_str()).or_default() += seats;
            if held.scope != Scope::Seat {
                *facts.held_widely.entry(held.gate.as_str()).or_default() += seats;
            }
        }
        for fault in &plan.faults {
            *facts.faults.entry(fault.kind.as_str()).or_default() += 1;
            facts.first_fault.get_or_insert_with(|| first_words(&fault.detail));
        }
        facts
    }
}

/// Characters of a policy's own words that are told.
const FAULT_CHARS: usize = 200;

/// What a policy says about its failure, fit for a message.
fn first_words(detail: &str) -> String {
    printable(detail).chars().take(FAULT_CHARS).collect::<String>().trim_end_matches('.').to_owned()
}

/// The numbers of a run.
#[derive(Debug, Clone)]
pub struct RunFacts {
    pub run: RunId,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub released: BTreeMap<(LicenseType, String), u64>,
}

impl RunFacts {
    pub fn of(id: RunId, run: &Run) -> Self {
        let mut facts = Self { run: id, outcomes: BTreeMap::new(), released: BTreeMap::new() };
        for (seat, state) in run.seats.values().filter(|_| run.kind == RunKind::Release) {
            *facts.outcomes.entry(figure_of_release(state)).or_default() += 1;
            if state.is_taken() {
                let rule = run.intended.get(&seat.license_id).map(|intended| intended.rule.clone()).unwrap_or_default();
                *facts.released.entry((seat.license_type, rule)).or_default() += 1;
            }
        }
        facts
    }
}
