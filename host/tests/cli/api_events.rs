//! Server-sent events: what somebody who listens is told.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::api::{Client, OPERATOR, VIEWER, daemon};

/// Somebody who listens.
struct Ear(BufReader<TcpStream>);

impl Ear {
    fn of(client: &Client) -> Self {
        let mut stream = client.connect();
        let token = client.token.unwrap();
        let address = &client.address;
        write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n")
            .unwrap();
        let mut ear = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(ear.0.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        ear
    }

    /// The next event; `None` when the stream ended.
    fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data.trim()).unwrap());
            }
        }
    }

    /// The next event of a kind.
    #[track_caller]
    fn hears(&mut self, kind: &str) -> Value {
        for _ in 0..1000 {
            let event = self.next().expect("the stream goes on");
            if event["type"] == kind {
                return event;
            }
        }
        panic!("no {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_hears_of_work_entries_and_settings() {
    let (site, daemon) = daemon(60).await;
    let client = Client::of(&site).with(OPERATOR);
    let mut ear = Ear::of(&client.with(VIEWER));
    let hello = ear.next().unwrap();
    assert_eq!(hello["type"], "hello");
    assert!(hello["entries"].as_u64().is_some_and(|entries| entries > 0), "{hello}");

    let id = client.read("/plans/latest")["id"].as_str().unwrap().to_owned();
    client.post("/api/v1/arm", &json!({ "plan": id })).json(200);
    let applied = client.work(&format!("/plans/{id}/apply"), &json!({})).await;
    assert_eq!(applied["state"], "done", "{applied}");
    let began = ear.hears("work");
    assert_eq!((&began["work"]["state"], &began["work"]["kind"]), (&json!("running"), &json!("apply")));
    let mut last = began;
    let mut steps = 0;
    while last["work"]["state"] == "running" {
        last = ear.hears("work");
        steps += usize::from(last["work"]["progress"].is_object());
    }
    assert!(steps > 3 && last["work"]["message"].is_string(), "{steps} {last}");

    // Written by another process.
    site.run(["pause"]).is_done();
    loop {
        let event = ear.hears("ledger");
        if event["types"].as_array().unwrap().contains(&json!("paused")) {
            break;
        }
    }
    site.run(["poke", "monitor"]).is_done();
    ear.hears("reading");
    daemon.stop().is_done();
    while ear.next().is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_away_ends_the_stream() {
    let (mut site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(VIEWER);
    let mut ear = Ear::of(&client);
    ear.hears("hello");
    site.settings = site.settings.replace(&crate::api::hash(VIEWER), &crate::api::hash("steward_another"));
    site.write("steward.yaml", &site.settings);
    site.run(["reload"]).is_done();
    while ear.next().is_some() {}
    client.get("/api/v1/events").refuses(401, &[]);
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_may_listen() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(VIEWER);
    let mut ears: Vec<Ear> = (0..8).map(|_| Ear::of(&client)).collect();
    let refused = client.get("/api/v1/events");
    assert!(refused.header("retry-after").is_some());
    refused.refuses(503, &["with this token"]);
    assert_eq!(client.get("/api/v1/who").status, 200);
    // Whoever has another token still hears.
    drop(Ear::of(&client.with(OPERATOR)));
    ears.truncate(3);
    crate::release::until(|| {
        // A stream that is let in never ends by itself, so the head is all that is read.
        let mut stream = client.connect();
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {VIEWER}\r\n\r\n",
            client.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line.contains(" 200 ")
    })
    .await;
    daemon.stop().is_done();
}
