//! From nothing to a policy that answers: compiled beforehand, beside compiling.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use steward::clock;
use steward::policies::STANDARD;
use steward::policy::{Limits, PolicyComponent, PolicyEngine};
use steward_core::policy::RunContext;

use crate::Scale;
use crate::table::{Row, Verdict};
use crate::timing::{median, show, timed_blocking, times};

const READY_MAX: Duration = Duration::from_millis(20);

pub fn rows(scale: Scale) -> Result<Vec<Row>> {
    eprintln!("making the policy ready");
    let folder = tempfile::Builder::new().prefix("steward-bench-").tempdir()?;
    let cache = folder.path().join("compiled");
    make_ready(Some(&cache))?;
    let (mut cached, mut compiled) = (Vec::new(), Vec::new());
    for _ in 0..scale.repetitions {
        cached.push(make_ready(Some(&cache))?);
        compiled.push(make_ready(None)?);
    }
    let (cached, compiled) = (median(cached), median(compiled));
    Ok(vec![Row {
        what: "start to policy ready, compiled before".to_owned(),
        measured: show(cached),
        baseline: format!("{}, compiling", show(compiled)),
        ratio: format!("{:.0} × faster", times(compiled, cached)),
        target: format!("< {}", show(READY_MAX)),
        verdict: Verdict::of(cached < READY_MAX),
    }])
}

/// A new engine, the policy checked and loaded, and a sandbox that read its settings.
fn make_ready(cache: Option<&Path>) -> Result<Duration> {
    let run = RunContext { now: clock::now(), pools: Vec::new() };
    let (ready, time) = timed_blocking(|| {
        let engine = PolicyEngine::new(Limits::default(), cache)?;
        let policy = PolicyComponent::load(&engine, STANDARD.bytes)?;
        policy.configure(&json!({}), &run).map(drop)?;
        anyhow::Ok(())
    });
    ready.map(|()| time)
}
