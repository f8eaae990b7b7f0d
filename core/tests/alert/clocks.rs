//! Clocks that somebody sets while alerts are on their way.

use proptest::prelude::*;
use steward_core::alert::{Kind, Observations, Rule};

use crate::site::{Alerts, at_hour, with_pool};

/// The hour that the clock shows at each step, one real hour apart.
fn kinds(clock: impl IntoIterator<Item = i64>, rule: Rule, facts: impl Fn(i64) -> Observations) -> Vec<Kind> {
    let mut alerts = Alerts::default();
    for (step, shown) in clock.into_iter().enumerate() {
        alerts.step_at(shown, &facts(i64::try_from(step).unwrap()));
    }
    alerts.kinds(rule)
}

#[test]
fn a_clock_that_goes_back_and_forth_repeats_no_alert_at_every_step() {
    // A year ahead, and back, at each step of two days.
    let clock = (0..48).map(|step| step + if step % 2 == 0 { 0 } else { 9000 });
    let told = kinds(clock, Rule::HighUtilisation, |hour| with_pool(hour, 365));
    // One leap counts for a day, so every leap may repeat it once and no more; the alert itself is one.
    assert_eq!(told.iter().filter(|kind| **kind == Kind::Firing).count(), 1);
    assert!(told.len() <= 1 + 24, "{told:?}");
}

#[test]
fn one_leap_repeats_at_most_once_and_loses_nothing() {
    for leap in [-9000, -24, -1, 1, 24, 9000] {
        let clock = (0..20).chain(20 + leap..40 + leap).chain(40..60);
        let told = kinds(clock, Rule::HighUtilisation, |hour| with_pool(hour, if hour < 50 { 365 } else { 100 }));
        assert_eq!(told[0], Kind::Firing, "{leap}");
        assert!(told.len() <= 5, "{leap}: {told:?}");
    }
}

#[test]
fn an_alert_resolves_though_the_clock_went_back() {
    let clock = (0..20).chain(-5000..-4960);
    let told = kinds(clock, Rule::HighUtilisation, |step| with_pool(step, if step < 25 { 365 } else { 100 }));
    assert_eq!((told.first(), told.last()), (Some(&Kind::Firing), Some(&Kind::Resolved)));
}

#[test]
fn readings_that_stay_away_are_told_though_the_clock_went_back() {
    let clock = (0..10).chain(-5000..-4950);
    let told = kinds(clock, Rule::DataStale, |_| Observations { read_at: Some(at_hour(9)), ..Observations::default() });
    assert_eq!(told[0], Kind::Firing);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_clock_shows_a_steady_condition_fires_once(clock in prop::collection::vec(-2000_i64..2000, 2..80)) {
        let told = kinds(clock.clone(), Rule::HighUtilisation, |hour| with_pool(hour, 365));
        prop_assert_eq!(told.iter().filter(|kind| **kind == Kind::Firing).count(), 1);
        prop_assert!(!told.contains(&Kind::Resolved));
        prop_assert!(told.len() <= clock.len());
    }
}
