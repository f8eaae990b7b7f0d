//! The facts that the rules look at, out of what the daemon knows. What is not known now is left out: it neither fires
//! nor resolves anything.

use std::collections::{BTreeMap, BTreeSet};

use steward_core::access::{Access, AccessType};
use steward_core::alert::{
    CertificateFacts, JobFacts, LicenseFacts, Observations, OutboxFacts, PoolFacts, ReleaseFacts, RunHeldFacts,
    SinkFacts,
};
use steward_core::cost::{Budget, Currency};
use steward_core::instant::{Instant, MS_PER_MINUTE};
use steward_core::license_type::LicenseType;
use steward_core::monitor::server_license::{Expiry, ServerLicense};
use steward_core::schedule::Schedule;

use crate::daemon::job::Job;
use crate::daemon::report::{JobOutcome, PlanFacts};
use crate::daemon::status::Status;
use crate::influx::OutboxStatus;
use crate::ledger::SinkStanding;
use crate::notify::Standings;

/// How many occurrences of a schedule are looked at for its longest pause.
const OCCURRENCES: usize = 60;
const MS_PER_HOUR: i64 = 3_600_000;

/// Facts that do not stand in the daemon's status.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// When the pools were read last, whichever process read them; before that, since when they are watched.
    pub read_at: Option<Instant>,
    pub outbox: OutboxStatus,
    /// By name.
    pub sinks: Standings,
    /// `aboveCap: longest-idle-first`: a backlog goes cap by cap.
    pub cap_is_routine: bool,
    pub schedules: BTreeMap<Job, Schedule>,
    /// Releases are armed and no dry run.
    pub releases_for_real: bool,
    /// The end of the last release run that succeeded; before that, since when they are scheduled.
    pub release_succeeded_at: Option<Instant>,
    pub paused_since: Option<Instant>,
}

/// What the rules may look at now.
pub fn observe(status: &Status, known: &Known, now: Instant) -> Observations {
    let is_watched = known.schedules.contains_key(&Job::Monitor) || known.schedules.contains_key(&Job::Release);
    let compliance = status.pools.as_ref().and_then(|pools| pools.compliance.clone());
    Observations {
        pools: status.pools.as_ref().map(|pools| pool_facts(&pools.counted)),
        read_at: known.read_at.filter(|_| is_watched),
        longest_pause_hours: readings_pause_hours(known, now),
        forecasts: status.forecasts.clone(),
        budget: status.outlook_at.map(|_| budget(status)),
        server_license: status.server_license.as_ref().map(|(_, license)| license_facts(license, now)),
        deleted_owners: compliance.as_ref().map(|compliance| compliance.deleted_owners.clone()),
        double_seats: compliance.map(|compliance| compliance.double_seats),
        jobs: jobs(status),
        last_plan: status.plan.as_ref().map(|plan| run_held(plan, known)),
        releases: known.release_succeeded_at.map(|last_success_at| ReleaseFacts {
            is_scheduled: known.releases_for_real && known.schedules.contains_key(&Job::Release),
            last_success_at,
            longest_pause_hours: known
                .schedules
                .get(&Job::Release)
                .and_then(|schedule| longest_pause_hours(schedule, now)),
        }),
        sinks: known.sinks.iter().map(|(name, sink)| (name.clone(), sink_facts(sink, now))).collect(),
        outbox: Some(OutboxFacts { waiting: known.outbox.waiting, limit: known.outbox.waiting_max })
            .filter(|facts| facts.limit > 0),
        settings_problem: Some(status.settings_problem.clone()),
        certificate: status.certificate_expires_at.map(|expires_at| CertificateFacts { expires_at }),
        paused_since: Some(known.paused_since),
        unmatched_protections: status.plan.as_ref().map(|plan| plan.lost_protections.clone()),
    }
}

/// Of the running month; `None` when the settings have none.
fn budget(status: &Status) -> Option<(Currency, Budget)> {
    let report = status.cost.as_ref()?;
    Some((report.currency.clone(), report.budget.clone()?))
}

/// The pools of seats; what is paid by minutes or tokens has no end that a rule knows.
fn pool_facts(counted: &[Access]) -> BTreeMap<LicenseType, PoolFacts> {
    let of = |access: &Access| {
        let license_type = match access.access_type {
            AccessType::Analyzer => LicenseType::Analyzer,
            AccessType::Professional => LicenseType::Professional,
            _ => return None,
        };
        let figure = |name: &str| access.figures.get(name).copied().and_then(seats);
        let (total, allocated) = (figure("total")?, figure("allocated")?);
        let available = figure("available").unwrap_or(total.saturating_sub(allocated));
        Some((license_type, PoolFacts { total, allocated, available, excess: figure("excess").unwrap_or(0) }))
    };
    counted.iter().filter_map(of).collect()
}

/// The server counts in whole numbers that figures keep as floats.
fn seats(figure: f64) -> Option<u32> {
    format!("{figure:.0}").parse().ok()
}

fn license_facts(license: &ServerLicense, now: Instant) -> LicenseFacts {
    let expiry = match &license.expiry {
        Expiry::On(day) => day.to_string(),
        Expiry::Unknown(why) => why.clone(),
    };
    LicenseFacts { has_ended: license.has_ended(now), days_until_expiry: license.days_until_expiry(now), expiry }
}

/// Jobs that are switched on and have run.
fn jobs(status: &Status) -> BTreeMap<String, JobFacts> {
    let ran = status.jobs.iter().filter(|(_, job)| job.next_at.is_some());
    let facts = ran.filter_map(|(job, status)| {
        let (outcome, message) = status.last.as_ref()?;
        let failure = (*outcome == JobOutcome::Failed).then(|| message.trim_end_matches('.').to_owned());
        Some((job.as_str().to_owned(), JobFacts { failure }))
    });
    facts.collect()
}

fn run_held(plan: &PlanFacts, known: &Known) -> RunHeldFacts {
    let held = plan.held_widely.iter().map(|(gate, seats)| ((*gate).to_owned(), count(*seats)));
    RunHeldFacts { held: held.collect(), policy_fault: plan.first_fault.clone(), cap_is_routine: known.cap_is_routine }
}

fn count(seats: u64) -> u32 {
    u32::try_from(seats).unwrap_or(u32::MAX)
}

/// Of whatever reads the pools most often.
fn readings_pause_hours(known: &Known, now: Instant) -> Option<u32> {
    let schedules = [Job::Monitor, Job::Release].into_iter().filter_map(|job| known.schedules.get(&job));
    schedules.filter_map(|schedule| longest_pause_hours(schedule, now)).min()
}

fn sink_facts(sink: &SinkStanding, now: Instant) -> SinkFacts {
    let minutes = |since: Instant| u64::try_from(now.millis_since(since) / MS_PER_MINUTE).unwrap_or(0);
    SinkFacts {
        oldest_waiting_minutes: sink.oldest_waiting_at.map(minutes),
        refused_kept: sink.refused_kept,
        problem: sink.problem.clone(),
    }
}

/// The longest pause of a schedule, in hours rounded up, among its next occurrences.
fn longest_pause_hours(schedule: &Schedule, now: Instant) -> Option<u32> {
    let at = schedule.upcoming(now, OCCURRENCES);
    let pauses: BTreeSet<i64> = at.iter().zip(at.iter().skip(1)).map(|(one, next)| next.millis_since(*one)).collect();
    let longest = pauses.last()?;
    u32::try_from(longest.saturating_add(MS_PER_HOUR - 1) / MS_PER_HOUR).ok()
}
