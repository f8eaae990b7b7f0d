//! The rules of the standard policy, natively: each rule by itself, boundaries to the millisecond, and an independent
//! statement of the whole table.

use proptest::prelude::*;
use steward_core::candidate::candidates;
use steward_core::decision::{Decision, Outcome, Verdict};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType;
use steward_core::policy::{Policy as _, RunContext};
use steward_core::settings::{FlagRule, NeverRelease};
use steward_core::snapshot::{LastUse, Owner, Seat, Snapshot, User};
use steward_tests::butler;
use steward_tests::fixture::{
    account, ago, at, days_ago, decide_all, deleted, held_by, now, person, property, run, seat, site, snapshot, texts,
};
use steward_tests::native::NativeStandard;
use steward_tests::random::{self, Weather};
use steward_tests::rules::{Rules, TypeRules, expected};

fn native(rules: &Rules, run: &RunContext) -> NativeStandard {
    NativeStandard::configure(&rules.to_json(), run).expect("the settings of a test are fine")
}

/// One seat of one person under some rules.
#[derive(Clone)]
struct Case {
    rules: Rules,
    seat: Seat,
    owner: User,
}

/// An idle seat of nobody special, which goes.
fn idle() -> Case {
    Case { rules: Rules::default(), seat: seat("s1", "jdoe"), owner: person("jdoe") }
}

fn protecting(never_release: NeverRelease) -> Case {
    Case { rules: Rules { never_release, ..Rules::default() }, ..idle() }
}

fn used(last_used: LastUse, allocated_at: Option<Instant>) -> Case {
    Case { seat: Seat { last_used, allocated_at, ..seat("s1", "jdoe") }, ..idle() }
}

fn decide(case: &Case) -> Decision {
    let snapshot = snapshot(site(vec![case.seat.clone()], vec![case.owner.clone()]));
    let mut policy = native(&case.rules, &run(&snapshot));
    policy.decide(&candidates(&snapshot)[0]).expect("the policy answers")
}

type Step = fn(&mut Case);

/// The rule that decides. Only `idle` and `never-used` release.
#[track_caller]
fn check(what: &str, case: &Case, rule: &str) {
    let decision = decide(case);
    assert_eq!(decision.rule, rule, "{what}");
    let verdict = if matches!(rule, "idle" | "never-used") { Verdict::Release } else { Verdict::Keep };
    assert_eq!(decision.verdict, verdict, "{what}");
    assert!(!decision.reason.trim().is_empty(), "{what}");
}

#[test]
fn releases_a_seat_that_nobody_used_and_nothing_protects() {
    check("idle", &idle(), "idle");
    check("never used", &used(LastUse::Never, Some(days_ago(400))), "never-used");
}

#[test]
fn keeps_seats_of_a_licence_type_that_is_not_enabled() {
    let off = TypeRules { enable: false, threshold_days: 30 };
    for kind in LicenseType::ALL {
        let mut rules = Rules::default();
        match kind {
            LicenseType::Analyzer => rules.analyzer = off,
            LicenseType::Professional => rules.professional = off,
            LicenseType::User => rules.user = off,
        }
        for seat_kind in LicenseType::ALL {
            let seat = Seat { license_type: seat_kind, ..seat("s1", "jdoe") };
            let rule = if seat_kind == kind { "license-type-disabled" } else { "idle" };
            check(&format!("{seat_kind} while {kind} is off"), &Case { rules: rules.clone(), seat, ..idle() }, rule);
        }
    }
}

#[test]
fn enables_no_licence_type_unless_the_settings_do() {
    let snapshot = snapshot(site(vec![seat("s1", "jdoe")], vec![person("jdoe")]));
    let mut policy = NativeStandard::configure(&serde_json::json!({}), &run(&snapshot)).expect("no settings are fine");
    assert_eq!(decide_all(&mut policy, &snapshot)["s1"].rule, "license-type-disabled");
}

#[test]
fn keeps_a_quarantined_seat() {
    let seat = Seat { quarantined: true, ..seat("s1", "jdoe") };
    check("quarantined", &Case { seat, ..idle() }, "quarantined");
}

