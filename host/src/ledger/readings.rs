//! What monitoring reads, for charts, and the points that report it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, Sqlite, Transaction};
use steward_core::access::Access;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::RunKind;
use steward_core::license_type::LicenseType;
use steward_core::monitor::seat_changes::{KnownSeat, SeatChange};
use steward_core::monitor::server_license::ServerLicense;
use steward_core::point::Point;

use super::{Ledger, LedgerError, catch_up, costs, outbox, savings};

/// One reading of a server.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'r> {
    pub at: Instant,
    pub site: Digest,
    pub counted: &'r [Access],
    /// The listed seats and what changed since the reading before; `None` when the lists were not read or not believed.
    pub seats: Option<&'r SeatsRead>,
    /// Seats that nobody uses; empty when nobody counted them.
    pub idle: &'r BTreeMap<LicenseType, u32>,
    pub points: &'r [Point],
    /// Older readings are purged. Entries never are.
    pub retention_days: Option<u32>,
}

/// The seats of a reading, as far as they differ from those of the reading before.
#[derive(Debug, Default)]
pub struct SeatsRead {
    pub gone: Vec<LicenseId>,
    /// New ones, and those whose owner is called differently now.
    pub new: Vec<(LicenseId, KnownSeat)>,
    /// What is told of it; nothing at the first reading.
    pub changes: Vec<SeatChange>,
}

/// What the server counted of one kind of access, as it was kept.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptReading {
    pub at: Instant,
    pub access_type: String,
    pub figures: BTreeMap<String, f64>,
}

/// A seat that came or went, as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptChange {
    pub at: Instant,
    pub license_type: String,
    pub license_id: String,
    pub user_directory: String,
    pub user_id: String,
    pub change: String,
}

impl Ledger {
    /// Keeps a reading and the points that report it, all or nothing.
    pub async fn record_reading(&mut self, reading: &Reading<'_>) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        for access in reading.counted {
            insert_access(&mut transaction, reading.at, reading.site, access).await?;
        }
        costs::insert_idle(&mut transaction, reading).await?;
        if let Some(seats) = reading.seats {
            update_seats(&mut transaction, reading.site, seats).await?;
            for change in &seats.changes {
                insert_change(&mut transaction, reading.at, reading.site, change).await?;
            }
        }
        // Before anything is purged that it has not seen.
        self.is_broken = true;
        self.head = catch_up(&mut transaction, &mut self.state, self.head).await?;
        self.is_broken = false;
        savings::take_reading(&mut transaction, &self.state, reading).await?;
        if let Some(oldest) = reading.retention_days.and_then(|days| reading.at.minus_days(days)) {
            purge(&mut transaction, oldest).await?;
        }
        outbox::enqueue(&mut transaction, reading.points).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// Keeps what the server says about its own licence.
    pub async fn record_server_license(
        &mut self,
        at: Instant,
        site: Digest,
        license: &ServerLicense,
        point: Option<&Point>,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        sqlx::query(
            "INSERT OR REPLACE INTO server_license_reading (at, site, is_expired, expires_at) VALUES (?, ?, ?, ?)",
        )
        .bind(at.to_string())
        .bind(site.to_string())
        .bind(license.is_expired)
        .bind(license.expires_at().map(|at| at.to_string()))
        .execute(&mut *transaction)
        .await
        .map_err(LedgerError::write)?;
        outbox::enqueue(&mut transaction, point.map(std::slice::from_ref).unwrap_or_default()).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// The kept readings of a server at `since` or later, oldest first.
    pub async fn readings_since(&mut self, site: Digest, since: Instant) -> Result<Vec<KeptReading>, LedgerError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT at, access_type, figures FROM access_reading WHERE site IN (?, '') AND at >= ? ORDER BY at, access_type",
        )
        .bind(site.to_string())
        .bind(since.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        rows.into_iter().filter_map(|row| kept_reading(row).transpose()).collect()
    }

