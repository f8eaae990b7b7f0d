//! What `explain` says is what `decide` does.

use super::{Finding, Lab, World};
use crate::decision::{Decision, Outcome, RuleOutcome, Verdict};
use crate::suite::cases::{fault_text, verdict_word};

pub(super) fn look(lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let mut policy = match lab.evaluator(&world.setup) {
        Ok(policy) => policy,
        Err(why) => return Finding::NotChecked(why),
    };
    for (subject, decision) in world.seats() {
        let outcomes = match policy.explain(&subject.candidate()) {
            Ok(outcomes) => outcomes,
            Err(fault) => return world.fails(subject, format!("explain gives {}", fault_text(&fault))),
        };
        if let Some(expected) = contradiction(decision, &outcomes) {
            let decided = format!("{} by {}", verdict_word(decision.verdict), decision.rule);
            return world.fails(subject, format!("decide says {decided}; after explain it should be {expected}"));
        }
    }
    Finding::Holds(world.subjects.len())
}

/// What the decision should be, when it is another one.
fn contradiction(decision: &Decision, outcomes: &[RuleOutcome]) -> Option<String> {
    let first = |wanted: Outcome| outcomes.iter().find(|outcome| outcome.outcome == wanted);
    let (verdict, rule) = match (first(Outcome::Keeps), first(Outcome::Releases)) {
        (Some(keeps), _) => (Verdict::Keep, Some(&keeps.rule)),
        (None, Some(releases)) => (Verdict::Release, Some(&releases.rule)),
        // No rule has anything to say. How that is called is the policy's affair.
        (None, None) => (Verdict::Keep, None),
    };
    let agrees = decision.verdict == verdict && rule.is_none_or(|rule| *rule == decision.rule);
    let by = rule.map_or_else(|| "as no rule keeps or releases".to_owned(), |rule| format!("by {rule}"));
    (!agrees).then(|| format!("{} {by}", verdict_word(verdict)))
}
