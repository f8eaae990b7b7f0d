//! The people of an invented site.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::SeedOptions;
use super::names::{DIFFICULT, display_name, long_name};
use super::random::Random;
use crate::dates;

const SERVICE_ACCOUNTS: [&str; 7] =
    ["sa_repository", "sa_engine", "sa_proxy", "sa_scheduler", "sa_printing", "sa_api", "sa_scripting"];
/// The same directory in several spellings, as synchronised sites have it.
const DIRECTORIES: [&str; 6] = ["ACME", "ACME", "ACME", "acme", "Acme", "PARTNER"];
const TAGS: [(&str, &str); 3] = [
    ("5a7e0001-3c1f-4f0e-9a55-0d2b7e6f1001", "License do not release"),
    ("5a7e0002-3c1f-4f0e-9a55-0d2b7e6f1002", "some other tag"),
    ("5a7e0003-3c1f-4f0e-9a55-0d2b7e6f1003", "finance"),
];
const LICENSE_MANAGE: &str = "c3f40001-77aa-4b0d-8d3e-5e5b6c7d2001";
const COST_CENTRE: &str = "c3f40002-77aa-4b0d-8d3e-5e5b6c7d2002";

/// Before this many ordinary people, each special one has come up once.
const SPECIAL: usize = DIFFICULT.len() + 2;

pub fn tags() -> Value {
    TAGS.iter()
        .map(|(id, name)| {
            json!({
                "id": id, "createdDate": "2022-03-01T08:00:00.000Z", "modifiedDate": "2022-03-01T08:00:00.000Z",
                "modifiedByUserName": "ACME\\qadmin", "name": name, "privileges": null, "schemaPath": "Tag",
            })
        })
        .collect()
}

pub fn definitions() -> Value {
    [
        (LICENSE_MANAGE, "LicenseManage", json!(["do-not-release", "release"])),
        (COST_CENTRE, "CostCentre", json!(["Finance", "HR", "R&D"])),
    ]
    .into_iter()
    .map(|(id, name, choices)| {
        json!({
            "id": id, "createdDate": "2022-03-01T08:00:00.000Z", "modifiedDate": "2022-03-01T08:00:00.000Z",
            "modifiedByUserName": "ACME\\qadmin", "name": name, "valueType": "Text", "choiceValues": choices,
            "objectTypes": ["User"], "description": "", "privileges": null,
            "schemaPath": "CustomPropertyDefinition",
        })
    })
    .collect()
}

/// Service accounts first, then administrators, then everybody else.
pub fn generate(options: &SeedOptions, random: &mut Random) -> Vec<Value> {
    let mut users: Vec<Value> = SERVICE_ACCOUNTS.iter().map(|name| service_account(options, random, name)).collect();
    users.push(administrator(options, random, "ACME", "qadmin", "Quality Administrator"));
    users.push(administrator(options, random, "USERDIR", "qs_admin_account", "Qlik Administrator"));
    users.push(administrator(options, random, "ADMIN", "operations", "Operations"));
    // Everybody who may hold a seat holds at most one of a type, so there must be a person for each.
    let wanted = options.users.max(options.seats + SERVICE_ACCOUNTS.len());
    for number in 0..wanted.saturating_sub(users.len()) {
        users.push(person(options, random, number));
    }
    users
}

fn service_account(options: &SeedOptions, random: &mut Random, name: &str) -> Value {
    let mut user = user(options, random, "INTERNAL", name, name);
    user["roles"] = json!(if name == "sa_repository" { vec!["RootAdmin"] } else { vec![] });
    user["deleteProhibited"] = json!(true);
    user["userDirectoryConnectorName"] = json!("");
    user
}

fn administrator(options: &SeedOptions, random: &mut Random, directory: &str, id: &str, name: &str) -> Value {
    let mut user = user(options, random, directory, id, name);
    user["roles"] = json!(["RootAdmin"]);
    user
}

