//! What a snapshot costs and says.

use serde_json::{Value, json};
use steward::qrs::{Client, Read};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{Holder, LastUse, Owner, Pool, Snapshot};
use steward_fake_qrs::options::OverviewSource;
use steward_fake_qrs::{Data, Era, LicenseModel};

use crate::site::{self, now, site, site_with};

#[tokio::test]
async fn a_snapshot_of_any_size_takes_six_requests_at_most() {
    for (seats, model, requests) in [
        (0, LicenseModel::Signed, 5),
        (1_000, LicenseModel::Signed, 5),
        (10_000, LicenseModel::Serial, 5),
        (500, LicenseModel::Token, 6),
    ] {
        let site = site_with(site::data(seats, model), &site::loopback_names(), |options| options.model = model).await;
        let parts = site.snapshot().await.unwrap();
        assert_eq!(site.qrs.journal().len(), requests, "{seats} {model:?}");
        assert!(site.qrs.journal().iter().filter(|entry| entry.new_connection).count() <= 4);
        assert_eq!(parts.seats.len(), seats, "{model:?}");
        let snapshot = Snapshot::new(parts).unwrap();
        let allocated: u32 = snapshot.pools().iter().map(|pool| pool.allocated).sum();
        let quarantined = snapshot.seats().iter().filter(|seat| seat.quarantined).count();
        assert_eq!(allocated as usize + quarantined, seats, "{model:?}");
    }
}

#[tokio::test]
async fn a_snapshot_says_what_the_site_says() {
    let mut data = site::data(300, LicenseModel::Signed);
    // Every seat must be there once, with the dates that the site has.
    let expected = data.analyzeraccesstype.iter().chain(&data.professionalaccesstype).cloned().collect::<Vec<_>>();
    data.users[3]["tags"] = json!("renamed");
    let incomplete = data.users[3]["id"].as_str().unwrap().to_owned();
    let site = site(data).await;
    let parts = site.snapshot().await.unwrap();
    assert_eq!(parts.taken_at, now());
    assert_eq!(parts.clock_skew_ms, Some(0));
    assert_eq!(parts.incomplete_users.len(), 1);
    assert_eq!(parts.incomplete_users[0].guid.as_str(), incomplete);
    assert_eq!(parts.incomplete_users[0].problem, "the field tags is no list");
    let snapshot = Snapshot::new(parts).unwrap();
    assert_eq!(snapshot.seats().len(), expected.len());
    for row in &expected {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let seat = snapshot.seats().iter().find(|seat| seat.id.as_str() == text("id")).unwrap();
        assert_eq!(json!(seat.quarantined), row["quarantined"]);
        let used = if text("lastUsed").starts_with("1753") {
            LastUse::Never
        } else {
            LastUse::At(Instant::parse(&text("lastUsed")).unwrap())
        };
        assert_eq!(seat.last_used, used);
        assert_eq!(seat.allocated_at, Instant::parse(&text("createdDate")));
        match (&seat.holder, snapshot.owner(seat)) {
            (Holder::Deleted { user_id, .. }, Owner::Deleted { .. }) => {
                assert_eq!(row["user"], Value::Null);
                assert_eq!(*user_id, text("deletedUserId"));
            }
            (Holder::User { user_id, .. }, owner) => {
                assert_eq!(json!(user_id), row["user"]["userId"]);
                assert_eq!(matches!(owner, Owner::Unresolved), row["user"]["id"] == json!(incomplete));
            }
            (holder, owner) => panic!("{holder:?} {owner:?}"),
        }
    }
}

#[tokio::test]
async fn reads_attributes_only_when_they_are_asked_for() {
    let site = site(site::data(200, LicenseModel::Signed)).await;
    let with = site.client().snapshot(&Read { attributes: true }, now(), &now).await.unwrap();
    let without = site.snapshot().await.unwrap();
    assert!(with.attributes_read && !without.attributes_read);
    assert!(with.users.iter().any(|user| user.attributes.iter().any(|attribute| attribute.name == "email")));
    assert!(without.users.iter().all(|user| user.attributes.is_empty()));
}

#[tokio::test]
async fn reads_sites_of_older_releases() {
    for era in [Era::Y2018, Era::Y2021] {
        let data = site::data(200, LicenseModel::Signed);
        let site = site_with(data, &site::loopback_names(), |options| options.era = era).await;
        let parts = site.snapshot().await.unwrap();
        assert_eq!((parts.pools.len(), parts.seats.len(), parts.incomplete_users.len()), (2, 200, 0), "{era:?}");
    }
}

#[tokio::test]
async fn tells_both_overviews_apart_from_the_lists() {
    let data = Data {
        accesstypeoverview: Some(json!({
            "analyzerAccess": {
                "enabled": true, "total": 20.0, "allocated": 12.0, "used": 3, "quarantined": 0, "available": 8,
            },
        })),
        analyzeraccesstype: site::data(9, LicenseModel::Signed).analyzeraccesstype,
        ..site::data(0, LicenseModel::Signed)
    };
    let seats = data.analyzeraccesstype.len();
    let site =
        site_with(data, &site::loopback_names(), |options| options.overview = OverviewSource::GivenOrComputed).await;
    let parts = site.snapshot().await.unwrap();
    let pool = Pool {
        license_type: LicenseType::Analyzer,
        total: 20,
        allocated: 12,
        allocated_before: 12,
        used: 3,
        available: 8,
        quarantined: 0,
        excess: 0,
    };
    assert_eq!((parts.pools, parts.seats.len()), (vec![pool], seats));
    assert_eq!(
        site.paths(),
        [
            "/qrs/license/accesstypeoverview",
            "/qrs/license/accesstypeoverview",
            "/qrs/license/analyzeraccesstype/full",
            "/qrs/user/full",
        ]
    );
}

#[tokio::test]
async fn measures_how_far_the_clocks_are_apart() {
    let site = site(site::data(10, LicenseModel::Signed)).await;
    let skew = async |now: &str| {
        let now = Instant::parse(now).unwrap();
        site.client().snapshot(&Read { attributes: false }, now, &|| now).await.unwrap().clock_skew_ms.unwrap()
    };
    site.qrs.clock().set(site::now_of_server());
    let ahead = skew("2026-11-21T14:50:00Z").await;
    assert!((600_000..660_000).contains(&ahead), "{ahead}");
    let behind = skew("2026-11-21T15:20:00Z").await;
    assert!((-1_200_000..-1_140_000).contains(&behind), "{behind}");
}

#[tokio::test]
async fn knows_the_server_and_its_licence() {
    let site = site(site::data(10, LicenseModel::Signed)).await;
    let client: Client = site.client();
    assert!(!client.about().await.unwrap().build_version.is_empty());
    let license = client.license().await.unwrap().unwrap();
    assert_eq!((license.name.as_str(), license.is_expired), ("ACME", false));
    assert!(!format!("{license:?}").contains("invented.signed.key"));
    assert_eq!(client.identity().unwrap().subject, "CN=QlikClient");
    site.qrs.edit(|data| data.license = Value::Null);
    assert_eq!(client.license().await.unwrap(), None);
}