    /// As [`Ledger::readings_since`], and of each kind of access only the last reading of each stretch of so many seconds.
    pub async fn thinned_readings(
        &mut self,
        site: Digest,
        since: Instant,
        step_seconds: u64,
    ) -> Result<Vec<KeptReading>, LedgerError> {
        // Of the columns beside a maximum SQLite takes those of its row.
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT MAX(at), access_type, figures FROM access_reading WHERE site IN (?, '') AND at >= ? \
             GROUP BY access_type, CAST(strftime('%s', at) AS INTEGER) / ? ORDER BY 1, 2",
        )
        .bind(site.to_string())
        .bind(since.to_string())
        .bind(i64::try_from(step_seconds.max(1)).unwrap_or(i64::MAX))
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        rows.into_iter().filter_map(|row| kept_reading(row).transpose()).collect()
    }

    /// When the pools of a server were read last.
    pub async fn last_reading_at(&mut self, site: Digest) -> Result<Option<Instant>, LedgerError> {
        let at: Option<String> = sqlx::query_scalar("SELECT MAX(at) FROM access_reading WHERE site = ?")
            .bind(site.to_string())
            .fetch_one(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok(at.and_then(|at| Instant::parse(&at)))
    }

    /// Some changes of a server at `since` or later, the latest first.
    pub async fn last_changes(
        &mut self,
        site: Digest,
        since: Instant,
        limit: u32,
    ) -> Result<Vec<KeptChange>, LedgerError> {
        let rows = sqlx::query(
            "SELECT at, license_type, license_id, user_directory, user_id, change FROM seat_change \
             WHERE site = ? AND at >= ? ORDER BY at DESC, license_type, license_id LIMIT ?",
        )
        .bind(site.to_string())
        .bind(since.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        rows.iter().filter_map(|row| kept_change(row).transpose()).collect::<Result<_, _>>().map_err(LedgerError::read)
    }

    /// The kept changes of a server at `since` or later, oldest first.
    pub async fn changes_since(&mut self, site: Digest, since: Instant) -> Result<Vec<KeptChange>, LedgerError> {
        let rows = sqlx::query(
            "SELECT at, license_type, license_id, user_directory, user_id, change FROM seat_change \
             WHERE site = ? AND at >= ? ORDER BY at, license_type, license_id",
        )
        .bind(site.to_string())
        .bind(since.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        rows.iter().filter_map(|row| kept_change(row).transpose()).collect::<Result<_, _>>().map_err(LedgerError::read)
    }

    /// How many readings of the pools are kept.
    pub async fn reading_count(&mut self) -> Result<usize, LedgerError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT at) FROM access_reading")
            .fetch_one(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// The seats of the last reading of a server; empty before the first one.
    pub async fn known_seats(&mut self, site: Digest) -> Result<BTreeMap<LicenseId, KnownSeat>, LedgerError> {
        let rows = sqlx::query("SELECT license_id, license_type, user_directory, user_id FROM seat WHERE site = ?")
            .bind(site.to_string())
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let read = |row: &SqliteRow| -> Result<Option<(LicenseId, KnownSeat)>, sqlx::Error> {
            let name: String = row.try_get("license_type")?;
            let license_type = LicenseType::ALL.into_iter().find(|license_type| license_type.as_str() == name);
            let (user_directory, user_id) = (row.try_get("user_directory")?, row.try_get("user_id")?);
            let id = LicenseId::new(row.try_get::<String, _>("license_id")?);
            Ok(license_type.map(|license_type| (id, KnownSeat { license_type, user_directory, user_id })))
        };
        rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>().map_err(LedgerError::read)
    }

    /// Every seat that Steward took, or may have taken, whenever.
    pub fn taken_seats(&self) -> BTreeSet<LicenseId> {
        let releases = self.state.runs().values().filter(|run| run.kind == RunKind::Release);
        let taken = releases.flat_map(|run| {
            run.seats
                .values()
                .filter(|(_, state)| state.released_at().is_some())
                .map(|(seat, _)| seat.license_id.clone())
        });
        taken.collect()
    }
}

fn kept_reading((at, access_type, figures): (String, String, String)) -> Result<Option<KeptReading>, LedgerError> {
    let figures = serde_json::from_str(&figures).map_err(LedgerError::Json)?;
    Ok(Instant::parse(&at).map(|at| KeptReading { at, access_type, figures }))
}

fn kept_change(row: &SqliteRow) -> Result<Option<KeptChange>, sqlx::Error> {
    let at: String = row.try_get("at")?;
    let Some(at) = Instant::parse(&at) else { return Ok(None) };
    Ok(Some(KeptChange {
        at,
        license_type: row.try_get("license_type")?,
        license_id: row.try_get("license_id")?,
        user_directory: row.try_get("user_directory")?,
        user_id: row.try_get("user_id")?,
        change: row.try_get("change")?,
    }))
}

async fn insert_access(
    transaction: &mut Transaction<'_, Sqlite>,
    at: Instant,
    site: Digest,
    access: &Access,
) -> Result<(), LedgerError> {
    let figures = serde_json::to_string(&access.figures).map_err(LedgerError::Json)?;
    sqlx::query("INSERT OR REPLACE INTO access_reading (at, site, access_type, figures) VALUES (?, ?, ?, ?)")
        .bind(at.to_string())
        .bind(site.to_string())
        .bind(access.access_type.as_str())
        .bind(figures)
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?;
    Ok(())
}

async fn update_seats(
    transaction: &mut Transaction<'_, Sqlite>,
    site: Digest,
    seats: &SeatsRead,
) -> Result<(), LedgerError> {
    for id in &seats.gone {
        sqlx::query("DELETE FROM seat WHERE site = ? AND license_id = ?")
            .bind(site.to_string())
            .bind(id.as_str())
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
    }
    for (id, seat) in &seats.new {
        sqlx::query(
            "INSERT OR REPLACE INTO seat (site, license_id, license_type, user_directory, user_id) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(site.to_string())
        .bind(id.as_str())
        .bind(seat.license_type.as_str())
        .bind(&seat.user_directory)
        .bind(&seat.user_id)
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?;
    }
    Ok(())
}

async fn insert_change(
    transaction: &mut Transaction<'_, Sqlite>,
    at: Instant,
    site: Digest,
    change: &SeatChange,
) -> Result<(), LedgerError> {
    sqlx::query(
        "INSERT OR REPLACE INTO seat_change (at, site, license_id, license_type, user_directory, user_id, change) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(at.to_string())
    .bind(site.to_string())
    .bind(change.license_id.as_str())
    .bind(change.seat.license_type.as_str())
    .bind(&change.seat.user_directory)
    .bind(&change.seat.user_id)
    .bind(change.change.as_str())
    .execute(&mut **transaction)
    .await
    .map_err(LedgerError::write)?;
    Ok(())
}

async fn purge(transaction: &mut Transaction<'_, Sqlite>, oldest: Instant) -> Result<(), LedgerError> {
    for statement in [
        "DELETE FROM access_reading WHERE at < ?",
        "DELETE FROM idle_reading WHERE at < ?",
        "DELETE FROM server_license_reading WHERE at < ?",
        "DELETE FROM seat_change WHERE at < ?",
        "DELETE FROM disagreement WHERE at < ?",
    ] {
        sqlx::query(statement)
            .bind(oldest.to_string())
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
    }
    Ok(())
}
