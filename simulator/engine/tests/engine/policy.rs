//! Policies that need no sandbox: the standard rules, called directly, and with a quota and priorities on top.

use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, RuleOutcome};
use steward_core::license_type::LicenseType;
use steward_core::policy::{Description, Fault, Policy, RunContext};
use steward_core::suite::{NotReady, Refusal};
use steward_policy_sdk::Evaluator;
use steward_policy_standard::Standard;

mod mapping {
    steward_core::policy_mapping!(steward_policy_sdk::bindings::exports::steward::policy::policy);
}

/// How the policy differs from the standard one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Standard,
    /// Releases only as many as are missing to so many free seats, in an order of its own: what it wants depends on the
    /// pools, and on the ranks.
    Choosy {
        free: u32,
    },
}

pub struct Native {
    evaluator: Evaluator<Standard>,
    description: Description,
    style: Style,
    run: RunContext,
}

pub fn description() -> Description {
    mapping::description_from_wit(steward_policy_sdk::describe::<Standard>())
}

impl Native {
    pub fn configure(
        style: Style,
        settings: &serde_json::Value,
        run: &RunContext,
    ) -> Result<Box<dyn Policy>, NotReady> {
        let evaluator = Evaluator::configure(&settings.to_string(), &mapping::run_context_to_wit(run));
        let evaluator = evaluator.map_err(|errors| {
            let refusals = errors.into_iter().map(|error| Refusal { path: error.path, message: error.message });
            NotReady::Refused(refusals.collect())
        })?;
        Ok(Box::new(Self { evaluator, description: description(), style, run: run.clone() }))
    }
}

impl Policy for Native {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.description.needs);
        let mut decision = mapping::decision_from_wit(self.evaluator.decide(&candidate))?;
        if matches!(self.style, Style::Choosy { .. }) {
            decision.priority = i32::try_from(candidate.rank % 7).unwrap_or(0);
        }
        Ok(decision)
    }

    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault> {
        let Style::Choosy { free } = self.style else {
            return Ok(self.evaluator.quota(mapping::license_type_to_wit(license_type)));
        };
        let pool = self.run.pools.iter().find(|pool| pool.license_type == license_type);
        Ok(Some(pool.map_or(0, |pool| free.saturating_sub(pool.available))))
    }

    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.description.needs);
        Ok(self.evaluator.explain(&candidate).into_iter().map(mapping::rule_outcome_from_wit).collect())
    }
}
