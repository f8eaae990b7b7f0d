//! Messages that wait for their sink, in the database that also holds what they tell of: written together with it, and
//! removed when the sink took them. A message may therefore arrive twice, with the same id, and is never lost on the way.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, Sqlite, SqliteConnection, Transaction};
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_core::settings::{self, account_name};

use super::{Ledger, LedgerError};
use crate::notify::{Content, Message};

/// For one sink. Somebody who was away for weeks wants to hear of what is, not of each thing that was.
const WAITING_MAX: i64 = 1000;
/// Refused messages that are kept to be looked at.
const REFUSED_MAX: i64 = 200;

/// A message and the name of the sink that is to take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed {
    pub sink: String,
    pub message: Message,
}

/// A message that waits, or was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptMessage {
    /// Later ones are larger.
    pub number: i64,
    pub sink: String,
    pub message: Message,
    pub attempts: u32,
    /// What the last attempt met.
    pub problem: Option<String>,
    pub is_refused: bool,
}

/// What became of the messages of one sink, ever since the ledger was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkStanding {
    pub waiting: u64,
    /// When the message that waits longest was written.
    pub oldest_waiting_at: Option<Instant>,
    /// Kept to be looked at.
    pub refused_kept: u64,
    pub delivered: u64,
    pub refused: u64,
    /// Given up unsent, because too many waited or the sink is gone.
    pub dropped: u64,
    pub last_delivered_at: Option<Instant>,
    /// What the last attempt at a message that still waits met.
    pub problem: Option<String>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    Delivered,
    /// To be tried again.
    Failed(String),
    /// Never to be tried again by itself.
    Refused(String),
    /// Nobody is there to take it any more.
    Dropped,
}

