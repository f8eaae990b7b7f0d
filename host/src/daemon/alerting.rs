//! What the keeper adds to its own status before the rules look at it, and what it remembers between looks.

use std::collections::BTreeMap;

use steward_core::alert::AlertState;
use steward_core::instant::Instant;
use steward_core::schedule::Schedule;

use super::job::Job;
use super::report::{JobOutcome, JobReport};
use super::status::Status;
use crate::alerts::{self, Known};
use crate::config::Settings;
use crate::cycle;
use crate::influx::OutboxStatus;
use crate::ledger::{Ledger, LedgerError};

/// Since when releases are scheduled for real, or the last run that succeeded.
const RELEASES: &str = "releases-succeeded";
/// Since when the pools are watched; a reading counts more.
const WATCHED: &str = "pools-watched";

/// Looks at all facts once more; what has to be said waits for its sinks afterwards.
///
/// # Errors
/// When the ledger cannot be used.
pub(super) async fn look(
    ledger: &mut Ledger,
    settings: &Settings,
    schedules: &BTreeMap<Job, Schedule>,
    status: &Status,
    outbox: OutboxStatus,
    now: Instant,
) -> Result<AlertState, LedgerError> {
    let site = cycle::site_of(settings);
    let releases_for_real = ledger.state().armed().is_some()
        && !settings.butler.qlik_sense_license.license_release.dry_run
        && schedules.contains_key(&Job::Release);
    let known = Known {
        read_at: match ledger.last_reading_at(site).await? {
            Some(at) => Some(at),
            None => Some(since(ledger, WATCHED, now).await?),
        },
        outbox,
        schedules: schedules.clone(),
        releases_for_real,
        release_succeeded_at: match releases_for_real {
            true => Some(since(ledger, RELEASES, now).await?),
            false => {
                ledger.clear_mark(RELEASES).await?;
                Some(now)
            }
        },
        paused_since: ledger.state().paused().map(|said| said.at),
    };
    let observations = alerts::observe(status, &known, now);
    Ok(alerts::look(ledger, settings, site, &observations, now).await?.state)
}

/// Remembers that a release run got through.
///
/// # Errors
/// When the ledger cannot be written.
pub(super) async fn remember(ledger: &mut Ledger, report: &JobReport) -> Result<(), LedgerError> {
    if report.job != Job::Release || report.outcome == JobOutcome::Failed {
        return Ok(());
    }
    ledger.set_mark(RELEASES, report.ended_at).await
}

/// When something was noted; now, when it was not.
async fn since(ledger: &mut Ledger, name: &str, now: Instant) -> Result<Instant, LedgerError> {
    if let Some(at) = ledger.marked_at(name).await? {
        return Ok(at);
    }
    ledger.set_mark(name, now).await?;
    Ok(now)
}
