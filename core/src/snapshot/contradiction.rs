//! What a snapshot refuses: facts that cannot all be true, whatever happens on a live site meanwhile.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Pool, SnapshotParts};
use crate::ids::{LicenseId, UserGuid};
use crate::license_type::LicenseType;

/// More than this many are counted, not listed: the first ones say what is wrong.
const LISTED_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Contradiction {
    #[error("the licence id `{0}` is listed twice")]
    DuplicateSeat(LicenseId),
    #[error("the user id `{0}` is listed twice")]
    DuplicateUser(UserGuid),
    #[error("the licence type {0} is counted twice")]
    DuplicatePool(LicenseType),
    #[error("there are {license_type} seats, but the overview says that this type is not enabled")]
    SeatsOfDisabledType { license_type: LicenseType },
    #[error("{license_type}: {available} seats are said to be available of {total}")]
    MoreAvailableThanTotal { license_type: LicenseType, available: u32, total: u32 },
    #[error("a licence id is empty")]
    EmptyLicenseId,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the server contradicts itself: {}", listed(.0))]
pub struct Contradictions(pub Vec<Contradiction>);

fn listed(all: &[Contradiction]) -> String {
    let mut lines: Vec<String> = all.iter().take(LISTED_MAX).map(ToString::to_string).collect();
    if all.len() > LISTED_MAX {
        lines.push(format!("and {} more", all.len() - LISTED_MAX));
    }
    lines.join("; ")
}

pub(super) fn check(parts: &SnapshotParts) -> Result<(), Contradictions> {
    let mut found = Vec::new();
    let mut pools = BTreeSet::new();
    for pool in &parts.pools {
        if !pools.insert(pool.license_type) {
            found.push(Contradiction::DuplicatePool(pool.license_type));
        }
        check_totals(pool, &mut found);
    }
    let mut seat_ids = BTreeSet::new();
    let mut orphaned_types = BTreeSet::new();
    for seat in &parts.seats {
        if seat.id.as_str().is_empty() {
            found.push(Contradiction::EmptyLicenseId);
        } else if !seat_ids.insert(&seat.id) {
            found.push(Contradiction::DuplicateSeat(seat.id.clone()));
        }
        if !pools.contains(&seat.license_type) && orphaned_types.insert(seat.license_type) {
            found.push(Contradiction::SeatsOfDisabledType { license_type: seat.license_type });
        }
    }
    let mut guids = BTreeSet::new();
    let listed = parts.users.iter().map(|user| &user.guid);
    for guid in listed.chain(parts.incomplete_users.iter().map(|user| &user.guid)) {
        if !guids.insert(guid) {
            found.push(Contradiction::DuplicateUser(guid.clone()));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Contradictions(found)) }
}

fn check_totals(pool: &Pool, found: &mut Vec<Contradiction>) {
    if pool.available > pool.total {
        let Pool { license_type, available, total, .. } = *pool;
        found.push(Contradiction::MoreAvailableThanTotal { license_type, available, total });
    }
}
