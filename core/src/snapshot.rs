//! What the server says at one moment: pools, seats and users. It refuses to exist when it contradicts itself.
//!
//! A snapshot holds facts, not judgements: a last use that could not be read is `unknown`, an owner who is missing
//! from the user list is `unresolved`, and whether that is too much is for the guard to say.

mod contradiction;
mod file;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use contradiction::{Contradiction, Contradictions};
pub use file::{SnapshotFile, SnapshotFileError, SnapshotFileParts};

use crate::digest::Digest;
use crate::ids::{LicenseId, UserGuid};
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// The facts of a snapshot before they are checked. The order of lists does not matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotParts {
    /// When the reading began, by our clock.
    pub taken_at: Instant,
    /// The server's clock less ours, in milliseconds; `None` when the server did not tell the time.
    pub clock_skew_ms: Option<i64>,
    /// Directory attributes were read too; otherwise every `attributes` is empty.
    pub attributes_read: bool,
    /// One for each licence type of people that the server says is enabled.
    pub pools: Vec<Pool>,
    pub seats: Vec<Seat>,
    pub users: Vec<User>,
    /// Users of the list who lack a fact that protections depend on. Their seats count as unresolved.
    pub incomplete_users: Vec<IncompleteUser>,
}

/// Checked facts. Seats are sorted by licence type and id, users by id, and what a user has several of by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SnapshotParts", into = "SnapshotParts")]
pub struct Snapshot {
    parts: SnapshotParts,
}

/// The seats of one licence type, as the server counts them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pool {
    pub license_type: LicenseType,
    pub total: u32,
    /// Allocated seats, quarantined ones not counted.
    pub allocated: u32,
    /// The same count, asked before the seats were listed.
    pub allocated_before: u32,
    pub used: u32,
    pub available: u32,
    pub quarantined: u32,
    /// Seats allocated above the total; 0 on servers that do not tell.
    pub excess: u32,
}

/// One allocated seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seat {
    pub id: LicenseId,
    pub license_type: LicenseType,
    /// `None` when the date is missing or unreadable.
    pub allocated_at: Option<Instant>,
    pub last_used: LastUse,
    pub quarantined: bool,
    pub excess: bool,
    pub holder: Holder,
}

/// Whom a seat names as its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Holder {
    User { guid: UserGuid, user_directory: String, user_id: String },
    Deleted { user_directory: String, user_id: String },
}

impl Holder {
    pub fn user_directory(&self) -> &str {
        match self {
            Self::User { user_directory, .. } | Self::Deleted { user_directory, .. } => user_directory,
        }
    }

    pub fn user_id(&self) -> &str {
        match self {
            Self::User { user_id, .. } | Self::Deleted { user_id, .. } => user_id,
        }
    }
}

/// When a seat was last used. In files: `"never"`, `"unknown"` or an RFC 3339 instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LastUse {
    Never,
    /// The date is missing or unreadable.
    Unknown,
    At(Instant),
}

/// One person of the user list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SiteUser"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    pub guid: UserGuid,
    pub user_directory: String,
    pub user_id: String,
    /// The display name; empty when the server has none.
    pub name: String,
    pub inactive: bool,
    /// `blacklisted` in the API of the server.
    pub blocked: bool,
    pub removed_externally: bool,
    pub roles: Vec<String>,
    pub tags: Vec<String>,
    /// A property with several values has several entries.
    pub custom_properties: Vec<Property>,
    /// Empty unless [`SnapshotParts::attributes_read`].
    pub attributes: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "UserProperty"))]
#[serde(deny_unknown_fields)]
pub struct Property {
    pub name: String,
    pub value: String,
}

/// A user about whom the server did not say all that protections depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncompleteUser {
    pub guid: UserGuid,
    /// What is missing or unreadable, such as `no field tags`.
    pub problem: String,
}

/// The owner of a seat, looked up in the user list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Owner<'s> {
    Known(&'s User),
    Deleted { user_directory: &'s str, user_id: &'s str },
    Unresolved,
}

impl Snapshot {
    /// # Errors
    /// When the facts contradict each other; every contradiction is reported.
    pub fn new(mut parts: SnapshotParts) -> Result<Self, Contradictions> {
        parts.pools.sort_by_key(|pool| pool.license_type);
        parts.seats.sort_by(|a, b| (a.license_type, &a.id).cmp(&(b.license_type, &b.id)));
        parts.users.sort_by(|a, b| a.guid.cmp(&b.guid));
        parts.incomplete_users.sort_by(|a, b| a.guid.cmp(&b.guid));
        parts.users.iter_mut().for_each(User::sort);
        contradiction::check(&parts)?;
        Ok(Self { parts })
    }