#[test]
fn keeps_a_seat_whose_owner_nobody_knows() {
    let gone = Seat { holder: deleted("ACME", "jdoe"), ..seat("s1", "jdoe") };
    let stranger = seat("s1", "stranger");
    let renamed = Seat { holder: held_by(&User { user_id: "jd".to_owned(), ..person("jdoe") }), ..seat("s1", "jdoe") };
    let release = Rules { release_deleted_owners: true, ..Rules::default() };
    check("deleted", &Case { seat: gone.clone(), ..idle() }, "owner-unknown");
    check("deleted, and the settings release", &Case { seat: gone, rules: release.clone(), ..idle() }, "idle");
    check("unresolved", &Case { seat: stranger.clone(), ..idle() }, "owner-unknown");
    check("unresolved, whatever the settings", &Case { seat: stranger, rules: release, ..idle() }, "owner-unknown");
    check("named differently in the list", &Case { seat: renamed, ..idle() }, "owner-unknown");
}

#[test]
fn a_deleted_owner_is_protected_by_the_name_that_is_left() {
    let case = |never_release| Case {
        rules: Rules { release_deleted_owners: true, never_release, ..Rules::default() },
        seat: Seat { holder: deleted("ACME", "jdoe"), ..seat("s1", "jdoe") },
        ..idle()
    };
    let none = NeverRelease::default;
    check("user", &case(NeverRelease { user: vec![account("acme", "JDOE")], ..none() }), "never-release.user");
    let directory = NeverRelease { user_directory: texts(&["acme"]), ..none() };
    check("directory", &case(directory), "never-release.user-directory");
    check("a flag that must be set", &case(NeverRelease { inactive: FlagRule::Yes, ..none() }), "idle");
    check("no flag", &case(NeverRelease { inactive: FlagRule::No, ..none() }), "never-release.inactive");
}

#[test]
fn keeps_a_seat_of_which_nobody_knows_since_when_it_is_idle() {
    check("unknown use", &used(LastUse::Unknown, Some(days_ago(400))), "unknown-last-use");
    check("never used, allocated nobody knows when", &used(LastUse::Never, None), "unknown-last-use");
    check("used, allocated nobody knows when", &used(LastUse::At(days_ago(400)), None), "idle");
}

#[test]
fn keeps_a_recently_used_seat_to_the_millisecond() {
    let last_used = |at| used(LastUse::At(at), Some(days_ago(500)));
    check("one millisecond less", &last_used(ago(30, -1)), "recently-used");
    check("exactly the threshold", &last_used(ago(30, 0)), "idle");
    check("one millisecond more", &last_used(ago(30, 1)), "idle");
    check("just now", &last_used(now()), "recently-used");
    check("in the future", &last_used(ago(0, -1)), "recently-used");
}

#[test]
fn keeps_a_seat_that_was_never_used_through_its_grace_to_the_millisecond() {
    let grace = |days, allocated_at| {
        let case = used(LastUse::Never, Some(allocated_at));
        Case { rules: Rules { never_used_grace_days: days, ..case.rules.clone() }, ..case }
    };
    check("the type's threshold", &grace(None, ago(30, -1)), "never-used-grace");
    check("the type's threshold is over", &grace(None, ago(30, 0)), "never-used");
    check("a grace of its own", &grace(Some(60), ago(60, -1)), "never-used-grace");
    check("a grace of its own is over", &grace(Some(60), ago(60, 0)), "never-used");
    check("a shorter grace", &grace(Some(7), ago(7, 0)), "never-used");
    check("no grace", &grace(Some(0), now()), "never-used");
    check("no grace, allocated in the future", &grace(Some(0), ago(0, -1)), "never-used-grace");
}

#[test]
fn keeps_the_seats_of_listed_owners_and_of_near_misses() {
    let owner = User {
        tags: texts(&["other", "Do not release"]),
        custom_properties: vec![property("Department", "sales"), property("LicenseManage", "do-not-release")],
        ..person("jdoe")
    };
    let none = NeverRelease::default;
    let user = |dir, id| NeverRelease { user: vec![account(dir, id)], ..none() };
    let tag = |tag| NeverRelease { tag: texts(&[tag]), ..none() };
    let prop = |name, value| NeverRelease { custom_property: vec![property(name, value)], ..none() };
    let directory = |directory| NeverRelease { user_directory: texts(&[directory]), ..none() };
    let cases = [
        (user("ACME", "jdoe"), "never-release.user"),
        (user(" acme", "JDoe\t"), "never-release.user"),
        (user("ACME", "jdoe2"), "idle"),
        (user("ACM", "Ejdoe"), "idle"),
        (tag("Do not release"), "never-release.tag"),
        (tag(" do NOT release "), "never-release.tag"),
        (tag("Do not  release"), "idle"),
        (prop("LicenseManage", "do-not-release"), "never-release.custom-property"),
        (prop("licensemanage ", " DO-not-release"), "never-release.custom-property"),
        (prop("Department", "do-not-release"), "idle"),
        (prop("LicenseManage", ""), "idle"),
        (directory("ACME"), "never-release.user-directory"),
        (directory("acme "), "never-release.user-directory"),
        (directory("AC"), "idle"),
    ];
    for (never_release, rule) in cases {
        let what = format!("{never_release:?}");
        check(&what, &Case { owner: owner.clone(), ..protecting(never_release) }, rule);
    }
}

