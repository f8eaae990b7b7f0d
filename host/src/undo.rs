//! Undoes a run: gives back the seats that it took, as far as the pool allows. It works while releases are paused and
//! under dry run.

use std::collections::BTreeSet;

use steward_core::ids::LicenseId;
use steward_core::ledger::{Event, RunId, RunKind};
use steward_core::settings::{GuardSettings, account_name};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::apply::{ApplyError, report};
use crate::clock::Clock;
use crate::config::Settings;
use crate::cycle::{self, CycleError};
use crate::executor::{self, Context, ExecutorError, Progress, RestorePlan, RunReport, plan_restores};
use crate::ledger::{CycleLock, Ledger, LedgerError, fold_account};
use crate::qrs::Client;
use crate::run_settings::{ExecutionSettings, execution_settings, guard_settings};

#[derive(Debug, Error)]
pub enum UndoError {
    #[error("run {0} gave seats back; there is nothing to undo")]
    IsUndo(RunId),
    #[error("run {0} took its seats at another server than the settings name")]
    OtherSite(RunId),
    #[error("run {run} released nobody called `{account}` who is not back already")]
    NotInRun { run: RunId, account: String },
    #[error(transparent)]
    Start(#[from] ApplyError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
}

/// An undo that was looked at and can be carried out.
pub struct Undo {
    pub plan: RestorePlan,
    /// The seats of the site when the run took some of them.
    known_then: BTreeSet<LicenseId>,
    guard: GuardSettings,
    ledger: Ledger,
    client: Client,
    execution: ExecutionSettings,
    _lock: CycleLock,
}

/// Looks what an undo of `run` would do. `only` names accounts (`DIR\user`); empty for everybody.
///
/// # Errors
/// When there is no such run, it released none of those people, or something cannot be read.
pub async fn prepare(
    settings: &Settings,
    run: RunId,
    only: &[String],
    wait: bool,
    clock: Clock<'_>,
) -> Result<Undo, UndoError> {
    let mut ledger = cycle::open_ledger(settings, clock).await?;
    let lock = crate::apply::lock(settings, wait, clock).await?;
    ledger.refresh().await?;
    let execution = execution_settings(settings);
    let client = cycle::connect(settings, clock)?;
    let site = cycle::site_of(settings);
    executor::recover(&mut ledger, &client, site, clock, execution.undo_grace_days).await?;
    match ledger.state().runs().get(&run) {
        None => return Err(LedgerError::NoRun(run).into()),
        Some(state) if state.kind != RunKind::Release => return Err(UndoError::IsUndo(run)),
        Some(_) if ledger.state().site_of(run) != Some(site) => return Err(UndoError::OtherSite(run)),
        Some(_) => {}
    }
    let guard = guard_settings(settings);
    let snapshot = cycle::read_site(&client, &guard, false, clock).await?;
    cycle::watch(&mut ledger, &snapshot, site, settings, clock()).await?;
    let accounts = ledger.accounts().await?;
    let known_then = known_then(&mut ledger, run).await?;
    let mut plan = plan_restores(ledger.state(), &accounts, &snapshot, &known_then, run);
    choose(&mut plan, only)?;
    Ok(Undo { plan, known_then, guard, ledger, client, execution, _lock: lock })
}

/// Gives the seats back, in the name of whoever asked.
///
/// # Errors
/// When the ledger cannot be written or nobody can tell what happened. What was done until then stands in the ledger.
pub async fn carry_out(
    mut undo: Undo,
    by: &str,
    stop: &CancellationToken,
    clock: Clock<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<RunReport, UndoError> {
    let undone = undo.plan.run;
    let plan = match undo.ledger.state().runs().get(&undone) {
        Some(state) => state.plan,
        None => return Err(LedgerError::NoRun(undone).into()),
    };
    // Whoever was asked may have thought about it for an hour.
    let snapshot = cycle::read_site(&undo.client, &undo.guard, false, clock).await?;
    let accounts = undo.ledger.accounts().await?;
    undo.plan.confirmed_by(&plan_restores(undo.ledger.state(), &accounts, &snapshot, &undo.known_then, undone));
    let run = undo.ledger.state().next_run();
    let started =
        Event::RunStarted { run, kind: RunKind::Undo(undone), plan, fresh: None, by: by.to_owned(), seats: Vec::new() };
    undo.ledger.append(clock(), &[started]).await?;
    let mut context =
        Context { ledger: &mut undo.ledger, client: &undo.client, clock, settings: &undo.execution, stop };
    let stopped = executor::restore_all(&mut context, run, &undo.plan, progress).await?;
    undo.ledger.append(clock(), &[Event::RunFinished { run, stopped }]).await?;
    let report = report(&mut undo.ledger, run).await?;
    undo.ledger.close().await;
    Ok(report)
}

/// Empty when the plan is not there any more: then every seat of a person counts as a new one.
async fn known_then(ledger: &mut Ledger, run: RunId) -> Result<BTreeSet<LicenseId>, LedgerError> {
    let fresh = ledger.state().runs().get(&run).and_then(|run| run.fresh);
    let Some(fresh) = fresh else { return Ok(BTreeSet::new()) };
    match ledger.stored_plan(&fresh.to_string()).await {
        Ok(stored) => Ok(stored.plan.body().decisions.iter().map(|decision| decision.license_id.clone()).collect()),
        Err(LedgerError::NoPlan { .. }) => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

fn choose(plan: &mut RestorePlan, only: &[String]) -> Result<(), UndoError> {
    let is_called = |seat: &executor::Restoration, typed: &str| {
        seat.account.as_ref().is_some_and(|account| {
            let name = account_name(&account.user_directory, &account.user_id);
            let typed = typed.replace('/', "\\");
            name.eq_ignore_ascii_case(&typed)
                || typed.split_once('\\').is_some_and(|(directory, id)| {
                    fold_account(directory, id) == fold_account(&account.user_directory, &account.user_id)
                })
        })
    };
    for typed in only {
        if !plan.seats.iter().any(|seat| is_called(seat, typed)) {
            return Err(UndoError::NotInRun { run: plan.run, account: typed.clone() });
        }
    }
    if !only.is_empty() {
        plan.seats.retain(|seat| only.iter().any(|typed| is_called(seat, typed)));
    }
    Ok(())
}
