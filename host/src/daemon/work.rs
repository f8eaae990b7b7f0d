//! One job from beginning to end, with the settings that were in force when it began.

use std::sync::Arc;

use steward_core::instant::Instant;
use steward_core::monitor::outlook_points;
use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use super::job::Job;
use super::release;
use super::report::{Facts, JobOutcome, JobReport};
use crate::apply::ApplyError;
use crate::clock::Timer;
use crate::config::Settings;
use crate::error_chain;
use crate::executor;
use crate::ledger::{Ledger, LedgerError, LockError};
use crate::monitor::{self, Watching};
use crate::outlook::{self, Outlook};
use crate::qrs::credentials::CredentialsError;
use crate::qrs::{Client, QrsError, RequestCounts};
use crate::run_settings::{execution_settings, release_thresholds, reporting};
use crate::{apply, cycle};

/// Releases or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Whatever the job is there for.
    Act,
    /// Only look what changed rules would do.
    Look,
}

/// What a job works with. It owns all of it, so that it can run as a task of its own.
pub struct Work {
    pub settings: Arc<Settings>,
    pub timer: Timer,
    /// Asks to stop at the next place where that is possible.
    pub stop: CancellationToken,
    pub beat: Heartbeat,
    pub ledger: Ledger,
}

/// How a job ended, in one sentence, and what it found.
pub(super) struct Ended {
    pub outcome: JobOutcome,
    pub message: String,
    pub facts: Facts,
}

impl Ended {
    pub(super) fn done(message: impl Into<String>, facts: Facts) -> Self {
        Self { outcome: JobOutcome::Done, message: message.into(), facts }
    }

    pub(super) fn attention(message: impl Into<String>, facts: Facts) -> Self {
        Self { outcome: JobOutcome::Attention, message: message.into(), facts }
    }
}

/// Runs a job to its end and gives the ledger back.
pub async fn run(mut work: Work, job: Job, mode: Mode) -> (Ledger, JobReport) {
    let started_at = work.timer.now();
    // The release job holds the lock while it looks.
    if job != Job::Release {
        recover(&work.settings, &mut work.ledger, &work.timer).await;
    }
    let mut requests = RequestCounts::new();
    let certificate_expires_at;
    let ended = match cycle::connect(&work.settings, work.timer.clock()) {
        Ok(client) => {
            let ended = carry_out(&mut work, &client, job, mode).await;
            requests = client.requests();
            certificate_expires_at = client.identity().map(|identity| identity.not_after);
            ended
        }
        Err(error) => {
            certificate_expires_at = expired_at(&error);
            Err(error.into())
        }
    };
    let ended = ended.unwrap_or_else(|error| Ended {
        outcome: JobOutcome::Failed,
        message: error_chain::of(&error),
        facts: Facts::default(),
    });
    let Ended { outcome, message, facts } = ended;
    let facts = Facts { certificate_expires_at, ..facts };
    let ended_at = work.timer.now();
    (work.ledger, JobReport { job, started_at, ended_at, outcome, message, facts, requests })
}

/// When a certificate that is too old ended.
fn expired_at(error: &cycle::CycleError) -> Option<Instant> {
    match error {
        cycle::CycleError::Connect(QrsError::Credentials(CredentialsError::Expired { not_after, .. })) => {
            Some(*not_after)
        }
        _ => None,
    }
}

async fn carry_out(work: &mut Work, client: &Client, job: Job, mode: Mode) -> anyhow::Result<Ended> {
    match job {
        Job::Monitor => read_pools(work, client).await,
        Job::ServerLicense => read_server_license(work, client).await,
        Job::Release => {
            let mut ended = release::run(work, client, mode).await?;
            if ended.facts.run.is_some() {
                let now = work.timer.now();
                match look_ahead(work, now).await {
                    Ok(outlook) => ended.facts.outlook = Some(outlook),
                    Err(problem) => tracing::warn!("after a release {problem}"),
                }
            }
            Ok(ended)
        }
    }
}

