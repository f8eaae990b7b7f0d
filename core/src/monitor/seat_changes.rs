//! Which seats came and went between two readings, and whether Steward took them: another tool that still releases
//! beside us shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::LicenseId;
use crate::license_type::LicenseType;

/// A seat of one reading, as far as it is kept until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSeat {
    pub license_type: LicenseType,
    pub user_directory: String,
    pub user_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// New since the reading before.
    Allocated,
    ReleasedBySteward,
    /// Gone, and Steward did not take it: somebody else did, or the server.
    VanishedOtherwise,
}

impl Change {
    pub const ALL: [Self; 3] = [Self::Allocated, Self::ReleasedBySteward, Self::VanishedOtherwise];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allocated => "allocated",
            Self::ReleasedBySteward => "released-by-steward",
            Self::VanishedOtherwise => "vanished-otherwise",
        }
    }

    /// As a field of a measurement and a label of a metric.
    pub fn figure(self) -> &'static str {
        match self {
            Self::Allocated => "allocated",
            Self::ReleasedBySteward => "released_by_steward",
            Self::VanishedOtherwise => "vanished_otherwise",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatChange {
    pub license_id: LicenseId,
    pub seat: KnownSeat,
    pub change: Change,
}

/// Seats come and go while lists are read: so many may be missing from a list, or one per cent of it.
const SLACK_SEATS: usize = 2;

/// A list has as many seats as the server counts, or nearly. What is missing from another one is not gone.
pub fn is_whole(listed: usize, counted: u32) -> bool {
    let counted = usize::try_from(counted).unwrap_or(usize::MAX);
    listed.saturating_add(SLACK_SEATS.max(counted / 100)) >= counted
}

/// What differs between two readings of the same server. `taken` are the seats that Steward ever took.
pub fn seat_changes(
    before: &BTreeMap<LicenseId, KnownSeat>,
    now: &BTreeMap<LicenseId, KnownSeat>,
    taken: &BTreeSet<LicenseId>,
) -> Vec<SeatChange> {
    let new = now.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(id, seat)| (id, seat, Change::Allocated));
    let gone = before.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(id, seat)| {
        let by_us = taken.contains(id);
        (id, seat, if by_us { Change::ReleasedBySteward } else { Change::VanishedOtherwise })
    });
    let changes = new.chain(gone);
    changes.map(|(id, seat, change)| SeatChange { license_id: id.clone(), seat: seat.clone(), change }).collect()
}

/// How many of each kind, for each licence type of the reading, types without any included.
pub fn counted(types: &BTreeSet<LicenseType>, changes: &[SeatChange]) -> BTreeMap<LicenseType, BTreeMap<Change, u32>> {
    let none = || Change::ALL.into_iter().map(|change| (change, 0)).collect::<BTreeMap<_, _>>();
    let mut counts: BTreeMap<_, _> = types.iter().map(|license_type| (*license_type, none())).collect();
    for change in changes {
        let count = counts.entry(change.seat.license_type).or_insert_with(none).entry(change.change).or_default();
        *count += 1;
    }
    counts
}
