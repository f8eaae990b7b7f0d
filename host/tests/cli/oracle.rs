//! What a plan must say, stated a second time: from the rows that the service serves and the documented rules and
//! gates, without any code of Steward.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde_json::{Value, json};
use steward_fake_qrs::Data;

/// What an administrator can set and a plan depends on.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Enabled, and the days after which a seat may go: analyzer, professional, user.
    pub types: [(bool, i64); 3],
    pub users: Vec<(String, String)>,
    pub tags: Vec<String>,
    pub properties: Vec<(String, String)>,
    pub directories: Vec<String>,
    /// `Yes`, `No` or `Ignore`, in any case.
    pub inactive: String,
    pub blocked: String,
    pub removed: String,
    pub grace_days: Option<i64>,
    pub deleted_may_go: bool,
    pub min_idle_days: i64,
    pub roles: Vec<String>,
    /// In hundredths of a per cent.
    pub share: i64,
    pub max_releases: Option<i64>,
    pub longest_idle_first: bool,
    pub account: (String, String),
    /// A policy that wants to release everything stands in for the shipped one.
    pub release_all: bool,
}

/// What the plan must say.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    /// In the order of the plan: licence id, verdict, rule, and when time alone would turn it.
    pub decisions: Vec<(String, &'static str, String, Option<DateTime<Utc>>)>,
    pub releases: Vec<String>,
    pub held: BTreeSet<(String, Option<String>, String, Vec<String>)>,
}

pub const TYPES: [&str; 3] = ["analyzer", "professional", "user"];

#[derive(Clone, Copy, PartialEq)]
enum Used {
    Never,
    Unknown,
    At(DateTime<Utc>),
}

enum Owner<'d> {
    Known(&'d Value),
    Deleted,
    Unresolved,
}

struct Seat<'d> {
    id: String,
    kind: usize,
    used: Used,
    given: Option<DateTime<Utc>>,
    quarantined: bool,
    owner: Owner<'d>,
    directory: String,
    user_id: String,
}

/// `missing_rows` seats are counted in the overview and not listed.
pub fn expected(data: &Data, rules: &Rules, now: DateTime<Utc>, missing_rows: i64, skewed: bool) -> Expected {
    let users: BTreeMap<String, &Value> =
        data.users.iter().map(|user| (text(user, "id").to_lowercase(), user)).collect();
    let mut seats = Vec::new();
    for (kind, rows) in
        [&data.analyzeraccesstype, &data.professionalaccesstype, &data.useraccesstype].iter().enumerate()
    {
        seats.extend(rows.iter().map(|row| seat(row, kind, &users)));
    }
    seats.sort_by_cached_key(|seat| {
        let since = idle_since(seat);
        (seat.kind, since.is_none(), since, seat.id.clone())
    });

    let mut expected = Expected::default();
    let mut wanted = Vec::new();
    for seat in &seats {
        let (rule, flips) = verdict(seat, rules, now);
        let release = matches!(rule, "idle" | "never-used" | "release-all");
        expected.decisions.push((seat.id.clone(), if release { "release" } else { "keep" }, rule.to_owned(), flips));
        if release {
            wanted.push(seat);
        }
    }
    let mut free = Vec::new();
    let mut by_gate: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for seat in wanted {
        let gates = seat_gates(seat, rules, now);
        for gate in &gates {
            by_gate.entry((seat.kind, gate)).or_default().push(seat.id.clone());
        }
        if gates.is_empty() {
            free.push(seat);
        }
    }
    for ((kind, gate), ids) in by_gate {
        expected.hold("seat", Some(kind), gate, ids);
    }
    let allocated = |kind: usize| {
        number(seats.iter().filter(|seat| seat.kind == kind && !seat.quarantined).count())
            + if kind < 2 { missing_rows } else { 0 }
    };
    let mut asked = Vec::new();
    for kind in 0..3 {
        let ids: Vec<String> = free.iter().filter(|seat| seat.kind == kind).map(|seat| seat.id.clone()).collect();
        asked.extend(ids.clone());
        let cap = (allocated(kind) * rules.share / 10_000).max(if rules.share == 0 { 0 } else { 5 });
        let cap = usize::try_from(rules.max_releases.map_or(cap, |max| cap.min(max))).unwrap();
        if ids.len() <= cap {
            expected.releases.extend(ids);
            continue;
        }
        let go = if rules.longest_idle_first { cap } else { 0 };
        expected.releases.extend_from_slice(&ids[..go]);
        expected.hold("type", Some(kind), "cap", ids[go..].to_vec());
    }
    let mut run_gates = run_gates(&seats, now, &allocated);
    if skewed {
        run_gates.insert("clock-skew");
    }
    if !run_gates.is_empty() {
        expected.releases.clear();
    }
    for gate in run_gates {
        expected.hold("run", None, gate, asked.clone());
    }
    expected
}

