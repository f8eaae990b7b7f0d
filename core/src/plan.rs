//! A plan: every decision, what goes, what is held and why. Immutable, and the same everywhere.
//!
//! The id of a plan is the SHA-256 digest of its JSON without the member `planId`: members in the order of the file,
//! no blanks between tokens. So anybody can check it without Steward.

pub mod csv;

use std::io;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::application::Application;
use crate::decision::Verdict;
use crate::digest::Digest;
use crate::guard::{Gate, Scope};
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::policy::{Fault, FaultKind, PolicyIdentity};
use crate::snapshot::LastUse;

/// The only format so far. Stable from the first release.
pub const FORMAT: u32 = 1;

/// A sealed plan: its id belongs to its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    // INVARIANT: `body.plan_id` is `Some(id)`, and `id` is the digest of the body without it.
    id: Digest,
    body: PlanBody,
}

/// The members of a plan in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Plan"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanBody {
    pub format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan_id: Option<Digest>,
    pub now: Instant,
    pub expires_at: Instant,
    /// False for a plan of another time or of a snapshot file: it shows what would be, and is never applied.
    pub applicable: bool,
    /// For the record of a run: which seats of an earlier plan this decision was allowed to release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    pub policy: PolicyIdentity,
    pub guard: GuardIdentity,
    pub inventory: InventoryIdentity,
    pub pools: Vec<PlannedPool>,
    /// Every seat, by licence type, then longest idle first, then id.
    pub decisions: Vec<PlannedDecision>,
    /// What goes: by licence type, then the policy's priority, then longest idle first.
    pub releases: Vec<LicenseId>,
    pub held: Vec<Held>,
    pub faults: Vec<PlannedFault>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardIdentity {
    /// Of the guard's settings.
    pub digest: Digest,
    /// Of what the guard remembered of earlier runs.
    pub memory_digest: Digest,
}

/// Which facts the plan was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryIdentity {
    pub digest: Digest,
    pub taken_at: Instant,
    pub seats: usize,
    pub users: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedPool {
    pub license_type: LicenseType,
    pub total: u32,
    pub allocated: u32,
    pub available: u32,
    pub quarantined: u32,
    pub excess: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedDecision {
    pub license_type: LicenseType,
    pub license_id: LicenseId,
    /// Of the owner; of a deleted owner what the server still remembers, which may be nothing.
    pub user_directory: String,
    pub user_id: String,
    /// The display name; `None` when the owner is not known or has none.
    pub name: Option<String>,
    pub allocated_at: Option<Instant>,
    pub last_used: LastUse,
    /// Whole days since the last use, or since the allocation when the seat was never used.
    pub idle_days: Option<u32>,
    pub verdict: Verdict,
    pub rule: String,
    pub reason: String,
    pub flips_at: Option<Instant>,
}

/// What a gate holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Held {
    pub scope: Scope,
    /// `None` when the whole run is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_type: Option<LicenseType>,
    pub gate: Gate,
    pub detail: String,
    /// The releases that do not go because of this gate. A seat may be held by several gates.
    pub license_ids: Vec<LicenseId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedFault {
    pub kind: FaultKind,
    pub detail: String,
    /// The seat at which it happened; `None` when it happened between seats.
    pub license_id: Option<LicenseId>,
}

impl PlannedFault {
    pub fn new(fault: &Fault, license_id: Option<&LicenseId>) -> Self {
        Self { kind: fault.kind, detail: fault.detail.clone(), license_id: license_id.cloned() }
    }
}

/// Everything of a plan but its id.
#[derive(Debug)]
pub struct PlanContents {
    pub now: Instant,
    pub expires_at: Instant,
    pub applicable: bool,
    pub application: Option<Application>,
    pub policy: PolicyIdentity,
    pub guard: GuardIdentity,
    pub inventory: InventoryIdentity,
    pub pools: Vec<PlannedPool>,
    pub decisions: Vec<PlannedDecision>,
    pub releases: Vec<LicenseId>,
    pub held: Vec<Held>,
    pub faults: Vec<PlannedFault>,
}

#[derive(Debug, Error)]
pub enum PlanFileError {
    #[error("the file is not a plan")]
    Json(#[source] serde_json::Error),
    #[error("the plan has format {0}, this version of Steward reads format {FORMAT}")]
    Format(u64),
    #[error("the plan has no `planId`")]
    NoId,
    #[error("the plan was changed after it was made: its `planId` is `{written}`, its contents give `{computed}`")]
    Tampered { written: Digest, computed: Digest },
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u64,
}

impl Plan {
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn seal(contents: PlanContents) -> Result<Self, serde_json::Error> {
        let mut body = PlanBody {
            format: FORMAT,
            plan_id: None,
            now: contents.now,
            expires_at: contents.expires_at,
            applicable: contents.applicable,
            application: contents.application,
            policy: contents.policy,
            guard: contents.guard,
            inventory: contents.inventory,
            pools: contents.pools,
            decisions: contents.decisions,
            releases: contents.releases,
            held: contents.held,
            faults: contents.faults,
        };
        let id = Digest::of_json(&body)?;
        body.plan_id = Some(id);
        Ok(Self { id, body })
    }

    /// Reads a plan and refuses one whose contents do not give its id.
    ///
    /// # Errors
    /// When the text is no plan of a known format, or was changed.
    pub fn parse(text: &str) -> Result<Self, PlanFileError> {
        // Before the contents: those of another format have other members.
        let FormatOnly { format } = serde_json::from_str(text).map_err(PlanFileError::Json)?;
        if format != u64::from(FORMAT) {
            return Err(PlanFileError::Format(format));
        }
        let mut body: PlanBody = serde_json::from_str(text).map_err(PlanFileError::Json)?;
        let written = body.plan_id.take().ok_or(PlanFileError::NoId)?;
        let computed = Digest::of_json(&body).map_err(PlanFileError::Json)?;
        if written != computed {
            return Err(PlanFileError::Tampered { written, computed });
        }
        body.plan_id = Some(computed);
        Ok(Self { id: computed, body })
    }

    /// Reads a plan from which a person was erased: the id still names it, but does not belong to its contents.
    ///
    /// # Errors
    /// When the text is no plan of a known format.
    pub fn parse_erased(text: &str) -> Result<Self, PlanFileError> {
        let body: PlanBody = serde_json::from_str(text).map_err(PlanFileError::Json)?;
        let id = body.plan_id.ok_or(PlanFileError::NoId)?;
        Ok(Self { id, body })
    }

    pub fn id(&self) -> Digest {
        self.id
    }

    pub fn body(&self) -> &PlanBody {
        &self.body
    }

    /// Writes the plan as a file: indented JSON with a line end, the same bytes everywhere.
    ///
    /// # Errors
    /// When `writer` fails.
    pub fn write(&self, mut writer: impl io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut writer, &self.body)?;
        writer.write_all(b"\n")
    }
}

impl PlanBody {
    /// The decision of one seat.
    pub fn decision(&self, id: &LicenseId) -> Option<&PlannedDecision> {
        self.decisions.iter().find(|decision| decision.license_id == *id)
    }

    /// Something did not go as decided: an administrator should look.
    pub fn needs_attention(&self) -> bool {
        !self.held.is_empty() || !self.faults.is_empty()
    }
}
