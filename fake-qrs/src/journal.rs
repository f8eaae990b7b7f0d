//! What was asked and answered, for tests that count requests.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::dates;

/// The oldest entries go beyond this many: a run of hours must not fill the memory.
const ENTRIES_MAX: usize = 200_000;
/// Longer queries are cut in the journal; the request itself is bounded elsewhere.
const QUERY_CHARS_MAX: usize = 16_384;

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// Counts from 1 over the server's life, also across [`Journal::clear`].
    pub number: u64,
    #[serde(serialize_with = "as_text")]
    pub at: DateTime<Utc>,
    pub port: Port,
    pub method: String,
    /// As it was sent, without the query.
    pub path: String,
    pub query: String,
    /// 0 when the connection was closed before an answer.
    pub status: u16,
    /// Until the answer was ready, latency included.
    pub ms: f64,
    /// Of the answer's body; of a generated one, as much as the client took.
    pub bytes: u64,
    /// `DIRECTORY\id`; `None` when the request named nobody.
    pub user: Option<String>,
    pub connection: u64,
    /// The first request of its TLS connection: counting these counts handshakes.
    pub new_connection: bool,
    /// The kind of the fault that was played on this request.
    pub fault: Option<&'static str>,
}

fn as_text<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&dates::write(*at))
}

/// Which door a request came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Port {
    Direct,
    Proxy,
}

/// The entries, oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<JournalEntry>,
    count: u64,
}

impl Journal {
    /// Adds an entry and gives it its number.
    pub fn record(&self, mut entry: JournalEntry) -> u64 {
        let mut inner = self.lock();
        inner.count += 1;
        entry.number = inner.count;
        if entry.query.len() > QUERY_CHARS_MAX {
            entry.query = entry.query.chars().take(QUERY_CHARS_MAX).collect();
        }
        if inner.entries.len() >= ENTRIES_MAX {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry);
        inner.count
    }

    /// Adds to the size of an answer that is still being sent.
    pub fn add_bytes(&self, number: u64, bytes: u64) {
        let mut inner = self.lock();
        if let Some(entry) = inner.entries.iter_mut().rev().find(|entry| entry.number == number) {
            entry.bytes += bytes;
        }
    }

    pub fn entries(&self) -> Vec<JournalEntry> {
        self.lock().entries.iter().cloned().collect()
    }

    pub fn clear(&self) {
        self.lock().entries.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
