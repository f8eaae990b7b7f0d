//! The gates with a memory, each by itself and with its boundaries, under a policy that wants every seat.

use std::collections::BTreeMap;

use serde_json::json;
use steward_core::application::{Application, Choice, Refusal, choose};
use steward_core::guard::Protection;
use steward_core::ids::LicenseId;
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType;
use steward_core::memory::{KeptPerson, Memory, Reading, Taken};
use steward_core::plan::Plan;
use steward_core::planner::{PlanInput, plan};
use steward_core::settings::{AboveCap, GuardSettings, NeverRelease};
use steward_core::snapshot::{LastUse, Pool, Seat, Snapshot, SnapshotParts, User};
use steward_tests::fixture::{
    account, ago, at, crowd, days_ago, identity, input, now, person, run, seat, site, snapshot, texts,
};
use steward_tests::plans::{gates, released};
use steward_tests::sandbox::{hostile, sandbox};

/// A site without any cap.
fn generous() -> GuardSettings {
    GuardSettings { max_release_basis_points: 10_000, ..GuardSettings::default() }
}

fn planned(snapshot: &Snapshot, guard: &GuardSettings, memory: &Memory, application: Option<&Application>) -> Plan {
    let mut policy = sandbox(hostile(), &json!({ "act": "nothing" }), &run(snapshot));
    let identity = identity();
    let input = PlanInput { application, ..input(snapshot, &identity, guard, memory) };
    plan(input, &mut policy).expect("a plan passes the checker")
}

#[track_caller]
fn check(what: &str, parts: &SnapshotParts, guard: &GuardSettings, memory: &Memory, expected: &[&str]) {
    let plan = planned(&snapshot(parts.clone()), guard, memory, None);
    assert_eq!(gates(&plan).into_iter().collect::<Vec<_>>(), expected, "{what}");
    assert_eq!(released(&plan).is_empty(), !expected.is_empty(), "{what}");
}

fn reading(users: u32, seats: u32, never_used: u32) -> Reading {
    Reading {
        at: days_ago(1),
        users,
        seats: BTreeMap::from([(LicenseType::Analyzer, seats)]),
        never_used: BTreeMap::from([(LicenseType::Analyzer, never_used)]),
        protections: Vec::new(),
    }
}

fn after(last: Reading) -> Memory {
    Memory { last_reading: Some(last), ..Memory::default() }
}

fn kept(user_id: &str, until: Option<Instant>) -> KeptPerson {
    KeptPerson { account: account("acme", user_id), until, note: "leave".to_owned() }
}

#[test]
fn people_kept_by_hand_or_after_an_undo_keep_their_seats_until_the_end_of_it() {
    let parts = site(vec![seat("s1", "jdoe")], vec![person("jdoe")]);
    for (until, holds) in
        [(None, true), (Some(at(now().millis() + 1)), true), (Some(now()), false), (Some(days_ago(1)), false)]
    {
        let by_hand = Memory { protected_by_hand: vec![kept(" JDoe", until)], ..Memory::default() };
        let restored = Memory { restored: vec![kept("jdoe", until)], ..Memory::default() };
        let expected = |gate: &'static str| if holds { vec![gate] } else { Vec::new() };
        check("by hand", &parts, &GuardSettings::default(), &by_hand, &expected("protected-by-hand"));
        check("restored", &parts, &GuardSettings::default(), &restored, &expected("restored"));
    }
    let somebody_else = Memory { restored: vec![kept("jdo", None)], ..Memory::default() };
    check("somebody else", &parts, &GuardSettings::default(), &somebody_else, &[]);
}

fn taken(count: usize, at: Instant) -> Memory {
    Memory { taken: vec![Taken { at, license_type: LicenseType::Analyzer }; count], ..Memory::default() }
}

#[test]
fn the_cap_counts_what_went_in_the_last_24_hours() {
    let guard = GuardSettings { max_releases: Some(5), ..generous() };
    let parts = crowd(LicenseType::Analyzer, 3);
    check("two before", &parts, &guard, &taken(2, days_ago(1)), &[]);
    check("three before", &parts, &guard, &taken(3, days_ago(1)), &["cap"]);
    check("three a moment earlier", &parts, &guard, &taken(3, ago(1, 1)), &[]);
    check("three in the future, by a clock that went back", &parts, &guard, &taken(3, ago(0, -5000)), &["cap"]);
    let professional =
        Memory { taken: vec![Taken { at: now(), license_type: LicenseType::Professional }; 9], ..Memory::default() };
    check("of another type", &parts, &guard, &professional, &[]);
}

