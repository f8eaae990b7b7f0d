//! A decision that somebody looked at, as a test case: whoever agrees with it can have it checked for ever.

use serde_json::{Map, Value, json};

use super::subject::Subject;
use crate::candidate::Candidate;
use crate::decision::{Decision, Outcome, RuleOutcome};
use crate::policy::RunContext;

/// A suite with one case: this candidate, decided in this run under these settings as it was. The texts of the policy
/// are a part of it; who wants a test that outlives them takes `reason` out.
pub fn suite_of(
    name: &str,
    candidate: &Candidate<'_>,
    run: &RunContext,
    settings: &Value,
    decision: &Decision,
    outcomes: &[RuleOutcome],
) -> Value {
    let pools: Map<String, Value> = run
        .pools
        .iter()
        .map(|pool| {
            let numbers = json!({
                "total": pool.total,
                "allocated": pool.allocated,
                "available": pool.available,
                "excess": pool.excess,
                "quarantined": pool.quarantined,
                "candidates": pool.candidates,
            });
            (pool.license_type.to_string(), numbers)
        })
        .collect();
    let case = json!({
        "name": name,
        "candidate": Subject::of_candidate(candidate).as_json(),
        "expect": expect(decision, outcomes),
    });
    json!({"name": name, "now": run.now, "settings": settings, "pools": pools, "cases": [case]})
}

fn expect(decision: &Decision, outcomes: &[RuleOutcome]) -> Value {
    let mut expect = json!({
        "verdict": decision.verdict,
        "rule": decision.rule,
        "reason": decision.reason,
        "flipsAt": decision.flips_at.map_or_else(|| json!("never"), |at| json!(at)),
    });
    let Some(members) = expect.as_object_mut() else { return expect };
    if decision.priority != 0 {
        members.insert("priority".to_owned(), json!(decision.priority));
    }
    let said = outcomes.iter().filter(|outcome| outcome.outcome != Outcome::Passes);
    let said: Map<String, Value> = said.map(|outcome| (outcome.rule.clone(), json!(outcome.outcome))).collect();
    if !said.is_empty() {
        members.insert("outcomes".to_owned(), Value::Object(said));
    }
    expect
}
