//! The seats of an invented site.

use serde_json::{Value, json};

use super::SeedOptions;
use super::people::days_back;
use super::random::Random;
use crate::dates::{self, NEVER};
use crate::options::LicenseModel;

/// The rows of each type.
#[derive(Default)]
pub struct Seats {
    pub professional: Vec<Value>,
    pub analyzer: Vec<Value>,
    pub user: Vec<Value>,
}

/// `options.seats` rows in all; every 40th person holds a professional and an analyzer seat.
pub fn generate(options: &SeedOptions, users: &[Value], random: &mut Random) -> Seats {
    let mut seats = Seats::default();
    let mut left = options.seats;
    // Of the service accounts one holds a seat, by mistake; the administrators and people follow in the list.
    let holders =
        users.iter().filter(|user| user["deleteProhibited"] != json!(true) || user["userId"] == json!("sa_api"));
    for (number, user) in holders.take(options.seats).enumerate() {
        if left == 0 {
            break;
        }
        if options.model == LicenseModel::Token {
            seats.user.push(seat(options, random, user, "License.UserAccessType"));
            left -= 1;
            continue;
        }
        let professional = number % 5 == 0;
        let (rows, schema_path) = if professional {
            (&mut seats.professional, "License.ProfessionalAccessType")
        } else {
            (&mut seats.analyzer, "License.AnalyzerAccessType")
        };
        rows.push(seat(options, random, user, schema_path));
        left -= 1;
        if left > 0 && professional && number % 40 == 20 {
            seats.analyzer.push(seat(options, random, user, "License.AnalyzerAccessType"));
            left -= 1;
        }
    }
    mark_excess(&mut seats.professional);
    seats
}

fn seat(options: &SeedOptions, random: &mut Random, user: &Value, schema_path: &str) -> Value {
    let last_used = match random.below(100) {
        0..12 => NEVER.to_owned(),
        12..62 => days_back(options, random.below(25), random),
        62..70 => days_back(options, 25 + random.below(10), random),
        _ => days_back(options, 35 + random.below(600), random),
    };
    let created = match last_used.as_str() {
        NEVER => days_back(options, random.below(400), random),
        // Allocated before it was first used.
        _ => days_back(options, 640 + random.below(400), random),
    };
    let modified = if last_used == NEVER { created.clone() } else { last_used.clone() };
    let who = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
    let mut seat = json!({
        "id": random.guid(), "createdDate": created, "modifiedDate": modified,
        "modifiedByUserName": format!("{}\\{}", who("userDirectory"), who("userId")),
        "user": {
            "id": user["id"], "userId": user["userId"], "userDirectory": user["userDirectory"],
            "userDirectoryConnectorName": user["userDirectoryConnectorName"], "name": user["name"], "privileges": null,
        },
        "lastUsed": last_used, "quarantined": false, "quarantineEnd": NEVER, "deletedUserId": "",
        "deletedUserDirectory": "", "privileges": null, "schemaPath": schema_path,
    });
    if schema_path != "License.UserAccessType" {
        seat["excess"] = json!(false);
    }
    let special = random.below(100);
    if special == 0 {
        forget_owner(&mut seat);
    }
    let quarantine =
        matches!(options.model, LicenseModel::Serial | LicenseModel::Token) && (special == 0 || special == 1);
    if quarantine {
        put_into_quarantine(options, random, &mut seat);
    }
    seat
}

fn forget_owner(seat: &mut Value) {
    let owner = seat["user"].take();
    seat["deletedUserId"] = owner["userId"].clone();
    seat["deletedUserDirectory"] = owner["userDirectory"].clone();
    seat["modifiedByUserName"] = json!("INTERNAL\\sa_repository");
}

fn put_into_quarantine(options: &SeedOptions, random: &mut Random, seat: &mut Value) {
    let used = days_back(options, random.below(6), random);
    let end = dates::parse(&used).and_then(|used| used.checked_add_signed(chrono::TimeDelta::days(7)));
    seat["quarantineEnd"] = json!(end.map_or_else(|| NEVER.to_owned(), dates::write));
    seat["quarantined"] = json!(true);
    seat["modifiedDate"] = json!(used);
    seat["lastUsed"] = json!(used);
}

/// The newest seats of a large pool are above its total.
fn mark_excess(rows: &mut [Value]) {
    let count = rows.len() / 200;
    for seat in rows.iter_mut().rev().filter(|seat| seat["quarantined"] == json!(false)).take(count) {
        seat["excess"] = json!(true);
    }
}