    pub fn taken_at(&self) -> Instant {
        self.parts.taken_at
    }

    pub fn clock_skew_ms(&self) -> Option<i64> {
        self.parts.clock_skew_ms
    }

    pub fn pools(&self) -> &[Pool] {
        &self.parts.pools
    }

    pub fn pool(&self, license_type: LicenseType) -> Option<&Pool> {
        self.parts.pools.iter().find(|pool| pool.license_type == license_type)
    }

    /// Directory attributes were read too.
    pub fn attributes_read(&self) -> bool {
        self.parts.attributes_read
    }

    pub fn seats(&self) -> &[Seat] {
        &self.parts.seats
    }

    pub fn users(&self) -> &[User] {
        &self.parts.users
    }

    pub fn parts(&self) -> &SnapshotParts {
        &self.parts
    }

    pub fn into_parts(self) -> SnapshotParts {
        self.parts
    }

    pub fn user(&self, guid: &UserGuid) -> Option<&User> {
        let index = self.parts.users.binary_search_by(|user| user.guid.cmp(guid)).ok()?;
        self.parts.users.get(index)
    }

    pub fn incomplete_user(&self, guid: &UserGuid) -> Option<&IncompleteUser> {
        self.parts.incomplete_users.iter().find(|user| user.guid == *guid)
    }

    /// Who holds `seat`. A seat and a user list that disagree about the name leave the owner unresolved:
    /// nobody can tell then which of the two names the protections should look at.
    pub fn owner<'s>(&'s self, seat: &'s Seat) -> Owner<'s> {
        let user = match &seat.holder {
            Holder::User { guid, .. } => self.user(guid),
            Holder::Deleted { .. } => None,
        };
        owner_of(seat, user)
    }

    /// Proves which facts a plan was made of.
    ///
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_json(&self.parts)
    }
}

/// Who holds `seat`, given the user with the id that the seat names.
pub fn owner_of<'s>(seat: &'s Seat, user: Option<&'s User>) -> Owner<'s> {
    match &seat.holder {
        Holder::Deleted { user_directory, user_id } => Owner::Deleted { user_directory, user_id },
        Holder::User { guid, user_directory, user_id } => match user {
            Some(user) if user.guid == *guid && same_name(user, user_directory, user_id) => Owner::Known(user),
            _ => Owner::Unresolved,
        },
    }
}

impl User {
    /// The server gives lists in any order.
    pub fn sort(&mut self) {
        self.roles.sort();
        self.tags.sort();
        self.custom_properties.sort();
        self.attributes.sort();
    }
}

fn same_name(user: &User, user_directory: &str, user_id: &str) -> bool {
    use crate::text::fold;
    (user.user_directory == user_directory || fold(&user.user_directory) == fold(user_directory))
        && (user.user_id == user_id || fold(&user.user_id) == fold(user_id))
}

impl Seat {
    /// The instant from which the seat is idle: its last use, or its allocation when it was never used.
    /// `None` when nobody can tell.
    pub fn idle_since(&self) -> Option<Instant> {
        match self.last_used {
            LastUse::At(at) => Some(at),
            LastUse::Never => self.allocated_at,
            LastUse::Unknown => None,
        }
    }

    /// Nobody can tell since when this seat is idle.
    pub fn idle_is_unknown(&self) -> bool {
        self.idle_since().is_none()
    }
}

impl TryFrom<SnapshotParts> for Snapshot {
    type Error = Contradictions;

    fn try_from(parts: SnapshotParts) -> Result<Self, Contradictions> {
        Self::new(parts)
    }
}

impl From<Snapshot> for SnapshotParts {
    fn from(snapshot: Snapshot) -> Self {
        snapshot.parts
    }
}

impl fmt::Display for LastUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Unknown => f.write_str("unknown"),
            Self::At(at) => at.fmt(f),
        }
    }
}

impl Serialize for LastUse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LastUse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "never" => Ok(Self::Never),
            "unknown" => Ok(Self::Unknown),
            _ => Instant::parse(&text).map(Self::At).ok_or_else(|| {
                serde::de::Error::custom(format!("`{text}` is neither `never`, `unknown` nor an RFC 3339 instant"))
            }),
        }
    }
}
