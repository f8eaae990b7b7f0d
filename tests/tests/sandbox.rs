//! The sandbox against a policy that misbehaves on request: each act gives its own fault, the plan holds everything,
//! and the process stays as it was.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use steward::policy::{ConfigureError, Limits, LoadError, PolicyComponent, PolicyEngine};
use steward_core::candidate::candidates;
use steward_core::decision::Verdict;
use steward_core::guard::{Gate, Scope};
use steward_core::ids::LicenseId;
use steward_core::license_type::LicenseType;
use steward_core::plan::Plan;
use steward_core::policy::{FaultKind, Policy as _};
use steward_core::settings::GuardSettings;
use steward_core::snapshot::Snapshot;
use steward_tests::component::{contract_text, trapping};
use steward_tests::fixture::{crowd, decide_all, plan_of, run, seat, site, snapshot};
use steward_tests::rules::Rules;
use steward_tests::sandbox::{component_bytes, engine, hostile, sandbox, standard};

fn five_seats() -> Snapshot {
    snapshot(crowd(LicenseType::Analyzer, 5))
}

/// The plan of a policy that misbehaves at the third of five seats.
fn plan_with(component: &PolicyComponent, act: &str) -> Plan {
    let snapshot = five_seats();
    let settings = json!({ "act": act, "at": "analyzer-002" });
    let mut policy = sandbox(component, &settings, &run(&snapshot));
    plan_of(&snapshot, &GuardSettings::default(), &mut policy)
}

#[track_caller]
fn check(act: &str, kind: FaultKind) {
    let plan = plan_with(hostile(), act);
    let body = plan.body();
    assert!(body.releases.is_empty(), "{act}");
    let [fault] = body.faults.as_slice() else { panic!("{act}: {:?}", body.faults) };
    assert_eq!(fault.kind, kind, "{act}: {}", fault.detail);
    assert!(!fault.detail.is_empty() && fault.detail.len() < 500, "{act}: {}", fault.detail);
    assert_eq!(fault.license_id.as_ref().map(LicenseId::as_str), Some("analyzer-002"), "{act}");
    let rules: Vec<&str> = body.decisions.iter().map(|decision| decision.rule.as_str()).collect();
    assert_eq!(rules, ["release-all", "release-all", "policy-fault", "policy-fault", "policy-fault"], "{act}");
    assert!(body.decisions[2..].iter().all(|decision| decision.verdict == Verdict::Keep), "{act}");
    let [held] = body.held.as_slice() else { panic!("{act}: {:?}", body.held) };
    assert_eq!((held.scope, held.gate, held.license_ids.len()), (Scope::Run, Gate::PolicyFault, 2), "{act}");
    assert!(body.needs_attention(), "{act}");
}

#[test]
fn a_policy_that_never_ends_runs_out_of_fuel() {
    check("spin", FaultKind::OutOfFuel);
}

#[test]
fn a_policy_that_recurses_without_end_traps() {
    check("recurse", FaultKind::Trap);
}

#[test]
fn a_policy_that_stops_itself_traps() {
    check("trap", FaultKind::Trap);
}

#[test]
fn a_policy_that_allocates_without_end_runs_out_of_memory() {
    check("allocate", FaultKind::OutOfMemory);
}

#[test]
fn a_reason_that_is_too_long_is_oversize() {
    check("long-reason", FaultKind::Oversize);
    check("huge-reason", FaultKind::Oversize);
}

#[test]
fn a_rule_that_was_not_described_is_malformed() {
    check("unknown-rule", FaultKind::Malformed);
}

#[test]
fn a_fault_between_seats_holds_everything_too() {
    let plan = plan_with(hostile(), "trap-in-quota");
    let body = plan.body();
    assert_eq!(body.faults.len(), 1);
    assert_eq!((body.faults[0].kind, &body.faults[0].license_id), (FaultKind::Trap, &None));
    assert!(body.releases.is_empty());
    assert!(body.decisions.iter().all(|decision| decision.rule == "release-all"));
    assert_eq!((body.held[0].gate, body.held[0].license_ids.len()), (Gate::PolicyFault, 5));
}

