//! The daemon at one moment.

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::policy::{FaultKind, PolicyIdentity};

use super::plans::PlanLine;
use super::pools::PoolsBody;
use super::switches::SaidBody;
use crate::api::work::WorkBody;
use crate::daemon::job::Job;
use crate::daemon::report::JobOutcome;

/// Everything that the first page of the console shows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Status")]
pub struct StatusBody {
    /// Of Steward.
    pub version: &'static str,
    /// The clock of the daemon.
    pub now: Instant,
    /// `null` while the daemon is starting.
    pub started_at: Option<Instant>,
    /// The keeper moved lately.
    pub is_alive: bool,
    /// The daemon does what it is there for.
    pub is_ready: bool,
    /// Why it is not ready.
    pub problems: Vec<String>,
    pub jobs: Vec<JobBody>,
    /// The last reading; `null` before the first one.
    pub pools: Option<PoolsBody>,
    /// What the server said about its own licence; `null` before it was asked.
    pub server_license: Option<ServerLicenseBody>,
    pub releases: ReleasesBody,
    /// The plan that was made last.
    pub latest_plan: Option<PlanLine>,
    /// The policy that made the last plan of this daemon; `null` before the first one.
    pub policy: Option<PolicyIdentity>,
    /// Faults of policies since the daemon started.
    pub faults: Vec<FaultCount>,
    pub outbox: OutboxBody,
    pub ledger: LedgerBody,
    /// Why the settings file on the disk is not in force.
    pub settings_problem: Option<String>,
    /// What somebody asked for here and is at work; `null` when nothing is.
    pub work: Option<WorkBody>,
}

/// One of the daemon's jobs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "JobStatus")]
pub struct JobBody {
    pub job: Job,
    /// The settings switch it on.
    pub is_enabled: bool,
    /// As the settings have it.
    pub schedule: String,
    pub next_at: Option<Instant>,
    pub last_success_at: Option<Instant>,
    pub last_duration_ms: Option<i64>,
    /// How it ended last; `null` before that.
    pub outcome: Option<JobOutcome>,
    /// The same as a sentence.
    pub message: Option<String>,
    /// Two occurrences have passed since the last success.
    pub is_overdue: bool,
}

/// The licence of the server itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ServerLicense")]
pub struct ServerLicenseBody {
    pub read_at: Instant,
    /// The day on which it ends, such as `2027-03-31`; `null` when nobody can tell.
    pub expires_on: Option<String>,
    /// Days until then: 0 on that day, negative after it.
    pub days_left: Option<i64>,
    /// It has ended; `null` when neither the server nor a date says.
    pub has_ended: Option<bool>,
    /// A sentence that somebody should see.
    pub warning: Option<String>,
}

/// Whether seats may be released.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Releases")]
pub struct ReleasesBody {
    /// `Butler.qlikSenseLicense.licenseRelease.enable`
    pub is_enabled: bool,
    /// `Butler.qlikSenseLicense.licenseRelease.dryRun`
    pub is_dry_run: bool,
    /// Who allowed releases; `null` when nothing may be released yet.
    pub armed: Option<SaidBody>,
    /// Somebody armed, and looked at a plan for the server that the settings name now.
    pub is_armed_here: bool,
    /// Who stopped releases; `null` when nobody did.
    pub paused: Option<SaidBody>,
    /// Why changed rules wait for somebody who arms.
    pub rules_waiting: Option<String>,
    /// The window for releases is open, or there is none.
    pub is_window_open: bool,
    /// When it opens; `null` while it is open, or when it never opens.
    pub window_opens_at: Option<Instant>,
    /// A run that is at work, or was interrupted.
    pub open_run: Option<RunId>,
    /// People whose seats somebody keeps by hand.
    pub protected_by_hand: usize,
    /// Gates that would hold an apply now.
    pub gates: Vec<GateBody>,
}

/// A gate, and the way out of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "GateSentence")]
pub struct GateBody {
    pub gate: Gate,
    pub sentence: &'static str,
    pub way_out: &'static str,
}

impl From<Gate> for GateBody {
    fn from(gate: Gate) -> Self {
        Self { gate, sentence: gate.sentence(), way_out: gate.way_out() }
    }
}

/// How often a policy failed in a way.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultCount {
    pub kind: FaultKind,
    pub count: u64,
}

/// Points on their way to `InfluxDB`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Outbox")]
pub struct OutboxBody {
    /// `Butler.influxDb.enable`
    pub is_enabled: bool,
    pub waiting: u64,
    /// How many may wait.
    pub waiting_max: u64,
    pub oldest_at: Option<Instant>,
    /// Refused for good, and kept with the reason.
    pub set_aside: u64,
    /// Since the daemon started.
    pub sent_total: u64,
    /// Given up because the outbox was full, ever since the ledger was made.
    pub dropped_total: u64,
    /// Why nothing is delivered.
    pub last_error: Option<String>,
    pub last_success_at: Option<Instant>,
}

/// The ledger.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Ledger")]
pub struct LedgerBody {
    pub entries: u64,
    /// The hash of the last entry: noted elsewhere, it shows whether entries were cut off later.
    pub head: Digest,
    /// Why it cannot be used; `null` when all is well.
    pub problem: Option<String>,
}
