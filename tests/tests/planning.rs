//! From a snapshot to a plan: what goes, what is held and by which gate, against an independent statement of the
//! gates; determinism; the format; and the checker.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use steward_core::candidate::candidates;
use steward_core::decision::Verdict;
use steward_core::digest::Digest;
use steward_core::guard::{Gate, Scope};
use steward_core::ids::LicenseId;
use steward_core::instant::{Instant, MS_PER_MINUTE};
use steward_core::license_type::LicenseType;
use steward_core::plan::{Plan, PlanFileError};
use steward_core::planner::{PlanInput, plan};
use steward_core::policy::RunContext;
use steward_core::settings::{AboveCap, FlagRule, GuardSettings, NeverRelease};
use steward_core::snapshot::{Holder, LastUse, Seat, Snapshot, SnapshotParts, User};
use steward_tests::fixture::{
    account, ago, at, crowd, days_ago, deleted, held_by, identity, now, person, plan_of, property, run, seat, site,
    snapshot, texts,
};
use steward_tests::gates::{cap, run_gates, seat_gates};
use steward_tests::native::NativeStandard;
use steward_tests::random::{self, Weather};
use steward_tests::rules::Rules;
use steward_tests::sandbox::{hostile, sandbox, standard};

/// A policy that wants every seat: what stays then is the guard's doing.
fn release_all(snapshot: &Snapshot, guard: &GuardSettings) -> Plan {
    let mut policy = sandbox(hostile(), &json!({ "act": "nothing" }), &run(snapshot));
    plan_of(snapshot, guard, &mut policy)
}

fn by_rules(rules: &Rules, snapshot: &Snapshot, guard: &GuardSettings, now: Instant, applicable: bool) -> Plan {
    let run = RunContext::of(snapshot, now);
    let mut policy = NativeStandard::configure(&rules.to_json(), &run).expect("the settings are fine");
    let identity = identity();
    plan(PlanInput { snapshot, now, applicable, policy: &identity, guard }, &mut policy).expect("a sound plan")
}

fn released(plan: &Plan) -> Vec<&str> {
    plan.body().releases.iter().map(LicenseId::as_str).collect()
}

fn gates(plan: &Plan) -> BTreeSet<&'static str> {
    plan.body().held.iter().map(|held| held.gate.as_str()).collect()
}

fn bytes(plan: &Plan) -> String {
    let mut bytes = Vec::new();
    plan.write(&mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

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

/// The shape of the file that other programs read.
#[test]
fn the_golden_plan_is_what_it_was() {
    let golden = golden();
    let rules = Rules { never_release: golden.1.never_release.clone(), ..Rules::default() };
    let mut policy = sandbox(standard(), &rules.to_json(), &run(&golden.0));
    let plan = plan_of(&golden.0, &golden.1, &mut policy);
    insta::assert_snapshot!(bytes(&plan));
}

fn golden() -> (Snapshot, GuardSettings) {
    let admin = User { roles: texts(&["RootAdmin"]), ..person("admin") };
    let tagged = User { tags: texts(&["keep"]), name: String::new(), ..person("tagged") };
    let odd = User { user_id: "ünï\"c\\ode".to_owned(), name: "Ünï \u{1F984}".to_owned(), ..person("odd") };
    let seats = vec![
        seat("a-idle", "jdoe"),
        Seat { last_used: LastUse::At(ago(30, -1)), ..seat("a-recent", "jane") },
        Seat { last_used: LastUse::Never, allocated_at: Some(days_ago(90)), ..seat("a-never", "never") },
        Seat { holder: held_by(&odd), ..seat("a-odd", "odd") },
        seat("a-tagged", "tagged"),
        Seat { quarantined: true, excess: true, ..seat("a-quarantined", "jane") },
        Seat { holder: deleted("ACME", "gone"), ..seat("a-deleted", "gone") },
        Seat { license_type: LicenseType::Professional, ..seat("p-admin", "admin") },
        Seat {
            license_type: LicenseType::Professional,
            last_used: LastUse::At(days_ago(45)),
            ..seat("p-jdoe", "jdoe")
        },
    ];
    let people = ["jdoe", "jane", "never"].map(person).into_iter().chain([admin, tagged, odd]);
    let never_release = NeverRelease { tag: texts(&["Keep"]), ..NeverRelease::default() };
    (snapshot(site(seats, people.collect())), GuardSettings { never_release, ..GuardSettings::default() })
}

fn golden_text() -> String {
    let (snapshot, guard) = golden();
    bytes(&by_rules(&Rules::default(), &snapshot, &guard, now(), true))
}

/// An outsider knows only the text: take the line of `planId` out, squeeze the blanks between tokens, and digest.
#[test]
fn anybody_can_verify_a_plan_without_steward() {
    let text = golden_text();
    let line = text.lines().find(|line| line.trim_start().starts_with("\"planId\"")).expect("a plan has an id");
    let written = line.split('"').nth(3).expect("the id is a text");
    let rest = text.replacen(&format!("{line}\n"), "", 1);
    assert_eq!(Digest::of_bytes(squeeze(&rest).as_bytes()).to_string(), written);
}

/// JSON without the blanks between its tokens.
fn squeeze(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let keep = inside || !c.is_ascii_whitespace();
            inside ^= c == '"' && !escaped;
            escaped = inside && c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let text = golden_text();
    let plan = Plan::parse(&text).expect("a plan can be read");
    assert_eq!(bytes(&plan), text);
    assert_eq!(bytes(&Plan::parse(&squeeze(&text)).expect("blanks do not matter")), text);
}

#[test]
fn a_changed_plan_is_refused() {
    let text = golden_text();
    let refused = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "`{from}` is in the plan");
        Plan::parse(&changed).expect_err(from)
    };
    for (from, to) in [
        ("\"verdict\": \"keep\"", "\"verdict\": \"release\""),
        ("\"applicable\": true", "\"applicable\": false"),
        ("\"releases\": [", "\"releases\": [\"a-recent\","),
        ("2026-11-28T15:00:00Z", "2026-12-28T15:00:00Z"),
        ("\"idleDays\": 400", "\"idleDays\": 401"),
        ("\"gate\": \"protected-role\"", "\"gate\": \"floor\""),
    ] {
        assert!(matches!(refused(from, to), PlanFileError::Tampered { .. }), "{from}");
    }
    for (from, to) in [
        ("\"faults\"", "\"faultz\": [], \"faults\""),
        ("\"reason\"", "\"extra\": 1, \"reason\""),
        ("\"releases\": [", "\"releases\": [], \"releases\": ["),
        ("\"verdict\": \"keep\"", "\"verdict\": \"maybe\""),
        ("\"now\": \"2026", "\"now\": \"in 2026"),
    ] {
        assert!(matches!(refused(from, to), PlanFileError::Json(_)), "{from}");
    }
    let id = text.lines().find(|line| line.contains("planId")).expect("a plan has an id");
    assert!(matches!(refused(id, ""), PlanFileError::NoId));
    assert!(matches!(refused("\"format\": 1", "\"format\": 2"), PlanFileError::Format(2)));
    assert!(matches!(Plan::parse("{\"format\": 2, \"something\": \"new\"}"), Err(PlanFileError::Format(2))));
    for garbage in ["", "{}", "[]", "null", "{\"format\": 1}", &text[..text.len() / 2]] {
        assert!(matches!(Plan::parse(garbage), Err(PlanFileError::Json(_))), "{garbage:.20}");
    }
}

