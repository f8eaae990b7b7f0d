//! The standard policy without a sandbox: the same rule code, called directly.

use serde_json::Value;
use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, RuleOutcome};
use steward_core::license_type::LicenseType;
use steward_core::policy::{Description, Fault, Policy, RunContext, check_decision, check_outcomes};
use steward_policy_sdk::{Evaluator, describe};
use steward_policy_standard::Standard;

pub mod mapping {
    steward_core::policy_mapping!(steward_policy_sdk::bindings::exports::steward::policy::policy);
}

/// The standard policy, configured for one run.
pub struct NativeStandard {
    evaluator: Evaluator<Standard>,
    description: Description,
}

impl NativeStandard {
    /// # Errors
    /// When the policy refuses its settings: path and message of each error.
    pub fn configure(settings: &Value, run: &RunContext) -> Result<Self, Vec<(String, String)>> {
        let evaluator = Evaluator::configure(&settings.to_string(), &mapping::run_context_to_wit(run));
        let evaluator = evaluator.map_err(|errors| {
            errors.into_iter().map(|error| (error.path, error.message)).collect::<Vec<(String, String)>>()
        })?;
        Ok(Self { evaluator, description: Self::description() })
    }

    pub fn description() -> Description {
        mapping::description_from_wit(describe::<Standard>())
    }
}

impl Policy for NativeStandard {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.description.needs);
        let decision = mapping::decision_from_wit(self.evaluator.decide(&candidate))?;
        check_decision(&self.description, &decision)?;
        Ok(decision)
    }

    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault> {
        Ok(self.evaluator.quota(mapping::license_type_to_wit(license_type)))
    }

    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.description.needs);
        let outcomes = self.evaluator.explain(&candidate).into_iter().map(mapping::rule_outcome_from_wit);
        let outcomes: Vec<RuleOutcome> = outcomes.collect();
        check_outcomes(&self.description, &outcomes)?;
        Ok(outcomes)
    }
}
