//! Lets two policies decide about the same facts and hands both answers to core to be compared.

use std::collections::BTreeMap;

use serde_json::Value;
use steward_core::candidate::{Candidate, candidates};
use steward_core::decision::{Outline, Verdict};
use steward_core::guard::SeatGates;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::planner::POLICY_FAULT_RULE;
use steward_core::policy::{Fault, Policy as _, RunContext};
use steward_core::policy_diff::{self, NotComparable, PolicyDiff};
use steward_core::settings::GuardSettings;
use steward_core::snapshot::Snapshot;
use thiserror::Error;

use crate::policy::{ConfigureError, PolicyComponent};

/// A policy with the settings that it would get.
#[derive(Debug, Clone)]
pub struct Side {
    /// As somebody named it.
    pub name: String,
    pub policy: PolicyComponent,
    pub settings: Value,
}

/// What both decide about.
#[derive(Debug)]
pub struct Facts {
    pub now: Instant,
    pub snapshot: Snapshot,
    pub guard: GuardSettings,
    pub memory: Memory,
}

#[derive(Debug, Error)]
pub enum CompareError {
    #[error("`{name}` cannot be configured; its settings come from `--config`, and `--settings` names others")]
    Configure { name: String, source: ConfigureError },
    #[error("`{name}` reads directory attributes, and these facts have none: read them with a policy that needs them")]
    NoAttributes { name: String },
    #[error("these cannot be compared")]
    NotComparable(#[from] NotComparable),
}

/// What one side said; a faulty policy keeps everything.
struct Said {
    outlines: Vec<Outline>,
    quotas: BTreeMap<LicenseType, Option<u32>>,
    fault: Option<String>,
}

impl Said {
    fn outlined(&self) -> policy_diff::Outlined<'_> {
        policy_diff::Outlined { outlines: &self.outlines, quotas: &self.quotas }
    }
}

/// What changes when `after` takes the place of `before`.
///
/// # Errors
/// When one of them cannot be asked at all. One that fails half-way is told in the result.
pub fn compare(facts: &Facts, before: &Side, after: &Side) -> Result<PolicyDiff, CompareError> {
    let candidates = candidates(&facts.snapshot);
    let gates = SeatGates::new(&facts.guard, &facts.memory, facts.now);
    let (before, after) = (ask(facts, &candidates, before)?, ask(facts, &candidates, after)?);
    let compared = policy_diff::Facts { now: facts.now, candidates: &candidates, gates: &gates };
    let mut diff = policy_diff::of_outlines(compared, before.outlined(), after.outlined())?;
    (diff.fault_before, diff.fault_after) = (before.fault, after.fault);
    Ok(diff)
}

fn ask(facts: &Facts, candidates: &[Candidate<'_>], side: &Side) -> Result<Said, CompareError> {
    let needs = side.policy.description().needs_with(&side.settings);
    if needs.attributes && !facts.snapshot.attributes_read() {
        return Err(CompareError::NoAttributes { name: side.name.clone() });
    }
    let run = RunContext::of(&facts.snapshot, facts.now);
    let asked = match side.policy.configure(&side.settings, &run) {
        // One by one, as a run asks: what a policy says over columns would have to be believed.
        Ok(mut sandbox) => {
            candidates.iter().map(|it| sandbox.decide(it).map(Outline::from)).collect::<Result<_, _>>().and_then(
                |outlines: Vec<Outline>| {
                    let pools = facts.snapshot.pools().iter();
                    let quotas = pools.map(|pool| Ok((pool.license_type, sandbox.quota(pool.license_type)?)));
                    Ok((outlines, quotas.collect::<Result<_, Fault>>()?))
                },
            )
        }
        Err(ConfigureError::Fault(fault)) => Err(fault),
        Err(source) => return Err(CompareError::Configure { name: side.name.clone(), source }),
    };
    Ok(match asked {
        Ok((outlines, quotas)) => Said { outlines, quotas, fault: None },
        Err(fault) => {
            let kept = Outline { verdict: Verdict::Keep, rule: POLICY_FAULT_RULE.into(), priority: 0, flips_at: None };
            let outlines = vec![kept; candidates.len()];
            Said { outlines, quotas: BTreeMap::new(), fault: Some(fault.to_string()) }
        }
    })
}
