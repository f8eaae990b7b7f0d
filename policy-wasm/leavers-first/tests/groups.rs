//! Who goes before idle seats, after how many days, and who never goes with both seats at once.

use serde_json::{Value, json};
use steward_policy_leavers_first::LeaversFirst;
use steward_policy_sdk::contract::{Candidate, DeletedOwner, KnownOwner, Owner};
use steward_policy_sdk::testing::{NOW, check_description, days_ago, decide, person, pool, seat_of};
use steward_policy_sdk::{Decision, Evaluator, LastUse, LicenseType, Policy, Pool, RunContext, Verdict};

const PAGE: &str = include_str!("../../../docs/policies/leavers-first.md");

/// Ninety days for every type, and `more`.
fn settings(more: &Value) -> Value {
    let kind = json!({ "enable": true, "releaseThresholdDays": 90 });
    let mut settings = json!({ "licenseType": { "analyzer": kind, "professional": kind, "user": kind } });
    settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    settings
}

fn professionals() -> Pool {
    pool(LicenseType::Professional, 100, 90)
}

fn configured(more: &Value, professionals: Pool) -> Evaluator<LeaversFirst> {
    let run = RunContext { now: NOW, pools: vec![professionals] };
    Evaluator::configure(&settings(more).to_string(), &run).expect("good settings")
}

fn decided(more: &Value, seat: &Candidate) -> Decision {
    decide(&configured(more, professionals()), seat)
}

fn unused_for(days: i64, seat: Candidate) -> Candidate {
    Candidate { last_use: LastUse::At(days_ago(days)), ..seat }
}

fn jdoe() -> Candidate {
    seat_of(person("jdoe"))
}

fn removed() -> Candidate {
    seat_of(KnownOwner { removed_externally: true, ..person("jdoe") })
}

fn blocked() -> Candidate {
    seat_of(KnownOwner { blocked: true, ..person("jdoe") })
}

fn deleted() -> Candidate {
    let owner = DeletedOwner { user_directory: "ACME".to_owned(), user_id: "jdoe".to_owned() };
    Candidate { owner: Owner::Deleted(owner), ..jdoe() }
}

/// The analyzer seat of somebody who also holds a professional seat.
fn second() -> Candidate {
    Candidate { other_seats: vec![LicenseType::Professional], ..jdoe() }
}

/// The professional seat of the same person.
fn first() -> Candidate {
    Candidate { license_type: LicenseType::Professional, other_seats: vec![LicenseType::Analyzer], ..jdoe() }
}

/// The rule decides about the seat, and the page shows what it says.
#[track_caller]
fn check(rule: &str, more: &Value, seat: &Candidate) {
    let decision = decided(more, seat);
    assert_eq!(decision.rule, rule, "{}", decision.reason);
    let line = format!("| `{rule}` | {} |", decision.reason);
    assert!(PAGE.contains(&line), "the page does not have: {line}");
}

#[test]
fn the_host_would_load_it() {
    check_description::<LeaversFirst>();
    for rule in &LeaversFirst::RULES[17..] {
        assert!(PAGE.contains(&format!("| `{}` |", rule.id)), "the page does not have the rule {}", rule.id);
    }
}

#[test]
fn each_group_has_its_rule() {
    let none = json!({});
    check("leaver.deleted-owner", &none, &deleted());
    check("leaver.removed-externally", &none, &removed());
    check("leaver.blocked", &json!({ "leavers": { "blocked": { "enable": true } } }), &blocked());
    check("second-seat", &none, &second());
    check("idle", &none, &jdoe());
    check("never-used", &none, &Candidate { last_use: LastUse::Never, ..jdoe() });
    check("leaver.removed-externally", &none, &Candidate { last_use: LastUse::Never, ..removed() });
}

