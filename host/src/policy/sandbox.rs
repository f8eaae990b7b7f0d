//! One policy in one run: a fresh store, its limits, and the meaning of whatever goes wrong in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use steward_core::candidate::Candidate;
use steward_core::columns::{self, RuleNames};
use steward_core::decision::{Decision, Outline, RuleOutcome};
use steward_core::license_type::LicenseType;
use steward_core::policy::{Description, Fault, FaultKind, Needs, Policy, RunContext, check_decision, check_outcomes};
use thiserror::Error;
use wasmtime::component::{InstancePre, ResourceAny};
use wasmtime::{ResourceLimiter, Store, Trap};

use super::bindings::exports::steward::policy::{bulk, policy as contract};
use super::engine::{PolicyEngine, in_ticks};
use super::limits::Limits;
use super::mapping;

/// More errors about one file of settings nobody mends at once.
const SETTINGS_ERRORS_MAX: usize = 1_000;
/// A sentence, with a name from the settings in it.
const SETTINGS_ERROR_BYTES_MAX: usize = 4_000;

/// A policy with its settings. It is not asked again after a fault: core does not, and a trapped instance cannot.
pub struct Sandbox<'p> {
    instance: Instance,
    evaluator: ResourceAny,
    description: &'p Description,
    /// The facts that are passed under these settings.
    needs: Needs,
}

/// Why a policy could not be made ready for a run.
#[derive(Debug, Error)]
pub enum ConfigureError {
    #[error("the policy refuses its settings: {}", listed(.0))]
    Settings(Vec<SettingsProblem>),
    #[error("the policy failed while it read its settings")]
    Fault(#[source] Fault),
    #[error("cannot write the settings as JSON")]
    Json(#[from] serde_json::Error),
}

/// One thing that a policy says is wrong with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsProblem {
    /// A JSON Pointer into the settings; empty for the whole.
    pub path: String,
    pub message: String,
}

fn listed(problems: &[SettingsProblem]) -> String {
    let lines = problems.iter().map(|problem| match problem.path.as_str() {
        "" => problem.message.clone(),
        path => format!("{path}: {}", problem.message),
    });
    lines.collect::<Vec<_>>().join("; ")
}

impl<'p> Sandbox<'p> {
    pub(super) fn configure(
        mut instance: Instance,
        description: &'p Description,
        settings: &serde_json::Value,
        run: &RunContext,
    ) -> Result<Self, ConfigureError> {
        let needs = description.needs_with(settings);
        let settings = serde_json::to_string(settings)?;
        let run = mapping::run_context_to_wit(run);
        let answer = instance.begin(|policy, store| policy.evaluator().call_configure(store, &settings, &run));
        match answer.map_err(ConfigureError::Fault)? {
            Ok(evaluator) => Ok(Self { instance, evaluator, description, needs }),
            // A policy that cannot say what is wrong has failed: nobody could mend the settings.
            Err(errors) if errors.is_empty() => {
                let fault = Fault::new(FaultKind::Malformed, "it refuses its settings and names no error");
                Err(ConfigureError::Fault(fault))
            }
            Err(errors) if !are_readable(&errors) => {
                let detail = format!("it refuses its settings with {} errors that nobody could read", errors.len());
                Err(ConfigureError::Fault(Fault::new(FaultKind::Oversize, detail)))
            }
            Err(errors) => {
                let problems = errors.into_iter().map(|e| SettingsProblem { path: e.path, message: e.message });
                Err(ConfigureError::Settings(problems.collect()))
            }
        }
    }
}

/// Few and short enough for a terminal and for the ledger.
fn are_readable(errors: &[contract::SettingsError]) -> bool {
    let size = |error: &contract::SettingsError| error.path.len().max(error.message.len());
    errors.len() <= SETTINGS_ERRORS_MAX && errors.iter().all(|error| size(error) <= SETTINGS_ERROR_BYTES_MAX)
}

impl Sandbox<'_> {
    /// Instructions that the last answer cost: the same on every machine.
    pub fn fuel_of_last_answer(&self) -> u64 {
        self.instance.spent
    }
}

