//! What happens to seats: release, quarantine, allocation, change, login.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use steward_fake_qrs::LicenseModel;
use steward_fake_qrs::options::DeleteQuarantined;

use crate::harness::Site;

const SEATS: &str = "/qrs/license/analyzeraccesstype";
/// Used two days before the site's time.
const RECENT: &str = "/qrs/license/analyzeraccesstype/a0000000-0000-4000-8000-000000000001";
const NEVER_USED: &str = "/qrs/license/analyzeraccesstype/a0000000-0000-4000-8000-000000000002";

fn body(user: u32) -> Value {
    json!({"user": {"id": format!("e0000000-0000-4000-8000-{user:012}")}})
}

async fn pool(site: &Site) -> [i64; 3] {
    let overview = site.get_json("/qrs/license/accesstypeoverview").await;
    ["allocated", "quarantined", "available"].map(|member| overview["analyzerAccess"][member].as_i64().unwrap())
}

#[tokio::test]
async fn frees_a_seat_at_once_under_a_signed_key() {
    let site = Site::small().await;
    assert_eq!(site.delete(RECENT).await, 204);
    assert_eq!(site.get(RECENT).await.0, 404);
    assert_eq!(site.delete(RECENT).await, 404);
    assert_eq!(pool(&site).await, [2, 0, 2]);
}

#[tokio::test]
async fn keeps_a_recently_used_seat_in_quarantine_under_a_serial_number() {
    let site = Site::with(|options| options.model = LicenseModel::Serial).await;
    assert_eq!(site.delete(RECENT).await, 204);
    let seat = site.get_json(RECENT).await;
    assert_eq!((&seat["quarantined"], &seat["quarantineEnd"]), (&json!(true), &json!("2025-06-21T09:00:00.000Z")));
    assert_eq!(pool(&site).await, [2, 1, 1]);
    assert_eq!(site.delete(NEVER_USED).await, 204);
    assert_eq!(site.get(NEVER_USED).await.0, 404);
    site.fake.advance_clock(TimeDelta::days(4));
    assert_eq!(site.get(RECENT).await.0, 200);
    site.fake.advance_clock(TimeDelta::days(2));
    assert_eq!(site.get(RECENT).await.0, 404);
    assert_eq!(pool(&site).await, [1, 0, 3]);
}

#[tokio::test]
async fn answers_a_second_release_by_the_switch() {
    for (switch, status) in [(DeleteQuarantined::NoContent, 204), (DeleteQuarantined::BadRequest, 400)] {
        let site = Site::with(|options| {
            options.model = LicenseModel::Serial;
            options.delete_quarantined = switch;
        })
        .await;
        assert_eq!(site.delete(RECENT).await, 204);
        assert_eq!(site.delete(RECENT).await, status);
    }
}

#[tokio::test]
async fn leaves_rows_whose_quarantine_was_over_when_they_were_loaded() {
    let site = Site::with(|options| {
        options.data.analyzeraccesstype[2]["quarantined"] = json!(true);
        options.data.analyzeraccesstype[2]["quarantineEnd"] = json!("2024-03-08T00:00:00.000Z");
    })
    .await;
    assert_eq!(site.get_json("/qrs/license/analyzeraccesstype/count").await["value"], 3);
}

#[tokio::test]
async fn allocates_while_seats_are_free() {
    let site = Site::small().await;
    let (status, text) = site.send(Method::POST, SEATS, &body(4)).await;
    let seat: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 201);
    assert_eq!((&seat["lastUsed"], &seat["user"]["userId"]), (&json!("1753-01-01T00:00:00.000Z"), &json!("none")));
    assert_eq!((&seat["createdDate"], &seat["excess"]), (&json!(seat["modifiedDate"]), &json!(false)));
    // The same again is answered with the same seat.
    let (status, again) = site.send(Method::POST, SEATS, &body(4)).await;
    assert_eq!((status.as_u16(), &again), (201, &text));
    assert_eq!(pool(&site).await, [4, 0, 0]);
    for (refused, why) in [(body(3), "no free seat"), (body(99), "unknown"), (json!({}), "no user")] {
        assert_eq!(site.send(Method::POST, SEATS, &refused).await.0, 400, "{why}");
    }
    let (status, _) = site.send(Method::POST, &format!("{SEATS}/many"), &json!([body(1), body(2)])).await;
    assert_eq!(status, 201);
    let site = Site::with(|options| options.model = LicenseModel::Expired).await;
    assert_eq!(site.send(Method::POST, SEATS, &body(4)).await.0, 400);
}

