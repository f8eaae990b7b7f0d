//! What people read.

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::alert::{AlertKey, CertificateFacts, JobFacts, Notification, Observations, PoolFacts, Rule};
use steward_core::license_type::LicenseType::{self, Analyzer};

use crate::site::{Alerts, at_hour, pool, well, with_pool};

#[test]
fn a_resolved_alert_says_how_it_is_now_and_how_long_it_lasted() {
    let mut alerts = Alerts::default();
    for hour in 0..100 {
        alerts.step_at(hour, &with_pool(hour, if hour < 60 { 391 } else { 300 }));
    }
    let resolved = alerts.told.last().unwrap();
    assert_eq!(resolved.title, "Resolved: Few seats are left (analyzer)");
    assert_eq!(resolved.text, "100 of 400 analyzer seats are available (25 %). It lasted for 2 days.");
    assert_eq!(resolved.next_step, "");
}

#[test]
fn a_daemon_that_did_not_run_does_not_make_a_trouble_shorter() {
    let mut alerts = Alerts::default();
    alerts.step_at(0, &with_pool(0, 391));
    for hour in 240..270 {
        alerts.step_at(hour, &with_pool(hour, 300));
    }
    assert!(alerts.told.last().unwrap().text.ends_with("It lasted for 10 days."), "{:?}", alerts.told.last());
}

#[test]
fn one_seat_is_and_several_are() {
    let text = |available: u32| {
        let pools = BTreeMap::from([(LicenseType::Professional, PoolFacts { available, ..pool(300) })]);
        let told = Alerts::default().step_at(0, &Observations { pools: Some(pools), ..well(0) });
        told.first().unwrap().text.clone()
    };
    assert_eq!(text(0), "None of the 400 professional seats is available.");
    assert_eq!(text(1), "1 of 400 professional seats is available (less than 1 %).");
    assert_eq!(text(8), "8 of 400 professional seats are available (2 %).");
}

#[test]
fn days_and_times_are_readable() {
    let told = |facts: Observations| {
        let mut alerts = Alerts::default();
        alerts.step_at(0, &facts);
        alerts.step_at(1, &facts);
        alerts.told.first().unwrap().text.clone()
    };
    let certificate =
        |hour| told(Observations { certificate: Some(CertificateFacts { expires_at: at_hour(hour) }), ..well(0) });
    assert_eq!(certificate(14), "The client certificate ends on 2026-07-01 at 14:00 UTC (today).");
    assert_eq!(certificate(25), "The client certificate ends on 2026-07-02 at 01:00 UTC (in 1 day).");
    assert_eq!(certificate(-1), "The client certificate ended on 2026-06-30 at 23:00 UTC.");
    let paused = Observations { paused_since: Some(Some(at_hour(-8 * 24))), ..well(0) };
    assert_eq!(told(paused), "Releases have been paused for 8 days, since 2026-06-23 at 00:00 UTC.");
}

#[test]
fn a_test_says_who_and_about_what() {
    let key = AlertKey::about(Rule::LowAvailability, "analyzer");
    let told = Notification::test(key, "admin", at_hour(0));
    assert_eq!(told.title, "Test: Few seats are left (analyzer)");
    assert_eq!(told.text, "admin tries whether this message arrives; nothing has happened.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_others_write_texts_are_bounded_sentences(
        job in any::<String>(), failure in any::<String>(), entries in prop::collection::vec(any::<String>(), 0..5), times in 1_usize..3000
    ) {
        let facts = Observations {
            jobs: BTreeMap::from([(job.repeat(times), JobFacts { failure: Some(failure.repeat(times)) })]),
            settings_problem: Some(Some(failure.clone())),
            unmatched_protections: Some(entries),
            pools: Some(BTreeMap::from([(Analyzer, pool(500))])),
            ..well(0)
        };
        let mut alerts = Alerts::default();
        for hour in 0..3 {
            alerts.step_at(hour, &facts);
        }
        for told in &alerts.told {
            prop_assert!(told.text.ends_with('.') && !told.text.ends_with(".."), "{}", told.text);
            prop_assert!(told.text.chars().count() < 1200 && told.title.chars().count() < 200);
            prop_assert!(!told.text.chars().chain(told.title.chars()).any(char::is_control));
            prop_assert_eq!(AlertKey::parse(&told.key.to_string()), Some(told.key.clone()));
        }
    }
}

#[test]
fn more_subjects_than_anybody_reads_do_not_resolve_each_other() {
    let entries = |from: u32, to: u32| Some((from..to).map(|number| format!("tag {number:05}")).collect::<Vec<_>>());
    let mut alerts = Alerts::default();
    crate::site::without_repeats(&mut alerts.settings);
    let look = |alerts: &mut Alerts, hour: i64, unmatched_protections| {
        alerts.step_at(hour, &Observations { unmatched_protections, ..well(hour) }).len()
    };
    assert_eq!(look(&mut alerts, 0, entries(1000, 1050)), 50);
    // Ten more in front of them.
    assert_eq!(look(&mut alerts, 1, entries(990, 1050)), 10);
    assert!((2..40).map(|hour| look(&mut alerts, hour, entries(990, 1050))).sum::<usize>() == 0);
    // Others at each look, for a year: not without end.
    for hour in 40..400 {
        let from = u32::try_from(hour).unwrap() * 60;
        look(&mut alerts, hour, entries(from, from + 60));
    }
    assert!(alerts.state.alerts().len() <= 100, "{}", alerts.state.alerts().len());
}
