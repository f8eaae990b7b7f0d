//! Columns say of every seat what `decide` is told of it.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

#[expect(dead_code, reason = "what the macros make is for whoever runs policies")]
mod bindings;

use std::ops::Range;

use bindings::bulk;
use bindings::policy::{self, Candidate as Record};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use steward_core::candidate::Candidate;
use steward_core::columns::{RuleNames, SEATS_MAX, batches};
use steward_core::decision::Verdict;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::{Description, FaultKind, Needs, Rule};
use steward_core::snapshot::{Holder, LastUse, Owner, Property, Seat, User};

mod mapping {
    steward_core::policy_mapping!(super::bindings::policy);
}

mod bulk_mapping {
    steward_core::bulk_mapping!(super::bindings::bulk);
}

/// What the n-th seat of the columns is, as the contract says that they are read.
fn read(columns: &bulk::Columns, n: usize) -> Record {
    let text = |place: u32| columns.strings[usize::try_from(place).unwrap()].clone();
    let range = |ends: &[u32]| -> Range<usize> {
        let end = |n: usize| usize::try_from(ends[n]).unwrap();
        (if n == 0 { 0 } else { end(n - 1) })..end(n)
    };
    let texts = |lists: &bulk::TextLists| lists.items[range(&lists.ends)].iter().map(|&place| text(place)).collect();
    let pairs = |lists: &bulk::PairLists| {
        let pair = |pair: &bulk::Pair| policy::Property { name: text(pair.name), value: text(pair.value) };
        lists.items[range(&lists.ends)].iter().map(pair).collect()
    };
    let (user_directory, user_id) = (text(columns.user_directories[n]), text(columns.user_ids[n]));
    let flags = columns.owner_flags[n];
    Record {
        license_id: text(columns.license_ids[n]),
        license_type: columns.license_types[n],
        allocated_at: columns.allocated_at[n],
        last_use: columns.last_use[n],
        quarantined: columns.seats[n].contains(bulk::SeatFlags::QUARANTINED),
        excess: columns.seats[n].contains(bulk::SeatFlags::EXCESS),
        owner: match columns.owners[n] {
            bulk::OwnerKind::Known => policy::Owner::Known(policy::KnownOwner {
                user_directory,
                user_id,
                inactive: flags.contains(bulk::OwnerFlags::INACTIVE),
                blocked: flags.contains(bulk::OwnerFlags::BLOCKED),
                removed_externally: flags.contains(bulk::OwnerFlags::REMOVED_EXTERNALLY),
                tags: texts(&columns.tags),
                custom_properties: pairs(&columns.custom_properties),
                roles: texts(&columns.roles),
                attributes: pairs(&columns.attributes),
                display_name: columns.display_names[n].map(text),
            }),
            bulk::OwnerKind::Deleted => policy::Owner::Deleted(policy::DeletedOwner { user_directory, user_id }),
            bulk::OwnerKind::Unresolved => {
                assert!(user_directory.is_empty() && user_id.is_empty());
                policy::Owner::Unresolved
            }
        },
        other_seats: columns.other_seats.items[range(&columns.other_seats.ends)].to_vec(),
        rank: columns.ranks[n],
    }
}

/// Owns what a candidate borrows.
#[derive(Debug, Clone)]
struct Facts {
    seat: Seat,
    user: User,
    other_seats: Vec<LicenseType>,
    rank: u32,
    is_resolved: bool,
}

impl Facts {
    fn candidate(&self) -> Candidate<'_> {
        let owner = match &self.seat.holder {
            Holder::Deleted { user_directory, user_id } => Owner::Deleted { user_directory, user_id },
            Holder::User { .. } if self.is_resolved => Owner::Known(&self.user),
            Holder::User { .. } => Owner::Unresolved,
        };
        Candidate { seat: &self.seat, owner, other_seats: self.other_seats.clone(), rank: self.rank }
    }
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["", "a", "ACME", "acme", "Ünïcode", "a b"]).prop_map(str::to_owned)
}

fn properties() -> impl Strategy<Value = Vec<Property>> {
    prop::collection::vec((name(), name()).prop_map(|(name, value)| Property { name, value }), 0..3)
}

fn instant() -> impl Strategy<Value = Instant> {
    (0_i64..4_000_000_000_000).prop_map(|ms| Instant::from_millis(ms).unwrap())
}

