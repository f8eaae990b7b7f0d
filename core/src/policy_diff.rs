//! Two policies on the same facts: who newly loses a seat, who newly keeps one, and by which rules.
//!
//! What is compared is what a policy wants, less what the guard holds seat by seat. Gates of licence types and of whole
//! runs are left aside, because they say something about today and nothing about a policy; as in
//! [`crate::rules_change`], a seat that such a gate holds counts as one that goes.

mod outlines;
mod plans;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

pub use outlines::{Facts, Outlined, of_outlines, standings};
pub use plans::of_plans;

use crate::decision::Verdict;
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// What becomes of a seat under one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The policy keeps it.
    Stays,
    /// The policy releases it, and a gate of the guard holds it.
    Held,
    /// The policy releases it, and leaves it for a later run by its quota.
    Later,
    /// The policy wants it released in this run.
    Goes,
}

impl Standing {
    /// How near the seat is to being taken.
    fn rank(self) -> u8 {
        match self {
            Self::Stays | Self::Held => 0,
            Self::Later => 1,
            Self::Goes => 2,
        }
    }
}

/// How a seat differs between two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It goes, or may go later, and did not before; or it goes now and was left for later.
    NewlyLoses,
    NewlyKeeps,
    /// Nothing changes for its owner, but another rule decides.
    OtherRule,
}

/// Every difference between two policies. Its JSON is for other programs; `groups` and `license_types` are rows of
/// tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDiff {
    pub now: Instant,
    pub license_types: Vec<TypeDiff>,
    /// By change, licence type, rule before and rule after.
    pub groups: Vec<Group>,
    /// Every seat that differs: by change, then in the order of plans.
    pub seats: Vec<SeatDiff>,
    /// Why a policy did not answer about every seat. The comparison says little then.
    pub fault_before: Option<String>,
    pub fault_after: Option<String>,
}

/// The seats of one licence type, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeDiff {
    pub license_type: LicenseType,
    pub seats: usize,
    pub go_before: usize,
    pub go_after: usize,
    pub newly_lose: usize,
    pub newly_keep: usize,
    pub other_rule: usize,
}

/// Seats that differ in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub change: Change,
    pub license_type: LicenseType,
    pub rule_before: String,
    pub rule_after: String,
    pub seats: usize,
}

/// One seat that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatDiff {
    pub change: Change,
    #[serde(flatten)]
    pub seat: SeatName,
    pub before: Judged,
    pub after: Judged,
}

/// Which seat, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatName {
    pub license_type: LicenseType,
    pub license_id: LicenseId,
    pub user_directory: String,
    pub user_id: String,
    /// The display name; `None` when the owner is not known or has none.
    pub name: Option<String>,
    pub idle_days: Option<u32>,
}

/// What one policy says of a seat, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    pub standing: Standing,
    pub verdict: Verdict,
    pub rule: String,
    pub flips_at: Option<Instant>,
    /// The sentence, when there is one: outlines have none.
    pub reason: Option<String>,
}

/// Two results that say nothing about two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotComparable {
    #[error("they were made of different facts")]
    Facts,
    #[error("they were made for different times")]
    Time,
    #[error("they were made under different settings or memories of the guard")]
    Guard,
    #[error("one of them may release only the seats of an earlier plan")]
    Limited,
}

impl PolicyDiff {
    /// How many people newly lose a seat.
    pub fn newly_lose(&self) -> usize {
        self.license_types.iter().map(|kind| kind.newly_lose).sum()
    }

    /// How many people newly keep a seat.
    pub fn newly_keep(&self) -> usize {
        self.license_types.iter().map(|kind| kind.newly_keep).sum()
    }

    /// Both policies answered about every seat.
    pub fn is_complete(&self) -> bool {
        self.fault_before.is_none() && self.fault_after.is_none()
    }

    /// Compares seat by seat; the seats come in the order of plans.
    fn of(now: Instant, seats: impl Iterator<Item = (SeatName, Judged, Judged)>) -> Self {
        let mut types: BTreeMap<LicenseType, TypeDiff> = BTreeMap::new();
        let mut groups: BTreeMap<(Change, LicenseType, String, String), usize> = BTreeMap::new();
        let mut differing = Vec::new();
        for (seat, before, after) in seats {
            let kind = seat.license_type;
            let change = change(&before, &after);
            types.entry(kind).or_insert_with(|| TypeDiff::empty(kind)).count(&before, &after, change);
            if let Some(change) = change {
                let key = (change, kind, before.rule.clone(), after.rule.clone());
                *groups.entry(key).or_default() += 1;
                differing.push(SeatDiff { change, seat, before, after });
            }
        }
        differing.sort_by_key(|seat| seat.change);
        let groups = groups.into_iter().map(|((change, license_type, rule_before, rule_after), seats)| Group {
            change,
            license_type,
            rule_before,
            rule_after,
            seats,
        });
        Self {
            now,
            license_types: types.into_values().collect(),
            groups: groups.collect(),
            seats: differing,
            fault_before: None,
            fault_after: None,
        }
    }
}

fn change(before: &Judged, after: &Judged) -> Option<Change> {
    match before.standing.rank().cmp(&after.standing.rank()) {
        std::cmp::Ordering::Less => Some(Change::NewlyLoses),
        std::cmp::Ordering::Greater => Some(Change::NewlyKeeps),
        std::cmp::Ordering::Equal => {
            let is_same = before.rule == after.rule && before.verdict == after.verdict;
            (!is_same).then_some(Change::OtherRule)
        }
    }
}

impl TypeDiff {
    fn empty(license_type: LicenseType) -> Self {
        Self { license_type, seats: 0, go_before: 0, go_after: 0, newly_lose: 0, newly_keep: 0, other_rule: 0 }
    }

    fn count(&mut self, before: &Judged, after: &Judged, change: Option<Change>) {
        self.seats += 1;
        self.go_before += usize::from(before.standing == Standing::Goes);
        self.go_after += usize::from(after.standing == Standing::Goes);
        self.newly_lose += usize::from(change == Some(Change::NewlyLoses));
        self.newly_keep += usize::from(change == Some(Change::NewlyKeeps));
        self.other_rule += usize::from(change == Some(Change::OtherRule));
    }
}
