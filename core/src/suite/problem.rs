//! What is wrong with a suite itself, before any policy is asked.

use std::collections::BTreeSet;

use serde::Serialize;

use super::candidate::OwnerKind;
use super::format::{Case, Suite};
use super::near::near_names;
use crate::policy::Description;

/// A mistake in a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in the file, as a JSON Pointer; empty for the whole.
    pub path: String,
    /// A lower-case fragment.
    pub message: String,
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Everything that can be told from the suite and the description of the policy.
pub(super) fn problems(suite: &Suite, description: &Description) -> Vec<Problem> {
    let mut problems = Vec::new();
    if suite.cases.is_empty() && suite.quotas.is_empty() && suite.refuses.is_empty() {
        problems.push(Problem::new("", "there are no cases, and a suite that asks for nothing shows nothing"));
    }
    let names = suite.cases.iter().map(|case| &case.name).chain(suite.quotas.iter().map(|quota| &quota.name));
    let lists = std::iter::repeat_n("cases", suite.cases.len()).chain(std::iter::repeat("quotas"));
    let places = (0..suite.cases.len()).chain(0..suite.quotas.len());
    let mut seen = BTreeSet::new();
    for ((name, list), place) in names.zip(lists).zip(places) {
        let path = format!("/{list}/{place}/name");
        if name.trim().is_empty() {
            problems.push(Problem::new(path, "a case needs a name: what is kept or released, and why"));
        } else if !seen.insert(name.trim()) {
            problems.push(Problem::new(path, format!("another case has the name `{name}` too")));
        }
    }
    for (place, case) in suite.cases.iter().enumerate() {
        problems.extend(of_case(&format!("/cases/{place}"), case, description));
    }
    let pointers = suite.refuses.iter().enumerate().map(|(place, case)| (format!("/refuses/{place}/path"), &case.path));
    let settings =
        suite.monotone.iter().enumerate().map(|(place, one)| (format!("/monotone/{place}/setting"), &one.setting));
    for (path, pointer) in pointers.chain(settings) {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            let message = format!("`{pointer}` is no JSON Pointer: write it like `/licenseType/analyzer`");
            problems.push(Problem::new(path, message));
        }
    }
    problems
}

fn of_case(path: &str, case: &Case, description: &Description) -> Vec<Problem> {
    let mut problems = Vec::new();
    let written = std::iter::once((format!("{path}/expect/rule"), &case.expect.rule));
    let outcomes = case.expect.outcomes.keys().map(|rule| (format!("{path}/expect/outcomes/{}", escaped(rule)), rule));
    for (path, rule) in written.chain(outcomes) {
        problems.extend(unknown_rule(rule, description).map(|message| Problem::new(path, message)));
    }
    let owner = &case.candidate.owner.0;
    if owner.kind != OwnerKind::Known && owner.has_facts() {
        let kind = owner.kind.as_str();
        let message = format!("nothing but a name is known of owners who are {kind}");
        problems.push(Problem::new(format!("{path}/candidate/owner"), message));
    }
    if case.candidate.rank == 0 {
        problems.push(Problem::new(format!("{path}/candidate/rank"), "ranks begin at 1"));
    }
    problems
}

fn unknown_rule(rule: &str, description: &Description) -> Option<String> {
    let rules = || description.rules.iter().map(|rule| rule.id.as_str());
    if rules().any(|known| known == rule) {
        return None;
    }
    let near = near_names(rule, rules());
    let (words, names) = if near.is_empty() { ("its rules are", rules().collect()) } else { ("did you mean", near) };
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let mark = if words == "did you mean" { "?" } else { "" };
    Some(format!("the policy has no rule `{rule}`; {words} {}{mark}", names.join(", ")))
}

/// A member's name within a JSON Pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
