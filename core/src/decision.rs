//! What a policy answers for one seat.

use serde::{Deserialize, Serialize};

use crate::instant::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Keep,
    Release,
}

/// The answer for one seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    /// The id of the rule that decided.
    pub rule: String,
    /// A sentence for people.
    pub reason: String,
    /// The higher ones go first when not all of them can go.
    pub priority: i32,
    /// When this verdict would turn if nothing but time changes; `None` when time alone will not turn it.
    pub flips_at: Option<Instant>,
}

/// What one rule of a policy says about one seat, whether or not it decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleOutcome {
    pub rule: String,
    pub outcome: Outcome,
    /// The facts and settings that led to it, for people.
    pub evidence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Keeps,
    Releases,
    Passes,
}
