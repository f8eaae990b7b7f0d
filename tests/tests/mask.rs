//! A masked snapshot names nobody, and everything that is decided about it stays the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use steward_core::candidate::candidates;
use steward_core::decision::Verdict;
use steward_core::mask::{MaskKey, mask};
use steward_core::memory::Memory;
use steward_core::plan::Plan;
use steward_core::settings::{FlagRule, GuardSettings, NeverRelease, RunSettings};
use steward_core::snapshot::{LastUse, Owner, Seat, Snapshot, SnapshotFile, User};
use steward_tests::fixture::{
    account, days_ago, deleted, held_by, person, plan_of, property, run, seat, site, snapshot, texts,
};
use steward_tests::native::NativeStandard;
use steward_tests::random::{self, Weather};
use steward_tests::rules::Rules;

const KEY: [u8; 32] = [7; 32];

fn masked(snapshot: &Snapshot, settings: &RunSettings) -> (Snapshot, RunSettings) {
    let (snapshot, settings, _) =
        mask(snapshot.clone(), settings, &Memory::default(), &MaskKey::new(KEY)).expect("pseudonyms do not meet");
    (snapshot, settings)
}

fn settings(rules: &Rules, guard: GuardSettings) -> RunSettings {
    RunSettings { policy: rules.to_json(), guard }
}

fn plan(snapshot: &Snapshot, settings: &RunSettings) -> Plan {
    let mut policy = NativeStandard::configure(&settings.policy, &run(snapshot)).expect("the policy takes them");
    plan_of(snapshot, &settings.guard, &mut policy)
}

/// What is decided and held about each seat, in the order of the plan and without a name.
fn decided(plan: &Plan) -> Vec<String> {
    let body = plan.body();
    let place: BTreeMap<_, _> = body.decisions.iter().enumerate().map(|(n, d)| (&d.license_id, n)).collect();
    let decision = body.decisions.iter().map(|decision| {
        let gates: Vec<_> =
            body.held.iter().filter(|h| h.license_ids.contains(&decision.license_id)).map(|h| h.gate).collect();
        let goes = body.releases.contains(&decision.license_id);
        format!("{} {:?} {gates:?} {goes}", decision.rule, decision.verdict)
    });
    let order = body.releases.iter().map(|id| format!("goes: {}", place[id]));
    decision.chain(order).collect()
}

fn file(snapshot: Snapshot, settings: RunSettings) -> String {
    serde_json::to_string_pretty(&SnapshotFile::new(snapshot, settings, Memory::default(), true))
        .expect("a snapshot can be written")
}

/// A site whose every personal fact is a word that occurs nowhere else.
fn telling_site() -> (Snapshot, RunSettings) {
    let owner = User {
        user_directory: "WORKSHOP".to_owned(),
        user_id: "marigold".to_owned(),
        name: "Marigold Pemberton".to_owned(),
        tags: texts(&["keep"]),
        custom_properties: vec![property("LicenseManage", "periwinkle-unit")],
        attributes: vec![property("email", "m.pemberton@workshop.example")],
        ..person("guidword")
    };
    let service = User {
        user_directory: "INTERNAL".to_owned(),
        user_id: "sa_repository".to_owned(),
        name: "sa_repository".to_owned(),
        ..person("service")
    };
    let seats = vec![
        Seat { holder: held_by(&owner), ..seat("licenceword", "x") },
        Seat { holder: held_by(&service), ..seat("licenceword-2", "x") },
        Seat { holder: deleted("BYGONE", "hollyhock"), ..seat("licenceword-3", "x") },
    ];
    let never_release = NeverRelease {
        user: vec![account("workshop", "MARIGOLD"), account("ELSEWHERE", "snapdragon")],
        tag: texts(&["keep"]),
        custom_property: vec![property("LicenseManage", "Periwinkle-unit")],
        user_directory: texts(&["Bygone"]),
        ..NeverRelease::default()
    };
    let guard = GuardSettings {
        never_release: never_release.clone(),
        own_account: Some(account("SERVICES", "foxglove")),
        ..GuardSettings::default()
    };
    let policy = json!({
        "neverRelease": never_release,
        "mentors": ["WORKSHOP\\Marigold", "Marigold Pemberton", "marigold"],
        "nested": { "deep": [{ "who": "Hollyhock" }] },
    });
    (snapshot(site(seats, vec![owner, service])), RunSettings { policy, guard })
}

#[test]
fn no_person_is_named_anywhere_in_a_masked_file() {
    let (snapshot, settings) = telling_site();
    let plain = file(snapshot.clone(), settings.clone()).to_lowercase();
    let (snapshot, settings) = masked(&snapshot, &settings);
    let masked = file(snapshot, settings).to_lowercase();
    for word in [
        "workshop",
        "marigold",
        "pemberton",
        "periwinkle",
        "guidword",
        "licenceword",
        "bygone",
        "hollyhock",
        "elsewhere",
        "snapdragon",
        "services",
        "foxglove",
    ] {
        assert!(plain.contains(word), "`{word}` is in the plain file");
        assert!(!masked.contains(word), "`{word}` is in the masked file");
    }
    for word in ["internal", "sa_repository", "keep", "licensemanage", "email"] {
        assert!(masked.contains(word), "`{word}` stays");
    }
}

