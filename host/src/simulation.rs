//! Days of the past made in seconds: the daemon itself at work on an invented site, by a clock that waits for nobody.
//!
//! Nothing is made up for the charts: every reading, plan and release of such a history was read, decided and carried out.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_fake_qrs::{Clock, FakeQrs};
use thiserror::Error;

use crate::clock::Timer;
use crate::config::{ConfigError, Settings};
use crate::cycle;
use crate::daemon::{self, DaemonError, Options, Stop};
use crate::ledger::LedgerError;

#[derive(Debug, Error)]
pub enum SimulationError {
    #[error(transparent)]
    Settings(#[from] ConfigError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Daemon(#[from] DaemonError),
}

/// A past to be lived.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    pub from: Instant,
    /// When somebody looks at the first plan and arms releases; `None` for never.
    pub armed_at: Option<Instant>,
    pub until: Instant,
    /// The same seed gives the same logins.
    pub seed: u64,
}

/// Lives a past: people log in, and the daemon works by its schedules. Ends at `past.until`, with the server's clock there.
///
/// # Errors
/// When the daemon cannot start.
pub async fn live(config: &Path, site: &FakeQrs, past: Past) -> Result<(), SimulationError> {
    let timer = timer(site, past.seed, past.from);
    if let Some(armed_at) = past.armed_at {
        work(config, &timer, armed_at).await?;
        arm(config, &timer).await?;
    }
    work(config, &timer, past.until).await
}

async fn work(config: &Path, timer: &Timer, until: Instant) -> Result<(), SimulationError> {
    let options = Options { config: config.to_owned(), timer: timer.clone(), signals: false, until: Some(until) };
    daemon::run(options, Stop::default()).await?;
    Ok(())
}

/// A clock that jumps when somebody sleeps, and lets the people of the site live meanwhile.
fn timer(site: &FakeQrs, seed: u64, from: Instant) -> Timer {
    let clock: Clock = site.clock().clone();
    set(&clock, from);
    let life = Arc::new(Mutex::new(site.life(seed)));
    let now = move || Instant::from_millis(clock.now().timestamp_millis()).unwrap_or(from);
    let jump = move |at: Instant| {
        if let Some(at) = utc(at) {
            life.lock().unwrap_or_else(PoisonError::into_inner).until(at);
        }
    };
    Timer::simulated(now, jump)
}

/// What `steward arm` does after a look at the latest plan.
async fn arm(config: &Path, timer: &Timer) -> Result<(), SimulationError> {
    let settings = Settings::load(config)?.settings;
    let mut ledger = cycle::open_ledger(&settings, timer.clock()).await?;
    if let Some((plan, _)) = ledger.state().latest_plan() {
        let note = Some("simulated: somebody looked at the first plan".to_owned());
        ledger.append(timer.now(), &[Event::Armed { by: "the simulation".to_owned(), plan, note }]).await?;
    }
    ledger.close().await;
    Ok(())
}

fn set(clock: &Clock, at: Instant) {
    if let Some(at) = utc(at) {
        clock.set(at);
    }
}

fn utc(at: Instant) -> Option<DateTime<Utc>> {
    DateTime::<Utc>::from_timestamp_millis(at.millis())
}