impl Policy for Sandbox<'_> {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.needs);
        let evaluator = self.evaluator;
        let answer = self.instance.ask(|policy, store| policy.evaluator().call_decide(store, evaluator, &candidate))?;
        let decision = mapping::decision_from_wit(answer)?;
        check_decision(self.description, &decision)?;
        Ok(decision)
    }

    /// Over columns if the policy can, which is far faster, else one by one.
    fn outlines(&mut self, candidates: &[Candidate<'_>]) -> Result<Vec<Outline>, Fault> {
        if self.instance.bulk.is_none() {
            return candidates.iter().map(|candidate| self.decide(candidate).map(Outline::from)).collect();
        }
        let rules = RuleNames::of(self.description);
        let mut outlines = Vec::with_capacity(candidates.len());
        for columns in columns::batches(candidates, self.needs) {
            let seats = columns.len();
            let columns = mapping::bulk::columns_to_wit(columns);
            let answer = self.instance.decide_columns(self.evaluator, &columns, seats)?;
            outlines.extend(mapping::bulk::outlines_from_wit(answer, seats, &rules)?);
        }
        Ok(outlines)
    }

    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault> {
        let evaluator = self.evaluator;
        self.instance.ask(|policy, store| {
            let license_type = mapping::license_type_to_wit(license_type);
            policy.evaluator().call_quota(store, evaluator, license_type)
        })
    }

    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        let candidate = mapping::candidate_to_wit(candidate, self.needs);
        let evaluator = self.evaluator;
        let answer =
            self.instance.ask(|policy, store| policy.evaluator().call_explain(store, evaluator, &candidate))?;
        let outcomes: Vec<RuleOutcome> = answer.into_iter().map(mapping::rule_outcome_from_wit).collect();
        check_outcomes(self.description, &outcomes)?;
        Ok(outcomes)
    }
}

/// A component with its exports looked up, ready to be instantiated.
pub(super) struct Prepared {
    instance: InstancePre<State>,
    policy: contract::GuestIndices,
    bulk: Option<bulk::GuestIndices>,
}

impl Prepared {
    /// A component that exports `bulk` must export it rightly.
    pub(super) fn new(instance: InstancePre<State>, has_bulk: bool) -> wasmtime::Result<Self> {
        let policy = contract::GuestIndices::new(&instance)?;
        let bulk = if has_bulk { Some(bulk::GuestIndices::new(&instance)?) } else { None };
        Ok(Self { instance, policy, bulk })
    }

    pub(super) fn has_bulk(&self) -> bool {
        self.bulk.is_some()
    }
}

/// A live instance of a policy with its store.
pub(super) struct Instance {
    store: Store<State>,
    policy: contract::Guest,
    bulk: Option<bulk::Guest>,
    /// Instructions that the last answer cost.
    spent: u64,
    /// Instructions that are left for this run: each answer adds a little, and takes what it cost.
    purse: u64,
    limits: Limits,
    ticks: Arc<AtomicU64>,
    /// Ticks that are left for this run.
    run_ticks: u64,
}

/// What one call may use up.
struct Ration {
    fuel: u64,
    /// Answers that the call gives.
    answers: u64,
    deadline: Duration,
}

impl Instance {
    pub(super) fn new(engine: &PolicyEngine, prepared: &Prepared) -> Result<Self, Fault> {
        let limits = *engine.limits();
        let mut store = Store::new(engine.engine(), State::new(&limits));
        store.limiter(|state| state);
        store.set_hostcall_fuel(limits.output_bytes);
        store.epoch_deadline_trap();
        arm(&mut store, limits.fuel_to_configure, in_ticks(limits.deadline_to_configure))?;
        let live = prepared.instance.instantiate(&mut store).map_err(|error| fault(&error, store.data()))?;
        let shape = |error: wasmtime::Error| Fault::new(FaultKind::Malformed, error.to_string());
        let run_ticks = in_ticks(limits.run_time);
        let policy = prepared.policy.load(&mut store, &live).map_err(shape)?;
        let bulk = prepared.bulk.as_ref().map(|bulk| bulk.load(&mut store, &live)).transpose().map_err(shape)?;
        Ok(Self { store, policy, bulk, spent: 0, purse: limits.fuel_reserve, limits, ticks: engine.ticks(), run_ticks })
    }

    pub(super) fn describe(&mut self) -> Result<contract::Description, Fault> {
        self.begin(|policy, store| policy.call_describe(store))
    }

    /// As much fuel as if every seat were asked about alone.
    fn decide_columns(
        &mut self,
        evaluator: ResourceAny,
        columns: &bulk::Columns,
        seats: usize,
    ) -> Result<Vec<bulk::Outline>, Fault> {
        let answers = u64::try_from(seats).unwrap_or(u64::MAX).max(1);
        let Limits { fuel_per_call, deadline, .. } = self.limits;
        let Some(bulk) = self.bulk.clone() else { return Err(Fault::new(FaultKind::Malformed, "there is no bulk")) };
        let ration = Ration { fuel: fuel_per_call.saturating_mul(answers), answers, deadline };
        self.call(ration, |_, store| bulk.call_decide_columns(store, evaluator, columns))
    }

