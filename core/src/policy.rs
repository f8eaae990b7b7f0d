//! What core asks of a policy, whoever runs it: a sandbox, a browser or native code.

mod answers;
mod needs;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use answers::{are_readable, check_decision, check_description, check_outcomes};
pub use needs::Needs;

use crate::candidate::Candidate;
use crate::decision::{Decision, Outline, RuleOutcome};
use crate::digest::Digest;
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// A configured policy, ready to decide. Our only trait: the sandbox, the browser's import and native rules implement
/// it.
pub trait Policy {
    /// # Errors
    /// When the policy did not give a valid answer. It must not be asked again after a fault.
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault>;

    /// How many seats of this type the policy wants released at most in this run; `None` for no limit.
    ///
    /// # Errors
    /// As [`Policy::decide`].
    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault>;

    /// What every rule says about one seat.
    ///
    /// # Errors
    /// As [`Policy::decide`].
    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault>;

    /// The decisions about many seats without their sentences, in the order of the seats. Whoever has a cheaper way to
    /// them than one call for each seat takes it.
    ///
    /// # Errors
    /// As [`Policy::decide`].
    fn outlines(&mut self, candidates: &[Candidate<'_>]) -> Result<Vec<Outline>, Fault> {
        candidates.iter().map(|candidate| self.decide(candidate).map(Outline::from)).collect()
    }
}

/// Who and what a policy says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    pub name: String,
    pub version: String,
    pub summary: String,
    pub rules: Vec<Rule>,
    /// A JSON Schema of the policy's settings, as text.
    pub settings_schema: String,
    /// Whatever the settings are; [`Description::needs_with`] leaves out what they make no use of.
    pub needs: Needs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PolicyRule"))]
pub struct Rule {
    pub id: String,
    pub summary: String,
}

/// What holds for a whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunContext {
    pub now: Instant,
    pub pools: Vec<RunPool>,
}

/// The seats of one licence type with the number of them that will be put to the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPool {
    pub license_type: LicenseType,
    pub total: u32,
    pub allocated: u32,
    pub available: u32,
    pub excess: u32,
    pub quarantined: u32,
    pub candidates: u32,
}

impl RunContext {
    pub fn of(snapshot: &crate::snapshot::Snapshot, now: Instant) -> Self {
        let pools = snapshot
            .pools()
            .iter()
            .map(|pool| {
                let seats = snapshot.seats().iter().filter(|seat| seat.license_type == pool.license_type).count();
                RunPool {
                    license_type: pool.license_type,
                    total: pool.total,
                    allocated: pool.allocated,
                    available: pool.available,
                    excess: pool.excess,
                    quarantined: pool.quarantined,
                    candidates: u32::try_from(seats).unwrap_or(u32::MAX),
                }
            })
            .collect();
        Self { now, pools }
    }
}

/// Exactly which policy with which settings made a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyIdentity {
    pub name: String,
    pub version: String,
    /// The versioned name of the interface that the policy exports.
    pub contract: String,
    /// The digest of the component's bytes.
    pub digest: Digest,
    /// The digest of its settings in canonical form.
    pub settings_digest: Digest,
}

/// A policy did not give a valid answer. Whatever the kind, every release of the run is held.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {detail}", .kind.as_str())]
pub struct Fault {
    pub kind: FaultKind,
    pub detail: String,
}

impl Fault {
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The policy stopped itself or did something impossible.
    Trap,
    /// The policy used up the instructions that one answer may cost.
    OutOfFuel,
    /// The policy did not answer in time.
    Deadline,
    /// The policy wanted more memory than it may have.
    OutOfMemory,
    /// The answer breaks the contract.
    Malformed,
    /// The answer is longer than the contract allows.
    Oversize,
}

impl FaultKind {
    pub const ALL: [Self; 6] =
        [Self::Trap, Self::OutOfFuel, Self::Deadline, Self::OutOfMemory, Self::Malformed, Self::Oversize];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::OutOfFuel => "out-of-fuel",
            Self::Deadline => "deadline",
            Self::OutOfMemory => "out-of-memory",
            Self::Malformed => "malformed",
            Self::Oversize => "oversize",
        }
    }
}
