//! Entries of the ledger.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::license_type::LicenseType;

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditQuery {
    /// Only entries before this number; left out: the latest ones.
    pub before: Option<u64>,
    #[schemars(range(min = 1, max = 500))]
    pub limit: u32,
    /// Of this type, such as `release-intended`.
    #[serde(rename = "type")]
    pub event_type: Option<String>,
    /// Of this run.
    pub run: Option<u64>,
    /// About this person: `DIR\user` or `DIR/user`.
    #[schemars(length(max = 1000))]
    pub person: Option<String>,
    /// About this licence id.
    pub license_id: Option<String>,
    /// Written at this instant or later.
    pub since: Option<Instant>,
    /// Written before this instant.
    pub until: Option<Instant>,
    /// A part of what the entry says, without regard to case.
    #[schemars(length(max = 200))]
    pub search: Option<String>,
}

impl Default for AuditQuery {
    fn default() -> Self {
        Self {
            before: None,
            limit: 100,
            event_type: None,
            run: None,
            person: None,
            license_id: None,
            since: None,
            until: None,
            search: None,
        }
    }
}

/// Entries of the ledger, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Ask with this `before` for earlier ones; `null` at the beginning of the ledger. A page may be short, even empty,
    /// and not the last one: only so many entries are looked at in one request.
    pub next_before: Option<u64>,
}

/// An entry of the ledger.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    pub seq: u64,
    pub at: Instant,
    /// Such as `release-intended`.
    #[serde(rename = "type")]
    pub event_type: String,
    pub by: Option<String>,
    pub run: Option<RunId>,
    pub license_type: Option<LicenseType>,
    pub license_id: Option<LicenseId>,
    /// Some of the people whom it is about.
    pub people: Vec<AuditPerson>,
    /// How many people it is about.
    pub people_count: usize,
    /// What it says, as a sentence.
    pub detail: String,
    pub hash: Digest,
}

/// Somebody whom an entry is about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditPerson {
    /// A salted digest.
    pub reference: String,
    /// `null` when the person was erased.
    pub user_directory: Option<String>,
    pub user_id: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct VerificationQuery {
    /// An earlier head, such as `4711:sha256:…`: is it still there?
    pub head: Option<String>,
}

/// What a look at the whole chain found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    pub is_sound: bool,
    /// Entries that are sound.
    pub entries: u64,
    /// The last one of them, as `steward audit verify --head` takes it.
    pub head: String,
    /// Why the next entry is not sound.
    pub problem: Option<String>,
    /// The head that was asked for is there; `null` when none was.
    pub has_head: Option<bool>,
}