impl Ledger {
    /// Puts messages into the queue, by themselves.
    pub async fn enqueue_messages(&mut self, messages: &[Addressed]) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        enqueue(&mut transaction, messages).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// Puts messages into the queue, and notes that something regular was done, both or neither.
    pub async fn enqueue_and_mark(
        &mut self,
        messages: &[Addressed],
        mark: &str,
        at: Instant,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        enqueue(&mut transaction, messages).await?;
        super::alerts::mark(&mut transaction, mark, at).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// The names of sinks for which messages wait.
    pub async fn sinks_waited_for(&mut self) -> Result<Vec<String>, LedgerError> {
        sinks_waited_for(&mut self.connection).await
    }

    /// The message that waits longest for a sink.
    pub async fn next_message(&mut self, sink: &str) -> Result<Option<KeptMessage>, LedgerError> {
        let statement = "SELECT number, id, sink, made_at, content, attempts, problem, is_refused FROM message \
                         WHERE sink = ? AND is_refused = 0 ORDER BY number LIMIT 1";
        let row = sqlx::query(statement).bind(sink).fetch_optional(&mut self.connection).await;
        row.map_err(LedgerError::read)?.as_ref().map(kept).transpose()
    }

    /// Writes down what came of an attempt.
    pub async fn settle_message(
        &mut self,
        message: &KeptMessage,
        settled: &Settled,
        at: Instant,
    ) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        settle(&mut transaction, message, settled, at).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// Writes down that a sink took a letter, and the entry that proves it, both or neither.
    ///
    /// # Errors
    /// As [`Ledger::append`]. Then the letter waits on, and is sent again.
    pub async fn settle_letter(&mut self, letter: &KeptMessage, proof: Event, at: Instant) -> Result<(), LedgerError> {
        self.append_and(at, &[proof], Some(letter)).await
    }

    /// Messages that were refused, the oldest first.
    pub async fn refused_messages(&mut self) -> Result<Vec<KeptMessage>, LedgerError> {
        let statement = "SELECT number, id, sink, made_at, content, attempts, problem, is_refused FROM message \
                         WHERE is_refused = 1 ORDER BY number";
        let rows = sqlx::query(statement).fetch_all(&mut self.connection).await;
        rows.map_err(LedgerError::read)?.iter().map(kept).collect()
    }

    /// Messages that wait, the oldest first.
    pub async fn waiting_messages(&mut self) -> Result<Vec<KeptMessage>, LedgerError> {
        let statement = "SELECT number, id, sink, made_at, content, attempts, problem, is_refused FROM message \
                         WHERE is_refused = 0 ORDER BY number";
        let rows = sqlx::query(statement).fetch_all(&mut self.connection).await;
        rows.map_err(LedgerError::read)?.iter().map(kept).collect()
    }

    /// Lets refused messages wait again. Returns how many.
    pub async fn retry_refused(&mut self) -> Result<u64, LedgerError> {
        let statement = "UPDATE message SET is_refused = 0, attempts = 0 WHERE is_refused = 1";
        let done = sqlx::query(statement).execute(&mut self.connection).await.map_err(LedgerError::write)?;
        Ok(done.rows_affected())
    }

    /// Removes refused messages. Returns how many.
    pub async fn forget_refused(&mut self) -> Result<u64, LedgerError> {
        let done = sqlx::query("DELETE FROM message WHERE is_refused = 1").execute(&mut self.connection).await;
        Ok(done.map_err(LedgerError::write)?.rows_affected())
    }

    /// How all sinks stand, by name.
    pub async fn sink_standings(&mut self) -> Result<BTreeMap<String, SinkStanding>, LedgerError> {
        standings(&mut self.connection).await
    }
}

const DELIVERED: &str = "delivered";
const REFUSED: &str = "refused";
pub(super) const DROPPED: &str = "dropped";

pub(super) async fn sinks_waited_for(connection: &mut SqliteConnection) -> Result<Vec<String>, LedgerError> {
    let statement = "SELECT DISTINCT sink FROM message WHERE is_refused = 0 ORDER BY sink";
    sqlx::query_scalar(statement).fetch_all(connection).await.map_err(LedgerError::read)
}

pub(super) async fn standings(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<String, SinkStanding>, LedgerError> {
    let mut found: BTreeMap<String, SinkStanding> = BTreeMap::new();
    let counted: Vec<(String, String, i64, String)> =
        sqlx::query_as("SELECT sink, what, messages, last_at FROM sink_count")
            .fetch_all(&mut *connection)
            .await
            .map_err(LedgerError::read)?;
    for (sink, what, messages, last_at) in counted {
        let standing = found.entry(sink).or_default();
        let messages = u64::try_from(messages).unwrap_or(0);
        match what.as_str() {
            DELIVERED => {
                standing.delivered = messages;
                standing.last_delivered_at = Instant::parse(&last_at);
            }
            REFUSED => standing.refused = messages,
            _ => standing.dropped = messages,
        }
    }
    let kept: Vec<(String, bool, i64, Option<String>, String)> = sqlx::query_as(
        "SELECT sink, is_refused, COUNT(*), MAX(problem), MIN(made_at) FROM message GROUP BY sink, is_refused",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::read)?;
    for (sink, is_refused, messages, problem, oldest_at) in kept {
        let standing = found.entry(sink).or_default();
        let messages = u64::try_from(messages).unwrap_or(0);
        if is_refused {
            standing.refused_kept = messages;
        } else {
            standing.waiting = messages;
            standing.problem = problem;
            standing.oldest_waiting_at = Instant::parse(&oldest_at);
        }
    }
    Ok(found)
}

/// Puts messages into the queue, together with whatever else the transaction writes. One that is there already stays one.
pub(super) async fn enqueue(
    transaction: &mut Transaction<'_, Sqlite>,
    messages: &[Addressed],
) -> Result<(), LedgerError> {
    for Addressed { sink, message } in messages {
        let content = serde_json::to_string(&message.content).map_err(LedgerError::Json)?;
        sqlx::query("INSERT OR IGNORE INTO message (id, sink, made_at, content) VALUES (?, ?, ?, ?)")
            .bind(&message.id)
            .bind(sink)
            .bind(message.at.to_string())
            .bind(content)
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
        give_up_oldest(transaction, sink, message.at).await?;
    }
    Ok(())
}

/// Keeps to the bound of a sink: the oldest go first.
async fn give_up_oldest(transaction: &mut Transaction<'_, Sqlite>, sink: &str, at: Instant) -> Result<(), LedgerError> {
    let statement = "DELETE FROM message WHERE is_refused = 0 AND sink = ? AND number NOT IN \
                     (SELECT number FROM message WHERE is_refused = 0 AND sink = ? ORDER BY number DESC LIMIT ?)";
    let done = sqlx::query(statement).bind(sink).bind(sink).bind(WAITING_MAX).execute(&mut **transaction).await;
    let given_up = done.map_err(LedgerError::write)?.rows_affected();
    if given_up > 0 {
        tracing::error!("{given_up} messages for {sink} were given up, because more than {WAITING_MAX} wait for it");
        count(transaction, sink, DROPPED, given_up, at).await?;
    }
    Ok(())
}

pub(super) async fn settle(
    transaction: &mut Transaction<'_, Sqlite>,
    message: &KeptMessage,
    settled: &Settled,
    at: Instant,
) -> Result<(), LedgerError> {
    match settled {
        Settled::Delivered | Settled::Dropped => {
            let done = sqlx::query("DELETE FROM message WHERE number = ?").bind(message.number);
            done.execute(&mut **transaction).await.map_err(LedgerError::write)?;
            let what = if *settled == Settled::Delivered { DELIVERED } else { DROPPED };
            count(transaction, &message.sink, what, 1, at).await
        }
        Settled::Failed(problem) => {
            let statement = "UPDATE message SET attempts = attempts + 1, problem = ? WHERE number = ?";
            let done = sqlx::query(statement).bind(problem).bind(message.number);
            done.execute(&mut **transaction).await.map_err(LedgerError::write).map(drop)
        }
        Settled::Refused(problem) => {
            let statement = "UPDATE message SET attempts = attempts + 1, problem = ?, is_refused = 1 WHERE number = ?";
            let done = sqlx::query(statement).bind(problem).bind(message.number);
            done.execute(&mut **transaction).await.map_err(LedgerError::write)?;
            let statement = "DELETE FROM message WHERE is_refused = 1 AND number NOT IN \
                             (SELECT number FROM message WHERE is_refused = 1 ORDER BY number DESC LIMIT ?)";
            let done = sqlx::query(statement).bind(REFUSED_MAX);
            done.execute(&mut **transaction).await.map_err(LedgerError::write)?;
            count(transaction, &message.sink, REFUSED, 1, at).await
        }
    }
}

pub(super) async fn count(
    connection: &mut SqliteConnection,
    sink: &str,
    what: &str,
    messages: u64,
    at: Instant,
) -> Result<(), LedgerError> {
    sqlx::query(
        "INSERT INTO sink_count (sink, what, messages, last_at) VALUES (?, ?, ?, ?) \
         ON CONFLICT (sink, what) DO UPDATE SET messages = messages + excluded.messages, last_at = excluded.last_at",
    )
    .bind(sink)
    .bind(what)
    .bind(i64::try_from(messages).unwrap_or(i64::MAX))
    .bind(at.to_string())
    .execute(connection)
    .await
    .map_err(LedgerError::write)?;
    Ok(())
}

pub(super) fn kept(row: &SqliteRow) -> Result<KeptMessage, LedgerError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(LedgerError::read);
    let made_at = text("made_at")?;
    let attempts: i64 = row.try_get("attempts").map_err(LedgerError::read)?;
    Ok(KeptMessage {
        number: row.try_get("number").map_err(LedgerError::read)?,
        sink: text("sink")?,
        message: Message {
            id: text("id")?,
            at: Instant::parse(&made_at).unwrap_or(Instant::UNIX_EPOCH),
            content: serde_json::from_str(&text("content")?).map_err(LedgerError::Json)?,
        },
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        problem: row.try_get("problem").map_err(LedgerError::read)?,
        is_refused: row.try_get("is_refused").map_err(LedgerError::read)?,
    })
}

impl Ledger {
    /// Takes a person out of what waits to be said and was said: letters about the person are not sent any more, and the
    /// account is replaced wherever a text names it. Returns whether anything was found.
    pub(super) async fn erase_from_messages(
        &mut self,
        account: &settings::Account,
        replacement: &str,
    ) -> Result<bool, LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        let mut is_found = false;
        let rows: Vec<(i64, String)> = sqlx::query_as("SELECT number, content FROM message")
            .fetch_all(&mut *transaction)
            .await
            .map_err(LedgerError::read)?;
        for (number, content) in rows {
            let about_person = match serde_json::from_str(&content).map_err(LedgerError::Json)? {
                Content::Letter(letter) => letter.seats.iter().any(|seat| is_same(&seat.account, account)),
                _ => false,
            };
            if about_person {
                is_found = true;
                let done = sqlx::query("DELETE FROM message WHERE number = ?").bind(number);
                done.execute(&mut *transaction).await.map_err(LedgerError::write)?;
            } else if let Some(text) = without(&content, account, replacement)? {
                is_found = true;
                let done = sqlx::query("UPDATE message SET content = ? WHERE number = ?").bind(text).bind(number);
                done.execute(&mut *transaction).await.map_err(LedgerError::write)?;
            }
        }
        let states: Vec<(String, String)> = sqlx::query_as("SELECT site, state FROM alert_state")
            .fetch_all(&mut *transaction)
            .await
            .map_err(LedgerError::read)?;
        for (site, state) in states {
            if let Some(text) = without(&state, account, replacement)? {
                is_found = true;
                let done = sqlx::query("UPDATE alert_state SET state = ? WHERE site = ?").bind(text).bind(site);
                done.execute(&mut *transaction).await.map_err(LedgerError::write)?;
            }
        }
        transaction.commit().await.map_err(LedgerError::write)?;
        Ok(is_found)
    }
}

