//! Every rule of the standard policy by itself: what it keeps, what it lets pass, and what it says.
//! The page of the policy shows these very sentences.

use serde_json::{Value, json};
use steward_policy_sdk::contract::{Candidate, DeletedOwner, KnownOwner, Owner};
use steward_policy_sdk::testing::{check_description, days_ago, decide, person, property, run, seat_of};
use steward_policy_sdk::{Decision, Evaluator, LastUse, LicenseType, Policy, Verdict};
use steward_policy_standard::Standard;

const PAGE: &str = include_str!("../../../docs/policies/standard.md");

/// Thirty days for every type, and `more`.
fn settings(more: &Value) -> Value {
    let kind = json!({ "enable": true, "releaseThresholdDays": 30 });
    let mut settings = json!({ "licenseType": { "analyzer": kind, "professional": kind, "user": kind } });
    let members = settings.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    settings
}

fn decided(more: &Value, seat: &Candidate) -> Decision {
    let policy = Evaluator::<Standard>::configure(&settings(more).to_string(), &run());
    decide(&policy.expect("good settings"), seat)
}

/// The rule decides about the seat, and the page shows what it says.
#[track_caller]
fn check(rule: &str, more: &Value, seat: &Candidate) {
    let decision = decided(more, seat);
    assert_eq!(decision.rule, rule, "{}", decision.reason);
    let releases = matches!(rule, "idle" | "never-used");
    assert_eq!(decision.verdict == Verdict::Release, releases);
    let line = format!("| `{rule}` | {} |", decision.reason);
    assert!(PAGE.contains(&line), "the page does not have: {line}");
}

/// No rule but time keeps the seat.
#[track_caller]
fn passes(more: &Value, seat: &Candidate) {
    let decision = decided(more, seat);
    assert_eq!(decision.rule, "idle", "{}", decision.reason);
}

fn jdoe() -> KnownOwner {
    person("jdoe")
}

fn idle() -> Candidate {
    seat_of(jdoe())
}

#[test]
fn the_host_would_load_it() {
    check_description::<Standard>();
    for rule in Standard::RULES {
        assert!(PAGE.contains(&format!("| `{}` |", rule.id)), "the page does not have the rule {}", rule.id);
    }
}

#[test]
fn a_seat_that_nothing_keeps_goes() {
    let none = json!({});
    check("idle", &none, &idle());
    check("never-used", &none, &Candidate { last_use: LastUse::Never, ..idle() });
}

#[test]
fn seats_that_are_none_of_its_business_stay() {
    let off = json!({ "licenseType": { "professional": { "enable": true, "releaseThresholdDays": 30 } } });
    check("license-type-disabled", &off, &idle());
    check("quarantined", &json!({}), &Candidate { quarantined: true, ..idle() });
    check("owner-unknown", &json!({}), &Candidate { owner: Owner::Unresolved, ..idle() });
}

#[test]
fn a_deleted_owner_goes_when_the_settings_say_so() {
    let owner = DeletedOwner { user_directory: "ACME".to_owned(), user_id: "jdoe".to_owned() };
    let seat = Candidate { owner: Owner::Deleted(owner), ..idle() };
    assert_eq!(decided(&json!({}), &seat).rule, "owner-unknown");
    let release = json!({ "deletedOwner": "release" });
    passes(&release, &seat);
    let named = json!({ "deletedOwner": "release", "protect": { "namePattern": ["j*"] } });
    assert_eq!(decided(&named, &seat).rule, "protect.name-pattern");
}

#[test]
fn time_keeps_and_lets_go() {
    let none = json!({});
    check("unknown-last-use", &none, &Candidate { last_use: LastUse::Unknown, ..idle() });
    let grace = Candidate { last_use: LastUse::Never, allocated_at: Some(days_ago(10)), ..idle() };
    check("never-used-grace", &none, &grace);
    let used = Candidate { last_use: LastUse::At(days_ago(10)), ..idle() };
    check("recently-used", &none, &used);
    assert_eq!(decided(&none, &used).flips_at, Some(days_ago(-20)));
    let shorter = json!({ "neverUsedGraceDays": 7 });
    assert_eq!(decided(&shorter, &grace).rule, "never-used");
    assert_eq!(decided(&shorter, &used).rule, "recently-used");
}

#[test]
fn never_release_keeps_whom_it_names() {
    let tagged = seat_of(KnownOwner { tags: vec!["Do not release".to_owned()], ..jdoe() });
    let marked = seat_of(KnownOwner { custom_properties: vec![property("License", "keep")], ..jdoe() });
    let blocked = KnownOwner { inactive: true, blocked: true, removed_externally: true, ..jdoe() };
    for (rule, never_release, seat) in [
        ("never-release.user", json!({ "user": [{ "userDir": "acme", "userId": "JDOE " }] }), idle()),
        ("never-release.tag", json!({ "tag": ["do NOT release"] }), tagged),
        (
            "never-release.custom-property",
            json!({ "customProperty": [{ "name": "license", "value": "KEEP" }] }),
            marked,
        ),
        ("never-release.user-directory", json!({ "userDirectory": ["acme"] }), idle()),
        ("never-release.inactive", json!({ "inactive": "yes" }), seat_of(blocked.clone())),
        ("never-release.blocked", json!({ "blocked": "yes" }), seat_of(blocked.clone())),
        ("never-release.removed-externally", json!({ "removedExternally": "yes" }), seat_of(blocked)),
    ] {
        check(rule, &json!({ "neverRelease": never_release }), &seat);
        passes(&json!({}), &seat);
    }
}

