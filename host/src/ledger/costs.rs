//! Readings as cost and forecast take them: seats, and how many of them nobody uses.

use std::collections::BTreeMap;

use sqlx::{Sqlite, SqliteConnection, Transaction};
use steward_core::access::AccessType;
use steward_core::cost::CostReading;
use steward_core::digest::Digest;
use steward_core::forecast::PoolReading;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

use super::{Ledger, LedgerError, Reading};

/// Text in which instants are kept sorts as they do, but for those within one second: so much more is read on either side,
/// and looked at again.
const SLACK_MS: i64 = 1000;
/// The columns of a row of seats, and whose rows are: those of token access are counted in tokens.
const SEATS: &str = "SELECT reading.at, reading.access_type, reading.figures, idle_reading.idle \
    FROM access_reading AS reading LEFT JOIN idle_reading ON idle_reading.at = reading.at \
    AND idle_reading.site = reading.site AND idle_reading.license_type = \
    CASE reading.access_type WHEN 'token_user' THEN 'user' ELSE reading.access_type END \
    WHERE reading.site IN (?, '') AND reading.at >= ? AND reading.at < ? \
    AND reading.access_type IN ('analyzer', 'professional', 'token_user')";

type Row = (String, String, String, Option<i64>);

impl Ledger {
    /// What readings counted of a site from `from` to `until`, in order.
    pub async fn cost_readings(
        &mut self,
        site: Digest,
        from: Instant,
        until: Instant,
    ) -> Result<Vec<CostReading>, LedgerError> {
        cost_readings(&mut self.connection, site, from, Some(until)).await
    }

    /// Readings of each type of seats since `since`, one for each hour: the last one of it.
    pub async fn hourly_pools(
        &mut self,
        site: Digest,
        since: Instant,
    ) -> Result<BTreeMap<LicenseType, Vec<PoolReading>>, LedgerError> {
        // The first 13 characters name the hour. The index alone finds the last reading of each.
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "WITH latest AS (SELECT MAX(at) AS at, access_type FROM access_reading \
             WHERE site IN (?1, '') AND at >= ?2 AND access_type IN ('analyzer', 'professional', 'token_user') \
             GROUP BY substr(at, 1, 13), access_type) \
             SELECT reading.at, reading.access_type, reading.figures FROM latest \
             JOIN access_reading AS reading ON reading.at = latest.at AND reading.access_type = latest.access_type \
             AND reading.site IN (?1, '') ORDER BY reading.at",
        )
        .bind(site.to_string())
        .bind(since.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        let mut pools: BTreeMap<LicenseType, Vec<PoolReading>> = BTreeMap::new();
        for (at, access_type, figures) in rows {
            let (Some(at), Some(kind)) = (Instant::parse(&at), license_type(&access_type)) else { continue };
            let figures = seats_of(kind, serde_json::from_str(&figures).map_err(LedgerError::Json)?);
            if let Some(reading) = PoolReading::of_figures(at, &figures) {
                pools.entry(kind).or_default().push(reading);
            }
        }
        Ok(pools)
    }

    /// When seats of a site were read first, of the readings that are kept.
    pub async fn first_reading_at(&mut self, site: Digest) -> Result<Option<Instant>, LedgerError> {
        let statement = "SELECT MIN(at) FROM access_reading WHERE site IN (?, '') \
                         AND access_type IN ('analyzer', 'professional', 'token_user')";
        let first = sqlx::query_scalar(statement).bind(site.to_string()).fetch_one(&mut self.connection);
        let first: Option<String> = first.await.map_err(LedgerError::read)?;
        Ok(first.and_then(|at| Instant::parse(&at)))
    }
}

pub(super) async fn cost_readings(
    connection: &mut SqliteConnection,
    site: Digest,
    from: Instant,
    until: Option<Instant>,
) -> Result<Vec<CostReading>, LedgerError> {
    // A sign that sorts after every digit.
    let end = until.map_or_else(|| "~".to_owned(), |until| moved(until, SLACK_MS).to_string());
    let is_meant = |at: Instant| at >= from && until.is_none_or(|until| at < until);
    let rows: Vec<Row> = sqlx::query_as(SEATS)
        .bind(site.to_string())
        .bind(moved(from, -SLACK_MS).to_string())
        .bind(end)
        .fetch_all(connection)
        .await
        .map_err(LedgerError::read)?;
    let mut readings = Vec::new();
    for (at, access_type, figures, idle) in rows {
        let (Some(at), Some(license_type)) = (Instant::parse(&at), license_type(&access_type)) else { continue };
        let figures = seats_of(license_type, serde_json::from_str(&figures).map_err(LedgerError::Json)?);
        let idle = idle.and_then(|idle| u32::try_from(idle).ok());
        readings.extend(counted(at, license_type, &figures, idle).filter(|_| is_meant(at)));
    }
    readings.sort_by_key(|reading| (reading.at, reading.license_type));
    Ok(readings)
}

/// `None` without a count of seats.
fn counted(
    at: Instant,
    license_type: LicenseType,
    figures: &BTreeMap<String, f64>,
    idle: Option<u32>,
) -> Option<CostReading> {
    let PoolReading { total, allocated, .. } = PoolReading::of_figures(at, figures)?;
    Some(CostReading { at, license_type, total, allocated, idle })
}

/// A reading that was just made, as if it had been made at `at`.
pub(super) fn counted_now(reading: &Reading<'_>, at: Instant) -> Vec<CostReading> {
    let counts = reading.counted.iter().filter_map(|access| {
        let kind = license_type(access.access_type.as_str())?;
        let figures = access.figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect();
        counted(at, kind, &seats_of(kind, figures), reading.idle.get(&kind).copied())
    });
    counts.collect()
}

/// Keeps how many seats nobody used, of the types that the reading counted.
pub(super) async fn insert_idle(
    transaction: &mut Transaction<'_, Sqlite>,
    reading: &Reading<'_>,
) -> Result<(), LedgerError> {
    let is_counted = |kind: LicenseType| {
        let access_type = AccessType::from(kind);
        reading.counted.iter().any(|access| access.access_type == access_type)
    };
    for (kind, idle) in reading.idle.iter().filter(|(kind, _)| is_counted(**kind)) {
        sqlx::query("INSERT OR REPLACE INTO idle_reading (at, site, license_type, idle) VALUES (?, ?, ?, ?)")
            .bind(reading.at.to_string())
            .bind(reading.site.to_string())
            .bind(kind.as_str())
            .bind(i64::from(*idle))
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
    }
    Ok(())
}

/// An instant so many milliseconds away, or the instant itself at an end of the calendar.
pub(super) fn moved(at: Instant, ms: i64) -> Instant {
    Instant::from_millis(at.millis().saturating_add(ms)).unwrap_or(at)
}

fn license_type(access_type: &str) -> Option<LicenseType> {
    LicenseType::ALL.into_iter().find(|kind| AccessType::from(*kind).as_str() == access_type)
}

/// Token access is counted in tokens, and a seat of it costs so many of them; how many seats there could be, nobody knows.
fn seats_of(kind: LicenseType, mut figures: BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    if kind != LicenseType::User {
        return figures;
    }
    let cost = figures.get("token_cost").copied().filter(|cost| *cost > 0.0).unwrap_or(1.0);
    let mut seats = BTreeMap::new();
    for (tokens, name) in [("allocated_tokens", "allocated"), ("quarantined_tokens", "quarantined")] {
        if let Some(tokens) = figures.remove(tokens) {
            seats.insert(name.to_owned(), (tokens / cost).round());
        }
    }
    seats
}
