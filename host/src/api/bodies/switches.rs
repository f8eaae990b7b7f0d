//! What an administrator says: arm, pause, resume, protect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::ledger::Said;

/// Longer notes are reports, and belong elsewhere.
pub const NOTE_CHARS_MAX: usize = 1000;

/// Something that an administrator said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Said")]
pub struct SaidBody {
    pub at: Instant,
    pub by: String,
    pub note: Option<String>,
}

impl From<&Said> for SaidBody {
    fn from(said: &Said) -> Self {
        Self { at: said.at, by: said.by.clone(), note: said.note.clone() }
    }
}

/// Why, for the ledger.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NoteRequest {
    #[schemars(length(max = 1000))]
    pub note: Option<String>,
}

/// Whether releases are paused.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PauseState {
    /// Who paused them; `null` when they go on.
    pub paused: Option<SaidBody>,
    /// The request changed something.
    pub is_changed: bool,
}

/// Allows releases, after a look at a plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArmRequest {
    /// The plan that was looked at.
    pub plan: Digest,
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub note: Option<String>,
}

/// Releases are armed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArmedBody {
    pub plan: Digest,
    pub releases: usize,
    /// Seats that gates of that plan hold.
    pub held: usize,
    /// Gates that held the whole plan: plan again.
    pub gates: Vec<Gate>,
}

/// A person whose seats somebody keeps by hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HandProtection")]
pub struct ProtectionBody {
    /// `null` when the person was erased from the ledger.
    pub user_directory: Option<String>,
    pub user_id: Option<String>,
    pub since: Instant,
    /// `null` for good.
    pub until: Option<Instant>,
    pub is_expired: bool,
    pub by: String,
    pub note: String,
}

/// Everybody whose seats are kept by hand.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Protections {
    pub protections: Vec<ProtectionBody>,
}

/// Keeps a person's seats.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProtectRequest {
    #[schemars(length(min = 1, max = 500))]
    pub user_directory: String,
    #[schemars(length(min = 1, max = 500))]
    pub user_id: String,
    /// The instant at which it ends; left out or null: for good.
    #[serde(default)]
    pub until: Option<Instant>,
    /// Why, for the ledger.
    #[schemars(length(min = 1, max = 1000))]
    pub note: String,
    /// Protect a name that the latest plan does not know.
    #[serde(default)]
    pub unknown: bool,
}

/// Ends a protection by hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnprotectRequest {
    #[schemars(length(min = 1, max = 500))]
    pub user_directory: String,
    #[schemars(length(min = 1, max = 500))]
    pub user_id: String,
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub note: Option<String>,
}
