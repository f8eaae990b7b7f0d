//! Comparing two policies: by plans, by outlines, and by the rule that guards changed settings, all agree.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use steward_core::candidate::{Candidate, candidates};
use steward_core::decision::{Decision, Outline, RuleOutcome, Verdict};
use steward_core::digest::Digest;
use steward_core::guard::{Scope, SeatGates};
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::plan::Plan;
use steward_core::planner::{PlanInput, plan};
use steward_core::policy::{Fault, FaultKind, Policy, PolicyIdentity};
use steward_core::policy_diff::{Change, Facts, NotComparable, Outlined, PolicyDiff, Standing, of_outlines, of_plans};
use steward_core::rules_change::newly_released;
use steward_core::settings::GuardSettings;
use steward_core::snapshot::{Holder, LastUse, Pool, Seat, Snapshot, SnapshotParts, User};

fn now() -> Instant {
    Instant::parse("2026-11-21T15:00:00Z").unwrap()
}

/// Seats by number, with the days since their last use.
fn snapshot(seats: &[(LicenseType, u32)]) -> Snapshot {
    let users = (0..seats.len()).map(|n| User {
        guid: UserGuid::new(format!("guid-{n}")),
        user_directory: "ACME".to_owned(),
        user_id: format!("user-{n}"),
        name: format!("User {n}"),
        inactive: false,
        blocked: false,
        removed_externally: false,
        roles: Vec::new(),
        tags: Vec::new(),
        custom_properties: Vec::new(),
        attributes: Vec::new(),
    });
    let listed = seats.iter().enumerate().map(|(n, (license_type, idle_days))| Seat {
        id: LicenseId::new(format!("seat-{n:03}")),
        license_type: *license_type,
        allocated_at: now().minus_days(900),
        last_used: LastUse::At(now().minus_days(*idle_days).unwrap()),
        quarantined: false,
        excess: false,
        holder: Holder::User {
            guid: UserGuid::new(format!("guid-{n}")),
            user_directory: "ACME".to_owned(),
            user_id: format!("user-{n}"),
        },
    });
    let pools = [LicenseType::Analyzer, LicenseType::Professional].map(|license_type| {
        let allocated = u32::try_from(seats.iter().filter(|(kind, _)| *kind == license_type).count()).unwrap();
        Pool {
            license_type,
            total: allocated + 3,
            allocated,
            allocated_before: allocated,
            used: allocated,
            available: 3,
            quarantined: 0,
            excess: 0,
        }
    });
    Snapshot::new(SnapshotParts {
        taken_at: now(),
        clock_skew_ms: Some(0),
        attributes_read: false,
        pools: pools.to_vec(),
        seats: listed.collect(),
        users: users.collect(),
        incomplete_users: Vec::new(),
    })
    .unwrap()
}

/// A policy that says what it is told to say.
#[derive(Debug, Clone)]
struct Scripted {
    /// By the number in the seat's id.
    answers: BTreeMap<String, Outline>,
    quotas: BTreeMap<LicenseType, Option<u32>>,
    fails: bool,
}