impl Expected {
    fn hold(&mut self, scope: &str, kind: Option<usize>, gate: &str, mut ids: Vec<String>) {
        ids.sort();
        self.held.insert((scope.to_owned(), kind.map(|kind| TYPES[kind].to_owned()), gate.to_owned(), ids));
    }

    /// What a plan says, in the same shape.
    pub fn of_plan(plan: &Value) -> Self {
        let ids = |list: &Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        let decisions = plan["decisions"].as_array().unwrap().iter().map(|decision| {
            let verdict = if decision["verdict"] == "release" { "release" } else { "keep" };
            let flips = decision["flipsAt"].as_str().map(|at| at.parse().unwrap());
            (text(decision, "licenseId"), verdict, text(decision, "rule"), flips)
        });
        let held = plan["held"].as_array().unwrap().iter().map(|held| {
            let mut seats = ids(&held["licenseIds"]);
            seats.sort();
            let kind = held.get("licenseType").map(|kind| kind.as_str().unwrap().to_owned());
            (text(held, "scope"), kind, text(held, "gate"), seats)
        });
        Self { decisions: decisions.collect(), releases: ids(&plan["releases"]), held: held.collect() }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn date(value: Option<&Value>) -> Option<DateTime<Utc>> {
    value?.as_str()?.parse::<DateTime<chrono::FixedOffset>>().ok().map(|date| date.to_utc())
}

fn seat<'d>(row: &'d Value, kind: usize, users: &BTreeMap<String, &'d Value>) -> Seat<'d> {
    let used = match date(row.get("lastUsed")) {
        None => Used::Unknown,
        Some(at) if at.year() < 1900 => Used::Never,
        Some(at) => Used::At(at),
    };
    let given = date(row.get("createdDate")).filter(|at| at.year() >= 1900);
    let (owner, directory, user_id) = match row.get("user") {
        Some(Value::Null) => (Owner::Deleted, text(row, "deletedUserDirectory"), text(row, "deletedUserId")),
        Some(holder @ Value::Object(_)) => {
            let (directory, user_id) = (text(holder, "userDirectory"), text(holder, "userId"));
            let owner = match users.get(&text(holder, "id").to_lowercase()) {
                Some(listed)
                    if is_complete(listed)
                        && same(&text(listed, "userDirectory"), &directory)
                        && same(&text(listed, "userId"), &user_id) =>
                {
                    Owner::Known(listed)
                }
                _ => Owner::Unresolved,
            };
            (owner, directory, user_id)
        }
        _ => (Owner::Unresolved, String::new(), String::new()),
    };
    let quarantined = row["quarantined"] == json!(true);
    Seat { id: text(row, "id").to_lowercase(), kind, used, given, quarantined, owner, directory, user_id }
}

/// Everything that protects somebody is there.
fn is_complete(user: &Value) -> bool {
    ["inactive", "blacklisted", "removedExternally"].iter().all(|flag| user.get(flag).is_some_and(Value::is_boolean))
        && ["roles", "tags", "customProperties"].iter().all(|list| user.get(list).is_some_and(Value::is_array))
}

/// Without regard to case and outer blanks.
pub fn same(a: &str, b: &str) -> bool {
    a.trim().to_uppercase() == b.trim().to_uppercase()
}

fn idle_since(seat: &Seat<'_>) -> Option<DateTime<Utc>> {
    match seat.used {
        Used::Never => seat.given,
        Used::Unknown => None,
        Used::At(at) => Some(at),
    }
}

/// The first rule of the table that keeps the seat, or the one that releases it.
fn verdict(seat: &Seat<'_>, rules: &Rules, now: DateTime<Utc>) -> (&'static str, Option<DateTime<Utc>>) {
    if rules.release_all {
        return ("release-all", None);
    }
    let (enabled, threshold) = rules.types[seat.kind];
    if !enabled {
        return ("license-type-disabled", None);
    }
    if seat.quarantined {
        return ("quarantined", None);
    }
    match seat.owner {
        Owner::Unresolved => return ("owner-unknown", None),
        Owner::Deleted if !rules.deleted_may_go => return ("owner-unknown", None),
        _ => {}
    }
    let Some(since) = idle_since(seat) else { return ("unknown-last-use", None) };
    let never = seat.used == Used::Never;
    let days = if never { rules.grace_days.unwrap_or(threshold) } else { threshold };
    let protection = protection(seat, rules);
    let over = since + TimeDelta::days(days);
    if now < over {
        let flips = protection.is_none().then_some(over);
        return (if never { "never-used-grace" } else { "recently-used" }, flips);
    }
    (protection.unwrap_or(if never { "never-used" } else { "idle" }), None)
}

/// The entry of `neverRelease` that comes first.
fn protection(seat: &Seat<'_>, rules: &Rules) -> Option<&'static str> {
    let user = match seat.owner {
        Owner::Known(user) => user,
        Owner::Deleted => &Value::Null,
        Owner::Unresolved => return None,
    };
    let list = |name: &str| user.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let listed = |entries: &[(String, String)], a: &str, b: &str| entries.iter().any(|(x, y)| same(x, a) && same(y, b));
    let flag = |name: &str, rule: &str| match rule.to_lowercase().as_str() {
        "yes" => user.get(name) == Some(&json!(true)),
        "no" => user.get(name) != Some(&json!(true)),
        _ => false,
    };
    let found = [
        (listed(&rules.users, &seat.directory, &seat.user_id), "never-release.user"),
        (
            list("tags").iter().any(|tag| rules.tags.iter().any(|entry| same(entry, &text(tag, "name")))),
            "never-release.tag",
        ),
        (
            list("customProperties").iter().any(|property| {
                listed(&rules.properties, &text(&property["definition"], "name"), &text(property, "value"))
            }),
            "never-release.custom-property",
        ),
        (rules.directories.iter().any(|entry| same(entry, &seat.directory)), "never-release.user-directory"),
        (flag("inactive", &rules.inactive), "never-release.inactive"),
        (flag("blacklisted", &rules.blocked), "never-release.blocked"),
        (flag("removedExternally", &rules.removed), "never-release.removed-externally"),
    ];
    found.iter().find(|(protects, _)| *protects).map(|(_, rule)| *rule)
}

fn seat_gates(seat: &Seat<'_>, rules: &Rules, now: DateTime<Utc>) -> Vec<&'static str> {
    let recent = |at: DateTime<Utc>| now - at < TimeDelta::days(rules.min_idle_days);
    let doubtful = seat.used == Used::Unknown || seat.given.is_none();
    let recently_used = matches!(seat.used, Used::At(at) if recent(at));
    let is = |(directory, user): (&str, &str)| same(directory, &seat.directory) && same(user, &seat.user_id);
    let service = same("internal", &seat.directory) && seat.user_id.trim().to_lowercase().starts_with("sa_");
    let role = match seat.owner {
        Owner::Known(user) => user["roles"]
            .as_array()
            .unwrap()
            .iter()
            .any(|role| rules.roles.iter().any(|entry| same(entry, role.as_str().unwrap_or_default()))),
        _ => false,
    };
    let gates = [
        (seat.quarantined, "quarantined"),
        (matches!(seat.owner, Owner::Unresolved), "unresolved-owner"),
        (doubtful || recently_used || seat.given.is_some_and(recent), "floor"),
        (service || is((&rules.account.0, &rules.account.1)), "service-account"),
        (role, "protected-role"),
        (protection(seat, rules).is_some(), "protected"),
    ];
    gates.iter().filter(|(closed, _)| *closed).map(|(_, gate)| *gate).collect()
}

fn run_gates(seats: &[Seat<'_>], now: DateTime<Utc>, allocated: &dyn Fn(usize) -> i64) -> BTreeSet<&'static str> {
    let count = |which: &dyn Fn(&Seat<'_>) -> bool| number(seats.iter().filter(|seat| which(seat)).count());
    let mut gates = BTreeSet::new();
    for kind in 0..3 {
        let listed = count(&|seat| seat.kind == kind && !seat.quarantined);
        // Fewer than allocated less the larger of 2 and one per cent, in hundredths.
        if listed * 100 < allocated(kind) * 100 - allocated(kind).max(200) {
            gates.insert("list-too-short");
        }
    }
    let held = count(&|seat| !matches!(seat.owner, Owner::Deleted));
    if count(&|seat| matches!(seat.owner, Owner::Unresolved)) * 100 > held {
        gates.insert("users-missing");
    }
    if count(&|seat| idle_since(seat).is_none()) * 100 > 2 * count(&|_| true) {
        gates.insert("unknown-dates");
    }
    let soon = now + TimeDelta::minutes(5);
    let future =
        |seat: &Seat<'_>| idle_since(seat).is_some_and(|at| at > soon) || seat.given.is_some_and(|at| at > soon);
    if count(&future) > 0 {
        gates.insert("future-dates");
    }
    gates
}
