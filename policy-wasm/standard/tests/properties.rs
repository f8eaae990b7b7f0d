//! What holds for every seat: dates are kept to the millisecond, and more protection never releases more.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use steward_policy_sdk::contract::{Candidate, DeletedOwner, KnownOwner, Owner};
use steward_policy_sdk::testing::{NOW, days_ago, decide, person, property, seat_of};
use steward_policy_sdk::{Decision, Evaluator, LastUse, MS_PER_DAY, RunContext, Verdict};
use steward_policy_standard::Standard;

const DATES: [&str; 7] =
    ["2026-11-21", "2026-11-22", "2026-12-24", "2027-03-01T00:00+05:30", "2026-11-22T12:00:00Z", "soon", ""];

fn at(now: i64, settings: &Value, seat: &Candidate) -> Decision {
    let run = RunContext { now, pools: Vec::new() };
    decide(&Evaluator::<Standard>::configure(&settings.to_string(), &run).expect("good settings"), seat)
}

fn instant() -> impl Strategy<Value = i64> {
    (-3_i64..100, -1_i64..=1).prop_map(|(days, ms)| days_ago(days) + ms)
}

fn owner() -> impl Strategy<Value = Owner> {
    let id = select(&["jdoe", "svc_reload", "ADM_x"][..]);
    let role = vec(select(&["ContentAdmin", "AuditAdmin"][..]), 0..2);
    let known = (id, role, vec(select(&DATES[..]), 0..3), any::<bool>()).prop_map(|(id, roles, dates, blocked)| {
        let dates = dates.into_iter().map(|date| property("KeepUntil", date));
        Owner::Known(KnownOwner {
            roles: roles.into_iter().map(str::to_owned).collect(),
            attributes: vec![property("group", if blocked { "Finance" } else { "Sales" })],
            custom_properties: dates.collect(),
            blocked,
            ..person(id)
        })
    });
    let deleted = DeletedOwner { user_directory: "ACME".to_owned(), user_id: "svc_old".to_owned() };
    prop_oneof![8 => known, 1 => Just(Owner::Deleted(deleted)), 1 => Just(Owner::Unresolved)]
}

fn seat() -> impl Strategy<Value = Candidate> {
    let last_use =
        prop_oneof![6 => instant().prop_map(LastUse::At), 3 => Just(LastUse::Never), 1 => Just(LastUse::Unknown)];
    (last_use, prop::option::weighted(0.9, instant()), owner(), prop::bool::weighted(0.05)).prop_map(
        |(last_use, allocated_at, owner, quarantined)| Candidate {
            last_use,
            allocated_at,
            owner,
            quarantined,
            ..seat_of(person("jdoe"))
        },
    )
}

/// Settings without and with protections.
fn settings() -> impl Strategy<Value = (Value, Value)> {
    let days = || select(&[1_u32, 7, 30, 90][..]);
    let protect = (
        select(vec![json!([]), json!(["contentadmin "])]),
        select(vec![json!([]), json!([{ "name": "GROUP", "value": "finance" }])]),
        select(vec![json!([]), json!(["svc_*"]), json!(["acme\\adm_?"])]),
        select(vec![json!(null), json!("keepuntil")]),
    )
        .prop_map(|(role, attribute, patterns, property)| {
            json!({ "role": role, "attribute": attribute, "namePattern": patterns, "keepUntilProperty": property })
        });
    (days(), days(), any::<bool>(), protect).prop_map(|(threshold, grace, deleted_may_go, protect)| {
        let plain = json!({
            "licenseType": { "analyzer": { "enable": true, "releaseThresholdDays": threshold } },
            "neverUsedGraceDays": grace,
            "deletedOwner": if deleted_may_go { "release" } else { "keep" },
        });
        let mut protected = plain.clone();
        protected["protect"] = protect;
        (plain, protected)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_verdict_turns_at_its_date_and_never_without_one((_, settings) in settings(), seat in seat()) {
        let decision = at(NOW, &settings, &seat);
        match decision.flips_at {
            Some(flips_at) => {
                prop_assert!(flips_at > NOW && decision.verdict == Verdict::Keep);
                prop_assert_eq!(at(flips_at - 1, &settings, &seat).verdict, Verdict::Keep);
                prop_assert_eq!(at(flips_at, &settings, &seat).verdict, Verdict::Release);
            }
            None => {
                for days in [1, 10, 100, 10_000] {
                    prop_assert_eq!(at(NOW + days * MS_PER_DAY, &settings, &seat).verdict, decision.verdict);
                }
            }
        }
    }

    #[test]
    fn more_protection_never_releases_more((plain, protected) in settings(), seat in seat()) {
        if at(NOW, &protected, &seat).verdict == Verdict::Release {
            prop_assert_eq!(at(NOW, &plain, &seat), at(NOW, &protected, &seat));
        }
    }
}
