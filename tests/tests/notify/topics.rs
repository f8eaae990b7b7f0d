//! Topics of a real MQTT broker.

use std::time::Duration;

use serde_json::Value;
use steward::notify::Content;
use steward_tests::weather::{Sky, Weather};

use crate::broker::{Broker, Reader};
use crate::world::{HOSTILE, World, keep_log, log};

const HOUR: Duration = Duration::from_hours(1);

fn sink(port: u16, user: &str, more: &str) -> String {
    format!(
        "mqtt: [ {{ name: broker, host: 127.0.0.1, port: {port}, tls: true, ROOT, user: {user}, password: s3cret-{user}, \
         timeoutSeconds: 2, {more} }} ]"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_go_to_the_topic_of_their_rule() {
    let broker = Broker::new();
    let reader = Reader::new(&broker).await;
    let mut world = World::new(&sink(broker.tls().port(), "steward", ""));
    let post = world.deliver();
    world.tell("broker", "id-1").await;
    world.write("broker", [("id-2", Content::Alert(world.hostile("id-2")))]).await;
    assert_eq!(post.standing("broker").await.delivered, 2);
    world.notify(&sink(broker.tls().port(), "steward", r#"topic: steward/own/, body: '{"t": "{{ title }}"}'"#));
    post.settings.send_replace(world.settings());
    world.write("broker", [("id-3", Content::Alert(world.hostile("id-3")))]).await;
    assert_eq!(post.standing("broker").await.delivered, 3);
    let heard = reader.until(3).await;
    let topics: Vec<&str> = heard.iter().map(|(topic, _)| topic.as_str()).collect();
    let expected =
        ["steward/alerts/low-availability", "steward/alerts/protection-unmatched", "steward/own/protection-unmatched"];
    assert_eq!(topics, expected);
    let facts: Vec<Value> = heard.iter().map(|(_, payload)| serde_json::from_str(payload).expect("JSON")).collect();
    assert_eq!((&facts[0]["id"], &facts[0]["subject"]), (&"id-1".into(), &"professional".into()));
    let tamed = HOSTILE.replace(['\r', '\n'], " ").replace('\u{202e}', "");
    assert_eq!((&facts[1]["subject"], &facts[2]["t"]), (&tamed.as_str().into(), &tamed.as_str().into()));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_does_not_let_us_in_says_so() {
    keep_log();
    let broker = Broker::new();
    let port = broker.tls().port();
    for (settings, words) in [
        (sink(port, "steward", "").replace("s3cret-steward", "s3cret-wrong"), "does not let us in: not authorised"),
        (sink(port, "mute", ""), "does not take messages for this topic: not authorised"),
        (sink(port, "steward", "topic: elsewhere"), "does not take messages for this topic: not authorised"),
    ] {
        let world = World::new(&settings);
        let post = world.deliver();
        world.tell("broker", "id-1").await;
        let standing = post.standing("broker").await;
        let problem = standing.problem.clone().unwrap_or_default();
        assert!(problem.contains(words) && !problem.contains("s3cret"), "{words:?}: {standing:?}");
        assert_eq!((standing.waiting, standing.delivered), (1, 0));
        world.pass(HOUR * 25);
        assert_eq!(post.standing("broker").await.refused, 1);
        post.stop().await;
    }
    assert!(!log().contains("s3cret"), "{}", log());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_trusted_is_told_nothing() {
    let broker = Broker::new();
    let foreign = tempfile::TempDir::new().expect("a folder");
    crate::world::make_certificates("somebody-else").write(foreign.path()).expect("certificates");
    let root = format!("rootCertificate: '{}/root.pem'", foreign.path().display());
    let world = World::new(&sink(broker.tls().port(), "steward", "").replace("ROOT", &root));
    let post = world.deliver();
    world.tell("broker", "id-1").await;
    let standing = post.standing("broker").await;
    assert!(standing.problem.as_deref().is_some_and(|told| told.contains("is not trusted")), "{standing:?}");
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_was_away_gets_everything_once_it_is_back() {
    let broker = Broker::new();
    let reader = Reader::new(&broker).await;
    let sky = Sky::new(Weather::Closed).await;
    let world = World::new(&sink(sky.port(), "steward", ""));
    let post = world.deliver();
    for id in ["id-1", "id-2", "id-3"] {
        world.tell("broker", id).await;
    }
    assert_eq!(post.standing("broker").await.waiting, 3);
    sky.change(Weather::Silent);
    world.pass(HOUR);
    let standing = post.standing("broker").await;
    assert!(
        standing.problem.as_deref().is_some_and(|told| told.contains("did not confirm it within 2 s")),
        "{standing:?}"
    );
    sky.change(Weather::Fine(broker.tls()));
    world.pass(HOUR);
    assert_eq!(post.standing("broker").await.delivered, 3);
    let heard = reader.until(3).await;
    let ids = heard.iter().map(|(_, payload)| serde_json::from_str::<Value>(payload).expect("JSON")["id"].clone());
    assert_eq!(ids.collect::<Vec<_>>(), ["id-1", "id-2", "id-3"]);
    post.stop().await;
}
