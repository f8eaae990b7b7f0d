//! The daemon over simulated time, against the double: a day of faults, a clock that goes back an hour and forward a month.
//!
//! One process of its own, because it looks at its memory.

use chrono::TimeDelta;
use steward_core::instant::Instant;
use steward_fake_qrs::{FakeQrs, Fault, FaultRule, FaultScript, LicenseModel};
use steward_tests::simulated::{World, plus_minutes as plus, utc};

const NO_LISTENER: &str = "  http:\n    enable: false\n";
const START: &str = "2026-03-02T00:00:00Z";

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Resident memory of this process, in kilobytes.
fn memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const READINGS: &str = "SELECT DISTINCT at FROM access_reading ORDER BY at";
const PLANS: &str = "SELECT at FROM entry WHERE body LIKE '%\"type\":\"plan-made\"%' ORDER BY seq";

/// The service restarts around every full hour, when most jobs are due; in between it breaks off a list now and then.
fn restarts(qrs: &FakeQrs, at: Instant) {
    let now = utc(at);
    qrs.clock().set(now);
    let minute = now.timestamp() / 60 % 60;
    let rule =
        |path: &str, nth, times, action| FaultRule { method: None, path: Some(path.to_owned()), nth, times, action };
    let rules = match minute {
        58..=59 | 0..=2 => vec![rule("*", 1, None, Fault::Unavailable)],
        15 => vec![rule("/qrs/license/*", 2, Some(1), Fault::ResetMidBody)],
        30 => vec![rule("/qrs/user/full", 1, Some(1), Fault::TruncatedJson)],
        45 => vec![rule("*", 1, Some(1), Fault::Reset)],
        _ => Vec::new(),
    };
    qrs.set_faults(FaultScript { rules });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_faults_misses_no_schedule_and_takes_no_more_memory() {
    let changes = [
        ("frequency: every 6 hours", "frequency: every 15 minutes"),
        ("dryRun: true\n      frequency: every 24 hours", "dryRun: false\n      frequency: every 2 hours"),
    ];
    let world = World::new(LicenseModel::Signed, 300, at(START), &changes, NO_LISTENER).await;
    let mut life = world.qrs.life(3);
    let timer = world.timer(move |qrs, at| {
        life.until(utc(at));
        restarts(qrs, at);
    });
    let start = at(START);
    world.work(&timer, plus(start, 3 * 60)).await;
    world.arm(&timer).await;
    world.work(&timer, plus(start, 9 * 60)).await;
    let before = memory_kb();
    world.work(&timer, plus(start, 25 * 60)).await;
    let after = memory_kb();
    assert!(after < before + before / 5 + 10_000, "{before} kB before, {after} kB after");

    let readings = world.times(READINGS).await;
    for nth in 1..24 * 4 {
        let (due, next) = (plus(start, nth * 15), plus(start, (nth + 1) * 15));
        assert!(readings.iter().any(|at| (due..next).contains(at)), "nothing was read between {due} and {next}");
    }
    let plans = world.times(PLANS).await;
    for nth in 1..12 {
        let (due, next) = (plus(start, nth * 120), plus(start, (nth + 1) * 120));
        let made = plans.iter().filter(|at| (due..next).contains(at)).count();
        assert_eq!(made, 1, "plans between {due} and {next}");
    }
    let deletes = world.qrs.journal().iter().filter(|entry| entry.method == "DELETE" && entry.status == 204).count();
    assert!(deletes > 5, "{deletes} seats were taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_an_hour_and_forward_a_month_stops_nothing() {
    let changes = [
        ("frequency: every 6 hours", "frequency: every 1 hour"),
        ("dryRun: true\n      frequency: every 24 hours", "dryRun: true\n      frequency: every 2 hours"),
    ];
    let world = World::new(LicenseModel::Signed, 60, at(START), &changes, NO_LISTENER).await;
    let start = at(START);
    let month = TimeDelta::days(31);
    let mut jumps = vec![(plus(start, 5 * 60 + 10), -TimeDelta::hours(1)), (plus(start, 8 * 60 + 10), month)];
    jumps.reverse();
    let timer = world.timer(move |qrs, at| {
        qrs.clock().set(utc(at));
        if jumps.last().is_some_and(|(when, _)| at >= *when) {
            let (_, step) = jumps.pop().unwrap();
            qrs.clock().set(utc(at) + step);
        }
    });
    let end = Instant::from_millis(plus(start, 12 * 60).millis() + month.num_milliseconds()).unwrap();
    world.work(&timer, end).await;
    let readings = world.times(READINGS).await;
    let hours = |from: Instant, count: i64| {
        for nth in 1..count {
            let (due, next) = (plus(from, nth * 60), plus(from, (nth + 1) * 60));
            assert!(readings.iter().any(|at| (due..next).contains(at)), "nothing was read between {due} and {next}");
        }
    };
    hours(start, 8);
    let later = Instant::from_millis(start.millis() + month.num_milliseconds()).unwrap();
    hours(plus(later, 8 * 60), 4);
    let in_between = readings.iter().filter(|at| (plus(start, 10 * 60)..later).contains(*at)).count();
    assert_eq!(in_between, 0, "a month that was skipped is made up once");
}
