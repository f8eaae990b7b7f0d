//! Decisions in the sandbox, beside the same rules as native code.

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use clap::ValueEnum;
use steward::cycle::Prepared;
use steward_core::candidate::{Candidate, candidates};
use steward_core::policy::{Policy as _, RunContext};
use steward_policy_sdk::{Evaluator, contract};
use steward_policy_standard::Standard;

use crate::site::{Site, Usage};
use crate::table::{Row, Verdict, thousands};
use crate::timing::{median, timed_on_core, times};
use crate::{Scale, mapping};

/// Each measurement decides about the whole site so often, in one sandbox.
const PASSES: u32 = 10;
const DECISIONS_PER_SECOND: usize = 250_000;

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Path {
    /// The component in the sandbox, with all limits, one call for each seat.
    Sandbox,
    /// The same rules, compiled for this machine.
    Native,
}

pub async fn rows(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (usage, name) in [(Usage::AllIdle, "every seat idle"), (Usage::Mixed, "a third idle")] {
        eprintln!("deciding about {} seats, {name}", thousands(scale.seats));
        let site = Site::start(scale.seats, usage, Duration::ZERO).await?;
        let prepared = site.prepare().await?;
        site.stop().await;
        rows.push(row(name, scale, &prepared)?);
    }
    Ok(rows)
}

fn row(name: &str, scale: Scale, prepared: &Prepared) -> Result<Row> {
    let candidates = candidates(&prepared.snapshot);
    check_agreement(prepared, &candidates)?;
    let (mut sandbox, mut native) = (Vec::new(), Vec::new());
    for _ in 0..scale.repetitions {
        sandbox.push(decide(Path::Sandbox, prepared, &candidates, PASSES)?);
        native.push(decide(Path::Native, prepared, &candidates, PASSES)?);
    }
    let count = u32::try_from(candidates.len())? * PASSES;
    let (sandbox, native) = (median(sandbox) / count, median(native) / count);
    Ok(Row {
        what: format!("decisions in the sandbox, {name}"),
        measured: show(sandbox),
        baseline: format!("{}, native rules", show(native)),
        ratio: format!("{:.1} × slower", times(sandbox, native)),
        target: format!("≥ {} per second", thousands(DECISIONS_PER_SECOND)),
        verdict: Verdict::of(per_second(sandbox) >= DECISIONS_PER_SECOND),
    })
}

/// How many decisions a second has room for; each takes far longer than a nanosecond.
fn per_second(time: Duration) -> usize {
    usize::try_from(1_000_000_000 / time.as_nanos().max(1)).unwrap_or(usize::MAX)
}

fn show(each: Duration) -> String {
    // More digits than this would be noise.
    let rounded = per_second(each) / 1_000 * 1_000;
    format!("{} per second", thousands(rounded))
}

/// Decides about every candidate, several times over. What is made once for a run is not measured.
pub fn decide(path: Path, prepared: &Prepared, candidates: &[Candidate<'_>], passes: u32) -> Result<Duration> {
    match path {
        Path::Sandbox => {
            let mut sandbox = prepared.sandbox()?;
            let mut pass = || candidates.iter().try_for_each(|candidate| sandbox.decide(candidate).map(drop));
            let (decided, time) = timed_on_core(|| (0..passes).try_for_each(|_| pass()));
            Ok(decided.map(|()| time)?)
        }
        Path::Native => {
            let evaluator = native(prepared)?;
            let records = records(prepared, candidates);
            let pass = || records.iter().for_each(|record| drop(std::hint::black_box(evaluator.decide(record))));
            Ok(timed_on_core(|| (0..passes).for_each(|_| pass())).1)
        }
    }
}

fn native(prepared: &Prepared) -> Result<Evaluator<Standard>> {
    let run = mapping::run_context_to_wit(&RunContext::of(&prepared.snapshot, prepared.now));
    let settings = serde_json::to_string(&prepared.settings.policy)?;
    Evaluator::configure(&settings, &run).map_err(|errors| anyhow!("the rules refuse their settings: {errors:?}"))
}

fn records(prepared: &Prepared, candidates: &[Candidate<'_>]) -> Vec<contract::Candidate> {
    let needs = prepared.policy.description().needs;
    candidates.iter().map(|candidate| mapping::candidate_to_wit(candidate, needs)).collect()
}

/// Rules that do something else would make a comparison of nothing.
fn check_agreement(prepared: &Prepared, candidates: &[Candidate<'_>]) -> Result<()> {
    let evaluator = native(prepared)?;
    let mut sandbox = prepared.sandbox()?;
    for (candidate, record) in candidates.iter().zip(records(prepared, candidates)) {
        let native = mapping::decision_from_wit(evaluator.decide(&record))?;
        ensure!(sandbox.decide(candidate)? == native, "sandbox and native rules differ about {:?}", candidate.seat.id);
    }
    Ok(())
}
