//! One trouble is told once, and what is normal is not told.

use std::collections::BTreeMap;

use steward_core::alert::{
    Kind, LicenseFacts, Observations, PoolFacts, ReleaseFacts, Rule, RuleSettings, RunHeldFacts, SinkFacts,
};
use steward_core::forecast::{Forecast, NoForecast};
use steward_core::guard::Gate;
use steward_core::license_type::LicenseType::Analyzer;

use crate::site::{Alerts, at_hour, pool, well, with_pool, without_repeats};

#[test]
fn few_free_seats_quiet_high_utilisation() {
    let mut alerts = Alerts::default();
    // 98 %, then 93 %, then 50 %.
    for hour in 0..24 * 9 {
        let allocated = [392, 372, 200][usize::try_from(hour / 72).unwrap()];
        alerts.step_at(hour, &with_pool(hour, allocated));
    }
    let low = alerts.sent(Rule::LowAvailability);
    assert_eq!((low.first(), low.last()), (Some(&(Kind::Firing, at_hour(0))), Some(&(Kind::Resolved, at_hour(96)))));
    // Only when the one is over is the other told.
    let high = alerts.sent(Rule::HighUtilisation);
    assert_eq!(
        (high.first(), high.last()),
        (Some(&(Kind::Firing, at_hour(96))), Some(&(Kind::Resolved, at_hour(168))))
    );
}

#[test]
fn high_utilisation_that_was_told_before_goes_on_without_a_word() {
    let mut alerts = Alerts::default();
    // 92 %, then 98 % for a week, then 92 %, then 50 %.
    let allocated = |hour: i64| match hour {
        24..192 => 392,
        0..240 => 368,
        _ => 200,
    };
    for hour in 0..300 {
        alerts.step_at(hour, &with_pool(hour, allocated(hour)));
    }
    let high = alerts.sent(Rule::HighUtilisation);
    assert_eq!(high.iter().filter(|(kind, _)| *kind == Kind::Firing).count(), 1);
    assert!(high.iter().all(|(_, at)| *at < at_hour(25) || *at > at_hour(215)), "{high:?}");
    assert_eq!(high.last(), Some(&(Kind::Resolved, at_hour(264))));
}

#[test]
fn high_utilisation_is_told_when_the_other_rule_is_off() {
    let mut alerts = Alerts::default();
    alerts.settings.rules.insert(Rule::LowAvailability, RuleSettings { enable: false, ..RuleSettings::default() });
    alerts.step_at(0, &with_pool(0, 392));
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing]);
}

#[test]
fn a_forecast_that_came_true_is_replaced() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    for hour in 0..60 {
        let forecast = if hour < 40 {
            crate::quarter::forecast(6, at_hour(hour))
        } else {
            Forecast::NoForecast(NoForecast::AlreadyExhausted)
        };
        let pools = BTreeMap::from([(Analyzer, PoolFacts { available: if hour < 40 { 100 } else { 0 }, ..pool(300) })]);
        let forecasts = BTreeMap::from([(Analyzer, forecast)]);
        alerts.step_at(hour, &Observations { pools: Some(pools), forecasts, ..well(hour) });
    }
    assert_eq!(alerts.sent(Rule::Exhaustion), [(Kind::Firing, at_hour(24)), (Kind::Replaced, at_hour(40))]);
    assert_eq!(alerts.sent(Rule::LowAvailability), [(Kind::Firing, at_hour(40))]);
    let replaced = alerts.told.iter().find(|told| told.kind == Kind::Replaced).unwrap();
    assert_eq!(replaced.title, "Replaced: A pool of seats will soon be exhausted (analyzer)");
    assert_eq!(replaced.text, "No analyzer seat is free now. It goes on as another alert: Few seats are left.");
}

#[test]
fn what_nobody_else_says_is_not_replaced() {
    let mut alerts = Alerts::default();
    alerts.settings.rules.insert(Rule::ServerLicenseExpired, RuleSettings { enable: false, ..RuleSettings::default() });
    for hour in 0..48 {
        let server_license = LicenseFacts {
            has_ended: Some(hour >= 24),
            days_until_expiry: Some(if hour >= 24 { -1 } else { 0 }),
            expiry: "2026-07-01".to_owned(),
        };
        alerts.step_at(hour, &Observations { server_license: Some(server_license), ..well(hour) });
    }
    assert_eq!(alerts.kinds(Rule::ServerLicenseExpiring), [Kind::Firing, Kind::Repeat]);
    let texts: Vec<&str> = alerts.told.iter().map(|told| told.text.as_str()).collect();
    assert_eq!(texts[0], "The licence of the server ends on 2026-07-01 (today).");
    assert_eq!(texts[1], "The licence of the server has ended (2026-07-01).");
}

