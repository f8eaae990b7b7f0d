//! The release job: a plan, and unless it is a dry run what the executor does with it, all within the guard.

use steward_core::application::{Choice, Refusal};
use steward_core::guard::{Gate, Scope, lost_protections};
use steward_core::notice::DueNotices;
use steward_core::plan::{Held, Plan, PlanBody};

use super::report::{Facts, PlanFacts, RunFacts};
use super::rules::{self, Rules};
use super::shadow;
use super::work::{Ended, Mode, Work, stopped};
use crate::apply::{self, Applied, ApplyError, PlanRef, Request};
use crate::cycle::{self, CycleError, Prepared};
use crate::ledger::{CycleLock, LockError};
use crate::letters;
use crate::os_user;
use crate::policies;
use crate::qrs::Client;
use crate::run_settings::execution_settings;

/// Digits of a plan's id in messages.
const PLAN_DIGITS: usize = 12;

pub(super) async fn run(work: &mut Work, client: &Client, mode: Mode) -> anyhow::Result<Ended> {
    let lock = match apply::lock(&work.settings, false, work.timer.clock()).await {
        Err(ApplyError::Lock(LockError::Held { holder })) => {
            anyhow::bail!("another cycle is at work ({holder}), so this one is tried again later")
        }
        lock => lock?,
    };
    let settings = work.settings.clone();
    let site = cycle::site_of(&settings);
    let grace_days = execution_settings(&settings).undo_grace_days;
    work.ledger.refresh().await?;
    crate::executor::recover(&mut work.ledger, client, site, work.timer.clock(), grace_days).await?;
    // Once, so that one policy decides from the beginning of this run to its end.
    let policy = policies::active(Some(&settings), Some(&mut work.ledger)).await?;
    let shadows = shadow::load(&settings, &mut work.ledger).await;
    let attributes = cycle::needs(&policy, &cycle::run_settings(&settings, &policy)).attributes
            || shadow::need_attributes(&shadows)
            // The addresses of owners.
            || settings.steward.notices.enable;
    let clock = work.timer.clock();
    let ledger = Some(&mut work.ledger);
    let prepared = tokio::select! {
        prepared = cycle::prepare_reading(&settings, policy, attributes, client, None, ledger, clock) => prepared?,
        () = work.stop.cancelled() => return Ok(stopped()),
    };
    work.beat.beat();
    cycle::watch(&mut work.ledger, &prepared.snapshot, site, &settings, work.timer.now()).await?;
    let (prepared, plan) = planned(prepared).await?;
    cycle::store_plan(&mut work.ledger, &prepared, &plan, work.timer.now()).await?;
    work.beat.beat();
    let (prepared, shadows) =
        shadow::compare(&mut work.ledger, shadows, prepared, &plan, &work.beat, &work.stop).await?;
    work.beat.beat();

    let before = prepared.memory.last_reading.as_ref();
    let lost = before.map(|before| lost_protections(&prepared.snapshot, &prepared.settings.guard, before));
    let plan_facts = PlanFacts::of(plan.body(), lost.unwrap_or_default());
    let facts = Facts { shadows: Some(shadows), plan: Some(plan_facts), ..Facts::default() };
    let due = letters::due(&settings, &prepared, plan.body());
    let told = told(&plan);
    if plan.body().held.iter().any(|held| held.scope == Scope::Run) {
        // What was read is in doubt, and says nothing about rules either.
        return Ok(Ended { facts, ..of_plan(&plan, told) });
    }
    let rules = rules::look(&mut work.ledger, prepared, &plan, settings.steward.policy.max_new_releases).await?;
    let waiting = match &rules {
        Rules::Waiting(why) => Some(why.clone()),
        Rules::NotArmed | Rules::Same | Rules::Few { .. } => None,
    };
    let facts = Facts { rules_waiting: Some(waiting), ..facts };
    if mode == Mode::Look || settings.butler.qlik_sense_license.license_release.dry_run {
        let is_dry = if mode == Mode::Look { "looked only" } else { "dry run, nothing is released" };
        return Ok(Ended { facts, ..of_plan(&plan, format!("{told}; {is_dry}")) });
    }
    match rules {
        Rules::Waiting(why) => {
            let gate = Gate::RulesChanged;
            let message = format!("{told}; {gate}: {why}. {} {}", gate.sentence(), gate.way_out());
            return Ok(Ended::attention(message, facts));
        }
        Rules::Few { newly } => rules::accept(&mut work.ledger, &plan, newly, work.timer.now()).await?,
        Rules::NotArmed | Rules::Same => {}
    }
    let told = match tell_owners(work, due).await? {
        Some(letters) => format!("{told}; {letters}"),
        None => told,
    };
    if plan.body().releases.is_empty() {
        return Ok(Ended { facts, ..of_plan(&plan, told) });
    }
    release(work, client, &lock, &plan, told, facts).await
}

