//! The server's clock: real time plus an offset that tests move.
//!
//! Clones share the offset, so a test keeps one and hands the other to the server. Nothing here sleeps: moving the
//! clock changes what the server believes, not how long a latency lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Two thousand years either way: beyond it the dates that the server writes would stop being dates.
const OFFSET_MAX_MS: i64 = 2_000 * 366 * 86_400_000;

/// Real time plus an adjustable offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's own time.
    pub fn real() -> Self {
        Self::default()
    }

    /// A clock that shows `now` at this moment and goes on from there.
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        let clock = Self::default();
        clock.set(now);
        clock
    }

    pub fn now(&self) -> DateTime<Utc> {
        machine_now() + TimeDelta::milliseconds(self.offset_ms.load(Ordering::SeqCst))
    }

    /// Moves the clock forward, or back with a negative step.
    pub fn advance(&self, step: TimeDelta) {
        let moved = self.offset_ms.load(Ordering::SeqCst).saturating_add(step.num_milliseconds());
        self.offset_ms.store(moved.clamp(-OFFSET_MAX_MS, OFFSET_MAX_MS), Ordering::SeqCst);
    }

    /// Makes the clock show `now` at this moment.
    pub fn set(&self, now: DateTime<Utc>) {
        let offset = (now - machine_now()).num_milliseconds();
        self.offset_ms.store(offset.clamp(-OFFSET_MAX_MS, OFFSET_MAX_MS), Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place of the double that reads the clock")]
fn machine_now() -> DateTime<Utc> {
    Utc::now()
}
