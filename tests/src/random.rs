//! Random worlds, drawn from few names and few instants, so that near misses and boundaries are the rule.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::{Instant, MS_PER_DAY, MS_PER_MINUTE};
use steward_core::license_type::LicenseType;
use steward_core::settings::{AboveCap, Account, FlagRule, GuardSettings, NeverRelease};
use steward_core::snapshot::{Holder, IncompleteUser, LastUse, Property, Seat, Snapshot, SnapshotParts, User};

use crate::fixture::{self, NOW_MS, at};
use crate::rules::{Rules, TypeRules};

const DIRECTORIES: [&str; 9] =
    ["ACME", "acme", " Acme ", "INTERNAL", "Internal", "STRASSE", "Straße", "Ünïcode\"'\\", ""];
const USER_IDS: [&str; 12] = [
    "jdoe",
    "JDoe",
    "jdoe\t",
    "anna",
    "sa_repository",
    "SA_api",
    "sam",
    "οδος",
    "ΟΔΟΣ",
    "no",
    "keep",
    "a\\b \"c\" \u{1F984}",
];
const TAGS: [&str; 6] = ["do not release", "Do Not Release", " do not release", "donotrelease", "ACME", "tag ü"];
const PROPERTY_NAMES: [&str; 4] = ["LicenseManage", "licensemanage ", "Department", "email"];
const PROPERTY_VALUES: [&str; 5] = ["do-not-release", "Do-Not-Release", "sales", "jane@acme.example", ""];
const ROLES: [&str; 5] = ["RootAdmin", " rootadmin", "ContentAdmin", "Root Admin", "AuditAdmin"];
/// Days that settings and dates share, so that dates lie on thresholds.
const DAYS: [u32; 8] = [1, 6, 7, 30, 31, 60, 90, 365];

/// A name from the list, or now and then one that is as long as names get.
fn name(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        30 => select(names).prop_map(str::to_owned),
        1 => Just("ä".repeat(200)),
        1 => Just("\u{1F984}".repeat(200)),
    ]
}

fn property() -> impl Strategy<Value = Property> {
    (name(&PROPERTY_NAMES), name(&PROPERTY_VALUES)).prop_map(|(name, value)| Property { name, value })
}

fn account() -> impl Strategy<Value = Account> {
    (name(&DIRECTORIES), name(&USER_IDS)).prop_map(|(user_dir, user_id)| Account { user_dir, user_id })
}

/// An instant around now less one of [`DAYS`], to the millisecond, or anywhere in two years.
pub fn past_instant() -> impl Strategy<Value = Instant> {
    prop_oneof![
        3 => (select(&DAYS[..]), -1_i64..=1).prop_map(|(days, ms)| at(NOW_MS - i64::from(days) * MS_PER_DAY + ms)),
        3 => (0_i64..800 * MS_PER_DAY).prop_map(|ms| at(NOW_MS - ms)),
    ]
}

/// An instant at or after now, around five minutes from now, or at the end of dates.
fn future_instant() -> impl Strategy<Value = Instant> {
    prop_oneof![
        4 => (0_i64..=5 * MS_PER_MINUTE + 1).prop_map(|ms| at(NOW_MS + ms)),
        2 => (5 * MS_PER_MINUTE - 1..=5 * MS_PER_MINUTE + 1).prop_map(|ms| at(NOW_MS + ms)),
        1 => Just(at(253_402_300_799_999)),
    ]
}

/// How often something is wrong with the facts. Gates of a run close quickly; a calm world leaves them open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Calm,
    Wild,
}

impl Weather {
    /// Of 100: how often the strange case is drawn.
    fn odds(self) -> u32 {
        match self {
            Self::Calm => 0,
            Self::Wild => 10,
        }
    }
}

fn last_use(weather: Weather) -> BoxedStrategy<LastUse> {
    let calm = prop_oneof![
        4 => past_instant().prop_map(LastUse::At),
        1 => Just(LastUse::Never),
    ];
    if weather == Weather::Calm {
        return calm.boxed();
    }
    prop_oneof![
        100 - 2 * weather.odds() => calm,
        weather.odds() => Just(LastUse::Unknown),
        weather.odds() => future_instant().prop_map(LastUse::At),
    ]
    .boxed()
}

