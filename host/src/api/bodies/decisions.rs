//! Decisions of a plan, page by page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::decision::Verdict;
use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::license_type::LicenseType;
use steward_core::plan::PlannedDecision;

/// Which decisions, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionsQuery {
    /// A part of the display name, of `DIR\user`, or of the licence id, without regard to case.
    #[schemars(length(max = 200))]
    pub search: Option<String>,
    pub verdict: Option<Verdict>,
    /// The id of a rule.
    pub rule: Option<String>,
    pub license_type: Option<LicenseType>,
    /// Only seats that the plan releases, or only others.
    pub released: Option<bool>,
    /// Only seats that a gate holds, or only others.
    pub held: Option<bool>,
    /// Only seats that this gate holds.
    pub gate: Option<Gate>,
    pub sort: DecisionSort,
    /// From the other end.
    pub descending: bool,
    pub offset: u32,
    #[schemars(range(min = 1, max = 1000))]
    pub limit: u32,
}

impl Default for DecisionsQuery {
    fn default() -> Self {
        Self {
            search: None,
            verdict: None,
            rule: None,
            license_type: None,
            released: None,
            held: None,
            gate: None,
            sort: DecisionSort::Plan,
            descending: false,
            offset: 0,
            limit: 100,
        }
    }
}

/// The order of decisions. What is equal stays in the order of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionSort {
    /// By licence type, then longest idle first.
    Plan,
    /// By display name; those without one last.
    Name,
    /// By `DIR\user`.
    User,
    IdleDays,
    Rule,
    /// By the instant at which the decision would change; those that time does not change last.
    FlipsAt,
}

/// Some decisions of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionPage {
    pub plan: Digest,
    /// How many decisions the plan has.
    pub total: usize,
    /// How many of them fit.
    pub matching: usize,
    pub offset: usize,
    pub rows: Vec<DecisionRow>,
}

/// One decision with what became of it in the plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRow {
    pub decision: PlannedDecision,
    /// The seat is among the releases of the plan.
    pub released: bool,
    /// Gates that hold it.
    pub gates: Vec<Gate>,
}

/// Whose decisions are explained, and from which plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplanationQuery {
    /// `DIR\user`, `DIR/user`, or the user id alone.
    #[schemars(length(min = 1, max = 1000))]
    pub person: String,
    /// A stored plan; left out: the one that was made last.
    #[serde(default)]
    pub plan: Option<String>,
}

/// Which snapshot.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotQuery {
    /// A stored plan; left out: the one that was made last.
    pub plan: Option<String>,
    /// Pseudonyms in place of people.
    pub masked: bool,
}