#[test]
fn an_unknown_end_of_the_licence_is_never_fine() {
    for (has_ended, days_until_expiry, rules) in [
        (None, None, vec![Rule::ServerLicenseUnknown]),
        (Some(false), None, vec![Rule::ServerLicenseUnknown]),
        (Some(true), None, vec![Rule::ServerLicenseExpired]),
        (Some(false), Some(-3), vec![Rule::ServerLicenseExpired]),
        (None, Some(-3), vec![Rule::ServerLicenseExpired]),
        (None, Some(3), vec![Rule::ServerLicenseExpiring]),
        (Some(false), Some(300), vec![]),
    ] {
        let mut alerts = Alerts::default();
        for hour in 0..2 {
            let server_license = LicenseFacts { has_ended, days_until_expiry, expiry: String::new() };
            alerts.step_at(hour, &Observations { server_license: Some(server_license), ..well(hour) });
        }
        let told: Vec<Rule> = alerts.told.iter().map(|told| told.key.rule()).collect();
        assert_eq!(told, rules, "{has_ended:?} {days_until_expiry:?}");
    }
}

fn held(gates: &[(Gate, u32)], cap_is_routine: bool) -> RunHeldFacts {
    let held = gates.iter().map(|(gate, seats)| (gate.as_str().to_owned(), *seats)).collect();
    RunHeldFacts { held, cap_is_routine, policy_fault: None }
}

#[test]
fn gates_are_explained_and_normal_work_is_no_trouble() {
    let texts = |plan: RunHeldFacts| {
        let told = Alerts::default().step_at(0, &Observations { last_plan: Some(plan), ..well(0) });
        told.into_iter().map(|told| told.text).collect::<Vec<_>>()
    };
    let cap = "The gate cap held 1 seat in the last run. More seats would go within 24 hours than the cap allows.";
    assert_eq!(texts(held(&[(Gate::Cap, 1)], false)), [cap]);
    let nothing: [&str; 0] = [];
    assert_eq!(texts(held(&[(Gate::Cap, 1)], true)), nothing);
    assert_eq!(texts(held(&[(Gate::Paused, 5), (Gate::OutsideWindow, 5)], false)), nothing);
    assert_eq!(texts(held(&[(Gate::UsersMissing, 5)], true)).len(), 1);
}

/// Until which hour nothing is told about facts that never change.
fn quiet_until(rule: Rule, facts: impl Fn(i64) -> Observations) -> i64 {
    let mut alerts = Alerts::default();
    (0..24 * 60)
        .find(|hour| {
            alerts.step_at(*hour, &facts(*hour));
            !alerts.kinds(rule).is_empty()
        })
        .unwrap()
}

#[test]
fn a_schedule_with_long_pauses_makes_nothing_late() {
    let read = |pause| {
        quiet_until(Rule::DataStale, |hour| Observations {
            read_at: Some(at_hour(0)),
            longest_pause_hours: pause,
            ..well(hour)
        })
    };
    assert_eq!((read(None), read(Some(6)), read(Some(8)), read(Some(24))), (25, 25, 25, 73));
    let released = |pause| {
        quiet_until(Rule::NoSuccessfulRun, |hour| {
            let last_success_at = at_hour(0);
            let releases = ReleaseFacts { is_scheduled: true, last_success_at, longest_pause_hours: pause };
            Observations { releases: Some(releases), ..well(hour) }
        })
    };
    assert_eq!((released(None), released(Some(24)), released(Some(168))), (73, 97, 72 + 168 + 1));
}

#[test]
fn a_sink_that_takes_nothing_is_told_by_its_name() {
    let text = |sink: SinkFacts| {
        let sinks = BTreeMap::from([("operations".to_owned(), sink)]);
        let told = Alerts::default().step_at(0, &Observations { sinks, ..well(0) });
        told.into_iter().map(|told| format!("{}: {}", told.title, told.text)).next()
    };
    let waiting = |minutes| SinkFacts { oldest_waiting_minutes: Some(minutes), ..SinkFacts::default() };
    assert_eq!(text(waiting(60)), None);
    assert_eq!(
        text(SinkFacts { problem: Some("503 Service Unavailable.".to_owned()), ..waiting(125) }).as_deref(),
        Some(
            "Messages do not arrive (operations): Messages for the sink operations have been waiting for 2 hours. It says: 503 Service Unavailable."
        )
    );
    assert_eq!(
        text(SinkFacts { refused_kept: 1, ..SinkFacts::default() }).as_deref(),
        Some("Messages do not arrive (operations): The sink operations refused 1 message.")
    );
}
