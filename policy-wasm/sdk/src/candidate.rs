//! What a policy sees of one seat: a view that owns nothing, made over a record of the contract or over a row of columns.
//! The rules cannot tell which of the two it is, so they say the same about both.

use crate::bindings::exports::steward::policy::bulk::Pair;
use crate::columns::Table;
use crate::{Instant, LastUse, LicenseType, Text, contract};

/// One seat, allocated to one owner.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The id of the allocation: what a release would delete.
    pub license_id: Text<'a>,
    /// The kind of seat.
    pub license_type: LicenseType,
    /// When the seat was given to its owner; `None` when that is not known.
    pub allocated_at: Option<Instant>,
    /// When the seat was last used. Unknown is not the same as never: a doubt should keep a seat.
    pub last_use: LastUse,
    /// The seat was released before and is waiting for the end of its quarantine.
    pub quarantined: bool,
    /// The seat was allocated above the total, so its owner cannot use it at present.
    pub excess: bool,
    /// Who holds the seat.
    pub owner: Owner<'a>,
    /// The licence types of further seats that the same person holds.
    pub other_seats: &'a [LicenseType],
    /// The place among all seats of this type, longest idle first, starting at 1.
    pub rank: u32,
}

/// Who holds a seat.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// A person of the user list.
    Known(KnownOwner<'a>),
    /// A user who was deleted: what the server still remembers of the name.
    Deleted(DeletedOwner<'a>),
    /// The user list does not describe this user. Steward keeps such a seat whatever a policy says.
    Unresolved,
}

/// A person of the user list.
#[derive(Debug, Clone, Copy)]
pub struct KnownOwner<'a> {
    pub user_directory: Text<'a>,
    /// The user id within the directory.
    pub user_id: Text<'a>,
    /// The user directory no longer lists this person as active.
    pub inactive: bool,
    /// An administrator has blocked this person.
    pub blocked: bool,
    /// The user directory no longer contains this person.
    pub removed_externally: bool,
    /// The names of the person's tags.
    pub tags: Texts<'a>,
    /// A custom property with several values has several entries.
    pub custom_properties: Properties<'a>,
    /// Empty unless [`crate::Policy::NEEDS`] has `Fact::Roles`.
    pub roles: Texts<'a>,
    /// Directory attributes; empty unless [`crate::Policy::NEEDS`] has `Fact::Attributes`.
    pub attributes: Properties<'a>,
    /// `None` unless [`crate::Policy::NEEDS`] has `Fact::DisplayName` and the server has one.
    pub display_name: Option<Text<'a>>,
}

/// The name of a user who was deleted, as far as the seat still carries it. Both may be empty.
#[derive(Debug, Clone, Copy)]
pub struct DeletedOwner<'a> {
    pub user_directory: Text<'a>,
    pub user_id: Text<'a>,
}

/// A name with a value.
#[derive(Debug, Clone, Copy)]
pub struct Property<'a> {
    pub name: Text<'a>,
    pub value: Text<'a>,
}

/// A list of texts.
#[derive(Clone, Copy)]
pub struct Texts<'a>(TextList<'a>);

#[derive(Clone, Copy)]
enum TextList<'a> {
    Record(&'a [String]),
    Row(&'a [u32], &'a Table),
}

/// A list of names with values.
#[derive(Clone, Copy)]
pub struct Properties<'a>(PropertyList<'a>);

#[derive(Clone, Copy)]
enum PropertyList<'a> {
    Record(&'a [contract::Property]),
    Row(&'a [Pair], &'a Table),
}

impl<'a> Candidate<'a> {
    /// The person of the user list who holds the seat.
    pub fn known_owner(&self) -> Option<&KnownOwner<'a>> {
        match &self.owner {
            Owner::Known(owner) => Some(owner),
            Owner::Deleted(_) | Owner::Unresolved => None,
        }
    }

    /// Directory and id of the owner. Of a deleted owner it is what the server still remembers.
    pub fn owner_name(&self) -> Option<(Text<'a>, Text<'a>)> {
        match self.owner {
            Owner::Known(owner) => Some((owner.user_directory, owner.user_id)),
            Owner::Deleted(owner) => Some((owner.user_directory, owner.user_id)),
            Owner::Unresolved => None,
        }
    }
}

