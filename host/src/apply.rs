//! Applies a stored plan: refuses what must be refused, reads the site again, decides again, and hands what both
//! decisions release to the executor.

use std::collections::BTreeMap;
use std::path::PathBuf;

use steward_core::application::{self, Choice, Refusal};
use steward_core::digest::Digest;
use steward_core::guard::{Gate, Scope};
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{Event, PersonRef, PlannedSeat, RunId, RunKind};
use steward_core::plan::{Held, Plan, PlannedDecision};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::cycle::{self, CycleError, Prepared};
use crate::executor::{self, Context, ExecutorError, Progress, Release, RunReport};
use crate::ledger::{Account, CycleLock, Ledger, LedgerError, LockError, StoredPlan};
use crate::os_user;
use crate::policies;
use crate::qrs::Client;
use crate::run_settings::{ExecutionSettings, execution_settings};

/// What an administrator asks for.
#[derive(Debug, Clone)]
pub struct Request {
    pub plan: PlanRef,
    pub choice: Choice,
    /// Why the cap is lifted; needed when it is.
    pub note: Option<String>,
    /// Who applies it, for the ledger.
    pub by: String,
}

/// How a plan is named.
#[derive(Debug, Clone)]
pub enum PlanRef {
    /// Its id, which may be shortened.
    Id(String),
    /// A file that hashes to a stored plan.
    File(Box<Plan>),
}

#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(
        "nothing is released while `Butler.qlikSenseLicense.licenseRelease.dryRun` is `true`: set it to `false` in the \
         settings file"
    )]
    DryRun,
    #[error(
        "nothing is released while `Butler.qlikSenseLicense.licenseRelease.enable` is `false`: set it to `true` in the \
         settings file"
    )]
    Disabled,
    #[error(
        "nothing is released while the account behind the JWT is not known: set `steward.qrs.account`, so that it keeps \
         its own seat"
    )]
    OwnAccount,
    #[error("{gate}: {detail}. {} {}", .gate.sentence(), .gate.way_out())]
    Held { gate: Gate, detail: String },
    #[error("the plan was applied before, in run {0}; plan again")]
    AppliedBefore(RunId),
    #[error("the ledger was restored from a backup after this plan was made; plan again")]
    Void,
    #[error("this ledger has not made the plan {0}; make one here with `steward plan`")]
    Unknown(Digest),
    #[error("the plan was made for another server than the settings name; plan again")]
    OtherSite,
    #[error("a person was erased from the plan; plan again")]
    Erased,
    #[error("`--approve-over-cap` needs a `--note`: it stays in the ledger")]
    NoNote,
    #[error("somebody asked to stop before anything was released")]
    Stopped,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
}

/// What came of it.
#[derive(Debug)]
pub enum Applied {
    /// The plan releases nobody.
    Nothing,
    /// The fresh reading held everything, so nothing was done and the plan may be applied later.
    Held(Vec<Held>),
    /// What the fresh reading held of it, and what became of the rest.
    Run(Vec<Held>, Box<RunReport>),
}

/// Takes the lock of the data folder, so that no other cycle runs beside this one.
pub async fn lock(settings: &Settings, wait: bool, clock: Clock<'_>) -> Result<CycleLock, ApplyError> {
    let folder: PathBuf = settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let who = os_user::name();
    let now = clock();
    let taken = tokio::task::spawn_blocking(move || CycleLock::take(&folder, &who, now, wait)).await;
    taken.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())).map_err(Into::into)
}