fn person(options: &SeedOptions, random: &mut Random, number: usize) -> Value {
    let directory = *random.pick(&DIRECTORIES);
    let (id, name) = if let Some((id, name)) = DIFFICULT.get(number) {
        ((*id).to_owned(), (*name).to_owned())
    } else if number < SPECIAL || number.is_multiple_of(997) {
        (format!("long{number}"), long_name(number))
    } else {
        (format!("{}{number:05}", random.pick(&["u", "U", "ext."])), display_name(random))
    };
    let mut user = user(options, random, directory, &id, &name);
    // The first ordinary people carry each mark once, so that small sites have them too.
    let mark = number.checked_sub(SPECIAL).unwrap_or(usize::MAX);
    let blocked = mark == 0 || random.percent(3);
    let leaver = mark == 1 || random.percent(6);
    let tag = if mark < TAGS.len() { Some(mark) } else { random.percent(4).then(|| [0, 1, 2][number % 3]) };
    user["blacklisted"] = json!(blocked);
    // Somebody whom the directory no longer has shows as inactive as well.
    user["removedExternally"] = json!(leaver);
    user["inactive"] = json!(leaver || random.percent(2));
    if let Some(tag) = tag {
        user["tags"] = json!([{"id": TAGS[tag].0, "name": TAGS[tag].1, "privileges": null}]);
    }
    let mut properties = Vec::new();
    if mark == 3 || random.percent(3) {
        properties.push(property(random, LICENSE_MANAGE, "LicenseManage", "do-not-release"));
    }
    if random.percent(20) {
        let centre = *random.pick(&["Finance", "HR", "R&D"]);
        properties.push(property(random, COST_CENTRE, "CostCentre", centre));
    }
    user["customProperties"] = Value::Array(properties);
    if random.percent(2) {
        user["roles"] = json!(["ContentAdmin"]);
    }
    user
}

fn user(options: &SeedOptions, random: &mut Random, directory: &str, id: &str, name: &str) -> Value {
    let created = days_back(options, 100 + random.below(1_200), random);
    let modified = days_back(options, 1 + random.below(90), random);
    json!({
        "id": random.guid(), "createdDate": created, "modifiedDate": modified,
        "modifiedByUserName": "INTERNAL\\sa_repository", "userId": id, "userDirectory": directory,
        "userDirectoryConnectorName": directory, "name": name, "roles": [],
        "attributes": [{
            "id": random.guid(), "createdDate": created, "modifiedDate": modified,
            "modifiedByUserName": "INTERNAL\\sa_repository", "attributeType": "email",
            "attributeValue": format!("{}@acme.test", random.guid()), "externalId": "", "schemaPath": "UserAttribute",
        }],
        "inactive": false, "removedExternally": false, "blacklisted": false, "deleteProhibited": false, "tags": [],
        "customProperties": [], "favorites": [], "privileges": null, "schemaPath": "User",
    })
}

fn property(random: &mut Random, definition: &str, name: &str, value: &str) -> Value {
    json!({
        "id": random.guid(), "createdDate": "2023-01-02T08:00:00.000Z", "modifiedDate": "2023-01-02T08:00:00.000Z",
        "modifiedByUserName": "ACME\\qadmin", "value": value,
        "definition": {"id": definition, "name": name, "valueType": "Text", "choiceValues": [], "privileges": null},
        "schemaPath": "CustomPropertyValue",
    })
}

/// A moment that many days before the site's time, at some millisecond of the day.
pub fn days_back(options: &SeedOptions, days: u64, random: &mut Random) -> String {
    let within = TimeDelta::milliseconds(i64::try_from(random.below(86_400_000)).unwrap_or(0));
    let days = TimeDelta::days(i64::try_from(days).unwrap_or(0));
    let moment: chrono::DateTime<Utc> = options.now.checked_sub_signed(days + within).unwrap_or(options.now);
    dates::write(moment)
}
