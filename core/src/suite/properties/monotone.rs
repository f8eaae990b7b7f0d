//! A promise of a suite: a higher number in the settings releases fewer seats, or more, and never both.

use serde_json::{Value, json};

use super::{Finding, Lab, World, counterexample, decide_all};
use crate::decision::{Decision, Verdict};
use crate::suite::cases::fault_text;
use crate::suite::format::{Direction, Monotone};
use crate::suite::setup::{Setup, lay_over};

pub(super) fn summary(promise: &Monotone) -> String {
    let never = match promise.direction {
        Direction::FewerReleasesWhenHigher => "releases a seat that was kept",
        Direction::MoreReleasesWhenHigher => "keeps a seat that was released",
    };
    format!("raising {} never {never}", promise.setting)
}

pub(super) fn look(promise: &Monotone, schema: &Value, lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let setting = &promise.setting;
    let Some(current) = number(&world.setup.settings, schema, setting) else {
        return Finding::NotChecked(format!("{setting} is no number, neither in the settings nor by default"));
    };
    let (lost, kept) = match promise.direction {
        Direction::FewerReleasesWhenHigher => (Verdict::Keep, Verdict::Release),
        Direction::MoreReleasesWhenHigher => (Verdict::Release, Verdict::Keep),
    };
    let mut below: Option<(i64, Vec<Decision>)> = None;
    let mut steps = 0;
    for value in ladder(current) {
        let setup = with(&world.setup, setting, value);
        // A value that the policy refuses is not one that a site can have.
        let Ok(mut policy) = lab.evaluator(&setup) else { continue };
        let decisions = match decide_all(policy.as_mut(), &world.subjects) {
            Ok(decisions) => decisions,
            Err((subject, fault)) => {
                return Finding::Fails(counterexample(&setup, subject, fault_text(&fault)));
            }
        };
        if let Some((lower, before)) = &below {
            let seats = world.subjects.iter().zip(before.iter().zip(&decisions));
            for (subject, (before, after)) in seats {
                if before.verdict == lost && after.verdict == kept {
                    let detail = format!(
                        "with {setting} at {lower} {} by {}, at {value} {} by {}",
                        super::verdict_word(before.verdict),
                        before.rule,
                        super::verdict_word(after.verdict),
                        after.rule
                    );
                    return Finding::Fails(counterexample(&setup, subject, detail));
                }
            }
            steps += 1;
        }
        below = Some((value, decisions));
    }
    if steps == 0 {
        return Finding::NotChecked(format!("the policy accepts no other values of {setting}"));
    }
    Finding::Holds(world.subjects.len())
}

/// Values around the current one, ascending.
fn ladder(current: i64) -> Vec<i64> {
    let around = [0, 1, current / 2, current - 1, current, current + 1, current + 7, current * 2, current + 365];
    let mut values: Vec<i64> = around.into_iter().filter(|value| *value >= 0).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The number in the settings, or else the default of the schema. Numbers that no count of days or seats would reach are
/// left alone.
fn number(settings: &Value, schema: &Value, pointer: &str) -> Option<i64> {
    let members = pointer.replace('/', "/properties/");
    let default = || schema.pointer(&format!("{members}/default"));
    let number = settings.pointer(pointer).or_else(default)?.as_i64()?;
    (0..=i64::from(u32::MAX)).contains(&number).then_some(number)
}

fn with(setup: &Setup, pointer: &str, value: i64) -> Setup {
    let mut setup = setup.clone();
    if let Some(there) = setup.settings.pointer_mut(pointer) {
        *there = json!(value);
        return setup;
    }
    let unescaped = |member: &str| member.replace("~1", "/").replace("~0", "~");
    let patch = pointer
        .rsplit('/')
        .filter(|member| !member.is_empty())
        .fold(json!(value), |inner, member| json!({ unescaped(member): inner }));
    lay_over(&mut setup.settings, &patch);
    setup
}
