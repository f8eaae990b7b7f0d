//! The hash chain: every entry carries the digest of the one before it.
//!
//! An outsider can check it with a SHA-256 and the five columns of the table: see ARCHITECTURE.md.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::event::{Event, FORMAT};
use crate::digest::Digest;
use crate::instant::Instant;

/// One line of the ledger, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Counted from 1, without gaps.
    pub seq: u64,
    pub at: Instant,
    pub format: u32,
    /// The event as JSON, exactly these bytes.
    pub body: String,
    /// The hash of the entry before.
    pub prev: Digest,
    pub hash: Digest,
}

/// The last entry: where the chain goes on, and what proves that nothing was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: Digest,
}

impl Head {
    /// The head of an empty ledger: what the first entry names as its predecessor, and no entry has as its hash.
    pub fn empty() -> Self {
        Self { seq: 0, hash: Digest::zero() }
    }

    /// Reads what is printed: `4711:sha256:…`.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, hash) = text.trim().split_once(':')?;
        Some(Self { seq: seq.parse().ok()?, hash: Digest::parse(hash)? })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChainError {
    #[error("entry {expected} is missing, entry {found} follows")]
    Gap { expected: u64, found: u64 },
    #[error("entry {seq} does not follow the entry before it: an entry was changed, removed or put in")]
    Broken { seq: u64 },
    #[error("entry {seq} was changed: its hash does not belong to its contents")]
    Changed { seq: u64 },
    #[error("entry {seq} has format {format}, this version of Steward reads format {FORMAT}: use the newer version")]
    Format { seq: u64, format: u32 },
    #[error("entry {seq} cannot be read: {problem}")]
    Unreadable { seq: u64, problem: String },
}

/// Makes the entry that follows `head`.
///
/// # Errors
/// Never in practice: every event can be written as JSON.
pub fn seal(head: Head, at: Instant, event: &Event) -> Result<Entry, serde_json::Error> {
    let body = serde_json::to_string(event)?;
    let seq = head.seq.saturating_add(1);
    let hash = hash(head.hash, seq, at, FORMAT, &body);
    Ok(Entry { seq, at, format: FORMAT, body, prev: head.hash, hash })
}

/// Checks that `entry` follows `head` and reads its event.
///
/// # Errors
/// When the chain is broken there, or the entry is of a format that this version does not know.
pub fn verify_next(head: Head, entry: &Entry) -> Result<(Head, Event), ChainError> {
    let seq = entry.seq;
    let expected = head.seq.saturating_add(1);
    if seq != expected {
        return Err(ChainError::Gap { expected, found: seq });
    }
    if entry.prev != head.hash {
        return Err(ChainError::Broken { seq });
    }
    if hash(entry.prev, seq, entry.at, entry.format, &entry.body) != entry.hash {
        return Err(ChainError::Changed { seq });
    }
    if entry.format != FORMAT {
        return Err(ChainError::Format { seq, format: entry.format });
    }
    let event = serde_json::from_str(&entry.body)
        .map_err(|error| ChainError::Unreadable { seq, problem: error.to_string() })?;
    Ok((Head { seq, hash: entry.hash }, event))
}

/// SHA-256 of the five columns, a line feed between them.
fn hash(prev: Digest, seq: u64, at: Instant, format: u32, body: &str) -> Digest {
    Digest::of_bytes(format!("{prev}\n{seq}\n{at}\n{format}\n{body}").as_bytes())
}
