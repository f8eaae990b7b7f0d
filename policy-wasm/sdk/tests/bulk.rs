//! The decisions over columns are the decisions about records, for a policy that looks at everything there is to see.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use steward_policy_sdk::bindings::exports::steward::policy::bulk::{Columns, Outline, Pair};
use steward_policy_sdk::contract::{self, DeletedOwner, KnownOwner};
use steward_policy_sdk::schemars::{self, JsonSchema};
use steward_policy_sdk::serde::{self, Deserialize};
use steward_policy_sdk::testing::{NOW, columns, days_ago, person, property, run, seat_of};
use steward_policy_sdk::{
    Candidate, Evaluator, LastUse, LicenseType, MS_PER_DAY, Policy, Rule, Ruling, RunContext, SettingsError, Text,
    Verdict, describe,
};

/// Says something about every fact, and puts a fingerprint of all that it saw into the priority.
struct Nosy;

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "serde")]
#[schemars(crate = "schemars")]
struct NoSettings {}

const EXCESS: Rule = Rule { id: "excess", summary: "Keeps seats above the total." };
const TAGGED: Rule = Rule { id: "tagged", summary: "Keeps seats of people with a tag." };
const USED: Rule = Rule { id: "used", summary: "Keeps seats that were used within 30 days." };
const GIVEN: Rule = Rule { id: "given", summary: "Keeps seats that were given within 10 days." };
const NEVER: Rule = Rule { id: "never", summary: "Releases seats that were never used." };
const KNOWN: Rule = Rule { id: "known", summary: "Releases seats of people who are known." };

impl Policy for Nosy {
    type Settings = NoSettings;

    const NAME: &'static str = "nosy";
    const VERSION: &'static str = "1.0.0";
    const SUMMARY: &'static str = "Looks at everything.";
    const RULES: &'static [Rule] = &[EXCESS, TAGGED, USED, GIVEN, NEVER, KNOWN];

    fn configure(_: NoSettings, _: &RunContext) -> Result<Self, Vec<SettingsError>> {
        Ok(Self)
    }

    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.set_priority(fingerprint(seat));
        let kept = |since: i64, days: i64| {
            let over_at = since + days * MS_PER_DAY;
            (NOW < over_at).then_some((Some(over_at), ()))
        };
        ruling.keep(EXCESS, || seat.excess.then_some(()), |_| "excess".to_owned());
        let keeps = |tag: &Text<'_>| tag.is("do not release");
        let tag = seat.known_owner().and_then(|owner| owner.tags.iter().find(keeps));
        ruling.keep(TAGGED, || tag, |_| "tag".to_owned());
        let used_at = match seat.last_use {
            LastUse::At(at) => Some(at),
            LastUse::Never | LastUse::Unknown => None,
        };
        ruling.keep_until(USED, || kept(used_at?, 30), |_| "used".to_owned());
        ruling.keep_until(GIVEN, || kept(seat.allocated_at?, 10), |_| "given".to_owned());
        ruling.release(NEVER, || matches!(seat.last_use, LastUse::Never).then_some(()), |_| "never".to_owned());
        ruling.release(KNOWN, || seat.known_owner().map(|_| ()), |_| "known".to_owned());
    }
}

/// A number that differs, most likely, when anything that the view shows differs.
fn fingerprint(seat: &Candidate<'_>) -> i32 {
    let mut all = format!("{seat:?}{:?}", seat.owner_name());
    if let Some(owner) = seat.known_owner() {
        let folded = owner.tags.iter().chain(owner.roles.iter()).map(|text| text.folded().into_owned());
        all.extend(folded);
        for property in owner.custom_properties.iter().chain(owner.attributes.iter()) {
            all.push_str(&property.value.folded());
        }
        all += &owner.tags.len().to_string();
        all += if owner.custom_properties.is_empty() { "no property" } else { "properties" };
    }
    all.bytes().fold(17, |hash, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte)))
}

/// Few texts, so that seats share them; equal ones, near misses, and what is not ASCII.
const TEXTS: [&str; 9] =
    ["", " ", "ACME", "acme ", "Do not release", "do NOT release ", "Straße", "STRASSE", "οδος \u{1F984}"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => ".{0,20}"]
}