#[test]
fn above_the_cap_the_rest_of_the_day_goes_longest_idle_first() {
    let guard = GuardSettings { max_releases: Some(5), above_cap: AboveCap::LongestIdleFirst, ..generous() };
    let plan = planned(&snapshot(crowd(LicenseType::Analyzer, 9)), &guard, &taken(3, days_ago(1)), None);
    assert_eq!(released(&plan), ["analyzer-000", "analyzer-001"]);
}

#[test]
fn a_share_of_everything_allows_everything_in_two_steps() {
    check("the second half", &crowd(LicenseType::Analyzer, 50), &generous(), &taken(50, now()), &[]);
}

#[test]
fn the_undo_reserve_keeps_seats_free_for_what_was_released_lately() {
    let guard = GuardSettings { undo_reserve_days: Some(3), ..generous() };
    let with = |available: u32, quarantined: u32| {
        let mut parts = crowd(LicenseType::Analyzer, 3);
        let of_type = |pool: &&mut Pool| pool.license_type == LicenseType::Analyzer;
        let pool = parts.pools.iter_mut().find(of_type).expect("a pool");
        (pool.available, pool.quarantined, pool.total) = (available, quarantined, 3 + available + quarantined);
        parts
    };
    check("enough", &with(4, 0), &guard, &taken(4, days_ago(3)), &[]);
    check("one is missing", &with(3, 0), &guard, &taken(4, days_ago(3)), &["undo-reserve"]);
    check("quarantined ones can be given back", &with(3, 1), &guard, &taken(4, days_ago(3)), &[]);
    check("long ago", &with(0, 0), &guard, &taken(4, ago(3, 1)), &[]);
    check("no reserve asked for", &with(0, 0), &generous(), &taken(4, days_ago(3)), &[]);
}

#[test]
fn half_of_the_users_may_not_vanish() {
    let parts = crowd(LicenseType::Analyzer, 6);
    check("seven before", &parts, &generous(), &after(reading(11, 6, 0)), &[]);
    check("twelve before", &parts, &generous(), &after(reading(12, 6, 0)), &["users-halved"]);
    check("thirteen before", &parts, &generous(), &after(reading(13, 6, 0)), &["users-halved"]);
}

#[test]
fn seats_that_vanish_without_us_hold_the_run() {
    let parts = crowd(LicenseType::Analyzer, 10);
    check("five of fifteen", &parts, &generous(), &after(reading(10, 15, 0)), &[]);
    check("six of sixteen", &parts, &generous(), &after(reading(10, 16, 0)), &["seats-vanished"]);
    let ours = Memory { last_reading: Some(reading(10, 16, 0)), ..taken(1, days_ago(1)) };
    check("one of the six was ours", &parts, &generous(), &ours, &[]);
    let before = Memory { last_reading: Some(reading(10, 16, 0)), ..taken(1, ago(1, 1)) };
    check("but not since that reading", &parts, &generous(), &before, &["seats-vanished"]);
    let many = crowd(LicenseType::Analyzer, 75);
    check("a quarter of a hundred", &many, &generous(), &after(reading(75, 100, 0)), &[]);
    check("more than a quarter", &many, &generous(), &after(reading(75, 101, 0)), &["seats-vanished"]);
}

#[test]
fn used_seats_cannot_become_never_used_ones() {
    let world = |unused: u32, allocated_at: Instant| {
        let mut parts = crowd(LicenseType::Analyzer, 20);
        for seat in parts.seats.iter_mut().take(unused as usize) {
            *seat = Seat { last_used: LastUse::Never, allocated_at: Some(allocated_at), ..seat.clone() };
        }
        parts
    };
    let old = days_ago(300);
    check("two more are forgiven", &world(5, old), &generous(), &after(reading(20, 20, 3)), &[]);
    check("three more are not", &world(6, old), &generous(), &after(reading(20, 20, 3)), &["never-used-jump"]);
    check("a first run with many is fine", &world(20, old), &generous(), &Memory::default(), &[]);
    let plan = planned(&snapshot(world(20, ago(0, 60_000))), &generous(), &after(reading(20, 20, 0)), None);
    assert_eq!(gates(&plan).into_iter().collect::<Vec<_>>(), ["floor"], "new seats may well be unused");
}

#[test]
fn an_entry_that_matched_somebody_and_matches_nobody_now_holds_the_run() {
    let tagged = User { tags: texts(&["Keep Me"]), ..person("boss") };
    let parts = site(vec![seat("s1", "jdoe")], vec![person("jdoe"), tagged.clone()]);
    let without = site(vec![seat("s1", "jdoe")], vec![person("jdoe"), person("boss")]);
    let never_release = NeverRelease { tag: texts(&["keep me "]), ..NeverRelease::default() };
    let guard = GuardSettings { never_release: never_release.clone(), ..generous() };
    let last = Reading::of(&snapshot(parts.clone()), &never_release);
    assert_eq!(last.protections, [Protection::Tag("keep me".to_owned())]);
    check("still there", &parts, &guard, &after(last.clone()), &[]);
    check("renamed", &without, &guard, &after(last.clone()), &["protection-lost"]);
    check("removed from the settings", &without, &generous(), &after(last), &[]);
    let never = Reading::of(&snapshot(without.clone()), &never_release);
    check("it never matched", &without, &guard, &after(never), &[]);
}

