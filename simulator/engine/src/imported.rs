//! The policy that the component imports.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use steward_core::candidate::Candidate;
use steward_core::columns::{self, RuleNames};
use steward_core::decision::{Decision, Outline, RuleOutcome};
use steward_core::license_type::LicenseType;
use steward_core::policy::{
    Description, Fault, FaultKind, Needs, Policy, RunContext, are_readable, check_decision, check_description,
    check_outcomes,
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

/// Seats that are asked about again and again, and their columns: to build these costs more than to decide about them.
pub struct KnownSeats {
    candidates: &'static [Candidate<'static>],
    kept: RefCell<Kept>,
}

#[derive(Default)]
struct Kept {
    needs: Needs,
    /// By the place of their first seat.
    batches: BTreeMap<usize, contract_bulk::Columns>,
}

impl KnownSeats {
    pub fn new(candidates: &'static [Candidate<'static>]) -> Self {
        Self { candidates, kept: RefCell::new(Kept::default()) }
    }

    /// The place of the first of these seats, if they are a part of the known ones: the very same values in memory.
    fn place(&self, seats: &[Candidate<'_>]) -> Option<usize> {
        // INVARIANT: the known seats are never freed, so no others can lie there.
        let start = self.candidates.as_ptr().addr();
        let offset = seats.as_ptr().addr().checked_sub(start)? / size_of::<Candidate<'_>>();
        (offset + seats.len() <= self.candidates.len()).then_some(offset)
    }
}

/// The imported policy, configured for a run.
struct Imported {
    known: Rc<KnownSeats>,
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
    known: &Rc<KnownSeats>,
    settings: &Value,
    run: &RunContext,
) -> Result<Box<dyn Policy>, NotReady> {
    let needs = description.needs_with(settings);
    match contract::Evaluator::configure(&settings.to_string(), &mapping::run_context_to_wit(run)) {
        Ok(evaluator) => {
            let (description, known) = (description.clone(), Rc::clone(known));
            Ok(Box::new(Imported { known, evaluator, description, needs, has_bulk }))
        }
        // A policy that cannot say what is wrong has failed: nobody could mend the settings.
        Err(errors) if errors.is_empty() => {
            Err(NotReady::Fault(Fault::new(FaultKind::Malformed, "it refuses its settings and names no error")))
        }
        Err(errors) if !are_readable(errors.iter().map(|error| (error.path.as_str(), error.message.as_str()))) => {
            let detail = format!("it refuses its settings with {} errors that nobody could read", errors.len());
            Err(NotReady::Fault(Fault::new(FaultKind::Oversize, detail)))
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
        for seats in candidates.chunks(columns::SEATS_MAX) {
            let answer = match self.known.place(seats) {
                Some(place) => self.decide_known(place, seats),
                None => contract_bulk::decide_columns(&self.evaluator, &columns_of(seats, self.needs)),
            };
            outlines.extend(bulk_mapping::outlines_from_wit(answer, seats.len(), &rules)?);
        }
        Ok(outlines)
    }
}

impl Imported {
    fn decide_known(&self, place: usize, seats: &[Candidate<'_>]) -> Vec<contract_bulk::Outline> {
        let mut kept = self.known.kept.borrow_mut();
        if kept.needs != self.needs {
            *kept = Kept { needs: self.needs, batches: BTreeMap::new() };
        }
        let columns = kept.batches.entry(place).or_insert_with(|| columns_of(seats, self.needs));
        if columns.license_ids.len() != seats.len() {
            *columns = columns_of(seats, self.needs);
        }
        contract_bulk::decide_columns(&self.evaluator, columns)
    }
}

/// The columns of one batch.
fn columns_of(seats: &[Candidate<'_>], needs: Needs) -> contract_bulk::Columns {
    let columns = columns::batches(seats, needs).next().unwrap_or_default();
    bulk_mapping::columns_to_wit(columns)
}
