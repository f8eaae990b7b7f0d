//! 92 days, read every six hours and looked at every half hour, with one event planted for each rule.

use std::collections::BTreeMap;

use steward_core::alert::{
    AlertState, CertificateFacts, JobFacts, Kind, LicenseFacts, Observations, OutboxFacts, PoolFacts, ReleaseFacts,
    Rule, RunHeldFacts, SinkFacts, step,
};
use steward_core::cost::{Budget, BudgetFor, BudgetState, Currency, Money};
use steward_core::forecast::{Basis, Exhaustion, Forecast};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType::{self, Analyzer};

use crate::site::{Alerts, at_hour, pool, well, without_repeats};

const DAYS: i64 = 92;
/// In looks.
const HOUR: i64 = 2;
const DAY: i64 = 24 * HOUR;

/// From this hour on, until that one, something is so.
struct Planted {
    rule: Rule,
    from: i64,
    until: i64,
    /// How many half hours later it is told, and told to be over.
    fires_after: i64,
    clears_after: i64,
    make: fn(&mut Observations, Instant),
}

fn planted() -> Vec<Planted> {
    let event = |rule, day: i64, days: i64, fires_after, clears_after, make| Planted {
        rule,
        from: day * 24,
        until: (day + days) * 24,
        fires_after,
        clears_after,
        make,
    };
    vec![
        event(Rule::HighUtilisation, 2, 3, 0, DAY, |facts, _| put(facts, pool(365))),
        event(Rule::LowAvailability, 8, 1, 0, DAY, |facts, _| put(facts, PoolFacts { available: 10, ..pool(300) })),
        event(Rule::ExcessSeats, 12, 2, 0, DAY, |facts, _| put(facts, PoolFacts { excess: 3, ..pool(300) })),
        event(Rule::Exhaustion, 16, 6, DAY, DAY, |facts, now| {
            facts.forecasts.insert(Analyzer, forecast(20, now));
        }),
        event(Rule::CostAboveBudget, 26, 2, 0, DAY, |facts, _| facts.budget = Some(Some(budget(BudgetState::Above)))),
        event(Rule::ServerLicenseExpiring, 30, 4, 1, HOUR, |facts, _| {
            facts.server_license = Some(license(Some(false), Some(59)));
        }),
        event(Rule::ServerLicenseExpired, 36, 2, 1, HOUR, |facts, _| {
            facts.server_license = Some(license(Some(true), Some(-1)));
        }),
        event(Rule::ServerLicenseUnknown, 40, 2, 0, 6 * HOUR, |facts, _| {
            facts.server_license = Some(license(None, None));
        }),
        event(Rule::DeletedOwners, 43, 1, 0, DAY, |facts, _| {
            facts.deleted_owners = Some(BTreeMap::from([(Analyzer, 4)]));
        }),
        event(Rule::DoubleSeats, 45, 1, 0, DAY, |facts, _| facts.double_seats = Some(2)),
        event(Rule::PolicyFault, 47, 1, 0, 12 * HOUR, |facts, _| facts.last_plan = Some(fault())),
        event(Rule::RunHeld, 49, 1, 0, 12 * HOUR, |facts, _| facts.last_plan = Some(held())),
        event(Rule::RunFailed, 51, 1, 1, 2 * HOUR, |facts, _| failed(facts)),
        // Three days, and a day that the schedule pauses.
        event(Rule::NoSuccessfulRun, 54, 5, 1 + 4 * DAY, HOUR, |facts, _| facts.releases = Some(last_success(54 * 24))),
        event(Rule::DataStale, 60, 3, 1 + DAY, HOUR, |facts, _| facts.read_at = Some(at_hour(60 * 24))),
        event(Rule::OutboxFilling, 65, 1, 1, HOUR, |facts, _| {
            facts.outbox = Some(OutboxFacts { waiting: 500, limit: 1000 });
        }),
        event(Rule::SinkFailing, 67, 1, 0, HOUR, |facts, _| {
            let sink = SinkFacts {
                oldest_waiting_minutes: Some(61),
                problem: Some("it answered 503.".to_owned()),
                ..SinkFacts::default()
            };
            facts.sinks.insert("operations".to_owned(), sink);
        }),
        event(Rule::SettingsBroken, 69, 1, 1, 1, |facts, _| {
            facts.settings_problem = Some(Some("no `host`".to_owned()));
        }),
        event(Rule::CertificateExpiring, 71, 1, 1, HOUR, |facts, now| facts.certificate = Some(certificate(now))),
        event(Rule::PausedLong, 74, 9, 1 + 7 * DAY, 0, |facts, _| facts.paused_since = Some(Some(at_hour(74 * 24)))),
        event(Rule::ProtectionUnmatched, 86, 1, 0, 12 * HOUR, |facts, _| {
            facts.unmatched_protections = Some(vec!["tag VIP".to_owned()]);
        }),
    ]
}

fn put(facts: &mut Observations, pool: PoolFacts) {
    facts.pools = Some(BTreeMap::from([(Analyzer, pool)]));
}

pub fn forecast(days: u32, now: Instant) -> Forecast {
    Forecast::Exhaustion(Exhaustion {
        lower_days: days - 5,
        median_days: days,
        upper_days: Some(days + 9),
        confidence_percent: 80,
        horizon_days: 365,
        method: String::new(),
        basis: Basis { readings: 400, days_read: 100, first_at: now, last_at: now },
        course: Vec::new(),
    })
}

fn budget(state: BudgetState) -> (Currency, Budget) {
    let amount = Money::of_minor(100_000);
    let budget = Budget {
        for_what: BudgetFor::Allocated,
        not_valued: vec![LicenseType::Professional],
        amount,
        spent: amount,
        projected: amount,
        state,
    };
    (Currency::new("EUR").unwrap(), budget)
}

