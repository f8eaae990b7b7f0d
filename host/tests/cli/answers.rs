//! What the service may answer instead of facts. None of it becomes a plan.

use serde_json::json;
use steward_fake_qrs::{Fault, FaultRule, FaultScript};

use crate::site::{Site, data, gates, replaced, serve, site};

const LISTS: &str = "/qrs/*/full";

async fn impatient() -> Site {
    let mut site = site(60).await;
    site.set(&[(
        "    serverName: qlikserver",
        "    serverName: qlikserver\n    retries: 0\n    timeoutSeconds: 1\n    maxResponseMegabytes: 1",
    )]);
    site
}

fn status(status: u16, body: &str) -> Fault {
    Fault::Status { status, body: body.to_owned(), content_type: "text/plain".to_owned() }
}

fn json_body(body: &str) -> Fault {
    Fault::Status { status: 200, body: body.to_owned(), content_type: "application/json; charset=utf-8".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_answer_ends_the_plan_with_a_reason_and_no_file() {
    let site = impatient().await;
    for (fault, words) in [
        (Fault::Html, &["login page", "steward.qrs.prefix"][..]),
        (Fault::Reset, &["broke"]),
        (Fault::ResetMidBody, &["broke"]),
        (Fault::TruncatedJson, &["answer to"]),
        (Fault::Unavailable, &["status 503"]),
        (Fault::GiganticJson { bytes: None }, &["answer to"]),
        (Fault::GiganticJson { bytes: Some(5_000_000) }, &["answer to"]),
        (Fault::Latency { ms: 600_000 }, &["silent for 1 s", "steward.qrs.timeoutSeconds"]),
        (status(500, "Something\r\n\u{1b}[31mfailed"), &["status 500", "Something"]),
        (status(500, &"x".repeat(100_000)), &["status 500"]),
        (status(404, "<html>"), &["knows no"]),
        (json_body(""), &["cut off"]),
        (json_body("{"), &["answer to"]),
        (json_body("[{\"id\": \"a\"}"), &["cut off"]),
        (json_body("[1, 2]"), &["row 1"]),
        (json_body(&format!("[{}]", "[".repeat(200_000))), &["answer to"]),
        (json_body("\"\\ud800\""), &["answer to"]),
    ] {
        let said = format!("{fault:?}").chars().take(80).collect::<String>();
        site.qrs.set_faults(FaultScript::every(LISTS, fault));
        let out = site.path("plan.json");
        let run = site.run(["plan", "--format", "json", "--out", out.to_str().unwrap()]);
        run.fails(1, words);
        assert!(run.out.is_empty() && site.leftovers().is_empty(), "{said}: {run:?}");
        assert!(run.err.len() < 1500, "{said}: {run:?}");
        site.run(["snapshot", "--out", out.to_str().unwrap()]).fails(1, words);
        assert!(site.leftovers().is_empty(), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_above_the_limit_names_the_setting() {
    let mut site = serve(data(3000), |_| {}).await;
    site.set(&[("    serverName: qlikserver", "    serverName: qlikserver\n    maxResponseMegabytes: 1")]);
    site.run(["plan"]).fails(1, &["larger than 1 MB", "steward.qrs.maxResponseMegabytes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_moment_is_survived() {
    let site = site(60).await;
    let expected = site.plan()["decisions"].as_array().unwrap().len();
    for fault in [Fault::Reset, Fault::Unavailable, Fault::ResetMidBody] {
        let rule = FaultRule { method: None, path: Some("*".to_owned()), nth: 3, times: Some(1), action: fault };
        let run = site.plan_with(FaultScript { rules: vec![rule] });
        assert_eq!(run.json()["decisions"].as_array().unwrap().len(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_no_empty_plan() {
    let site = site(400).await;
    for (path, gate) in [
        ("/qrs/license/analyzeraccesstype/full", "list-too-short"),
        ("/qrs/license/professionalaccesstype/full", "list-too-short"),
        ("/qrs/user/full", "users-missing"),
    ] {
        let run = site.plan_with(FaultScript::every(path, Fault::EmptyList));
        assert_eq!(run.code, 3, "{path}: {run:?}");
        let plan = run.json();
        assert!(gates(&plan).contains(&gate), "{path}: {:?}", gates(&plan));
        assert_eq!(plan["releases"], json!([]), "{path}");
        let held = plan["held"].as_array().unwrap().iter().find(|held| held["gate"] == gate).unwrap();
        assert_eq!(held["scope"], "run", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_lacks_something_is_made_once_more() {
    let site = site(400).await;
    // The first reading has an empty list, the second one is whole.
    let rule = FaultRule {
        method: None,
        path: Some("/qrs/license/analyzeraccesstype/full".to_owned()),
        nth: 1,
        times: Some(1),
        action: Fault::EmptyList,
    };
    let run = site.plan_with(FaultScript { rules: vec![rule] });
    assert!(!gates(&run.json()).contains(&"list-too-short"), "{run:?}");
    assert_eq!(site.qrs.journal().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_whose_owner_is_not_in_the_user_list_stays() {
    let mut site = serve(data(400), |_| {}).await;
    site.add("  guard:\n    maxReleasePercent: 100\n");
    let before = site.plan();
    let released = before["releases"][0].as_str().unwrap().to_owned();
    let owner =
        before["decisions"].as_array().unwrap().iter().find(|d| d["licenseId"] == released.as_str()).unwrap()["userId"]
            .clone();
    site.qrs.edit(|data| data.users.retain(|user| user["userId"] != owner));
    let after = site.plan();
    let decision =
        after["decisions"].as_array().unwrap().iter().find(|d| d["licenseId"] == released.as_str()).unwrap().clone();
    assert_eq!((decision["verdict"].clone(), decision["rule"].clone()), (json!("keep"), json!("owner-unknown")));
    assert!(!after["releases"].as_array().unwrap().contains(&json!(released)));
    let run = site.run(["check"]);
    assert!(run.is_done().out.contains("1 seat whose owner the user list does not describe"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_seats_has_an_empty_plan_and_says_so() {
    for model in ["signed", "unlicensed"] {
        let mut data = data(0);
        if model == "unlicensed" {
            data.license = json!(null);
        }
        let site = serve(data, |options| {
            if model == "unlicensed" {
                options.model = steward_fake_qrs::LicenseModel::Unlicensed;
            }
        })
        .await;
        let run = site.run(["plan"]);
        assert!(run.is_done().out.contains("Nothing would be released."), "{run:?}");
        assert_eq!(site.plan()["decisions"], json!([]));
        site.run(["check"]).is_done();
        site.run(["status"]).is_done();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_cannot_all_be_true_are_not_believed() {
    let site = site(60).await;
    site.qrs.edit(|data| {
        let twice = data.analyzeraccesstype[0].clone();
        data.analyzeraccesstype.push(twice);
    });
    let run = site.run(["plan"]);
    run.fails(1, &["contradicts itself", "listed twice"]);
    // Also asked once more before it is given up.
    assert_eq!(site.qrs.journal().len(), 10);
    let text = replaced(&site.settings, "dryRun: true", "dryRun: false");
    assert!(text.contains("dryRun: false"));
}