fn properties() -> impl Strategy<Value = Vec<contract::Property>> {
    vec((text(), text()).prop_map(|(name, value)| contract::Property { name, value }), 0..3)
}

fn owner() -> impl Strategy<Value = contract::Owner> {
    let known = (
        (text(), text(), any::<[bool; 3]>()),
        (vec(text(), 0..3), properties(), vec(text(), 0..3), properties()),
        option::of(text()),
    )
        .prop_map(
            |((user_directory, user_id, flags), (tags, custom_properties, roles, attributes), display_name)| {
                let [inactive, blocked, removed_externally] = flags;
                contract::Owner::Known(KnownOwner {
                    user_directory,
                    user_id,
                    inactive,
                    blocked,
                    removed_externally,
                    tags,
                    custom_properties,
                    roles,
                    attributes,
                    display_name,
                })
            },
        );
    let deleted = (text(), text())
        .prop_map(|(user_directory, user_id)| contract::Owner::Deleted(DeletedOwner { user_directory, user_id }));
    prop_oneof![6 => known, 1 => deleted, 1 => Just(contract::Owner::Unresolved)]
}

fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![(-40_i64..40).prop_map(days_ago), any::<i32>().prop_map(i64::from)]
}

fn seat() -> impl Strategy<Value = contract::Candidate> {
    let license_type = || select(&[LicenseType::Analyzer, LicenseType::Professional, LicenseType::User][..]);
    let last_use = prop_oneof![Just(LastUse::Never), Just(LastUse::Unknown), instant().prop_map(LastUse::At)];
    (
        (text(), license_type(), option::of(instant()), last_use),
        (any::<[bool; 2]>(), owner(), vec(license_type(), 0..3), any::<u32>()),
    )
        .prop_map(
            |((license_id, license_type, allocated_at, last_use), ([quarantined, excess], owner, others, rank))| {
                contract::Candidate {
                    license_id,
                    license_type,
                    allocated_at,
                    last_use,
                    quarantined,
                    excess,
                    owner,
                    other_seats: others,
                    rank,
                }
            },
        )
}

fn nosy() -> Evaluator<Nosy> {
    Evaluator::configure("{}", &run()).expect("good settings")
}

/// What `decide` says, as an outline.
fn outline_of(policy: &Evaluator<Nosy>, seat: &contract::Candidate) -> (Verdict, u32, i32, Option<i64>) {
    let decision = policy.decide(seat);
    let rules = describe::<Nosy>().rules;
    let rule = rules.iter().position(|rule| rule.id == decision.rule).expect("a described rule");
    (decision.verdict, u32::try_from(rule).unwrap(), decision.priority, decision.flips_at)
}

fn as_tuple(outline: Outline) -> (Verdict, u32, i32, Option<i64>) {
    (outline.verdict, outline.rule, outline.priority, outline.flips_at)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn columns_are_decided_about_as_records_are(seats in prop_oneof![vec(seat(), 0..2), vec(seat(), 2..30)]) {
        let policy = nosy();
        let outlines: Vec<_> = policy.decide_columns(columns(&seats)).into_iter().map(as_tuple).collect();
        let decisions: Vec<_> = seats.iter().map(|seat| outline_of(&policy, seat)).collect();
        prop_assert_eq!(outlines, decisions);
    }
}

#[test]
fn a_full_batch_of_people_who_share_everything_is_decided_about() {
    let policy = nosy();
    let owner = KnownOwner { tags: vec!["Do not release".to_owned()], ..person("jdoe") };
    let seats = vec![seat_of(owner); 1024];
    let outlines = policy.decide_columns(columns(&seats));
    let expected = outline_of(&policy, &seats[0]);
    assert_eq!(outlines.len(), 1024);
    assert!(outlines.into_iter().all(|outline| as_tuple(outline) == expected));
}

