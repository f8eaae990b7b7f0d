//! Points on their way to `InfluxDB`, written together with the event that they report.

use sqlx::{Sqlite, Transaction};
use steward_core::point::Point;

use super::LedgerError;

const NS_PER_MS: i64 = 1_000_000;
/// Points of one series within one millisecond that are kept apart; more of them are one point, as in `InfluxDB`.
const SAME_MILLISECOND_MAX: i64 = 1000;

/// Adds points to the outbox, in the transaction of the event.
pub(super) async fn enqueue(transaction: &mut Transaction<'_, Sqlite>, points: &[Point]) -> Result<(), LedgerError> {
    for point in points {
        let tags = serde_json::to_string(&point.tags).map_err(LedgerError::Json)?;
        let fields = serde_json::to_string(&point.fields).map_err(LedgerError::Json)?;
        let first = point.at.millis().saturating_mul(NS_PER_MS);
        for at_ns in first..first.saturating_add(SAME_MILLISECOND_MAX) {
            let written = sqlx::query(
                "INSERT INTO outbox (at_ns, measurement, tags, fields) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (measurement, tags, at_ns) DO NOTHING",
            )
            .bind(at_ns)
            .bind(&point.measurement)
            .bind(&tags)
            .bind(&fields)
            .execute(&mut **transaction)
            .await
            .map_err(LedgerError::write)?;
            if written.rows_affected() == 1 {
                break;
            }
        }
    }
    Ok(())
}
