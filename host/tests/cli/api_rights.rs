//! Who gets in: tokens, roles, names of hosts, pages of others.

use serde_json::{Value, json};

use crate::api::{Client, EXPIRED, OPERATOR, VIEWER, daemon, tokens};
use crate::daemon::Daemon;
use crate::site::{Site, site, steward};

/// Every operation of the description, with something in place of its parameters.
fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&steward(["config", "api"]).out).unwrap();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>();
        for method in operations.as_object().unwrap().keys() {
            found.push((method.to_uppercase(), path.join("/")));
        }
    }
    assert!(found.len() > 40, "{found:?}");
    found
}

const OPEN: [&str; 2] = ["/api/v1/openapi.json", "/api/v1/sign-in"];
/// A viewer may end their own sign-in.
const OF_VIEWERS: [&str; 1] = ["/api/v1/sign-out"];

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_wants_a_token_and_every_write_an_operator() {
    let (site, daemon) = daemon(40).await;
    let nobody = Client::of(&site);
    for (index, (method, path)) in operations().into_iter().enumerate() {
        let answer = nobody.ask(&method, &path, &[], b"");
        if OPEN.contains(&path.as_str()) {
            assert!(![401, 403].contains(&answer.status) || path.ends_with("sign-in"), "{method} {path}: {answer:?}");
        } else if answer.status != 429 {
            // After a few bad tries the answer is 429.
            answer.refuses(401, &[]);
            assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer realm=\"steward\""), "{path}");
        } else {
            assert!(index >= 8, "{method} {path} was refused too early");
        }
        if method == "POST" && !OPEN.contains(&path.as_str()) && !OF_VIEWERS.contains(&path.as_str()) {
            nobody.with(VIEWER).ask(&method, &path, &[], b"").refuses(403, &["victor", "operator"]);
        }
    }
    assert_eq!(nobody.with(VIEWER).read("/who"), json!({ "name": "victor", "role": "viewer", "expiresAt": null }));
    assert_eq!(nobody.with(OPERATOR).read("/who")["role"], "operator");
    daemon.stop().is_done();
    assert!(crate::ledger::deletes(&site).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_tokens_do_not_get_in_and_do_not_lock_out_good_ones() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site);
    let long = "x".repeat(4000);
    let control = std::fs::read_to_string(site.path("data").join("control.json")).unwrap();
    let control: Value = serde_json::from_str(&control).unwrap();
    for given in [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YW5uYTphbm5h",
        &format!("Bearer {OPERATOR}x"),
        &format!("Bearer {EXPIRED}"),
        &format!("Bearer {long}"),
        &crate::api::hash(OPERATOR),
        &format!("Bearer {}", crate::api::hash(OPERATOR)),
    ] {
        client.ask("GET", "/api/v1/status", &[("Authorization", given)], b"").refuses(401, &["steward token new"]);
    }
    let control = format!("Bearer {}", control["token"].as_str().unwrap());
    client.ask("GET", "/api/v1/status", &[("Authorization", &control)], b"").refuses(403, &["steward poke"]);
    client.ask("POST", "/api/v1/pause", &[("Authorization", &control)], b"").refuses(403, &[]);
    let mut refused = 0;
    for _ in 0..30 {
        let answer = client.ask("GET", "/api/v1/status", &[("Authorization", "Bearer wrong")], b"");
        if answer.status == 429 {
            refused += 1;
            assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()), "{answer:?}");
        }
    }
    assert!(refused > 15, "{refused}");
    assert_eq!(client.with(VIEWER).get("/api/v1/who").status, 200, "from the same address");
    // In the address a token is no token.
    assert_ne!(client.get(&format!("/api/v1/status?access_token={OPERATOR}")).status, 200);
    let told = daemon.stop();
    assert!(told.err.contains("a token that is not good") && !told.err.contains(OPERATOR), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_names_and_foreign_pages_are_refused() {
    let mut own = site(40).await;
    own.add(&tokens());
    own.add("    hosts: [steward.example.com]\n");
    let daemon = Daemon::start(&own).await;
    let client = Client::of(&own).with(OPERATOR);
    let port = client.address.rsplit(':').next().unwrap().to_owned();
    let ask = |headers: &[(&str, &str)]| client.ask("POST", "/api/v1/pause", headers, b"").status;
    let address = client.address.clone();
    for host in
        ["localhost", &format!("LOCALHOST:{port}"), "steward.example.com", "Steward.Example.Com:443", &address, "[::1]"]
    {
        assert_eq!(ask(&[("Host", host)]), 200, "{host}");
    }
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "a@127.0.0.1",
        "steward.example.com.evil",
    ] {
        assert!([400, 421].contains(&ask(&[("Host", host)])), "{host}");
    }
    assert_eq!(ask(&[("Host", &address), ("Host", "evil.example")]), 421);
    let origin = format!("http://{address}");
    assert_eq!(ask(&[("Origin", &origin), ("Sec-Fetch-Site", "same-origin")]), 200);
    for headers in [
        [("Origin", "http://evil.example"), ("X-A", "1")],
        [("Origin", "null"), ("X-A", "1")],
        [("Origin", "http://127.0.0.1:1"), ("X-A", "1")],
        [("Sec-Fetch-Site", "cross-site"), ("X-A", "1")],
        [("Sec-Fetch-Site", "same-site"), ("X-A", "1")],
        [("Origin", &origin), ("Origin", "http://evil.example")],
    ] {
        assert_eq!(ask(&headers), 403, "{headers:?}");
    }
    // A link of another page may lead to the console.
    assert_eq!(client.ask("GET", "/", &[("Sec-Fetch-Site", "cross-site")], b"").status, 200);
    let unread = client.ask("GET", "http://evil.example/api/v1/status", &[], b"");
    assert_eq!(unread.status, 421, "{unread:?}");
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_how_it_may_be_used() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(VIEWER);
    for path in ["/", "/healthz", "/metrics", "/api/v1/status", "/api/v1/nothing", "/nothing.js"] {
        let answer = client.get(path);
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
        {
            assert_eq!(answer.header(name).as_deref(), Some(value), "{path} {name}");
        }
        if path.starts_with("/api/") {
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{path}");
            assert!(answer.header("access-control-allow-origin").is_none());
        }
    }
    let page = client.get("/");
    let policy = page.header("content-security-policy").unwrap();
    // With and without a console in this build.
    for part in ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    client.get("/api/v1/nothing").refuses(404, &["openapi.json"]);
    client.ask("DELETE", "/api/v1/runs", &[], b"").refuses(405, &[]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_change_with_the_settings() {
    let (mut site, daemon): (Site, Daemon) = daemon(40).await;
    let client = Client::of(&site).with(VIEWER);
    assert_eq!(client.get("/api/v1/who").status, 200);
    let without = site.settings.replace(&crate::api::hash(VIEWER), &crate::api::hash("steward_another"));
    site.settings = without;
    site.write("steward.yaml", &site.settings);
    site.run(["reload"]).is_done();
    client.get("/api/v1/who").refuses(401, &[]);
    assert_eq!(client.with("steward_another").get("/api/v1/who").status, 200);
    daemon.stop().is_done();
}

#[test]
fn a_new_token_is_shown_once_with_the_lines_for_the_settings() {
    let made = steward([
        "token",
        "new",
        "--name",
        "anna: \"x\"",
        "--role",
        "viewer",
        "--expires",
        "2030-01-31",
        "--format",
        "json",
    ]);
    let made = made.is_done().json();
    let token = made["token"].as_str().unwrap();
    assert!(token.len() > 60 && token.starts_with("steward_"), "{token}");
    assert_eq!(made["settings"]["hash"], crate::api::hash(token));
    let text = steward(["token", "new", "--name", "anna", "--role", "operator"]);
    let text = &text.is_done().out;
    assert!(text.contains("      - name: \"anna\"\n        role: operator\n        hash: sha256:"), "{text}");
    assert_ne!(steward(["token", "new", "--name", "anna", "--role", "operator"]).out, *text);
    steward(["token", "new", "--name", "anna", "--role", "king"]).fails(2, &["viewer"]);
    steward(["token", "new", "--name", "anna", "--role", "viewer", "--expires", "soon"]).fails(2, &["2027-01-31"]);
}