#[test]
fn the_same_policy_without_its_act_releases() {
    assert_eq!(plan_with(hostile(), "nothing").body().releases.len(), 5);
}

#[test]
fn the_clock_stops_what_fuel_does_not() {
    let limits = Limits { fuel_per_call: u64::MAX, deadline: Duration::from_millis(100), ..Limits::default() };
    let engine = PolicyEngine::new(limits, None).expect("this machine can run WebAssembly");
    let hostile = PolicyComponent::load(&engine, &component_bytes("hostile")).expect("a built component loads");
    let plan = plan_with(&hostile, "spin");
    assert_eq!(plan.body().faults[0].kind, FaultKind::Deadline);
    assert!(plan.body().releases.is_empty());
}

#[test]
fn a_run_of_costly_answers_ends_although_each_of_them_is_allowed() {
    let limits = Limits { fuel_per_answer: 100_000, fuel_reserve: 10_000_000, ..Limits::default() };
    let engine = PolicyEngine::new(limits, None).expect("this machine can run WebAssembly");
    let slow = PolicyComponent::load(&engine, &component_bytes("hostile")).expect("a built component loads");
    let snapshot = five_seats();
    let asked = candidates(&snapshot);
    let mut sandbox = slow.configure(&json!({ "act": "slow" }), &run(&snapshot)).expect("the settings are fine");
    let answers: Vec<_> = asked.iter().map(|candidate| sandbox.decide(candidate)).collect();
    assert!(answers[0].is_ok());
    let fault = answers.into_iter().find_map(Result::err).expect("five are too many");
    assert!(fault.kind == FaultKind::OutOfFuel && fault.detail.contains("a whole run"), "{fault:?}");
    let mut sandbox = slow.configure(&json!({ "act": "slow" }), &run(&snapshot)).expect("the settings are fine");
    assert_eq!(sandbox.outlines(&asked).map_err(|fault| fault.kind), Err(FaultKind::OutOfFuel));
    assert!(plan_with(&slow, "slow").body().releases.is_empty());
    assert_eq!(plan_with(hostile(), "slow").body().releases.len(), 5);
}

/// Little fuel, so that the test need not wait for the fuel that honest settings of 100,000 people may need.
fn thrifty() -> PolicyEngine {
    let limits = Limits { fuel_to_configure: 100_000_000, ..Limits::default() };
    PolicyEngine::new(limits, None).expect("this machine can run WebAssembly")
}

#[test]
fn a_policy_that_misbehaves_while_it_is_configured_is_never_asked() {
    let hostile = PolicyComponent::load(&thrifty(), &component_bytes("hostile")).expect("a built component loads");
    let fault_of = |act: &str| match hostile.configure(&json!({ "act": act }), &run(&five_seats())) {
        Err(ConfigureError::Fault(fault)) => fault.kind,
        other => panic!("{act}: {:?}", other.err()),
    };
    assert_eq!(fault_of("spin-in-configure"), FaultKind::OutOfFuel);
    assert_eq!(fault_of("allocate-in-configure"), FaultKind::OutOfMemory);
}

#[test]
fn settings_that_a_policy_refuses_are_no_fault() {
    let snapshot = five_seats();
    for settings in [json!({}), json!({ "act": "dance" }), json!([]), Value::Null, json!({ "act": "trap", "x": 1 })] {
        let refused = hostile().configure(&settings, &run(&snapshot)).err();
        assert!(matches!(refused, Some(ConfigureError::Settings(_))), "{settings}: {refused:?}");
    }
}

