//! A verdict turns when it says so: not a millisecond earlier, and not at all when it says so.

use std::collections::BTreeMap;

use super::{Finding, Lab, World};
use crate::decision::{Decision, Verdict};
use crate::instant::{Instant, MS_PER_DAY};
use crate::suite::cases::{fault_text, verdict_word};
use crate::suite::setup::Setup;
use crate::suite::subject::Subject;

/// At about so many instants seats of one world are looked at again, each time by a fresh evaluator.
const INSTANTS_MAX: usize = 60;
/// When verdicts that never turn are looked at again.
const LATER_DAYS: [i64; 4] = [1, 30, 365, 3_650];

/// A seat, its decision, and the verdict that it should have.
type Expected<'w> = (&'w Subject, &'w Decision, Verdict);

pub(super) fn look(lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let now = world.setup.run.now;
    let mut at: BTreeMap<Instant, Vec<Expected<'_>>> = BTreeMap::new();
    let later: Vec<Instant> = LATER_DAYS.iter().filter_map(|days| after(now, days * MS_PER_DAY)).collect();
    let mut skipped = 0;
    for (subject, decision) in world.seats() {
        let Some(flips_at) = decision.flips_at else {
            for later in &later {
                at.entry(*later).or_default().push((subject, decision, decision.verdict));
            }
            continue;
        };
        if flips_at <= now {
            return world.fails(subject, format!("the verdict turns at {flips_at}, which is not after {now}"));
        }
        if at.len() >= INSTANTS_MAX && !at.contains_key(&flips_at) {
            skipped += 1;
            continue;
        }
        let until = flips_at.millis_since(now);
        for (instant, verdict) in [
            (after(now, until / 2), decision.verdict),
            (after(now, until - 1), decision.verdict),
            (Some(flips_at), other(decision.verdict)),
        ] {
            if let Some(instant) = instant {
                at.entry(instant).or_default().push((subject, decision, verdict));
            }
        }
    }
    for (instant, seats) in at {
        if let Some(failure) = look_at(lab, world, instant, &seats) {
            return failure;
        }
    }
    Finding::Holds(world.subjects.len() - skipped)
}

/// Looks at the seats with nothing changed but the time.
fn look_at(lab: &mut Lab<'_, '_>, world: &World, instant: Instant, seats: &[Expected<'_>]) -> Option<Finding> {
    let mut setup: Setup = world.setup.clone();
    setup.run.now = instant;
    let mut policy = match lab.evaluator(&setup) {
        Ok(policy) => policy,
        Err(why) => return Some(Finding::NotChecked(why)),
    };
    for (subject, decision, expected) in seats {
        let problem = match policy.decide(&subject.candidate()) {
            Ok(got) if got.verdict == *expected => continue,
            Ok(got) => format!("{} by {}", verdict_word(got.verdict), got.rule),
            Err(fault) => fault_text(&fault),
        };
        let said = decision.flips_at.map_or_else(|| "never".to_owned(), |at| format!("at {at}"));
        let was = format!("{} by {}", verdict_word(decision.verdict), decision.rule);
        return Some(world.fails(subject, format!("{was} says that it turns {said}; at {instant} it is {problem}")));
    }
    None
}

fn after(now: Instant, ms: i64) -> Option<Instant> {
    Instant::from_millis(now.millis().checked_add(ms)?)
}

fn other(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Keep => Verdict::Release,
        Verdict::Release => Verdict::Keep,
    }
}
