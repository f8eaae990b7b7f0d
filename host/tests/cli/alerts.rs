//! Alerts as administrators meet them: on the command line, over the API, silenced, and tried.

use serde_json::{Value, json};
use steward_fake_qrs::Totals;

use crate::api::{Client, OPERATOR, VIEWER, tokens};
use crate::daemon::Daemon;
use crate::release::until;
use crate::site::{Site, site};

/// A site with fewer seats in its pools than people hold.
async fn crowded() -> Site {
    let mut site = site(60).await;
    site.qrs
        .edit(|data| data.totals = Some(Totals { professional: Some(3), analyzer: Some(4000), ..Totals::default() }));
    site.add(&tokens());
    site
}

/// The alerts that fire, by key.
fn firing(site: &Site) -> Vec<String> {
    let run = site.run(["alert", "list", "--format", "json"]);
    if run.code == 1 {
        return Vec::new();
    }
    let alerts = run.json()["alerts"].as_array().unwrap().clone();
    let fires = alerts.iter().filter(|alert| alert["phase"] == "firing");
    fires.map(|alert| alert["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fires_is_listed_silenced_and_over_when_it_is_over() {
    let site = crowded().await;
    site.run(["alert", "list"]).fails(1, &["no ledger"]);
    let daemon = Daemon::start(&site).await;
    until(|| firing(&site).contains(&"excess-seats:professional".to_owned())).await;
    let listed = site.run(["alert", "list"]);
    assert_eq!(listed.code, 3, "{listed:?}");
    for words in
        ["More seats are allocated than the licence has (professional)", "above the total of 3", "Sinks:", "log"]
    {
        assert!(listed.out.contains(words), "{words} in {listed:?}");
    }
    assert!(site.run(["status"]).out.contains("critical: More seats are allocated"));

    let operator = Client::of(&site).with(OPERATOR);
    let viewer = Client::of(&site).with(VIEWER);
    let wanted = json!({ "rule": "excess-seats", "hours": 2, "note": "order is on its way" });
    assert_eq!(viewer.post("/api/v1/alerts/silences", &wanted).status, 403);
    let silence = operator.post("/api/v1/alerts/silences", &wanted).json(200);
    assert_eq!((&silence["by"], &silence["rule"]), (&json!("anna (token)"), &json!("excess-seats")));
    let id = silence["id"].as_str().unwrap();
    let listed = viewer.read("/alerts");
    assert_eq!(listed["silences"][0]["id"], id, "{listed}");
    assert!(listed["rules"].as_array().unwrap().len() >= 20 && listed["sinks"][0]["name"] == "log", "{listed}");
    for (body, status) in [
        (json!({ "rule": "no-such-rule", "hours": 2, "note": "x" }), 422),
        (json!({ "hours": 0, "note": "x" }), 422),
        (json!({ "hours": 99_999, "note": "x" }), 422),
        (json!({ "hours": 1, "note": " " }), 422),
        (json!({ "hours": 1, "note": "a\nb" }), 422),
        (json!({ "hours": 1, "note": "x", "subject": "" }), 422),
        (json!({ "hours": 1 }), 422),
    ] {
        assert_eq!(operator.post("/api/v1/alerts/silences", &body).status, status, "{body}");
    }
    site.run(["alert", "unsilence", id]).is_done();
    site.run(["alert", "unsilence", id]).fails(1, &["no silence", "alert list"]);
    assert_eq!(operator.post(&format!("/api/v1/alerts/silences/{id}/end"), &json!({})).status, 404);

    let tested = operator.post("/api/v1/alerts/test", &json!({ "sink": "log" })).json(200);
    assert_eq!(tested["sinks"], json!(["log"]));
    until(|| viewer.read("/alerts")["sinks"][0]["delivered"].as_u64() > Some(1)).await;
    assert_eq!(operator.post("/api/v1/alerts/test", &json!({ "sink": "nowhere" })).status, 404);
    assert_eq!(operator.post("/api/v1/alerts/test", &json!({ "rule": "nowhere" })).status, 422);

    let ended = daemon.stop();
    assert!(ended.err.contains("More seats are allocated than the licence has"), "{ended:?}");
    assert_eq!(site.run(["alert", "history", "--format", "json"]).json()["alerts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_says_nothing_twice() {
    let site = crowded().await;
    let said = |err: &str| err.matches("More seats are allocated than the licence has").count();
    let daemon = Daemon::start(&site).await;
    until(|| firing(&site).contains(&"excess-seats:professional".to_owned())).await;
    let delivered = |site: &Site| {
        let sinks = site.run(["alert", "list", "--format", "json"]).json()["sinks"].clone();
        sinks[0]["waiting"] == 0 && sinks[0]["delivered"].as_u64() > Some(0)
    };
    until(|| delivered(&site)).await;
    assert_eq!(said(&daemon.stop().err), 1);
    let daemon = Daemon::start(&site).await;
    until(|| Client::of(&site).with(VIEWER).read("/status")["jobs"].to_string().contains("read")).await;
    let ended = daemon.stop();
    assert_eq!(said(&ended.err), 0, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_silences_and_tests_on_the_command_line() {
    let mut site = site(30).await;
    let rules = site.run(["alert", "rules"]);
    assert!(rules.is_done().out.contains("low-availability") && !rules.out.contains(" off "), "{rules:?}");
    site.add("  alerts:\n    rules:\n      double-seats: { enable: false }\n");
    let rules = site.run(["alert", "rules", "--format", "json"]).json();
    let rule = rules.as_array().unwrap().iter().find(|rule| rule["rule"] == "double-seats").unwrap().clone();
    assert_eq!(rule["enable"], json!(false));

    let tried = site.run(["alert", "test"]);
    assert_eq!((tried.code, tried.out.as_str()), (0, "log: took it\n"), "{tried:?}");
    site.run(["alert", "test", "--sink", "nowhere"]).fails(2, &["nowhere", "log"]);
    site.run(["alert", "test", "--rule", "nowhere"]).fails(2, &["nowhere"]);
    site.run(["alert", "silence", "--rule", "nowhere", "--hours", "1", "--note", "x"]).fails(2, &["low-availability"]);
    site.run(["alert", "silence", "--hours", "0", "--note", "x"]).fails(2, &["--hours"]);
    site.run(["alert", "silence", "--hours", "1", "--note", "  "]).fails(1, &["say why"]);
    let silenced = site.run(["alert", "silence", "--hours", "1", "--note", "moving house"]);
    assert!(silenced.is_done().out.contains("every rule"), "{silenced:?}");
    let listed: Value = site.run(["alert", "list", "--format", "json"]).json();
    assert_eq!(listed["silences"][0]["note"], "moving house");
    assert_eq!(site.run(["alert", "refused"]).is_done().out, "No message was refused.\n");
}