/// Applies a plan, for the command line. Waits for another cycle if `wait` says so. Whatever is told of `progress` is for
/// people only.
///
/// # Errors
/// When the plan is refused or something fails. What was done until then stands in the ledger.
pub async fn apply(
    settings: &Settings,
    request: &Request,
    wait: bool,
    stop: &CancellationToken,
    clock: Clock<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Applied, ApplyError> {
    may_release(settings)?;
    if request.choice.above_cap && request.note.as_ref().is_none_or(|note| note.trim().is_empty()) {
        return Err(ApplyError::NoNote);
    }
    let mut ledger = cycle::open_ledger(settings, clock).await?;
    let lock = lock(settings, wait, clock).await?;
    let client = cycle::connect(settings, clock)?;
    let applied = apply_locked(&lock, &mut ledger, &client, settings, request, stop, clock, progress).await;
    tracing::info!(head = %ledger.head(), "the ledger ends here");
    ledger.close().await;
    applied
}

/// Applies a plan for somebody who holds the lock.
///
/// # Errors
/// As [`apply`].
#[expect(clippy::too_many_arguments, reason = "each is a different thing, and no two can be swapped")]
pub async fn apply_locked(
    _lock: &CycleLock,
    ledger: &mut Ledger,
    client: &Client,
    settings: &Settings,
    request: &Request,
    stop: &CancellationToken,
    clock: Clock<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Applied, ApplyError> {
    may_release(settings)?;
    ledger.refresh().await?;
    let execution = execution_settings(settings);
    let policy = policies::active(Some(settings), Some(&mut *ledger)).await.map_err(CycleError::Policy)?;
    let site = cycle::site_of(settings);
    executor::recover(ledger, client, site, clock, execution.undo_grace_days).await?;

    let stored = find(ledger, &request.plan).await?;
    let now = clock();
    check_switches(ledger, &execution, now)?;
    check_plan(ledger, &stored, settings, &policy, now)?;
    if !ledger.state().is_armed_for(&site) {
        let detail = "nobody has armed releases for the server that the settings name now".to_owned();
        return Err(ApplyError::Held { gate: Gate::NotArmed, detail });
    }
    let application = match application::choose(&stored.plan, request.choice) {
        Err(Refusal::ReleasesNothing) => return Ok(Applied::Nothing),
        chosen => chosen?,
    };

    let prepared = tokio::select! {
        prepared = cycle::prepare_live(settings, policy, client, None, Some(&mut *ledger), clock) => prepared?,
        () = stop.cancelled() => return Err(ApplyError::Stopped),
    };
    cycle::watch(ledger, &prepared.snapshot, site, settings, clock()).await?;
    let (prepared, fresh) = {
        let application = application.clone().still_of_same_owners(stored.plan.body(), &prepared.snapshot);
        let decided =
            tokio::task::spawn_blocking(move || prepared.plan(Some(&application)).map(|plan| (prepared, plan))).await;
        decided.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?
    };
    let held: Vec<Held> = fresh.body().held.iter().filter(|held| held.scope != Scope::Seat).cloned().collect();
    if fresh.body().releases.is_empty() && !held.is_empty() {
        return Ok(Applied::Held(held));
    }
    let run = begin(ledger, request, &prepared, &stored.plan, &fresh, &application.license_ids, clock()).await?;
    let mut context = Context { ledger, client, clock, settings: &execution, stop };
    let release = Release { run: run.0, prepared: &prepared, fresh: fresh.body(), chosen: &run.1 };
    let stopped = executor::release_all(&mut context, &release, progress).await?;
    if let Err(error) = executor::settle(ledger, client, clock, run.0, stopped).await {
        let ExecutorError::Look(problem) = error else { return Err(error.into()) };
        tracing::warn!(run = run.0.0, "cannot look what came of the run, the next command looks again: {problem}");
    }
    Ok(Applied::Run(held, Box::new(report(ledger, run.0).await?)))
}

/// What became of a run, by name.
pub async fn report(ledger: &mut Ledger, run: RunId) -> Result<RunReport, LedgerError> {
    let accounts = ledger.accounts().await?;
    let state = ledger.state().runs().get(&run).ok_or(LedgerError::NoRun(run))?;
    Ok(RunReport::new(run, state, &accounts))
}

fn may_release(settings: &Settings) -> Result<(), ApplyError> {
    let release = &settings.butler.qlik_sense_license.license_release;
    if !release.enable {
        return Err(ApplyError::Disabled);
    }
    if release.dry_run {
        return Err(ApplyError::DryRun);
    }
    if crate::run_settings::guard_settings(settings).own_account.is_none() {
        return Err(ApplyError::OwnAccount);
    }
    Ok(())
}

async fn find(ledger: &mut Ledger, plan: &PlanRef) -> Result<StoredPlan, ApplyError> {
    match plan {
        PlanRef::Id(id) => Ok(ledger.stored_plan(id).await?),
        PlanRef::File(plan) => match ledger.stored_plan(&plan.id().to_string()).await {
            Err(LedgerError::NoPlan { .. }) if !plan.body().applicable => Err(Refusal::NotApplicable.into()),
            Err(LedgerError::NoPlan { .. }) => Err(ApplyError::Unknown(plan.id())),
            stored => Ok(stored?),
        },
    }
}

/// What an administrator switched off, and when it is not the time.
fn check_switches(ledger: &Ledger, execution: &ExecutionSettings, now: Instant) -> Result<(), ApplyError> {
    let held = |gate, detail| Err(ApplyError::Held { gate, detail });
    if let Some(said) = ledger.state().paused() {
        let note = said.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        return held(Gate::Paused, format!("{} paused at {}{note}", said.by, said.at));
    }
    if ledger.state().armed().is_none() {
        return held(Gate::NotArmed, "this ledger was never armed, or was restored from a backup".to_owned());
    }
    match &execution.window {
        Some(window) if !window.is_open_at(now) => {
            let opens = window.opens_at(now).map_or_else(|| "never".to_owned(), |at| format!("at {at}"));
            held(Gate::OutsideWindow, format!("the window opens {opens}"))
        }
        _ => Ok(()),
    }
}

fn check_plan(
    ledger: &Ledger,
    stored: &StoredPlan,
    settings: &Settings,
    policy: &crate::policy::PolicyComponent,
    now: Instant,
) -> Result<(), ApplyError> {
    if stored.is_erased {
        return Err(ApplyError::Erased);
    }
    let record = ledger.state().plan(&stored.plan.id());
    if stored.plan.body().application.is_none() {
        let record = record.ok_or(ApplyError::Unknown(stored.plan.id()))?;
        if let Some(run) = record.applied_in {
            return Err(ApplyError::AppliedBefore(run));
        }
        if record.is_void {
            return Err(ApplyError::Void);
        }
        if record.counts.site != cycle::site_of(settings) {
            return Err(ApplyError::OtherSite);
        }
    }
    let run_settings = cycle::run_settings(settings, policy);
    let digest = Digest::of_canonical_json(&run_settings.policy).map_err(CycleError::Json)?;
    let guard = run_settings.guard.digest().map_err(CycleError::Json)?;
    Ok(application::check(stored.plan.body(), &policy.identity(digest), guard, now)?)
}

/// Writes down what is going to happen: the approval, the fresh decision, and every seat of the run.
async fn begin(
    ledger: &mut Ledger,
    request: &Request,
    prepared: &Prepared,
    plan: &Plan,
    fresh: &Plan,
    chosen: &[LicenseId],
    now: Instant,
) -> Result<(RunId, BTreeMap<LicenseId, PersonRef>), ApplyError> {
    let by = request.by.clone();
    cycle::store_plan(ledger, prepared, fresh, now).await?;
    let decisions: BTreeMap<&LicenseId, &PlannedDecision> =
        plan.body().decisions.iter().map(|decision| (&decision.license_id, decision)).collect();
    let planned: Vec<&PlannedDecision> = chosen
        .iter()
        .map(|id| match decisions.get(id) {
            Some(decision) => *decision,
            None => unreachable!("a plan decides about all that it releases"),
        })
        .collect();
    let accounts: Vec<Account> = planned
        .iter()
        .map(|it| Account { user_directory: it.user_directory.clone(), user_id: it.user_id.clone() })
        .collect();
    let references = ledger.people(&accounts).await?;
    let people: BTreeMap<LicenseId, PersonRef> = chosen.iter().cloned().zip(references.iter().cloned()).collect();
    let seats = planned.iter().zip(references).map(|(decision, person)| PlannedSeat {
        license_id: decision.license_id.clone(),
        license_type: decision.license_type,
        person,
    });
    let seats: Vec<PlannedSeat> = seats.collect();
    let mut events = Vec::new();
    if request.choice.above_cap {
        let note = request.note.clone().unwrap_or_default();
        events.push(Event::CapApproved { by: by.clone(), plan: plan.id(), note });
    }
    let run = ledger.state().next_run();
    events.push(Event::RunStarted { run, kind: RunKind::Release, plan: plan.id(), fresh: Some(fresh.id()), by, seats });
    ledger.append(now, &events).await?;
    tracing::info!(run = run.0, plan = %plan.id(), seats = chosen.len(), "a run starts");
    Ok((run, people))
}
