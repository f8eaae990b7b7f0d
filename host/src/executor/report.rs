//! What became of every seat of a run, for people and for programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{Answer, PersonRef, ReleaseState, RestoreAnswer, Run, RunId, RunKind, SeatOutcome, Stale};
use steward_core::license_type::LicenseType;

use crate::ledger::Account;

/// Whether seats were taken or given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RunKind")]
pub enum ReportKind {
    Release,
    Undo,
}

impl ReportKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Undo => "undo",
        }
    }
}

/// What became of a run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    pub run: RunId,
    pub kind: ReportKind,
    /// For an undo: the run whose releases were given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<RunId>,
    pub plan: Digest,
    pub by: String,
    pub started_at: Instant,
    /// `None` while it is not known what came of some seats.
    pub finished_at: Option<Instant>,
    /// Why the run ended before its last seat.
    pub stopped: Option<String>,
    pub counts: BTreeMap<SeatResult, usize>,
    pub seats: Vec<SeatReport>,
}

/// What became of one seat of a run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatReport {
    pub license_id: LicenseId,
    pub license_type: LicenseType,
    /// `None` when the person was erased.
    pub user_directory: Option<String>,
    pub user_id: Option<String>,
    pub outcome: SeatResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantined_until: Option<Instant>,
    /// The person holds a seat again.
    pub returned: bool,
    pub detail: Option<String>,
}

/// What became of one seat, in the order in which people want to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeatResult {
    Freed,
    Quarantined,
    Restored,
    HoldsSeat,
    GoneBefore,
    /// Kept, because it was not as planned any more.
    Stale,
    StillAllocated,
    Failed,
    NotRestored,
    /// Nobody has looked yet.
    Unresolved,
    /// The run ended before.
    NotTried,
}

impl SeatResult {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Freed => "freed",
            Self::Quarantined => "quarantined",
            Self::Restored => "restored",
            Self::HoldsSeat => "holds a seat already",
            Self::GoneBefore => "gone before",
            Self::Stale => "stale, kept",
            Self::StillAllocated => "still allocated",
            Self::Failed => "failed",
            Self::NotRestored => "not restored",
            Self::Unresolved => "unresolved",
            Self::NotTried => "not tried",
        }
    }

    /// Somebody should look.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::StillAllocated | Self::Failed | Self::NotRestored | Self::Unresolved | Self::NotTried)
    }
}

impl RunReport {
    pub fn new(id: RunId, run: &Run, accounts: &BTreeMap<PersonRef, Account>) -> Self {
        let seats: Vec<SeatReport> = match run.kind {
            RunKind::Release => run
                .seats
                .values()
                .map(|(seat, state)| {
                    let (outcome, detail) = release_result(state);
                    SeatReport {
                        quarantined_until: quarantined_until(state),
                        returned: run.returned.contains(&seat.license_id),
                        ..seat_report(&seat.license_id, seat.license_type, accounts.get(&seat.person), outcome, detail)
                    }
                })
                .collect(),
            RunKind::Undo(_) => run
                .restores
                .iter()
                .map(|(license_id, restore)| {
                    let (outcome, detail) = restore_result(restore.answer.as_ref());
                    seat_report(license_id, restore.license_type, accounts.get(&restore.person), outcome, detail)
                })
                .collect(),
        };
        let mut counts = BTreeMap::new();
        for seat in &seats {
            *counts.entry(seat.outcome).or_default() += 1;
        }
        let (kind, undone) = match run.kind {
            RunKind::Release => (ReportKind::Release, None),
            RunKind::Undo(undone) => (ReportKind::Undo, Some(undone)),
        };
        Self {
            run: id,
            kind,
            undone,
            plan: run.plan,
            by: run.by.clone(),
            started_at: run.started_at,
            finished_at: run.finished_at,
            stopped: run.stopped.clone(),
            counts,
            seats,
        }
    }

    /// Something went wrong or was left out: somebody should look.
    pub fn needs_attention(&self) -> bool {
        self.stopped.is_some() || self.seats.iter().any(|seat| seat.outcome.is_trouble())
    }
}

fn seat_report(
    license_id: &LicenseId,
    license_type: LicenseType,
    account: Option<&Account>,
    outcome: SeatResult,
    detail: Option<String>,
) -> SeatReport {
    SeatReport {
        license_id: license_id.clone(),
        license_type,
        user_directory: account.map(|account| account.user_directory.clone()),
        user_id: account.map(|account| account.user_id.clone()),
        outcome,
        quarantined_until: None,
        returned: false,
        detail,
    }
}

fn quarantined_until(state: &ReleaseState) -> Option<Instant> {
    match state {
        ReleaseState::Settled { outcome: SeatOutcome::Quarantined { until }, .. } => *until,
        _ => None,
    }
}

fn release_result(state: &ReleaseState) -> (SeatResult, Option<String>) {
    match state {
        ReleaseState::Planned => (SeatResult::NotTried, None),
        ReleaseState::Skipped(Stale::Gone) => (SeatResult::GoneBefore, None),
        ReleaseState::Skipped(why @ Stale::Unreadable(_)) => (SeatResult::Failed, Some(why.to_string())),
        ReleaseState::Skipped(Stale::Stopped(why)) => (SeatResult::NotTried, Some(why.clone())),
        ReleaseState::Skipped(why) => (SeatResult::Stale, Some(why.to_string())),
        ReleaseState::Intended { .. } => (SeatResult::Unresolved, None),
        ReleaseState::Answered { answer, .. } => (SeatResult::Unresolved, problem(answer)),
        ReleaseState::Settled { outcome, answer, .. } => {
            let result = match outcome {
                SeatOutcome::Freed => SeatResult::Freed,
                SeatOutcome::Quarantined { .. } => SeatResult::Quarantined,
                SeatOutcome::StillAllocated => SeatResult::StillAllocated,
                SeatOutcome::GoneBefore => SeatResult::GoneBefore,
                SeatOutcome::Failed => SeatResult::Failed,
            };
            (result, answer.as_ref().and_then(problem))
        }
    }
}

fn problem(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Refused(problem) | Answer::Lost(problem) => Some(problem.clone()),
        Answer::Accepted | Answer::NotFound => None,
    }
}

fn restore_result(answer: Option<&RestoreAnswer>) -> (SeatResult, Option<String>) {
    match answer {
        None => (SeatResult::Unresolved, None),
        Some(RestoreAnswer::Restored { .. }) => (SeatResult::Restored, None),
        Some(RestoreAnswer::HoldsSeat) => (SeatResult::HoldsSeat, None),
        Some(RestoreAnswer::NotRestored(why)) => (SeatResult::NotRestored, Some(why.clone())),
    }
}
