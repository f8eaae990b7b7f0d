//! Stopwatch and median.

use std::time::{Duration, Instant};

/// Stands under the table.
pub const CAVEAT: &str = "\
Medians. The clients that ask for every owner make a sample of their requests; the whole is worked out from it.
Other work on the machine shifts both numbers of a row, so compare ratios, and rows of one run.
Steward's own crates are built as for daily work, with little optimisation; what is shipped is faster.";

/// What `work` gives, and how long it took.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let started = Instant::now();
    let done = work.await;
    (done, started.elapsed())
}

/// As [`timed`], for work that never waits.
pub fn timed_blocking<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let done = work();
    (done, started.elapsed())
}

/// The middle one; of an even number the later of the two in the middle.
///
/// # Panics
/// When there is nothing to choose from.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// `1.23 s`, `4.5 ms` or `678 µs`.
pub fn show(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        0.001.. => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.0} µs", seconds * 1e6),
    }
}

/// How many times `slow` is as long as `fast`.
pub fn times(slow: Duration, fast: Duration) -> f64 {
    slow.as_secs_f64() / fast.as_secs_f64()
}
