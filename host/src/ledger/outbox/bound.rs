//! How many points may wait, what is given up above that, and the counts of it.
//!
//! The oldest readings go first: one of many samples of a chart is worth less than the one line that says whose seat was
//! taken, and the newest samples are those that somebody looks at when `InfluxDB` is back.

use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction};

use super::queue::Loss;
use crate::ledger::LedgerError;

/// As the setting's default, until somebody has said otherwise.
const POINTS_MAX: i64 = 100_000;
/// Points that `InfluxDB` refused and that are kept for a look. They have all the same few reasons.
const SET_ASIDE_MAX: i64 = 10_000;
/// Shares of the bound, in per cent, at which a warning is due: a long time before anything is lost.
const WARNINGS: [i64; 2] = [50, 80];
/// What each single point of which tells something that no later one tells again.
const EVENTS: [&str; 2] = ["qlik_sense_license_release", "steward_run"];

/// Points that wait now.
pub(super) async fn waiting(connection: &mut SqliteConnection) -> Result<i64, LedgerError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE problem IS NULL");
    count.fetch_one(connection).await.map_err(LedgerError::read)
}

/// How many may.
pub(super) async fn points_max(connection: &mut SqliteConnection) -> Result<i64, LedgerError> {
    let points: Option<i64> = sqlx::query_scalar("SELECT points FROM outbox_bound WHERE id = 1")
        .fetch_optional(connection)
        .await
        .map_err(LedgerError::read)?;
    Ok(points.unwrap_or(POINTS_MAX))
}

/// Takes the bound of the settings over.
pub(super) async fn set_points_max(connection: &mut SqliteConnection, points: u32) -> Result<(), LedgerError> {
    if points_max(connection).await? == i64::from(points) {
        return Ok(());
    }
    let statement = "INSERT OR REPLACE INTO outbox_bound (id, points) VALUES (1, ?)";
    sqlx::query(statement).bind(i64::from(points)).execute(connection).await.map_err(LedgerError::write)?;
    Ok(())
}

/// Warns when more wait than `before`, and gives up what is too much.
pub(super) async fn enforce(transaction: &mut Transaction<'_, Sqlite>, before: i64) -> Result<(), LedgerError> {
    let max = points_max(transaction).await?;
    let now = waiting(transaction).await?;
    let crossed = WARNINGS.into_iter().rev().find(|share| before * 100 < max * share && now * 100 >= max * share);
    if let Some(share) = crossed {
        tracing::warn!(
            "{now} points wait for InfluxDB, {share} per cent of what may wait; above {max} the oldest are given up: \
             `steward check` says why InfluxDB does not take them"
        );
    }
    if now > max {
        give_up(transaction, now - max).await?;
        tracing::error!(
            "the outbox is full: {} of the oldest points for InfluxDB were given up; `steward check` says why InfluxDB \
             does not take them, and `steward.influxDb.outboxMaxPoints` how many may wait",
            now - max
        );
    }
    forget(transaction).await
}

async fn give_up(transaction: &mut Transaction<'_, Sqlite>, points: i64) -> Result<(), LedgerError> {
    let readings = "DELETE FROM outbox WHERE id IN \
                    (SELECT id FROM outbox WHERE problem IS NULL AND measurement NOT IN (?, ?) ORDER BY id LIMIT ?)";
    let [release, run] = EVENTS;
    let deleted = sqlx::query(readings)
        .bind(release)
        .bind(run)
        .bind(points)
        .execute(&mut **transaction)
        .await
        .map_err(LedgerError::write)?
        .rows_affected();
    let left = points - i64::try_from(deleted).unwrap_or(points);
    if left > 0 {
        let oldest = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE problem IS NULL ORDER BY id LIMIT ?)";
        sqlx::query(oldest).bind(left).execute(&mut **transaction).await.map_err(LedgerError::write)?;
    }
    count_loss(transaction, Loss::Dropped, points).await
}

/// Keeps the newest of those that were set aside.
pub(super) async fn forget(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), LedgerError> {
    let older = "DELETE FROM outbox WHERE id IN \
                 (SELECT id FROM outbox WHERE problem IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?)";
    let deleted =
        sqlx::query(older).bind(SET_ASIDE_MAX).execute(&mut **transaction).await.map_err(LedgerError::write)?;
    let deleted = i64::try_from(deleted.rows_affected()).unwrap_or(i64::MAX);
    if deleted > 0 {
        tracing::error!(
            "more than {SET_ASIDE_MAX} points that InfluxDB refused were set aside: the {deleted} oldest are forgotten"
        );
        count_loss(transaction, Loss::Forgotten, deleted).await?;
    }
    Ok(())
}

pub(super) async fn count_loss(
    transaction: &mut Transaction<'_, Sqlite>,
    loss: Loss,
    points: i64,
) -> Result<(), LedgerError> {
    let statement = "INSERT INTO outbox_loss (kind, points) VALUES (?, ?) \
                     ON CONFLICT (kind) DO UPDATE SET points = points + excluded.points";
    let counted = sqlx::query(statement).bind(loss.as_str()).bind(points).execute(&mut **transaction).await;
    counted.map(|_| ()).map_err(LedgerError::write)
}

/// Points lost so far.
pub(super) async fn lost(connection: &mut SqliteConnection, loss: Loss) -> Result<i64, LedgerError> {
    let row = sqlx::query("SELECT points FROM outbox_loss WHERE kind = ?").bind(loss.as_str());
    let row = row.fetch_optional(connection).await.map_err(LedgerError::read)?;
    row.map_or(Ok(0), |row| row.try_get("points").map_err(LedgerError::read))
}