/// Tells owners that their seats go, when seats do go: not while releases are not armed, or paused.
async fn tell_owners(work: &mut Work, due: Option<DueNotices>) -> anyhow::Result<Option<String>> {
    let state = work.ledger.state();
    let (Some(due), true, None) = (due, state.armed().is_some(), state.paused()) else { return Ok(None) };
    let written = letters::write(&mut work.ledger, &work.settings, due, work.timer.now()).await?;
    Ok(written.told())
}

async fn planned(prepared: Prepared) -> Result<(Prepared, Plan), CycleError> {
    let decided = tokio::task::spawn_blocking(move || prepared.plan(None).map(|plan| (prepared, plan))).await;
    decided.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

async fn release(
    work: &mut Work,
    client: &Client,
    lock: &CycleLock,
    plan: &Plan,
    told: String,
    mut facts: Facts,
) -> anyhow::Result<Ended> {
    let request = Request {
        plan: PlanRef::Id(plan.id().to_string()),
        choice: Choice::default(),
        note: None,
        by: format!("the daemon of {}", os_user::name()),
    };
    let (beat, timer, settings) = (work.beat.clone(), work.timer.clone(), work.settings.clone());
    let mut progress = |_| beat.beat();
    let applied = apply::apply_locked(
        lock,
        &mut work.ledger,
        client,
        &settings,
        &request,
        &work.stop,
        timer.clock(),
        &mut progress,
    )
    .await;
    match applied {
        Ok(Applied::Nothing) => Ok(Ended { facts, ..of_plan(plan, told) }),
        Ok(Applied::Held(held)) => {
            Ok(Ended::attention(format!("{told}; nothing was released, {}", gates(&held)), facts))
        }
        Ok(Applied::Run(held, report)) => {
            facts.run = work.ledger.state().runs().get(&report.run).map(|run| RunFacts::of(report.run, run));
            let counts: Vec<String> =
                report.counts.iter().map(|(result, count)| format!("{} {count}", result.as_str())).collect();
            let message = format!("run {}: {}", report.run, counts.join(", "));
            let is_fine = held.is_empty() && !report.needs_attention() && !is_held(plan.body());
            Ok(if is_fine { Ended::done(message, facts) } else { Ended::attention(message, facts) })
        }
        Err(ApplyError::Stopped) => Ok(Ended { facts, ..stopped() }),
        Err(error @ (ApplyError::Held { .. } | ApplyError::Refused(Refusal::Held { .. }))) => {
            Ok(Ended::attention(format!("{told}; {error}"), facts))
        }
        Err(error) => Err(error.into()),
    }
}

fn of_plan(plan: &Plan, message: String) -> Ended {
    let facts = Facts::default();
    if is_held(plan.body()) { Ended::attention(message, facts) } else { Ended::done(message, facts) }
}

/// A licence type or the whole run is held. Single seats always are.
fn is_held(plan: &PlanBody) -> bool {
    plan.held.iter().any(|held| held.scope != Scope::Seat)
}

fn told(plan: &Plan) -> String {
    let (id, plan) = (plan.id(), plan.body());
    let id: String = id.hex().chars().take(PLAN_DIGITS).collect();
    let wide: Vec<&Held> = plan.held.iter().filter(|held| held.scope != Scope::Seat).collect();
    let held = if wide.is_empty() { String::new() } else { format!(", held by {}", gates(wide)) };
    format!("plan {id} releases {} of {} seats{held}", plan.releases.len(), plan.decisions.len())
}

fn gates<'h>(held: impl IntoIterator<Item = &'h Held>) -> String {
    let told: Vec<String> = held.into_iter().map(|held| format!("{}: {}", held.gate, held.detail)).collect();
    told.join("; ")
}
