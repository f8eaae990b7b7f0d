//! The only place that reads the clock. Everywhere else the time is an argument.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use steward_core::instant::Instant;

/// Whoever needs the time again and again is given a way to ask for it.
pub type Clock<'a> = &'a (dyn Fn() -> Instant + Send + Sync);

/// Now, in UTC, to the millisecond.
///
/// # Panics
/// When the clock of this machine stands after the year 9999.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Instant {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
    Instant::from_millis(ms).expect("a machine's clock stands between the years 1970 and 9999")
}

/// The wall clock is looked at this often while something waits for it: it may be set, and the machine may sleep.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Time for whoever waits for it: reads the clock, and sleeps by it.
#[derive(Clone)]
pub struct Timer {
    now: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Moves a simulated clock; `None` for the real one.
    jump: Option<Arc<dyn Fn(Instant) + Send + Sync>>,
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("is_simulated", &self.jump.is_some()).finish_non_exhaustive()
    }
}

impl Timer {
    /// The time of this machine.
    pub fn real() -> Self {
        Self { now: Arc::new(now), jump: None }
    }

    /// A clock that waits for nobody: whoever sleeps moves it.
    pub fn simulated(
        now: impl Fn() -> Instant + Send + Sync + 'static,
        jump: impl Fn(Instant) + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), jump: Some(Arc::new(jump)) }
    }

    pub fn is_simulated(&self) -> bool {
        self.jump.is_some()
    }

    pub fn now(&self) -> Instant {
        (self.now)()
    }

    pub fn clock(&self) -> Clock<'_> {
        &*self.now
    }

    /// Waits until `at`, or less: look at the clock again afterwards.
    pub async fn sleep_towards(&self, at: Instant) {
        if let Some(jump) = &self.jump {
            if at > self.now() {
                jump(at);
            }
            return tokio::task::yield_now().await;
        }
        let ms = u64::try_from(at.millis_since(self.now())).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(ms).min(LOOK_EVERY)).await;
    }
}
