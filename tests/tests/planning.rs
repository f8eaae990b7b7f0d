//! From a random snapshot to a plan: what goes, what is held and by which gate, against an independent statement of the
//! gates, and that the same facts give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward_core::candidate::candidates;
use steward_core::decision::Verdict;
use steward_core::guard::Gate;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::plan::Plan;
use steward_core::settings::{AboveCap, GuardSettings, NeverRelease};
use steward_core::snapshot::{Seat, Snapshot, SnapshotParts, User};
use steward_tests::fixture::{at, crowd, deleted, held_by, now, person, seat, site, snapshot};
use steward_tests::gates::{cap, run_gates, seat_gates};
use steward_tests::plans::{by_rules, bytes, release_all, released};
use steward_tests::random::{self, Weather};
use steward_tests::rules::Rules;
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
    #![proptest_config(ProptestConfig::with_cases(700))]

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
    let before = snapshot(crowd(LicenseType::Analyzer, 5));
    let guard = GuardSettings::default();
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
    let plan = release_all(&snapshot(site(vec![blank_seat, gone], vec![blank])), &GuardSettings::default());
    assert_eq!(released(&plan), ["s1", "s2"]);
}
