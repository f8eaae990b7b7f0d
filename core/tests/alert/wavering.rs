//! Values that waver, facts that go missing, and what is said again.

use proptest::prelude::*;
use steward_core::alert::{AlertKey, Kind, Observations, Phase, Rule, RuleSettings};
use steward_core::license_type::LicenseType::Analyzer;

use crate::site::{Alerts, at_hour, well, with_pool, without_repeats};

#[test]
fn a_value_that_wavers_at_the_threshold_gives_one_alert() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    for reading in 0..200 {
        // 90 % is 360, 87 % is 348.
        alerts.step_at(reading * 6, &with_pool(reading * 6, if reading % 2 == 0 { 361 } else { 355 }));
    }
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing]);
}

#[test]
fn a_value_that_leaps_within_hours_gives_one_alert() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    for reading in 0..200 {
        alerts.step_at(reading * 6, &with_pool(reading * 6, if reading % 2 == 0 { 399 } else { 100 }));
    }
    // That few seats are left says it all.
    assert_eq!(alerts.kinds(Rule::HighUtilisation), []);
    assert_eq!(alerts.kinds(Rule::LowAvailability), [Kind::Firing]);
}

#[test]
fn what_stays_is_said_again_after_the_repeat_interval() {
    let mut alerts = Alerts::default();
    for hour in 0..=72 {
        alerts.step_at(hour, &with_pool(hour, 365));
    }
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing, Kind::Repeat, Kind::Repeat, Kind::Repeat]);
    let repeats: Vec<u32> = alerts.told.iter().map(|told| told.repeat).collect();
    assert_eq!(repeats, [0, 1, 2, 3]);
}

#[test]
fn a_condition_that_is_short_is_not_told() {
    let mut alerts = Alerts::default();
    for minute in 0..29 {
        let now = steward_core::instant::Instant::from_millis(at_hour(0).millis() + minute * 60_000).unwrap();
        let jobs =
            well(0).jobs.into_keys().map(|job| (job, steward_core::alert::JobFacts { failure: Some("x".into()) }));
        alerts.step(&Observations { jobs: jobs.collect(), ..well(0) }, now);
    }
    assert_eq!(alerts.state.alerts()[&AlertKey::about(Rule::RunFailed, "release")].phase, Phase::Pending);
    alerts.step_at(1, &well(1));
    assert!(alerts.told.is_empty() && alerts.state.alerts().is_empty());
}

#[test]
fn a_fact_that_is_missing_neither_fires_nor_resolves() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    alerts.step_at(0, &with_pool(0, 365));
    let blind = Observations { read_at: Some(at_hour(0)), ..Observations::default() };
    for hour in 1..100 {
        alerts.step_at(hour, &blind);
    }
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing]);
    assert_eq!(alerts.sent(Rule::DataStale), [(Kind::Firing, at_hour(25))]);
    for hour in 100..130 {
        alerts.step_at(hour, &well(hour));
    }
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing, Kind::Resolved]);
    assert_eq!(alerts.kinds(Rule::DataStale), [Kind::Firing, Kind::Resolved]);
}

#[test]
fn a_rule_that_is_switched_off_ends_its_alerts_and_starts_none() {
    let mut alerts = Alerts::default();
    alerts.step_at(0, &with_pool(0, 365));
    alerts.settings.rules.insert(Rule::HighUtilisation, RuleSettings { enable: false, ..RuleSettings::default() });
    alerts.step_at(1, &with_pool(1, 365));
    alerts.step_at(2, &with_pool(2, 390));
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing, Kind::Resolved]);
}

#[test]
fn texts_say_the_facts_and_what_to_do() {
    let mut alerts = Alerts::default();
    let told = alerts.step_at(0, &with_pool(0, 391));
    assert_eq!(told.len(), 1);
    let low = told.iter().find(|told| told.key == AlertKey::about(Rule::LowAvailability, Analyzer.as_str())).unwrap();
    assert_eq!(low.title, "Few seats are left (analyzer)");
    assert_eq!(low.text, "9 of 400 analyzer seats are available (2 %).");
    assert!(low.next_step.contains("steward plan"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_between_the_thresholds_changes_nothing(values in prop::collection::vec(348_u32..=379, 1..100)) {
        let mut alerts = Alerts::default();
        without_repeats(&mut alerts.settings);
        let mut hour = 0;
        for value in std::iter::once(&365).chain(&values) {
            alerts.step_at(hour, &with_pool(hour, *value));
            hour += 6;
        }
        prop_assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing]);
    }

    #[test]
    fn firing_and_resolved_take_turns(values in prop::collection::vec((0_u32..=420, 0_i64..40, any::<bool>()), 1..80)) {
        let mut alerts = Alerts::default();
        let mut hour = 0;
        for (value, hours, is_known) in values {
            let facts = if is_known { with_pool(hour, value) } else { Observations::default() };
            alerts.step_at(hour, &facts);
            hour += hours;
        }
        for rule in Rule::ALL {
            let kinds = alerts.kinds(rule);
            let turns: Vec<Kind> = kinds.into_iter().filter(|kind| matches!(kind, Kind::Firing | Kind::Resolved)).collect();
            for (place, kind) in turns.iter().enumerate() {
                prop_assert_eq!(*kind, if place % 2 == 0 { Kind::Firing } else { Kind::Resolved });
            }
        }
        let ids: std::collections::BTreeSet<_> = alerts.told.iter().map(|told| &told.id).collect();
        prop_assert_eq!(ids.len(), alerts.told.len());
    }
}
