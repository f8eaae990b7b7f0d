//! What events about policies carry: who signed a component, and what was looked at before one became active.

use serde::{Deserialize, Serialize};

/// Whose signature a stored component carries. It was checked against the trusted keys before the event was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySignature {
    /// The key's own id, as its owners write it.
    pub key_id: String,
    /// What the signer vouched for beside the bytes, such as a version or a date.
    pub trusted_comment: String,
}

/// What was looked at before a policy became the active one. Like every event it names nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GateReport {
    /// In the order in which they were made.
    pub checks: Vec<GateCheck>,
}

/// One check of the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GateCheck {
    /// A name in kebab-case, such as `tests`.
    pub name: String,
    pub outcome: CheckOutcome,
    /// A sentence for people, with numbers rather than names.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    Passed,
    Failed,
    /// The settings do not ask for this check.
    Skipped,
}

impl GateReport {
    /// Nothing that was looked at speaks against the policy.
    pub fn is_passed(&self) -> bool {
        self.failed().next().is_none()
    }

    pub fn failed(&self) -> impl Iterator<Item = &GateCheck> {
        self.checks.iter().filter(|check| check.outcome == CheckOutcome::Failed)
    }
}
