//! What each case of a suite is about, its defaults filled in.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::format::Suite;
use super::pools::{PoolSpec, pools};
use super::problem::Problem;
use super::subject::Subject;
use super::when::FlipSpec;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::policy::RunContext;

/// 2026-01-15T12:00:00Z: the time of a case when neither it nor its suite says one.
const DEFAULT_NOW_MS: i64 = 1_768_478_400_000;

const OUTSIDE: &str = "this lies outside the years 1 to 9999";

/// What the policy is configured with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Setup {
    pub settings: Value,
    pub run: RunContext,
}

/// The cases of a suite with their setups, in the order of the suite.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub cases: Vec<(Setup, Subject)>,
    pub quotas: Vec<Setup>,
    pub refuses: Vec<Setup>,
}

/// Problems are dates that no calendar has, and candidates without a pool.
pub(super) fn prepare(suite: &Suite) -> (Prepared, Vec<Problem>) {
    let mut prepared = Prepared::default();
    let mut problems = Vec::new();
    for (place, case) in suite.cases.iter().enumerate() {
        let setup = setup(suite, &case.settings, case.now, &case.pools);
        let kind = case.candidate.license_type;
        if !setup.run.pools.iter().any(|pool| pool.license_type == kind) {
            problems
                .push(Problem::new(format!("/cases/{place}/pools"), format!("there is no pool of the type {kind}")));
        }
        if matches!(case.expect.flips_at, Some(FlipSpec::When(when)) if when.resolve(setup.run.now).is_none()) {
            problems.push(Problem::new(format!("/cases/{place}/expect/flipsAt"), OUTSIDE));
        }
        match Subject::of(&case.name, &case.candidate, setup.run.now) {
            Ok(subject) => prepared.cases.push((setup, subject)),
            Err(member) => {
                let path = format!("/cases/{place}/candidate/{member}");
                problems.push(Problem::new(path, OUTSIDE));
            }
        }
    }
    let quotas = suite.quotas.iter().map(|quota| setup(suite, &quota.settings, quota.now, &quota.pools));
    prepared.quotas = quotas.collect();
    let refuses = suite.refuses.iter().map(|case| setup(suite, &case.settings, None, &suite.pools));
    prepared.refuses = refuses.collect();
    (prepared, problems)
}

fn setup(suite: &Suite, settings: &Value, now: Option<Instant>, of_case: &BTreeMap<LicenseType, PoolSpec>) -> Setup {
    let mut merged = suite.settings.clone();
    if merged.is_null() {
        merged = Value::Object(Map::new());
    }
    if !settings.is_null() {
        lay_over(&mut merged, settings);
    }
    let now = now.or(suite.now).or(Instant::from_millis(DEFAULT_NOW_MS)).unwrap_or(Instant::UNIX_EPOCH);
    Setup { settings: merged, run: RunContext { now, pools: pools(&suite.pools, of_case) } }
}

/// A JSON Merge Patch (RFC 7386): members replace members, null removes them, anything but an object replaces the whole.
pub(super) fn lay_over(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in members {
        if value.is_null() {
            target.remove(name);
        } else {
            lay_over(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lay_over;

    #[test]
    fn settings_are_laid_over_each_other_as_rfc_7386_says() {
        for (mut target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (json!({"a": "c"}), json!({"a": {"b": {"d": null}}}), json!({"a": {"b": {}}})),
            (json!([1]), json!({"a": 1}), json!({"a": 1})),
        ] {
            lay_over(&mut target, &patch);
            assert_eq!(target, expected);
        }
    }
}
