//! Each gate by itself, with its boundaries, under a policy that wants every seat.

use std::collections::BTreeSet;

use serde_json::json;
use steward_core::decision::Verdict;
use steward_core::guard::Scope;
use steward_core::ids::LicenseId;
use steward_core::instant::MS_PER_MINUTE;
use steward_core::license_type::LicenseType;
use steward_core::settings::{AboveCap, FlagRule, GuardSettings, NeverRelease};
use steward_core::snapshot::{LastUse, Seat, SnapshotParts, User};
use steward_tests::fixture::{
    account, ago, crowd, days_ago, deleted, held_by, now, person, plan_of, property, run, seat, site, snapshot, texts,
};
use steward_tests::plans::{by_rules, gates, release_all, released};
use steward_tests::rules::Rules;
use steward_tests::sandbox::{hostile, sandbox};
/// One seat under some guard: the gates that hold it. None means that it goes.
#[track_caller]
fn check_seat(what: &str, seat: Seat, owner: User, guard: &GuardSettings, expected: &[&str]) {
    let snapshot = snapshot(site(vec![seat], vec![owner]));
    let plan = release_all(&snapshot, guard);
    let seat_gates: Vec<&str> =
        plan.body().held.iter().filter(|held| held.scope == Scope::Seat).map(|held| held.gate.as_str()).collect();
    assert_eq!(seat_gates, expected, "{what}");
    assert_eq!(released(&plan).is_empty(), !expected.is_empty(), "{what}");
}

#[test]
fn a_seat_that_no_gate_holds_goes() {
    check_seat("idle", seat("s1", "jdoe"), person("jdoe"), &GuardSettings::default(), &[]);
}

#[test]
fn the_floor_holds_to_the_millisecond_whatever_the_policy_says() {
    let guard = GuardSettings::default();
    let case = |what, last_used, allocated_at, gates: &[&str]| {
        check_seat(what, Seat { last_used, allocated_at, ..seat("s1", "jdoe") }, person("jdoe"), &guard, gates);
    };
    let long_ago = Some(days_ago(500));
    case("used a moment too late", LastUse::At(ago(7, -1)), long_ago, &["floor"]);
    case("used seven days ago", LastUse::At(ago(7, 0)), long_ago, &[]);
    case("allocated a moment too late", LastUse::At(days_ago(400)), Some(ago(7, -1)), &["floor"]);
    case("allocated seven days ago", LastUse::Never, Some(ago(7, 0)), &[]);
    case("never used, just allocated", LastUse::Never, Some(now()), &["floor"]);
    case("unknown use", LastUse::Unknown, long_ago, &["floor"]);
    case("unknown allocation", LastUse::At(days_ago(400)), None, &["floor"]);
}

#[test]
fn a_floor_of_zero_days_holds_only_what_is_unknown_or_in_the_future() {
    let guard = GuardSettings { min_idle_days: 0, ..GuardSettings::default() };
    let used = |last_used| Seat { last_used, ..seat("s1", "jdoe") };
    check_seat("used now", used(LastUse::At(now())), person("jdoe"), &guard, &[]);
    check_seat("used in a moment", used(LastUse::At(ago(0, -1))), person("jdoe"), &guard, &["floor"]);
    check_seat("unknown", used(LastUse::Unknown), person("jdoe"), &guard, &["floor"]);
}

#[test]
fn service_accounts_and_our_own_account_keep_their_seats() {
    let guard = GuardSettings { own_account: Some(account("acme", "Steward ")), ..GuardSettings::default() };
    let cases: [(&str, &str, &[&str]); 8] = [
        ("INTERNAL", "sa_repository", &["service-account"]),
        ("internal ", "SA_anything", &["service-account"]),
        ("INTERNAL", "sa", &[]),
        ("INTERNAL", "sam", &[]),
        ("INTERNALS", "sa_repository", &[]),
        ("ACME", "sa_repository", &[]),
        ("ACME", "steward", &["service-account"]),
        ("OTHER", "steward", &[]),
    ];
    for (directory, id, gates) in cases {
        let owner = User { user_directory: directory.to_owned(), user_id: id.to_owned(), ..person("jdoe") };
        let held = Seat { holder: held_by(&owner), ..seat("s1", "jdoe") };
        check_seat(&format!("{directory}\\{id}"), held, owner.clone(), &guard, gates);
        let gone = Seat { holder: deleted(directory, id), ..seat("s1", "jdoe") };
        check_seat(&format!("{directory}\\{id}, deleted"), gone, owner, &guard, gates);
    }
}

