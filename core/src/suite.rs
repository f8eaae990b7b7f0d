//! The tests of a policy: cases that its author wrote down, and properties that every policy must have.
//!
//! A suite is data: candidates with what is expected of them. The policy itself comes from whoever runs it, usually as
//! the very component that will decide, configured anew for each set of settings. Everything here is a pure function
//! of the suite and of the policy's answers; variations of the candidates come from a generator with a seed.
//!
//! The format is described for authors in `docs/policy-tests.md`.

mod candidate;
mod cases;
mod export;
mod format;
mod near;
mod pools;
mod problem;
mod properties;
mod report;
mod setup;
mod subject;
mod text;
mod variation;
mod when;

use serde_json::Value;

pub use candidate::{CandidateSpec, OwnerKind, OwnerSpec, Properties};
pub use export::suite_of;
pub use format::{Case, Direction, Expect, Monotone, Quota, QuotaCase, RefusalCase, Suite};
pub use pools::PoolSpec;
pub use problem::Problem;
pub use report::{
    CaseKind, CaseReport, Counterexample, Difference, PropertyOutcome, PropertyReport, Report, RuleCoverage,
    SuiteReport,
};
pub use when::{AllocatedSpec, FlipSpec, LastUseSpec, When};

use crate::policy::{Description, Fault, Policy, RunContext};

/// The rule with which the SDK keeps a seat about which no rule had anything to say. Suites need not reach it.
const UNDECIDED_RULE: &str = "undecided";

/// Makes the policy ready for settings and a run, each time anew, as it would be made ready for a real run.
pub type Configure<'p> = dyn FnMut(&Value, &RunContext) -> Result<Box<dyn Policy + 'p>, NotReady> + 'p;

/// Why a policy could not be made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReady {
    /// The policy refuses its settings; everything that it says about them.
    Refused(Vec<Refusal>),
    Fault(Fault),
}

/// One thing that a policy says is wrong with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A JSON Pointer into the settings; empty for the whole.
    pub path: String,
    pub message: String,
}

/// How thoroughly suites are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// About how many candidates are made up for the properties of each suite, beside those of its cases.
    pub variations: usize,
    /// The same seed makes up the same candidates.
    pub seed: u64,
    /// A rule that decides no case is a failure, not only a line in the report.
    pub needs_all_rules: bool,
}

impl Default for Options {
    fn default() -> Self {
        // Two thousand candidates meet every pair of circumstances many times, and a sandbox decides about them in
        // less than a second for all properties together.
        Self { variations: 2_000, seed: 1, needs_all_rules: false }
    }
}

/// Runs the suites of one policy.
pub fn run(description: &Description, suites: &[Suite], configure: &mut Configure<'_>, options: Options) -> Report {
    let reports = suites.iter().map(|suite| run_one(description, suite, configure, options)).collect();
    Report::of(description, reports, options)
}

fn run_one(description: &Description, suite: &Suite, configure: &mut Configure<'_>, options: Options) -> SuiteReport {
    let problems = problem::problems(suite, description);
    let (prepared, more) = setup::prepare(suite);
    let problems: Vec<Problem> = problems.into_iter().chain(more).collect();
    if !problems.is_empty() {
        return SuiteReport { name: suite.name.clone(), problems, cases: Vec::new(), properties: Vec::new() };
    }
    let cases = cases::run(description, suite, &prepared, configure);
    let properties = properties::check(description, suite, &prepared, configure, options);
    SuiteReport { name: suite.name.clone(), problems, cases, properties }
}
