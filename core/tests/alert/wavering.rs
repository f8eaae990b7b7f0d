//! Values that waver, facts that go missing, and what is said again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::alert::{
    AlertKey, JobFacts, Kind, Observations, OutboxFacts, Phase, Rule, RuleSettings, RunHeldFacts,
};
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

/// Six weeks of readings, each a number between two others that nobody foresees.
fn swaying(seed: u64, from: u32, to: u32) -> impl Iterator<Item = (i64, u32)> {
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..6 * 7 * 4).map(move |reading| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (reading * 6, from + u32::try_from(dice % u64::from(to - from + 1)).unwrap())
    })
}

#[test]
fn a_pool_that_sways_around_the_threshold_for_weeks_gives_one_alert() {
    for seed in 0..50 {
        let mut alerts = Alerts::default();
        without_repeats(&mut alerts.settings);
        // 5 % are 20 free seats: it has from 12 to 28, and 7 % are 28.
        for (hour, allocated) in swaying(seed, 372, 388) {
            alerts.step_at(hour, &with_pool(hour, allocated));
        }
        let fired = |rule| alerts.kinds(rule).iter().filter(|kind| **kind == Kind::Firing).count();
        assert_eq!((fired(Rule::LowAvailability), fired(Rule::HighUtilisation) <= 1), (1, true), "{seed}");
    }
}

#[test]
fn a_pool_that_sways_as_widely_as_it_can_gives_a_few_alerts_and_not_fifty() {
    for seed in 0..50 {
        let mut alerts = Alerts::default();
        for (hour, allocated) in swaying(seed, 330, 400) {
            alerts.step_at(hour, &with_pool(hour, allocated));
        }
        let fired = |rule| alerts.kinds(rule).iter().filter(|kind| **kind == Kind::Firing).count();
        assert!(fired(Rule::LowAvailability) <= 4 && fired(Rule::HighUtilisation) <= 4, "{seed}");
        // Six weeks with a reminder a day, and what became worse.
        assert!(alerts.told.len() <= 6 * 7 * 2, "{seed}: {}", alerts.told.len());
    }
}

#[test]
fn what_comes_back_has_to_be_clear_for_longer_each_time() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    let (mut resolved_after, mut hour) = (Vec::new(), 0);
    for _ in 0..5 {
        alerts.step_at(hour, &with_pool(hour, 365));
        let cleared = hour + 1;
        loop {
            hour += 1;
            if alerts.step_at(hour, &with_pool(hour, 100)).iter().any(|told| told.kind == Kind::Resolved) {
                break;
            }
        }
        resolved_after.push(hour - cleared);
        hour += 1;
    }
    assert_eq!(resolved_after, [24, 48, 96, 192, 192]);
    // After a quiet week it is another trouble.
    let later = hour + 8 * 24;
    alerts.step_at(later, &with_pool(later, 365));
    for hour in later + 1..=later + 25 {
        alerts.step_at(hour, &with_pool(hour, 100));
    }
    assert!(alerts.state.alerts().is_empty());
}

#[test]
fn other_facts_that_sway_give_one_alert_too() {
    let failing = |hour: i64| {
        let failure = (hour % 2 == 0).then(|| "it timed out".to_owned());
        BTreeMap::from([("release".to_owned(), JobFacts { failure })])
    };
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    for hour in 0..24 * 30 {
        let held = if hour / 24 % 2 == 0 { BTreeMap::from([("users-missing".to_owned(), 4)]) } else { BTreeMap::new() };
        let waiting = if hour / 2 % 2 == 0 { 900 } else { 10 };
        let facts = Observations {
            jobs: failing(hour / 2),
            last_plan: Some(RunHeldFacts { held, ..RunHeldFacts::default() }),
            outbox: Some(OutboxFacts { waiting, limit: 1000 }),
            deleted_owners: Some(BTreeMap::from([(Analyzer, u32::from(hour % 12 < 6))])),
            ..well(hour)
        };
        alerts.step_at(hour, &facts);
    }
    for (rule, at_most) in
        [(Rule::RunFailed, 2), (Rule::RunHeld, 3), (Rule::OutboxFilling, 2), (Rule::DeletedOwners, 1)]
    {
        let fired = alerts.kinds(rule).iter().filter(|kind| **kind == Kind::Firing).count();
        assert!((1..=at_most).contains(&fired), "{rule}: {fired}");
    }
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
