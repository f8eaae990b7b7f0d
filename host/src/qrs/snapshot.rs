//! Reads a snapshot: overview, the seats of each licence type in use and all users, and the overview once more.
//!
//! That is at most six GETs for a site of any size. All users are read rather than those of the candidate seats:
//! filters take about a hundred ids per request, so the bulk list is cheaper from a few hundred seats on, and it is the
//! only way to notice that somebody is missing from it.

use steward_core::access::Access;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{Seat, SnapshotParts};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::client::{Client, Connection, malformed};
use super::error::QrsError;
use super::request::Target;
use super::wire;
use super::wire::overview::PoolCount;
use super::wire::user::Person;
use crate::clock::Clock;

/// What to read besides pools, seats and users. The seats of every enabled type are always read: who holds two of them
/// is a fact about both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The directory attributes of the users, which make most of the list.
    pub attributes: bool,
}

enum Part {
    Seats(Vec<Seat>),
    Users(Vec<Person>),
}

impl Client {
    /// `now` reads our clock, to compare the server's with it.
    ///
    /// # Errors
    /// When anything cannot be read completely. A snapshot is never half of one.
    pub async fn snapshot(&self, read: &Read, taken_at: Instant, now: Clock<'_>) -> Result<SnapshotParts, QrsError> {
        let (before, clock_skew_ms) = self.connection.overview(Some(now)).await?;
        let mut parts = SnapshotParts {
            taken_at,
            clock_skew_ms,
            attributes_read: read.attributes,
            pools: Vec::new(),
            seats: Vec::new(),
            users: Vec::new(),
            incomplete_users: Vec::new(),
        };
        let types: Vec<LicenseType> = before.iter().map(|pool| pool.license_type).collect();
        let mut lists = self.start_lists(&types, *read);
        while let Some(joined) = lists.join_next().await {
            // A list that panicked is a bug here, and goes on as one. Dropping the set ends the other lists.
            let part = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            add(part?, &mut parts);
        }
        let (after, _) = self.connection.overview(None).await?;
        if !after.iter().map(|pool| pool.license_type).eq(types) {
            return Err(QrsError::LicenseTypesChanged);
        }
        parts.pools = after.into_iter().zip(before).map(|(after, before)| after.pool(before.allocated)).collect();
        Ok(parts)
    }

    fn start_lists(&self, types: &[LicenseType], read: Read) -> JoinSet<Result<Part, QrsError>> {
        let mut lists = JoinSet::new();
        let client = self.clone();
        lists.spawn(async move { client.connection.users(read).await.map(Part::Users) }.in_current_span());
        for &license_type in types {
            let client = self.clone();
            lists.spawn(async move { client.connection.seats(license_type).await.map(Part::Seats) }.in_current_span());
        }
        lists
    }
}

impl Client {
    /// How many seats of a type the server counts now, quarantined ones not counted; `None` for a type that is not
    /// enabled.
    ///
    /// # Errors
    /// When the overview cannot be read.
    pub async fn allocated_seats(&self, license_type: LicenseType) -> Result<Option<u32>, QrsError> {
        let (pools, _) = self.connection.overview(None).await?;
        Ok(pools.iter().find(|pool| pool.license_type == license_type).map(|pool| pool.allocated))
    }
}

/// What the overview says, for charts.
#[derive(Debug)]
pub struct Overview {
    pub counted: Vec<Access>,
    /// Seats of each type that the server counts, quarantined ones not counted; `None` when its numbers make no sense.
    pub allocated: Option<Vec<(LicenseType, u32)>>,
    /// Sentences about figures that could not be read.
    pub problems: Vec<String>,
    pub clock_skew_ms: Option<i64>,
}

impl Client {
    /// Everything that the server counts.
    ///
    /// # Errors
    /// When the overview cannot be read.
    pub async fn counted(&self, clock: Clock<'_>) -> Result<Overview, QrsError> {
        let target = Target::new("license/accesstypeoverview");
        let object = self.connection.get_object(&target, Some(clock)).await?;
        let (counted, mut problems) = wire::overview::read_access(&object.value);
        let allocated = match wire::overview::read(&object.value) {
            Ok(pools) => Some(pools.iter().map(|pool| (pool.license_type, pool.allocated)).collect()),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        Ok(Overview { counted, allocated, problems, clock_skew_ms: object.clock_skew_ms })
    }
}

fn add(part: Part, parts: &mut SnapshotParts) {
    match part {
        Part::Seats(seats) => parts.seats.extend(seats),
        Part::Users(people) => {
            // Collected from the list itself, so that its memory is used again: it is the largest list there is.
            let complete = people.into_iter().filter_map(|person| match person {
                Person::Complete(user) => Some(user),
                Person::Incomplete(user) => {
                    parts.incomplete_users.push(user);
                    None
                }
            });
            parts.users = complete.collect();
        }
    }
}

impl Connection {
    async fn overview(&self, clock: Option<Clock<'_>>) -> Result<(Vec<PoolCount>, Option<i64>), QrsError> {
        let target = Target::new("license/accesstypeoverview");
        let object = self.get_object(&target, clock).await?;
        let pools = wire::overview::read(&object.value).map_err(|problem| malformed(&target, problem))?;
        Ok((pools, object.clock_skew_ms))
    }

    async fn seats(&self, license_type: LicenseType) -> Result<Vec<Seat>, QrsError> {
        let target = Target::new(format!("license/{license_type}accesstype/full"));
        self.get_rows(&target, |row| wire::seat::read(row, license_type)).await
    }

    async fn users(&self, read: Read) -> Result<Vec<Person>, QrsError> {
        let target = Target::new("user/full");
        if read.attributes {
            self.get_rows(&target, wire::user::read_with_attributes).await
        } else {
            self.get_rows(&target, wire::user::read).await
        }
    }
}
