//! So many releases in a minute, evenly spread.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Option<Instant>,
}

impl Pace {
    pub fn new(per_minute: u32) -> Self {
        Self { interval: Duration::from_mins(1) / per_minute.max(1), next: None }
    }

    /// Returns when the next release is due, the first one at once, or as soon as somebody asks to stop.
    pub async fn wait(&mut self, stop: &CancellationToken) {
        if let Some(next) = self.next {
            let _ = tokio::time::timeout_at(next, stop.cancelled()).await;
        }
        self.next = Some(Instant::now() + self.interval);
    }
}
