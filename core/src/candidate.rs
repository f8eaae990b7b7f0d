//! What a policy sees of one seat.

use std::collections::BTreeMap;

use crate::ids::UserGuid;
use crate::license_type::LicenseType;
use crate::snapshot::{Holder, Owner, Seat, Snapshot};

/// One seat of a snapshot with its owner and its neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'s> {
    pub seat: &'s Seat,
    pub owner: Owner<'s>,
    /// The licence types of further seats that the same person holds, sorted.
    pub other_seats: Vec<LicenseType>,
    /// The place among the seats of its type, longest idle first, starting at 1.
    pub rank: u32,
}

/// Every seat of the snapshot as a candidate, by licence type, then longest idle first, then id.
/// A seat of which nobody can tell since when it is idle comes last.
pub fn candidates(snapshot: &Snapshot) -> Vec<Candidate<'_>> {
    let mut seats: Vec<&Seat> = snapshot.seats().iter().collect();
    seats.sort_by(|a, b| order_key(a).cmp(&order_key(b)));
    let held = seats_by_user(snapshot);
    let mut ranks: BTreeMap<LicenseType, u32> = BTreeMap::new();
    seats
        .into_iter()
        .map(|seat| {
            let rank = ranks.entry(seat.license_type).or_default();
            *rank = rank.saturating_add(1);
            Candidate { seat, owner: snapshot.owner(seat), other_seats: other_seats(seat, &held), rank: *rank }
        })
        .collect()
}

fn order_key(seat: &Seat) -> (LicenseType, bool, i64, &str) {
    let idle_since = seat.idle_since();
    (seat.license_type, idle_since.is_none(), idle_since.map_or(0, crate::instant::Instant::millis), seat.id.as_str())
}

/// Only people with more than one seat matter, and they are few.
fn seats_by_user(snapshot: &Snapshot) -> BTreeMap<&UserGuid, Vec<&Seat>> {
    let mut held: BTreeMap<&UserGuid, Vec<&Seat>> = BTreeMap::new();
    for seat in snapshot.seats() {
        if let Holder::User { guid, .. } = &seat.holder {
            held.entry(guid).or_default().push(seat);
        }
    }
    held.retain(|_, seats| seats.len() > 1);
    held
}

fn other_seats(seat: &Seat, held: &BTreeMap<&UserGuid, Vec<&Seat>>) -> Vec<LicenseType> {
    let Holder::User { guid, .. } = &seat.holder else { return Vec::new() };
    let mut types: Vec<LicenseType> = held
        .get(guid)
        .into_iter()
        .flatten()
        .filter(|other| other.id != seat.id)
        .map(|other| other.license_type)
        .collect();
    types.sort_unstable();
    types
}