fn user() -> impl Strategy<Value = User> {
    let lists = (prop::collection::vec(name(), 0..3), prop::collection::vec(name(), 0..3), properties(), properties());
    ((name(), name(), name()), any::<[bool; 3]>(), lists).prop_map(|(names, flags, lists)| {
        let (user_directory, user_id, name) = names;
        let [inactive, blocked, removed_externally] = flags;
        let (roles, tags, custom_properties, attributes) = lists;
        User {
            guid: UserGuid::new("guid"),
            user_directory,
            user_id,
            name,
            inactive,
            blocked,
            removed_externally,
            roles,
            tags,
            custom_properties,
            attributes,
        }
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let last_used = prop_oneof![Just(LastUse::Never), Just(LastUse::Unknown), instant().prop_map(LastUse::At)];
    let kind = || select(LicenseType::ALL.to_vec());
    let seat = (name(), kind(), prop::option::of(instant()), last_used, any::<[bool; 2]>(), any::<bool>());
    let rest = (prop::collection::vec(kind(), 0..3), any::<u32>(), any::<bool>());
    (seat, user(), rest).prop_map(|(seat, user, (other_seats, rank, is_resolved))| {
        let (id, license_type, allocated_at, last_used, [quarantined, excess], is_deleted) = seat;
        let (user_directory, user_id) = (user.user_directory.clone(), user.user_id.clone());
        let holder = if is_deleted {
            Holder::Deleted { user_directory, user_id }
        } else {
            Holder::User { guid: user.guid.clone(), user_directory, user_id }
        };
        let id = LicenseId::new(id);
        let seat = Seat { id, license_type, allocated_at, last_used, quarantined, excess, holder };
        Facts { seat, user, other_seats, rank, is_resolved }
    })
}

fn needs() -> impl Strategy<Value = Needs> {
    any::<[bool; 3]>().prop_map(|[roles, attributes, display_name]| Needs { roles, attributes, display_name })
}

/// The batches say the same as the records, in the same order.
fn check(candidates: &[Candidate<'_>], needs: Needs) {
    let mut rest = candidates;
    for columns in batches(candidates, needs) {
        assert!(!columns.is_empty() && columns.len() <= SEATS_MAX);
        let (these, others) = rest.split_at(columns.len());
        rest = others;
        let columns = bulk_mapping::columns_to_wit(columns);
        for (n, candidate) in these.iter().enumerate() {
            assert_eq!(read(&columns, n), mapping::candidate_to_wit(candidate, needs));
        }
    }
    assert!(rest.is_empty());
}

proptest! {
    #[test]
    fn columns_say_what_decide_is_told(facts in prop::collection::vec(facts(), 0..40), needs in needs()) {
        let candidates: Vec<Candidate<'_>> = facts.iter().map(Facts::candidate).collect();
        check(&candidates, needs);
    }

    #[test]
    fn many_seats_are_several_batches(
        facts in prop::collection::vec(facts(), 1..5),
        picks in prop::collection::vec(any::<Index>(), SEATS_MAX - 1..2 * SEATS_MAX + 2),
        needs in needs(),
    ) {
        let candidates: Vec<Candidate<'_>> = picks.iter().map(|pick| pick.get(&facts).candidate()).collect();
        prop_assert_eq!(batches(&candidates, needs).len(), candidates.len().div_ceil(SEATS_MAX));
        check(&candidates, needs);
    }
}

#[test]
fn a_name_that_many_seats_share_stands_in_the_table_once() {
    let user = User {
        guid: UserGuid::new("guid"),
        user_directory: "ACME".to_owned(),
        user_id: "jdoe".to_owned(),
        name: String::new(),
        inactive: false,
        blocked: false,
        removed_externally: false,
        roles: vec!["Admin".to_owned()],
        tags: vec!["ACME".to_owned(), "VIP".to_owned()],
        custom_properties: vec![Property { name: "VIP".to_owned(), value: "yes".to_owned() }],
        attributes: Vec::new(),
    };
    let seat = Seat {
        id: LicenseId::new("s"),
        license_type: LicenseType::Analyzer,
        allocated_at: None,
        last_used: LastUse::Never,
        quarantined: false,
        excess: false,
        holder: Holder::User { guid: user.guid.clone(), user_directory: String::new(), user_id: String::new() },
    };
    let candidate = Candidate { seat: &seat, owner: Owner::Known(&user), other_seats: Vec::new(), rank: 1 };
    let columns = batches(&[candidate.clone(), candidate], Needs::default()).next().unwrap();
    assert_eq!(columns.strings, ["s", "ACME", "jdoe", "VIP", "yes", "s", "jdoe"]);
}

#[test]
fn answers_are_checked_on_their_way_in() {
    let rules = RuleNames::of(&Description {
        name: "test".to_owned(),
        version: "1.0.0".to_owned(),
        summary: String::new(),
        rules: vec![Rule { id: "idle".to_owned(), summary: String::new() }],
        settings_schema: "{}".to_owned(),
        needs: Needs::default(),
    });
    let answer =
        |rule: u32| vec![bulk::Outline { verdict: policy::Verdict::Release, rule, priority: 7, flips_at: None }];
    let outlines = bulk_mapping::outlines_from_wit(answer(0), 1, &rules).unwrap();
    assert_eq!((outlines[0].verdict, &*outlines[0].rule, outlines[0].priority), (Verdict::Release, "idle", 7));
    assert_eq!(bulk_mapping::outlines_from_wit(answer(0), 2, &rules).unwrap_err().kind, FaultKind::Malformed);
    assert!(bulk_mapping::outlines_from_wit(answer(1), 1, &rules).unwrap_err().detail.contains("rule 1 of 1"));
}
