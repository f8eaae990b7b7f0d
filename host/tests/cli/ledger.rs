//! A site whose seats may be released, and its ledger as an outsider reads it: the file, without the program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use steward_fake_qrs::{Data, LicenseModel, Options};

use crate::site::{Run, Site, data_of, serve};

/// A site whose settings allow every release at once, with a plan that was looked at.
pub async fn armed(seats: usize) -> Site {
    armed_with(data_of(7, seats, LicenseModel::Signed), |_| {}).await
}

pub async fn armed_with(data: Data, change: impl FnOnce(&mut Options)) -> Site {
    let site = releasing(data, change).await;
    site.plan();
    site.run(["arm"]).is_done();
    site
}

/// The same before anybody looked at a plan.
pub async fn releasing(data: Data, change: impl FnOnce(&mut Options)) -> Site {
    let mut site = serve(data, change).await;
    site.set(&[("dryRun: true", "dryRun: false")]);
    site.add("  guard:\n    maxReleasePercent: 100\n    releasesPerMinute: 1000000\n");
    site
}

/// Makes a plan and returns its id and the licence ids that it releases.
#[track_caller]
pub fn planned(site: &Site) -> (String, Vec<String>) {
    let plan = site.plan();
    let releases = plan["releases"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
    (plan["planId"].as_str().unwrap().to_owned(), releases.collect())
}

/// Applies a plan and returns what became of each seat.
#[track_caller]
pub fn apply(site: &Site, args: &[&str]) -> Run {
    let run = site.run([&["apply", "--format", "json"], args].concat());
    assert!([0, 3].contains(&run.code), "{run:?}");
    run
}

/// The seats of a run with this outcome.
pub fn with_outcome(report: &Value, outcome: &str) -> Vec<String> {
    let seats = report["seats"].as_array().unwrap().iter();
    seats.filter(|seat| seat["outcome"] == outcome).map(|seat| seat["licenseId"].as_str().unwrap().to_owned()).collect()
}

/// The ids of licences whose DELETE arrived, with the status of the answer.
pub fn deletes(site: &Site) -> Vec<(String, u16)> {
    let journal = site.qrs.journal().into_iter();
    let id = |path: &str| path.rsplit('/').next().unwrap().to_lowercase();
    journal.filter(|entry| entry.method == "DELETE").map(|entry| (id(&entry.path), entry.status)).collect()
}

/// Whether the server has a seat with this id.
pub fn is_there(site: &Site, id: &str) -> bool {
    row_of(&site.qrs.data(), id).is_some()
}

pub fn row_of(data: &Data, id: &str) -> Option<Value> {
    let rows = data.analyzeraccesstype.iter().chain(&data.professionalaccesstype).chain(&data.useraccesstype);
    rows.into_iter().find(|row| row["id"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(id))).cloned()
}

/// `DIR\user` of whoever holds a seat.
#[track_caller]
pub fn owner_of(site: &Site, id: &str) -> String {
    let row = row_of(&site.qrs.data(), id).expect("the seat is there");
    format!("{}\\{}", row["user"]["userDirectory"].as_str().unwrap(), row["user"]["userId"].as_str().unwrap())
}

pub fn file(site: &Site) -> PathBuf {
    site.path("data").join("ledger.db")
}

/// Opens the file of the ledger beside the program.
pub async fn open(site: &Site) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file(site)).connect().await.unwrap()
}

/// Every event, after the chain was checked as ARCHITECTURE.md describes it.
pub async fn events(site: &Site) -> Vec<Value> {
    let mut connection = open(site).await;
    let rows = sqlx::query("SELECT seq, at, format, body, prev, hash FROM entry ORDER BY seq")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut before = format!("sha256:{}", "0".repeat(64));
    let mut events = Vec::new();
    for (place, row) in (1_i64..).zip(&rows) {
        let text = |column: &str| row.get::<String, _>(column);
        let (seq, format): (i64, i64) = (row.get("seq"), row.get("format"));
        assert_eq!((seq, &text("prev")), (place, &before));
        let lines = [before, seq.to_string(), text("at"), format.to_string(), text("body")].join("\n");
        before = format!("sha256:{}", steward_core::text::hex(&Sha256::digest(lines.as_bytes())));
        assert_eq!(text("hash"), before, "entry {seq}");
        let mut event: Value = serde_json::from_str(&text("body")).unwrap();
        event["at"] = text("at").into();
        events.push(event);
    }
    events
}

/// What must hold whatever happened: each DELETE that arrived was announced before, no seat was taken twice, and at the
/// end nothing is open.
pub async fn accounted(site: &Site) -> Vec<Value> {
    let events = events(site).await;
    let id = |event: &Value| {
        let id = event["licenseId"].as_str().or(event["seat"]["licenseId"].as_str());
        id.map(str::to_owned)
    };
    let of_type = |name: &str| events.iter().filter(|event| event["type"] == name).collect::<Vec<_>>();
    let mut announced: BTreeMap<String, usize> = BTreeMap::new();
    for event in of_type("release-intended") {
        *announced.entry(id(event).unwrap()).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for (id, status) in deletes(site) {
        *sent.entry(id.clone()).or_default() += 1;
        if status == 204 {
            taken.insert(id.clone());
        }
    }
    for (id, count) in &sent {
        let announced = announced.get(id).copied().unwrap_or(0);
        assert!(*count <= announced, "seat {id} was deleted {count} times, announced {announced} times");
    }
    let mut open: BTreeSet<(u64, String)> = BTreeSet::new();
    for event in &events {
        let key = || (event["run"].as_u64().unwrap(), id(event).unwrap());
        match event["type"].as_str().unwrap() {
            "release-intended" | "restore-intended" => assert!(open.insert(key()), "announced twice: {event}"),
            "release-skipped" => drop(open.remove(&key())),
            "release-settled" | "restore-answered" => assert!(open.remove(&key()), "never announced: {event}"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "nobody looked: {open:?}");
    assert_eq!(of_type("run-started").len(), of_type("run-finished").len(), "a run is open");
    events
}