#[test]
fn texts_of_any_policy_that_name_somebody_are_masked_as_the_person_is() {
    let (snapshot, settings) = telling_site();
    let (snapshot, settings) = masked(&snapshot, &settings);
    let is_person = |user: &&User| user.user_id != "sa_repository";
    let owner = snapshot.users().iter().find(is_person).expect("two people");
    let text = |pointer: &str| settings.policy.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    assert_eq!(text("/mentors/0"), Some(format!("{}\\{}", owner.user_directory, owner.user_id)));
    assert_eq!(text("/mentors/1"), Some(owner.name.clone()));
    assert_eq!(text("/mentors/2"), Some(owner.user_id.clone()));
    assert!(text("/nested/deep/0/who").is_some_and(|who| who.starts_with("u-")));
    assert_eq!(text("/neverRelease/user/0/userId"), Some(owner.user_id.clone()));
}

#[test]
fn another_key_gives_other_pseudonyms() {
    let (snapshot, settings) = telling_site();
    let with = |key| {
        mask(snapshot.clone(), &settings, &Memory::default(), &MaskKey::new(key)).expect("pseudonyms do not meet").0
    };
    assert_eq!(with([1; 32]), with([1; 32]));
    let (one, two) = (with([1; 32]), with([2; 32]));
    for (a, b) in one.seats().iter().zip(two.seats()) {
        assert_ne!(a.id, b.id);
    }
}

/// Settings have words of their own, and people may be called like them.
#[test]
fn people_who_are_called_like_a_word_of_the_settings_do_not_change_the_settings() {
    let people = ["no", "yes", "ignore", "keep", "release", "RootAdmin", "hold", "tag", "Department", "do not release"];
    let users: Vec<User> = people
        .into_iter()
        .map(|id| User { tags: texts(&["do not release"]), inactive: id == "no", ..person(id) })
        .collect();
    let seats = users.iter().map(|user| Seat { holder: held_by(user), ..seat(&user.user_id, "") });
    let snapshot = snapshot(site(seats.collect(), users.clone()));
    let never_release = NeverRelease {
        tag: texts(&["Do not release"]),
        custom_property: vec![property("Department", "keep")],
        inactive: FlagRule::Yes,
        blocked: FlagRule::Ignore,
        ..NeverRelease::default()
    };
    let guard = GuardSettings { never_release: never_release.clone(), ..GuardSettings::default() };
    let settings = settings(&Rules { never_release, release_deleted_owners: true, ..Rules::default() }, guard);
    let (masked, masked_settings) = masked(&snapshot, &settings);
    assert_eq!(masked_settings.policy["neverRelease"]["inactive"], "yes");
    assert_eq!(masked_settings.policy["neverRelease"]["tag"], json!(["Do not release"]));
    let plan = plan(&masked, &masked_settings);
    assert!(plan.body().decisions.iter().all(|d| d.rule == "never-release.tag"), "{:?}", plan.body().decisions);
}

#[test]
fn equally_idle_seats_keep_their_order() {
    let users: Vec<User> = (0..9).map(|n| person(&format!("p{n}"))).collect();
    let seats: Vec<Seat> = users
        .iter()
        .enumerate()
        .map(|(n, user)| Seat {
            last_used: LastUse::At(days_ago(100)),
            holder: held_by(user),
            excess: n % 2 == 0,
            ..seat(&format!("{n}-seat"), "")
        })
        .collect();
    let snapshot = snapshot(site(seats, users));
    let (masked, _) = masked(&snapshot, &settings(&Rules::default(), GuardSettings::default()));
    let excess = |snapshot: &Snapshot| candidates(snapshot).iter().map(|c| c.seat.excess).collect::<Vec<_>>();
    assert_eq!(excess(&masked), excess(&snapshot));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_masked_snapshot_gives_the_same_plan(
        weather in prop_oneof![Just(Weather::Calm), Just(Weather::Wild)],
        rules in random::rules(),
        guard in random::guard(),
        (calm, wild) in (random::snapshot(Weather::Calm, 25), random::snapshot(Weather::Wild, 25)),
    ) {
        let snapshot = if weather == Weather::Calm { calm } else { wild };
        let settings = settings(&rules, guard);
        let (masked, masked_settings) = masked(&snapshot, &settings);
        let (plain_plan, masked_plan) = (plan(&snapshot, &settings), plan(&masked, &masked_settings));
        prop_assert_eq!(decided(&plain_plan), decided(&masked_plan));
        for (plain, masked) in candidates(&snapshot).iter().zip(candidates(&masked)) {
            prop_assert_eq!(&plain.other_seats, &masked.other_seats);
            prop_assert_eq!(plain.seat.last_used, masked.seat.last_used);
            if let (Owner::Known(plain), Owner::Known(masked)) = (plain.owner, masked.owner) {
                prop_assert_eq!(&plain.tags, &masked.tags);
                prop_assert_eq!(&plain.roles, &masked.roles);
            }
        }
        let releases = |plan: &Plan| plan.body().decisions.iter().filter(|d| d.verdict == Verdict::Release).count();
        prop_assert_eq!(releases(&plain_plan), releases(&masked_plan));
    }
}

#[test]
fn a_pattern_for_names_shows_nothing_of_them() {
    let (snapshot, mut settings) = telling_site();
    settings.policy["protect"] = json!({ "namePattern": ["WORKSHOP\\*", "svc_jane?"], "role": ["Developer"] });
    let (_, masked) = masked(&snapshot, &settings);
    let text = masked.policy["protect"].to_string().to_lowercase();
    assert!(!text.contains("workshop") && !text.contains("jane") && text.contains("developer"), "{text}");
}
