//! What came of the suites of a policy.

use serde::Serialize;
use serde_json::Value;

use super::problem::Problem;
use super::properties::MONOTONE;
use super::{Options, UNDECIDED_RULE};
use crate::decision::RuleOutcome;
use crate::policy::Description;

/// What came of all suites. Its JSON is for other programs, [`Report::to_text`] for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub policy: String,
    pub version: String,
    /// Everything is as expected.
    pub ok: bool,
    /// Why not, when no single suite says it.
    pub problems: Vec<String>,
    pub passed: usize,
    pub failed: usize,
    pub suites: Vec<SuiteReport>,
    /// Every rule of the policy, in its order.
    pub coverage: Vec<RuleCoverage>,
    /// Rules that decided no case.
    pub uncovered: Vec<String>,
}

/// What came of one suite.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuiteReport {
    pub name: String,
    /// Mistakes of the suite itself. A suite with any was not run.
    pub problems: Vec<Problem>,
    pub cases: Vec<CaseReport>,
    pub properties: Vec<PropertyReport>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseKind {
    Decision,
    Quota,
    Refusal,
}

/// What came of one case. It passed when nothing differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseReport {
    pub name: String,
    pub kind: CaseKind,
    pub differences: Vec<Difference>,
    /// The rule that decided, expected or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Of a failed case: what every rule said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<RuleOutcome>,
    /// Of a failed case: what its author may have overlooked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The member of `expect`, or what else was looked at.
    pub what: String,
    pub expected: String,
    pub got: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    pub rule: String,
    /// How many cases it decided.
    pub cases: usize,
}

/// What came of one property.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyReport {
    /// A name in kebab-case.
    pub property: String,
    /// A sentence for people.
    pub summary: String,
    /// How many seats were looked at.
    pub checked: usize,
    pub outcome: PropertyOutcome,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyOutcome {
    Holds,
    Fails(Counterexample),
    /// Worth knowing, and no mistake: core keeps such seats anyway.
    Noted(Counterexample),
    /// Why there was nothing to look at.
    NotChecked(String),
}

/// A seat for which a property does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counterexample {
    /// The case that it is, or that it was made of.
    pub case: String,
    /// The candidate was made up by changing that of the case.
    pub is_varied: bool,
    /// What the policy did, in a sentence.
    pub detail: String,
    /// The candidate with its time and settings, in the format of a suite.
    pub reproduce: Value,
}

impl CaseReport {
    pub fn is_passed(&self) -> bool {
        self.differences.is_empty()
    }
}

impl PropertyReport {
    /// A promise that could not be looked at is a mistake of the suite, and no promise kept.
    pub fn is_failed(&self) -> bool {
        match self.outcome {
            PropertyOutcome::Fails(_) => true,
            PropertyOutcome::NotChecked(_) => self.property == MONOTONE,
            _ => false,
        }
    }
}

impl SuiteReport {
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
            && self.cases.iter().all(CaseReport::is_passed)
            && !self.properties.iter().any(PropertyReport::is_failed)
    }
}

impl Report {
    pub(super) fn of(description: &Description, suites: Vec<SuiteReport>, options: Options) -> Self {
        let cases = || suites.iter().flat_map(|suite| &suite.cases);
        let decided = |rule: &str| cases().filter(|case| case.rule.as_deref() == Some(rule)).count();
        let coverage: Vec<RuleCoverage> = description
            .rules
            .iter()
            .map(|rule| RuleCoverage { rule: rule.id.clone(), cases: decided(&rule.id) })
            .collect();
        let missed = coverage.iter().filter(|rule| rule.cases == 0 && rule.rule != UNDECIDED_RULE);
        let uncovered: Vec<String> = missed.map(|rule| rule.rule.clone()).collect();
        let mut problems = Vec::new();
        if suites.is_empty() {
            problems.push("there are no tests, and a policy without tests has not shown anything".to_owned());
        } else if suites.iter().all(|suite| suite.problems.is_empty()) && cases().all(|case| case.rule.is_none()) {
            problems.push("no case was decided: at least one seat must be put to the policy".to_owned());
        }
        if options.needs_all_rules && !uncovered.is_empty() {
            problems.push(format!("rules without a case: {}", uncovered.join(", ")));
        }
        let passed = cases().filter(|case| case.is_passed()).count();
        Self {
            policy: description.name.clone(),
            version: description.version.clone(),
            ok: problems.is_empty() && suites.iter().all(SuiteReport::is_ok),
            problems,
            passed,
            failed: cases().count() - passed,
            coverage,
            uncovered,
            suites,
        }
    }

    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The report for people: one line for each case, more for what failed.
    pub fn to_text(&self) -> String {
        super::text::of(self)
    }
}
