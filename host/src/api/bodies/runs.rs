//! Runs, and what somebody asks to be released or given back.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::license_type::LicenseType;

use crate::executor::{ReportKind, SeatResult};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunPath {
    /// The number of the run.
    pub run: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct RunsQuery {
    /// Only runs before this one; left out: the latest ones.
    pub before: Option<u64>,
    #[schemars(range(min = 1, max = 200))]
    pub limit: u32,
}

impl Default for RunsQuery {
    fn default() -> Self {
        Self { before: None, limit: 50 }
    }
}

/// Runs, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    pub runs: Vec<RunLine>,
    /// How many there are.
    pub total: usize,
    /// Ask with this `before` for earlier ones; `null` at the end.
    pub next_before: Option<u64>,
}

/// A run without its seats.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunLine {
    pub run: RunId,
    pub kind: ReportKind,
    /// For an undo: the run whose releases were given back.
    pub undone: Option<RunId>,
    pub plan: Digest,
    pub by: String,
    pub started_at: Instant,
    /// `null` while it is not known what came of some seats.
    pub finished_at: Option<Instant>,
    /// Why it ended before its last seat.
    pub stopped: Option<String>,
    pub counts: BTreeMap<SeatResult, usize>,
    /// Somebody should look.
    pub needs_attention: bool,
    /// Seats of this run whose owners hold none again.
    pub can_be_undone: usize,
}

/// Releases the seats of a plan.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyRequest {
    /// Release only so many seats, longest idle first.
    #[schemars(range(min = 1))]
    pub first: Option<u32>,
    /// Release also what the cap holds. Needs a note, and is recorded.
    pub approve_over_cap: bool,
    /// Why the cap is lifted, for the ledger.
    #[schemars(length(max = 1000))]
    pub note: Option<String>,
}

/// Whose seats are given back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct UndoRequest {
    /// Only these people, as `DIR\user`; empty: everybody.
    #[schemars(length(max = 1000))]
    pub only: Vec<String>,
}

/// What an undo would do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UndoPreview {
    pub run: RunId,
    pub seats: Vec<RestorationBody>,
    /// How many of them can be given back.
    pub possible: usize,
}

/// One seat of an undo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Restoration")]
pub struct RestorationBody {
    /// The one that was released.
    pub license_id: LicenseId,
    pub license_type: LicenseType,
    /// `null` when the person was erased.
    pub user_directory: Option<String>,
    pub user_id: Option<String>,
    pub way: RestorationWay,
    /// The same as a sentence.
    pub detail: String,
}

/// How a seat is given back, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RestorationWay {
    /// The old seat is in quarantine, which is lifted.
    Reinstate,
    /// A new seat is allocated.
    Allocate,
    /// The person holds a seat by now.
    HoldsSeat,
    Impossible,
}
