//! The durable memory: an append-only, hash-chained table of events in `SQLite`, and what they refer to.
//!
//! Every event goes through core's transition function before it is written, and is on the disk before this room says
//! so. Whoever acts, acts afterwards. Nothing here decides what may happen: core does, and an event that it refuses is
//! not written.

mod alerts;
mod alive;
mod backup;
mod costs;
mod erase;
mod error;
mod history;
mod lock;
mod memory;
mod message_queue;
mod messages;
mod open;
mod outbox;
mod people;
mod plans;
mod policies;
mod readings;
mod report;
mod savings;
mod verify;

pub use alive::SeenAlive;
pub use backup::{kept_file, set_aside};
pub use erase::Erased;
pub use error::LedgerError;
pub use history::PastRelease;
pub use lock::{CycleLock, DaemonLock, LockError};
pub use message_queue::{MessageQueue, Order};
pub use messages::{Addressed, KeptMessage, Settled, SinkStanding};
pub use open::{FILE_NAME, check_owner};
pub use outbox::{Outbox, SetAside, Standing, Waiting};
pub use people::{Account, fold_account};
pub use plans::StoredPlan;
pub use policies::{Comparison, Disagreement, KeptDisagreement, StoredPolicy};
pub use readings::{KeptChange, KeptReading, Reading, SeatsRead};
pub use verify::{NotedHead, Verified, verify};

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, Sqlite, SqliteConnection, Transaction};
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::ledger::{Entry, Event, Head, LedgerState, seal, verify_next};
use steward_core::monitor::points::Reporting;

/// Entries are read in portions, so that a ledger of years does not stand in memory twice.
const PORTION: i64 = 10_000;
/// Whoever looks at the latest entries looks at few.
const PAGE: i64 = 500;

/// An open ledger with the state that its entries lead to.
pub struct Ledger {
    connection: SqliteConnection,
    state: LedgerState,
    head: Head,
    /// Something failed half-way: what the state says is not what is on the disk, so nothing is written any more.
    is_broken: bool,
    /// Which events are told to `InfluxDB`.
    reporting: Reporting,
}

impl Ledger {
    pub fn state(&self) -> &LedgerState {
        &self.state
    }

    /// From now on points about events go to the outbox together with them.
    pub fn report(&mut self, reporting: Reporting) {
        self.reporting = reporting;
    }

    /// Nothing failed half-way: it can be written on.
    pub fn is_usable(&self) -> bool {
        !self.is_broken
    }

    /// Proves how long the ledger was: to be kept elsewhere, so that a truncation shows.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Writes events that follow each other, all or none, and returns when they are on the disk.
    ///
    /// What other processes wrote meanwhile is read first, in the same transaction: a pause that somebody said a
    /// moment ago refuses the release that is announced now.
    ///
    /// # Errors
    /// When an event cannot happen, or cannot be written. Then nothing may be done that the events announce.
    pub async fn append(&mut self, at: Instant, events: &[Event]) -> Result<(), LedgerError> {
        self.append_and(at, events, None).await
    }

    /// [`Ledger::append`], and a message that the events say was delivered, both or neither.
    async fn append_and(
        &mut self,
        at: Instant,
        events: &[Event],
        delivered: Option<&KeptMessage>,
    ) -> Result<(), LedgerError> {
        if self.is_broken {
            return Err(LedgerError::Broken);
        }
        // Until the transaction is through, the state may run ahead of the disk.
        self.is_broken = true;
        let written =
            write(&mut self.connection, &mut self.state, &self.reporting, self.head, at, events, delivered).await;
        match written {
            Ok(head) => self.head = head,
            Err(error) => {
                // Nothing was written: what the disk says counts.
                (self.state, self.head) = replay(&mut self.connection).await?;
                self.is_broken = false;
                return Err(error);
            }
        }
        self.is_broken = false;
        Ok(())
    }

    /// Reads what other processes wrote.
    pub async fn refresh(&mut self) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin().await.map_err(LedgerError::read)?;
        self.is_broken = true;
        self.head = catch_up(&mut transaction, &mut self.state, self.head).await?;
        self.is_broken = false;
        Ok(())
    }

    /// Closes the file, so that everything is in one piece on the disk. A ledger that is not closed is whole all the
    /// same: what is missing from the file stands in the log beside it.
    pub async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!("the ledger was not closed as it should be: {error}");
        }
    }

    /// The next portion of entries in order, for showing and exporting; empty at the end.
    pub async fn entries(&mut self, after: u64) -> Result<Vec<Entry>, LedgerError> {
        portion(&mut self.connection, after).await
    }
}

impl Ledger {
    /// Some entries before a number, the latest first; empty at the beginning.
    pub async fn entries_before(&mut self, before: u64) -> Result<Vec<Entry>, LedgerError> {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let statement = "SELECT seq, at, format, body, prev, hash FROM entry WHERE seq < ? ORDER BY seq DESC LIMIT ?";
        let rows = sqlx::query(statement).bind(before).bind(PAGE).fetch_all(&mut self.connection).await;
        rows.map_err(LedgerError::read)?.iter().map(entry).collect()
    }
}

