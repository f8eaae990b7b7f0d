//! Whoever asks too often, too slowly or too much: a run goes on all the same, and nobody gets in.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::api::{Client, OPERATOR, VIEWER, daemon};
use crate::api_writing::slow_deletes;
use crate::ledger::{accounted, deletes};

/// Far more than the allowance of one token.
const REQUESTS: usize = 10_000;
const THREADS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_requests_do_not_stop_a_run() {
    let (site, daemon) = daemon(120).await;
    let operator = Client::of(&site).with(OPERATOR);
    let id = operator.read("/plans/latest")["id"].as_str().unwrap().to_owned();
    let releases = operator.read("/plans/latest")["releases"].as_u64().unwrap();
    operator.post("/api/v1/arm", &json!({ "plan": id })).json(200);
    site.qrs.set_faults(slow_deletes(20));
    let begun = operator.post(&format!("/api/v1/plans/{id}/apply"), &json!({})).json(202);

    let (left, served) = (Arc::new(AtomicUsize::new(REQUESTS)), Arc::new(AtomicUsize::new(0)));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (client, left, served) = (operator.with(VIEWER), left.clone(), served.clone());
            thread::spawn(move || {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    let answer = client.get("/api/v1/status");
                    match answer.status {
                        200 => served.fetch_add(1, Ordering::Relaxed),
                        429 | 503 | 0 => 0,
                        _ => panic!("{answer:?}"),
                    };
                }
            })
        })
        .collect();
    let ended = operator.end_of(&format!("/api/v1/work/{}", begun["id"])).await;
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(ended["state"], "done", "{ended}");
    assert_eq!(deletes(&site).len() as u64, releases);
    assert!(served.load(Ordering::Relaxed) > 300, "{served:?}");
    accounted(&site).await;
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_who_asks_for_much_does_not_keep_an_operator_from_pausing() {
    let (site, daemon) = daemon(120).await;
    let operator = Client::of(&site).with(OPERATOR);
    let is_over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..60)
        .map(|_| {
            let (viewer, is_over) = (operator.with(VIEWER), is_over.clone());
            thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let answer = viewer.get("/api/v1/audit/verification");
                    assert!([200, 429, 503, 0].contains(&answer.status), "{answer:?}");
                }
            })
        })
        .collect();
    for _ in 0..5 {
        operator.post("/api/v1/pause", &json!({ "note": "wait" })).json(200);
        operator.post("/api/v1/resume", &json!({})).json(200);
    }
    is_over.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_ten_megabytes_is_refused_before_it_is_read() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(OPERATOR);
    let large = vec![b' '; 10 * 1024 * 1024];
    let answer = client.ask("POST", "/api/v1/pause", &[("Content-Type", "application/json")], &large);
    assert!([413, 0].contains(&answer.status), "{answer:?}");
    // Without a length, in pieces.
    let mut stream = client.connect();
    let (address, token) = (&client.address, OPERATOR);
    let head = format!(
        "POST /api/v1/pause HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: \
         application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let piece = [b"2000\r\n".as_slice(), &[b' '; 0x2000], b"\r\n"].concat();
    for _ in 0..20 {
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n");
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 413"), "{text}");
    let long = "x".repeat(100_000);
    assert!([0, 400, 414, 431].contains(&client.get(&format!("/api/v1/audit?search={long}")).status));
    assert!([0, 400, 431].contains(&client.ask("GET", "/api/v1/who", &[("X-Long", &long)], b"").status));
    assert_eq!(client.read("/status")["releases"]["paused"], json!(null));
    daemon.stop().is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_cut_off_and_others_are_served_meanwhile() {
    let (site, daemon) = daemon(40).await;
    let client = Client::of(&site).with(OPERATOR);
    let id = client.read("/plans/latest")["id"].as_str().unwrap().to_owned();
    client.post("/api/v1/arm", &json!({ "plan": id })).json(200);
    let (address, token) = (client.address.clone(), OPERATOR);
    let heads = [
        // A head that never ends.
        format!("GET /api/v1/status HTTP/1.1\r\nHost: {address}\r\nX-Slow: "),
        // A body that never ends.
        format!(
            "POST /api/v1/pause HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: \
             application/json\r\nContent-Length: 60000\r\n\r\n{{"
        ),
    ];
    let stop = Arc::new(AtomicBool::new(false));
    let slow: Vec<_> = (0..40)
        .map(|index| {
            let (mut stream, head, stop) = (client.connect(), heads[index % 2].clone(), stop.clone());
            thread::spawn(move || {
                stream.write_all(head.as_bytes()).unwrap();
                stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
                let mut answer = Vec::new();
                let mut buffer = [0; 1024];
                while !stop.load(Ordering::Relaxed) {
                    if stream.write_all(b" ").is_err() {
                        return true;
                    }
                    match stream.read(&mut buffer) {
                        Ok(0) => return true,
                        Ok(read) => answer.extend_from_slice(&buffer[..read]),
                        Err(_) => {}
                    }
                    if answer.starts_with(b"HTTP/1.1 408") {
                        return true;
                    }
                }
                false
            })
        })
        .collect();
    let applied = client.work(&format!("/plans/{id}/apply"), &json!({})).await;
    assert_eq!(applied["state"], "done", "{applied}");
    // Both limits are below a minute.
    eventually(|| slow.iter().all(thread::JoinHandle::is_finished)).await;
    stop.store(true, Ordering::Relaxed);
    assert!(slow.into_iter().all(|thread| thread.join().unwrap()), "somebody was not cut off");
    assert_eq!(client.read("/status")["releases"]["paused"], json!(null));
    daemon.stop().is_done();
}

/// The limits on slow clients are below a minute.
async fn eventually(mut is_so: impl FnMut() -> bool) {
    for _ in 0..60 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    panic!("it did not come to that");
}

/// Connections that one network may have at once.
const OF_NETWORK: usize = 64;

/// Somebody asks for much, and reads nothing of it, on every connection that they get.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_do_not_read_are_cut_off() {
    let (site, daemon) = daemon(2000).await;
    let client = Client::of(&site).with(VIEWER);
    let length = client.get("/api/v1/plans/latest/file").body.len();
    assert!(length > 500_000, "{length}");
    let (address, token) = (client.address.clone(), VIEWER);
    let request =
        format!("GET /api/v1/plans/latest/file HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
    let streams: Vec<_> = (0..OF_NETWORK)
        .map(|_| {
            let mut stream = client.connect();
            // Several in a row: more than the system keeps for a reader.
            let _ = stream.write_all(request.repeat(20).as_bytes());
            stream
        })
        .collect();
    eventually(|| client.get("/healthz").status == 0).await;
    // As many others as may come at once find a place, so none of the first ones has one any more.
    eventually(|| {
        let others: Vec<_> = (0..OF_NETWORK).map(|_| client.connect()).collect();
        let held = others.into_iter().map(|mut stream| {
            let asked = stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes());
            let mut answer = [0; 8];
            let answered = asked.and_then(|()| stream.read_exact(&mut answer));
            (answered.is_ok(), stream)
        });
        held.collect::<Vec<_>>().iter().all(|(is_answered, _)| *is_answered)
    })
    .await;
    for mut stream in streams {
        let mut rest = Vec::new();
        // What the system had kept arrives, and then the end.
        let read = stream.read_to_end(&mut rest);
        assert!(rest.len() < 20 * length, "all of it was sent: {read:?}");
    }
    daemon.stop().is_done();
}