#[test]
fn administrators_keep_their_seats() {
    let guard = GuardSettings::default();
    let with = |role: &str| User { roles: texts(&["ContentAdmin", role]), ..person("jdoe") };
    check_seat("RootAdmin", seat("s1", "jdoe"), with("RootAdmin"), &guard, &["protected-role"]);
    check_seat("another case", seat("s1", "jdoe"), with(" rootADMIN"), &guard, &["protected-role"]);
    check_seat("another role", seat("s1", "jdoe"), with("AuditAdmin"), &guard, &[]);
    let nobody = GuardSettings { protect_roles: Vec::new(), ..GuardSettings::default() };
    check_seat("no role protects", seat("s1", "jdoe"), with("RootAdmin"), &nobody, &[]);
}

#[test]
fn the_settings_protect_whatever_the_policy_says() {
    let owner = User {
        tags: texts(&["keep"]),
        custom_properties: vec![property("LicenseManage", "no")],
        inactive: true,
        ..person("jdoe")
    };
    let none = NeverRelease::default;
    let cases: [(NeverRelease, &[&str]); 9] = [
        (none(), &[]),
        (NeverRelease { user: vec![account(" acme", "JDOE")], ..none() }, &["protected"]),
        (NeverRelease { user: vec![account("JDOE", "acme")], ..none() }, &[]),
        (NeverRelease { tag: texts(&["KEEP "]), ..none() }, &["protected"]),
        (NeverRelease { custom_property: vec![property("licensemanage", "NO")], ..none() }, &["protected"]),
        (NeverRelease { custom_property: vec![property("LicenseManage", "yes")], ..none() }, &[]),
        (NeverRelease { user_directory: texts(&["Acme"]), ..none() }, &["protected"]),
        (NeverRelease { inactive: FlagRule::Yes, ..none() }, &["protected"]),
        (NeverRelease { inactive: FlagRule::No, blocked: FlagRule::Yes, ..none() }, &[]),
    ];
    for (never_release, gates) in cases {
        let what = format!("{never_release:?}");
        let guard = GuardSettings { never_release, ..GuardSettings::default() };
        check_seat(&what, seat("s1", "jdoe"), owner.clone(), &guard, gates);
    }
}

#[test]
fn quarantined_seats_and_unresolved_owners_are_held() {
    let guard = GuardSettings::default();
    let quarantined = Seat { quarantined: true, ..seat("s1", "jdoe") };
    check_seat("quarantined", quarantined, person("jdoe"), &guard, &["quarantined"]);
    check_seat("unresolved", seat("s1", "stranger"), person("jdoe"), &guard, &["unresolved-owner"]);
}

#[test]
fn every_gate_that_holds_a_seat_is_listed() {
    let owner = User { roles: texts(&["RootAdmin"]), tags: texts(&["keep"]), ..person("jdoe") };
    let never_release = NeverRelease { tag: texts(&["keep"]), ..NeverRelease::default() };
    let guard = GuardSettings { never_release, own_account: Some(account("ACME", "jdoe")), ..GuardSettings::default() };
    let seat = Seat { quarantined: true, last_used: LastUse::At(now()), ..seat("s1", "jdoe") };
    let all = ["quarantined", "floor", "service-account", "protected-role", "protected"];
    check_seat("everything", seat, owner, &guard, &all);
}

/// A run of one idle seat whose facts are changed.
#[track_caller]
fn check_run(what: &str, change: impl FnOnce(&mut SnapshotParts), expected: &[&str]) {
    let mut parts = crowd(LicenseType::Analyzer, 3);
    change(&mut parts);
    check_parts(what, parts, expected);
}