/// One transaction: catch up with the disk, check every event, write, commit.
async fn write(
    connection: &mut SqliteConnection,
    state: &mut LedgerState,
    reporting: &Reporting,
    head: Head,
    at: Instant,
    events: &[Event],
    delivered: Option<&KeptMessage>,
) -> Result<Head, LedgerError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
    let mut head = catch_up(&mut transaction, state, head).await?;
    for event in events {
        let entry = seal(head, at, event).map_err(LedgerError::Json)?;
        head = Head { seq: entry.seq, hash: entry.hash };
        state.apply(head, at, event.clone()).map_err(LedgerError::Illegal)?;
        insert(&mut transaction, &entry).await?;
        report::enqueue(&mut transaction, reporting, state, at, event).await?;
    }
    if let Some(message) = delivered {
        messages::settle(&mut transaction, message, &Settled::Delivered, at).await?;
    }
    transaction.commit().await.map_err(LedgerError::write)?;
    Ok(head)
}

/// The state from the first entry on.
async fn replay(connection: &mut SqliteConnection) -> Result<(LedgerState, Head), LedgerError> {
    let mut state = LedgerState::default();
    let mut transaction = connection.begin().await.map_err(LedgerError::read)?;
    let head = catch_up(&mut transaction, &mut state, Head::empty()).await?;
    Ok((state, head))
}

async fn catch_up(
    transaction: &mut Transaction<'_, Sqlite>,
    state: &mut LedgerState,
    mut head: Head,
) -> Result<Head, LedgerError> {
    if !still_has(&mut *transaction, head).await? {
        tracing::warn!("the ledger was replaced by another one, reading it from its beginning");
        *state = LedgerState::default();
        head = Head::empty();
    }
    loop {
        let entries = portion(&mut *transaction, head.seq).await?;
        if entries.is_empty() {
            return Ok(head);
        }
        for entry in entries {
            let (next, event) = verify_next(head, &entry)?;
            state.apply(next, entry.at, event).map_err(LedgerError::Replay)?;
            head = next;
        }
    }
}

/// Another process may have restored a backup: then our last entry is not there any more.
async fn still_has(connection: &mut SqliteConnection, head: Head) -> Result<bool, LedgerError> {
    if head == Head::empty() {
        return Ok(true);
    }
    let found: Option<String> = sqlx::query_scalar("SELECT hash FROM entry WHERE seq = ?")
        .bind(i64::try_from(head.seq).unwrap_or(i64::MAX))
        .fetch_optional(connection)
        .await
        .map_err(LedgerError::read)?;
    Ok(found == Some(head.hash.to_string()))
}

async fn portion(connection: &mut SqliteConnection, after: u64) -> Result<Vec<Entry>, LedgerError> {
    rows(connection, after).await?.iter().map(entry).collect()
}

async fn rows(connection: &mut SqliteConnection, after: u64) -> Result<Vec<SqliteRow>, LedgerError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    sqlx::query("SELECT seq, at, format, body, prev, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?")
        .bind(after)
        .bind(PORTION)
        .fetch_all(connection)
        .await
        .map_err(LedgerError::read)
}

fn entry(row: &SqliteRow) -> Result<Entry, LedgerError> {
    let seq: i64 = row.try_get("seq").map_err(LedgerError::read)?;
    let text = |column: &str| row.try_get::<String, _>(column).map_err(LedgerError::read);
    let format: i64 = row.try_get("format").map_err(LedgerError::read)?;
    let damaged = |column: &'static str| LedgerError::Damaged { seq, column };
    let written = text("at")?;
    // In one spelling only: the hash is made of the text.
    let at = Instant::parse(&written).filter(|at| at.to_string() == written).ok_or_else(|| damaged("at"))?;
    Ok(Entry {
        seq: u64::try_from(seq).map_err(|_| damaged("seq"))?,
        at,
        format: u32::try_from(format).map_err(|_| damaged("format"))?,
        body: text("body")?,
        prev: Digest::parse(&text("prev")?).ok_or_else(|| damaged("prev"))?,
        hash: Digest::parse(&text("hash")?).ok_or_else(|| damaged("hash"))?,
    })
}

async fn insert(transaction: &mut Transaction<'_, Sqlite>, entry: &Entry) -> Result<(), LedgerError> {
    sqlx::query("INSERT INTO entry (seq, at, format, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(i64::try_from(entry.seq).unwrap_or(i64::MAX))
        .bind(entry.at.to_string())
        .bind(i64::from(entry.format))
        .bind(&entry.body)
        .bind(entry.prev.to_string())
        .bind(entry.hash.to_string())
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?;
    Ok(())
}
