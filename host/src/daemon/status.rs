//! What the daemon tells of itself: one value, made by the keeper, that everybody else only reads.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use steward_core::alert::AlertState;
use steward_core::cost::MonthlyReport;
use steward_core::forecast::Forecast;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::monitor::points::RELEASE_FIGURES;
use steward_core::monitor::seat_changes::Change;
use steward_core::monitor::server_license::ServerLicense;
use steward_core::policy::FaultKind;

use super::job::Job;
use super::report::{JobOutcome, JobReport, PlanFacts};
use super::shadow::ShadowFacts;
use super::work::duration_ms;
use crate::ledger::Ledger;
use crate::monitor::PoolReading;
use crate::qrs::RequestCounts;

/// Everything about the daemon at one moment.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// `None` before the keeper is at work.
    pub started_at: Option<Instant>,
    pub pools: Option<PoolReading>,
    pub server_license: Option<(Instant, ServerLicense)>,
    /// When the client certificate ends; `None` before the first job, and without a certificate.
    pub certificate_expires_at: Option<Instant>,
    /// What administrators were told, and what is on its way.
    pub alerts: AlertState,
    /// When pools will be exhausted, as the last reading and the last release saw it.
    pub forecasts: BTreeMap<LicenseType, Forecast>,
    /// When forecasts and cost were found.
    pub outlook_at: Option<Instant>,
    /// What the running month costs; `None` without prices.
    pub cost: Option<MonthlyReport>,
    pub plan: Option<PlanFacts>,
    /// What the policies in the shadow would have done at the last plan.
    pub shadows: Vec<ShadowFacts>,
    pub jobs: BTreeMap<Job, JobStatus>,
    pub ledger: LedgerStatus,
    /// Why the settings file on the disk is not in force.
    pub settings_problem: Option<String>,
    /// Why changed rules wait for an administrator.
    pub rules_waiting: Option<String>,
    pub totals: Totals,
}

#[derive(Debug, Clone, Default)]
pub struct JobStatus {
    pub next_at: Option<Instant>,
    pub last_success_at: Option<Instant>,
    pub last_duration_ms: Option<i64>,
    pub last: Option<(JobOutcome, String)>,
    /// Two occurrences have passed since the last success.
    pub is_overdue: bool,
}

#[derive(Debug, Clone, Default)]
pub struct LedgerStatus {
    pub entries: u64,
    pub is_armed: bool,
    pub is_paused: bool,
    /// Why it cannot be used; `None` when all is well.
    pub problem: Option<String>,
}

/// Counts since the daemon started.
#[derive(Debug, Clone)]
pub struct Totals {
    pub jobs: BTreeMap<(Job, JobOutcome), u64>,
    pub changes: BTreeMap<(LicenseType, Change), u64>,
    pub faults: BTreeMap<&'static str, u64>,
    pub released: BTreeMap<(LicenseType, String), u64>,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub requests: RequestCounts,
}

/// Whether the daemon does what it is there for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub ready: bool,
    /// Why not.
    pub problems: Vec<String>,
}

impl Status {
    /// Takes in how a job ended.
    pub fn add(&mut self, report: &JobReport) {
        let job = self.jobs.entry(report.job).or_default();
        job.last_duration_ms = Some(duration_ms(report));
        job.last = Some((report.outcome, report.message.clone()));
        if report.outcome != JobOutcome::Failed {
            job.last_success_at = Some(report.ended_at);
        }
        self.totals.add(report);
        self.add_facts(report);
    }

    /// Takes in what a look at changed rules found: the job itself did not run.
    pub fn add_look(&mut self, report: &JobReport) {
        self.totals.add_requests(report);
        self.add_facts(report);
    }

    fn add_facts(&mut self, report: &JobReport) {
        let facts = report.facts.clone();
        if let Some(waiting) = facts.rules_waiting {
            self.rules_waiting = waiting;
        }
        self.pools = facts.pools.or(self.pools.take());
        self.server_license = facts.server_license.or(self.server_license.take());
        self.certificate_expires_at = facts.certificate_expires_at.or(self.certificate_expires_at.take());
        if let Some(outlook) = facts.outlook {
            self.outlook_at = Some(outlook.at);
            self.forecasts = outlook.forecasts;
            self.cost = outlook.report;
        }
        self.plan = facts.plan.or(self.plan.take());
        if let Some(shadows) = facts.shadows {
            self.shadows = shadows;
        }
    }

