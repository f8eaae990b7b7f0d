//! Reads a ledger as an outsider would, and says where its chain breaks.

use std::path::Path;

use sqlx::SqliteConnection;
use steward_core::ledger::{Entry, Head, LedgerState, verify_next};

use super::{LedgerError, open, portion};

/// What a look at the chain found.
#[derive(Debug)]
pub struct Verified {
    /// The last entry that is sound.
    pub head: Head,
    pub entries: u64,
    /// Why the next one is not; `None` when all are.
    pub problem: Option<String>,
    /// The entry that was asked for is there, or not; `None` when none was asked for.
    pub has_asked: Option<bool>,
}

/// Checks every entry of the ledger in `folder`, and that `asked` is one of them: a head that was noted elsewhere.
///
/// # Errors
/// When the ledger cannot be read at all.
pub async fn verify(folder: &Path, asked: Option<Head>) -> Result<Verified, LedgerError> {
    let mut connection = open::open_existing_file(folder).await?;
    let mut verified = Verified { head: Head::empty(), entries: 0, problem: None, has_asked: asked.map(|_| false) };
    let mut state = LedgerState::default();
    loop {
        let entries = match portion(&mut connection, verified.head.seq).await {
            Ok(entries) => entries,
            Err(LedgerError::Damaged { seq, column }) => {
                verified.problem = Some(format!("column `{column}` of entry {seq} cannot be read"));
                return Ok(verified);
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            verified.problem = stray(&mut connection, verified.head).await?;
            return Ok(verified);
        }
        for entry in entries {
            if let Err(problem) = step(&mut verified, &mut state, &entry, asked) {
                verified.problem = Some(problem);
                return Ok(verified);
            }
        }
    }
}

fn step(verified: &mut Verified, state: &mut LedgerState, entry: &Entry, asked: Option<Head>) -> Result<(), String> {
    let (head, event) = verify_next(verified.head, entry).map_err(|error| error.to_string())?;
    state.apply(head, entry.at, event).map_err(|error| error.to_string())?;
    verified.head = head;
    verified.entries += 1;
    if asked == Some(head) {
        verified.has_asked = Some(true);
    }
    Ok(())
}

/// Entries are counted from 1; whatever has another number was put in.
async fn stray(connection: &mut SqliteConnection, head: Head) -> Result<Option<String>, LedgerError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM entry").fetch_one(connection).await.map_err(LedgerError::read)?;
    let expected = i64::try_from(head.seq).unwrap_or(i64::MAX);
    Ok((count != expected).then(|| format!("the table has {count} entries, the chain has {expected}")))
}
