//! What administrators were told, and who wants to hear nothing of what: beside the entries, because it is forgotten some
//! day.

use sqlx::{Connection as _, SqliteConnection};
use steward_core::alert::{AlertState, Silence};
use steward_core::digest::Digest;
use steward_core::instant::Instant;

use super::messages::{self, Addressed};
use super::{Ledger, LedgerError};

/// A silence that ended is kept for a while, so that the history can name it.
const SILENCES_KEPT_DAYS: u32 = 90;

impl Ledger {
    /// What was said about a site until now.
    ///
    /// # Errors
    /// When it cannot be read. A state of another version begins anew, with a line in the log: an alert too many is better
    /// than a daemon that says nothing.
    pub async fn alert_state(&mut self, site: Digest) -> Result<AlertState, LedgerError> {
        let kept: Option<String> = sqlx::query_scalar("SELECT state FROM alert_state WHERE site = ?")
            .bind(site.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let Some(kept) = kept else { return Ok(AlertState::default()) };
        Ok(serde_json::from_str(&kept).unwrap_or_else(|error| {
            tracing::warn!("what was said about alerts cannot be read, so it begins anew: {error}");
            AlertState::default()
        }))
    }

    /// Keeps what was said, and the messages that say it, both or neither.
    pub async fn keep_alerts(
        &mut self,
        site: Digest,
        state: &AlertState,
        messages: &[Addressed],
        marks: &[(&str, Instant)],
    ) -> Result<(), LedgerError> {
        let text = serde_json::to_string(state).map_err(LedgerError::Json)?;
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        sqlx::query("INSERT OR REPLACE INTO alert_state (site, state) VALUES (?, ?)")
            .bind(site.to_string())
            .bind(text)
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::write)?;
        messages::enqueue(&mut transaction, messages).await?;
        for (name, at) in marks {
            mark(&mut transaction, name, *at).await?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// All silences that are kept, those that end first before the others.
    pub async fn silences(&mut self) -> Result<Vec<Silence>, LedgerError> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT body FROM silence ORDER BY until_at, id")
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        rows.iter().map(|body| serde_json::from_str(body).map_err(LedgerError::Json)).collect()
    }

    /// Adds a silence, or replaces the one of the same id.
    pub async fn put_silence(&mut self, silence: &Silence) -> Result<(), LedgerError> {
        let body = serde_json::to_string(silence).map_err(LedgerError::Json)?;
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        if let Some(oldest) = silence.from.minus_days(SILENCES_KEPT_DAYS) {
            let purged = sqlx::query("DELETE FROM silence WHERE until_at < ?").bind(oldest.to_string());
            purged.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        }
        sqlx::query("INSERT OR REPLACE INTO silence (id, until_at, body) VALUES (?, ?, ?)")
            .bind(&silence.id)
            .bind(silence.until.to_string())
            .bind(body)
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::write)?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// When something regular was done last.
    pub async fn marked_at(&mut self, name: &str) -> Result<Option<Instant>, LedgerError> {
        let at: Option<String> = sqlx::query_scalar("SELECT at FROM mark WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok(at.and_then(|at| Instant::parse(&at)))
    }

    /// Notes that something regular was done.
    pub async fn set_mark(&mut self, name: &str, at: Instant) -> Result<(), LedgerError> {
        mark(&mut self.connection, name, at).await
    }

    /// Notes that something regular was not done, and begins anew some day.
    pub async fn clear_mark(&mut self, name: &str) -> Result<(), LedgerError> {
        let cleared = sqlx::query("DELETE FROM mark WHERE name = ?").bind(name).execute(&mut self.connection).await;
        cleared.map_err(LedgerError::write).map(drop)
    }
}

pub(super) async fn mark(connection: &mut SqliteConnection, name: &str, at: Instant) -> Result<(), LedgerError> {
    let marked = sqlx::query("INSERT OR REPLACE INTO mark (name, at) VALUES (?, ?)").bind(name).bind(at.to_string());
    marked.execute(connection).await.map_err(LedgerError::write).map(drop)
}
