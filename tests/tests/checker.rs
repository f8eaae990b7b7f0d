//! The checker against manipulated plans: whatever a broken planner might do, the checker says so.

use steward_core::checker::{Violation, violations};
use steward_core::decision::Verdict;
use steward_core::guard::{Gate, Scope};
use steward_core::ids::LicenseId;
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::plan::{Held, Plan, PlanContents, PlannedFault};
use steward_core::policy::{Fault, FaultKind};
use steward_core::settings::{AboveCap, FlagRule, GuardSettings, NeverRelease};
use steward_core::snapshot::{LastUse, Property, Seat, Snapshot, SnapshotParts, User};
use steward_tests::fixture::{
    account, ago, crowd, days_ago, deleted, held_by, person, plan_of, run, seat, site, snapshot, texts,
};
use steward_tests::native::NativeStandard;
use steward_tests::rules::Rules;

fn contents(plan: &Plan) -> PlanContents {
    let body = plan.body().clone();
    PlanContents {
        now: body.now,
        expires_at: body.expires_at,
        applicable: body.applicable,
        application: None,
        policy: body.policy,
        guard: body.guard,
        inventory: body.inventory,
        pools: body.pools,
        decisions: body.decisions,
        releases: body.releases,
        held: body.held,
        faults: body.faults,
    }
}

fn sound_plan(snapshot: &Snapshot, guard: &GuardSettings) -> Plan {
    let mut policy = NativeStandard::configure(&Rules::default().to_json(), &run(snapshot)).expect("fine settings");
    plan_of(snapshot, guard, &mut policy)
}

/// Violations of a plan of `parts` after `change`, under the guard under which it was made.
fn violations_after(
    parts: SnapshotParts,
    guard: &GuardSettings,
    change: impl FnOnce(&mut PlanContents),
) -> Vec<Violation> {
    let snapshot = snapshot(parts);
    let plan = sound_plan(&snapshot, guard);
    assert_eq!(violations(&plan, &snapshot, guard, &Memory::default()), []);
    let mut contents = contents(&plan);
    change(&mut contents);
    violations(&Plan::seal(contents).expect("a plan can be sealed"), &snapshot, guard, &Memory::default())
}

/// A plan that releases the only seat although it must stay.
#[track_caller]
fn check_must_stay(what: &str, seat: Seat, owner: User, guard: &GuardSettings) {
    let id = seat.id.clone();
    let found = violations_after(site(vec![seat], vec![owner]), guard, |plan| {
        plan.held.clear();
        plan.decisions[0].verdict = Verdict::Release;
        plan.releases = vec![id.clone()];
    });
    let must_stay = |violation: &Violation| matches!(violation, Violation::MustStay { id: found, .. } if *found == id);
    assert!(found.iter().any(must_stay), "{what}: {found:?}");
}

#[test]
fn a_release_that_must_stay_is_found_even_if_guard_and_policy_let_it_go() {
    let plain = GuardSettings::default;
    let idle = || seat("s1", "jdoe");
    let jdoe = || person("jdoe");
    check_must_stay("quarantined", Seat { quarantined: true, ..idle() }, jdoe(), &plain());
    check_must_stay("unresolved", seat("s1", "stranger"), jdoe(), &plain());
    check_must_stay("used too recently", Seat { last_used: LastUse::At(ago(7, -1)), ..idle() }, jdoe(), &plain());
    check_must_stay("allocated too recently", Seat { allocated_at: Some(ago(7, -1)), ..idle() }, jdoe(), &plain());
    check_must_stay("unknown use", Seat { last_used: LastUse::Unknown, ..idle() }, jdoe(), &plain());
    check_must_stay("unknown allocation", Seat { allocated_at: None, ..idle() }, jdoe(), &plain());
    check_must_stay("administrator", idle(), User { roles: texts(&["rootadmin "]), ..jdoe() }, &plain());
    let service = User { user_directory: "internal".to_owned(), user_id: " SA_x".to_owned(), ..jdoe() };
    check_must_stay("service", Seat { holder: held_by(&service), ..idle() }, service, &plain());
    let own = GuardSettings { own_account: Some(account("acme", "JDOE")), ..plain() };
    check_must_stay("our own account", idle(), jdoe(), &own);
    check_must_stay("our own account, deleted", Seat { holder: deleted("ACME", "jdoe"), ..idle() }, jdoe(), &own);
}

#[test]
fn a_release_that_the_settings_protect_is_found() {
    let none = NeverRelease::default;
    let near = Property { name: " p".to_owned(), value: "V".to_owned() };
    let cases = [
        NeverRelease { user: vec![account("Acme ", "JDOE")], ..none() },
        NeverRelease { tag: texts(&["KEEP"]), ..none() },
        NeverRelease { custom_property: vec![near], ..none() },
        NeverRelease { user_directory: texts(&["acme"]), ..none() },
        NeverRelease { inactive: FlagRule::Yes, ..none() },
        NeverRelease { blocked: FlagRule::No, ..none() },
        NeverRelease { removed_externally: FlagRule::No, ..none() },
    ];
    for never_release in cases {
        let what = format!("{never_release:?}");
        let owner = User {
            tags: texts(&["keep"]),
            custom_properties: vec![Property { name: "P".to_owned(), value: "v".to_owned() }],
            inactive: true,
            ..person("jdoe")
        };
        let guard = GuardSettings { never_release, ..GuardSettings::default() };
        check_must_stay(&what, seat("s1", "jdoe"), owner, &guard);
    }
}