#[test]
fn a_plan_expires_and_one_that_cannot_expires_at_once() {
    let ttl = |plan_ttl_days| {
        let guard = GuardSettings { plan_ttl_days, ..GuardSettings::default() };
        release_all(&golden().0, &guard).body().expires_at
    };
    assert_eq!((ttl(7), ttl(0), ttl(u32::MAX)), (days_ago(-7), now(), now()));
}

/// What the design says a plan must be, from the verdicts that it carries.
fn check_plan(plan: &Plan, snapshot: &Snapshot, guard: &GuardSettings) -> Result<(), TestCaseError> {
    let body = plan.body();
    let order = candidates(snapshot);
    let ids: Vec<&LicenseId> = order.iter().map(|candidate| &candidate.seat.id).collect();
    prop_assert_eq!(ids, body.decisions.iter().map(|decision| &decision.license_id).collect::<Vec<_>>());

    let mut held_by_gate: BTreeMap<(&str, Option<LicenseType>), BTreeSet<&LicenseId>> = BTreeMap::new();
    for held in &body.held {
        held_by_gate.entry((held.gate.as_str(), held.license_type)).or_default().extend(&held.license_ids);
    }
    let mut expected: BTreeMap<(&str, Option<LicenseType>), BTreeSet<&LicenseId>> = BTreeMap::new();
    let mut free: BTreeMap<LicenseType, Vec<&LicenseId>> = BTreeMap::new();
    for (candidate, decision) in order.iter().zip(&body.decisions) {
        let seat = candidate.seat;
        if decision.verdict == Verdict::Keep {
            continue;
        }
        let gates = seat_gates(snapshot, seat, guard, body.now);
        if gates.is_empty() {
            free.entry(seat.license_type).or_default().push(&seat.id);
        }
        for gate in gates {
            expected.entry((gate, Some(seat.license_type))).or_default().insert(&seat.id);
        }
    }
    let run_gates = run_gates(snapshot, guard, body.now, body.applicable);
    for &gate in &run_gates {
        expected.entry((gate, None)).or_default().extend(free.values().flatten());
    }
    let mut releases = Vec::new();
    for (kind, ids) in free {
        let cap = cap(snapshot.pool(kind).expect("seats have a pool").allocated, guard);
        let go = match guard.above_cap {
            _ if ids.len() <= cap => ids.len(),
            AboveCap::Hold => 0,
            AboveCap::LongestIdleFirst => cap,
        };
        if go < ids.len() {
            expected.insert(("cap", Some(kind)), ids[go..].iter().copied().collect());
        }
        releases.extend_from_slice(&ids[..go]);
    }
    if !run_gates.is_empty() {
        releases.clear();
    }
    prop_assert_eq!(held_by_gate, expected);
    prop_assert_eq!(body.releases.iter().collect::<Vec<_>>(), releases);
    Ok(())
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![Just(Weather::Calm), Just(Weather::Wild)]
}