fn license(has_ended: Option<bool>, days_until_expiry: Option<i64>) -> LicenseFacts {
    LicenseFacts { has_ended, days_until_expiry, expiry: "2026-09-30".to_owned() }
}

fn fault() -> RunHeldFacts {
    RunHeldFacts {
        held: BTreeMap::from([("policy-fault".to_owned(), 9)]),
        policy_fault: Some("it ran out of fuel".to_owned()),
        ..RunHeldFacts::default()
    }
}

fn held() -> RunHeldFacts {
    RunHeldFacts { held: BTreeMap::from([("cap".to_owned(), 9)]), ..RunHeldFacts::default() }
}

fn failed(facts: &mut Observations) {
    facts.jobs.insert("release".to_owned(), JobFacts { failure: Some("the server did not answer".to_owned()) });
}

fn last_success(hour: i64) -> ReleaseFacts {
    ReleaseFacts { is_scheduled: true, last_success_at: at_hour(hour), longest_pause_hours: Some(24) }
}

fn certificate(now: Instant) -> CertificateFacts {
    CertificateFacts { expires_at: Instant::from_millis(now.millis() + 29 * MS_PER_DAY).unwrap() }
}

/// The facts of an hour: pools and forecasts change with readings only, which are every six hours.
fn facts_at(half_hour: i64, events: &[Planted]) -> (Observations, Instant) {
    let hour = half_hour / 2;
    let now = Instant::from_millis(at_hour(0).millis() + half_hour * 1_800_000).unwrap();
    let mut facts = well(hour);
    facts.read_at = Some(at_hour(hour / 6 * 6));
    for event in events.iter().filter(|event| (event.from..event.until).contains(&hour)) {
        (event.make)(&mut facts, now);
    }
    if facts.forecasts.is_empty() {
        facts.forecasts.insert(Analyzer, forecast(200, now));
    }
    (facts, now)
}

#[test]
fn each_planted_event_is_told_once_at_the_right_time_and_resolved() {
    let events = planted();
    assert_eq!(events.iter().map(|event| event.rule).collect::<std::collections::BTreeSet<_>>().len(), Rule::ALL.len());
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    for half_hour in 0..DAYS * 48 {
        let (facts, now) = facts_at(half_hour, &events);
        alerts.step(&facts, now);
    }
    for event in &events {
        let after = |hour: i64, looks: i64| Instant::from_millis(at_hour(hour).millis() + looks * 1_800_000).unwrap();
        let expected = [
            (Kind::Firing, after(event.from, event.fires_after)),
            (Kind::Resolved, after(event.until, event.clears_after)),
        ];
        assert_eq!(alerts.sent(event.rule), expected, "{}", event.rule);
    }
    assert_eq!(alerts.told.len(), 2 * events.len(), "nothing else was told");
    assert!(alerts.state.alerts().is_empty());
    assert_eq!(alerts.state.history().len(), events.len());
    let ids: std::collections::BTreeSet<_> = alerts.told.iter().map(|told| &told.id).collect();
    assert_eq!(ids.len(), alerts.told.len());
}

#[test]
fn a_restart_between_any_two_looks_changes_nothing() {
    let events = planted();
    let (mut restarted, mut kept, mut told) = (Alerts::default(), AlertState::default(), Vec::new());
    for half_hour in 0..DAYS * 48 {
        let (facts, now) = facts_at(half_hour, &events);
        // `Alerts` writes the state and reads it at each step.
        restarted.step(&facts, now);
        let stepped = step(kept, &facts, &restarted.settings, &[], now);
        kept = stepped.state;
        told.extend(stepped.notifications);
    }
    assert!(told == restarted.told && kept == restarted.state);
    assert!(told.len() > 2 * events.len(), "what lasts is said again");
}

#[test]
fn a_licence_that_ends_is_told_as_ending_and_then_as_ended() {
    let mut alerts = Alerts::default();
    for day in 0..10 {
        for hour in day * 24..(day + 1) * 24 {
            let facts = Observations { server_license: Some(license(Some(day > 4), Some(4 - day))), ..well(hour) };
            alerts.step_at(hour, &facts);
        }
    }
    let expiring = alerts.kinds(Rule::ServerLicenseExpiring);
    assert_eq!((expiring.first(), expiring.last()), (Some(&Kind::Firing), Some(&Kind::Replaced)));
    assert!(!expiring.contains(&Kind::Resolved), "that it has ended is no good news");
    let expired = alerts.sent(Rule::ServerLicenseExpired);
    assert_eq!(expired[0].0, Kind::Firing);
    let replaced = alerts.told.iter().find(|told| told.kind == Kind::Replaced).unwrap();
    assert_eq!(replaced.at, expired[0].1, "not before the other one is told");
    assert_eq!(replaced.title, "Replaced: The licence of the server ends soon");
    assert_eq!(
        replaced.text,
        "The licence of the server has ended (2026-09-30). It goes on as another alert: The licence of the server has ended."
    );
    let text = "The licence of the server ends on 2026-09-30 (in 4 days).";
    assert!(alerts.told.iter().any(|told| told.text == text));
}

#[test]
fn what_becomes_worse_is_told_once_more() {
    let mut alerts = Alerts::default();
    for (hour, available) in [(0, 10), (6, 3), (12, 0), (18, 2), (24, 0)] {
        let pools = Some(BTreeMap::from([(Analyzer, PoolFacts { available, ..pool(300) })]));
        alerts.step_at(hour, &Observations { pools, ..well(hour) });
    }
    assert_eq!(alerts.kinds(Rule::LowAvailability), [Kind::Firing, Kind::Worse]);
}
