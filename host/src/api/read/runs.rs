//! Runs.

use steward_core::ledger::{Run, RunId, RunKind};

use crate::api::answer::Shown;
use crate::api::bodies::runs::{RunLine, RunPage, RunPath, RunsQuery};
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::of_ledger;
use crate::api::problem::Problem;
use crate::apply;
use crate::executor::RunReport;
use crate::ledger::LedgerError;

const RUNS_MAX: u32 = 200;

pub async fn list(call: Call<Nothing, RunsQuery>) -> Result<Shown<RunPage>, Problem> {
    let limit = within("limit", call.query.limit, 1..=RUNS_MAX)? as usize;
    let page = call.api.desk.ask(async move |drawer| {
        let runs = drawer.ledger().await?.state().runs();
        let before = RunId(call.query.before.unwrap_or(u64::MAX));
        let lines: Vec<RunLine> = runs.range(..before).rev().take(limit).map(|(id, run)| line(*id, run)).collect();
        let last = lines.last().map(|line| line.run);
        let next_before = last.filter(|last| runs.range(..last).next().is_some()).map(|last| last.0);
        Ok(RunPage { runs: lines, total: runs.len(), next_before })
    });
    Ok(Shown(page.await?))
}

pub async fn one(call: Call<RunPath>) -> Result<Shown<RunReport>, Problem> {
    let id = RunId(call.path.run);
    let report = call.api.desk.ask(async move |drawer| {
        let report = apply::report(drawer.ledger().await?, id).await;
        report.map_err(|error| match error {
            LedgerError::NoRun(_) => Problem::not_found(format!("there is no run {id}")),
            error => of_ledger(&error),
        })
    });
    Ok(Shown(report.await?))
}

fn line(id: RunId, run: &Run) -> RunLine {
    let report = RunReport::new(id, run, &std::collections::BTreeMap::new());
    let taken = run
        .seats
        .values()
        .filter(|(seat, state)| state.released_at().is_some() && !run.returned.contains(&seat.license_id));
    RunLine {
        run: id,
        kind: report.kind,
        undone: report.undone,
        plan: report.plan,
        needs_attention: report.needs_attention(),
        can_be_undone: if run.kind == RunKind::Release { taken.count() } else { 0 },
        by: report.by,
        started_at: report.started_at,
        finished_at: report.finished_at,
        stopped: report.stopped,
        counts: report.counts,
    }
}