#[test]
fn explaining_is_guarded_like_deciding() {
    let snapshot = five_seats();
    let explain = |act: &str| {
        let mut policy = sandbox(hostile(), &json!({ "act": act }), &run(&snapshot));
        policy.explain(&candidates(&snapshot)[0]).map_err(|fault| fault.kind)
    };
    assert_eq!(explain("nothing").map(|outcomes| outcomes.len()), Ok(1));
    assert_eq!(explain("spin"), Err(FaultKind::OutOfFuel));
    assert_eq!(explain("trap"), Err(FaultKind::Trap));
    assert_eq!(explain("huge-reason"), Err(FaultKind::Oversize));
    assert_eq!(explain("unknown-rule"), Err(FaultKind::Malformed));
}

#[test]
fn a_run_does_not_see_what_an_earlier_one_left_behind() {
    let snapshot = five_seats();
    let verdicts = || {
        let mut policy = sandbox(hostile(), &json!({ "act": "remember" }), &run(&snapshot));
        decide_all(&mut policy, &snapshot)
    };
    let first = verdicts();
    assert_eq!(first.values().filter(|decision| decision.verdict == Verdict::Release).count(), 1);
    assert_eq!(first, verdicts());
}

#[test]
fn a_policy_that_failed_fails_again_and_does_no_harm() {
    let snapshot = five_seats();
    let mut policy = sandbox(hostile(), &json!({ "act": "trap" }), &run(&snapshot));
    for candidate in candidates(&snapshot) {
        assert!(policy.decide(&candidate).is_err());
    }
}

/// In mebibytes; `None` where the system does not say.
fn resident_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}

#[test]
fn memory_comes_back_and_the_process_stays_up() {
    for act in ["allocate", "spin", "recurse", "trap", "huge-reason"] {
        plan_with(hostile(), act);
    }
    let before = resident_mib();
    for _ in 0..30 {
        for act in ["allocate", "recurse", "trap", "huge-reason"] {
            assert!(plan_with(hostile(), act).body().releases.is_empty());
        }
    }
    if let (Some(before), Some(after)) = (before, resident_mib()) {
        // Thirty leaked sandboxes would be two gigabytes. Other tests run beside this one.
        assert!(after < before + 500, "{before} MiB before, {after} MiB after");
    }
    assert_eq!(plan_with(hostile(), "nothing").body().releases.len(), 5);
}

#[test]
fn what_one_answer_may_carry_is_not_used_up_by_the_answers_before() {
    let snapshot = five_seats();
    let rules = Rules::default().to_json();
    let mut policy = sandbox(standard(), &rules, &run(&snapshot));
    let seats = candidates(&snapshot);
    let mut answered = 0;
    while answered < 3 * Limits::default().output_bytes {
        answered += policy.decide(&seats[0]).expect("the policy answers").reason.len();
    }
}

#[test]
fn the_answer_to_a_seat_with_the_longest_names_is_not_too_long() {
    use steward_core::settings::{FlagRule, NeverRelease};
    use steward_core::snapshot::{Seat, User};
    use steward_tests::fixture::{account, held_by, person, property, texts};
    for letter in ["x", "\u{1F984}", "\n", "ß", "\u{FDFA}"] {
        let long = letter.repeat(5_000);
        let owner = User {
            user_directory: format!("{long}D"),
            user_id: format!("{long}I"),
            tags: vec![format!("{long}T")],
            custom_properties: vec![property(&format!("{long}N"), &format!("{long}V"))],
            ..person("long")
        };
        let never_release = NeverRelease {
            user: vec![account(&owner.user_directory, &owner.user_id)],
            tag: owner.tags.clone(),
            custom_property: owner.custom_properties.clone(),
            user_directory: texts(&[owner.user_directory.as_str()]),
            inactive: FlagRule::No,
            ..NeverRelease::default()
        };
        let snapshot = snapshot(site(vec![Seat { holder: held_by(&owner), ..seat("s1", "") }], vec![owner]));
        let none = NeverRelease::default;
        for never_release in [
            never_release.clone(),
            NeverRelease { tag: never_release.tag.clone(), ..none() },
            NeverRelease { custom_property: never_release.custom_property.clone(), ..none() },
            NeverRelease { user_directory: never_release.user_directory.clone(), ..none() },
        ] {
            let rules = Rules { never_release, ..Rules::default() };
            let mut policy = sandbox(standard(), &rules.to_json(), &run(&snapshot));
            let candidate = &candidates(&snapshot)[0];
            policy.decide(candidate).unwrap_or_else(|fault| panic!("{}: {fault}", letter.escape_debug()));
            policy.explain(candidate).unwrap_or_else(|fault| panic!("{}: {fault}", letter.escape_debug()));
        }
    }
}

