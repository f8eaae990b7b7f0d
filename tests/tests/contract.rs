//! Every shipped component against the contract: what it exports, that it imports nothing, and that the component and
//! the native build of the same rules say the same.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use steward::policies::STANDARD;
use steward::policy::{BULK, CONTRACT};
use steward_core::candidate::candidates;
use steward_core::decision::Outline;
use steward_core::license_type::LicenseType;
use steward_core::policy::Policy;
use steward_core::snapshot::{Property, Seat, User};
use steward_tests::fixture::{held_by, now, person, run, seat, site, snapshot};
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

/// Control characters, marks that turn the direction, halves of emoji, nothing at all: whatever is Unicode.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
        1 => vec(any::<char>(), 2000..2001).prop_map(|chars| chars.into_iter().collect()),
        1 => Just(String::new()),
        1 => Just("\0".to_owned()),
    ]
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
        let asked = candidates(&snapshot);
        let mut outlines = Vec::new();
        for candidate in &asked {
            let decision = native.decide(candidate).expect("the policy answers");
            outlines.push(Outline::from(decision.clone()));
            prop_assert_eq!(component.decide(candidate), Ok(decision));
            prop_assert_eq!(component.explain(candidate), native.explain(candidate));
        }
        prop_assert_eq!(component.outlines(&asked), Ok(outlines));
        for kind in LicenseType::ALL {
            prop_assert_eq!(component.quota(kind), native.quota(kind));
        }
        prop_assert!(run.now == now());
    }

    #[test]
    fn any_text_crosses_the_boundary_as_it_is(texts in vec(any_text(), 8), protecting in any::<Index>(), by in 0..5) {
        let named = |place: usize| Property { name: texts[place].clone(), value: texts[place + 1].clone() };
        let owner = User {
            user_directory: texts[0].clone(),
            user_id: texts[1].clone(),
            name: texts[2].clone(),
            tags: vec![texts[3].clone()],
            roles: vec![texts[4].clone()],
            custom_properties: vec![named(5)],
            attributes: vec![named(6)],
            ..person("jdoe")
        };
        let snapshot = snapshot(site(vec![Seat { holder: held_by(&owner), ..seat("s1", "jdoe") }], vec![owner]));
        let (one, next) = (&texts[protecting.index(texts.len())], &texts[protecting.index(texts.len() - 1)]);
        let pair = json!([{ "name": one, "value": next }]);
        let (member, protect) = match by {
            0 => ("neverRelease", json!({ "userDirectory": [one] })),
            1 => ("neverRelease", json!({ "tag": [one] })),
            2 => ("neverRelease", json!({ "customProperty": pair })),
            3 => ("protect", json!({ "role": [one] })),
            _ => ("protect", json!({ "attribute": pair })),
        };
        let settings = json!({ "licenseType": { "analyzer": { "enable": true } }, member: protect });
        let run = run(&snapshot);
        let native = NativeStandard::configure(&settings, &run);
        let component = standard().configure(&settings, &run);
        prop_assert_eq!(component.is_ok(), native.is_ok(), "blank names protect nobody");
        if let (Ok(mut component), Ok(mut native)) = (component, native) {
            let asked = candidates(&snapshot);
            let decision = native.decide(&asked[0]).expect("the policy answers");
            prop_assert_eq!(component.explain(&asked[0]), native.explain(&asked[0]));
            prop_assert_eq!(component.outlines(&asked), Ok(vec![Outline::from(decision.clone())]));
            prop_assert_eq!(component.decide(&asked[0]), Ok(decision));
        }
    }

    #[test]
    fn the_component_refuses_the_settings_that_the_native_build_refuses(
        days in prop_oneof![Just(0_i64), Just(1), Just(-1), Just(1_000_001), any::<i64>()],
        entry in prop_oneof![Just(String::new()), Just(" ".to_owned()), ".{0,8}"],
        snapshot in random::snapshot(Weather::Calm, 1),
    ) {
        let settings = json!({
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
