//! The daemon at this moment, and what happens.

use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::policy::FaultKind;

use super::plans::latest_line;
use super::pools;
use crate::api::Api;
use crate::api::answer::Shown;
use crate::api::bodies::status::{
    FaultCount, GateBody, JobBody, LedgerBody, OutboxBody, ReleasesBody, ServerLicenseBody, StatusBody,
};
use crate::api::call::Call;
use crate::api::desk::Drawer;
use crate::api::door::Caller;
use crate::api::events::{Happening, Listening};
use crate::api::problem::{Code, Problem};
use crate::config::Settings;
use crate::cycle;
use crate::daemon::job::Job;
use crate::daemon::status::Status;
use crate::run_settings::execution_settings;

pub async fn status(call: Call) -> Result<Shown<StatusBody>, Problem> {
    let api = call.api.clone();
    let body = call.api.desk.ask(async move |drawer| body(&api, drawer).await);
    Ok(Shown(body.await?))
}

pub async fn events(call: Call) -> Result<Listening, Problem> {
    let entries = call.api.desk.ask(async |drawer| Ok(drawer.ledger().await?.head().seq)).await?;
    let hello = Happening::Hello { entries, daemon: call.api.daemon };
    let Caller::Known(known) = &call.caller else {
        return Err(Problem::new(
            Code::NotAllowed,
            "listening takes a token of the settings, or one of a sign-in link",
        ));
    };
    call.api.events.listen(hello, known.digest, call.api.door.leave(&call.caller))
}

async fn body(api: &Api, drawer: &mut Drawer) -> Result<StatusBody, Problem> {
    let status = api.status.borrow().clone();
    let settings = drawer.settings();
    let now = drawer.timer.now();
    let readiness = status.readiness();
    let releases = releases(&status, &settings, drawer, now).await?;
    let latest_plan = latest_line(drawer).await?;
    let head = drawer.ledger().await?.head();
    Ok(StatusBody {
        version: env!("CARGO_PKG_VERSION"),
        now,
        started_at: status.started_at,
        is_alive: api.beat.is_alive(),
        is_ready: readiness.ready,
        problems: readiness.problems,
        jobs: Job::ALL.into_iter().map(|job| job_body(job, &status, &settings)).collect(),
        pools: status.pools.as_ref().map(pools::body),
        server_license: server_license(&status, &settings, now),
        releases,
        latest_plan,
        policy: status.plan.as_ref().map(|plan| plan.policy.clone()),
        faults: faults(&status),
        outbox: outbox(api),
        ledger: LedgerBody { entries: head.seq, head: head.hash, problem: status.ledger.problem.clone() },
        settings_problem: status.settings_problem.clone(),
        work: api.works.running(),
    })
}

fn job_body(job: Job, status: &Status, settings: &Settings) -> JobBody {
    let (is_enabled, schedule) = job.frequency(settings);
    let own = status.jobs.get(&job).cloned().unwrap_or_default();
    let (outcome, message) = own.last.unzip();
    JobBody {
        job,
        is_enabled,
        schedule: schedule.to_owned(),
        next_at: own.next_at,
        last_success_at: own.last_success_at,
        last_duration_ms: own.last_duration_ms,
        outcome,
        message,
        is_overdue: own.is_overdue,
    }
}

fn server_license(status: &Status, settings: &Settings, now: Instant) -> Option<ServerLicenseBody> {
    let (read_at, license) = status.server_license.as_ref()?;
    let threshold_days = settings.butler.qlik_sense_license.server_license_monitor.alert.threshold_days;
    let days_left = license.days_until_expiry(now);
    Some(ServerLicenseBody {
        read_at: *read_at,
        expires_on: days_left.map(|_| license.expiry.to_string()),
        days_left,
        has_ended: license.has_ended(now),
        warning: license.warning(now, threshold_days),
    })
}

async fn releases(
    status: &Status,
    settings: &Settings,
    drawer: &mut Drawer,
    now: Instant,
) -> Result<ReleasesBody, Problem> {
    let release = &settings.butler.qlik_sense_license.license_release;
    let window = execution_settings(settings).window;
    let is_window_open = window.as_ref().is_none_or(|window| window.is_open_at(now));
    let state = drawer.ledger().await?.state();
    let is_armed_here = state.is_armed_for(&cycle::site_of(settings));
    let gates = [
        (state.paused().is_some(), Gate::Paused),
        (!is_armed_here, Gate::NotArmed),
        (status.rules_waiting.is_some(), Gate::RulesChanged),
        (!is_window_open, Gate::OutsideWindow),
    ];
    Ok(ReleasesBody {
        is_enabled: release.enable,
        is_dry_run: release.dry_run,
        armed: state.armed().map(Into::into),
        is_armed_here,
        paused: state.paused().map(Into::into),
        rules_waiting: status.rules_waiting.clone(),
        is_window_open,
        window_opens_at: window.filter(|_| !is_window_open).and_then(|window| window.opens_at(now)),
        open_run: state.open_run().map(|(id, _)| id),
        protected_by_hand: state.protections().values().filter(|protection| protection.holds_at(now)).count(),
        gates: gates.into_iter().filter(|(holds, _)| *holds).map(|(_, gate)| GateBody::from(gate)).collect(),
    })
}

fn faults(status: &Status) -> Vec<FaultCount> {
    let count = |kind: FaultKind| status.totals.faults.get(kind.as_str()).copied().unwrap_or(0);
    FaultKind::ALL.into_iter().map(|kind| FaultCount { kind, count: count(kind) }).collect()
}

fn outbox(api: &Api) -> OutboxBody {
    let outbox = api.outbox.borrow().clone();
    OutboxBody {
        is_enabled: outbox.is_enabled,
        waiting: outbox.waiting,
        waiting_max: outbox.waiting_max,
        oldest_at: outbox.oldest_at,
        set_aside: outbox.set_aside,
        sent_total: outbox.sent_total,
        dropped_total: outbox.dropped_total,
        last_error: outbox.last_error,
        last_success_at: outbox.last_success_at,
    }
}
