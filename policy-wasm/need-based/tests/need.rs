//! How many seats are lacking, and what that means for one seat.

use proptest::prelude::*;
use serde_json::{Value, json};
use steward_policy_need_based::NeedBased;
use steward_policy_sdk::contract::Candidate;
use steward_policy_sdk::testing::{
    NOW, check_description, days_ago, decide, person, pool, run as run_without_pools, seat_of,
};
use steward_policy_sdk::{Evaluator, LastUse, LicenseType, Policy, Pool, RunContext, Verdict};

const PAGE: &str = include_str!("../../../docs/policies/need-based.md");

fn run(pools: Vec<Pool>) -> RunContext {
    RunContext { now: NOW, pools }
}

/// Analyzer seats go after thirty days, until `target` of them are free.
fn settings(target: &Value) -> Value {
    json!({
        "licenseType": { "analyzer": { "enable": true, "releaseThresholdDays": 30 } },
        "targetFree": { "analyzer": target },
    })
}

fn configured(settings: &Value, run: &RunContext) -> Evaluator<NeedBased> {
    Evaluator::configure(&settings.to_string(), run).expect("good settings")
}

#[track_caller]
fn check_quota(what: &str, target: &Value, pool: Pool, expected: u32) {
    let policy = configured(&settings(target), &run(vec![pool]));
    assert_eq!(policy.quota(LicenseType::Analyzer), Some(expected), "{what}");
    let decision = decide(&policy, &seat_of(person("jdoe")));
    assert_eq!(decision.verdict == Verdict::Release, expected > 0, "{what}: {}", decision.reason);
}

/// A hundred seats, of which so many are allocated.
fn of_hundred(allocated: u32) -> Pool {
    pool(LicenseType::Analyzer, 100, allocated)
}

#[test]
fn the_host_would_load_it() {
    check_description::<NeedBased>();
    for rule in &NeedBased::RULES[17..] {
        assert!(PAGE.contains(&format!("| `{}` |", rule.id)), "the page does not have the rule {}", rule.id);
    }
}

#[test]
fn so_many_seats_go_as_are_lacking() {
    let ten = json!({ "seats": 10 });
    check_quota("all are free", &ten, of_hundred(0), 0);
    check_quota("more than enough", &ten, of_hundred(80), 0);
    check_quota("just enough", &ten, of_hundred(90), 0);
    check_quota("one too few", &ten, of_hundred(91), 1);
    check_quota("none is free", &ten, of_hundred(100), 10);
    check_quota("none is wanted", &json!({ "seats": 0 }), of_hundred(100), 0);
    check_quota("more are wanted than there are", &json!({ "seats": 500 }), of_hundred(100), 100);
    check_quota("no seats at all", &ten, pool(LicenseType::Analyzer, 0, 0), 0);
}

#[test]
fn a_share_is_rounded_up_to_a_whole_seat() {
    let percent = |percent: u32| json!({ "percent": percent });
    check_quota("five of a hundred", &percent(5), of_hundred(100), 5);
    check_quota("five per cent of 30 are 1.5", &percent(5), pool(LicenseType::Analyzer, 30, 30), 2);
    check_quota("one per cent of 1", &percent(1), pool(LicenseType::Analyzer, 1, 1), 1);
    check_quota("nothing", &percent(0), of_hundred(100), 0);
    check_quota("everything", &percent(100), of_hundred(60), 60);
    check_quota("of very many", &percent(50), pool(LicenseType::Analyzer, u32::MAX, u32::MAX), 2_147_483_648);
}

#[test]
fn seats_above_the_total_are_paid_off_first() {
    let above = Pool { total: 100, allocated: 103, available: 0, excess: 3, ..of_hundred(100) };
    check_quota("ten are wanted", &json!({ "seats": 10 }), above, 13);
    check_quota("none is wanted", &json!({ "seats": 0 }), above, 3);
    check_quota("a server that does not tell", &json!({ "seats": 10 }), Pool { excess: 0, ..above }, 13);
}

#[test]
fn a_quarantined_seat_is_not_free_yet_unless_the_settings_count_it() {
    let waiting = Pool { allocated: 91, quarantined: 4, available: 5, ..of_hundred(0) };
    check_quota("it is not free", &json!({ "seats": 10 }), waiting, 5);
    let mut counting = settings(&json!({ "seats": 10 }));
    counting["countQuarantined"] = json!(true);
    let quota = |pool| configured(&counting, &run(vec![pool])).quota(LicenseType::Analyzer);
    assert_eq!(quota(waiting), Some(1));
    assert_eq!(quota(Pool { quarantined: 9, allocated: 86, ..waiting }), Some(0));
    // 98 are allocated and 5 quarantined of 100: when the quarantine is over, 2 are free.
    let both = Pool { allocated: 98, quarantined: 5, available: 0, excess: 3, ..of_hundred(0) };
    assert_eq!(quota(both), Some(8));
}

#[test]
fn a_pool_that_nobody_counted_or_that_cannot_be_lacks_nothing() {
    let ten = settings(&json!({ "seats": 10 }));
    let full = of_hundred(100);
    for (what, pools) in [
        ("missing", vec![]),
        ("another type", vec![pool(LicenseType::Professional, 100, 100)]),
        ("twice", vec![full, full]),
        ("more free than there are", vec![Pool { available: 101, ..full }]),
        ("free and allocated at once", vec![Pool { available: 1, ..full }]),
        ("free although above the total", vec![Pool { available: 1, excess: 1, allocated: 100, ..full }]),
        ("more above the total than allocated", vec![Pool { allocated: 2, excess: 3, ..full }]),
    ] {
        let policy = configured(&ten, &run(pools));
        assert_eq!(policy.quota(LicenseType::Analyzer), Some(0), "{what}");
        assert_eq!(decide(&policy, &seat_of(person("jdoe"))).rule, "pool-unknown", "{what}");
    }
}

