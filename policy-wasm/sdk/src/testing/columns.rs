//! Columns made of records, as the host makes them of a snapshot.

use std::collections::BTreeMap;

use crate::bindings::exports::steward::policy::bulk::{
    Columns, LicenseTypeLists, OwnerFlags, OwnerKind, Pair, PairLists, SeatFlags, TextLists,
};
use crate::contract::{Candidate, KnownOwner, Owner, Property};

/// The seats as columns, every text once in the table of strings.
pub fn columns(seats: &[Candidate]) -> Columns {
    let mut table = Interned::default();
    let owners: Vec<Option<&KnownOwner>> = seats.iter().map(known_owner).collect();
    let texts = |table: &mut Interned, list: fn(&KnownOwner) -> &[String]| {
        let (items, ends) = end_to_end(owners.iter().map(|owner| owner.map_or(&[][..], list)));
        TextLists { items: items.iter().map(|text| table.place(text)).collect(), ends }
    };
    let pairs = |table: &mut Interned, list: fn(&KnownOwner) -> &[Property]| {
        let (items, ends) = end_to_end(owners.iter().map(|owner| owner.map_or(&[][..], list)));
        let mut pair = |p: Property| Pair { name: table.place(&p.name), value: table.place(&p.value) };
        PairLists { items: items.into_iter().map(&mut pair).collect(), ends }
    };
    let tags = texts(&mut table, |owner| &owner.tags);
    let custom_properties = pairs(&mut table, |owner| &owner.custom_properties);
    let roles = texts(&mut table, |owner| &owner.roles);
    let attributes = pairs(&mut table, |owner| &owner.attributes);
    let display_names = owners.iter().map(|owner| owner.and_then(|owner| owner.display_name.as_deref()));
    let display_names = display_names.map(|name| name.map(|name| table.place(name))).collect();
    let (other_seats, other_seats_ends) = end_to_end(seats.iter().map(|seat| seat.other_seats.as_slice()));
    Columns {
        license_ids: seats.iter().map(|seat| table.place(&seat.license_id)).collect(),
        license_types: seats.iter().map(|seat| seat.license_type).collect(),
        allocated_at: seats.iter().map(|seat| seat.allocated_at).collect(),
        last_use: seats.iter().map(|seat| seat.last_use).collect(),
        seats: seats.iter().map(seat_flags).collect(),
        owners: seats.iter().map(owner_kind).collect(),
        user_directories: seats.iter().map(|seat| table.place(owner_name(seat).0)).collect(),
        user_ids: seats.iter().map(|seat| table.place(owner_name(seat).1)).collect(),
        owner_flags: owners.iter().map(|owner| owner.map_or(OwnerFlags::empty(), owner_flags)).collect(),
        tags,
        custom_properties,
        roles,
        attributes,
        display_names,
        other_seats: LicenseTypeLists { items: other_seats, ends: other_seats_ends },
        ranks: seats.iter().map(|seat| seat.rank).collect(),
        strings: table.strings,
    }
}

/// A table of strings that has each of them once.
#[derive(Default)]
struct Interned {
    strings: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl Interned {
    fn place(&mut self, text: &str) -> u32 {
        *self.places.entry(text.to_owned()).or_insert_with(|| {
            self.strings.push(text.to_owned());
            u32::try_from(self.strings.len() - 1).expect("tests have few strings")
        })
    }
}

fn end_to_end<'a, T: Clone + 'a>(lists: impl Iterator<Item = &'a [T]>) -> (Vec<T>, Vec<u32>) {
    let (mut items, mut ends) = (Vec::new(), Vec::new());
    for list in lists {
        items.extend_from_slice(list);
        ends.push(u32::try_from(items.len()).expect("tests have short lists"));
    }
    (items, ends)
}

fn known_owner(seat: &Candidate) -> Option<&KnownOwner> {
    match &seat.owner {
        Owner::Known(owner) => Some(owner),
        Owner::Deleted(_) | Owner::Unresolved => None,
    }
}

fn owner_name(seat: &Candidate) -> (&str, &str) {
    match &seat.owner {
        Owner::Known(owner) => (&owner.user_directory, &owner.user_id),
        Owner::Deleted(owner) => (&owner.user_directory, &owner.user_id),
        Owner::Unresolved => ("", ""),
    }
}

fn owner_kind(seat: &Candidate) -> OwnerKind {
    match seat.owner {
        Owner::Known(_) => OwnerKind::Known,
        Owner::Deleted(_) => OwnerKind::Deleted,
        Owner::Unresolved => OwnerKind::Unresolved,
    }
}

fn seat_flags(seat: &Candidate) -> SeatFlags {
    let mut flags = SeatFlags::empty();
    flags.set(SeatFlags::QUARANTINED, seat.quarantined);
    flags.set(SeatFlags::EXCESS, seat.excess);
    flags
}

fn owner_flags(owner: &KnownOwner) -> OwnerFlags {
    let mut flags = OwnerFlags::empty();
    flags.set(OwnerFlags::INACTIVE, owner.inactive);
    flags.set(OwnerFlags::BLOCKED, owner.blocked);
    flags.set(OwnerFlags::REMOVED_EXTERNALLY, owner.removed_externally);
    flags
}