async fn read_pools(work: &mut Work, client: &Client) -> anyhow::Result<Ended> {
    let site = cycle::site_of(&work.settings);
    let reporting = reporting(&work.settings);
    let thresholds = release_thresholds(&work.settings);
    let watching = Watching {
        site,
        reporting: &reporting,
        thresholds: &thresholds,
        retention_days: work.settings.steward.history.retention_days,
    };
    let mut reading = tokio::select! {
        read = monitor::read_pools(&mut work.ledger, client, &watching, work.timer.clock()) => read?,
        () = work.stop.cancelled() => return Ok(stopped()),
    };
    let outlook = look_ahead(work, reading.at).await;
    reading.problems.extend(outlook.as_ref().err().cloned());
    let kinds = reading.counted.len();
    let outcome = if reading.problems.is_empty() { JobOutcome::Done } else { JobOutcome::Attention };
    let message = match reading.problems.as_slice() {
        [] => format!("read {kinds} kinds of access"),
        problems => problems.join("; "),
    };
    Ok(Ended { outcome, message, facts: Facts { pools: Some(reading), outlook: outlook.ok(), ..Facts::default() } })
}

/// What the ledger says about the future and about money. That it cannot be told is no reason to read nothing.
async fn look_ahead(work: &mut Work, at: Instant) -> Result<Outlook, String> {
    work.beat.beat();
    let looked = look_and_report(work, at).await;
    work.beat.beat();
    looked.map_err(|error| format!("forecast and cost cannot be told: {}", error_chain::text(&error)))
}

async fn read_server_license(work: &mut Work, client: &Client) -> anyhow::Result<Ended> {
    let site = cycle::site_of(&work.settings);
    let reporting = reporting(&work.settings);
    let (at, license) = tokio::select! {
        read = monitor::read_server_license(&mut work.ledger, client, site, &reporting, work.timer.clock()) => read?,
        () = work.stop.cancelled() => return Ok(stopped()),
    };
    let threshold_days = work.settings.butler.qlik_sense_license.server_license_monitor.alert.threshold_days;
    let warning = license.warning(at, threshold_days);
    let facts = Facts { server_license: Some((at, license.clone())), ..Facts::default() };
    Ok(match warning {
        Some(warning) => Ended::attention(warning, facts),
        None => Ended::done(format!("the licence of the server ends on {}", license.expiry), facts),
    })
}

async fn look_and_report(work: &mut Work, at: Instant) -> Result<Outlook, LedgerError> {
    let outlook = outlook::outlook(&mut work.ledger, &work.settings, at).await?;
    if let Some(tags) = &reporting(&work.settings).license_monitor {
        let mut points = outlook_points::of_forecasts(tags, at, &outlook.forecasts);
        points.extend(outlook.report.iter().flat_map(|report| outlook_points::of_cost(tags, at, report)));
        work.ledger.enqueue_points(&points).await?;
    }
    Ok(outlook)
}

pub(super) fn stopped() -> Ended {
    Ended::done("stopped before anything was done", Facts::default())
}

/// Finishes a run that an earlier process left open. While another process is at work the run is that one's.
pub async fn recover(settings: &Settings, ledger: &mut Ledger, timer: &Timer) {
    if let Err(error) = try_to_recover(settings, ledger, timer).await {
        tracing::warn!("a run that was interrupted cannot be finished yet: {}", error_chain::of(&error));
    }
}

async fn try_to_recover(settings: &Settings, ledger: &mut Ledger, timer: &Timer) -> anyhow::Result<()> {
    ledger.refresh().await?;
    if ledger.state().open_run().is_none() {
        return Ok(());
    }
    let _lock = match apply::lock(settings, false, timer.clock()).await {
        Err(ApplyError::Lock(LockError::Held { .. })) => return Ok(()),
        lock => lock?,
    };
    let client = cycle::connect(settings, timer.clock())?;
    let grace_days = execution_settings(settings).undo_grace_days;
    executor::recover(ledger, &client, cycle::site_of(settings), timer.clock(), grace_days).await?;
    Ok(())
}

/// How long a job took.
pub fn duration_ms(report: &JobReport) -> i64 {
    report.ended_at.millis_since(report.started_at).max(0)
}