    /// Asks for one answer.
    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&contract::Guest, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        let Limits { fuel_per_call: fuel, deadline, .. } = self.limits;
        self.call(Ration { fuel, answers: 1, deadline }, ask)
    }

    /// Asks for what comes before all answers.
    fn begin<T>(
        &mut self,
        ask: impl FnOnce(&contract::Guest, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        let Limits { fuel_to_configure: fuel, deadline_to_configure: deadline, .. } = self.limits;
        self.call(Ration { fuel, answers: 1, deadline }, ask)
    }

    /// Every call starts with full fuel and a full deadline, so that the answer to one seat does not depend on how
    /// many were asked before; unless the run as a whole has been so costly that it has to end.
    fn call<T>(
        &mut self,
        ration: Ration,
        ask: impl FnOnce(&contract::Guest, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        self.purse = self.purse.saturating_add(self.limits.fuel_per_answer.saturating_mul(ration.answers));
        let fuel = ration.fuel.min(self.purse);
        arm(&mut self.store, fuel, in_ticks(ration.deadline).min(self.run_ticks))?;
        let began = self.ticks.load(Ordering::Relaxed);
        let answer = ask(&self.policy, &mut self.store).map_err(|error| fault(&error, self.store.data()));
        self.run_ticks = self.run_ticks.saturating_sub(self.ticks.load(Ordering::Relaxed).saturating_sub(began));
        self.spent = fuel.saturating_sub(self.store.get_fuel().unwrap_or(0));
        self.purse = self.purse.saturating_sub(self.spent);
        let of_run = |kind: FaultKind, what: &str| Err(Fault::new(kind, format!("the policy used up the {what}")));
        match answer {
            Err(Fault { kind: kind @ FaultKind::OutOfFuel, .. }) if self.purse == 0 => {
                of_run(kind, "instructions that a whole run may cost")
            }
            Err(Fault { kind: kind @ FaultKind::Deadline, .. }) if self.run_ticks == 0 => {
                of_run(kind, "time that a whole run may take")
            }
            answer => answer,
        }
    }
}

fn arm(store: &mut Store<State>, fuel: u64, deadline_ticks: u64) -> Result<(), Fault> {
    store.set_epoch_deadline(deadline_ticks);
    store.set_fuel(fuel).map_err(|error| Fault::new(FaultKind::Trap, error.to_string()))
}

/// What the store remembers: how much all memories and tables of the policy take together, and whether it was refused
/// more.
pub(super) struct State {
    memory: Allowance,
    tables: Allowance,
    was_refused: bool,
}

struct Allowance {
    taken: usize,
    max: usize,
}

impl Allowance {
    /// Whether something that grows from `current` to `desired` stays within the whole.
    fn take(&mut self, current: usize, desired: usize) -> bool {
        let taken = self.taken.saturating_add(desired.saturating_sub(current));
        let allowed = taken <= self.max;
        if allowed {
            self.taken = taken;
        }
        allowed
    }
}

impl State {
    fn new(limits: &Limits) -> Self {
        let of = |max| Allowance { taken: 0, max };
        Self { memory: of(limits.memory_bytes), tables: of(limits.table_elements), was_refused: false }
    }
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = self.memory.take(current, desired);
        self.was_refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = self.tables.take(current, desired);
        self.was_refused |= !allowed;
        Ok(allowed)
    }
}

/// A policy whose memory request was refused usually traps right after: the refusal is the cause.
fn fault(error: &wasmtime::Error, state: &State) -> Fault {
    if state.was_refused {
        let mebibytes = state.memory.max >> 20;
        return Fault::new(FaultKind::OutOfMemory, format!("the policy wanted more than {mebibytes} MiB of memory"));
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => {
            Fault::new(FaultKind::OutOfFuel, "the policy used up the instructions that one answer may cost")
        }
        Some(Trap::Interrupt) => Fault::new(FaultKind::Deadline, "the policy did not answer in time"),
        Some(trap) => Fault::new(FaultKind::Trap, trap.to_string()),
        // What is left are answers that could not be read: invalid UTF-8, unknown cases, lists outside the memory,
        // or more of it than may be carried over.
        None => {
            let cause = error.root_cause().to_string();
            let kind = if cause.contains("fuel") { FaultKind::Oversize } else { FaultKind::Malformed };
            Fault::new(kind, cause)
        }
    }
}
