//! Policies, what was compared, and what was looked at before one decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{GateReport, PolicySignature};
use steward_core::policy::{Needs, Rule};

use super::settings::PolicySettings;
use crate::ledger::KeptDisagreement;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct PolicyPath {
    /// The digest of the component, such as `sha256:…`.
    pub digest: String,
}

/// The policies at hand.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyList {
    pub policies: Vec<PolicyLine>,
    /// `steward.policy.component` names a file, which decides whatever is activated here.
    pub is_pinned: bool,
}

/// A policy.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyLine {
    pub name: String,
    pub version: String,
    pub digest: Digest,
    pub origin: PolicyOrigin,
    /// Who added it; `null` unless it is stored.
    pub added_by: Option<String>,
    pub added_at: Option<Instant>,
    pub signature: Option<PolicySignature>,
    /// The size of the component; `null` for a file.
    pub bytes: Option<u64>,
    /// Why it cannot be used, although it should decide: nothing is decided then.
    pub problem: Option<String>,
    /// It decides.
    pub is_active: bool,
    /// It decided before; a rollback leads to it.
    pub is_previous: bool,
    /// It decides in the shadow.
    pub is_shadow: bool,
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyOrigin {
    /// It is part of Steward.
    Shipped,
    /// Somebody added it to the ledger.
    Stored,
    /// The file that the settings name.
    File,
}

/// Everything about a policy.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDetail {
    pub policy: PolicyLine,
    pub summary: String,
    /// The versioned name of the interface that it exports.
    pub contract: &'static str,
    /// It decides over columns too, which is faster.
    pub has_bulk: bool,
    pub rules: Vec<Rule>,
    /// The optional facts that it reads.
    pub needs: Needs,
    /// A JSON Schema.
    pub settings_schema: Value,
    /// What it would be configured with under the settings in force.
    pub settings: PolicySettings,
}

/// What policies in the shadow would have done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShadowList {
    pub shadows: Vec<ShadowBody>,
}

/// A policy in the shadow.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Shadow")]
pub struct ShadowBody {
    /// As the settings name it.
    pub policy: String,
    /// `null` when there is no such policy; `problem` says more.
    pub digest: Option<Digest>,
    pub problem: Option<String>,
    /// Comparisons in a row in which nobody would newly have lost a seat.
    pub clean_in_a_row: usize,
    /// The latest first.
    pub comparisons: Vec<ComparisonBody>,
    /// Of the last comparison.
    pub disagreements: Vec<KeptDisagreement>,
}

/// A comparison of a policy in the shadow with the active one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ShadowComparison")]
pub struct ComparisonBody {
    pub at: Instant,
    /// The policy that decided.
    pub active: Digest,
    pub plan: Digest,
    /// Seats that the shadow would take and the active policy does not.
    pub newly_loses: u32,
    /// Seats that the active policy takes and the shadow would not.
    pub newly_keeps: u32,
    pub fault: Option<String>,
}

/// Which policies decided, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActivationList {
    pub activations: Vec<ActivationBody>,
}

/// A policy became the one that decides.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Activation")]
pub struct ActivationBody {
    pub at: Instant,
    /// `null` for the policy `standard` that is part of Steward.
    pub digest: Option<Digest>,
    pub name: String,
    pub version: String,
    pub settings_digest: Digest,
    pub by: String,
    /// It became active although a check failed.
    pub forced: bool,
    pub note: Option<String>,
    pub report: GateReport,
}

/// What the gate found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateFindings {
    /// Of this report: whoever activates says what was looked at.
    pub report_digest: Digest,
    pub at: Instant,
    pub policy: Digest,
    /// The policy that decided then.
    pub active: Digest,
    pub is_passed: bool,
    pub report: GateReport,
    /// Seats that would newly go, less those that the guard holds one by one.
    pub newly_loses: Vec<LicenseId>,
    pub newly_keeps: Vec<LicenseId>,
}

/// Lets a policy decide.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivateRequest {
    /// The `reportDigest` of the gate's report that was looked at.
    pub report: Digest,
    /// Activate it although the gate says no. Needs a note.
    #[serde(default)]
    pub force: bool,
    /// Why, for the ledger.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub note: Option<String>,
}