#[test]
fn keeps_owners_by_their_flags() {
    let none = NeverRelease::default;
    let never = |rule| {
        [
            ("never-release.inactive", NeverRelease { inactive: rule, ..none() }),
            ("never-release.blocked", NeverRelease { blocked: rule, ..none() }),
            ("never-release.removed-externally", NeverRelease { removed_externally: rule, ..none() }),
        ]
    };
    for (flag, person) in [
        (0, User { inactive: true, ..person("jdoe") }),
        (1, User { blocked: true, ..person("jdoe") }),
        (2, User { removed_externally: true, ..person("jdoe") }),
    ] {
        for (index, (rule, never_release)) in never(FlagRule::Yes).into_iter().enumerate() {
            let expected = if index == flag { rule } else { "idle" };
            check("yes", &Case { owner: person.clone(), ..protecting(never_release) }, expected);
        }
        for (index, (rule, never_release)) in never(FlagRule::No).into_iter().enumerate() {
            let expected = if index == flag { "idle" } else { rule };
            check("no", &Case { owner: person.clone(), ..protecting(never_release) }, expected);
        }
        for (_, never_release) in never(FlagRule::Ignore) {
            check("ignore", &Case { owner: person.clone(), ..protecting(never_release) }, "idle");
        }
    }
}

#[test]
fn the_first_rule_of_the_table_is_the_one_that_is_reported() {
    let all = NeverRelease {
        user: vec![account("ACME", "jdoe")],
        tag: texts(&["t"]),
        custom_property: vec![property("p", "v")],
        user_directory: texts(&["ACME"]),
        inactive: FlagRule::No,
        blocked: FlagRule::No,
        removed_externally: FlagRule::No,
    };
    let owner = User { tags: texts(&["t"]), custom_properties: vec![property("p", "v")], ..person("jdoe") };
    let off = TypeRules { enable: false, threshold_days: 30 };
    let recent = LastUse::At(days_ago(1));
    let mut case = Case {
        rules: Rules { analyzer: off, never_release: all, ..Rules::default() },
        seat: Seat { quarantined: true, last_used: recent, holder: deleted("ACME", "jdoe"), ..seat("s1", "jdoe") },
        owner,
    };
    // Each step takes away the rule that decided before.
    let steps: [(&str, Step); 13] = [
        ("license-type-disabled", |_| {}),
        ("quarantined", |case| case.rules.analyzer.enable = true),
        ("owner-unknown", |case| case.seat.quarantined = false),
        ("unknown-last-use", |case| {
            case.seat.holder = held_by(&person("jdoe"));
            case.seat.last_used = LastUse::Unknown;
        }),
        ("recently-used", |case| case.seat.last_used = LastUse::At(days_ago(1))),
        ("never-release.user", |case| case.seat.last_used = LastUse::At(days_ago(400))),
        ("never-release.tag", |case| case.rules.never_release.user.clear()),
        ("never-release.custom-property", |case| case.owner.tags.clear()),
        ("never-release.user-directory", |case| case.owner.custom_properties.clear()),
        ("never-release.inactive", |case| case.rules.never_release.user_directory.clear()),
        ("never-release.blocked", |case| case.owner.inactive = true),
        ("never-release.removed-externally", |case| case.owner.blocked = true),
        ("idle", |case| case.owner.removed_externally = true),
    ];
    for (rule, step) in steps {
        step(&mut case);
        check(rule, &case, rule);
    }
}

#[test]
fn says_when_time_alone_turns_a_decision() {
    let flips = |case: &Case| decide(case).flips_at;
    assert_eq!(flips(&used(LastUse::At(days_ago(10)), Some(days_ago(500)))), Some(days_ago(-20)));
    assert_eq!(flips(&used(LastUse::Never, Some(days_ago(10)))), Some(days_ago(-20)));
    assert_eq!(flips(&idle()), None, "a release stays one");
    let protected = protecting(NeverRelease { user: vec![account("acme", "jdoe")], ..NeverRelease::default() });
    let seat = Seat { last_used: LastUse::At(days_ago(10)), ..seat("s1", "jdoe") };
    assert_eq!(flips(&Case { seat, ..protected }), None, "somebody else keeps it then");
    assert_eq!(flips(&used(LastUse::Unknown, Some(days_ago(10)))), None);
}

