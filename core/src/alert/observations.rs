//! The facts that rules look at. `None` everywhere means that the fact is not known now, never that all is well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cost::{Budget, Currency};
use crate::forecast::Forecast;
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// What is known at one instant. The host fills it from the last believed reading, the ledger and its own running state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    /// The pools of the last reading, also when it is old.
    pub pools: Option<BTreeMap<LicenseType, PoolFacts>>,
    /// When the pools were read last; before the first reading, since when they are watched. `None` while monitoring is off.
    pub read_at: Option<Instant>,
    /// The longest time between two readings that the schedule asks for; `None` when nobody can tell. Readings are late
    /// after three of them, or after the threshold when that is longer.
    pub longest_pause_hours: Option<u32>,
    pub forecasts: BTreeMap<LicenseType, Forecast>,
    /// Of the running month: `Some(None)` when the settings have no budget.
    pub budget: Option<Option<(Currency, Budget)>>,
    pub server_license: Option<LicenseFacts>,
    /// Seats of deleted users, by type.
    pub deleted_owners: Option<BTreeMap<LicenseType, u32>>,
    /// People who hold seats of several types.
    pub double_seats: Option<u32>,
    /// By name of the job.
    pub jobs: BTreeMap<String, JobFacts>,
    /// Of the last plan.
    pub last_plan: Option<RunHeldFacts>,
    pub releases: Option<ReleaseFacts>,
    pub outbox: Option<OutboxFacts>,
    /// Where messages go, by name of the sink. Empty when that is not known.
    pub sinks: BTreeMap<String, SinkFacts>,
    /// What is wrong with the settings file on the disk: `Some(None)` when nothing is.
    pub settings_problem: Option<Option<String>>,
    pub certificate: Option<CertificateFacts>,
    /// Since when releases are paused: `Some(None)` when they are not.
    pub paused_since: Option<Option<Instant>>,
    /// Entries of the protection lists that matched somebody once and match nobody now.
    pub unmatched_protections: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolFacts {
    pub total: u32,
    pub allocated: u32,
    pub available: u32,
    pub excess: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseFacts {
    /// `None` when neither the server's word nor a date says so.
    pub has_ended: Option<bool>,
    /// Negative after the end; `None` when the end is unknown.
    pub days_until_expiry: Option<i64>,
    /// The date, or why there is none.
    pub expiry: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFacts {
    /// Why the last run failed: `None` when it did not, `Some` with the outermost message.
    pub failure: Option<String>,
}

/// What the guard held of the last plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunHeldFacts {
    /// Seats held, by the name of the gate: only gates that hold a type or the whole run.
    pub held: BTreeMap<String, u32>,
    /// The first fault of the policy.
    pub policy_fault: Option<String>,
    /// The settings let a backlog go cap by cap (`aboveCap: longest-idle-first`), so that the cap holds the rest of it is
    /// normal work and no trouble.
    pub cap_is_routine: bool,
}

/// Scheduled releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseFacts {
    /// The daemon schedules them, and they are armed.
    pub is_scheduled: bool,
    /// The end of the last run that succeeded; before the first one, since when they are scheduled.
    pub last_success_at: Instant,
    /// The longest time between two runs that the schedule asks for; `None` when nobody can tell. The rule waits for one of
    /// them more than its threshold.
    pub longest_pause_hours: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxFacts {
    pub waiting: u64,
    pub limit: u64,
}

/// What becomes of the messages for one sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkFacts {
    /// For how long the oldest message has been waiting; `None` when none waits.
    pub oldest_waiting_minutes: Option<u64>,
    /// Messages that the receiver refused for good.
    pub refused_kept: u64,
    /// What it answered last; `None` when it took the message.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateFacts {
    pub expires_at: Instant,
}
