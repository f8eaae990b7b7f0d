//! What a policy may answer. Everything beyond is a fault, however harmless it looks.

use std::collections::BTreeSet;

use super::{Description, Fault, FaultKind};
use crate::decision::{Decision, RuleOutcome};
use crate::planner::POLICY_FAULT_RULE;

/// A rule id is a name in metrics and ledgers.
const RULE_ID_MAX: usize = 64;
/// A reason is a sentence; a plan of 100,000 seats carries as many of them.
const REASON_MAX: usize = 500;
/// Evidence may name every entry of the settings that matched.
const EVIDENCE_MAX: usize = 4_000;
const SUMMARY_MAX: usize = 300;
const SCHEMA_MAX: usize = 256 * 1024;
const RULES_MAX: usize = 100;

/// # Errors
/// When the description is not one that plans and metrics could carry.
pub fn check_description(description: &Description) -> Result<(), Fault> {
    name("name", &description.name)?;
    within("version", &description.version, RULE_ID_MAX)?;
    within("summary", &description.summary, SUMMARY_MAX)?;
    within("settings-schema", &description.settings_schema, SCHEMA_MAX)?;
    if description.rules.is_empty() || description.rules.len() > RULES_MAX {
        return Err(malformed(format!("there are {} rules, 1 to {RULES_MAX} are allowed", description.rules.len())));
    }
    let mut ids = BTreeSet::new();
    for rule in &description.rules {
        name("rule id", &rule.id)?;
        within("rule summary", &rule.summary, SUMMARY_MAX)?;
        if rule.id == POLICY_FAULT_RULE {
            return Err(malformed(format!("the rule id `{POLICY_FAULT_RULE}` is Steward's own")));
        }
        if !ids.insert(&rule.id) {
            return Err(malformed(format!("the rule `{}` is described twice", rule.id)));
        }
    }
    match serde_json::from_str::<serde_json::Value>(&description.settings_schema) {
        Ok(serde_json::Value::Object(_)) => Ok(()),
        _ => Err(malformed("settings-schema is not a JSON object")),
    }
}

/// # Errors
/// When the decision names a rule that the policy did not describe, or says too much.
pub fn check_decision(description: &Description, decision: &Decision) -> Result<(), Fault> {
    known_rule(description, &decision.rule)?;
    within("reason", &decision.reason, REASON_MAX)
}

/// # Errors
/// As [`check_decision`].
pub fn check_outcomes(description: &Description, outcomes: &[RuleOutcome]) -> Result<(), Fault> {
    if outcomes.len() > RULES_MAX {
        return Err(Fault::new(FaultKind::Oversize, format!("explain gave {} outcomes", outcomes.len())));
    }
    outcomes.iter().try_for_each(|outcome| {
        known_rule(description, &outcome.rule)?;
        within("evidence", &outcome.evidence, EVIDENCE_MAX)
    })
}

fn known_rule(description: &Description, id: &str) -> Result<(), Fault> {
    if description.rules.iter().any(|rule| rule.id == id) {
        return Ok(());
    }
    let shown: String = id.chars().take(RULE_ID_MAX).collect();
    Err(malformed(format!("the rule `{}` is not among the policy's rules", shown.escape_debug())))
}

/// A name in lower case with digits, `-` and `.`.
fn name(what: &str, text: &str) -> Result<(), Fault> {
    within(what, text, RULE_ID_MAX)?;
    let sane = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if text.is_empty() || !text.chars().all(sane) {
        return Err(malformed(format!("{what} `{}` is not made of a-z, 0-9, `-` and `.`", text.escape_debug())));
    }
    Ok(())
}

fn within(what: &str, text: &str, max: usize) -> Result<(), Fault> {
    if text.len() <= max {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Oversize, format!("{what} has {} bytes, at most {max} are allowed", text.len())))
}

fn malformed(detail: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Malformed, detail)
}
