//! What the keeper adds to its own status before the rules look at it, and what it remembers between looks.

use std::collections::BTreeMap;

use steward_core::alert::AlertState;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::monitor::server_license::ServerLicense;
use steward_core::schedule::Schedule;

use super::job::Job;
use super::report::{JobOutcome, JobReport};
use super::status::Status;
use crate::alerts::{self, Known};
use crate::config::Settings;
use crate::config::steward::guard::AboveCap;
use crate::cycle;
use crate::influx::OutboxStatus;
use crate::ledger::{Addressed, Ledger, LedgerError};
use crate::notify::{Content, LicenseNews, LicenseTopic, Message, Sinks, Standings};

/// As long as other ids of messages.
const ID_DIGITS: usize = 32;
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
    let releases_succeeded_at = if releases_for_real && ledger.state().paused().is_none() {
        since(ledger, RELEASES, now).await?
    } else {
        ledger.clear_mark(RELEASES).await?;
        now
    };
    let known = Known {
        read_at: match ledger.last_reading_at(site).await? {
            Some(at) => Some(at),
            None => Some(since(ledger, WATCHED, now).await?),
        },
        outbox,
        sinks: standings(ledger, settings).await?,
        cap_is_routine: settings.steward.guard.above_cap == AboveCap::LongestIdleFirst,
        schedules: schedules.clone(),
        releases_for_real,
        // After a pause the days count anew: nobody expected a run in it.
        release_succeeded_at: Some(releases_succeeded_at),
        paused_since: ledger.state().paused().map(|said| said.at),
    };
    let observations = alerts::observe(status, &known, now);
    Ok(alerts::look(ledger, settings, site, &observations, now).await?.state)
}

/// Of the sinks that the settings have, each of them named.
async fn standings(ledger: &mut Ledger, settings: &Settings) -> Result<Standings, LedgerError> {
    let mut kept = ledger.sink_standings().await?;
    let described = Sinks::of(settings).describe().into_iter();
    Ok(described.map(|sink| (sink.name.clone(), kept.remove(&sink.name).unwrap_or_default())).collect())
}

/// Puts what Butler's webhooks and topics are told about the licence of the server into the queue: each reading, and a
/// warning when it has ended or will soon. Returns whether anything waits.
///
/// # Errors
/// When the queue cannot be written.
pub(super) async fn tell_of_license(
    ledger: &mut Ledger,
    settings: &Settings,
    at: Instant,
    license: &ServerLicense,
) -> Result<bool, LedgerError> {
    let sinks = Sinks::of(settings);
    let threshold_days = settings.butler.qlik_sense_license.server_license_monitor.alert.threshold_days;
    let warning = license.warning(at, threshold_days).map(|_| match license.has_ended(at) {
        Some(true) => LicenseTopic::Expired,
        _ => LicenseTopic::Expiring,
    });
    let mut messages = Vec::new();
    for topic in [Some(LicenseTopic::Status), warning].into_iter().flatten() {
        let news = LicenseNews {
            topic,
            license_expired: license.has_ended(at),
            expiry_date: license.expiry.to_string(),
            days_until_expiry: license.days_until_expiry(at),
        };
        let id = Digest::of_bytes(format!("license\n{}\n{topic:?}\n{at}", cycle::site_of(settings)).as_bytes());
        let id: String = id.hex().chars().take(ID_DIGITS).collect();
        let message = Message { id, at, content: Content::ServerLicense(news) };
        let to = sinks.addressees_of_license(topic).into_iter();
        messages.extend(to.map(|sink| Addressed { sink, message: message.clone() }));
    }
    ledger.enqueue_messages(&messages).await?;
    Ok(!messages.is_empty())
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
