//! The policy that the component imports.

use serde_json::Value;
use steward_core::candidate::Candidate;
use steward_core::columns::{self, RuleNames};
use steward_core::decision::{Decision, Outline, RuleOutcome};
use steward_core::license_type::LicenseType;
use steward_core::policy::{
    Description, Fault, FaultKind, Needs, Policy, RunContext, check_decision, check_description, check_outcomes,
};
use steward_core::suite::{NotReady, Refusal};

use crate::bindings::steward::policy::{bulk as contract_bulk, policy as contract};

mod mapping {
    steward_core::policy_mapping!(crate::bindings::steward::policy::policy);
}

mod bulk_mapping {
    steward_core::bulk_mapping!(crate::bindings::steward::policy::bulk);
}

/// Who the policy says it is.
///
/// # Errors
/// When that is not what a policy may say.
pub fn describe() -> Result<Description, Fault> {
    let description = mapping::description_from_wit(contract::describe());
    check_description(&description)?;
    Ok(description)
}

/// The imported policy, configured for a run.
struct Imported {
    evaluator: contract::Evaluator,
    description: Description,
    /// The facts that are passed under these settings.
    needs: Needs,
    has_bulk: bool,
}

/// Configures the imported policy.
///
/// # Errors
/// When it refuses its settings.
pub fn configure(
    description: &Description,
    has_bulk: bool,
    settings: &Value,
    run: &RunContext,
) -> Result<Box<dyn Policy>, NotReady> {
    let needs = description.needs_with(settings);
    match contract::Evaluator::configure(&settings.to_string(), &mapping::run_context_to_wit(run)) {
        Ok(evaluator) => Ok(Box::new(Imported { evaluator, description: description.clone(), needs, has_bulk })),
        // A policy that cannot say what is wrong has failed: nobody could mend the settings.
        Err(errors) if errors.is_empty() => {
            Err(NotReady::Fault(Fault::new(FaultKind::Malformed, "it refuses its settings and names no error")))
        }
        Err(errors) => {
            let refusals = errors.into_iter().map(|error| Refusal { path: error.path, message: error.message });
            Err(NotReady::Refused(refusals.collect()))
        }
    }
}

impl Policy for Imported {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        let answer = self.evaluator.decide(&mapping::candidate_to_wit(candidate, self.needs));
        let decision = mapping::decision_from_wit(answer)?;
        check_decision(&self.description, &decision)?;
        Ok(decision)
    }

    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault> {
        Ok(self.evaluator.quota(mapping::license_type_to_wit(license_type)))
    }

    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        let answer = self.evaluator.explain(&mapping::candidate_to_wit(candidate, self.needs));
        let outcomes: Vec<RuleOutcome> = answer.into_iter().map(mapping::rule_outcome_from_wit).collect();
        check_outcomes(&self.description, &outcomes)?;
        Ok(outcomes)
    }

    /// Over columns if the policy can, which is far faster, else one by one.
    fn outlines(&mut self, candidates: &[Candidate<'_>]) -> Result<Vec<Outline>, Fault> {
        if !self.has_bulk {
            return candidates.iter().map(|candidate| self.decide(candidate).map(Outline::from)).collect();
        }
        let rules = RuleNames::of(&self.description);
        let mut outlines = Vec::with_capacity(candidates.len());
        for columns in columns::batches(candidates, self.needs) {
            let seats = columns.len();
            let columns = bulk_mapping::columns_to_wit(columns);
            let answer = contract_bulk::decide_columns(&self.evaluator, &columns);
            outlines.extend(bulk_mapping::outlines_from_wit(answer, seats, &rules)?);
        }
        Ok(outlines)
    }
}
