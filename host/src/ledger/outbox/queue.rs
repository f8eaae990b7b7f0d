//! The other end of the outbox: whoever delivers takes the oldest points, and says what became of them.

use std::path::Path;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, SqliteConnection};
use steward_core::instant::Instant;
use steward_core::point::{Field, Tags};

use super::{NS_PER_MS, bound};
use crate::ledger::{FILE_NAME, LedgerError, open};

/// Points that were set aside and are shown at most.
const SHOWN_MAX: i64 = 10_000;

/// The points of a ledger, with a connection of their own: the ledger's is in use while seats are released.
pub struct Outbox {
    connection: SqliteConnection,
}

/// A point that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub id: i64,
    /// Nanoseconds since 1970, UTC.
    pub at_ns: i64,
    pub measurement: String,
    pub tags: Tags,
    pub fields: std::collections::BTreeMap<String, Field>,
}

/// A point that `InfluxDB` refused for good.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    pub point: Waiting,
    pub problem: String,
}

/// How much waits, and what was lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub waiting: u64,
    /// How many may wait.
    pub waiting_max: u64,
    pub oldest_at: Option<Instant>,
    pub set_aside: u64,
    /// Given up because the outbox was full, ever since the ledger was made.
    pub dropped: u64,
    /// Set aside and then pushed out by newer ones, ever since the ledger was made.
    pub forgotten: u64,
}

/// How points are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    Dropped,
    Forgotten,
}

impl Loss {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Forgotten => "forgotten",
        }
    }
}

impl Outbox {
    /// Opens the outbox of the ledger in `folder`; `None` when there is no ledger.
    ///
    /// # Errors
    /// When the file cannot be used, is somebody else's, damaged, or of a newer version.
    pub async fn open(folder: &Path) -> Result<Option<Self>, LedgerError> {
        let path = folder.join(FILE_NAME);
        open::check_owner(folder)?;
        if !path.exists() {
            return Ok(None);
        }
        let connection = open::open_file(folder, &path).await?;
        Ok(Some(Self { connection }))
    }

    /// Takes over how many points may wait; it holds for all programs that use this ledger.
    pub async fn set_points_max(&mut self, points: u32) -> Result<(), LedgerError> {
        bound::set_points_max(&mut self.connection, points).await
    }

    /// The points that wait longest, in their order.
    pub async fn oldest(&mut self, points: u32) -> Result<Vec<Waiting>, LedgerError> {
        let statement = "SELECT id, at_ns, measurement, tags, fields FROM outbox WHERE problem IS NULL \
                         ORDER BY id LIMIT ?";
        let rows = sqlx::query(statement).bind(points).fetch_all(&mut self.connection).await;
        rows.map_err(LedgerError::read)?.iter().map(waiting).collect()
    }

    /// Removes what was delivered and sets aside what was refused, with the reason.
    pub async fn settle(&mut self, delivered: &[i64], refused: &[(i64, String)]) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        // One statement for all of them: ids as a JSON list.
        let ids = serde_json::to_string(delivered).map_err(LedgerError::Json)?;
        sqlx::query("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))")
            .bind(ids)
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::write)?;
        for (id, problem) in refused {
            sqlx::query("UPDATE outbox SET problem = ? WHERE id = ?")
                .bind(problem)
                .bind(id)
                .execute(&mut *transaction)
                .await
                .map_err(LedgerError::write)?;
        }
        if !refused.is_empty() {
            bound::forget(&mut transaction).await?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// How much waits now.
    pub async fn standing(&mut self) -> Result<Standing, LedgerError> {
        let connection = &mut self.connection;
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT at_ns FROM outbox WHERE problem IS NULL ORDER BY id LIMIT 1")
                .fetch_optional(&mut *connection)
                .await
                .map_err(LedgerError::read)?;
        let all: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM outbox")
            .fetch_one(&mut *connection)
            .await
            .map_err(LedgerError::read)?;
        let waiting = bound::waiting(connection).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Ok(Standing {
            waiting: count(waiting),
            waiting_max: count(bound::points_max(connection).await?),
            oldest_at: oldest.and_then(|ns| Instant::from_millis(ns / NS_PER_MS)),
            set_aside: count(all - waiting),
            dropped: count(bound::lost(connection, Loss::Dropped).await?),
            forgotten: count(bound::lost(connection, Loss::Forgotten).await?),
        })
    }

    /// What `InfluxDB` refused, oldest first.
    pub async fn set_aside(&mut self) -> Result<Vec<SetAside>, LedgerError> {
        let statement = "SELECT id, at_ns, measurement, tags, fields, problem FROM outbox \
                         WHERE problem IS NOT NULL ORDER BY id LIMIT ?";
        let rows = sqlx::query(statement).bind(SHOWN_MAX).fetch_all(&mut self.connection).await;
        let read = |row: &SqliteRow| {
            let problem = row.try_get("problem").map_err(LedgerError::read)?;
            Ok(SetAside { point: waiting(row)?, problem })
        };
        rows.map_err(LedgerError::read)?.iter().map(read).collect()
    }

    /// Lets what was set aside wait again. Returns how many.
    pub async fn retry(&mut self) -> Result<u64, LedgerError> {
        // Points without a field cannot be delivered anywhere.
        let statement = "UPDATE outbox SET problem = NULL WHERE problem IS NOT NULL AND fields <> '{}'";
        let retried = sqlx::query(statement).execute(&mut self.connection).await;
        retried.map(|done| done.rows_affected()).map_err(LedgerError::write)
    }

    /// Removes what was set aside. Returns how many.
    pub async fn drop_set_aside(&mut self) -> Result<u64, LedgerError> {
        let dropped = sqlx::query("DELETE FROM outbox WHERE problem IS NOT NULL").execute(&mut self.connection).await;
        dropped.map(|done| done.rows_affected()).map_err(LedgerError::write)
    }

    /// Closes the file.
    pub async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!("the outbox was not closed as it should be: {error}");
        }
    }
}

fn waiting(row: &SqliteRow) -> Result<Waiting, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(LedgerError::read);
    Ok(Waiting {
        id: row.try_get("id").map_err(LedgerError::read)?,
        at_ns: row.try_get("at_ns").map_err(LedgerError::read)?,
        measurement: text("measurement")?,
        tags: serde_json::from_str(&text("tags")?).map_err(LedgerError::Json)?,
        fields: serde_json::from_str(&text("fields")?).map_err(LedgerError::Json)?,
    })
}