#[test]
fn all_memories_and_tables_of_a_policy_share_one_limit() {
    let fault_of = |core: &str| match PolicyComponent::load(engine(), &trapping(&contract_text(), core)) {
        Err(LoadError::Describe(fault)) => fault.kind,
        other => panic!("{core}: {other:?}"),
    };
    // 1280 pages are 80 MiB, of 128 MiB that are allowed.
    assert_eq!(fault_of(""), FaultKind::Trap);
    assert_eq!(fault_of("(memory 1280)"), FaultKind::Trap);
    assert_eq!(fault_of("(memory 1280)(memory 1280)"), FaultKind::OutOfMemory);
    assert_eq!(fault_of("(memory 2100)"), FaultKind::OutOfMemory);
    assert_eq!(fault_of("(table 60000 funcref)"), FaultKind::Trap);
    assert_eq!(fault_of("(table 60000 funcref)(table 60000 funcref)"), FaultKind::OutOfMemory);
    assert_eq!(fault_of("(table 100001 funcref)"), FaultKind::OutOfMemory);
}

#[test]
fn a_policy_that_never_ends_starting_is_stopped() {
    let endless = trapping(&contract_text(), "(func $endless (loop br 0)) (start $endless)");
    let refused = PolicyComponent::load(&thrifty(), &endless);
    let Err(LoadError::Describe(fault)) = refused else { panic!("{refused:?}") };
    assert_eq!(fault.kind, FaultKind::OutOfFuel);
}

#[test]
fn answers_over_columns_that_are_not_about_the_seats_are_no_answers() {
    let snapshot = five_seats();
    let asked = candidates(&snapshot);
    let said = |act: &str| sandbox(hostile(), &json!({ "act": act }), &run(&snapshot)).outlines(&asked);
    assert!(hostile().has_bulk());
    assert_eq!(said("nothing").map(|outlines| outlines.len()), Ok(5));
    for (act, kind, words) in [
        ("too-few", FaultKind::Malformed, "gave 4 of 5 answers"),
        ("too-many", FaultKind::Malformed, "gave 6 of 5 answers"),
        ("no-such-rule", FaultKind::Malformed, "rule 4000000000"),
        ("no-such-date", FaultKind::Malformed, "flips-at"),
        ("trap-in-columns", FaultKind::Trap, ""),
        ("spin", FaultKind::OutOfFuel, ""),
        ("allocate", FaultKind::OutOfMemory, ""),
    ] {
        let fault = said(act).expect_err(act);
        assert!(fault.kind == kind && fault.detail.contains(words), "{act}: {fault:?}");
    }
}

#[test]
fn tables_that_grow_without_end_are_stopped() {
    let grow = "(table $grows 1 funcref)\
                (func $grow (loop (drop (table.grow $grows (ref.null func) (i32.const 1000))) (br 0)))\
                (start $grow)";
    match PolicyComponent::load(&thrifty(), &trapping(&contract_text(), grow)) {
        Err(LoadError::Describe(fault)) => assert_eq!(fault.kind, FaultKind::OutOfMemory, "{fault:?}"),
        other => panic!("{other:?}"),
    }
}
