//! Whatever is observed, in whatever order: what is told about one alert is a story with one beginning and one end.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward_core::alert::{
    AlertState, CertificateFacts, JobFacts, Kind, LicenseFacts, Notification, Observations, OutboxFacts, PoolFacts,
    ReleaseFacts, Rule, RunHeldFacts, Silence, SinkFacts, step,
};
use steward_core::cost::{Budget, BudgetFor, BudgetState, Currency, Money};
use steward_core::forecast::{Forecast, NoForecast};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

use crate::quarter::forecast;
use crate::site::{Alerts, at_hour};

fn any_type() -> impl Strategy<Value = LicenseType> {
    prop::sample::select(LicenseType::ALL.to_vec())
}

fn any_pool() -> impl Strategy<Value = PoolFacts> {
    (0_u32..120, 0_u32..120, 0_u32..120, 0_u32..3).prop_map(|(total, allocated, available, excess)| PoolFacts {
        total,
        allocated,
        available,
        excess,
    })
}

fn any_forecast() -> impl Strategy<Value = Forecast> {
    (0_u32..8).prop_flat_map(|kind| {
        (5_u32..60).prop_map(move |days| match kind {
            0 => Forecast::NoForecast(NoForecast::AlreadyExhausted),
            1 => Forecast::NoForecast(NoForecast::Constant),
            2 => Forecast::NoForecast(NoForecast::TotalUnknown),
            _ => forecast(days, at_hour(0)),
        })
    })
}

fn any_budget() -> impl Strategy<Value = (Currency, Budget)> {
    prop::sample::select(vec![BudgetState::Within, BudgetState::ProjectedAbove, BudgetState::Above]).prop_map(|state| {
        let amount = Money::of_minor(5_000_000);
        let (for_what, not_valued) = (BudgetFor::Bought, Vec::new());
        (
            Currency::new("EUR").unwrap(),
            Budget { for_what, not_valued, amount, spent: amount, projected: amount, state },
        )
    })
}

fn any_license() -> impl Strategy<Value = LicenseFacts> {
    (any::<Option<bool>>(), prop::option::of(-3_i64..100)).prop_map(|(has_ended, days_until_expiry)| LicenseFacts {
        has_ended,
        days_until_expiry,
        expiry: "x".to_owned(),
    })
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["release", "monitor", "cap", "users-missing", "ä b", ""]).prop_map(str::to_owned)
}

prop_compose! {
    fn about_pools()(
        pools in prop::option::weighted(0.9, prop::collection::btree_map(any_type(), any_pool(), 0..3)),
        forecasts in prop::collection::btree_map(any_type(), any_forecast(), 0..3),
        budget in prop::option::of(prop::option::of(any_budget())),
        server_license in prop::option::of(any_license()),
        deleted_owners in prop::option::of(prop::collection::btree_map(any_type(), 0_u32..3, 0..3)),
        double_seats in prop::option::of(0_u32..3),
    ) -> Observations {
        Observations { pools, forecasts, budget, server_license, deleted_owners, double_seats, ..Observations::default() }
    }
}

prop_compose! {
    fn about_steward()(
        read in prop::option::of(0_i64..400),
        longest_pause_hours in prop::option::of(1_u32..30),
        jobs in prop::collection::btree_map(name(), any::<bool>(), 0..3),
        plan in prop::option::of((prop::collection::btree_map(name(), 0_u32..9, 0..3), any::<bool>(), any::<bool>())),
        succeeded in prop::option::of((any::<bool>(), -200_i64..400, prop::option::of(1_u32..200))),
        waiting in prop::option::of(0_u64..100),
        sinks in prop::collection::btree_map(name(), (prop::option::of(0_u64..120), 0_u64..2), 0..3),
        problem in prop::option::of(prop::option::of(name())),
        certificate in prop::option::of(-100_i64..2000),
        paused in prop::option::of(prop::option::of(-400_i64..400)),
        unmatched_protections in prop::option::of(prop::collection::vec(name(), 0..3)),
    ) -> Observations {
        let job = |(name, failed): (String, bool)| (name, JobFacts { failure: failed.then(|| "no".to_owned()) });
        let sink = |(name, (oldest_waiting_minutes, refused_kept))| {
            (name, SinkFacts { oldest_waiting_minutes, refused_kept, problem: None })
        };
        Observations {
            read_at: read.map(at_hour),
            longest_pause_hours,
            jobs: jobs.into_iter().map(job).collect(),
            last_plan: plan.map(|(held, fails, cap_is_routine)| RunHeldFacts {
                held, cap_is_routine, policy_fault: fails.then(|| "it trapped".to_owned()),
            }),
            releases: succeeded.map(|(is_scheduled, at, longest_pause_hours)| ReleaseFacts {
                is_scheduled, last_success_at: at_hour(at), longest_pause_hours,
            }),
            outbox: waiting.map(|waiting| OutboxFacts { waiting, limit: 100 }),
            sinks: sinks.into_iter().map(sink).collect(),
            settings_problem: problem,
            certificate: certificate.map(|hour| CertificateFacts { expires_at: at_hour(hour) }),
            paused_since: paused.map(|since| since.map(at_hour)),
            unmatched_protections,
            ..Observations::default()
        }
    }
}

