//! Proof that the daemon moves on: whoever works beats, and the watchdog looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The longest that anything may take between two beats: a list of the server may take fifteen minutes.
pub const SILENCE_MAX: Duration = Duration::from_mins(20);

/// Clones share the beat.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// Monotonic: nobody sets this clock.
    began: Instant,
    last_ms: Arc<AtomicU64>,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { began: Instant::now(), last_ms: Arc::default() }
    }
}

impl Heartbeat {
    pub fn beat(&self) {
        self.last_ms.store(self.elapsed_ms(), Ordering::Relaxed);
    }

    /// Somebody has beaten lately.
    pub fn is_alive(&self) -> bool {
        let silent = self.elapsed_ms().saturating_sub(self.last_ms.load(Ordering::Relaxed));
        Duration::from_millis(silent) < SILENCE_MAX
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
