//! Plans of invented and mistreated sites against an independent statement of what they must say, seat by seat.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use steward_fake_qrs::options::{OverviewSource, UnknownUser};
use steward_fake_qrs::seed::random::Random;
use steward_fake_qrs::{Clock, Data, LicenseModel, dates};

use crate::oracle::{Expected, Rules, same};
use crate::site::{self, data_of, serve};

/// Sites for each kind of policy. A run takes a fraction of a second.
const SITES: u64 = 24;
const SEATS: usize = 260;

const RULES: [&str; 15] = [
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
    "never-used",
    "idle",
];
const GATES: [&str; 11] = [
    "quarantined",
    "unresolved-owner",
    "floor",
    "service-account",
    "protected-role",
    "protected",
    "cap",
    "users-missing",
    "unknown-dates",
    "future-dates",
    "clock-skew",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_policy_decides_as_documented() {
    let mut seen = BTreeSet::new();
    for seed in 0..SITES {
        seen.extend(compare(seed, false).await);
    }
    // The sites are bad enough for every rule to have somebody.
    let missing: Vec<&str> = RULES.into_iter().filter(|rule| !seen.contains(*rule)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gates_hold_as_documented_whatever_a_policy_wants() {
    let mut seen = BTreeSet::new();
    for seed in 0..SITES {
        seen.extend(compare(1000 + seed, true).await);
    }
    let missing: Vec<&str> = GATES.into_iter().filter(|gate| !seen.contains(*gate)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// Compares one site and returns the rules and gates that it met.
async fn compare(seed: u64, release_all: bool) -> BTreeSet<String> {
    let mut random = Random::new(seed);
    let model = [LicenseModel::Signed, LicenseModel::Signed, LicenseModel::Serial, LicenseModel::Token];
    // In every third site something is so wrong that the whole run is held.
    let trouble = if seed % 3 == 2 { seed / 3 % 5 } else { u64::MAX };
    // Rows can be missing from the lists of these types only.
    let model = if trouble == 3 { LicenseModel::Signed } else { *random.pick(&model) };
    let mut data = data_of(seed, SEATS, model);
    let now = site::now();
    let rules = rules(&mut random, &data, release_all);
    mistreat(&mut data, &mut random, now, &rules, trouble);
    for user in &mut data.users {
        // The service lets nobody in who is inactive, Steward's own account included.
        if same(&text(user, "userId"), &rules.account.1) {
            for flag in ["inactive", "blacklisted", "removedExternally"] {
                user[flag] = json!(false);
            }
        }
    }
    let missing_rows = if trouble == 3 { 30 } else { 0 };
    let skew = TimeDelta::minutes(if trouble == 4 { 6 } else { 0 });

    let site = serve(data, |options| {
        options.unknown_user = UnknownUser::Admin;
        options.model = model;
        // Rows in quarantine go when their time is over; these are to stay as they are.
        options.clock = Clock::starting_at(site::now() + skew);
        if missing_rows > 0 {
            options.overview = OverviewSource::Inconsistent { missing_rows };
        }
    })
    .await;
    site.write("steward.yaml", &settings(&site, &rules));
    let served = site.qrs.data();
    let run = site.run(["plan", "--format", "json", "--now", &dates::write(now)]);
    assert!([0, 3].contains(&run.code), "site {seed}: {run:?}");
    let plan = run.json();
    let expected = crate::oracle::expected(&served, &rules, now, missing_rows, trouble == 4);
    let found = Expected::of_plan(&plan);
    for (found, expected) in found.decisions.iter().zip(&expected.decisions) {
        assert_eq!(found, expected, "site {seed}: {rules:?}");
    }
    assert_eq!(found.decisions.len(), expected.decisions.len(), "site {seed}");
    assert_eq!(found.held, expected.held, "site {seed}: {rules:?}");
    assert_eq!(found.releases, expected.releases, "site {seed}: {rules:?}");
    assert_eq!(run.code, if expected.held.is_empty() { 0 } else { 3 }, "site {seed}");
    let rules = expected.decisions.into_iter().map(|(_, _, rule, _)| rule);
    rules.chain(expected.held.into_iter().map(|(_, _, gate, _)| gate)).collect()
}

/// Settings as somebody might write them, with names that occur at the site, in another spelling.
fn rules(random: &mut Random, data: &Data, release_all: bool) -> Rules {
    let mut chance = Random::new(random.number());
    let people: Vec<(String, String)> =
        data.users.iter().map(|user| (text(user, "userDirectory"), text(user, "userId"))).collect();
    let some_people = |random: &mut Random, count| -> Vec<(String, String)> {
        (0..count)
            .map(|_| {
                let (directory, id) = random.pick(&people).clone();
                (respelt(random, &directory), respelt(random, &id))
            })
            .collect()
    };
    let flag =
        |random: &mut Random| (*random.pick(&["Ignore", "ignore", "IGNORE", "Ignore", "Yes", "yes", "No"])).to_owned();
    let days = |random: &mut Random| i64::try_from(1 + random.below(120)).unwrap();
    let mut types = [(true, 0), (true, 0), (true, 0)];
    for entry in &mut types {
        *entry = (!random.percent(15), days(random));
    }
    let tags: Vec<String> = ["License do not release", "some other tag", "finance", "nobody has this"]
        .iter()
        .filter(|_| chance.percent(50))
        .map(|tag| respelt(random, tag))
        .collect();
    let directories = ["PARTNER", "INTERNAL", "Straße"]
        .iter()
        .filter(|_| chance.percent(30))
        .map(|name| respelt(random, name))
        .collect();
    let properties = [("LicenseManage", "do-not-release"), ("CostCentre", "R&D"), ("CostCentre", "Größe")]
        .iter()
        .filter(|_| chance.percent(50))
        .map(|(name, value)| (respelt(random, name), respelt(random, value)))
        .collect();
    let users_max = random.below(8);
    Rules {
        types,
        users: some_people(random, users_max),
        tags,
        properties,
        directories,
        inactive: flag(random),
        blocked: flag(random),
        removed: flag(random),
        grace_days: random.percent(40).then(|| i64::try_from(random.below(200)).unwrap()),
        deleted_may_go: random.percent(40),
        min_idle_days: i64::try_from(random.below(20)).unwrap(),
        roles: if random.percent(80) { vec!["rootadmin ".to_owned(), "ContentAdmin".to_owned()] } else { vec![] },
        share: *random.pick(&[0, 500, 500, 1250, 5000, 10_000]),
        max_releases: random.percent(25).then(|| i64::try_from(random.below(40)).unwrap()),
        longest_idle_first: random.percent(50),
        account: some_people(random, 1).remove(0),
        release_all,
    }
}

/// The same name for everybody but a computer.
fn respelt(random: &mut Random, name: &str) -> String {
    match random.below(5) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => format!(" {name}\u{a0}"),
        _ => name.to_owned(),
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// What happens to rows on real sites, and a little of what must never happen.
fn mistreat(data: &mut Data, random: &mut Random, now: DateTime<Utc>, rules: &Rules, trouble: u64) {
    let gone: Vec<Value> = data
        .users
        .iter()
        .filter(|_| random.percent(if trouble == 0 { 5 } else { 0 }))
        .map(|user| user["id"].clone())
        .collect();
    data.users.retain(|user| !gone.contains(&user["id"]));
    // At most one owner in a hundred seats may be unresolved, and two seats in a hundred without dates.
    let mut unresolved = if trouble == 1 { 40 } else { 1 };
    let mut undated = if trouble == 2 { 40 } else { 3 };
    for (kind, rows) in [&mut data.analyzeraccesstype, &mut data.professionalaccesstype, &mut data.useraccesstype]
        .into_iter()
        .enumerate()
    {
        let threshold = rules.types[kind].1;
        for row in rows.iter_mut() {
            mistreat_dates(row, random, now, threshold, rules);
            if undated > 0 && random.percent(4) {
                undated -= 1;
                *row.get_mut("lastUsed").unwrap() = random
                    .pick(&[json!(null), json!("soon"), json!(""), json!(7), json!("2024-13-01T00:00:00Z")])
                    .clone();
            }
            if random.percent(3) {
                let who = row["user"].take();
                row["deletedUserId"] = who["userId"].clone();
                row["deletedUserDirectory"] = who["userDirectory"].clone();
            } else if unresolved > 0 && random.percent(3) {
                unresolved -= 1;
                match random.below(3) {
                    0 => _ = row.as_object_mut().unwrap().remove("user"),
                    1 => row["user"]["userId"] = json!("somebody else"),
                    _ => row["user"]["id"] = json!("00000000-0000-4000-8000-000000000000"),
                }
            } else if random.percent(10) && row["user"]["id"].is_string() {
                row["user"]["id"] = json!(text(&row["user"], "id").to_uppercase());
            }
            if random.percent(2) {
                row["quarantined"] = json!(true);
                row["quarantineEnd"] = json!(dates::write(now + TimeDelta::days(3)));
            }
        }
    }
    for user in &mut data.users {
        if random.percent(3) {
            user["tags"] = json!([{"id": random.guid(), "name": "finance"}, {"id": random.guid(), "name": " LICENSE do not RELEASE "}]);
        }
        if random.percent(3) {
            user["customProperties"] = json!([
                {"id": random.guid(), "value": "GRÖSSE", "definition": {"name": "costcentre"}},
                {"id": random.guid(), "value": "x", "definition": {"name": "LicenseManage"}},
            ]);
        }
        if random.percent(2) {
            user["roles"] = json!(["AuditAdmin", "ROOTADMIN"]);
        }
        for flag in ["inactive", "blacklisted", "removedExternally"] {
            if random.percent(5) {
                user[flag] = json!(true);
            }
        }
    }
}

/// Dates around every border, to the millisecond.
fn mistreat_dates(row: &mut Value, random: &mut Random, now: DateTime<Utc>, threshold: i64, rules: &Rules) {
    let around = |random: &mut Random, days: i64| {
        let by = TimeDelta::milliseconds(i64::try_from(random.below(3)).unwrap() - 1);
        json!(dates::write(now - TimeDelta::days(days) + by))
    };
    match random.below(12) {
        0 => row["lastUsed"] = around(random, threshold),
        1 => row["lastUsed"] = around(random, rules.min_idle_days),
        2 => row["lastUsed"] = json!("0001-01-01T00:00:00Z"),
        3 => {
            row["lastUsed"] = json!("1753-01-01T00:00:00.000Z");
            row["createdDate"] = around(random, rules.grace_days.unwrap_or(threshold));
        }
        4 => row["createdDate"] = around(random, rules.min_idle_days),
        5 if random.percent(30) => row["createdDate"] = json!("1753-01-01T00:00:00.000Z"),
        6 if random.percent(5) => row["lastUsed"] = json!(dates::write(now + TimeDelta::minutes(5))),
        7 if random.percent(1) => row["lastUsed"] = json!(dates::write(now + TimeDelta::minutes(6))),
        8 => row["lastUsed"] = json!("2026-01-01T12:00:00.5+05:30"),
        _ => {}
    }
}

/// The rules as a settings file. JSON is YAML.
fn settings(site: &site::Site, rules: &Rules) -> String {
    let pairs = |list: &[(String, String)], a: &str, b: &str| -> Value {
        list.iter().map(|(x, y)| json!({a: x, b: y})).collect()
    };
    let kind = |index: usize| json!({"enable": rules.types[index].0, "releaseThresholdDays": rules.types[index].1});
    #[expect(clippy::cast_precision_loss, reason = "shares are small")]
    let percent = rules.share as f64 / 100.0;
    let hostile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/policies/hostile.wasm");
    let policy = if rules.release_all {
        json!({"component": hostile, "settings": {"act": "nothing"}})
    } else {
        let deleted = if rules.deleted_may_go { "release" } else { "keep" };
        json!({"settings": {"neverUsedGraceDays": rules.grace_days, "deletedOwner": deleted}})
    };
    let settings = json!({
        "Butler": {
            "cert": {"clientCert": "client.pem", "clientCertKey": "client_key.pem", "clientCertCA": "root.pem"},
            "configQRS": {
                "host": "127.0.0.1", "port": site.qrs.address().port(), "useSSL": true, "rejectUnauthorized": false,
                "headers": {"static": [{
                    "name": "X-Qlik-User",
                    "value": format!("UserDirectory={}; UserId={}", encoded(&rules.account.0), encoded(&rules.account.1)),
                }]},
            },
            "qlikSenseLicense": {"licenseRelease": {
                "enable": true, "dryRun": true,
                "neverRelease": {
                    "user": pairs(&rules.users, "userDir", "userId"),
                    "tag": rules.tags,
                    "customProperty": pairs(&rules.properties, "name", "value"),
                    "userDirectory": rules.directories,
                    "inactive": rules.inactive, "blocked": rules.blocked, "removedExternally": rules.removed,
                },
                "licenseType": {"analyzer": kind(0), "professional": kind(1)},
            }},
        },
        "steward": {
            "dataDir": site::shared_data_dir(),
            "licenseType": {"user": kind(2)},
            "policy": policy,
            "guard": {
                "minIdleDays": rules.min_idle_days, "protectRoles": rules.roles, "maxReleasePercent": percent,
                "maxReleases": rules.max_releases,
                "aboveCap": if rules.longest_idle_first { "longest-idle-first" } else { "hold" },
            },
        },
    });
    serde_json::to_string_pretty(&settings).unwrap()
}

/// Everything but letters and digits as `%..`, so that any name fits into a header.
fn encoded(name: &str) -> String {
    name.trim()
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
