//! Seats that nobody should pay for, whatever a policy says: held by deleted users, or held twice by one person.

use std::collections::{BTreeMap, BTreeSet};

use crate::license_type::LicenseType;
use crate::snapshot::{Holder, Seat};
use crate::text::fold;

/// What the lists of seats say. Quarantined seats are in nobody's hands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compliance {
    /// Seats of deleted users, by type; every type that was read is here.
    pub deleted_owners: BTreeMap<LicenseType, u32>,
    /// People who hold seats of several types.
    pub double_seats: u32,
}

impl Compliance {
    /// Counts the seats of the types that were read.
    pub fn of(types: &BTreeSet<LicenseType>, seats: &[Seat]) -> Self {
        let mut found = Self { deleted_owners: types.iter().map(|kind| (*kind, 0)).collect(), double_seats: 0 };
        let mut held: BTreeMap<(String, String), BTreeSet<LicenseType>> = BTreeMap::new();
        for seat in seats.iter().filter(|seat| !seat.quarantined) {
            if matches!(seat.holder, Holder::Deleted { .. }) {
                *found.deleted_owners.entry(seat.license_type).or_default() += 1;
            } else {
                let person = (fold(seat.holder.user_directory()), fold(seat.holder.user_id()));
                held.entry(person).or_default().insert(seat.license_type);
            }
        }
        let several = held.values().filter(|types| types.len() > 1).count();
        found.double_seats = u32::try_from(several).unwrap_or(u32::MAX);
        found
    }
}
