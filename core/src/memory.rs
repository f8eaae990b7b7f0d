//! What the guard knows of earlier runs. The ledger remembers; here it is a value like any other input of a plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::guard::{Protection, Protections};
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::notice::Notice;
use crate::settings::{Account, NeverRelease};
use crate::snapshot::{LastUse, Snapshot};
use crate::text::fold;

/// Empty for a site that was never looked at before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Memory {
    /// When something was remembered last: a clock that shows an earlier time went back.
    pub last_entry_at: Option<Instant>,
    /// Seats taken lately, oldest first; far enough back for the cap, the undo reserve and the last reading.
    pub taken: Vec<Taken>,
    pub protected_by_hand: Vec<KeptPerson>,
    /// People who got a seat back by an undo.
    pub restored: Vec<KeptPerson>,
    /// What an earlier reading counted; `None` before the first one.
    pub last_reading: Option<Reading>,
    /// People who were told that their seats go; far enough back for the guard to find the proof. Left out when there is
    /// none, so that memories without notices keep their digests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// A seat that was taken, or may have been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Taken {
    pub at: Instant,
    pub license_type: LicenseType,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeptPerson {
    pub account: Account,
    /// `None` for good.
    pub until: Option<Instant>,
    pub note: String,
}

/// Counts of one reading, to be compared with a later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reading {
    pub at: Instant,
    pub users: u32,
    pub seats: BTreeMap<LicenseType, u32>,
    pub never_used: BTreeMap<LicenseType, u32>,
    /// Entries of the protection lists that matched somebody. Flags match whom they match, so they are no entries.
    pub protections: Vec<Protection>,
}

impl Memory {
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_json(self)
    }

    /// Seats of one type taken at `since` or later.
    pub fn taken_since(&self, license_type: LicenseType, since: Option<Instant>) -> u32 {
        let is_meant =
            |taken: &&Taken| taken.license_type == license_type && since.is_none_or(|since| taken.at >= since);
        u32::try_from(self.taken.iter().filter(is_meant).count()).unwrap_or(u32::MAX)
    }
}

impl KeptPerson {
    pub fn holds_at(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    pub fn is(&self, user_directory: &str, user_id: &str) -> bool {
        fold(&self.account.user_dir) == fold(user_directory) && fold(&self.account.user_id) == fold(user_id)
    }
}

impl Reading {
    pub fn of(snapshot: &Snapshot, never_release: &NeverRelease) -> Self {
        let mut seats: BTreeMap<LicenseType, u32> =
            snapshot.pools().iter().map(|pool| (pool.license_type, 0)).collect();
        let mut never_used = seats.clone();
        for seat in snapshot.seats() {
            increment(&mut seats, seat.license_type);
            if seat.last_used == LastUse::Never {
                increment(&mut never_used, seat.license_type);
            }
        }
        let counts = Protections::new(never_release).counts(snapshot);
        let matched = counts.into_iter().filter(|(entry, count)| *count > 0 && entry.is_listed());
        Self {
            at: snapshot.taken_at(),
            users: u32::try_from(snapshot.users().len()).unwrap_or(u32::MAX),
            seats,
            never_used,
            protections: matched.map(|(entry, _)| entry).collect(),
        }
    }
}

fn increment(counts: &mut BTreeMap<LicenseType, u32>, license_type: LicenseType) {
    let count = counts.entry(license_type).or_default();
    *count = count.saturating_add(1);
}