#[test]
fn every_rule_and_no_rule_has_its_place() {
    let policy = nosy();
    let idle = || seat_of(person("jdoe"));
    let tagged = KnownOwner { tags: vec!["Do Not Release".to_owned()], ..person("jdoe") };
    let strange = contract::Candidate { owner: contract::Owner::Unresolved, ..idle() };
    let seats = [
        contract::Candidate { excess: true, ..idle() },
        seat_of(tagged),
        contract::Candidate { last_use: LastUse::At(days_ago(1)), ..idle() },
        contract::Candidate { allocated_at: Some(days_ago(1)), ..idle() },
        contract::Candidate { last_use: LastUse::Never, ..idle() },
        idle(),
        strange,
    ];
    let rules: Vec<u32> = policy.decide_columns(columns(&seats)).into_iter().map(|outline| outline.rule).collect();
    assert_eq!(rules, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(describe::<Nosy>().rules[6].id, "undecided");
}

type Break = fn(&mut Columns);

/// Every way in which columns can fail to fit together, with a part of what is said about it.
const BROKEN: [(&str, Break); 28] = [
    ("`license-types` has 1 entries for 2 seats", |c| c.license_types.truncate(1)),
    ("`allocated-at` has 3 entries for 2 seats", |c| c.allocated_at.push(None)),
    ("`last-use` has", |c| c.last_use.truncate(0)),
    ("`seats` has", |c| c.seats.truncate(1)),
    ("`owners` has", |c| c.owners.truncate(1)),
    ("`user-directories` has", |c| c.user_directories.truncate(1)),
    ("`user-ids` has", |c| c.user_ids.push(0)),
    ("`owner-flags` has", |c| c.owner_flags.truncate(1)),
    ("`display-names` has", |c| c.display_names.truncate(1)),
    ("`ranks` has", |c| c.ranks.push(7)),
    ("for 3 seats", |c| c.license_ids.push(0)),
    ("`tags.ends` has", |c| c.tags.ends.truncate(1)),
    ("`custom-properties.ends` has", |c| c.custom_properties.ends.push(1)),
    ("`roles.ends` has", |c| c.roles.ends.truncate(0)),
    ("`attributes.ends` has", |c| c.attributes.ends.truncate(1)),
    ("`other-seats.ends` has", |c| c.other_seats.ends.truncate(1)),
    ("`tags.ends` goes back", |c| c.tags.ends.swap(0, 1)),
    ("`tags` ends at 9 and has 2 items", |c| c.tags.ends[1] = 9),
    ("`roles` ends at 2 and has 3 items", |c| c.roles.items.push(0)),
    ("`other-seats` ends at", |c| c.other_seats.items.truncate(0)),
    ("`license-ids` names", |c| c.license_ids[1] = u32::MAX),
    ("`user-directories` names", |c| c.user_directories[0] = c.strings.len().try_into().unwrap()),
    ("`user-ids` names", |c| c.user_ids[0] = 1000),
    ("`tags` names", |c| c.tags.items[1] = 1000),
    ("`custom-properties` names", |c| c.custom_properties.items[0].value = 1000),
    ("`roles` names", |c| c.roles.items[0] = 1000),
    ("`attributes` names", |c| c.attributes.items[1] = Pair { name: 1000, value: 0 }),
    ("`display-names` names", |c| c.display_names[1] = Some(1000)),
];

#[test]
fn columns_that_do_not_fit_together_stop_the_policy() {
    let owner = KnownOwner {
        tags: vec!["t".to_owned()],
        roles: vec!["r".to_owned()],
        custom_properties: vec![property("p", "v")],
        attributes: vec![property("a", "v")],
        display_name: Some("Jane Doe".to_owned()),
        ..person("jdoe")
    };
    let seat = contract::Candidate { other_seats: vec![LicenseType::Professional], ..seat_of(owner) };
    let two = || columns(&[seat.clone(), seat.clone()]);
    assert_eq!(nosy().decide_columns(two()).len(), 2);
    for (said, break_them) in BROKEN {
        let mut broken = two();
        break_them(&mut broken);
        let outcome = std::panic::catch_unwind(|| nosy().decide_columns(broken));
        let message = *outcome.expect_err(said).downcast::<String>().expect("a message");
        assert!(message.starts_with("malformed columns: ") && message.contains(said), "{said}: {message}");
    }
}