#[test]
fn each_group_has_its_own_days() {
    let days = json!({
        "leavers": {
            "deletedOwner": { "afterDays": 10 },
            "removedExternally": { "afterDays": 20 },
            "blocked": { "enable": true, "afterDays": 200 },
        },
        "secondSeat": { "afterDays": 40 },
        "neverUsedGraceDays": 100,
    });
    for (what, seat, days_allowed) in [
        ("deleted", deleted(), 10),
        ("removed", removed(), 20),
        ("blocked, later than an idle seat", blocked(), 200),
        ("second", second(), 40),
        ("idle", jdoe(), 90),
    ] {
        let kept = decided(&days, &unused_for(days_allowed - 1, seat.clone()));
        assert_eq!((kept.verdict, kept.rule.as_str()), (Verdict::Keep, "recently-used"), "{what}");
        assert_eq!(kept.flips_at, Some(days_ago(-1)), "{what}");
        let gone = decided(&days, &unused_for(days_allowed, seat.clone()));
        assert_eq!(gone.verdict, Verdict::Release, "{what}");
        // For seats that were never used the days of the group count instead of the grace.
        let unused = |days| Candidate { last_use: LastUse::Never, allocated_at: Some(days_ago(days)), ..seat.clone() };
        let days_allowed = if what == "idle" { 100 } else { days_allowed };
        assert_eq!(decided(&days, &unused(days_allowed - 1)).rule, "never-used-grace", "{what}");
        assert_eq!(decided(&days, &unused(days_allowed)).verdict, Verdict::Release, "{what}");
    }
}

#[test]
fn a_group_that_is_off_counts_as_anybody() {
    let off = |group: &str| json!({ "leavers": { group: { "enable": false } } });
    let month = |seat| unused_for(31, seat);
    assert_eq!(decided(&off("removedExternally"), &month(removed())).rule, "recently-used");
    assert_eq!(decided(&off("removedExternally"), &removed()).rule, "idle");
    assert_eq!(decided(&off("deletedOwner"), &deleted()).rule, "owner-unknown");
    assert_eq!(decided(&json!({}), &month(blocked())).rule, "recently-used");
    assert_eq!(decided(&json!({}), &blocked()).rule, "idle");
    let second_off = json!({ "secondSeat": { "enable": false, "afterDays": 30 } });
    assert_eq!(decided(&second_off, &month(second())).rule, "recently-used");
    assert_eq!(decided(&second_off, &second()).rule, "idle");
    assert_eq!(decided(&second_off, &first()).rule, "idle");
}

#[test]
fn those_who_left_go_before_second_seats_and_these_before_idle_ones() {
    let on = json!({ "leavers": { "blocked": { "enable": true } } });
    let priority = |seat: Candidate| decided(&on, &seat).priority;
    let ladder = [deleted(), removed(), blocked(), second(), jdoe()].map(priority);
    assert!(ladder.is_sorted_by(|before, after| before > after), "{ladder:?}");
    let both = seat_of(KnownOwner { removed_externally: true, blocked: true, ..person("jdoe") });
    let both = Candidate { other_seats: vec![LicenseType::Professional], ..both };
    assert_eq!(decided(&on, &both).rule, "leaver.removed-externally");
}

#[test]
fn protections_come_first() {
    let owner = KnownOwner { removed_externally: true, tags: vec!["keep".to_owned()], ..person("svc_x") };
    let seat = Candidate { other_seats: vec![LicenseType::Professional], ..seat_of(owner) };
    for (rule, more) in [
        ("never-release.tag", json!({ "neverRelease": { "tag": ["keep"] } })),
        ("never-release.removed-externally", json!({ "neverRelease": { "removedExternally": "yes" } })),
        ("protect.name-pattern", json!({ "protect": { "namePattern": ["svc_*"] } })),
    ] {
        assert_eq!(decided(&more, &seat).rule, rule);
    }
    let named = json!({ "neverRelease": { "user": [{ "userDir": "acme", "userId": "jdoe" }] } });
    assert_eq!(decided(&named, &deleted()).rule, "never-release.user");
    for seat in [removed(), deleted(), second()] {
        let doubt = Candidate { last_use: LastUse::Unknown, ..seat };
        assert_eq!(decided(&json!({}), &doubt).rule, "unknown-last-use");
    }
    assert_eq!(decided(&json!({}), &Candidate { owner: Owner::Unresolved, ..second() }).rule, "owner-unknown");
}

#[test]
fn a_second_seat_has_the_usual_days_unless_the_settings_say_otherwise() {
    let none = json!({});
    assert_eq!(decided(&none, &unused_for(89, second())).rule, "recently-used");
    assert_eq!(decided(&none, &unused_for(90, second())).rule, "second-seat");
    // Idle in both by the usual days: both may go.
    assert_eq!(decided(&none, &first()).rule, "idle");
}

