//! The invented site, and what the server makes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steward_fake_qrs::seed::{SeedOptions, generate};
use steward_fake_qrs::{Data, LicenseModel, write_settings};

use crate::harness::{Site, now};

fn site(seed: u64, seats: usize) -> Data {
    generate(&SeedOptions::new(seed, seats, now()))
}

fn seats(data: &Data) -> impl Iterator<Item = &Value> {
    data.professionalaccesstype.iter().chain(&data.analyzeraccesstype).chain(&data.useraccesstype)
}

#[test]
fn is_the_same_for_the_same_seed_only() {
    assert_eq!(site(7, 500), site(7, 500));
    assert_ne!(site(7, 500).users, site(8, 500).users);
}

#[test]
fn has_exactly_the_seats_that_were_asked_for() {
    for count in [0, 1, 10, 39, 2_000] {
        for model in [LicenseModel::Signed, LicenseModel::Serial, LicenseModel::Token] {
            let data = generate(&SeedOptions { model, ..SeedOptions::new(7, count, now()) });
            assert_eq!(seats(&data).count(), count, "{count} {model:?}");
            let ids: BTreeSet<_> = seats(&data).map(|seat| seat["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), count);
        }
    }
}

#[test]
fn has_everything_that_a_client_must_withstand() {
    let data = generate(&SeedOptions { model: LicenseModel::Serial, ..SeedOptions::new(7, 2_000, now()) });
    let users = |test: &dyn Fn(&Value) -> bool| data.users.iter().filter(|user| test(user)).count();
    for flag in ["inactive", "blacklisted", "removedExternally", "deleteProhibited"] {
        assert!(users(&|user| user[flag] == json!(true)) > 5, "{flag}");
    }
    for name in ["R&D", r"a\b", "License do not release"] {
        assert!(users(&|user| user["name"] == json!(name) || user["tags"][0]["name"] == json!(name)) > 0, "{name}");
    }
    assert!(users(&|user| user["name"].as_str().unwrap().contains("O'Brien")) > 0);
    assert!(users(&|user| user["name"].as_str().unwrap().chars().count() == 200) > 0);
    assert!(users(&|user| user["roles"] == json!(["RootAdmin"])) >= 3);
    assert!(users(&|user| user["customProperties"][0]["value"] == json!("do-not-release")) > 0);
    let spellings: BTreeSet<_> = data.users.iter().map(|user| user["userDirectory"].as_str().unwrap()).collect();
    assert!(["ACME", "acme", "Acme", "INTERNAL", "ADMIN", "USERDIR"].iter().all(|name| spellings.contains(name)));
    let held = |test: &dyn Fn(&Value) -> bool| seats(&data).filter(|seat| test(seat)).count();
    assert!(held(&|seat| seat["lastUsed"] == json!("1753-01-01T00:00:00.000Z")) > 100);
    assert!(held(&|seat| seat["user"].is_null() && seat["deletedUserId"] != json!("")) > 0);
    assert!(held(&|seat| seat["quarantined"] == json!(true)) > 0);
    assert!(held(&|seat| seat["excess"] == json!(true)) > 0);
    let professionals: BTreeSet<_> =
        data.professionalaccesstype.iter().map(|seat| seat["user"]["id"].as_str()).collect();
    assert!(data.analyzeraccesstype.iter().any(|seat| professionals.contains(&seat["user"]["id"].as_str())));
}

#[tokio::test]
async fn has_totals_that_agree_under_every_model() {
    for model in [LicenseModel::Signed, LicenseModel::Serial, LicenseModel::Token] {
        let data = generate(&SeedOptions { model, ..SeedOptions::new(3, 600, now()) });
        let site = Site::with(|options| (options.data, options.model) = (data, model)).await;
        let overview = site.get_json("/qrs/license/accesstypeoverview").await;
        assert_eq!(overview["tokensEnabled"], model == LicenseModel::Token);
        for pool in ["professionalAccess", "analyzerAccess"] {
            let number = |member: &str| overview[pool][member].as_i64().unwrap();
            let held = number("allocated") + number("quarantined");
            assert_eq!(number("total") + number("excess"), held + number("available"), "{model:?} {pool}");
        }
    }
}

#[test]
fn is_recognised_by_its_licence() {
    for model in [LicenseModel::Signed, LicenseModel::Serial, LicenseModel::Expired, LicenseModel::Unlicensed] {
        let data = generate(&SeedOptions { model, ..SeedOptions::new(7, 10, now()) });
        assert_eq!(LicenseModel::of(&data), model);
    }
}

#[tokio::test]
async fn serves_a_large_site_quickly_and_whole() {
    let data = site(7, 20_000);
    let site = Site::with(|options| options.data = data).await;
    for _ in 0..2 {
        let seats = site.get_json("/qrs/license/analyzeraccesstype/full").await;
        assert!(seats.as_array().unwrap().len() > 15_000);
    }
    // The second answer is the first one's bytes again.
    let journal = site.fake.journal();
    assert_eq!(journal[0].bytes, journal[1].bytes);
}

#[test]
fn is_saved_and_loaded_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.json");
    let mut data = site(7, 50);
    data.analyzeraccesstype.push(json!({"id": 7, "odd": [null]}));
    data.other.insert("unheardOf".to_owned(), json!({"kept": true}));
    data.save(&path).unwrap();
    assert_eq!(Data::load(&path).unwrap(), data);
    std::fs::write(&path, "\u{feff}{\"users\": []}").unwrap();
    assert_eq!(Data::load(&path).unwrap(), Data::default());
    std::fs::write(&path, "{\"users\": 7}").unwrap();
    assert!(Data::load(&path).unwrap_err().to_string().starts_with("understand data file"));
}

#[test]
fn comes_with_settings_that_name_the_certificates() {
    let dir = tempfile::tempdir().unwrap();
    let path = write_settings(dir.path(), ([127, 0, 0, 1], 4242).into(), "qlikserver").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    for part in
        ["clientCert: client.pem", "port: 4242", "host: \"127.0.0.1\"", "serverName: qlikserver", "dryRun: true"]
    {
        assert!(text.contains(part), "{part}");
    }
}
