//! What operators do through the API: the same as on the command line, in their name, one at a time.

use serde_json::json;
use steward_fake_qrs::{Fault, FaultRule, FaultScript};

use crate::api::{Client, OPERATOR, VIEWER, daemon};
use crate::ledger::{accounted, deletes, events, is_there};
use crate::release::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_armed_applied_and_undone_in_the_name_of_the_token() {
    let (site, daemon) = daemon(80).await;
    let client = Client::of(&site).with(OPERATOR);
    let plan = client.read("/plans/latest");
    let id = plan["id"].as_str().unwrap();
    let refused = client.work(&format!("/plans/{id}/apply"), &json!({})).await;
    assert_eq!(refused["state"], "failed");
    assert!(refused["message"].as_str().unwrap().contains("not-armed"), "{refused}");
    assert_eq!(deletes(&site), []);

    let armed = client.post("/api/v1/arm", &json!({ "plan": id, "note": "looked at it" })).json(200);
    assert_eq!(armed["releases"], plan["releases"]);
    let applied = client.work(&format!("/plans/{id}/apply"), &json!({ "first": 3 })).await;
    assert_eq!((&applied["kind"], &applied["by"]), (&json!("apply"), &json!("anna (token)")), "{applied}");
    let run = &applied["result"]["run"];
    assert_eq!(run["counts"], json!({ "freed": 3 }), "{applied}");
    assert_eq!(deletes(&site).len(), 3);
    let number = run["run"].as_u64().unwrap();
    assert_eq!(client.read(&format!("/runs/{number}"))["seats"], run["seats"]);
    let line = &client.read("/runs")["runs"][0];
    assert_eq!((&line["canBeUndone"], &line["by"]), (&json!(3), &json!("anna (token)")));
    let again = client.work(&format!("/plans/{id}/apply"), &json!({})).await;
    assert!(again["message"].as_str().unwrap().contains("applied before"), "{again}");

    let preview = client.work(&format!("/runs/{number}/undo/preview"), &json!({})).await;
    assert_eq!(preview["result"]["preview"]["possible"], 3, "{preview}");
    let first = &preview["result"]["preview"]["seats"][0];
    let account = format!("{}\\{}", first["userDirectory"].as_str().unwrap(), first["userId"].as_str().unwrap());
    let one = client.work(&format!("/runs/{number}/undo"), &json!({ "only": [account] })).await;
    assert_eq!(one["result"]["run"]["counts"], json!({ "restored": 1 }), "{one}");
    let rest = client.work(&format!("/runs/{number}/undo"), &json!({})).await;
    assert_eq!(rest["result"]["run"]["counts"], json!({ "restored": 2 }), "{rest}");
    let nothing = client.work(&format!("/runs/{number}/undo"), &json!({})).await;
    assert_eq!(nothing["state"], "failed", "{nothing}");

    let told = events(&site).await;
    for kind in ["armed", "run-started"] {
        let by: Vec<_> = told.iter().filter(|event| event["type"] == kind).map(|event| event["by"].clone()).collect();
        assert!(!by.is_empty() && by.iter().all(|by| by == "anna (token)"), "{kind}: {by:?}");
    }
    assert_eq!(client.read("/work")["work"].as_array().unwrap().len(), 7);
    accounted(&site).await;
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_begins() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(OPERATOR);
    let post = |path: &str, body: serde_json::Value| client.post(&format!("/api/v1{path}"), &body);
    post("/plans/012345678/apply", json!({})).refuses(404, &["no plan"]);
    post("/plans/latest/apply", json!({ "approveOverCap": true })).refuses(422, &["note"]);
    post("/plans/latest/apply", json!({ "first": 0 })).refuses(422, &["first"]);
    post("/plans/latest/apply", json!({ "frist": 1 })).refuses(422, &["frist"]);
    post("/runs/7/undo", json!({})).refuses(404, &["no run 7"]);
    post("/runs/x/undo", json!({})).refuses(400, &[]);
    post("/poke/nothing", json!({})).refuses(404, &["monitor, server-license, release"]);
    post("/arm", json!({ "plan": "latest" })).refuses(422, &["plan"]);
    post("/arm", json!({ "plan": format!("sha256:{}", "0".repeat(64)) })).refuses(404, &["no plan"]);
    post("/pause", json!({ "note": "x".repeat(2000) })).refuses(422, &["longer"]);
    post("/sign-in", json!({ "code": "guess" })).refuses(401, &["link"]);
    post("/policies/sha256:12/gate", json!({})).refuses(404, &["no policy"]);
    post("/policies/rollback", json!({ "report": format!("sha256:{}", "0".repeat(64)) }))
        .refuses(409, &["no other policy"]);
    let ask = |headers: &[(&str, &str)], body: &[u8]| client.ask("POST", "/api/v1/pause", headers, body);
    ask(&[], b"{}").refuses(415, &["application/json"]);
    ask(&[("Content-Type", "text/plain")], b"{}").refuses(415, &[]);
    ask(&[("Content-Type", "application/json")], b"{").refuses(400, &["no JSON"]);
    ask(&[("Content-Type", "application/json")], b"[]").refuses(422, &[]);
    ask(&[("Content-Type", "application/json")], b"{}{\"note\":\"y\"}").refuses(400, &["no JSON"]);
    ask(&[("Content-Type", "application/json; charset=utf-16")], b"{}").refuses(415, &["UTF-8"]);
    let unknown = |user: &str| {
        let body = json!({ "userDirectory": "ACME", "userId": user, "note": "x", "unknown": true });
        post("/protections", body)
    };
    unknown("line\nbreak").refuses(422, &["userId"]);
    unknown("\u{202e}nobody").refuses(422, &["userId"]);
    assert_eq!(client.read("/work")["work"], json!([]));
    assert!(deletes(&site).is_empty());
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_are_paused_and_people_protected() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(OPERATOR);
    let paused = client.post("/api/v1/pause", &json!({ "note": "audit" })).json(200);
    assert_eq!((&paused["paused"]["note"], &paused["isChanged"]), (&json!("audit"), &json!(true)));
    assert_eq!(client.post("/api/v1/pause", &json!({})).json(200)["isChanged"], false);
    assert_eq!(client.read("/status")["releases"]["paused"]["by"], "anna (token)");
    assert_eq!(client.ask("POST", "/api/v1/resume", &[], b"").json(200)["paused"], json!(null));

    let row = client.read("/plans/latest/decisions?verdict=release&limit=1")["rows"][0]["decision"].clone();
    let person = json!({ "userDirectory": row["userDirectory"], "userId": row["userId"], "note": "on leave" });
    let protected = client.post("/api/v1/protections", &person).json(200);
    assert_eq!(protected["protections"][0]["by"], "anna (token)");
    let made = client.work("/plans", &json!({})).await;
    assert_eq!(made["result"]["plan"]["isOpen"], true, "{made}");
    let now = client
        .read(&format!("/plans/latest/decisions?gate=protected-by-hand&search={}", row["userId"].as_str().unwrap()));
    assert_eq!(now["matching"], 1, "{now}");
    let unknown = json!({ "userDirectory": "ACME", "userId": "nobody.at.all", "note": "soon" });
    client.post("/api/v1/protections", &unknown).refuses(422, &["nobody is called", "unknown"]);
    let mut insists = unknown.clone();
    insists["unknown"] = json!(true);
    assert_eq!(client.post("/api/v1/protections", &insists).json(200)["protections"].as_array().unwrap().len(), 2);
    let past = json!({ "userDirectory": "A", "userId": "b", "note": "x", "until": "2020-01-01T00:00:00Z" });
    client.post("/api/v1/protections", &past).refuses(422, &["past"]);
    client
        .post("/api/v1/protections", &json!({ "userDirectory": "A", "userId": "b", "note": " " }))
        .refuses(422, &["note"]);
    let ends = json!({ "userDirectory": row["userDirectory"], "userId": row["userId"] });
    assert_eq!(client.post("/api/v1/protections/end", &ends).json(200)["protections"].as_array().unwrap().len(), 1);
    client.post("/api/v1/protections/end", &ends).refuses(404, &["not protected"]);
    assert!(client.post("/api/v1/poke/monitor", &json!({})).status < 300);
    assert!(client.post("/api/v1/reload", &json!({})).status < 300);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_decides_after_somebody_looked_at_the_gate() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(OPERATOR);
    let digest_of = |name: &str| {
        let list = client.read("/policies");
        let found = list["policies"].as_array().unwrap().iter().find(|it| it["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("{name} in {list}"))["digest"].as_str().unwrap().to_owned()
    };
    let wanted = digest_of("leavers-first");
    let looked = client.work(&format!("/policies/{wanted}/gate"), &json!({})).await;
    let report = looked["result"]["findings"]["reportDigest"].clone();
    assert!(report.is_string(), "{looked}");
    assert_eq!(client.read("/policies/activations")["activations"], json!([]), "looking changes nothing");
    let is_passed = looked["result"]["findings"]["isPassed"] == true;

    let unseen = json!({ "report": format!("sha256:{}", "1".repeat(64)), "force": true, "note": "x" });
    let refused = client.work(&format!("/policies/{wanted}/activate"), &unseen).await;
    assert!(refused["message"].as_str().unwrap().contains("look at the gate once more"), "{refused}");
    client
        .post(&format!("/api/v1/policies/{wanted}/activate"), &json!({ "report": report, "force": true }))
        .refuses(422, &["note"]);
    let body = json!({ "report": report, "force": !is_passed, "note": "agreed" });
    let activated = client.work(&format!("/policies/{wanted}/activate"), &body).await;
    assert_eq!(activated["result"]["isActive"], true, "{activated}");
    let now = &client.read("/policies/activations")["activations"][0];
    assert_eq!(
        (&now["by"], &now["note"], &now["name"]),
        (&json!("anna (token)"), &json!("agreed"), &json!("leavers-first"))
    );

    let before = digest_of("standard");
    let looked = client.work(&format!("/policies/{before}/gate"), &json!({})).await;
    let findings = &looked["result"]["findings"];
    let body = json!({ "report": findings["reportDigest"], "force": findings["isPassed"] != true, "note": "back" });
    let back = client.work("/policies/rollback", &body).await;
    assert_eq!(back["result"]["isActive"], true, "{back}");
    let made = client.work("/plans", &json!({})).await;
    let id = made["result"]["plan"]["id"].as_str().unwrap();
    assert_eq!(client.read(&format!("/plans/{id}"))["policy"]["digest"], before);
    daemon.stop().is_done();
}

/// A server that takes so long for each release.
pub fn slow_deletes(ms: u64) -> FaultScript {
    let action = Fault::Latency { ms };
    let rule = FaultRule { method: Some("DELETE".to_owned()), path: Some("*".to_owned()), nth: 1, times: None, action };
    FaultScript { rules: vec![rule] }
}

/// Beside the command line and beside each other there is one cycle.
#[tokio::test(flavor = "multi_thread")]
async fn one_cycle_at_a_time() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(OPERATOR);
    let id = client.read("/plans/latest")["id"].as_str().unwrap().to_owned();
    client.post("/api/v1/arm", &json!({ "plan": id })).json(200);
    let lock = std::fs::File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(site.path("data").join("cycle.lock"))
        .unwrap();
    lock.lock().unwrap();
    let refused = client.work(&format!("/plans/{id}/apply"), &json!({})).await;
    assert!(refused["message"].as_str().unwrap().contains("another cycle is at work"), "{refused}");
    drop(lock);
    site.qrs.set_faults(slow_deletes(50));
    let begun = client.post(&format!("/api/v1/plans/{id}/apply"), &json!({})).json(202);
    client.post("/api/v1/plans", &json!({})).refuses(409, &["is not done yet"]);
    // A pause stops it between two seats.
    until(|| deletes(&site).len() > 2).await;
    client.post("/api/v1/pause", &json!({})).json(200);
    let ended = client.end_of(&format!("/api/v1/work/{}", begun["id"])).await;
    assert_eq!(ended["state"], "attention", "{ended}");
    assert!(ended["result"]["run"]["stopped"].is_string(), "{ended}");
    let gone = deletes(&site);
    assert!(gone.iter().all(|(id, _)| !is_there(&site, id)));
    assert_eq!(client.with(VIEWER).read("/runs")["total"], 1);
    accounted(&site).await;
    daemon.stop().is_done();
}
