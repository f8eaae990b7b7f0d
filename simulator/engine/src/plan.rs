//! The full plan, made by the planner in steps.

use std::cell::RefCell;
use std::rc::Rc;

use steward_core::instant::Instant;
use steward_core::plan::{self, Plan};
use steward_core::planner::{PlanInput, Verdicts, plan_of};
use steward_core::policy::{Fault, Policy};
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_core::suite::NotReady;

use crate::bindings::exports::steward::simulator::engine::{Progress, Refusal};
use crate::questions::not_ready;
use crate::records;
use crate::site::Site;

/// A plan in the making.
pub struct PlanJob {
    site: Rc<Site>,
    settings: RunSettings,
    now: Instant,
    state: RefCell<State>,
}

struct State {
    policy: Box<dyn Policy>,
    verdicts: Verdicts,
    finished: Option<Plan>,
}

impl PlanJob {
    /// # Errors
    /// When the policy refuses its settings.
    pub fn start(site: Rc<Site>, draft: &SettingsDraft, now: Instant) -> Result<Self, Refusal> {
        let settings = draft.for_policy(&site.description);
        let policy: Box<dyn Policy> = match site.configure(&settings, now) {
            Ok(policy) => policy,
            Err(NotReady::Fault(fault)) => Box::new(Faulty(fault)),
            Err(refused) => return Err(not_ready(refused)),
        };
        let state = RefCell::new(State { policy, verdicts: Verdicts::default(), finished: None });
        Ok(Self { site, settings, now, state })
    }

    pub fn step(&self, seats: u32) -> Progress {
        let State { policy, verdicts, .. } = &mut *self.state.borrow_mut();
        let rest = self.site.candidates.get(verdicts.len()..).unwrap_or_default();
        let next = rest.get(..usize::try_from(seats.max(1)).unwrap_or(usize::MAX)).unwrap_or(rest);
        verdicts.ask(next, policy.as_mut());
        Progress { done: records::count(verdicts.len()), total: records::count(self.site.candidates.len()) }
    }

    /// # Errors
    /// Before the last step.
    pub fn json(&self) -> Result<Vec<u8>, Refusal> {
        self.written(|plan, out| plan.write(out))
    }

    /// # Errors
    /// Before the last step.
    pub fn csv(&self) -> Result<Vec<u8>, Refusal> {
        self.written(|plan, out| plan::csv::write(plan.body(), out))
    }

    fn written(&self, write: fn(&Plan, &mut Vec<u8>) -> std::io::Result<()>) -> Result<Vec<u8>, Refusal> {
        let mut state = self.state.borrow_mut();
        if state.finished.is_none() {
            state.finished = Some(self.finish(&mut state)?);
        }
        let mut out = Vec::new();
        if let Some(plan) = &state.finished {
            write(plan, &mut out).map_err(|error| Refusal::Question(error.to_string()))?;
        }
        Ok(out)
    }

    fn finish(&self, state: &mut State) -> Result<Plan, Refusal> {
        let candidates = self.site.candidates;
        if state.verdicts.len() < candidates.len() {
            return Err(Refusal::Question("the policy was not asked about every seat yet".to_owned()));
        }
        let refuse = |error: &dyn std::error::Error| Refusal::Question(error.to_string());
        let identity = self.site.identity(&self.settings).map_err(|error| refuse(&error))?;
        let input = PlanInput {
            snapshot: self.site.snapshot,
            now: self.now,
            // A plan of a file is never applied.
            applicable: false,
            policy: &identity,
            guard: &self.settings.guard,
            memory: &self.site.memory,
            application: None,
        };
        let mut verdicts = std::mem::take(&mut state.verdicts);
        verdicts.ask_quotas(self.site.snapshot, state.policy.as_mut());
        plan_of(input, candidates, verdicts).map_err(|error| refuse(&error))
    }
}

/// A policy that failed before it could be asked anything: the plan says so and holds everything.
struct Faulty(Fault);

impl Policy for Faulty {
    fn decide(
        &mut self,
        _: &steward_core::candidate::Candidate<'_>,
    ) -> Result<steward_core::decision::Decision, Fault> {
        Err(self.0.clone())
    }

    fn quota(&mut self, _: steward_core::license_type::LicenseType) -> Result<Option<u32>, Fault> {
        Err(self.0.clone())
    }

    fn explain(
        &mut self,
        _: &steward_core::candidate::Candidate<'_>,
    ) -> Result<Vec<steward_core::decision::RuleOutcome>, Fault> {
        Err(self.0.clone())
    }
}