fn allocated_at(weather: Weather) -> BoxedStrategy<Option<Instant>> {
    let calm = past_instant().prop_map(Some);
    if weather == Weather::Calm {
        return calm.boxed();
    }
    prop_oneof![
        100 - 2 * weather.odds() => calm,
        weather.odds() => Just(None),
        weather.odds() => future_instant().prop_map(Some),
    ]
    .boxed()
}

pub fn license_type() -> impl Strategy<Value = LicenseType> {
    select(&LicenseType::ALL[..])
}

fn flags() -> impl Strategy<Value = [bool; 3]> {
    [prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2)]
}

fn user(index: usize) -> impl Strategy<Value = User> {
    (
        (name(&DIRECTORIES), name(&USER_IDS), flags()),
        vec(name(&TAGS), 0..3),
        vec(property(), 0..3),
        vec(name(&ROLES), 0..2),
        vec(property(), 0..2),
        prop_oneof![Just(String::new()), Just("Jane Doe".to_owned()), Just(format!("Person {index} \u{1F984}"))],
    )
        .prop_map(move |((user_directory, user_id, flags), tags, custom_properties, roles, attributes, name)| {
            let [inactive, blocked, removed_externally] = flags;
            User {
                guid: UserGuid::new(format!("person-{index:02}")),
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

/// How a seat names its owner.
#[derive(Debug, Clone)]
enum Naming {
    /// As the user list does, but perhaps in another case.
    AsListed {
        shouted: bool,
    },
    /// By the id of a user whose name the list gives differently.
    Renamed(String),
    Absent,
    Deleted(Account),
}

fn naming(weather: Weather) -> impl Strategy<Value = Naming> {
    let listed = prop::bool::weighted(0.2).prop_map(|shouted| Naming::AsListed { shouted });
    let odds = weather.odds();
    // Weights of zero are not allowed, so a calm world draws the strange cases and puts them right.
    prop_oneof![
        85 => listed,
        10 => account().prop_map(Naming::Deleted),
        odds.max(1) => name(&USER_IDS).prop_map(Naming::Renamed),
        odds.max(1) => Just(Naming::Absent),
    ]
    .prop_map(move |naming| match naming {
        Naming::Renamed(_) | Naming::Absent if odds == 0 => Naming::AsListed { shouted: false },
        naming => naming,
    })
}

fn seat(weather: Weather) -> impl Strategy<Value = (Seat, Naming, prop::sample::Index)> {
    (
        license_type(),
        allocated_at(weather),
        last_use(weather),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        naming(weather),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(license_type, allocated_at, last_used, quarantined, excess, naming, owner)| {
            let seat = Seat {
                id: LicenseId::new("to be numbered"),
                license_type,
                allocated_at,
                last_used,
                quarantined,
                excess,
                holder: fixture::deleted("", ""),
            };
            (seat, naming, owner)
        })
}

fn holder(naming: Naming, user: &User) -> Holder {
    let mut listed = fixture::held_by(user);
    match (naming, &mut listed) {
        (Naming::Deleted(Account { user_dir, user_id }), _) => {
            return Holder::Deleted { user_directory: user_dir, user_id };
        }
        (Naming::AsListed { shouted: true }, Holder::User { user_directory, user_id, .. }) => {
            *user_directory = user_directory.to_uppercase();
            *user_id = format!(" {}", user_id.to_uppercase());
        }
        (Naming::Renamed(other), Holder::User { user_id, .. }) => *user_id = other,
        (Naming::Absent, Holder::User { guid, .. }) => *guid = UserGuid::new("nobody"),
        _ => {}
    }
    listed
}

/// The facts of a site with up to `seats_max` seats. A person may hold several of them.
pub fn site(weather: Weather, seats_max: usize) -> impl Strategy<Value = SnapshotParts> {
    let users = (1..=12_usize).prop_flat_map(|count| (0..count).map(user).collect::<Vec<_>>());
    let strange = (
        prop::bool::weighted(0.2),
        select(&[0_i64, 300_000, 300_001, -300_000, -300_001][..]),
        (0_i64..=16 * MS_PER_MINUTE),
        vec((-4_i64..=4, -4_i64..=4), 3),
    );
    (users, vec(seat(weather), 0..=seats_max), strange, option::weighted(0.1, Just(())), 0_i64..=15 * MS_PER_MINUTE)
        .prop_map(move |(mut users, seats, (strange, skew_ms, age_ms, miscounts), incomplete, calm_age_ms)| {
            let seats: Vec<Seat> = seats
                .into_iter()
                .enumerate()
                .map(|(number, (seat, naming, owner))| Seat {
                    // Not in the order of the list, and with ids that are no hexadecimal.
                    id: LicenseId::new(format!("seat-{:03}", (number * 37) % 1000)),
                    holder: holder(naming, owner.get(&users)),
                    ..seat
                })
                .collect();
            let strange = strange && weather == Weather::Wild;
            let incomplete = incomplete.filter(|()| weather == Weather::Wild).and_then(|()| users.pop());
            let mut parts = fixture::site(seats, users);
            parts.incomplete_users.extend(
                incomplete.map(|user| IncompleteUser { guid: user.guid, problem: "no field `tags`".to_owned() }),
            );
            parts.taken_at = at(NOW_MS - if strange { age_ms } else { calm_age_ms });
            if strange {
                parts.clock_skew_ms = Some(skew_ms);
                for (pool, (before, after)) in parts.pools.iter_mut().zip(miscounts) {
                    let near = |count: u32, off: i64| u32::try_from((i64::from(count) + off).max(0)).unwrap_or(0);
                    pool.allocated_before = near(pool.allocated_before, before);
                    pool.allocated = near(pool.allocated, after);
                }
            }
            parts
        })
}

pub fn snapshot(weather: Weather, seats_max: usize) -> impl Strategy<Value = Snapshot> {
    site(weather, seats_max).prop_map(fixture::snapshot)
}

fn flag_rule() -> impl Strategy<Value = FlagRule> {
    prop_oneof![6 => Just(FlagRule::Ignore), 1 => Just(FlagRule::Yes), 1 => Just(FlagRule::No)]
}

/// Entries that match somebody now and then; none that the policy would refuse as blank.
pub fn never_release() -> impl Strategy<Value = NeverRelease> {
    let filled = |names: &'static [&'static str]| name(names).prop_filter("blank", |name| !name.trim().is_empty());
    let accounts = account().prop_filter("blank", |a| !a.user_dir.trim().is_empty() && !a.user_id.trim().is_empty());
    (
        vec(accounts, 0..3),
        vec(filled(&TAGS), 0..2),
        vec(property(), 0..2),
        option::weighted(0.3, filled(&DIRECTORIES)),
        [flag_rule(), flag_rule(), flag_rule()],
    )
        .prop_map(|(user, tag, custom_property, user_directory, [inactive, blocked, removed_externally])| {
            NeverRelease {
                user,
                tag,
                custom_property,
                user_directory: user_directory.into_iter().collect(),
                inactive,
                blocked,
                removed_externally,
            }
        })
}

fn type_rules() -> impl Strategy<Value = TypeRules> {
    (prop::bool::weighted(0.85), select(&DAYS[..]))
        .prop_map(|(enable, threshold_days)| TypeRules { enable, threshold_days })
}

pub fn rules() -> impl Strategy<Value = Rules> {
    let grace = prop_oneof![2 => Just(None), 1 => select(&DAYS[..]).prop_map(Some), 1 => Just(Some(0))];
    (type_rules(), type_rules(), type_rules(), grace, any::<bool>(), never_release()).prop_map(
        |(analyzer, professional, user, never_used_grace_days, release_deleted_owners, never_release)| Rules {
            analyzer,
            professional,
            user,
            never_used_grace_days,
            release_deleted_owners,
            never_release,
        },
    )
}

pub fn guard() -> impl Strategy<Value = GuardSettings> {
    let above_cap = select(&[AboveCap::Hold, AboveCap::LongestIdleFirst][..]);
    let roles = vec(name(&ROLES), 0..2);
    (
        (select(&[0_u32, 1, 7, 30][..]), roles, select(&[0_u32, 500, 2_000, 10_000][..])),
        (option::of(0_u32..8), above_cap, never_release(), option::of(account())),
    )
        .prop_map(
            |((min_idle_days, protect_roles, share), (max_releases, above_cap, never_release, own_account))| {
                GuardSettings {
                    min_idle_days,
                    protect_roles,
                    max_release_basis_points: share,
                    max_releases,
                    above_cap,
                    never_release,
                    own_account,
                    ..GuardSettings::default()
                }
            },
        )
}