#[test]
fn a_seat_used_at_the_end_of_dates_is_kept_and_is_no_fault_of_the_policy() {
    let end = at(253_402_300_799_999);
    for case in [used(LastUse::At(end), Some(days_ago(500))), used(LastUse::Never, Some(end))] {
        let decision = decide(&case);
        assert_eq!((decision.verdict, decision.flips_at), (Verdict::Keep, None));
    }
}

#[test]
fn refuses_settings_that_make_no_sense_and_names_every_place() {
    let refused = |settings: serde_json::Value| {
        let snapshot = snapshot(site(Vec::new(), Vec::new()));
        let errors = NativeStandard::configure(&settings, &run(&snapshot)).err().expect("the settings are refused");
        errors.into_iter().map(|(path, _)| path).collect::<Vec<String>>()
    };
    let days = |days: i64| serde_json::json!({ "licenseType": { "analyzer": { "releaseThresholdDays": days } } });
    let at_days = vec!["/licenseType/analyzer/releaseThresholdDays".to_owned()];
    for number in [0, -1, 1_000_001, i64::MAX] {
        assert_eq!(refused(days(number)), at_days, "{number} days");
    }
    assert_eq!(refused(serde_json::json!({ "neverUsedGraceDays": 1_000_001 })), ["/neverUsedGraceDays"]);
    assert_eq!(refused(serde_json::json!({ "neverRelease": { "inactive": "maybe" } })), ["/neverRelease/inactive"]);
    let several = serde_json::json!({
        "licenseType": { "user": { "releaseThresholdDays": 0 } },
        "neverRelease": { "tag": ["fine", " "], "user": [{ "userDir": "", "userId": "jdoe" }], "userDirectory": ["\t"] },
    });
    let places = ["/licenseType/user/releaseThresholdDays", "/neverRelease/user/0", "/neverRelease/tag/1"];
    assert_eq!(refused(several), [&places[..], &["/neverRelease/userDirectory/0"]].concat());
    for unknown in [
        serde_json::json!({ "licenceType": {} }),
        serde_json::json!({ "neverRelease": { "users": [] } }),
        serde_json::json!({ "neverRelease": { "user": [{ "userDir": "A", "userId": "b", "x": 1 }] } }),
    ] {
        assert_eq!(refused(unknown.clone()).len(), 1, "{unknown}");
    }
}

#[test]
fn a_limit_that_is_just_allowed_is_allowed() {
    let rules = Rules {
        analyzer: TypeRules { enable: true, threshold_days: 1_000_000 },
        never_used_grace_days: Some(1_000_000),
        ..Rules::default()
    };
    check("2700 years", &Case { rules, ..idle() }, "recently-used");
}

fn world() -> impl Strategy<Value = (Rules, Snapshot)> {
    (random::rules(), random::snapshot(Weather::Wild, 20))
}

fn policy_at(rules: &Rules, snapshot: &Snapshot, now: Instant) -> NativeStandard {
    native(rules, &RunContext::of(snapshot, now))
}