prop_compose! {
    /// A look, and how many hours after the one before; some clocks go back.
    fn any_look()(pools in about_pools(), own in about_steward(), hours in prop_oneof![5 => 0_i64..30, 1 => -50_i64..300]) -> (Observations, i64) {
        let Observations { pools, forecasts, budget, server_license, deleted_owners, double_seats, .. } = pools;
        (Observations { pools, forecasts, budget, server_license, deleted_owners, double_seats, ..own }, hours)
    }
}

fn any_silence() -> impl Strategy<Value = Silence> {
    (prop::option::of(prop::sample::select(Rule::ALL.to_vec())), 0_i64..600).prop_map(|(rule, until)| Silence {
        id: format!("s{until}"),
        rule,
        subject: None,
        by: "admin".to_owned(),
        note: String::new(),
        from: at_hour(0),
        until: at_hour(until),
    })
}

/// A beginning, anything between, and an end: of what was sent, for each alert.
fn check_stories(told: &[Notification]) -> Result<(), TestCaseError> {
    let mut open: BTreeMap<&str, &Notification> = BTreeMap::new();
    let mut over: BTreeSet<&str> = BTreeSet::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for notification in told.iter().filter(|told| told.silenced_by.is_none()) {
        let alert = notification.alert_id.as_str();
        prop_assert!(ids.insert(&notification.id), "an id twice");
        prop_assert!(!over.contains(alert), "something after the end");
        match notification.kind {
            Kind::Firing => {
                prop_assert!(open.insert(alert, notification).is_none(), "it fires twice");
                let of_key = open.values().filter(|other| other.key == notification.key).count();
                prop_assert_eq!(of_key, 1, "two alerts about one thing");
            }
            Kind::Worse | Kind::Repeat => prop_assert!(open.contains_key(alert), "it never fired"),
            Kind::Resolved | Kind::Replaced => {
                prop_assert!(open.remove(alert).is_some(), "an end without a beginning");
                over.insert(alert);
            }
            Kind::Test => prop_assert!(false, "nobody tested anything"),
        }
        prop_assert!(notification.text.ends_with('.') && !notification.text.ends_with(".."), "{}", notification.text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_alert_is_a_story_with_one_beginning_and_one_end(
        looks in prop::collection::vec(any_look(), 1..60), silences in prop::collection::vec(any_silence(), 0..3)
    ) {
        let mut alerts = Alerts { silences, ..Alerts::default() };
        let (mut hour, mut kept, mut told) = (0, AlertState::default(), Vec::new());
        for (facts, hours) in looks {
            hour += hours;
            let now: Instant = at_hour(hour);
            alerts.step(&facts, now);
            let stepped = step(kept, &facts, &alerts.settings, &alerts.silences, now);
            kept = stepped.state;
            told.extend(stepped.notifications);
        }
        prop_assert_eq!(&told, &alerts.told, "a restart changed something");
        check_stories(&told)?;
        // Whoever is told that something fires, and nothing of its end, is told of what still fires.
        let firing = alerts.state.alerts().values().filter(|alert| alert.fired_at.is_some()).count();
        let past = alerts.state.history().len();
        let begun: BTreeSet<&str> = told.iter().filter(|told| told.kind == Kind::Firing).map(|told| told.alert_id.as_str()).collect();
        prop_assert_eq!(begun.len(), firing + past);
    }
}
