//! Plans without their decisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::decision::Verdict;
use steward_core::digest::Digest;
use steward_core::guard::{Gate, Scope};
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::license_type::LicenseType;
use steward_core::plan::{GuardIdentity, InventoryIdentity, PlannedFault, PlannedPool};
use steward_core::policy::PolicyIdentity;

use super::switches::SaidBody;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct PlanPath {
    /// The id of the plan, or the first six digits of it or more; `latest` for the one that was made last.
    pub plan: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct PlansQuery {
    #[schemars(range(min = 1, max = 500))]
    pub limit: u32,
    pub offset: u32,
}

impl Default for PlansQuery {
    fn default() -> Self {
        Self { limit: 50, offset: 0 }
    }
}

/// Plans, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanPage {
    pub plans: Vec<PlanLine>,
    /// How many there are.
    pub total: usize,
}

/// What the ledger says of a plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanLine {
    pub id: Digest,
    pub made_at: Instant,
    pub expires_at: Instant,
    /// How many seats it releases.
    pub releases: u32,
    /// The run that applied it; `null` when none did.
    pub applied_in: Option<RunId>,
    /// Who lifted the cap for it.
    pub approved: Option<SaidBody>,
    /// It is kept, and can be looked at.
    pub is_stored: bool,
    /// It may still be applied, as far as the ledger can tell.
    pub is_open: bool,
}

/// A plan, without its decisions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanSummary {
    pub id: Digest,
    pub now: Instant,
    pub expires_at: Instant,
    /// It was made of a reading of the server, for the time of that reading.
    pub applicable: bool,
    /// It is the record of a run, which decided about seats of this plan once more.
    pub record_of: Option<Digest>,
    /// Somebody was erased from it since.
    pub is_erased: bool,
    /// What the ledger says; `null` for the record of a run.
    pub record: Option<PlanLine>,
    pub policy: PolicyIdentity,
    pub guard: GuardIdentity,
    pub inventory: InventoryIdentity,
    pub pools: Vec<PlannedPool>,
    /// How many decisions there are.
    pub decisions: usize,
    /// How many seats it releases.
    pub releases: usize,
    /// By licence type, verdict and rule.
    pub rules: Vec<RuleCount>,
    pub held: Vec<HeldBody>,
    pub faults: Vec<PlannedFault>,
}

/// Decisions of one licence type, verdict and rule.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleCount {
    pub license_type: LicenseType,
    pub verdict: Verdict,
    pub rule: String,
    pub seats: usize,
    /// Of these, how many the plan releases.
    pub released: usize,
}

/// What a gate holds of a plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HeldByGate")]
pub struct HeldBody {
    pub scope: Scope,
    /// `null` when the whole run is held.
    pub license_type: Option<LicenseType>,
    pub gate: Gate,
    pub detail: String,
    /// How many seats.
    pub seats: usize,
    pub sentence: &'static str,
    pub way_out: &'static str,
}
