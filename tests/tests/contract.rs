//! Every shipped component against the contract: what it exports, that it imports nothing, and that the component and
//! the native build of the same rules say the same.

use proptest::prelude::*;
use steward::policies::STANDARD;
use steward::policy::{BULK, CONTRACT};
use steward_core::candidate::candidates;
use steward_core::license_type::LicenseType;
use steward_core::policy::Policy;
use steward_tests::fixture::{now, run};
use steward_tests::native::NativeStandard;
use steward_tests::random::{self, Weather};
use steward_tests::sandbox::{component_bytes, hostile, sandbox, standard};
use wit_component::DecodedWasm;

#[test]
fn every_shipped_component_imports_nothing_and_exports_the_contract() {
    for name in ["standard", "need-based", "leavers-first", "hostile"] {
        let decoded = wit_component::decode(&component_bytes(name)).expect("a built component can be decoded");
        let DecodedWasm::Component(resolve, world) = decoded else { panic!("{name} is no component") };
        let world = &resolve.worlds[world];
        assert!(world.imports.is_empty(), "{name} imports {:?}", world.imports.keys());
        let mut exports: Vec<String> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
        exports.sort_unstable();
        assert_eq!(exports, [BULK, CONTRACT], "{name}");
    }
}

#[test]
fn the_embedded_policy_is_the_built_one() {
    assert!(*STANDARD.bytes == *component_bytes("standard"), "run `cargo xtask policies`, then build again");
}

#[test]
fn the_component_describes_itself_as_the_native_build_does() {
    assert_eq!(*standard().description(), NativeStandard::description());
}

#[test]
fn the_standard_policy_describes_the_rules_of_the_design_in_their_order() {
    let described: Vec<String> = NativeStandard::description().rules.into_iter().map(|rule| rule.id).collect();
    let designed = [
        "license-type-disabled",
        "quarantined",
        "owner-unknown",
        "unknown-last-use",
        "never-used-grace",
        "recently-used",
        "never-release.user",
        "never-release.tag",
        "never-release.custom-property",
        "never-release.user-directory",
        "never-release.inactive",
        "never-release.blocked",
        "never-release.removed-externally",
        "protect.role",
        "protect.attribute",
        "protect.name-pattern",
        "protect.keep-until",
        "idle",
        "never-used",
        "undecided",
    ];
    let mut sorted = described.clone();
    sorted.sort_unstable();
    let mut designed_sorted = designed;
    designed_sorted.sort_unstable();
    assert_eq!(sorted, designed_sorted);
    assert_eq!(described[..17], designed[..17], "the rules that keep, in the order in which they are tried");
}

#[test]
fn a_policy_gets_only_the_facts_that_it_asked_for() {
    let needs = standard().description().needs;
    assert!(needs.roles && needs.attributes && !needs.display_name);
    assert!(!hostile().description().needs.roles);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_component_answers_as_the_native_build_does(
        rules in random::rules(),
        snapshot in random::snapshot(Weather::Wild, 20),
    ) {
        let run = run(&snapshot);
        let settings = rules.to_json();
        let mut component = sandbox(standard(), &settings, &run);
        let mut native = NativeStandard::configure(&settings, &run).expect("the settings are fine");
        for candidate in candidates(&snapshot) {
            prop_assert_eq!(component.decide(&candidate), native.decide(&candidate));
            prop_assert_eq!(component.explain(&candidate), native.explain(&candidate));
        }
        for kind in LicenseType::ALL {
            prop_assert_eq!(component.quota(kind), native.quota(kind));
        }
        prop_assert!(run.now == now());
    }

    #[test]
    fn the_component_refuses_the_settings_that_the_native_build_refuses(
        days in prop_oneof![Just(0_i64), Just(1), Just(-1), Just(1_000_001), any::<i64>()],
        entry in prop_oneof![Just(String::new()), Just(" ".to_owned()), ".{0,8}"],
        snapshot in random::snapshot(Weather::Calm, 1),
    ) {
        let settings = serde_json::json!({
            "licenseType": { "user": { "enable": true, "releaseThresholdDays": days } },
            "neverRelease": { "tag": [entry] },
        });
        let native = NativeStandard::configure(&settings, &run(&snapshot)).err();
        let component = match standard().configure(&settings, &run(&snapshot)) {
            Ok(_) => None,
            Err(steward::policy::ConfigureError::Settings(problems)) => {
                Some(problems.into_iter().map(|problem| (problem.path, problem.message)).collect::<Vec<_>>())
            }
            Err(error) => panic!("{error}"),
        };
        prop_assert_eq!(component, native);
    }
}