#[tokio::test]
async fn reinstates_a_seat_in_quarantine_by_post_and_by_put() {
    for method in [Method::POST, Method::PUT] {
        let site = Site::with(|options| options.model = LicenseModel::Serial).await;
        site.delete(RECENT).await;
        let (path, body, status) = if method == Method::POST {
            (SEATS, body(1), 201)
        } else {
            let mut seat = site.get_json(RECENT).await;
            seat["quarantined"] = json!(false);
            (RECENT, seat, 200)
        };
        assert_eq!(site.send(method.clone(), path, &body).await.0, status);
        let seat = site.get_json(RECENT).await;
        assert_eq!((&seat["quarantined"], &seat["lastUsed"]), (&json!(false), &json!("2025-06-14T09:00:00.000Z")));
        assert_eq!(seat["quarantineEnd"], "1753-01-01T00:00:00.000Z");
        assert_eq!(pool(&site).await, [3, 0, 1]);
        site.fake.advance_clock(TimeDelta::days(30));
        assert_eq!(site.get(RECENT).await.0, 200);
    }
}

#[tokio::test]
async fn refuses_a_stale_or_misplaced_change() {
    let site = Site::small().await;
    let seat = site.get_json(RECENT).await;
    let changed = |member: &str, value: Value| {
        let mut seat = seat.clone();
        seat[member] = value;
        seat
    };
    let stale = changed("modifiedDate", json!("2024-12-31T00:00:00.000Z"));
    assert_eq!(site.send(Method::PUT, RECENT, &stale).await.0, 409);
    assert_eq!(site.send(Method::PUT, RECENT, &changed("id", json!("x"))).await.0, 400);
    assert_eq!(site.send(Method::PUT, RECENT, &seat).await.0, 200);
    // The first change moved the date on.
    assert_eq!(site.send(Method::PUT, RECENT, &seat).await.0, 409);
    let mut user = site.get_json("/qrs/user/e0000000-0000-4000-8000-000000000004").await;
    user["tags"] = json!([{"id": "5a7e0001-3c1f-4f0e-9a55-0d2b7e6f1001", "name": "keep"}]);
    assert_eq!(site.send(Method::PUT, "/qrs/user/e0000000-0000-4000-8000-000000000004", &user).await.0, 200);
    assert_eq!(site.fitting("/qrs/user", "tags.name eq 'keep'").await, 2);
}

#[tokio::test]
async fn keeps_the_seat_of_a_deleted_user_in_quarantine() {
    let site = Site::with(|options| options.model = LicenseModel::Serial).await;
    assert_eq!(site.delete("/qrs/user/e0000000-0000-4000-8000-000000000001").await, 204);
    let seat = site.get_json(RECENT).await;
    assert_eq!((&seat["user"], &seat["quarantined"]), (&Value::Null, &json!(true)));
    assert_eq!((&seat["deletedUserId"], &seat["deletedUserDirectory"]), (&json!("r&d"), &json!("Acme")));
}

#[tokio::test]
async fn moves_the_dates_of_a_seat_at_a_login() {
    let site = Site::small().await;
    assert_eq!(site.fake.log_in(r"acme\R&D"), Some("License.AnalyzerAccessType"));
    let seat = site.get_json(RECENT).await;
    assert!(seat["lastUsed"].as_str().unwrap().starts_with("2025-06-16T09:00:0"));
    assert!(seat["modifiedDate"].as_str() > seat["lastUsed"].as_str());
    assert_eq!(site.fake.log_in(r"ACME\none"), None);
}

#[tokio::test]
async fn gives_a_seat_back_at_a_login_where_a_rule_grants_it() {
    let site = Site::with(|options| options.allocation_rules = true).await;
    site.delete(NEVER_USED).await;
    assert_eq!(site.fake.log_in(r"ACME\a\b"), Some("License.ProfessionalAccessType"));
    // The one professional seat is taken now.
    assert_eq!(site.fake.log_in(r"ACME\none"), Some("License.AnalyzerAccessType"));
}

#[tokio::test]
async fn follows_edits_between_requests() {
    let site = Site::small().await;
    site.fake.edit(|data| data.analyzeraccesstype.truncate(1));
    assert_eq!(site.get_json("/qrs/license/analyzeraccesstype/count").await["value"], 1);
    assert_eq!(pool(&site).await, [1, 0, 3]);
    assert_eq!(site.fake.data().analyzeraccesstype.len(), 1);
}
