//! Plans of small and random worlds, and what tests want to know of them.

use std::collections::BTreeSet;

use serde_json::json;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::memory::Memory;
use steward_core::plan::Plan;
use steward_core::planner::{PlanInput, plan};
use steward_core::policy::RunContext;
use steward_core::settings::GuardSettings;
use steward_core::snapshot::Snapshot;

use crate::fixture::{identity, input, plan_of, run};
use crate::native::NativeStandard;
use crate::rules::Rules;
use crate::sandbox::{hostile, sandbox};

/// A policy that wants every seat: what stays then is the guard's doing.
pub fn release_all(snapshot: &Snapshot, guard: &GuardSettings) -> Plan {
    let mut policy = sandbox(hostile(), &json!({ "act": "nothing" }), &run(snapshot));
    plan_of(snapshot, guard, &mut policy)
}

pub fn by_rules(rules: &Rules, snapshot: &Snapshot, guard: &GuardSettings, now: Instant, applicable: bool) -> Plan {
    let run = RunContext::of(snapshot, now);
    let mut policy = NativeStandard::configure(&rules.to_json(), &run).expect("the settings are fine");
    let identity = identity();
    let memory = Memory::default();
    let input = PlanInput { now, applicable, ..input(snapshot, &identity, guard, &memory) };
    plan(input, &mut policy).expect("a sound plan")
}

pub fn released(plan: &Plan) -> Vec<&str> {
    plan.body().releases.iter().map(LicenseId::as_str).collect()
}

pub fn gates(plan: &Plan) -> BTreeSet<&'static str> {
    plan.body().held.iter().map(|held| held.gate.as_str()).collect()
}

pub fn bytes(plan: &Plan) -> String {
    let mut bytes = Vec::new();
    plan.write(&mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
