//! `steward status`: the pools.

use serde_json::json;
use steward_fake_qrs::{Fault, FaultScript, LicenseModel};

use crate::site::{data, data_of, serve};

fn overview() -> serde_json::Value {
    let pool = |enabled: bool, total: u32, allocated: u32, quarantined: u32| {
        json!({"enabled": enabled, "total": total, "allocated": allocated, "used": allocated, "quarantined": quarantined,
               "available": total - allocated - quarantined, "excess": 0})
    };
    json!({
        "totalTokens": 0, "availableTokens": 0, "tokensEnabled": false,
        "userAccess": {"enabled": false}, "loginAccess": {"enabled": false},
        "professionalAccess": pool(true, 50, 40, 2), "analyzerAccess": pool(true, 400, 377, 8),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_and_what_stands_in_the_way_is_shown() {
    let site = crate::ledger::releasing(data(40), |_| {}).await;
    let status = || site.run(["status", "--format", "json"]).is_done().json()["releases"].clone();
    assert_eq!(status(), json!(null));
    let (id, _) = crate::ledger::planned(&site);
    assert!(site.run(["status"]).out.contains("not armed"));
    site.run(["arm"]).is_done();
    crate::ledger::apply(&site, &[&id, "--first", "2"]);
    site.run(["pause"]).is_done();
    let text = site.run(["status"]).is_done().out.clone();
    assert!(text.contains("paused by") && text.contains("freed 2"), "{text}");
    let run = &status()["lastRuns"][0];
    assert_eq!((&run["run"], &run["counts"]), (&json!(1), &json!({ "freed": 2 })));
    assert!(status()["ledgerHead"].as_str().unwrap().contains(":sha256:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_are_shown_as_a_table_and_as_json() {
    let mut data = data(0);
    data.accesstypeoverview = Some(overview());
    let site = serve(data, |_| {}).await;
    let run = site.run(["status"]);
    let lines: Vec<&str> = run.is_done().out.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  type          allocated  total  free  quarantined  excess",
            "  analyzer            377    400    15            8       0",
            "  professional         40     50     8            2       0",
            "",
            "Releases: no ledger yet",
            "",
            "Daemon: none ever ran here",
        ]
    );
    let status = site.run(["status", "--format", "json"]).is_done().json();
    assert_eq!(
        status["pools"][0],
        json!({"licenseType": "analyzer", "total": 400, "allocated": 377, "available": 15, "quarantined": 8, "excess": 0})
    );
    assert!(status["takenAt"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_licence_model_has_a_status() {
    for (model, types) in [
        (LicenseModel::Signed, &["analyzer", "professional"][..]),
        (LicenseModel::Serial, &["analyzer", "professional"]),
        (LicenseModel::Token, &["analyzer", "professional", "user"]),
        (LicenseModel::Unlicensed, &[]),
        (LicenseModel::Expired, &["analyzer", "professional"]),
    ] {
        let seats = if model == LicenseModel::Unlicensed { 0 } else { 40 };
        let site = serve(data_of(7, seats, model), |options| options.model = model).await;
        let status = site.run(["status", "--format", "json"]).is_done().json();
        let found: Vec<&str> =
            status["pools"].as_array().unwrap().iter().map(|pool| pool["licenseType"].as_str().unwrap()).collect();
        assert_eq!(found, types, "{model:?}");
        let run = site.run(["status"]);
        assert_eq!(run.out.contains("no licence type of people is enabled"), types.is_empty(), "{run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overview_that_is_none_is_no_status() {
    let site = serve(data(40), |_| {}).await;
    let body =
        |body: &str| Fault::Status { status: 200, body: body.to_owned(), content_type: "application/json".to_owned() };
    for text in ["null", "[]", "{}", "{\"analyzerAccess\":{\"enabled\":true,\"total\":-1}}", "\"licence\""] {
        site.qrs.set_faults(FaultScript::every("/qrs/license/accesstypeoverview", body(text)));
        let run = site.run(["status"]);
        run.fails(1, &["license/accesstypeoverview"]);
        assert_eq!(run.out, "", "{text}");
    }
}
