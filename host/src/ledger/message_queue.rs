//! The other end of the queue of messages: whoever delivers takes the next one, and says what became of it.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::{Connection as _, SqliteConnection};
use steward_core::instant::Instant;

use super::messages::{self, DROPPED, KeptMessage, Settled, SinkStanding};
use super::{FILE_NAME, LedgerError, open};

/// The messages of a ledger, with a connection of their own: the ledger's is in use while seats are released.
pub struct MessageQueue {
    connection: SqliteConnection,
}

/// Which message of a sink comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they were written: what fires is told before it is resolved.
    Written,
    /// Those that were tried least often first, so that one that cannot be delivered holds up no other.
    FewestAttempts,
}

impl MessageQueue {
    /// Opens the queue of the ledger in `folder`; `None` when there is no ledger.
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

    /// The names of sinks for which messages wait.
    pub async fn sinks(&mut self) -> Result<Vec<String>, LedgerError> {
        messages::sinks_waited_for(&mut self.connection).await
    }

    /// The next message for a sink.
    pub async fn next(&mut self, sink: &str, order: Order) -> Result<Option<KeptMessage>, LedgerError> {
        let statement = match order {
            Order::Written => {
                "SELECT number, id, sink, made_at, content, attempts, problem, is_refused FROM message \
                 WHERE sink = ? AND is_refused = 0 ORDER BY number LIMIT 1"
            }
            Order::FewestAttempts => {
                "SELECT number, id, sink, made_at, content, attempts, problem, is_refused FROM message \
                 WHERE sink = ? AND is_refused = 0 ORDER BY attempts, number LIMIT 1"
            }
        };
        let row = sqlx::query(statement).bind(sink).fetch_optional(&mut self.connection).await;
        row.map_err(LedgerError::read)?.as_ref().map(messages::kept).transpose()
    }

    /// Writes down what came of an attempt.
    pub async fn settle(&mut self, message: &KeptMessage, settled: &Settled, at: Instant) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        messages::settle(&mut transaction, message, settled, at).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// Removes all that waits for a sink that is gone. Returns how many messages that were.
    pub async fn drop_all(&mut self, sink: &str, at: Instant) -> Result<u64, LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        let done = sqlx::query("DELETE FROM message WHERE is_refused = 0 AND sink = ?").bind(sink);
        let dropped = done.execute(&mut *transaction).await.map_err(LedgerError::write)?.rows_affected();
        messages::count(&mut transaction, sink, DROPPED, dropped, at).await?;
        transaction.commit().await.map_err(LedgerError::write)?;
        Ok(dropped)
    }

    /// How all sinks stand, by name.
    pub async fn standings(&mut self) -> Result<BTreeMap<String, SinkStanding>, LedgerError> {
        messages::standings(&mut self.connection).await
    }

    /// Closes the file, so that everything is in one piece on the disk.
    pub async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!("the queue of messages was not closed as it should be: {error}");
        }
    }
}
