//! What the service may answer instead of facts. Each is another error, and none is an empty list.

use std::time::Duration;

use serde_json::json;
use steward_fake_qrs::options::UnknownUser;
use steward_fake_qrs::{Fault, FaultScript, LicenseModel};

use crate::site::{self, Site, failure, site, site_with};

const LISTS: &str = "/qrs/*/full";

async fn small() -> Site {
    site(site::data(40, LicenseModel::Signed)).await
}

fn status(status: u16, body: &str) -> Fault {
    Fault::Status { status, body: body.to_owned(), content_type: "text/plain".to_owned() }
}

fn json_body(body: &str) -> Fault {
    Fault::Status { status: 200, body: body.to_owned(), content_type: "application/json; charset=utf-8".to_owned() }
}

#[tokio::test]
async fn each_wrong_answer_is_an_error_of_its_own() {
    let site = small().await;
    for (fault, variant, words) in [
        (Fault::Html, "LoginPage", "steward.qrs.prefix"),
        (Fault::ResetMidBody, "ConnectionLost", "broke"),
        (Fault::Reset, "ConnectionLost", "broke"),
        (Fault::Unavailable, "ServerError", "503"),
        (Fault::NotCentral, "NotCentralNode", "steward.qrs.hosts"),
        (status(500, "Boom\r\n\tat x"), "ServerError", "`Boom at x`"),
        (status(403, "Forbidden"), "Forbidden", "`Forbidden`"),
        (status(403, "Forbidden: Your account is inactive. Ask"), "AccountInactive", "activate it in the QMC"),
        (status(404, "nothing"), "NotFound", "`nothing`"),
        (status(429, "slow down"), "UnexpectedStatus", "429"),
        (status(302, ""), "LoginPage", "status 302"),
        (status(401, ""), "LoginPage", "status 401"),
        (json_body("null"), "WrongShape", "null"),
        (json_body("{\"value\": []}"), "WrongShape", "an object"),
        (json_body("<html>"), "LoginPage", "web page"),
        (json_body(""), "Truncated", "after 0 bytes"),
        (json_body("[{\"id\":\"a\""), "Truncated", "cut off"),
        (json_body("[{\"id\" \"a\"}]"), "Malformed", "row 1"),
        (json_body("[] []"), "NotJson", "follows the array"),
        (json_body("[{}]"), "Malformed", "row 1: no field id"),
    ] {
        let (got, message) = site.failure(FaultScript::every(LISTS, fault.clone())).await;
        assert_eq!(got, variant, "{fault:?}: {message}");
        assert!(message.contains(words), "{fault:?}: {message}");
    }
}

#[tokio::test]
async fn a_list_cut_in_half_is_never_a_shorter_list() {
    let site = small().await;
    for path in ["/qrs/user/full", "/qrs/license/analyzeraccesstype/full"] {
        let (variant, message) = site.failure(FaultScript::every(path, Fault::TruncatedJson)).await;
        assert!(["Truncated", "Malformed", "NotJson"].contains(&variant.as_str()), "{message}");
    }
}

#[tokio::test]
async fn an_overview_must_be_an_overview() {
    let site = small().await;
    let overview = "/qrs/license/accesstypeoverview";
    for (body, variant) in [
        ("null", "Malformed"),
        ("{}", "Malformed"),
        ("[]", "WrongShape"),
        ("\"x\"", "WrongShape"),
        ("{\"analyzerAccess\":", "Truncated"),
        ("{\"analyzerAccess\" 1}", "NotJson"),
        ("<!DOCTYPE html>", "LoginPage"),
        (r#"{"analyzerAccess":{"enabled":true,"total":-5}}"#, "Malformed"),
    ] {
        let (got, message) = site.failure(FaultScript::every(overview, json_body(body))).await;
        assert_eq!(got, variant, "{body}: {message}");
    }
    // Types that come or go while they are read.
    let only = r#"{"professionalAccess":{"enabled":false}}"#;
    let (variant, _) = site.failure(FaultScript::nth("GET", overview, 2, json_body(only))).await;
    assert_eq!(variant, "LicenseTypesChanged");
}

#[tokio::test]
async fn an_answer_without_end_is_stopped_at_the_limit() {
    let mut site = small().await;
    site.settings.max_response_bytes = 200_000;
    let (variant, message) = site.failure(FaultScript::every(LISTS, Fault::GiganticJson { bytes: None })).await;
    assert!(variant == "TooLarge" || variant == "Malformed", "{message}");
    site.settings.max_response_bytes = 1_000;
    let (variant, message) = site.failure(FaultScript::default()).await;
    assert_eq!(variant, "TooLarge");
    assert!(message.contains("1000 bytes") && message.contains("steward.qrs.maxResponseMegabytes"), "{message}");
}

#[tokio::test]
async fn a_silent_service_is_left() {
    let mut site = small().await;
    site.settings.timeout = Duration::from_millis(200);
    let (variant, message) = site.failure(FaultScript::every(LISTS, Fault::Latency { ms: 60_000 })).await;
    assert_eq!(variant, "Silent");
    assert!(message.contains("steward.qrs.timeoutSeconds"), "{message}");
}

#[tokio::test]
async fn a_renamed_field_is_not_a_harmless_value() {
    let site = small().await;
    let first = site.qrs.data().analyzeraccesstype[0].clone();
    let id = first["id"].as_str().unwrap().to_owned();
    let with = |field: &str, value: serde_json::Value| {
        let mut row = first.clone();
        row[field] = value;
        json_body(&json!([row]).to_string())
    };
    let path = "/qrs/license/analyzeraccesstype/full";
    for value in [json!(null), json!("false"), json!(0)] {
        let (variant, message) = site.failure(FaultScript::every(path, with("quarantined", value))).await;
        assert_eq!(variant, "Malformed");
        assert!(message.contains("quarantined") && message.contains(&id), "{message}");
    }
}

#[tokio::test]
async fn an_account_without_rights_is_told_by_the_service_or_by_the_numbers() {
    for (unknown_user, forbidden) in [(UnknownUser::Forbidden, true), (UnknownUser::EmptyLists, false)] {
        let data = site::data(40, LicenseModel::Signed);
        let mut site = site_with(data, &site::loopback_names(), |options| options.unknown_user = unknown_user).await;
        site.settings.headers[0].1 = "UserDirectory=ACME; UserId=nobody".to_owned();
        let result = site.snapshot().await;
        if forbidden {
            let (variant, message) = failure(result);
            assert_eq!(variant, "Forbidden");
            assert!(message.contains("X-Qlik-User"), "{message}");
        } else {
            // The client reports what it saw; that the list is too short is for the guard to say.
            let parts = result.unwrap();
            assert_eq!(parts.seats, []);
        }
    }
}