fn is_same(one: &settings::Account, other: &settings::Account) -> bool {
    super::fold_account(&one.user_dir, &one.user_id) == super::fold_account(&other.user_dir, &other.user_id)
}

/// The JSON without the name of an account, in whatever case; `None` when it was not there.
fn without(json: &str, account: &settings::Account, replacement: &str) -> Result<Option<String>, LedgerError> {
    let name = account_name(&account.user_dir, &account.user_id);
    // As it stands inside of a JSON text.
    let written = serde_json::to_string(&name).map_err(LedgerError::Json)?;
    let written = written.trim_matches('"').to_lowercase();
    let lower = json.to_lowercase();
    // Letters whose lower case is longer would shift the places; such a text is searched as it is.
    let (haystack, needle) =
        if lower.len() == json.len() { (lower, written) } else { (json.to_owned(), written.clone()) };
    if needle.is_empty() || !haystack.contains(&needle) {
        return Ok(None);
    }
    let mut text = String::with_capacity(json.len());
    let mut from = 0;
    for (at, found) in haystack.match_indices(&needle) {
        text.push_str(json.get(from..at).unwrap_or_default());
        text.push_str(replacement);
        from = at + found.len();
    }
    text.push_str(json.get(from..).unwrap_or_default());
    Ok(Some(text))
}