#[test]
fn protect_keeps_roles_and_attributes_but_for_case_and_blanks() {
    let role = json!({ "protect": { "role": [" contentadmin"] } });
    check("protect.role", &role, &seat_of(KnownOwner { roles: vec!["ContentAdmin".to_owned()], ..jdoe() }));
    passes(&role, &seat_of(KnownOwner { roles: vec!["AuditAdmin".to_owned()], ..jdoe() }));

    let group = json!({ "protect": { "attribute": [{ "name": "Group", "value": "finance" }] } });
    let in_group = |name, value| seat_of(KnownOwner { attributes: vec![property(name, value)], ..jdoe() });
    check("protect.attribute", &group, &in_group("group", "Finance"));
    passes(&group, &in_group("group", "Sales"));
    passes(&group, &in_group("email", "finance"));
}

#[test]
fn protect_keeps_names_that_match_a_pattern() {
    let patterns = json!({ "protect": { "namePattern": ["*\\adm_*", "svc_*"] } });
    check("protect.name-pattern", &patterns, &seat_of(person("SVC_reload")));
    assert_eq!(decided(&patterns, &seat_of(person("adm_x"))).rule, "protect.name-pattern");
    passes(&patterns, &idle());
    passes(&patterns, &seat_of(person("my_svc_reload")));
}

/// The seat of somebody with these values in the property that holds a date.
fn until(values: &[&str]) -> Candidate {
    seat_of(KnownOwner {
        custom_properties: values.iter().map(|value| property("keepUntil", value)).collect(),
        ..jdoe()
    })
}

#[test]
fn protect_keeps_until_a_date() {
    let dated = json!({ "protect": { "keepUntilProperty": " KeepUntil" } });
    check("protect.keep-until", &dated, &until(&["2026-12-31"]));
    check("protect.keep-until", &dated, &until(&["2026-12-31", "next year"]));
    passes(&dated, &idle());
    passes(&dated, &until(&["2026-11-21"]));
    passes(&json!({}), &until(&["2026-12-31"]));
    // The run is at noon of 2026-11-22.
    let end_of_day = days_ago(0) + 12 * 60 * 60 * 1000;
    for (values, flips_at) in [
        (&["2026-11-22"][..], Some(end_of_day)),
        (&["2026-11-22T12:00:00.001Z"], Some(days_ago(0) + 1)),
        (&["2026-01-01", "2026-11-22", "2025-12-31"], Some(end_of_day)),
        (&["2026-11-22", "2026-11-23"], Some(end_of_day + 24 * 60 * 60 * 1000)),
        (&["2026-11-20", "22.11.2026"], None),
        (&[""], None),
        (&["2026-11-20T12:00"], None),
        (&["9999-12-31"], None),
    ] {
        let decision = decided(&dated, &until(values));
        assert_eq!((decision.rule.as_str(), decision.flips_at), ("protect.keep-until", flips_at), "{values:?}");
    }
    assert_eq!(decided(&dated, &until(&["2026-11-22T13:00+01:00"])).rule, "idle");
}

#[test]
fn the_last_of_several_dates_is_the_one_that_lets_go() {
    let dated = json!({ "protect": { "keepUntilProperty": "keepUntil" } });
    let used = |days, date| Candidate { last_use: LastUse::At(days_ago(days)), ..until(&[date]) };
    let longer = decided(&dated, &used(29, "2026-12-31"));
    assert_eq!((longer.rule.as_str(), longer.flips_at), ("recently-used", Some(1_798_761_600_000)));
    let shorter = decided(&dated, &used(1, "2026-11-22"));
    assert_eq!((shorter.rule.as_str(), shorter.flips_at), ("recently-used", Some(days_ago(-29))));
}

#[test]
fn long_names_and_values_fit_into_a_reason() {
    let wide = "\u{1F984}".repeat(60);
    let all = json!({ "protect": {
        "role": [wide], "attribute": [{ "name": wide, "value": wide }], "namePattern": [format!("{wide}*")],
        "keepUntilProperty": wide,
    } });
    let stripped = || KnownOwner { user_directory: wide.clone(), ..person("jdoe") };
    for owner in [
        KnownOwner { roles: vec![wide.clone()], ..stripped() },
        KnownOwner { attributes: vec![property(&wide, &wide)], ..stripped() },
        KnownOwner { user_id: wide.clone() + &wide, ..stripped() },
        KnownOwner { custom_properties: vec![property(&wide, &wide)], ..stripped() },
    ] {
        // `decide` looks at the length of the reason.
        assert!(decided(&all, &seat_of(owner)).rule.starts_with("protect."));
    }
}

#[test]
fn the_same_rules_count_for_every_type() {
    for license_type in [LicenseType::Analyzer, LicenseType::Professional, LicenseType::User] {
        passes(&json!({}), &Candidate { license_type, ..idle() });
    }
}
