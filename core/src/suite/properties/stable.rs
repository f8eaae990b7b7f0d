//! The same seat gets the same answer, whoever is asked, whenever, and in whatever form.

use super::{Finding, Lab, World, decision_text};
use crate::candidate::Candidate;
use crate::decision::{Decision, Outline};
use crate::random::Random;
use crate::suite::cases::fault_text;
use crate::suite::subject::Subject;

/// Seats that are asked about by an evaluator that was asked about nothing else.
const ALONE_MAX: usize = 8;

/// A fresh evaluator says the same as the first one, and says it twice.
pub(super) fn deterministic(lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let mut policy = match lab.evaluator(&world.setup) {
        Ok(policy) => policy,
        Err(why) => return not_ready(world, &why),
    };
    for (subject, expected) in world.seats() {
        for words in ["a fresh evaluator", "the second time"] {
            match policy.decide(&subject.candidate()) {
                Ok(got) if got == *expected => {}
                Ok(got) => return differs(world, subject, (expected, "at first"), (&got, words)),
                Err(fault) => return world.fails(subject, format!("{words}: {}", fault_text(&fault))),
            }
        }
    }
    Finding::Holds(world.subjects.len())
}

/// Backwards, shuffled, and alone.
pub(super) fn order_independent(lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let backwards: Vec<_> = world.seats().rev().collect();
    let mut shuffled = backwards.clone();
    Random::new(lab.seed).shuffle(&mut shuffled);
    let alone = shuffled.clone().into_iter().take(ALONE_MAX).map(|seat| (vec![seat], "alone"));
    for (seats, words) in [(backwards, "backwards"), (shuffled, "shuffled")].into_iter().chain(alone) {
        let mut policy = match lab.evaluator(&world.setup) {
            Ok(policy) => policy,
            Err(why) => return not_ready(world, &why),
        };
        let words = format!("asked {words}");
        for (subject, expected) in seats {
            match policy.decide(&subject.candidate()) {
                Ok(got) if got == *expected => {}
                Ok(got) => return differs(world, subject, (expected, "asked in order"), (&got, &words)),
                Err(fault) => return world.fails(subject, format!("{words}: {}", fault_text(&fault))),
            }
        }
    }
    Finding::Holds(world.subjects.len())
}

/// What the interface `bulk` says, if the policy has it, is what `decide` says.
pub(super) fn outlines(lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let mut policy = match lab.evaluator(&world.setup) {
        Ok(policy) => policy,
        Err(why) => return not_ready(world, &why),
    };
    let Some(first) = world.subjects.first() else { return Finding::Holds(0) };
    let candidates: Vec<Candidate<'_>> = world.subjects.iter().map(Subject::candidate).collect();
    let outlines = match policy.outlines(&candidates) {
        Ok(outlines) if outlines.len() == candidates.len() => outlines,
        Ok(outlines) => {
            let detail = format!("{} answers about {} seats", outlines.len(), candidates.len());
            return world.fails(first, detail);
        }
        Err(fault) => return world.fails(first, format!("asked about many seats at once: {}", fault_text(&fault))),
    };
    for ((subject, expected), outline) in world.seats().zip(outlines) {
        if Outline::from(expected.clone()) != outline {
            let got = Decision {
                verdict: outline.verdict,
                rule: outline.rule.to_string(),
                reason: expected.reason.clone(),
                priority: outline.priority,
                flips_at: outline.flips_at,
            };
            return differs(world, subject, (expected, "from decide"), (&got, "among many"));
        }
    }
    Finding::Holds(world.subjects.len())
}

fn differs(world: &World, subject: &Subject, one: (&Decision, &str), other: (&Decision, &str)) -> Finding {
    let of = |(this, words): (&Decision, &str), that: &Decision| format!("{words}: {}", decision_text(this, that));
    world.fails(subject, format!("{}; {}", of(one, other.0), of(other, one.0)))
}

/// It was ready a moment ago.
fn not_ready(world: &World, why: &str) -> Finding {
    let detail = format!("the policy was ready for these settings before, and now it is not: {why}");
    world.subjects.first().map_or_else(|| Finding::NotChecked(why.to_owned()), |subject| world.fails(subject, detail))
}
