//! Small worlds. Everything that a test does not mention is harmless: a seat that nobody used for 400 days, of a
//! person whom nothing protects, on a server whose counts agree.
//!
//! Facts are plain structs, so a test says `Seat { quarantined: true, ..seat("s1", "jdoe") }`.

use std::collections::BTreeMap;

use steward_core::candidate::candidates;
use steward_core::decision::Decision;
use steward_core::digest::Digest;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::plan::Plan;
use steward_core::planner::{PlanInput, plan};
use steward_core::policy::{Policy, PolicyIdentity, RunContext};
use steward_core::settings::{Account, GuardSettings};
use steward_core::snapshot::{Holder, LastUse, Pool, Property, Seat, Snapshot, SnapshotParts, User};

/// The time of every small world: 2026-11-21T15:00:00Z.
pub const NOW_MS: i64 = 1_795_273_200_000;

/// The directory of everybody who is nobody special.
pub const DIRECTORY: &str = "ACME";

pub fn at(ms: i64) -> Instant {
    Instant::from_millis(ms).expect("tests stay between the years 1 and 9999")
}

pub fn now() -> Instant {
    at(NOW_MS)
}

/// The instant `days` of 24 hours before now.
pub fn days_ago(days: i64) -> Instant {
    at(NOW_MS - days * MS_PER_DAY)
}

/// The instant `days` of 24 hours and `ms` milliseconds before now.
pub fn ago(days: i64, ms: i64) -> Instant {
    at(NOW_MS - days * MS_PER_DAY - ms)
}

pub fn person(user_id: &str) -> User {
    User {
        guid: guid(user_id),
        user_directory: DIRECTORY.to_owned(),
        user_id: user_id.to_owned(),
        name: format!("Person {user_id}"),
        inactive: false,
        blocked: false,
        removed_externally: false,
        roles: Vec::new(),
        tags: Vec::new(),
        custom_properties: Vec::new(),
        attributes: Vec::new(),
    }
}

pub fn guid(user_id: &str) -> UserGuid {
    UserGuid::new(format!("guid-{user_id}"))
}

/// An analyzer seat that `person(user_id)` has not used for 400 days.
pub fn seat(id: &str, user_id: &str) -> Seat {
    Seat {
        id: LicenseId::new(id),
        license_type: LicenseType::Analyzer,
        allocated_at: Some(days_ago(500)),
        last_used: LastUse::At(days_ago(400)),
        quarantined: false,
        excess: false,
        holder: held_by(&person(user_id)),
    }
}

pub fn held_by(user: &User) -> Holder {
    Holder::User { guid: user.guid.clone(), user_directory: user.user_directory.clone(), user_id: user.user_id.clone() }
}

pub fn deleted(user_directory: &str, user_id: &str) -> Holder {
    Holder::Deleted { user_directory: user_directory.to_owned(), user_id: user_id.to_owned() }
}

pub fn account(user_dir: &str, user_id: &str) -> Account {
    Account { user_dir: user_dir.to_owned(), user_id: user_id.to_owned() }
}

pub fn property(name: &str, value: &str) -> Property {
    Property { name: name.to_owned(), value: value.to_owned() }
}

pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// A server that counts exactly the seats it lists, read just now.
pub fn site(seats: Vec<Seat>, users: Vec<User>) -> SnapshotParts {
    let mut counts: BTreeMap<LicenseType, (u32, u32)> = BTreeMap::new();
    for seat in &seats {
        let (allocated, quarantined) = counts.entry(seat.license_type).or_default();
        *(if seat.quarantined { quarantined } else { allocated }) += 1;
    }
    let pools = LicenseType::ALL.map(|kind| {
        let (allocated, quarantined) = counts.get(&kind).copied().unwrap_or_default();
        pool(kind, allocated, quarantined)
    });
    SnapshotParts {
        taken_at: now(),
        clock_skew_ms: Some(0),
        attributes_read: true,
        pools: pools.to_vec(),
        seats,
        users,
        incomplete_users: Vec::new(),
    }
}

pub fn pool(license_type: LicenseType, allocated: u32, quarantined: u32) -> Pool {
    Pool {
        license_type,
        total: allocated + quarantined + 3,
        allocated,
        allocated_before: allocated,
        used: allocated,
        available: 3,
        quarantined,
        excess: 0,
    }
}

/// `count` idle seats of as many people, the lower numbers idle for longer.
pub fn crowd(license_type: LicenseType, count: u32) -> SnapshotParts {
    let people: Vec<User> = (0..count).map(|n| person(&format!("{license_type}-{n:03}"))).collect();
    let seats = people.iter().zip(0_i64..).map(|(user, n)| Seat {
        license_type,
        last_used: LastUse::At(ago(400, -n)),
        holder: held_by(user),
        ..seat(&user.user_id, "")
    });
    site(seats.collect(), people)
}

pub fn snapshot(parts: SnapshotParts) -> Snapshot {
    Snapshot::new(parts).expect("the facts of this test agree with each other")
}

/// The identity that a plan of a test carries.
pub fn identity() -> PolicyIdentity {
    PolicyIdentity {
        name: "standard".to_owned(),
        version: "1.0.0".to_owned(),
        contract: steward::policy::CONTRACT.to_owned(),
        digest: Digest::of_bytes(b"component"),
        settings_digest: Digest::of_bytes(b"settings"),
    }
}

/// The plan of a small world at its own time.
pub fn plan_of(snapshot: &Snapshot, guard: &GuardSettings, policy: &mut dyn Policy) -> Plan {
    let identity = identity();
    let memory = Memory::default();
    let input = input(snapshot, &identity, guard, &memory);
    plan(input, policy).expect("a plan passes the checker")
}

/// An applicable plan at the time of a small world.
pub fn input<'a>(
    snapshot: &'a Snapshot,
    policy: &'a PolicyIdentity,
    guard: &'a GuardSettings,
    memory: &'a Memory,
) -> PlanInput<'a> {
    PlanInput { snapshot, now: now(), applicable: true, policy, guard, memory, application: None }
}

/// What `policy` says about every seat, by licence id.
pub fn decide_all(policy: &mut dyn Policy, snapshot: &Snapshot) -> BTreeMap<String, Decision> {
    let decide = |candidate| policy.decide(&candidate).expect("the policy answers");
    let seats = candidates(snapshot);
    let ids: Vec<String> = seats.iter().map(|candidate| candidate.seat.id.to_string()).collect();
    ids.into_iter().zip(seats.into_iter().map(decide)).collect()
}

pub fn run(snapshot: &Snapshot) -> RunContext {
    RunContext::of(snapshot, now())
}
