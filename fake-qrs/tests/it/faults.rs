//! Each fault of the script as a client meets it, and the journal's view of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use steward_fake_qrs::options::Latency;
use steward_fake_qrs::{Fault, FaultScript};

use crate::harness::{Site, certificates, client};

const LIST: &str = "/qrs/license/analyzeraccesstype/full";
const SEAT: &str = "/qrs/license/analyzeraccesstype/a0000000-0000-4000-8000-000000000002";

async fn playing(fault: Fault) -> Site {
    Site::with(|options| options.faults = FaultScript::every("/qrs/license/*", fault)).await
}

#[tokio::test]
async fn answers_statuses_pages_and_empty_lists() {
    let status = Fault::Status { status: 500, body: "boom".to_owned(), content_type: "text/plain".to_owned() };
    for (fault, expected, part) in [
        (status, 500, "boom"),
        (Fault::Html, 200, "<html"),
        (Fault::Unavailable, 503, "unavailable"),
        (Fault::NotCentral, 400, "central node"),
        (Fault::EmptyList, 200, "[]"),
    ] {
        let kind = fault.kind();
        let site = playing(fault).await;
        let (status, text) = site.get(LIST).await;
        assert_eq!(status.as_u16(), expected, "{kind}");
        assert!(text.contains(part), "{kind}: {text}");
        assert_eq!(site.get("/qrs/user/full").await.0, 200, "{kind}");
        assert_eq!(site.fake.journal()[0].fault, Some(kind));
    }
}

#[tokio::test]
async fn closes_connections_before_and_within_an_answer() {
    let site = playing(Fault::Reset).await;
    assert!(site.request(Method::DELETE, SEAT).send().await.is_err());
    assert_eq!(site.fake.data().analyzeraccesstype.len(), 3);
    assert_eq!(site.fake.journal()[0].status, 0);
    let site = playing(Fault::ResetMidBody).await;
    let response = site.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn loses_the_connection_after_a_release_was_carried_out() {
    let site = playing(Fault::ResetAfterApply).await;
    assert!(site.request(Method::DELETE, SEAT).send().await.is_err());
    assert_eq!(site.fake.data().analyzeraccesstype.len(), 2);
}

#[tokio::test]
async fn truncates_json_under_a_length_that_matches() {
    let site = playing(Fault::TruncatedJson).await;
    let (status, text) = site.get(LIST).await;
    assert_eq!(status, 200);
    assert!(text.starts_with('[') && text.ends_with(']'));
    assert!(serde_json::from_str::<Value>(&text).is_err());
}

#[tokio::test]
async fn streams_json_without_an_end_until_the_client_leaves() {
    let site = playing(Fault::GiganticJson { bytes: None }).await;
    let mut response = site.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(response.headers().get("content-length"), None);
    let mut taken = 0;
    while taken < 2_000_000 {
        taken += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    let bounded = playing(Fault::GiganticJson { bytes: Some(1_000_000) }).await;
    let (_, text) = bounded.get(LIST).await;
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(text.len() >= 1_000_000 && rows.len() > 1_000);
    bounded.fake.stop().await;
}

#[tokio::test]
async fn waits_before_it_answers() {
    let site = playing(Fault::Latency { ms: 60 }).await;
    site.get(LIST).await;
    assert!(site.fake.journal()[0].ms >= 60.0);
    let between = Latency::Between(Duration::from_millis(30), Duration::from_millis(40));
    let site = Site::with(|options| options.latency = between).await;
    site.get("/qrs/about").await;
    assert!(site.fake.journal()[0].ms >= 30.0);
}

#[tokio::test]
async fn plays_a_new_script_from_its_beginning() {
    let site = Site::small().await;
    site.fake.set_faults(FaultScript::nth("GET", "/qrs/*", 2, Fault::Unavailable));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(site.get(LIST).await.0.as_u16());
    }
    assert_eq!(statuses, [200, 503, 200]);
}

#[tokio::test]
async fn journals_requests_and_the_connections_they_came_over() {
    let site = Site::small().await;
    for _ in 0..3 {
        site.get(LIST).await;
    }
    assert_eq!(site.delete(SEAT).await, 204);
    let journal = site.fake.journal();
    assert_eq!(journal.iter().filter(|entry| entry.new_connection).count(), 1);
    assert_eq!(journal.iter().map(|entry| entry.method.as_str()).collect::<Vec<_>>(), ["GET", "GET", "GET", "DELETE"]);
    let first = &journal[0];
    assert_eq!((first.path.as_str(), first.status), (LIST, 200));
    assert_eq!(first.user.as_deref(), Some(r"Internal\sa_repository"));
    assert!(first.bytes > 500 && first.query.contains("xrfkey="));
    let other = client(&certificates(), true);
    assert!(other.get(format!("https://qlikserver:{}/", site.fake.address().port())).send().await.is_err());
    site.fake.clear_journal();
    assert_eq!(site.fake.journal(), []);
}
