//! Pools now and before, and seats that came and went.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

use crate::ledger::{KeptChange, KeptReading};

/// One reading of everything that the server counts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Pools")]
pub struct PoolsBody {
    pub at: Instant,
    pub pools: Vec<PoolBody>,
    /// How long seats lie idle; empty when the lists were not believed.
    pub uses: Vec<SeatUseBody>,
    /// Sentences about what could not be read.
    pub problems: Vec<String>,
}

/// One kind of access.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Pool")]
pub struct PoolBody {
    /// Such as `analyzer`, `professional`, `analyzer_capacity`, `token_login`, `token_user` or `tokens_available`.
    pub access_type: String,
    /// By name, such as `total`, `allocated`, `available`, `quarantined`, `excess`; units stand at the end of a name,
    /// figures without one are seats.
    pub figures: BTreeMap<String, f64>,
}

/// How long the seats of a type lie idle.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SeatUse")]
pub struct SeatUseBody {
    pub license_type: LicenseType,
    pub seats: u32,
    pub never_used: u32,
    /// No date to count from.
    pub unknown: u32,
    pub idle: Vec<IdleCount>,
}

/// Seats that lie idle for at least so many days.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IdleCount {
    pub days: u32,
    pub seats: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryQuery {
    /// How many days back.
    #[schemars(range(min = 1, max = 3660))]
    pub days: u32,
    /// At most so many readings of each kind of access: the last one of each stretch.
    #[schemars(range(min = 2, max = 2000))]
    pub points: u32,
}

impl Default for HistoryQuery {
    fn default() -> Self {
        Self { days: 90, points: 400 }
    }
}

/// Readings of the past, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolHistory {
    pub since: Instant,
    /// One reading of each kind of access stands for so many seconds.
    pub step_seconds: u64,
    pub readings: Vec<KeptReading>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesQuery {
    /// How many days back.
    #[schemars(range(min = 1, max = 3660))]
    pub days: u32,
    #[schemars(range(min = 1, max = 1000))]
    pub limit: u32,
}

impl Default for ChangesQuery {
    fn default() -> Self {
        Self { days: 30, limit: 200 }
    }
}

/// Seats that came and went, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatChanges {
    pub changes: Vec<KeptChange>,
    /// There are more in this time than were asked for.
    pub has_more: bool,
}