/// Five idle seats, all of which go, and `change` done to their plan.
#[track_caller]
fn check(what: &str, change: impl FnOnce(&mut PlanContents), expected: fn(&Violation) -> bool) {
    let found = violations_after(crowd(LicenseType::Analyzer, 5), &GuardSettings::default(), change);
    assert!(found.iter().any(expected), "{what}: {found:?}");
}

#[test]
fn manipulated_lists_are_found() {
    check(
        "released without a verdict",
        |plan| plan.decisions[0].verdict = Verdict::Keep,
        |v| matches!(v, Violation::NotDecided(_)),
    );
    check(
        "released twice",
        |plan| plan.releases.push(plan.releases[0].clone()),
        |v| matches!(v, Violation::ReleasedTwice(_)),
    );
    check(
        "a foreign seat",
        |plan| plan.releases.push(LicenseId::new("x")),
        |v| matches!(v, Violation::MustStay { .. }),
    );
    check("swapped", |plan| plan.decisions.swap(0, 1), |v| matches!(v, Violation::Disorder(_)));
    check(
        "decided twice",
        |plan| plan.decisions.push(plan.decisions[0].clone()),
        |v| matches!(v, Violation::StrangeDecision(_)),
    );
    check(
        "left out",
        |plan| plan.decisions.truncate(4),
        |v| matches!(v, Violation::SeatCount { decided: 4, seats: 5 }),
    );
    check(
        "another person",
        |plan| plan.decisions[0].user_id = "someone".to_owned(),
        |v| matches!(v, Violation::StrangeDecision(_)),
    );
    check(
        "another date",
        |plan| plan.decisions[0].last_used = LastUse::At(days_ago(900)),
        |v| matches!(v, Violation::StrangeDecision(_)),
    );
    check(
        "another type",
        |plan| plan.decisions[0].license_type = LicenseType::User,
        |v| matches!(v, Violation::StrangeDecision(_)),
    );
}

#[test]
fn releases_past_a_hold_are_found() {
    fn held(gate: Gate, plan: &PlanContents) -> Held {
        let license_type = (gate.scope() != Scope::Run).then_some(LicenseType::Analyzer);
        let license_ids = if gate.scope() == Scope::Seat { vec![plan.releases[0].clone()] } else { Vec::new() };
        Held { scope: gate.scope(), license_type, gate, detail: String::new(), license_ids }
    }
    check("a held seat", |plan| plan.held.push(held(Gate::Floor, plan)), |v| matches!(v, Violation::Held(_)));
    check("a held type", |plan| plan.held.push(held(Gate::Cap, plan)), |v| matches!(v, Violation::TypeIsHeld(_)));
    check("a held run", |plan| plan.held.push(held(Gate::ClockSkew, plan)), |v| matches!(v, Violation::RunIsHeld));
    let fault = Fault::new(FaultKind::Trap, "gone");
    check(
        "a faulty run",
        |plan| plan.faults.push(PlannedFault::new(&fault, None)),
        |v| matches!(v, Violation::RunIsHeld),
    );
}

#[test]
fn more_releases_than_the_cap_are_found() {
    for (above_cap, max_releases) in
        [(AboveCap::Hold, None), (AboveCap::LongestIdleFirst, None), (AboveCap::LongestIdleFirst, Some(2))]
    {
        let guard = GuardSettings { above_cap, max_releases, ..GuardSettings::default() };
        let found = violations_after(crowd(LicenseType::Analyzer, 6), &guard, |plan| {
            plan.held.clear();
            plan.releases = plan.decisions.iter().map(|decision| decision.license_id.clone()).collect();
        });
        let cap = u64::from(max_releases.unwrap_or(5));
        let expected = Violation::AboveCap { license_type: LicenseType::Analyzer, count: 6, cap };
        assert_eq!(found, [expected]);
    }
}

#[test]
fn a_plan_of_other_facts_or_another_guard_is_found() {
    let snapshot_then = snapshot(crowd(LicenseType::Analyzer, 5));
    let guard = GuardSettings::default();
    let plan = sound_plan(&snapshot_then, &guard);
    let other_guard = GuardSettings { min_idle_days: 8, ..guard.clone() };
    assert_eq!(violations(&plan, &snapshot_then, &other_guard, &Memory::default()), [Violation::OtherInputs]);
    let mut parts = snapshot_then.into_parts();
    parts.clock_skew_ms = Some(1);
    assert_eq!(violations(&plan, &snapshot(parts), &guard, &Memory::default()), [Violation::OtherInputs]);
}
