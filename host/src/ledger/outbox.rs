//! Points on their way to `InfluxDB`, written together with the event that they report.
//!
//! What is written here is bounded here, in the same transaction: no program that writes points can let the database
//! grow without end, whether or not anybody delivers them. Delivering is not done here.

mod bound;
mod persons;
mod queue;

use std::collections::BTreeMap;

use sqlx::{Connection as _, Sqlite, Transaction};
use steward_core::point::{Field, Point};

pub(super) use persons::erase as erase_person;
pub use queue::{Loss, Outbox, SetAside, Standing, Waiting};

use super::{Ledger, LedgerError};

const NS_PER_MS: i64 = 1_000_000;
/// Points of one series within one millisecond that are kept apart; more of them are one point, as in `InfluxDB`.
const SAME_MILLISECOND_MAX: i64 = 1000;
/// Size of a point's tags and fields. `InfluxDB` takes 64 KiB of tags; a point of ours has less than one.
const POINT_BYTES_MAX: usize = 64 * 1024;
/// What is said of a point that had only fields which are no numbers.
const NO_FIELD: &str = "no field of it is a number, a text or a boolean";

impl Ledger {
    /// Takes over how many points may wait; it holds for all programs that use this ledger. When it cannot be written
    /// down, as on a read-only medium, the bound before it goes on holding.
    pub async fn bound_outbox(&mut self, points_max: u32) {
        if let Err(error) = bound::set_points_max(&mut self.connection, points_max).await {
            tracing::warn!("`steward.influxDb.outboxMaxPoints` has no effect: {error}");
        }
    }
}

impl Ledger {
    /// Puts points into the outbox that tell of no event.
    pub async fn enqueue_points(&mut self, points: &[Point]) -> Result<(), LedgerError> {
        if points.is_empty() {
            return Ok(());
        }
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        enqueue(&mut transaction, points).await?;
        transaction.commit().await.map_err(LedgerError::write)
    }
}

/// Adds points to the outbox, in the transaction of the event. Above its bound the oldest readings are given up.
pub(super) async fn enqueue(transaction: &mut Transaction<'_, Sqlite>, points: &[Point]) -> Result<(), LedgerError> {
    if points.is_empty() {
        return Ok(());
    }
    let before = bound::waiting(transaction).await?;
    for point in points {
        let tags = serde_json::to_string(&point.tags).map_err(LedgerError::Json)?;
        let fields = finite(point);
        let problem = fields.is_empty().then_some(NO_FIELD);
        let fields = serde_json::to_string(&fields).map_err(LedgerError::Json)?;
        if tags.len() + fields.len() > POINT_BYTES_MAX {
            let measurement = &point.measurement;
            tracing::error!("a point of `{measurement}` is larger than {POINT_BYTES_MAX} bytes and is given up");
            bound::count_loss(transaction, Loss::Dropped, 1).await?;
            continue;
        }
        insert(transaction, point, &tags, &fields, problem).await?;
    }
    bound::enforce(transaction, before).await
}

async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    point: &Point,
    tags: &str,
    fields: &str,
    problem: Option<&str>,
) -> Result<(), LedgerError> {
    let first = point.at.millis().saturating_mul(NS_PER_MS);
    for at_ns in first..first.saturating_add(SAME_MILLISECOND_MAX) {
        let written = sqlx::query(
            "INSERT INTO outbox (at_ns, measurement, tags, fields, problem) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (measurement, tags, at_ns) DO NOTHING",
        )
        .bind(at_ns)
        .bind(&point.measurement)
        .bind(tags)
        .bind(fields)
        .bind(problem)
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?;
        if written.rows_affected() == 1 {
            break;
        }
    }
    Ok(())
}

/// Neither JSON nor `InfluxDB` has a word for a number that is none, or is infinite.
fn finite(point: &Point) -> BTreeMap<&str, &Field> {
    let is_finite = |field: &Field| !matches!(field, Field::Float(number) if !number.is_finite());
    point.fields.iter().filter(|(_, field)| is_finite(field)).map(|(name, field)| (name.as_str(), field)).collect()
}