fn any_site() -> impl Strategy<Value = SnapshotParts> {
    weather().prop_flat_map(|weather| random::site(weather, 40))
}

/// Rules that release often, so that the guard has something to do.
fn eager_rules() -> impl Strategy<Value = Rules> {
    random::rules().prop_map(|rules| Rules { never_release: NeverRelease::default(), ..rules })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn holds_and_releases_as_the_design_says(
        parts in any_site(), rules in eager_rules(), guard in random::guard(), applicable in any::<bool>(),
    ) {
        let snapshot = snapshot(parts);
        let plan = by_rules(&rules, &snapshot, &guard, now(), applicable);
        check_plan(&plan, &snapshot, &guard)?;
    }

    #[test]
    fn releases_nothing_that_the_rules_or_the_settings_protect(
        parts in any_site(), rules in random::rules(), guard in random::guard(),
    ) {
        let guard = GuardSettings { never_release: rules.never_release.clone(), ..guard };
        let snapshot = snapshot(parts);
        let plan = by_rules(&rules, &snapshot, &guard, now(), true);
        check_plan(&plan, &snapshot, &guard)?;
        for held in plan.body().held.iter().filter(|held| held.gate == Gate::Protected) {
            prop_assert!(held.license_ids.is_empty(), "rules and guard disagree: {:?}", held);
        }
    }

    #[test]
    fn the_same_facts_in_any_order_give_the_same_bytes(
        parts in any_site(), rules in eager_rules(), guard in random::guard(), turn in 0_usize..7,
    ) {
        let mut turned = parts.clone();
        let turn_by = |length: usize| if length == 0 { 0 } else { turn % length };
        turned.seats.rotate_left(turn_by(parts.seats.len()));
        turned.users.rotate_left(turn_by(parts.users.len()));
        turned.pools.reverse();
        for user in &mut turned.users {
            user.tags.reverse();
            user.roles.reverse();
            user.custom_properties.reverse();
            user.attributes.reverse();
        }
        let text = |parts| bytes(&by_rules(&rules, &snapshot(parts), &guard, now(), true));
        prop_assert_eq!(text(parts), text(turned));
    }

    #[test]
    fn a_random_plan_reads_back_and_verifies(parts in any_site(), rules in random::rules()) {
        let text = bytes(&by_rules(&rules, &snapshot(parts), &GuardSettings::default(), now(), true));
        let read = Plan::parse(&text).expect("a plan can be read");
        prop_assert_eq!(bytes(&read), text);
    }

    #[test]
    fn more_protection_never_means_that_more_is_free_to_go(
        parts in any_site(), rules in eager_rules(), guard in random::guard(), more in random::never_release(),
    ) {
        // A cap that cannot be reached: holding one seat may bring the others below a cap.
        let open = GuardSettings { max_release_basis_points: 10_000, max_releases: None, ..guard };
        let mut closer = open.clone();
        closer.never_release.user.extend(more.user);
        closer.never_release.tag.extend(more.tag);
        closer.never_release.custom_property.extend(more.custom_property);
        closer.never_release.user_directory.extend(more.user_directory);
        closer.min_idle_days += 1;
        let snapshot = snapshot(parts);
        let before = by_rules(&rules, &snapshot, &open, now(), true);
        let after = by_rules(&rules, &snapshot, &closer, now(), true);
        prop_assert!(after.body().releases.iter().all(|id| before.body().releases.contains(id)));
    }

    #[test]
    fn instants_read_back_as_they_are_written(ms in -62_135_596_800_000_i64..=253_402_300_799_999) {
        prop_assert_eq!(Instant::parse(&at(ms).to_string()), Some(at(ms)));
    }
}

#[test]
fn planning_again_after_success_plans_nothing() {
    let (before, guard) = golden();
    let plan = by_rules(&Rules::default(), &before, &guard, now(), true);
    assert!(!plan.body().releases.is_empty());
    let mut parts = before.into_parts();
    for seat in parts.seats.iter_mut().filter(|seat| plan.body().releases.contains(&seat.id)) {
        seat.quarantined = true;
    }
    let after = snapshot(site(parts.seats, parts.users));
    assert!(by_rules(&Rules::default(), &after, &guard, now(), true).body().releases.is_empty());
}

#[test]
fn a_holder_with_a_blank_name_is_no_special_case() {
    let blank = User { user_directory: String::new(), user_id: String::new(), ..person("blank") };
    let gone = Seat { holder: deleted("", ""), ..seat("s2", "gone") };
    let blank_seat = Seat { holder: held_by(&blank), ..seat("s1", "blank") };
    assert!(matches!(blank_seat.holder, Holder::User { .. }));
    let plan = release_all(&snapshot(site(vec![blank_seat, gone], vec![blank])), &GuardSettings::default());
    assert_eq!(released(&plan), ["s1", "s2"]);
}
