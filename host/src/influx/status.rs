//! What others may know about the outbox while it is delivered.

use steward_core::instant::Instant;

use crate::ledger::Standing;

/// The state of the outbox and its delivery at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    /// `Butler.influxDb.enable`: while it is off, what waits stays and nothing is sent.
    pub is_enabled: bool,
    pub waiting: u64,
    /// How many may wait.
    pub waiting_max: u64,
    pub oldest_at: Option<Instant>,
    /// Refused for good, and kept with the reason.
    pub set_aside: u64,
    /// Since the delivery began.
    pub sent_total: u64,
    /// Since the delivery began.
    pub rejected_total: u64,
    /// Given up because the outbox was full, ever since the ledger was made.
    pub dropped_total: u64,
    /// Set aside and then pushed out by newer ones, ever since the ledger was made.
    pub forgotten_total: u64,
    /// Why nothing is delivered; `None` when the last attempt got through.
    pub last_error: Option<String>,
    pub last_success_at: Option<Instant>,
}

impl OutboxStatus {
    pub(super) fn stand(&mut self, standing: Standing) {
        self.waiting = standing.waiting;
        self.waiting_max = standing.waiting_max;
        self.oldest_at = standing.oldest_at;
        self.set_aside = standing.set_aside;
        self.dropped_total = standing.dropped;
        self.forgotten_total = standing.forgotten;
    }
}