#[test]
fn the_professional_seat_waits_for_a_second_seat_that_goes_early() {
    let early = json!({ "secondSeat": { "afterDays": 30 } });
    assert_eq!(decided(&early, &unused_for(30, second())).rule, "second-seat");
    check("second-seat-first", &early, &first());
    assert_eq!(decided(&early, &first()).flips_at, None);
    let alone = Candidate { other_seats: vec![], ..first() };
    assert_eq!(decided(&early, &alone).rule, "idle");
    let late = json!({ "secondSeat": { "afterDays": 90 } });
    assert_eq!(decided(&late, &first()).rule, "idle");
    // Nothing to wait for: analyzer seats do not go at all.
    let kind = json!({ "enable": true, "releaseThresholdDays": 90 });
    let other_type = json!({ "secondSeat": { "afterDays": 30 }, "licenseType": { "professional": kind } });
    assert_eq!(decided(&other_type, &first()).rule, "idle");
}

#[test]
fn nobody_loses_both_seats_at_once_who_is_not_idle_in_both() {
    for (second_seat, grace) in [(1, 90), (30, 90), (89, 30), (90, 90), (200, 10), (100, 120)] {
        let more = json!({ "secondSeat": { "afterDays": second_seat }, "neverUsedGraceDays": grace });
        let policy = configured(&more, professionals());
        for used_days in [1, 29, 30, 60, 89, 90, 150, 400] {
            for never_used in [false, true] {
                let analyzer = if never_used {
                    let allocated_at = Some(days_ago(used_days));
                    Candidate { last_use: LastUse::Never, allocated_at, ..second() }
                } else {
                    unused_for(used_days, second())
                };
                let professional = unused_for(400, first());
                let goes = |seat: &Candidate| decide(&policy, seat).verdict == Verdict::Release;
                let is_idle = used_days >= if never_used { grace } else { 90 };
                let both_go = goes(&analyzer) && goes(&professional);
                assert!(!both_go || is_idle, "{second_seat} {grace} {used_days} {never_used}");
            }
        }
    }
}

#[test]
fn a_second_seat_does_not_go_early_while_the_first_may_be_of_no_use() {
    let early = json!({ "secondSeat": { "afterDays": 30 } });
    let month = unused_for(31, second());
    for (what, pool) in [
        ("quarantined", Pool { quarantined: 1, ..professionals() }),
        ("above the total", Pool { excess: 1, ..professionals() }),
        ("above the total, untold", Pool { allocated: 101, available: 0, ..professionals() }),
        ("another pool", pool(LicenseType::Analyzer, 10, 5)),
    ] {
        let policy = configured(&early, pool);
        assert_eq!(decide(&policy, &month).rule, "recently-used", "{what}");
        assert_eq!(decide(&policy, &second()).rule, "second-seat", "{what}");
        assert_eq!(decide(&policy, &first()).rule, "idle", "{what}");
    }
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let run = RunContext { now: NOW, pools: vec![] };
    for (more, path, words) in [
        (json!({ "leavers": { "deletedOwner": { "afterDays": 0 } } }), "/leavers/deletedOwner/afterDays", "0 is not"),
        (json!({ "leavers": { "blocked": { "afterDays": 1_000_001 } } }), "/leavers/blocked/afterDays", "1 to 1000000"),
        (json!({ "secondSeat": { "afterDays": 0 } }), "/secondSeat/afterDays", "0 is not"),
        (json!({ "secondSeat": { "days": 3 } }), "/secondSeat/days", "unknown field"),
        (json!({ "deletedOwner": "release" }), "/deletedOwner", "unknown field"),
        (json!({ "protect": { "namePattern": ["*"] } }), "/protect/namePattern/0", "everybody"),
    ] {
        let errors = Evaluator::<LeaversFirst>::configure(&settings(&more).to_string(), &run).err();
        let errors = errors.unwrap_or_else(|| panic!("{more} is accepted"));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].path, path);
        assert!(errors[0].message.contains(words), "{}", errors[0].message);
    }
}
