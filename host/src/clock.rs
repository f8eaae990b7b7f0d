//! The only place that reads the clock. Everywhere else the time is an argument.

use std::time::{SystemTime, UNIX_EPOCH};

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
