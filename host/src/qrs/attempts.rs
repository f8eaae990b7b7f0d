//! How often, after how long, and where a failed GET is asked again. Only GETs: what changes something is sent once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::client::Connection;
use super::error::{QrsError, Remedy};
use super::request::random_bytes;

/// The wait before the first repetition; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub(super) struct Attempts<'c> {
    connection: &'c Connection,
    host: usize,
    repeated: u32,
    /// Why the hosts of this round were of no use, one each.
    useless: Vec<QrsError>,
}

impl<'c> Attempts<'c> {
    /// Begins with the host that answered last.
    pub(super) fn new(connection: &'c Connection) -> Self {
        let host = connection.preferred_host.load(Ordering::Relaxed);
        Self { connection, host, repeated: 0, useless: Vec::new() }
    }

    pub(super) fn host(&self) -> usize {
        self.host
    }

    pub(super) fn succeeded(&self) {
        self.connection.preferred_host.store(self.host, Ordering::Relaxed);
    }

    /// Returns when it is time to ask again, at [`Self::host`].
    ///
    /// # Errors
    /// When asking again is of no use.
    pub(super) async fn after(&mut self, error: QrsError) -> Result<(), QrsError> {
        tracing::debug!(repeated = self.repeated, %error, "a request to the QRS failed");
        match error.remedy() {
            Remedy::Later if self.may_repeat() => self.useless.clear(),
            Remedy::Nothing | Remedy::Later => return Err(error),
            Remedy::OtherHost | Remedy::OtherHostOrLater => {
                self.useless.push(error);
                self.host = (self.host + 1) % self.connection.hosts.len();
                if self.useless.len() < self.connection.hosts.len() {
                    return Ok(());
                }
                let useless = std::mem::take(&mut self.useless);
                let hopeful = useless.iter().any(|error| error.remedy() == Remedy::OtherHostOrLater);
                if !hopeful || !self.may_repeat() {
                    return Err(all(useless));
                }
            }
        }
        self.wait().await;
        Ok(())
    }

    fn may_repeat(&self) -> bool {
        self.repeated < self.connection.retries
    }

    async fn wait(&mut self) {
        let longest = FIRST_WAIT.saturating_mul(1 << self.repeated.min(16)).min(LONGEST_WAIT);
        self.repeated += 1;
        // Between half and all of it, so that several clients do not come back at the same moment.
        let [random] = random_bytes(&self.connection.provider);
        tokio::time::sleep(longest / 2 + longest / 2 * u32::from(random) / 255).await;
    }
}

fn all(mut errors: Vec<QrsError>) -> QrsError {
    match errors.pop() {
        Some(only) if errors.is_empty() => only,
        last => QrsError::EveryHost(errors.into_iter().chain(last).collect()),
    }
}
