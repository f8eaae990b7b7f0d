//! Stopwatch and median.

use std::time::{Duration, Instant};

/// Stands under the table.
pub const CAVEAT: &str = "\
Medians. The clients that ask for every owner make a sample of their requests; the whole is worked out from it.
Decisions are counted in time on a core; everything else by the clock on the wall, so other work shifts both numbers of
a row: compare ratios, and rows of one run.
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

/// As [`timed_blocking`], but counting only the time in which this thread had a core, where the machine tells it.
///
/// Linux brings the number up to date some hundred times a second, so the work should take a good part of one.
pub fn timed_on_core<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = time_on_core();
    let (done, elapsed) = timed_blocking(work);
    let on_core = time_on_core().zip(before).map(|(after, before)| after.saturating_sub(before));
    (done, on_core.filter(|time| !time.is_zero()).unwrap_or(elapsed))
}

fn time_on_core() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
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
