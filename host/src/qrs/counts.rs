//! How many requests were sent, and what came of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestOutcome {
    Ok,
    /// The server answered, and said no.
    Refused,
    /// No answer came.
    Failed,
}

impl RequestOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Requests by method and outcome.
pub type RequestCounts = BTreeMap<(String, RequestOutcome), u64>;

/// Counts the requests of one client and its clones.
#[derive(Debug, Default)]
pub(super) struct Counter {
    counts: Mutex<RequestCounts>,
}

impl Counter {
    pub(super) fn add(&self, method: &str, outcome: RequestOutcome) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((method.to_owned(), outcome)).or_default() += 1;
    }

    pub(super) fn read(&self) -> RequestCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
