//! Candidates as columns: what the contract's interface `bulk` takes, so that many seats cross the boundary at once and
//! a name that thousands of them share crosses it once.
//!
//! The n-th entry of every list is about the n-th seat, and texts are places in one table. Facts that the policy did
//! not ask for stay empty, as they do in [`crate::policy::Policy::decide`].

mod answer;

use std::collections::BTreeMap;

pub use answer::{Answer, RuleNames, outlines};

use crate::candidate::Candidate;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::policy::Needs;
use crate::snapshot::{LastUse, Owner, Property, User};

/// The seats of one batch: so many that a call costs nothing beside its work, and so few that the memory of a policy
/// has room for all their texts. The contract names this number.
pub const SEATS_MAX: usize = 1_024;

/// A place in [`Columns::strings`], starting at 0.
pub type Text = u32;

/// Some seats, at most [`SEATS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns<'s> {
    pub strings: Vec<&'s str>,
    pub license_ids: Vec<Text>,
    pub license_types: Vec<LicenseType>,
    pub allocated_at: Vec<Option<Instant>>,
    pub last_use: Vec<LastUse>,
    pub seats: Vec<SeatFlags>,
    pub owners: Vec<OwnerKind>,
    /// Of an unresolved owner the empty text.
    pub user_directories: Vec<Text>,
    pub user_ids: Vec<Text>,
    /// Of an owner who is not known none is set.
    pub owner_flags: Vec<OwnerFlags>,
    pub tags: Lists<Text>,
    pub custom_properties: Lists<Pair>,
    pub roles: Lists<Text>,
    pub attributes: Lists<Pair>,
    pub display_names: Vec<Option<Text>>,
    pub other_seats: Lists<LicenseType>,
    pub ranks: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerKind {
    Known,
    Deleted,
    Unresolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatFlags {
    pub quarantined: bool,
    pub excess: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnerFlags {
    pub inactive: bool,
    pub blocked: bool,
    pub removed_externally: bool,
}

/// A name with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub name: Text,
    pub value: Text,
}

/// Lists, one for each seat, laid end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists<T> {
    /// All entries of all lists, the lists in the order of the seats.
    pub items: Vec<T>,
    /// For each seat the place in `items` after the last entry of its list.
    pub ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.ends.push(place(self.items.len()));
    }
}

/// The candidates in batches, in their order. Each batch has a table of its own.
pub fn batches<'s>(candidates: &[Candidate<'s>], needs: Needs) -> impl ExactSizeIterator<Item = Columns<'s>> {
    candidates.chunks(SEATS_MAX).map(move |seats| Columns::of(seats, needs))
}

impl<'s> Columns<'s> {
    /// How many seats these are.
    pub fn len(&self) -> usize {
        self.license_ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.license_ids.is_empty()
    }

    fn of(candidates: &[Candidate<'s>], needs: Needs) -> Self {
        let mut columns = Self::default();
        let mut table = Table::default();
        for candidate in candidates {
            columns.push_seat(candidate, &mut table);
            columns.push_owner(&candidate.owner, needs, &mut table);
        }
        columns.strings = table.strings;
        columns
    }

    fn push_seat(&mut self, candidate: &Candidate<'s>, table: &mut Table<'s>) {
        let seat = candidate.seat;
        self.license_ids.push(table.add(seat.id.as_str()));
        self.license_types.push(seat.license_type);
        self.allocated_at.push(seat.allocated_at);
        self.last_use.push(seat.last_used);
        self.seats.push(SeatFlags { quarantined: seat.quarantined, excess: seat.excess });
        self.other_seats.push(candidate.other_seats.iter().copied());
        self.ranks.push(candidate.rank);
    }

    fn push_owner(&mut self, owner: &Owner<'s>, needs: Needs, table: &mut Table<'s>) {
        let (kind, user_directory, user_id) = match *owner {
            Owner::Known(user) => (OwnerKind::Known, user.user_directory.as_str(), user.user_id.as_str()),
            Owner::Deleted { user_directory, user_id } => (OwnerKind::Deleted, user_directory, user_id),
            Owner::Unresolved => (OwnerKind::Unresolved, "", ""),
        };
        self.owners.push(kind);
        self.user_directories.push(table.intern(user_directory));
        self.user_ids.push(table.add(user_id));
        let known = match *owner {
            Owner::Known(user) => Some(user),
            Owner::Deleted { .. } | Owner::Unresolved => None,
        };
        self.owner_flags.push(known.map_or_else(OwnerFlags::default, OwnerFlags::of));
        let with = |is_needed: bool| known.filter(|_| is_needed);
        self.tags.push(texts(with(true).map(|user| user.tags.as_slice()), table));
        self.custom_properties.push(pairs(with(true).map(|user| user.custom_properties.as_slice()), table));
        self.roles.push(texts(with(needs.roles).map(|user| user.roles.as_slice()), table));
        self.attributes.push(pairs(with(needs.attributes).map(|user| user.attributes.as_slice()), table));
        let name = with(needs.display_name).map(|user| user.name.as_str()).filter(|name| !name.is_empty());
        self.display_names.push(name.map(|name| table.add(name)));
    }
}

impl OwnerFlags {
    fn of(user: &User) -> Self {
        Self { inactive: user.inactive, blocked: user.blocked, removed_externally: user.removed_externally }
    }
}

fn texts<'s>(list: Option<&'s [String]>, table: &mut Table<'s>) -> impl Iterator<Item = Text> {
    list.unwrap_or_default().iter().map(|text| table.intern(text))
}

fn pairs<'s>(list: Option<&'s [Property]>, table: &mut Table<'s>) -> impl Iterator<Item = Pair> {
    let pair =
        |property: &'s Property| Pair { name: table.intern(&property.name), value: table.intern(&property.value) };
    list.unwrap_or_default().iter().map(pair)
}

/// The texts of a batch, in the order in which they were first named.
#[derive(Default)]
struct Table<'s> {
    strings: Vec<&'s str>,
    places: BTreeMap<&'s str, Text>,
}

impl<'s> Table<'s> {
    /// For texts that hardly any other seat has: looking for them costs more than repeating them.
    fn add(&mut self, text: &'s str) -> Text {
        self.strings.push(text);
        place(self.strings.len() - 1)
    }

    fn intern(&mut self, text: &'s str) -> Text {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.add(text);
        self.places.insert(text, place);
        place
    }
}

/// INVARIANT: a batch has far fewer than 2^32 texts; a snapshot with that many would not fit into any memory.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
