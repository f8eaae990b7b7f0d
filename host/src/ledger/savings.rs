//! The book of what releases save, kept beside the readings that it was made of: those are purged some day.
//!
//! It is brought up to date in the transaction of each reading, so that nothing is purged which it has not seen, and
//! nothing is taken twice after a crash.

use sqlx::{Connection as _, Sqlite, SqliteConnection, Transaction};
use steward_core::cost::savings::{NewSeat, SavingsBook, saving_events};
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::LedgerState;
use steward_core::license_type::LicenseType;
use steward_core::monitor::seat_changes::Change;

use super::costs::{cost_readings, counted_now, moved};
use super::{Ledger, LedgerError, Reading};

/// As for readings: text of one second does not sort by time. What is read twice is taken once.
const SLACK_MS: i64 = 1000;

impl Ledger {
    /// What releases of a site save, with everything that is known now. Nothing is written.
    pub async fn savings(&mut self, site: Digest) -> Result<SavingsBook, LedgerError> {
        let mut transaction = self.connection.begin().await.map_err(LedgerError::read)?;
        let mut book = stored(&mut transaction, site).await?;
        take_stored(&mut transaction, &self.state, site, &mut book).await?;
        Ok(book)
    }
}

/// Takes in a reading that was just written, and what was released before it.
pub(super) async fn take_reading(
    transaction: &mut Transaction<'_, Sqlite>,
    state: &LedgerState,
    reading: &Reading<'_>,
) -> Result<(), LedgerError> {
    if reading.counted.is_empty() {
        return Ok(());
    }
    let mut book = stored(transaction, reading.site).await?;
    let known_until = book.read_until();
    take_stored(transaction, state, reading.site, &mut book).await?;
    if let Some(until) = known_until.filter(|until| reading.at <= *until) {
        // Another program read later and was faster, or the clock was set back: whoever got a seat got it all the same.
        let seats = new_seats(reading, moved(until, 1));
        let events = saving_events(&book, state, &reading.site, &seats, &counted_now(reading, moved(until, 1)));
        book.take(events);
    }
    let text = serde_json::to_string(&book).map_err(LedgerError::Json)?;
    sqlx::query("INSERT OR REPLACE INTO savings_book (site, book) VALUES (?, ?)")
        .bind(reading.site.to_string())
        .bind(text)
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?;
    Ok(())
}

async fn stored(connection: &mut SqliteConnection, site: Digest) -> Result<SavingsBook, LedgerError> {
    let book: Option<String> = sqlx::query_scalar("SELECT book FROM savings_book WHERE site = ?")
        .bind(site.to_string())
        .fetch_optional(connection)
        .await
        .map_err(LedgerError::read)?;
    match book {
        Some(book) => serde_json::from_str(&book).map_err(LedgerError::Json),
        None => Ok(SavingsBook::default()),
    }
}

/// Takes what readings and entries say that the book has not seen.
async fn take_stored(
    connection: &mut SqliteConnection,
    state: &LedgerState,
    site: Digest,
    book: &mut SavingsBook,
) -> Result<(), LedgerError> {
    let since = book.read_until().map_or(Instant::UNIX_EPOCH, |until| moved(until, -SLACK_MS));
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT at, license_type, license_id FROM seat_change WHERE site = ? AND at >= ? AND change = ? ORDER BY at",
    )
    .bind(site.to_string())
    .bind(since.to_string())
    .bind(Change::Allocated.as_str())
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::read)?;
    let seat = |(at, kind, id): (String, String, String)| {
        let license_type = LicenseType::ALL.into_iter().find(|known| known.as_str() == kind)?;
        Some(NewSeat { at: Instant::parse(&at)?, license_type, license_id: LicenseId::new(id) })
    };
    let seats: Vec<NewSeat> = rows.into_iter().filter_map(seat).collect();
    let readings = cost_readings(connection, site, since, None).await?;
    let events = saving_events(book, state, &site, &seats, &readings);
    book.take(events);
    Ok(())
}

fn new_seats(reading: &Reading<'_>, at: Instant) -> Vec<NewSeat> {
    let changes = reading.seats.map(|seats| seats.changes.as_slice()).unwrap_or_default();
    let new = changes.iter().filter(|change| change.change == Change::Allocated);
    new.map(|change| NewSeat { at, license_type: change.seat.license_type, license_id: change.license_id.clone() })
        .collect()
}