impl Scripted {
    fn new(answers: &[(Verdict, &'static str, i32)], quota: Option<u32>) -> Self {
        let answers = answers.iter().enumerate().map(|(n, (verdict, rule, priority))| {
            let outline = Outline { verdict: *verdict, rule: Arc::from(*rule), priority: *priority, flips_at: None };
            (format!("seat-{n:03}"), outline)
        });
        Self { answers: answers.collect(), quotas: BTreeMap::from([(LicenseType::Analyzer, quota)]), fails: false }
    }

    fn outlines(&self, candidates: &[Candidate<'_>]) -> Vec<Outline> {
        candidates.iter().map(|candidate| self.answers[candidate.seat.id.as_str()].clone()).collect()
    }
}

impl Policy for Scripted {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        if self.fails {
            return Err(Fault::new(FaultKind::Trap, "unreachable"));
        }
        let outline = &self.answers[candidate.seat.id.as_str()];
        Ok(Decision {
            verdict: outline.verdict,
            rule: outline.rule.to_string(),
            reason: String::new(),
            priority: outline.priority,
            flips_at: outline.flips_at,
        })
    }

    fn quota(&mut self, license_type: LicenseType) -> Result<Option<u32>, Fault> {
        Ok(self.quotas.get(&license_type).copied().flatten())
    }

    fn explain(&mut self, _: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        Ok(Vec::new())
    }
}

/// Under a cap of so many hundredths of a per cent.
fn guard(max_release_basis_points: u32) -> GuardSettings {
    GuardSettings { max_release_basis_points, ..GuardSettings::default() }
}

fn plan_of(snapshot: &Snapshot, guard: &GuardSettings, policy: &Scripted) -> Plan {
    let identity = PolicyIdentity {
        name: "scripted".to_owned(),
        version: "1.0.0".to_owned(),
        contract: String::new(),
        digest: Digest::zero(),
        settings_digest: Digest::zero(),
    };
    let memory = Memory::default();
    let input = PlanInput {
        snapshot,
        now: now(),
        applicable: true,
        policy: &identity,
        guard,
        memory: &memory,
        application: None,
    };
    plan(input, &mut policy.clone()).unwrap()
}

const KEEP: (Verdict, &str, i32) = (Verdict::Keep, "recent", 0);
const IDLE: (Verdict, &str, i32) = (Verdict::Release, "idle", 0);
const LEFT: (Verdict, &str, i32) = (Verdict::Release, "left", 5);

fn analyzers(idle_days: &[u32]) -> Snapshot {
    snapshot(&idle_days.iter().map(|days| (LicenseType::Analyzer, *days)).collect::<Vec<_>>())
}

#[test]
fn says_who_newly_loses_and_who_newly_keeps_and_by_which_rules() {
    let snapshot = analyzers(&[500, 400, 300, 200, 100, 3]);
    let before = Scripted::new(&[IDLE, IDLE, KEEP, KEEP, KEEP, KEEP], None);
    let after = Scripted::new(&[IDLE, KEEP, LEFT, LEFT, (Verdict::Keep, "new", 0), IDLE], None);
    let guard = guard(10_000);
    let diff = of_plans(plan_of(&snapshot, &guard, &before).body(), plan_of(&snapshot, &guard, &after).body()).unwrap();
    assert_eq!((diff.newly_lose(), diff.newly_keep()), (2, 1));
    let groups: Vec<_> =
        diff.groups.iter().map(|group| (group.change, &*group.rule_before, &*group.rule_after, group.seats)).collect();
    assert_eq!(
        groups,
        [
            (Change::NewlyLoses, "recent", "left", 2),
            (Change::NewlyKeeps, "idle", "recent", 1),
            // The guard holds somebody who was there three days ago, whatever a policy says.
            (Change::OtherRule, "recent", "idle", 1),
            (Change::OtherRule, "recent", "new", 1),
        ]
    );
    let seats: Vec<_> = diff.seats.iter().map(|seat| (seat.seat.user_id.as_str(), seat.after.standing)).collect();
    assert_eq!(
        seats,
        [
            ("user-2", Standing::Goes),
            ("user-3", Standing::Goes),
            ("user-1", Standing::Stays),
            ("user-4", Standing::Stays),
            ("user-5", Standing::Held),
        ]
    );
    let analyzers = &diff.license_types[0];
    assert_eq!((analyzers.seats, analyzers.go_before, analyzers.go_after, analyzers.other_rule), (6, 2, 3, 2));
    assert!(diff.is_complete());
}

#[test]
fn a_seat_that_the_quota_left_for_later_and_that_goes_now_is_newly_lost() {
    let snapshot = analyzers(&[500, 400, 300]);
    let guard = guard(10_000);
    let plan_with = |quota| plan_of(&snapshot, &guard, &Scripted::new(&[IDLE, IDLE, LEFT], quota));
    let few = plan_with(Some(2));
    let diff = of_plans(few.body(), plan_with(None).body()).unwrap();
    assert_eq!((diff.newly_lose(), diff.newly_keep()), (1, 0));
    assert_eq!(diff.seats[0].seat.user_id, "user-1", "the higher priority goes first, then the longest idle");
    assert_eq!((diff.seats[0].before.standing, diff.seats[0].after.standing), (Standing::Later, Standing::Goes));
    let back = of_plans(plan_with(None).body(), few.body()).unwrap();
    assert_eq!((back.newly_lose(), back.newly_keep()), (0, 1));
}

#[test]
fn what_the_cap_holds_today_counts_as_lost() {
    let days = [400; 30];
    let snapshot = analyzers(&days);
    let (before, after) = (Scripted::new(&[KEEP; 30], None), Scripted::new(&[IDLE; 30], None));
    let guard = guard(500);
    let plan = plan_of(&snapshot, &guard, &after);
    assert!(plan.body().releases.is_empty(), "the cap holds all of them");
    let diff = of_plans(plan_of(&snapshot, &guard, &before).body(), plan.body()).unwrap();
    assert_eq!(diff.newly_lose(), 30);
}

#[test]
fn refuses_to_compare_what_differs_in_more_than_the_policy() {
    let policy = Scripted::new(&[IDLE, IDLE], None);
    let plan = |snapshot: &Snapshot, guard: &GuardSettings| plan_of(snapshot, guard, &policy);
    let one = plan(&analyzers(&[400, 300]), &guard(500));
    let compare = |other: &Plan| of_plans(one.body(), other.body()).unwrap_err();
    assert_eq!(compare(&plan(&analyzers(&[400, 301]), &guard(500))), NotComparable::Facts);
    assert_eq!(compare(&plan(&analyzers(&[400, 300]), &guard(501))), NotComparable::Guard);
    assert!(of_plans(one.body(), one.body()).unwrap().seats.is_empty());
}

#[test]
fn a_policy_that_fails_is_told() {
    let snapshot = analyzers(&[400]);
    let policy = Scripted::new(&[IDLE], None);
    let broken = Scripted { fails: true, ..policy.clone() };
    let guard = guard(500);
    let diff =
        of_plans(plan_of(&snapshot, &guard, &policy).body(), plan_of(&snapshot, &guard, &broken).body()).unwrap();
    assert_eq!(diff.fault_after.as_deref(), Some("trap: unreachable"));
    assert!(!diff.is_complete() && diff.newly_lose() == 0);
}

#[test]
fn is_written_as_json() {
    let snapshot = analyzers(&[400]);
    let guard = guard(500);
    let plan_of = |answer| plan_of(&snapshot, &guard, &Scripted::new(&[answer], None));
    let diff = of_plans(plan_of(KEEP).body(), plan_of(IDLE).body()).unwrap();
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["groups"][0]["change"], "newly-loses");
    assert_eq!(json["licenseTypes"][0]["newlyLose"], 1);
    assert_eq!(json["seats"][0]["userId"], "user-0");
    assert_eq!(json["seats"][0]["after"]["standing"], "goes");
}

fn answers(seats: usize) -> impl Strategy<Value = Scripted> {
    let verdict = select(vec![Verdict::Keep, Verdict::Release]);
    let answer = (verdict, select(vec!["a", "b"]), 0..3_i32);
    (prop::collection::vec(answer, seats), prop::option::of(0..6_u32))
        .prop_map(|(answers, quota)| Scripted::new(&answers, quota))
}

fn sites() -> impl Strategy<Value = (Vec<(LicenseType, u32)>, Scripted, Scripted)> {
    let kind = select(vec![LicenseType::Analyzer, LicenseType::Professional]);
    let seats = prop::collection::vec((kind, select(vec![3, 40, 41, 400])), 0..20);
    seats.prop_flat_map(|seats| {
        let count = seats.len();
        (Just(seats), answers(count), answers(count))
    })
}

fn without_reasons(mut diff: PolicyDiff) -> PolicyDiff {
    for seat in &mut diff.seats {
        seat.before.reason = None;
        seat.after.reason = None;
    }
    diff
}

proptest! {
    #[test]
    fn plans_outlines_and_the_rule_for_changed_settings_agree(
        (seats, before, after) in sites(),
        cap in select(vec![0, 500, 10_000]),
    ) {
        let snapshot = snapshot(&seats);
        let guard = guard(cap);
        let (plan_before, plan_after) = (plan_of(&snapshot, &guard, &before), plan_of(&snapshot, &guard, &after));
        let by_plans = of_plans(plan_before.body(), plan_after.body()).unwrap();

        let candidates = candidates(&snapshot);
        let memory = Memory::default();
        let gates = SeatGates::new(&guard, &memory, now());
        let facts = Facts { now: now(), candidates: &candidates };
        let (outlines_before, outlines_after) = (before.outlines(&candidates), after.outlines(&candidates));
        let by_outlines = of_outlines(
            facts,
            Outlined { gates: &gates, outlines: &outlines_before, quotas: &before.quotas },
            Outlined { gates: &gates, outlines: &outlines_after, quotas: &after.quotas },
        );
        prop_assert_eq!(without_reasons(by_plans.clone()), by_outlines.unwrap());

        let of = |change: Change| -> BTreeSet<&LicenseId> {
            by_plans.seats.iter().filter(|seat| seat.change == change).map(|seat| &seat.seat.license_id).collect()
        };
        let is_quiet = |plan: &Plan| plan.body().held.iter().all(|held| held.scope == Scope::Seat);
        if is_quiet(&plan_before) && is_quiet(&plan_after) {
            prop_assert_eq!(of(Change::NewlyLoses), newly_released(plan_before.body(), plan_after.body()));
            prop_assert_eq!(of(Change::NewlyKeeps), newly_released(plan_after.body(), plan_before.body()));
        }
        let back = of_plans(plan_after.body(), plan_before.body()).unwrap();
        prop_assert_eq!((back.newly_lose(), back.newly_keep()), (by_plans.newly_keep(), by_plans.newly_lose()));
    }
}
