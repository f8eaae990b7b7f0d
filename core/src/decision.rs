//! What a policy answers for one seat.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::instant::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// A decision without its sentence, for comparing many of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub verdict: Verdict,
    /// The id of the rule that decided.
    pub rule: Arc<str>,
    pub priority: i32,
    /// As [`Decision::flips_at`].
    pub flips_at: Option<Instant>,
}

impl From<Decision> for Outline {
    fn from(decision: Decision) -> Self {
        Self {
            verdict: decision.verdict,
            rule: Arc::from(decision.rule),
            priority: decision.priority,
            flips_at: decision.flips_at,
        }
    }
}

/// What one rule of a policy says about one seat, whether or not it decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleOutcome {
    pub rule: String,
    pub outcome: Outcome,
    /// The facts and settings that led to it, for people.
    pub evidence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RuleFinding"))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Keeps,
    Releases,
    Passes,
}
