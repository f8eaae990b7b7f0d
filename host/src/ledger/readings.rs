//! Every reading of the pools, for charts.

use sqlx::{Connection as _, Sqlite, Transaction};
use steward_core::access::Access;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::point::Point;

use super::{Ledger, LedgerError, outbox};

impl Ledger {
    /// Keeps what the server counts, with the points that report it, and purges what is older than `retention_days`, if
    /// there are any. Entries are never purged.
    pub async fn record_reading(
        &mut self,
        at: Instant,
        site: Digest,
        counted: &[Access],
        points: &[Point],
        retention_days: Option<u32>,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        for access in counted {
            insert(&mut transaction, at, site, access).await?;
        }
        if let Some(oldest) = retention_days.and_then(|days| at.minus_days(days)) {
            purge(&mut transaction, oldest).await?;
        }
        outbox::enqueue(&mut transaction, points).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }
}

async fn insert(
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

async fn purge(transaction: &mut Transaction<'_, Sqlite>, oldest: Instant) -> Result<(), LedgerError> {
    for statement in [
        "DELETE FROM access_reading WHERE at < ?",
        "DELETE FROM server_license_reading WHERE at < ?",
        "DELETE FROM seat_change WHERE at < ?",
    ] {
        sqlx::query(statement)
            .bind(oldest.to_string())
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
    }
    Ok(())
}
