//! Alerts whose severity rises and falls.

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::alert::{Kind, Observations, PoolFacts, Rule, RuleSettings, Severity, Silence};
use steward_core::license_type::LicenseType::Analyzer;

use crate::site::{Alerts, at_hour, pool, well, without_repeats};

/// So many seats of 400 are available: below 20 are few, and none is critical.
fn available(hour: i64, seats: u32) -> Observations {
    let pools = Some(BTreeMap::from([(Analyzer, PoolFacts { available: seats, ..pool(300) })]));
    Observations { pools, ..well(hour) }
}

/// One number for each hour.
fn run(alerts: &mut Alerts, seats: impl IntoIterator<Item = u32>) -> Vec<(Kind, Severity, i64)> {
    let mut told = Vec::new();
    for (hour, seats) in (0..).zip(seats) {
        told.extend(
            alerts.step_at(hour, &available(hour, seats)).into_iter().map(|told| (told.kind, told.severity, hour)),
        );
    }
    told
}

fn hours(seats: u32, hours: usize) -> impl Iterator<Item = u32> {
    std::iter::repeat_n(seats, hours)
}

#[test]
fn severity_falls_without_a_word_and_rises_with_one() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    let seats = hours(3, 2).chain(hours(0, 2)).chain(hours(5, 30)).chain(hours(0, 2)).chain(hours(300, 30));
    let told = run(&mut alerts, seats);
    let expected = [
        (Kind::Firing, Severity::Warning, 0),
        (Kind::Worse, Severity::Critical, 2),
        (Kind::Worse, Severity::Critical, 34),
        (Kind::Resolved, Severity::Critical, 60),
    ];
    assert_eq!(told, expected);
    assert_eq!(alerts.state.history().back().unwrap().severity, Severity::Critical);
}

#[test]
fn whoever_heard_that_it_is_critical_hears_of_its_end_as_critical() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    run(&mut alerts, hours(0, 1).chain(hours(5, 40)));
    let alert = alerts.state.alerts().values().next().unwrap();
    assert_eq!(alert.severity, Severity::Warning);
    run(&mut alerts, hours(300, 80));
    assert_eq!(alerts.told.last().map(|told| (told.kind, told.severity)), Some((Kind::Resolved, Severity::Critical)));
}

#[test]
fn a_severity_that_sways_is_told_once_and_braked_without_clear_for() {
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    let told = run(&mut alerts, (0..24 * 14).map(|hour| if hour % 2 == 0 { 3 } else { 0 }));
    assert_eq!(told.len(), 2, "{told:?}");

    // Nobody waits for anything: then an hour is the brake.
    let at_once = RuleSettings { clear_for_minutes: Some(0), repeat_hours: Some(0), ..RuleSettings::default() };
    let mut alerts = Alerts::default();
    alerts.settings.rules.insert(Rule::LowAvailability, at_once);
    for minute in 0..240 {
        let now = steward_core::instant::Instant::from_millis(at_hour(0).millis() + minute * 60_000).unwrap();
        alerts.step(&available(0, if minute % 2 == 0 { 3 } else { 0 }), now);
    }
    assert!(alerts.told.len() <= 5, "{}", alerts.told.len());
}

#[test]
fn what_became_worse_in_a_silence_is_told_after_it() {
    let silence = Silence {
        id: "s".to_owned(),
        rule: None,
        subject: None,
        by: "admin".to_owned(),
        note: String::new(),
        from: at_hour(2),
        until: at_hour(9),
    };
    let mut alerts = Alerts::default();
    without_repeats(&mut alerts.settings);
    run(&mut alerts, hours(3, 2));
    alerts.silences.push(silence);
    for hour in 2..12 {
        alerts.step_at(hour, &available(hour, 0));
    }
    assert_eq!(alerts.sent(Rule::LowAvailability), [(Kind::Firing, at_hour(0)), (Kind::Worse, at_hour(9))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_rise_is_told_at_most_once(seats in prop::collection::vec((0_u32..25, 1_usize..40), 1..40)) {
        let mut alerts = Alerts::default();
        without_repeats(&mut alerts.settings);
        let all: Vec<u32> = seats.into_iter().flat_map(|(seats, times)| hours(seats, times)).collect();
        let rises = std::iter::once(&1).chain(&all).zip(&all).filter(|(before, now)| **before > 0 && **now == 0).count();
        let told = run(&mut alerts, all);
        let worse: Vec<i64> = told.iter().filter(|told| told.0 == Kind::Worse).map(|told| told.2).collect();
        prop_assert!(worse.len() <= rises);
        prop_assert!(worse.windows(2).all(|pair| pair[1] - pair[0] >= 24));
    }
}