#[track_caller]
fn check_parts(what: &str, parts: SnapshotParts, expected: &[&str]) {
    let plan = release_all(&snapshot(parts), &GuardSettings::default());
    let run_gates: Vec<&str> =
        plan.body().held.iter().filter(|held| held.scope == Scope::Run).map(|held| held.gate.as_str()).collect();
    assert_eq!(run_gates, expected, "{what}");
    if !expected.is_empty() {
        assert_eq!(released(&plan), [""; 0], "{what}");
        let held: BTreeSet<&LicenseId> = plan.body().held.iter().flat_map(|held| &held.license_ids).collect();
        let wanted = plan.body().decisions.iter().filter(|decision| decision.verdict == Verdict::Release).count();
        assert_eq!(held.len(), wanted, "{what}: every seat that would go is named");
    }
}

#[test]
fn clocks_that_disagree_hold_the_run() {
    let skew = |what: &str, skew_ms, gates: &[&str]| check_run(what, |parts| parts.clock_skew_ms = skew_ms, gates);
    skew("not told", None, &[]);
    skew("five minutes ahead", Some(300_000), &[]);
    skew("more ahead", Some(300_001), &["clock-skew"]);
    skew("five minutes behind", Some(-300_000), &[]);
    skew("more behind", Some(-300_001), &["clock-skew"]);
    skew("beyond reason", Some(i64::MIN), &["clock-skew"]);
}

#[test]
fn dates_in_the_future_hold_the_run() {
    let used = |what: &str, ms: i64, gates: &[&str]| {
        check_run(what, |parts| parts.seats[0].last_used = LastUse::At(ago(0, -ms)), gates);
    };
    used("used in five minutes", 5 * MS_PER_MINUTE, &[]);
    used("used later", 5 * MS_PER_MINUTE + 1, &["future-dates"]);
    let allocated = |what: &str, ms: i64, gates: &[&str]| {
        check_run(what, |parts| parts.seats[0].allocated_at = Some(ago(0, -ms)), gates);
    };
    allocated("allocated in five minutes", 5 * MS_PER_MINUTE, &[]);
    allocated("allocated later", 5 * MS_PER_MINUTE + 1, &["future-dates"]);
}

#[test]
fn a_reading_that_is_too_old_holds_a_plan_that_may_be_applied() {
    let taken = |what: &str, ms: i64, gates: &[&str]| check_run(what, |parts| parts.taken_at = ago(0, ms), gates);
    taken("fifteen minutes", 15 * MS_PER_MINUTE, &[]);
    taken("older", 15 * MS_PER_MINUTE + 1, &["stale-inventory"]);
    taken("from the future", -5 * MS_PER_MINUTE - 1, &["stale-inventory"]);
    let mut parts = crowd(LicenseType::Analyzer, 3);
    parts.taken_at = days_ago(300);
    let plan = by_rules(&Rules::default(), &snapshot(parts), &GuardSettings::default(), now(), false);
    assert_eq!((gates(&plan).len(), released(&plan).len(), plan.body().applicable), (0, 3, false));
}

#[test]
fn lists_that_are_too_short_hold_the_run() {
    let listed = |count: u32, allocated: u32, before: u32| {
        let mut parts = crowd(LicenseType::Analyzer, count);
        parts.pools[0].allocated = allocated;
        parts.pools[0].allocated_before = before;
        parts
    };
    let short = ["list-too-short"];
    check_parts("two are missing", listed(3, 5, 5), &[]);
    check_parts("three are missing", listed(3, 6, 6), &short);
    check_parts("three were missing before", listed(3, 3, 6), &short);
    check_parts("three are missing since", listed(3, 6, 3), &short);
    check_parts("more are listed than counted", listed(5, 0, 0), &[]);
    check_parts("one per cent of 400 is missing", listed(396, 400, 400), &[]);
    check_parts("more than one per cent of 400 is missing", listed(395, 400, 400), &short);
    check_parts("nothing is listed at all", listed(0, 3, 3), &short);
    let mut quarantined = listed(6, 6, 6);
    for seat in &mut quarantined.seats[..3] {
        seat.quarantined = true;
    }
    check_parts("quarantined rows do not count", quarantined, &short);
}

#[test]
fn too_many_unresolved_owners_hold_the_run() {
    let strangers = |of: u32, count: usize| {
        let mut parts = crowd(LicenseType::Analyzer, of);
        parts.users.truncate(parts.users.len() - count);
        parts
    };
    check_parts("one of 100", strangers(100, 1), &[]);
    check_parts("one of 99", strangers(99, 1), &["users-missing"]);
    check_parts("two of 100", strangers(100, 2), &["users-missing"]);
    check_parts("the user list is empty", strangers(3, 3), &["users-missing"]);
}

