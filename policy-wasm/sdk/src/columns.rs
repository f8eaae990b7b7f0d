//! The columns of the interface `bulk`, read row by row without a copy.
//!
//! Columns that do not fit together stop the policy: an answer about seats that are not there, or about another seat
//! than the one that was meant, would be worse than none.

use crate::bindings::exports::steward::policy::bulk::{
    Columns, OwnerFlags, OwnerKind, Pair, PairLists, SeatFlags, TextLists,
};
use crate::candidate::{Candidate, DeletedOwner, KnownOwner, Owner, Properties, Texts};
use crate::text::{Memo, Text};

/// Every text of a batch, with what folding made of those that somebody asked for.
pub(crate) struct Table(Vec<(String, Memo)>);

impl Table {
    fn new(strings: Vec<String>) -> Self {
        Self(strings.into_iter().map(|string| (string, Memo::default())).collect())
    }

    /// The text at a place of the table.
    pub(crate) fn text(&self, place: u32) -> Text<'_> {
        let (string, memo) = &self.0[place as usize];
        Text::shared(string, memo)
    }
}

/// Columns that fit together.
pub(crate) struct Rows {
    table: Table,
    columns: Columns,
}

impl Rows {
    /// # Panics
    /// When the lists have different lengths, or name a text that the table does not have.
    pub(crate) fn new(mut columns: Columns) -> Self {
        let table = Table::new(std::mem::take(&mut columns.strings));
        check_lengths(&columns);
        check_places(&columns, table.0.len());
        Self { table, columns }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Candidate<'_>> {
        (0..self.columns.license_ids.len()).map(|row| self.candidate(row))
    }

    fn candidate(&self, row: usize) -> Candidate<'_> {
        let columns = &self.columns;
        Candidate {
            license_id: self.table.text(columns.license_ids[row]),
            license_type: columns.license_types[row],
            allocated_at: columns.allocated_at[row],
            last_use: columns.last_use[row],
            quarantined: columns.seats[row].contains(SeatFlags::QUARANTINED),
            excess: columns.seats[row].contains(SeatFlags::EXCESS),
            owner: self.owner(row),
            other_seats: of_row(&columns.other_seats.items, &columns.other_seats.ends, row),
            rank: columns.ranks[row],
        }
    }

    fn owner(&self, row: usize) -> Owner<'_> {
        let columns = &self.columns;
        let user_directory = self.table.text(columns.user_directories[row]);
        let user_id = self.table.text(columns.user_ids[row]);
        let flags = columns.owner_flags[row];
        match columns.owners[row] {
            OwnerKind::Known => Owner::Known(KnownOwner {
                user_directory,
                user_id,
                inactive: flags.contains(OwnerFlags::INACTIVE),
                blocked: flags.contains(OwnerFlags::BLOCKED),
                removed_externally: flags.contains(OwnerFlags::REMOVED_EXTERNALLY),
                tags: self.texts(&columns.tags, row),
                custom_properties: self.properties(&columns.custom_properties, row),
                roles: self.texts(&columns.roles, row),
                attributes: self.properties(&columns.attributes, row),
                display_name: columns.display_names[row].map(|place| self.table.text(place)),
            }),
            OwnerKind::Deleted => Owner::Deleted(DeletedOwner { user_directory, user_id }),
            OwnerKind::Unresolved => Owner::Unresolved,
        }
    }

    fn texts<'a>(&'a self, lists: &'a TextLists, row: usize) -> Texts<'a> {
        Texts::of_row(of_row(&lists.items, &lists.ends, row), &self.table)
    }

    fn properties<'a>(&'a self, lists: &'a PairLists, row: usize) -> Properties<'a> {
        Properties::of_row(of_row(&lists.items, &lists.ends, row), &self.table)
    }
}

/// The part of `items` that belongs to one row.
fn of_row<'a, T>(items: &'a [T], ends: &[u32], row: usize) -> &'a [T] {
    let start = if row == 0 { 0 } else { ends[row - 1] as usize };
    &items[start..ends[row] as usize]
}

fn check_lengths(columns: &Columns) {
    let rows = columns.license_ids.len();
    for (name, length) in [
        ("license-types", columns.license_types.len()),
        ("allocated-at", columns.allocated_at.len()),
        ("last-use", columns.last_use.len()),
        ("seats", columns.seats.len()),
        ("owners", columns.owners.len()),
        ("user-directories", columns.user_directories.len()),
        ("user-ids", columns.user_ids.len()),
        ("owner-flags", columns.owner_flags.len()),
        ("display-names", columns.display_names.len()),
        ("ranks", columns.ranks.len()),
    ] {
        assert!(length == rows, "malformed columns: `{name}` has {length} entries for {rows} seats");
    }
    for (name, ends, items) in [
        ("tags", &columns.tags.ends, columns.tags.items.len()),
        ("custom-properties", &columns.custom_properties.ends, columns.custom_properties.items.len()),
        ("roles", &columns.roles.ends, columns.roles.items.len()),
        ("attributes", &columns.attributes.ends, columns.attributes.items.len()),
        ("other-seats", &columns.other_seats.ends, columns.other_seats.items.len()),
    ] {
        let length = ends.len();
        assert!(length == rows, "malformed columns: `{name}.ends` has {length} entries for {rows} seats");
        assert!(ends.is_sorted(), "malformed columns: `{name}.ends` goes back");
        let end = ends.last().map_or(0, |end| *end as usize);
        assert!(end == items, "malformed columns: `{name}` ends at {end} and has {items} items");
    }
}

fn check_places(columns: &Columns, strings: usize) {
    let check = |name: &str, last: Option<u32>| {
        let is_inside = last.is_none_or(|last| (last as usize) < strings);
        assert!(is_inside, "malformed columns: `{name}` names a text after the last of {strings} strings");
    };
    let last = |places: &[u32]| places.iter().copied().max();
    let last_of = |pairs: &[Pair]| pairs.iter().map(|pair| pair.name.max(pair.value)).max();
    check("license-ids", last(&columns.license_ids));
    check("user-directories", last(&columns.user_directories));
    check("user-ids", last(&columns.user_ids));
    check("tags", last(&columns.tags.items));
    check("custom-properties", last_of(&columns.custom_properties.items));
    check("roles", last(&columns.roles.items));
    check("attributes", last_of(&columns.attributes.items));
    check("display-names", columns.display_names.iter().copied().flatten().max());
}
