//! Every reading of the pools, for charts.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _};
use steward_core::instant::Instant;
use steward_core::snapshot::Pool;

use super::{Ledger, LedgerError};

/// One pool at one moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredReading {
    pub at: String,
    pub license_type: String,
    pub total: u32,
    pub allocated: u32,
    pub used: u32,
    pub available: u32,
    pub quarantined: u32,
    pub excess: u32,
}

impl Ledger {
    /// Keeps the pools of one reading and purges what is older than `retention_days`. Entries are never purged.
    pub async fn record_reading(
        &mut self,
        at: Instant,
        pools: &[Pool],
        retention_days: u32,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        for pool in pools {
            sqlx::query(
                "INSERT OR REPLACE INTO reading \
                 (at, license_type, total, allocated, used, available, quarantined, excess) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(at.to_string())
            .bind(pool.license_type.as_str())
            .bind(pool.total)
            .bind(pool.allocated)
            .bind(pool.used)
            .bind(pool.available)
            .bind(pool.quarantined)
            .bind(pool.excess)
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::write)?;
        }
        if let Some(oldest) = at.minus_days(retention_days) {
            sqlx::query("DELETE FROM reading WHERE at < ?")
                .bind(oldest.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(LedgerError::write)?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// The readings since an instant, oldest first.
    pub async fn readings(&mut self, since: Instant) -> Result<Vec<StoredReading>, LedgerError> {
        let rows = sqlx::query("SELECT * FROM reading WHERE at >= ? ORDER BY at, license_type")
            .bind(since.to_string())
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(LedgerError::read)
    }
}

fn read(row: &SqliteRow) -> Result<StoredReading, sqlx::Error> {
    Ok(StoredReading {
        at: row.try_get("at")?,
        license_type: row.try_get("license_type")?,
        total: row.try_get("total")?,
        allocated: row.try_get("allocated")?,
        used: row.try_get("used")?,
        available: row.try_get("available")?,
        quarantined: row.try_get("quarantined")?,
        excess: row.try_get("excess")?,
    })
}