fn released(rules: &Rules, snapshot: &Snapshot) -> Vec<String> {
    let decisions = decide_all(&mut native(rules, &run(snapshot)), snapshot);
    decisions.into_iter().filter(|(_, d)| d.verdict == Verdict::Release).map(|(id, _)| id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(700))]

    #[test]
    fn decides_as_the_table_says((rules, snapshot) in world()) {
        let mut policy = native(&rules, &run(&snapshot));
        for candidate in candidates(&snapshot) {
            let decision = policy.decide(&candidate).expect("the policy answers");
            let expected = expected(&rules, &snapshot, candidate.seat, now());
            let got = (decision.verdict, decision.rule.as_str(), decision.flips_at);
            prop_assert_eq!(got, (expected.verdict, expected.rule, expected.flips_at), "{:?}", candidate);
        }
    }

    #[test]
    fn explains_every_rule_and_the_first_that_keeps_is_the_decision((rules, snapshot) in world()) {
        let mut policy = native(&rules, &run(&snapshot));
        for candidate in candidates(&snapshot) {
            let decision = policy.decide(&candidate).expect("the policy answers");
            let outcomes = policy.explain(&candidate).expect("the policy answers");
            let first = |wanted| outcomes.iter().find(|o| o.outcome == wanted).map(|o| o.rule.as_str());
            let decided = first(Outcome::Keeps).or(first(Outcome::Releases));
            prop_assert_eq!(decided, Some(decision.rule.as_str()));
            prop_assert_eq!(first(Outcome::Keeps).is_some(), decision.verdict == Verdict::Keep);
            let described = NativeStandard::description().rules;
            for outcome in &outcomes {
                prop_assert!(described.iter().any(|rule| rule.id == outcome.rule));
                prop_assert!(!outcome.evidence.is_empty());
            }
            // All but the one for policies that have nothing to say.
            prop_assert_eq!(outcomes.len(), described.len() - 1);
        }
    }

    #[test]
    fn the_order_of_candidates_does_not_matter((rules, snapshot) in world(), turn in 0_usize..20) {
        let mut seats = candidates(&snapshot);
        let mut policy = native(&rules, &run(&snapshot));
        let straight: Vec<_> = seats.iter().map(|c| (c.seat.id.clone(), policy.decide(c))).collect();
        let turn = turn.min(seats.len());
        seats.rotate_left(turn);
        seats.reverse();
        for candidate in seats {
            let id = candidate.seat.id.clone();
            prop_assert!(straight.contains(&(id, policy.decide(&candidate))));
        }
    }

    #[test]
    fn adding_a_protection_never_adds_a_release((rules, snapshot) in world(), more in random::never_release()) {
        let mut protected = rules.clone();
        let never = &mut protected.never_release;
        never.user.extend(more.user);
        never.tag.extend(more.tag);
        never.custom_property.extend(more.custom_property);
        never.user_directory.extend(more.user_directory);
        for (flag, more) in [(&mut never.inactive, more.inactive), (&mut never.blocked, more.blocked)] {
            if *flag == FlagRule::Ignore {
                *flag = more;
            }
        }
        let before = released(&rules, &snapshot);
        prop_assert!(released(&protected, &snapshot).iter().all(|id| before.contains(id)));
    }

    #[test]
    fn raising_a_threshold_never_adds_a_release((rules, snapshot) in world(), days in 0_u32..400) {
        let mut patient = rules.clone();
        for kind in [&mut patient.analyzer, &mut patient.professional, &mut patient.user] {
            kind.threshold_days += days;
        }
        patient.never_used_grace_days = patient.never_used_grace_days.map(|grace| grace + days);
        let before = released(&rules, &snapshot);
        prop_assert!(released(&patient, &snapshot).iter().all(|id| before.contains(id)));
    }

    #[test]
    fn a_decision_flips_at_its_instant_and_not_a_millisecond_before((rules, snapshot) in world()) {
        let mut policy = native(&rules, &run(&snapshot));
        for candidate in candidates(&snapshot) {
            let decision = policy.decide(&candidate).expect("the policy answers");
            let verdict_at = |now| {
                policy_at(&rules, &snapshot, now).decide(&candidate).expect("the policy answers").verdict
            };
            if let Some(flips_at) = decision.flips_at {
                prop_assert!(flips_at > now());
                prop_assert_ne!(verdict_at(flips_at), decision.verdict);
                prop_assert_eq!(verdict_at(at(flips_at.millis() - 1)), decision.verdict);
            } else {
                for days in [1, 40, 400, 4_000, 400_000] {
                    prop_assert_eq!(verdict_at(at(now().millis() + days * MS_PER_DAY)), decision.verdict);
                }
            }
        }
    }

    #[test]
    fn flipping_one_decision_leaves_those_that_flip_later((rules, snapshot) in world()) {
        let before = decide_all(&mut native(&rules, &run(&snapshot)), &snapshot);
        let Some(first) = before.values().filter_map(|decision| decision.flips_at).min() else { return Ok(()) };
        let after = decide_all(&mut policy_at(&rules, &snapshot, first), &snapshot);
        for (id, decision) in &before {
            let flips = decision.flips_at == Some(first);
            prop_assert_eq!(after[id].verdict != decision.verdict, flips, "seat {}", id);
        }
    }

    #[test]
    fn releases_no_seat_that_butler_would_keep((rules, snapshot) in world(), offset_hours in -12_i64..=14) {
        let mut policy = native(&rules, &run(&snapshot));
        for candidate in candidates(&snapshot) {
            let Owner::Known(owner) = candidate.owner else { continue };
            if butler::keeps(&rules, candidate.seat, owner, now(), offset_hours * 3_600_000) {
                let decision = policy.decide(&candidate).expect("the policy answers");
                prop_assert_eq!(decision.verdict, Verdict::Keep, "{:?}", candidate);
            }
        }
    }
}
