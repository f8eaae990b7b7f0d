//! Silences mute and do not forget.

use proptest::prelude::*;
use steward_core::alert::{AlertKey, AlertState, Kind, Notification, Rule, Silence, step};
use steward_core::instant::Instant;

use crate::site::{Alerts, at_hour, with_pool, without_repeats};

fn silence(rule: Option<Rule>, subject: Option<&str>, until: i64) -> Silence {
    Silence {
        id: "s1".to_owned(),
        rule,
        subject: subject.map(str::to_owned),
        by: "admin".to_owned(),
        note: "known".to_owned(),
        from: at_hour(0),
        until: at_hour(until),
    }
}

#[test]
fn a_silence_covers_a_rule_a_subject_or_everything() {
    let key = AlertKey::about(Rule::HighUtilisation, "analyzer");
    for (rule, subject, covers) in [
        (None, None, true),
        (Some(Rule::HighUtilisation), None, true),
        (Some(Rule::HighUtilisation), Some(" Analyzer"), true),
        (None, Some("analyzer"), true),
        (Some(Rule::LowAvailability), None, false),
        (Some(Rule::HighUtilisation), Some("professional"), false),
    ] {
        assert_eq!(silence(rule, subject, 5).covers(&key), covers, "{rule:?} {subject:?}");
    }
}

#[test]
fn what_fires_in_a_silence_is_told_when_the_silence_ends() {
    let mut alerts = Alerts { silences: vec![silence(None, None, 10)], ..Alerts::default() };
    for hour in 0..12 {
        alerts.step_at(hour, &with_pool(hour, 365));
    }
    assert_eq!(alerts.sent(Rule::HighUtilisation), [(Kind::Firing, at_hour(10))]);
    let ids: Vec<&str> = alerts.told.iter().map(|told| told.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "it is the same event");
}

#[test]
fn what_fires_and_ends_in_a_silence_is_in_the_history() {
    let mut alerts = Alerts { silences: vec![silence(None, None, 100)], ..Alerts::default() };
    for hour in 0..50 {
        alerts.step_at(hour, &with_pool(hour, if hour < 5 { 365 } else { 100 }));
    }
    assert_eq!(alerts.sent(Rule::HighUtilisation), []);
    let past = alerts.state.history().back().unwrap();
    assert!(past.was_muted && past.silenced_by.contains("s1"));
    assert_eq!((past.fired_at, past.resolved_at), (at_hour(0), at_hour(29)));
}

#[test]
fn the_end_of_what_was_told_is_told_in_a_silence_too() {
    let mut alerts = Alerts::default();
    alerts.step_at(0, &with_pool(0, 365));
    alerts.silences.push(silence(None, None, 1000));
    for hour in 1..70 {
        alerts.step_at(hour, &with_pool(hour, if hour < 40 { 365 } else { 100 }));
    }
    assert_eq!(alerts.kinds(Rule::HighUtilisation), [Kind::Firing, Kind::Resolved]);
}

prop_compose! {
    fn any_silences()(ends in prop::collection::vec((0_usize..25, 0_i64..400), 0..5)) -> Vec<Silence> {
        ends.into_iter().enumerate().map(|(number, (rule, until))| Silence {
            id: format!("s{number}"),
            ..silence(Rule::ALL.get(rule).copied(), None, until)
        }).collect()
    }
}

fn run(values: &[(u32, i64)], silences: &[Silence]) -> (AlertState, Vec<Notification>) {
    let mut alerts = Alerts { silences: silences.to_vec(), ..Alerts::default() };
    without_repeats(&mut alerts.settings);
    let mut hour = 0;
    for (value, hours) in values {
        hour += hours;
        alerts.step_at(hour, &with_pool(hour, *value));
    }
    (alerts.state, alerts.told)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn silences_never_lose_that_something_fired(
        values in prop::collection::vec((300_u32..=410, 1_i64..20), 1..60), silences in any_silences()
    ) {
        let (loud, told) = run(&values, &[]);
        let (muted, told_muted) = run(&values, &silences);
        let fired = |state: &AlertState| -> Vec<(AlertKey, Instant)> {
            let past = state.history().iter().map(|past| (past.key.clone(), past.fired_at));
            let now = state.alerts().iter().filter_map(|(key, alert)| Some((key.clone(), alert.fired_at?)));
            past.chain(now).collect()
        };
        prop_assert_eq!(fired(&loud), fired(&muted));
        // The same events with the same ids, some of them marked, and some told once more after the silence.
        let ids = |told: &[Notification]| told.iter().filter(|told| told.kind != Kind::Worse)
            .map(|told| told.id.clone()).collect::<std::collections::BTreeSet<_>>();
        prop_assert_eq!(ids(&told), ids(&told_muted));
        let mut sent: Vec<&String> = told_muted.iter().filter(|told| told.silenced_by.is_none()).map(|told| &told.id).collect();
        let all = sent.len();
        sent.sort();
        sent.dedup();
        prop_assert_eq!(sent.len(), all, "nothing is sent twice");
    }

    #[test]
    fn a_restart_at_any_step_changes_nothing(
        values in prop::collection::vec((300_u32..=410, 0_i64..40), 1..60), silences in any_silences()
    ) {
        // The other tests restart after each step.
        let (_, restarted) = run(&values, &silences);
        let mut alerts = Alerts::default();
        without_repeats(&mut alerts.settings);
        let (mut state, mut told, mut hour) = (AlertState::default(), Vec::new(), 0);
        for (value, hours) in &values {
            hour += hours;
            let stepped = step(state, &with_pool(hour, *value), &alerts.settings, &silences, at_hour(hour));
            state = stepped.state;
            told.extend(stepped.notifications);
        }
        prop_assert_eq!(told, restarted);
    }
}