#[test]
fn a_clock_that_went_back_holds_the_run() {
    let parts = site(vec![seat("s1", "jdoe")], vec![person("jdoe")]);
    let remembered = |ms: i64| Memory { last_entry_at: Some(at(now().millis() + ms)), ..Memory::default() };
    check("two seconds are corrected all the time", &parts, &generous(), &remembered(2000), &[]);
    check("more is a clock that was set", &parts, &generous(), &remembered(2001), &["clock-skew"]);
    check("an earlier entry", &parts, &generous(), &remembered(-MS_PER_DAY), &[]);
}

fn ids(ids: &[&str]) -> Vec<LicenseId> {
    ids.iter().map(|&id| LicenseId::new(id)).collect()
}

#[test]
fn a_fresh_decision_releases_only_what_was_chosen_and_still_may_go() {
    let mut parts = crowd(LicenseType::Analyzer, 4);
    let earlier = planned(&snapshot(parts.clone()), &generous(), &Memory::default(), None);
    let chosen = choose(&earlier, Choice { first: Some(2), above_cap: false }).expect("two may go");
    assert_eq!(chosen.license_ids, ids(&["analyzer-000", "analyzer-001"]));
    parts.seats[0].last_used = LastUse::At(days_ago(1));
    let fresh = planned(&snapshot(parts), &generous(), &Memory::default(), Some(&chosen));
    assert_eq!(released(&fresh), ["analyzer-001"]);
}

#[test]
fn what_belongs_to_somebody_else_by_now_was_not_chosen() {
    let parts = site(vec![seat("s1", "jdoe"), seat("s2", "kim")], vec![person("jdoe"), person("kim"), person("new")]);
    let earlier = planned(&snapshot(parts), &generous(), &Memory::default(), None);
    let chosen = choose(&earlier, Choice::default()).expect("both may go");
    let later = snapshot(site(vec![seat("s1", "new"), seat("s2", "kim")], vec![person("new"), person("kim")]));
    let chosen = chosen.still_of_same_owners(earlier.body(), &later);
    assert_eq!(chosen.license_ids, ids(&["s2"]));
    let fresh = planned(&later, &generous(), &Memory::default(), Some(&chosen));
    assert_eq!(released(&fresh), ["s2"]);
}

#[test]
fn the_cap_is_lifted_only_by_an_approval() {
    let guard = GuardSettings { max_releases: Some(2), ..generous() };
    let world = snapshot(crowd(LicenseType::Analyzer, 4));
    let earlier = planned(&world, &guard, &Memory::default(), None);
    assert!(matches!(choose(&earlier, Choice::default()), Err(Refusal::Held { .. })));
    let two = choose(&earlier, Choice { first: Some(2), above_cap: false }).expect("the first two");
    assert_eq!(released(&planned(&world, &guard, &Memory::default(), Some(&two))).len(), 2);
    let three = choose(&earlier, Choice { first: Some(3), above_cap: false }).expect("chosen, but held");
    let fresh = planned(&world, &guard, &Memory::default(), Some(&three));
    assert_eq!((released(&fresh).len(), gates(&fresh).contains("cap")), (0, true));
    let approved = choose(&earlier, Choice { first: None, above_cap: true }).expect("all of them");
    assert_eq!(released(&planned(&world, &guard, &Memory::default(), Some(&approved))).len(), 4);
}

#[test]
fn the_longest_idle_go_first_whatever_their_type() {
    let idle =
        |id: &str, kind, days| Seat { license_type: kind, last_used: LastUse::At(days_ago(days)), ..seat(id, id) };
    let seats = vec![
        idle("a", LicenseType::Analyzer, 300),
        idle("b", LicenseType::Analyzer, 100),
        idle("c", LicenseType::Professional, 200),
    ];
    let world = snapshot(site(seats, ["a", "b", "c"].map(person).to_vec()));
    let earlier = planned(&world, &generous(), &Memory::default(), None);
    let first = |count| choose(&earlier, Choice { first: Some(count), above_cap: false }).expect("some").license_ids;
    assert_eq!(first(2), ids(&["a", "c"]));
    assert_eq!(first(9), ids(&["a", "c", "b"]));
}
