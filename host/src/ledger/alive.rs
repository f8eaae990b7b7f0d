//! The daemon's sign of life, for `steward status`. Writing it also shows whether the disk takes anything.

use sqlx::Row as _;
use steward_core::instant::Instant;

use super::{Ledger, LedgerError};

/// What the daemon said last.
#[derive(Debug, Clone)]
pub struct SeenAlive {
    pub at: Instant,
    /// JSON: what `steward status` shows of the daemon.
    pub told: String,
}

impl Ledger {
    /// Writes that the daemon is alive, and what it has to say.
    pub async fn seen_alive(&mut self, at: Instant, told: &str) -> Result<(), LedgerError> {
        sqlx::query("INSERT OR REPLACE INTO daemon (id, at, told) VALUES (1, ?, ?)")
            .bind(at.to_string())
            .bind(told)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(())
    }

    /// When a daemon wrote last; `None` when none ever did.
    pub async fn last_seen_alive(&mut self) -> Result<Option<SeenAlive>, LedgerError> {
        let row = sqlx::query("SELECT at, told FROM daemon WHERE id = 1")
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let Some(row) = row else { return Ok(None) };
        let at: String = row.try_get("at").map_err(LedgerError::read)?;
        let told = row.try_get("told").map_err(LedgerError::read)?;
        Ok(Instant::parse(&at).map(|at| SeenAlive { at, told }))
    }
}