#[test]
fn too_many_unknown_dates_hold_the_run() {
    let dateless = |of: u32, count: usize, change: fn(&mut Seat)| {
        let mut parts = crowd(LicenseType::Analyzer, of);
        parts.seats[..count].iter_mut().for_each(change);
        parts
    };
    let unknown = |seat: &mut Seat| seat.last_used = LastUse::Unknown;
    let never = |seat: &mut Seat| (seat.last_used, seat.allocated_at) = (LastUse::Never, None);
    let held = ["unknown-dates"];
    check_parts("one of 50", dateless(50, 1, unknown), &[]);
    check_parts("one of 49", dateless(49, 1, unknown), &held);
    check_parts("two of 99", dateless(99, 2, unknown), &held);
    check_parts("never used, allocated nobody knows when", dateless(49, 1, never), &held);
    check_parts("a renamed field", dateless(10, 10, unknown), &held);
}

#[test]
fn a_site_without_seats_has_an_empty_plan() {
    let plan = release_all(&snapshot(site(Vec::new(), Vec::new())), &GuardSettings::default());
    assert!(plan.body().decisions.is_empty() && plan.body().held.is_empty() && !plan.body().needs_attention());
    let nothing = SnapshotParts { pools: Vec::new(), ..site(Vec::new(), Vec::new()) };
    assert!(release_all(&snapshot(nothing), &GuardSettings::default()).body().pools.is_empty());
}

#[test]
fn above_the_cap_everything_of_that_type_is_held_and_other_types_go() {
    let mut parts = crowd(LicenseType::Analyzer, 6);
    let others = crowd(LicenseType::Professional, 5);
    parts.seats.extend(others.seats);
    parts.users.extend(others.users);
    let parts = site(parts.seats, parts.users);
    let plan = release_all(&snapshot(parts), &GuardSettings::default());
    assert_eq!(gates(&plan), BTreeSet::from(["cap"]));
    let held = &plan.body().held[0];
    assert_eq!((held.license_type, held.license_ids.len()), (Some(LicenseType::Analyzer), 6));
    assert_eq!(plan.body().releases.len(), 5);
    assert!(released(&plan).iter().all(|id| id.starts_with("professional-")));
}

#[test]
fn a_backlog_is_worked_off_longest_idle_first_cap_by_cap() {
    let guard = GuardSettings { above_cap: AboveCap::LongestIdleFirst, ..GuardSettings::default() };
    let plan = release_all(&snapshot(crowd(LicenseType::User, 8)), &guard);
    assert_eq!(released(&plan), ["user-000", "user-001", "user-002", "user-003", "user-004"]);
    assert_eq!(plan.body().held[0].license_ids.len(), 3);
    let none = GuardSettings { max_releases: Some(0), ..guard };
    assert_eq!(released(&release_all(&snapshot(crowd(LicenseType::User, 8)), &none)), [""; 0]);
}

#[test]
fn a_quota_leaves_the_rest_for_later_and_is_counted_before_the_cap() {
    let snapshot = snapshot(crowd(LicenseType::Analyzer, 8));
    let guard = GuardSettings::default();
    let mut policy = sandbox(hostile(), &json!({ "act": "quota-of-one" }), &run(&snapshot));
    let plan = plan_of(&snapshot, &guard, &mut policy);
    assert_eq!(released(&plan), ["analyzer-000"]);
    assert!(plan.body().held.is_empty());
    assert_eq!(plan.body().decisions.iter().filter(|d| d.verdict == Verdict::Release).count(), 8);
}

#[test]
fn a_held_seat_does_not_use_up_the_quota() {
    let mut parts = crowd(LicenseType::Analyzer, 3);
    parts.seats[0].quarantined = true;
    let snapshot = snapshot(parts);
    let mut policy = sandbox(hostile(), &json!({ "act": "quota-of-one" }), &run(&snapshot));
    assert_eq!(released(&plan_of(&snapshot, &GuardSettings::default(), &mut policy)), ["analyzer-001"]);
}
