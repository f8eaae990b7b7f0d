//! A person who is forgotten leaves the outbox too: points that name them keep what they count, under a pseudonym.

use sqlx::{Connection as _, SqliteConnection};
use steward_core::point::Tags;
use steward_core::settings::Account;

use crate::ledger::{LedgerError, fold_account};

/// The tag that names a person.
const USER: &str = "user";
/// In place of an answer of `InfluxDB`, which may quote the point.
const REFUSED: &str = "refused; the reason was removed with the name of a person";
/// Read in portions, so that a full outbox does not stand in memory.
const PORTION: i64 = 1000;

/// Puts `replacement` in the place of a person. Returns the number of points.
pub(in crate::ledger) async fn erase(
    connection: &mut SqliteConnection,
    account: &Account,
    replacement: &str,
) -> Result<usize, LedgerError> {
    let name = fold_account(&account.user_dir, &account.user_id);
    let is_meant =
        |user: &str| user.split_once('\\').is_some_and(|(directory, id)| fold_account(directory, id) == name);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
    let mut erased = 0;
    let mut after = 0_i64;
    loop {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, tags FROM outbox WHERE id > ? AND json_extract(tags, '$.user') IS NOT NULL ORDER BY id LIMIT ?",
        )
        .bind(after)
        .bind(PORTION)
        .fetch_all(&mut *transaction)
        .await
        .map_err(LedgerError::read)?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (id, tags) in &rows {
            let mut tags: Tags = serde_json::from_str(tags).map_err(LedgerError::Json)?;
            if !tags.get(USER).is_some_and(|user| is_meant(user)) {
                continue;
            }
            tags.insert(USER.to_owned(), replacement.to_owned());
            // Two spellings of the person at one instant become one point, as in InfluxDB.
            sqlx::query("UPDATE OR REPLACE outbox SET tags = ?, problem = iif(problem IS NULL, NULL, ?) WHERE id = ?")
                .bind(serde_json::to_string(&tags).map_err(LedgerError::Json)?)
                .bind(REFUSED)
                .bind(id)
                .execute(&mut *transaction)
                .await
                .map_err(LedgerError::write)?;
            erased += 1;
        }
    }
    transaction.commit().await.map_err(LedgerError::write)?;
    Ok(erased)
}
