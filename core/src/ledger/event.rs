//! Everything that can be written into the ledger.
//!
//! Events never carry names of people, only references into a table that can be erased.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::policy::{GateReport, PolicySignature};
use crate::digest::Digest;
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::snapshot::LastUse;

/// The format of the events below. A later version of Steward reads this one, an earlier one refuses a later format.
pub const FORMAT: u32 = 1;

/// A salted digest of a person's account. Without the table of people it leads to nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonRef(String);

impl PersonRef {
    pub fn new(reference: impl Into<String>) -> Self {
        Self(reference.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a run, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Event {
    /// The first entry.
    LedgerCreated {
        steward: String,
    },
    /// An administrator has looked at a plan and allows releases from now on.
    Armed {
        by: String,
        plan: Digest,
        note: Option<String>,
    },
    /// Nothing is released until somebody resumes.
    Paused {
        by: String,
        note: Option<String>,
    },
    Resumed {
        by: String,
        note: Option<String>,
    },
    /// A plan that may be applied was made and stored.
    PlanMade {
        plan: Digest,
        expires_at: Instant,
        releases: u32,
        /// What the plan counted, for the gates of later plans to compare with.
        counts: Counts,
        /// No run gate held the plan, so its counts are believed. Others are believed when somebody arms them.
        believed: bool,
    },
    /// The daemon found that the rules and limits of this plan newly take few enough seats, compared with those that were
    /// accepted before.
    RulesAccepted {
        plan: Digest,
        newly: u32,
    },
    /// The cap is lifted once, for this plan.
    CapApproved {
        by: String,
        plan: Digest,
        note: String,
    },
    /// An administrator keeps a person's seats, whatever the policy says.
    Protected {
        by: String,
        person: PersonRef,
        until: Option<Instant>,
        note: String,
    },
    Unprotected {
        by: String,
        person: PersonRef,
        note: Option<String>,
    },
    /// The names of a person were erased on request.
    PersonErased {
        by: String,
        person: PersonRef,
    },
    RunStarted {
        run: RunId,
        kind: RunKind,
        /// The plan that is carried out, or whose releases are undone.
        plan: Digest,
        /// What a fresh reading decided about the same seats; none for an undo.
        fresh: Option<Digest>,
        by: String,
        seats: Vec<PlannedSeat>,
    },
    /// The seat will be deleted next. Durable before the DELETE is sent.
    ReleaseIntended {
        run: RunId,
        seat: IntendedRelease,
    },
    /// Why nothing was sent for a planned release.
    ReleaseSkipped {
        run: RunId,
        license_id: LicenseId,
        stale: Stale,
    },
    /// What came of the DELETE.
    ReleaseAnswered {
        run: RunId,
        license_id: LicenseId,
        answer: Answer,
    },
    /// What the list of seats shows afterwards, or what a restart found.
    ReleaseSettled {
        run: RunId,
        license_id: LicenseId,
        outcome: SeatOutcome,
    },
    /// A seat will be given back next.
    RestoreIntended {
        run: RunId,
        license_id: LicenseId,
        license_type: LicenseType,
        person: PersonRef,
    },
    RestoreAnswered {
        run: RunId,
        license_id: LicenseId,
        answer: RestoreAnswer,
        protected_until: Option<Instant>,
    },
    RunFinished {
        run: RunId,
        stopped: Option<String>,
    },
    /// A released person holds a seat of the same type again, without any undo: `license_id` is the released one.
    Bounced {
        run: RunId,
        license_id: LicenseId,
    },
    /// A policy's component was put into the store of policies.
    PolicyAdded {
        by: String,
        digest: Digest,
        name: String,
        version: String,
        /// The size of the component.
        bytes: u64,
        signature: Option<PolicySignature>,
        /// Of its tests in canonical form, so that nobody exchanges them unseen.
        tests_digest: Digest,
    },
    /// From the next run on this policy decides about this server.
    PolicyActivated {
        by: String,
        /// The server on whose facts the gate looked at it.
        site: Digest,
        /// `None`: back to the policy that is part of Steward.
        digest: Option<Digest>,
        name: String,
        version: String,
        /// Of the settings that the policy has, in canonical form.
        settings_digest: Digest,
        report: GateReport,
        /// An administrator did not wait for the report, or overrode it. The note says why.
        forced: bool,
        note: Option<String>,
    },
    PolicyRemoved {
        by: String,
        digest: Digest,
    },
    /// Another policy decided about the same facts as the active one, without acting.
    ShadowCompared {
        active: Digest,
        shadow: Digest,
        shadow_settings_digest: Digest,
        site: Digest,
        /// The plan that the active policy made.
        plan: Digest,
        /// Seats that the shadow would take and the active policy does not.
        newly_loses: u32,
        /// Seats that the active policy takes and the shadow would not.
        newly_keeps: u32,
        /// Why the shadow gave no valid answer, not in its own words: those could name people.
        fault: Option<String>,
    },
    /// A sink took a message which says that these seats go unless they are used.
    NoticeSent {
        to: NoticeTo,
        /// Of the message, as the sink was given it.
        message: String,
        seats: Vec<NoticedSeat>,
    },
    /// The ledger was put back from a backup. What happened since is not in it, so releases have to be armed again.
    LedgerRestored {
        by: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeTo {
    /// The person who holds the seats.
    Owner,
    Administrators,
}

/// A seat that a notice is about. It is found by its owner and its idleness: an allocation may get a new id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticedSeat {
    pub person: PersonRef,
    pub license_type: LicenseType,
    /// The last use that the notice was sent about, or the allocation of a seat that was never used.
    pub idle_since: Instant,
    /// What the notice promises: the seat does not go before. Left out when it names no day, so that entries from before
    /// there was one keep their hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_from: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RunKind {
    Release,
    /// Gives back what the named run released.
    Undo(RunId),
}

/// A seat that a run may release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedSeat {
    pub license_id: LicenseId,
    pub license_type: LicenseType,
    pub person: PersonRef,
}

/// What is needed to explain a release for as long as there is a ledger. The reason is in the stored plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntendedRelease {
    pub license_id: LicenseId,
    pub allocated_at: Option<Instant>,
    pub last_used: LastUse,
    pub idle_days: Option<u32>,
    pub rule: String,
}

/// Why a planned release was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stale {
    /// The seat was not there any more: somebody was faster.
    Gone,
    /// Used, given to somebody else, quarantined or protected since the plan was made.
    Changed(String),
    /// The fresh reading keeps the seat.
    Kept(String),
    /// The seat or its owner could not be read again.
    Unreadable(String),
    /// Somebody paused the releases, or the window closed, between the announcement and the request.
    Stopped(String),
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("the seat is not there any more"),
            Self::Changed(what) | Self::Kept(what) | Self::Stopped(what) => f.write_str(what),
            Self::Unreadable(problem) => write!(f, "could not be read again: {problem}"),
        }
    }
}

/// What is known right after the DELETE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Accepted,
    /// The server knew no such seat.
    NotFound,
    /// The server said no; the seat was not touched.
    Refused(String),
    /// No answer came: the request may or may not have been carried out.
    Lost(String),
}

/// What finally became of a planned release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum SeatOutcome {
    Freed,
    Quarantined {
        until: Option<Instant>,
    },
    StillAllocated,
    GoneBefore,
    /// The server refused the DELETE.
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RestoreAnswer {
    /// With the id of the new allocation, or the old one of a quarantined seat.
    Restored { license_id: LicenseId },
    /// The person holds a seat already.
    HoldsSeat,
    /// Why not.
    NotRestored(String),
}

/// What the gates with a memory compare the next reading with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    /// The server that was read: numbers of one site say nothing about another.
    pub site: Digest,
    pub read_at: Instant,
    pub users: u32,
    pub seats: BTreeMap<LicenseType, u32>,
    pub never_used: BTreeMap<LicenseType, u32>,
    /// Entries of the protection lists that matched somebody, as [`ProtectionKey`]s.
    pub protections: BTreeSet<ProtectionKey>,
}

/// An entry of the protection lists. One that names a person holds a [`PersonRef`] in place of the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProtectionKey(pub String);
