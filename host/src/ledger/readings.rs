//! Every reading of the pools, for charts.

use sqlx::Connection as _;
use steward_core::instant::Instant;
use steward_core::snapshot::Pool;

use super::{Ledger, LedgerError};

impl Ledger {
    /// Keeps the pools of one reading and purges what is older than `retention_days`, if there are any. Entries are never purged.
    pub async fn record_reading(
        &mut self,
        at: Instant,
        pools: &[Pool],
        retention_days: Option<u32>,
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
        if let Some(oldest) = retention_days.and_then(|days| at.minus_days(days)) {
            sqlx::query("DELETE FROM reading WHERE at < ?")
                .bind(oldest.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(LedgerError::write)?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }
}
