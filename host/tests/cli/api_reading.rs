//! What the API shows is what the command line and the ledger say.

use serde_json::{Value, json};

use crate::api::{Client, VIEWER, daemon};
use crate::release::until;
use crate::site::steward;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_as_it_is_stored() {
    let (site, daemon) = daemon(120).await;
    let client = Client::of(&site).with(VIEWER);
    let written = site.path("plan.json");
    let run = site.run(["plan", "--out", written.to_str().unwrap()]);
    assert!([0, 3].contains(&run.code), "{run:?}");
    let bytes = std::fs::read(&written).unwrap();
    let plan: Value = serde_json::from_slice(&bytes).unwrap();
    let id = plan["planId"].as_str().unwrap();

    let file = client.get(&format!("/api/v1/plans/{id}/file"));
    assert_eq!((file.status, file.body == bytes), (200, true));
    assert_eq!(client.get("/api/v1/plans/latest/file").body, bytes);
    let short: String = id.chars().skip(7).take(8).collect();
    assert_eq!(client.read(&format!("/plans/{short}"))["id"], id);

    let summary = client.read(&format!("/plans/{id}"));
    let decisions = plan["decisions"].as_array().unwrap();
    assert_eq!(summary["decisions"], decisions.len());
    assert_eq!(summary["pools"], plan["pools"]);
    let rules = summary["rules"].as_array().unwrap();
    let counted = |of: &str| rules.iter().map(|rule| rule[of].as_u64().unwrap()).sum::<u64>();
    assert_eq!(counted("seats"), decisions.len() as u64);
    assert_eq!(counted("released"), plan["releases"].as_array().unwrap().len() as u64);
    assert_eq!(summary["record"]["isOpen"], true);
    let page = client.read("/plans?limit=1");
    assert_eq!((&page["total"], &page["plans"][0]["id"]), (&json!(2), &json!(id)));

    // The facts make the plan again.
    let snapshot = client.get("/api/v1/snapshot");
    assert_eq!(snapshot.header("content-type").as_deref(), Some("application/json"));
    std::fs::write(site.path("s.json"), &snapshot.body).unwrap();
    let file = site.path("s.json");
    let again = steward([
        "plan",
        "--format",
        "json",
        "--snapshot",
        file.to_str().unwrap(),
        "--now",
        plan["now"].as_str().unwrap(),
    ]);
    let again: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(again["decisions"], plan["decisions"]);
    let masked = client.get("/api/v1/snapshot?masked=true");
    let masked = String::from_utf8(masked.body).unwrap();
    let name = decisions.iter().find_map(|decision| decision["name"].as_str()).unwrap();
    assert!(masked.contains("\"masked\":true") && !masked.contains(name));

    client.get("/api/v1/plans/0123456789").refuses(404, &["no plan"]);
    client.get("/api/v1/plans/latest?x=1").refuses(400, &["x"]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_searched_filtered_sorted_and_paged() {
    let (site, daemon) = daemon(200).await;
    let client = Client::of(&site).with(VIEWER);
    let plan: Value = serde_json::from_slice(&client.get("/api/v1/plans/latest/file").body).unwrap();
    let all = plan["decisions"].as_array().unwrap();
    let page = |query: &str| client.read(&format!("/plans/latest/decisions?limit=1000&{query}"));
    let count = |fits: &dyn Fn(&Value) -> bool| all.iter().filter(|decision| fits(decision)).count();
    let rows =
        |page: &Value| page["rows"].as_array().unwrap().iter().map(|row| row["decision"].clone()).collect::<Vec<_>>();

    assert_eq!(rows(&page("")), *all);
    assert_eq!(page("verdict=release")["matching"], count(&|it| it["verdict"] == "release"));
    assert_eq!(page("rule=recently-used")["matching"], count(&|it| it["rule"] == "recently-used"));
    assert_eq!(page("licenseType=analyzer")["matching"], count(&|it| it["licenseType"] == "analyzer"));
    let released = plan["releases"].as_array().unwrap().len();
    assert_eq!(page("released=true")["matching"], released);
    let held = page("held=true");
    for row in held["rows"].as_array().unwrap() {
        assert!(!row["gates"].as_array().unwrap().is_empty() && row["released"] == false, "{row}");
    }
    let somebody = all.iter().find(|it| it["name"].is_string()).unwrap();
    let found = rows(&page(&format!("search={}", somebody["userId"].as_str().unwrap().to_uppercase())));
    assert!(found.contains(somebody) && found.len() < all.len());
    let idle: Vec<u64> =
        rows(&page("sort=idle-days&descending=true")).iter().map(|it| it["idleDays"].as_u64().unwrap_or(0)).collect();
    assert!(idle.is_sorted_by(|a, b| a >= b), "{idle:?}");
    let names: Vec<String> =
        rows(&page("sort=name")).iter().filter_map(|it| it["name"].as_str().map(str::to_lowercase)).collect();
    assert!(names.is_sorted());
    let part = client.read("/plans/latest/decisions?offset=10&limit=5");
    assert_eq!(rows(&part), all[10..15]);
    for (query, word) in [
        ("sort=age", "sort"),
        ("verdict=maybe", "maybe"),
        ("limit=x", "limit"),
        ("limit=0", "between 1 and 1000"),
        ("limit=-1", "whole number"),
        ("limit=1001", "between 1 and 1000"),
        ("offset=-1", "offset"),
        ("nonsense=1", "nonsense"),
    ] {
        client.get(&format!("/api/v1/plans/latest/decisions?{query}")).refuses(400, &[word]);
    }
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_explained_like_on_the_command_line() {
    let (site, daemon) = daemon(80).await;
    let client = Client::of(&site).with(VIEWER);
    let plan = client.read("/plans/latest/decisions?verdict=release&limit=1");
    let decision = &plan["rows"][0]["decision"];
    let account = format!("{}/{}", decision["userDirectory"].as_str().unwrap(), decision["userId"].as_str().unwrap());
    let explained = client.read(&format!("/explanation?person={}", account.replace('/', "%2F")));
    let seat = &explained["seats"][0];
    assert_eq!(seat["decision"], *decision);
    assert!(seat["rules"].as_array().unwrap().len() > 5, "{seat}");
    let told = site.run(["why", &account, "--format", "json"]).is_done().json();
    assert_eq!(told["seats"][0]["rules"].as_array().unwrap().len(), seat["rules"].as_array().unwrap().len());
    assert_eq!(told["user"], explained["user"]);
    client.get("/api/v1/explanation?person=nobody-at-all").refuses(404, &["nobody is called"]);
    client.get("/api/v1/explanation").refuses(400, &["person"]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_not_served_from_what_was_read_before() {
    let (site, daemon) = daemon(80).await;
    let client = Client::of(&site).with(VIEWER);
    let row = client.read("/plans/latest/decisions?verdict=release&limit=1")["rows"][0]["decision"].clone();
    let user = row["userId"].as_str().unwrap();
    let account = format!("{}\\{user}", row["userDirectory"].as_str().unwrap());
    let id = client.read("/plans/latest")["id"].as_str().unwrap().to_owned();
    let explanation = format!("/api/v1/explanation?plan={id}&person={}", account.replace('\\', "%5C"));
    client.get(&explanation).json(200);
    // Nobody wrote an entry about this person yet.
    site.run(["audit", "erase", "--yes", &account]).is_done();
    for path in [format!("/api/v1/plans/{id}/decisions?limit=1000"), format!("/api/v1/plans/{id}/file"), explanation] {
        let answer = client.get(&path);
        let text = String::from_utf8_lossy(&answer.body);
        // The refusal of an explanation repeats what was asked for.
        assert!(answer.status == 404 || answer.status == 409 || !text.contains(user), "{path}: {text}");
    }
    assert_eq!(client.read(&format!("/plans/{id}"))["isErased"], true);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn status_pools_settings_and_policies_tell_what_is_in_force() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(VIEWER);
    let status = client.read("/status");
    assert_eq!((&status["isReady"], &status["isAlive"], &status["problems"]), (&json!(true), &json!(true), &json!([])));
    assert_eq!(status["releases"]["gates"][0]["gate"], "not-armed");
    assert_eq!(status["jobs"][0]["job"], "monitor");
    assert_eq!(status["jobs"][0]["outcome"], "done");
    assert!(status["pools"]["pools"][0]["figures"]["total"].as_f64().is_some_and(|total| total > 0.0), "{status}");
    assert!(status["ledger"]["head"].as_str().unwrap().starts_with("sha256:"));
    let plan = client.read("/plans/latest");
    assert_eq!(status["latestPlan"]["id"], plan["id"]);

    let settings = client.read("/settings");
    assert_eq!(settings["policy"]["settingsDigest"], plan["policy"]["settingsDigest"]);
    assert_eq!(settings["guardDigest"], plan["guard"]["digest"]);
    let told = settings.to_string();
    assert!(!told.contains("client_key") && !told.contains("hash"), "{told}");

    let policies = client.read("/policies");
    let active: Vec<&Value> =
        policies["policies"].as_array().unwrap().iter().filter(|it| it["isActive"] == true).collect();
    let [active] = active.as_slice() else { panic!("{policies}") };
    assert_eq!(active["digest"], plan["policy"]["digest"]);
    let digest = active["digest"].as_str().unwrap();
    let detail = client.read(&format!("/policies/{digest}"));
    assert!(detail["settingsSchema"]["properties"].is_object() && detail["rules"].as_array().unwrap().len() > 10);
    assert_eq!(detail["settings"], settings["policy"]);
    let component = client.get(&format!("/api/v1/policies/{digest}/component"));
    assert_eq!(component.header("content-type").as_deref(), Some("application/wasm"));
    assert!(component.body.starts_with(b"\0asm"));
    client.get("/api/v1/policies/sha256:00").refuses(404, &["no policy"]);
    assert_eq!(client.read("/policies/shadows"), json!({ "shadows": [] }));
    assert_eq!(client.read("/policies/activations"), json!({ "activations": [] }));

    assert_eq!(client.read("/pools")["pools"], status["pools"]["pools"]);
    let history = client.read("/pools/history?days=2&points=10");
    assert_eq!(history["stepSeconds"], 17280);
    assert!(!history["readings"].as_array().unwrap().is_empty());
    assert_eq!(client.read("/pools/changes")["hasMore"], false);
    client.get("/api/v1/pools/history?days=x").refuses(400, &[]);

    let next = client.read("/schedule?text=every%206%20hours&from=2026-01-01T00:00:00Z&count=2");
    assert_eq!(next["next"], json!(["2026-01-01T06:00:00Z", "2026-01-01T12:00:00Z"]));
    assert!(client.read("/schedule?text=every%20day%20at%2010:00")["error"]["message"].is_string());
    client.get("/api/v1/schedule").refuses(400, &["text"]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_paged_searched_and_verified() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(VIEWER);
    for n in 0..5 {
        site.run(["pause", "--note", &format!("note number {n}")]).is_done();
        site.run(["resume"]).is_done();
    }
    let told = site.run(["audit", "show", "--last", "1000", "--format", "json"]).is_done().json();
    let told = told.as_array().unwrap();
    let mut shown = Vec::new();
    let mut before = String::new();
    loop {
        let page = client.read(&format!("/audit?limit=3{before}"));
        shown.extend(page["entries"].as_array().unwrap().clone());
        match page["nextBefore"].as_u64() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    shown.reverse();
    let strip =
        |entry: &Value| [entry["seq"].clone(), entry["type"].clone(), entry["detail"].clone(), entry["hash"].clone()];
    assert_eq!(shown.iter().map(strip).collect::<Vec<_>>(), told.iter().map(strip).collect::<Vec<_>>());
    let found = client.read("/audit?search=NUMBER%203");
    assert_eq!(found["entries"].as_array().unwrap().len(), 1);
    assert_eq!(client.read("/audit?type=resumed")["entries"].as_array().unwrap().len(), 5);
    assert_eq!(client.read("/audit?person=NO%2Fbody")["entries"], json!([]));
    client.get("/api/v1/audit?person=nobody").refuses(422, &["directory"]);

    let verified = client.read("/audit/verification");
    assert_eq!((&verified["isSound"], &verified["entries"]), (&json!(true), &json!(told.len())));
    let head = verified["head"].as_str().unwrap();
    assert_eq!(client.read(&format!("/audit/verification?head={head}"))["hasHead"], true);
    client.get("/api/v1/audit/verification?head=nonsense").refuses(422, &["4711"]);
    until(|| client.read("/status")["ledger"]["entries"] == told.len()).await;
    daemon.stop().is_done();
}
