//! Reads what is watched between releases and keeps it: the pools, which seats came and went, the server's own licence.
//!
//! A few requests, and none that changes anything. Nothing here leads to a release.

use std::collections::{BTreeMap, BTreeSet};

use steward_core::access::Access;
use steward_core::cost::idle_seats;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::monitor::compliance::Compliance;
use steward_core::monitor::points::{self, Reporting};
use steward_core::monitor::seat_changes::{self, Change, KnownSeat};
use steward_core::monitor::seat_use::{self, SeatUse};
use steward_core::monitor::server_license::ServerLicense;
use steward_core::point::Point;
use steward_core::snapshot::Seat;
use thiserror::Error;

use crate::clock::Clock;
use crate::ledger::{Ledger, LedgerError, Reading, SeatsRead};
use crate::qrs::{Client, QrsError};

/// Beyond it nobody knows what time it is, and nothing is purged.
const CLOCK_SKEW_MAX_MS: i64 = 5 * 60 * 1000;

#[derive(Debug, Error)]
pub enum MonitorError {
    #[error("cannot read the Qlik Repository Service")]
    Read(#[from] QrsError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// How pools are watched.
#[derive(Debug, Clone, Copy)]
pub struct Watching<'w> {
    pub site: Digest,
    pub reporting: &'w Reporting,
    /// Days without use after which a seat of each type is idle.
    pub thresholds: &'w BTreeMap<LicenseType, u32>,
    pub retention_days: u32,
}

/// What a reading of the pools found.
#[derive(Debug, Clone)]
pub struct PoolReading {
    pub at: Instant,
    pub counted: Vec<Access>,
    /// Empty when the lists were not believed.
    pub uses: BTreeMap<LicenseType, SeatUse>,
    /// Since the reading before; empty at the first one.
    pub changes: BTreeMap<LicenseType, BTreeMap<Change, u32>>,
    /// `None` when the lists were not believed.
    pub compliance: Option<Compliance>,
    /// Sentences about what could not be read.
    pub problems: Vec<String>,
}

/// Reads the pools and the lists of seats, and keeps what they say.
pub async fn read_pools(
    ledger: &mut Ledger,
    client: &Client,
    watching: &Watching<'_>,
    clock: Clock<'_>,
) -> Result<PoolReading, MonitorError> {
    let at = clock();
    let overview = client.counted(clock).await?;
    let mut problems = overview.problems;
    let seats = match &overview.allocated {
        Some(allocated) => read_lists(client, allocated, &mut problems).await?,
        None => None,
    };
    let mut reading = PoolReading {
        at,
        counted: overview.counted,
        uses: BTreeMap::new(),
        changes: BTreeMap::new(),
        compliance: None,
        problems,
    };
    let compared = match &seats {
        Some(seats) => {
            ledger.refresh().await?;
            Some(compare(ledger, watching.site, seats).await?)
        }
        None => None,
    };
    if let (Some(seats), Some((read, is_first))) = (&seats, &compared) {
        let types: BTreeSet<LicenseType> = overview.allocated.iter().flatten().map(|(of, _)| *of).collect();
        reading.uses = seat_use::seat_use(seats, at);
        reading.compliance = Some(Compliance::of(&types, seats));
        if !is_first {
            reading.changes = seat_changes::counted(&types, &read.changes);
        }
    }
    let points = points_of(&reading, watching.reporting, seats.as_deref().unwrap_or_default());
    let is_sure_of_time = overview.clock_skew_ms.is_some_and(|skew| skew.abs() < CLOCK_SKEW_MAX_MS);
    let idle = seats.as_ref().map(|seats| idle_seats(seats, watching.thresholds, at)).unwrap_or_default();
    let seats = compared.as_ref().map(|(read, _)| read);
    ledger
        .record_reading(&Reading {
            at,
            site: watching.site,
            counted: &reading.counted,
            seats,
            idle: &idle,
            points: &points,
            retention_days: is_sure_of_time.then_some(watching.retention_days),
        })
        .await?;
    Ok(reading)
}

/// The seats of all types; `None` when a list lacks seats that the server counts: what is missing from it is not gone.
async fn read_lists(
    client: &Client,
    allocated: &[(LicenseType, u32)],
    problems: &mut Vec<String>,
) -> Result<Option<Vec<Seat>>, MonitorError> {
    let mut seats = Vec::new();
    for &(license_type, counted) in allocated {
        let list = client.listed_seats(license_type).await?;
        let usable = list.iter().filter(|listed| !listed.seat.quarantined).count();
        if !seat_changes::is_whole(usable, counted) {
            problems.push(format!(
                "the server counts {counted} {license_type} seats and lists {usable}: nobody can tell which came and went"
            ));
            return Ok(None);
        }
        seats.extend(list.into_iter().map(|listed| listed.seat));
    }
    Ok(Some(seats))
}

/// The seats as they differ from the reading before, and whether there was none: then nothing came or went.
async fn compare(ledger: &mut Ledger, site: Digest, seats: &[Seat]) -> Result<(SeatsRead, bool), LedgerError> {
    let known = |seat: &Seat| KnownSeat {
        license_type: seat.license_type,
        user_directory: seat.holder.user_directory().to_owned(),
        user_id: seat.holder.user_id().to_owned(),
    };
    let now: BTreeMap<LicenseId, KnownSeat> = seats.iter().map(|seat| (seat.id.clone(), known(seat))).collect();
    let before = ledger.known_seats(site).await?;
    let is_first = before.is_empty();
    let changes = if is_first { Vec::new() } else { seat_changes::seat_changes(&before, &now, &ledger.taken_seats()) };
    let gone = before.keys().filter(|id| !now.contains_key(*id)).cloned().collect();
    let new = now.into_iter().filter(|(id, seat)| before.get(id) != Some(seat)).collect();
    Ok((SeatsRead { gone, new, changes }, is_first))
}

fn points_of(reading: &PoolReading, reporting: &Reporting, seats: &[Seat]) -> Vec<Point> {
    let Some(tags) = &reporting.license_monitor else { return Vec::new() };
    let mut found = points::of_access(tags, reading.at, &reading.counted);
    found.extend(points::of_seat_use(tags, reading.at, &reading.uses));
    found.extend(points::of_seat_changes(tags, reading.at, &reading.changes));
    if reporting.user_activity {
        found.extend(points::of_user_activity(tags, reading.at, seats));
    }
    found
}

/// What the server says about its own licence, kept.
pub async fn read_server_license(
    ledger: &mut Ledger,
    client: &Client,
    site: Digest,
    reporting: &Reporting,
    clock: Clock<'_>,
) -> Result<(Instant, ServerLicense), MonitorError> {
    let license = match client.license().await? {
        None => ServerLicense::none(),
        Some(license) => ServerLicense { is_expired: Some(license.is_expired), expiry: license.expiry },
    };
    let at = clock();
    let point = reporting.server_license.as_ref().map(|tags| points::of_server_license(tags, at, &license));
    ledger.record_server_license(at, site, &license, point.as_ref()).await?;
    Ok((at, license))
}
