//! An invented site: the same seed, sizes and time give the same bytes.
//!
//! The shares are those of a site that nobody tidied for years: a third of the seats idle, some never used, leavers
//! that the directory forgot, blocked accounts, double seats, deleted owners. Among them stand people whom every line
//! of Butler's settings template protects, so that no protection entry matches nobody.

mod names;
mod people;
pub mod random;
mod seats;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::data::{Data, Totals};
use crate::dates;
use crate::options::LicenseModel;
use random::Random;

/// How large a site to invent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedOptions {
    pub seed: u64,
    /// Allocated seats over all types.
    pub seats: usize,
    /// People in the user list; at least as many as are needed for the seats are made.
    pub users: usize,
    /// Dates are counted back from here.
    pub now: DateTime<Utc>,
    pub model: LicenseModel,
}

impl SeedOptions {
    /// A signed-key site with a quarter more people than seats.
    pub fn new(seed: u64, seats: usize, now: DateTime<Utc>) -> Self {
        Self { seed, seats, users: seats + seats / 4, now, model: LicenseModel::Signed }
    }
}

/// Invents a site.
pub fn generate(options: &SeedOptions) -> Data {
    let mut random = Random::new(options.seed);
    let users = people::generate(options, &mut random);
    let seats = seats::generate(options, &users, &mut random);
    let held = |rows: &[Value]| i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let excess =
        |rows: &[Value]| rows.iter().filter(|seat| seat["excess"] == json!(true)).count().try_into().unwrap_or(0);
    // A pool with seats above its total is full; any other has a little room left.
    let total = |rows: &[Value]| match excess(rows) {
        0 => held(rows) + held(rows) / 50 + 1,
        over => held(rows) - over,
    };
    let totals = Totals {
        professional: Some(total(&seats.professional)),
        analyzer: Some(total(&seats.analyzer)),
        tokens: Some(held(&seats.user) + 100),
    };
    let mut other = Map::new();
    other.insert("tags".to_owned(), people::tags());
    other.insert("custompropertydefinitions".to_owned(), people::definitions());
    Data {
        license: license(options, totals),
        accesstypeoverview: None,
        totals: Some(totals),
        users,
        professionalaccesstype: seats.professional,
        analyzeraccesstype: seats.analyzer,
        useraccesstype: seats.user,
        loginaccesstype: if options.model == LicenseModel::Token {
            vec![login_pool(options, &mut random)]
        } else {
            vec![]
        },
        analyzertimeaccesstype: if options.model == LicenseModel::Token {
            vec![]
        } else {
            vec![capacity_pool(options, &mut random)]
        },
        other,
    }
}

fn license(options: &SeedOptions, totals: Totals) -> Value {
    let signed = matches!(options.model, LicenseModel::Signed | LicenseModel::Expired);
    let valid_to =
        options.now + chrono::TimeDelta::days(if options.model == LicenseModel::Expired { -20 } else { 400 });
    if options.model == LicenseModel::Unlicensed {
        return Value::Null;
    }
    let details = format!(
        "isBlackListed: False\nLicense Number: 1234 5678 9012 3456\nValid From: 0001-01-01  12:00:00 AM\n\
         Valid To: {}  12:00:00 AM\nAllotment professional:{};\nAllotment analyzer:{};\nAllotment analyzer_time:6000;",
        valid_to.format("%Y-%m-%d"),
        totals.professional.unwrap_or_default(),
        totals.analyzer.unwrap_or_default(),
    );
    let lef = format!(
        "1234 5678 9012 3456\nQlik Sense Enterprise;;;\nPRODUCTLEVEL;50;;{}\nTIMELIMIT;;;{}\n",
        valid_to.format("%Y-%m-%d"),
        valid_to.format("%Y-%m-%d"),
    );
    json!({
        "id": "2b6d1d2e-6a53-4a57-8f0b-0d5b7c1f9a10", "createdDate": "2022-02-01T09:00:00.120Z",
        "modifiedDate": "2024-06-11T07:30:44.008Z", "modifiedByUserName": "ACME\\qadmin",
        "lef": if signed { String::new() } else { lef }, "serial": "1234 5678 9012 3456",
        "check": if signed { "" } else { "12345" }, "key": if signed { "invented.signed.key" } else { "" },
        "keyDetails": if signed { details } else { String::new() }, "name": "ACME", "organization": "ACME Corp",
        "product": 1, "numberOfCores": -1, "isExpired": options.model == LicenseModel::Expired, "expiredReason": "",
        "isBlacklisted": false, "isInvalid": false, "isSubscription": signed, "isCloudServices": false,
        "isElastic": false, "updated": "2024-06-11T07:30:44.008Z", "privileges": null, "schemaPath": "License",
    })
}

fn capacity_pool(options: &SeedOptions, random: &mut Random) -> Value {
    let used = 60 + random.below(2_000);
    json!({
        "id": random.guid(), "createdDate": "2022-02-01T09:05:00.000Z", "modifiedDate": dates::write(options.now),
        "modifiedByUserName": "ACME\\qadmin", "name": "Analyzer capacity", "usedMinutes": used,
        "remainingMinutes": 6_000 - used, "assignedMinutes": 6_000, "assignedUnits": 1_000, "privileges": null,
        "schemaPath": "License.AnalyzerTimeAccessType",
    })
}

fn login_pool(options: &SeedOptions, random: &mut Random) -> Value {
    let used = random.below(100);
    json!({
        "id": random.guid(), "createdDate": "2022-02-01T09:05:00.000Z", "modifiedDate": dates::write(options.now),
        "modifiedByUserName": "ACME\\qadmin", "name": "Login passes", "usedAccessTypes": used,
        "remainingAccessTypes": 200 - used, "assignedAccessTypes": 200, "assignedTokens": 20, "privileges": null,
        "schemaPath": "License.LoginAccessType",
    })
}