#[test]
fn a_type_without_a_target_lacks_nothing() {
    let policy = configured(&json!({}), &run_without_pools());
    for kind in [LicenseType::Analyzer, LicenseType::Professional, LicenseType::User] {
        assert_eq!(policy.quota(kind), Some(0));
    }
    assert_eq!(decide(&policy, &seat_of(person("jdoe"))).rule, "license-type-disabled");
}

/// The rule decides about the seat, and the page shows what it says.
#[track_caller]
fn check(rule: &str, policy: &Evaluator<NeedBased>, seat: &Candidate) {
    let decision = decide(policy, seat);
    assert_eq!(decision.rule, rule, "{}", decision.reason);
    let line = format!("| `{rule}` | {} |", decision.reason);
    assert!(PAGE.contains(&line), "the page does not have: {line}");
}

#[test]
fn the_page_shows_what_the_rules_say() {
    let ten = settings(&json!({ "seats": 10 }));
    let seat = seat_of(person("jdoe"));
    check("pool-unknown", &configured(&ten, &run(vec![])), &seat);
    check("enough-free", &configured(&ten, &run(vec![of_hundred(85)])), &seat);
    let short = configured(&ten, &run(vec![of_hundred(98)]));
    check("idle", &short, &seat);
    check("never-used", &short, &Candidate { last_use: LastUse::Never, ..seat.clone() });
    let evidence = short.explain(&seat).into_iter().find(|outcome| outcome.rule == "enough-free");
    assert!(PAGE.contains(&format!("*{}*", evidence.expect("every rule is explained").evidence)));
}

#[test]
fn protections_come_first_and_the_longest_idle_go_first() {
    let mut protecting = settings(&json!({ "seats": 10 }));
    protecting["neverRelease"] = json!({ "tag": ["keep"] });
    protecting["protect"] = json!({ "namePattern": ["svc_*"] });
    let policy = configured(&protecting, &run(vec![of_hundred(85)]));
    assert_eq!(decide(&policy, &seat_of(person("svc_x"))).rule, "protect.name-pattern");
    let policy = configured(&protecting, &run(vec![of_hundred(100)]));
    assert_eq!(decide(&policy, &seat_of(person("svc_x"))).rule, "protect.name-pattern");
    let used = |days| Candidate { last_use: LastUse::At(days_ago(days)), ..seat_of(person("jdoe")) };
    let priority = |days| decide(&policy, &used(days)).priority;
    assert_eq!((priority(40), priority(400)), (40, 400));
    assert_eq!(decide(&policy, &Candidate { last_use: LastUse::Never, ..used(0) }).priority, 500);
}

#[test]
fn time_alone_turns_nothing_while_enough_are_free() {
    let ten = settings(&json!({ "seats": 10 }));
    let used = Candidate { last_use: LastUse::At(days_ago(10)), ..seat_of(person("jdoe")) };
    let decision = |allocated| decide(&configured(&ten, &run(vec![of_hundred(allocated)])), &used);
    assert_eq!((decision(50).rule.as_str(), decision(50).flips_at), ("recently-used", None));
    assert_eq!((decision(95).rule.as_str(), decision(95).flips_at), ("recently-used", Some(days_ago(-20))));
}

#[track_caller]
fn refused(settings: &Value, expected: &[(&str, &str)]) {
    let errors = Evaluator::<NeedBased>::configure(&settings.to_string(), &run(vec![]));
    let errors = errors.err().expect("settings to be refused");
    let found: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(found, expected.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    for (error, (_, words)) in errors.iter().zip(expected) {
        assert!(error.message.contains(words), "{}: {}", error.path, error.message);
    }
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let either = "either `seats` or `percent`";
    refused(&settings(&json!(null)), &[("/targetFree/analyzer", "write `analyzer: { seats: 10 }`")]);
    refused(&settings(&json!({})), &[("/targetFree/analyzer", either)]);
    refused(&settings(&json!({ "seats": 1, "percent": 1 })), &[("/targetFree/analyzer", either)]);
    refused(&settings(&json!({ "percent": 101 })), &[("/targetFree/analyzer/percent", "0 to 100")]);
    refused(&settings(&json!({ "seats": 10_000_001 })), &[("/targetFree/analyzer/seats", "up to 10000000")]);
    refused(&settings(&json!({ "seats": -1 })), &[("/targetFree/analyzer/seats", "invalid value")]);
    refused(&settings(&json!({ "seat": 1 })), &[("/targetFree/analyzer/seat", "unknown field")]);
    let both = json!({ "targetFree": { "user": {} }, "protect": { "role": [""] } });
    refused(&both, &[("/targetFree/user", either), ("/protect/role/0", "blank")]);
}

proptest! {
    #[test]
    fn releasing_as_many_as_are_lacking_makes_the_target(
        total in 0_u32..300, allocated in 0_u32..400, target in 0_u32..300,
    ) {
        let excess = allocated.saturating_sub(total);
        let pool = Pool { excess, ..pool(LicenseType::Analyzer, total, allocated) };
        let policy = configured(&settings(&json!({ "seats": target })), &run(vec![pool]));
        let quota = policy.quota(LicenseType::Analyzer).expect("a quota");
        let free_after = |released: u32| i64::from(total) - (i64::from(allocated) - i64::from(released));
        let wanted = i64::from(target.min(total));
        prop_assert!(free_after(quota) >= wanted);
        prop_assert!(quota == 0 || free_after(quota - 1) < wanted, "no seat more than that");
    }
}