impl<'a> From<&'a contract::Candidate> for Candidate<'a> {
    fn from(record: &'a contract::Candidate) -> Self {
        Self {
            license_id: record.license_id.as_str().into(),
            license_type: record.license_type,
            allocated_at: record.allocated_at,
            last_use: record.last_use,
            quarantined: record.quarantined,
            excess: record.excess,
            owner: (&record.owner).into(),
            other_seats: &record.other_seats,
            rank: record.rank,
        }
    }
}

impl<'a> From<&'a contract::Owner> for Owner<'a> {
    fn from(record: &'a contract::Owner) -> Self {
        match record {
            contract::Owner::Known(owner) => Self::Known(KnownOwner {
                user_directory: owner.user_directory.as_str().into(),
                user_id: owner.user_id.as_str().into(),
                inactive: owner.inactive,
                blocked: owner.blocked,
                removed_externally: owner.removed_externally,
                tags: Texts(TextList::Record(&owner.tags)),
                custom_properties: Properties(PropertyList::Record(&owner.custom_properties)),
                roles: Texts(TextList::Record(&owner.roles)),
                attributes: Properties(PropertyList::Record(&owner.attributes)),
                display_name: owner.display_name.as_deref().map(Text::from),
            }),
            contract::Owner::Deleted(owner) => Self::Deleted(DeletedOwner {
                user_directory: owner.user_directory.as_str().into(),
                user_id: owner.user_id.as_str().into(),
            }),
            contract::Owner::Unresolved => Self::Unresolved,
        }
    }
}

impl<'a> Property<'a> {
    fn of_row(pair: Pair, table: &'a Table) -> Self {
        Self { name: table.text(pair.name), value: table.text(pair.value) }
    }
}

impl<'a> From<&'a contract::Property> for Property<'a> {
    fn from(record: &'a contract::Property) -> Self {
        Self { name: record.name.as_str().into(), value: record.value.as_str().into() }
    }
}

impl<'a> Texts<'a> {
    pub(crate) fn of_row(places: &'a [u32], table: &'a Table) -> Self {
        Self(TextList::Row(places, table))
    }

    pub fn len(self) -> usize {
        match self.0 {
            TextList::Record(texts) => texts.len(),
            TextList::Row(places, _) => places.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Text<'a>> {
        (0..self.len()).map(move |index| match self.0 {
            TextList::Record(texts) => texts[index].as_str().into(),
            TextList::Row(places, table) => table.text(places[index]),
        })
    }

    /// The first text that `is_meant` takes.
    pub fn find(self, is_meant: impl Fn(Text<'a>) -> bool) -> Option<Text<'a>> {
        match self.0 {
            TextList::Record(texts) => texts.iter().map(|text| text.as_str().into()).find(|text| is_meant(*text)),
            TextList::Row(places, table) => places.iter().map(|place| table.text(*place)).find(|text| is_meant(*text)),
        }
    }
}

impl<'a> Properties<'a> {
    pub(crate) fn of_row(pairs: &'a [Pair], table: &'a Table) -> Self {
        Self(PropertyList::Row(pairs, table))
    }

    pub fn len(self) -> usize {
        match self.0 {
            PropertyList::Record(properties) => properties.len(),
            PropertyList::Row(pairs, _) => pairs.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Property<'a>> {
        (0..self.len()).map(move |index| match self.0 {
            PropertyList::Record(properties) => (&properties[index]).into(),
            PropertyList::Row(pairs, table) => Property::of_row(pairs[index], table),
        })
    }

    /// The first property that `is_meant` takes.
    pub fn find(self, is_meant: impl Fn(Property<'a>) -> bool) -> Option<Property<'a>> {
        match self.0 {
            PropertyList::Record(properties) => properties.iter().map(Property::from).find(|found| is_meant(*found)),
            PropertyList::Row(pairs, table) => {
                pairs.iter().map(|pair| Property::of_row(*pair, table)).find(|found| is_meant(*found))
            }
        }
    }
}

impl std::fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl std::fmt::Debug for Properties<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
