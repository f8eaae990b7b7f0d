//! Reads a ledger as an outsider would, and says where its chain breaks.

use std::fmt;
use std::path::Path;

use sqlx::SqliteConnection;
use steward_core::digest::Digest;
use steward_core::ledger::{Entry, Head, LedgerState, verify_next};

use super::{LedgerError, entry, open, rows};

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

/// A head that somebody wrote down earlier; the hash alone says enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotedHead {
    seq: Option<u64>,
    hash: Digest,
}

impl NotedHead {
    /// Reads `4711:sha256:…` or `sha256:…`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match Digest::parse(text) {
            Some(hash) => Some(Self { seq: None, hash }),
            None => Head::parse(text).map(|head| Self { seq: Some(head.seq), hash: head.hash }),
        }
    }

    fn is(&self, head: Head) -> bool {
        self.hash == head.hash && self.seq.is_none_or(|seq| seq == head.seq)
    }
}

impl fmt::Display for NotedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(f, "{seq}:{}", self.hash),
            None => self.hash.fmt(f),
        }
    }
}

/// Checks every entry of the ledger in `folder`, and that `asked` is one of them: a head that was noted elsewhere.
///
/// # Errors
/// When the ledger cannot be read at all.
pub async fn verify(folder: &Path, asked: Option<NotedHead>) -> Result<Verified, LedgerError> {
    let mut connection = open::open_existing_file(folder).await?;
    let mut verified = Verified { head: Head::empty(), entries: 0, problem: None, has_asked: asked.map(|_| false) };
    let mut state = LedgerState::default();
    loop {
        let rows = rows(&mut connection, verified.head.seq).await?;
        if rows.is_empty() {
            verified.problem = stray(&mut connection, verified.head).await?;
            return Ok(verified);
        }
        for row in &rows {
            let read = match entry(row) {
                Err(LedgerError::Damaged { seq, column }) => {
                    Err(format!("column `{column}` of entry {seq} cannot be read"))
                }
                read => Ok(read?),
            };
            if let Err(problem) = read.and_then(|entry| step(&mut verified, &mut state, &entry, asked)) {
                verified.problem = Some(problem);
                return Ok(verified);
            }
        }
    }
}

fn step(
    verified: &mut Verified,
    state: &mut LedgerState,
    entry: &Entry,
    asked: Option<NotedHead>,
) -> Result<(), String> {
    let (head, event) = verify_next(verified.head, entry).map_err(|error| error.to_string())?;
    state.apply(head, entry.at, event).map_err(|error| error.to_string())?;
    verified.head = head;
    verified.entries += 1;
    if asked.is_some_and(|asked| asked.is(head)) {
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
