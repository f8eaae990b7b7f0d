//! Asking a policy about many seats in steps.

use steward_core::candidate::Candidate;
use steward_core::columns::SEATS_MAX;
use steward_core::decision::{Outline, Verdict};
use steward_core::guard::Quotas;
use steward_core::license_type::LicenseType;
use steward_core::planner::POLICY_FAULT_RULE;
use steward_core::policy::{Fault, Policy};

/// What the policy said so far.
pub struct Asking {
    policy: Box<dyn Policy>,
    outlines: Vec<Outline>,
}

/// What the policy said about every seat. A faulty policy keeps everything.
#[derive(Debug, Clone)]
pub struct Answers {
    pub outlines: Vec<Outline>,
    pub quotas: Quotas,
    pub fault: Option<Fault>,
}

/// What came of a step.
pub enum Step {
    More(Asking),
    /// With the policy, to be asked more.
    Done(Box<dyn Policy>, Answers),
}

impl Asking {
    pub fn new(policy: Box<dyn Policy>) -> Self {
        Self { policy, outlines: Vec::new() }
    }

    /// Seats that were asked about.
    pub fn done(&self) -> usize {
        self.outlines.len()
    }

    /// Asks about some more of `candidates`, which are the same in every step.
    pub fn step(mut self, candidates: &[Candidate<'_>], kinds: &[LicenseType], seats: u32) -> Step {
        let seats = usize::try_from(seats).unwrap_or(usize::MAX).max(1);
        // Whole batches, unless somebody wants less than one: a slow policy answers about few seats at a time.
        let seats = if seats < SEATS_MAX { seats } else { seats.next_multiple_of(SEATS_MAX) };
        let rest = candidates.get(self.done()..).unwrap_or_default();
        let next = rest.get(..seats).unwrap_or(rest);
        match self.policy.outlines(next) {
            Ok(outlines) => self.outlines.extend(outlines),
            Err(fault) => return self.failed(candidates.len(), fault),
        }
        if self.done() < candidates.len() {
            return Step::More(self);
        }
        let mut quotas = Quotas::new();
        for &kind in kinds {
            match self.policy.quota(kind) {
                Ok(quota) => quotas.insert(kind, quota),
                Err(fault) => return self.failed(candidates.len(), fault),
            };
        }
        Step::Done(self.policy, Answers { outlines: self.outlines, quotas, fault: None })
    }

    fn failed(self, seats: usize, fault: Fault) -> Step {
        Step::Done(self.policy, Answers::faulty(seats, fault))
    }
}

impl Answers {
    /// As a plan has it when the policy failed before it could be asked anything.
    pub fn faulty(seats: usize, fault: Fault) -> Self {
        let kept = Outline { verdict: Verdict::Keep, rule: POLICY_FAULT_RULE.into(), priority: 0, flips_at: None };
        Self { outlines: vec![kept; seats], quotas: Quotas::new(), fault: Some(fault) }
    }
}