    /// What `steward status` shows of a daemon that runs, as JSON.
    pub fn told(&self) -> String {
        let jobs: BTreeMap<&str, serde_json::Value> = self
            .jobs
            .iter()
            .map(|(job, status)| {
                let (outcome, message) = status.last.as_ref().map(|(outcome, text)| (outcome.as_str(), text)).unzip();
                let told = json!({
                    "nextAt": status.next_at,
                    "lastSuccessAt": status.last_success_at,
                    "outcome": outcome,
                    "message": message,
                });
                (job.as_str(), told)
            })
            .collect();
        json!({
            "startedAt": self.started_at,
            "settingsProblem": self.settings_problem,
            "rulesWaiting": self.rules_waiting,
            "jobs": jobs,
        })
        .to_string()
    }

    pub fn readiness(&self) -> Readiness {
        let mut problems = Vec::new();
        if self.started_at.is_none() {
            problems.push("the daemon is starting".to_owned());
        }
        if let Some(problem) = &self.ledger.problem {
            problems.push(format!("the ledger cannot be used: {problem}"));
        }
        for job in [Job::Monitor, Job::ServerLicense] {
            let Some(status) = self.jobs.get(&job).filter(|status| status.next_at.is_some()) else { continue };
            match (&status.last, status.last_success_at) {
                (None, _) => problems.push(format!("the job {job} has not run yet")),
                (Some((_, message)), None) => problems.push(format!("the job {job} has never succeeded: {message}")),
                (Some(_), Some(at)) if status.is_overdue => {
                    problems.push(format!("the data is stale: the job {job} succeeded last at {at}"));
                }
                _ => {}
            }
        }
        Readiness { ready: problems.is_empty(), problems }
    }
}

impl Default for Totals {
    /// Zeros for whatever can be named before it happens: a counter that appears with its first event hides that event.
    fn default() -> Self {
        let outcomes = [JobOutcome::Done, JobOutcome::Attention, JobOutcome::Failed];
        let jobs = Job::ALL.into_iter().flat_map(|job| outcomes.map(|outcome| ((job, outcome), 0)));
        Self {
            jobs: jobs.collect(),
            changes: BTreeMap::new(),
            faults: FaultKind::ALL.into_iter().map(|kind| (kind.as_str(), 0)).collect(),
            released: BTreeMap::new(),
            outcomes: RELEASE_FIGURES.into_iter().map(|name| (name, 0)).collect(),
            requests: RequestCounts::new(),
        }
    }
}

impl Totals {
    fn add_requests(&mut self, report: &JobReport) {
        for (key, count) in &report.requests {
            *self.requests.entry(key.clone()).or_default() += count;
        }
    }

    fn add(&mut self, report: &JobReport) {
        *self.jobs.entry((report.job, report.outcome)).or_default() += 1;
        self.add_requests(report);
        for (license_type, changes) in report.facts.pools.iter().flat_map(|pools| &pools.changes) {
            for (change, count) in changes {
                *self.changes.entry((*license_type, *change)).or_default() += u64::from(*count);
            }
        }
        for (fault, count) in report.facts.plan.iter().flat_map(|plan| &plan.faults) {
            *self.faults.entry(fault).or_default() += count;
        }
        if let Some(run) = &report.facts.run {
            for (key, count) in &run.released {
                *self.released.entry(key.clone()).or_default() += count;
            }
            for (outcome, count) in &run.outcomes {
                *self.outcomes.entry(outcome).or_default() += count;
            }
        }
    }
}

impl LedgerStatus {
    pub fn of(ledger: &Ledger) -> Self {
        Self {
            entries: ledger.head().seq,
            is_armed: ledger.state().armed().is_some(),
            is_paused: ledger.state().paused().is_some(),
            problem: None,
        }
    }
}
