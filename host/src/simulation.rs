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
use crate::cycle::{self, CycleError, Source};
use crate::daemon::{self, DaemonError, Options, Stop};
use crate::ledger::LedgerError;

#[derive(Debug, Error)]
pub enum SimulationError {
    #[error(transparent)]
    Settings(#[from] ConfigError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Daemon(#[from] DaemonError),
}

/// A past to be lived.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    pub from: Instant,
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
    plan_and_arm(config, &timer).await?;
    let options = Options { config: config.to_owned(), timer, signals: false, until: Some(past.until) };
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

/// What `steward plan` and `steward arm` do.
async fn plan_and_arm(config: &Path, timer: &Timer) -> Result<(), SimulationError> {
    let settings = Settings::load(config)?.settings;
    let mut ledger = cycle::open_ledger(&settings, timer.clock()).await?;
    let prepared = cycle::prepare(Some(&settings), &Source::default(), Some(&mut ledger), timer.clock()).await?;
    let plan = prepared.plan(None)?;
    cycle::store_plan(&mut ledger, &prepared, &plan, timer.now()).await?;
    let note = Some("simulated: somebody looked at the first plan".to_owned());
    let armed = Event::Armed { by: "the simulation".to_owned(), plan: plan.id(), note };
    ledger.append(timer.now(), &[armed]).await?;
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
