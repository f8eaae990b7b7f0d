//! Versions 2 and 3, by stubs of their documented write APIs.

use steward_core::point::Point;

use crate::stub::{Reply, Stub};
use crate::world::{World, reading, release};

const VERSION_2: &str = "version: 2, v2Config: { org: o, bucket: b, token: secret }";
const VERSION_3: &str = "version: 3, v3Config: { database: d, token: secret, writeTimeout: 5000 }";

fn some_points() -> Vec<Point> {
    let users = ["ACME\\a", "bad", "ACME\\b", "ACME\\c\\\\d", "bad2", "ACME\\e"];
    let releases = users.iter().zip(0..).map(|(user, ago)| release(user, ago));
    releases.chain((0..50).map(|n| reading(n * 7))).collect()
}

#[tokio::test]
async fn sets_aside_what_is_refused_and_writes_the_rest() {
    for (version, reply) in [
        (VERSION_2, Reply::Sound),
        (VERSION_3, Reply::Sound),
        (VERSION_3, Reply::WithoutLines),
        (VERSION_2, Reply::BusyOnce),
    ] {
        let stub = Stub::new("secret").await;
        stub.reply(reply);
        let world = World::new(stub.port()).version(version).steward("batchPoints: 20");
        world.enqueue(&some_points()).await;
        let mut courier = world.deliver();
        let status = courier.until_done(56).await;
        assert_eq!((status.sent_total, status.rejected_total), (54, 2), "{version} {reply:?}");
        let stored = stub.stored();
        assert_eq!(stored.len(), 54);
        assert!(stored.keys().all(|(series, _)| !series.contains("bad")));
        let problems: Vec<String> =
            world.outbox().await.set_aside().await.expect("rows").into_iter().map(|row| row.problem).collect();
        let words = match (version, reply) {
            (VERSION_2, _) => "field type conflict",
            (_, Reply::WithoutLines) => "partial write of line protocol occurred",
            _ => "invalid column type for column 'used'",
        };
        assert!(problems.iter().all(|problem| problem.contains(words)), "{problems:?}");
        if version == VERSION_3 && reply == Reply::Sound {
            // The bad lines are named, so that one more request is enough.
            assert_eq!(stub.requests(), [20, 18, 20, 16]);
        }
        courier.stop().await;
    }
}

#[tokio::test]
async fn version_3_takes_double_backslashes_back() {
    let stub = Stub::new("secret").await;
    for (version, user) in [(VERSION_2, "ACME\\c\\\\d"), (VERSION_3, "ACME\\\\c\\\\\\\\d")] {
        let world = World::new(stub.port()).version(version);
        world.enqueue(&[release("ACME\\c\\\\d", 1)]).await;
        let mut courier = world.deliver();
        courier.until_done(1).await;
        let series = format!("qlik_sense_license_release,license_type=analyzer,user={user}");
        assert!(stub.stored().keys().any(|(stored, _)| *stored == series), "{:?}", stub.stored());
        courier.stop().await;
    }
}

#[tokio::test]
async fn sends_less_at_a_time_when_a_request_is_too_large() {
    let stub = Stub::new("secret").await;
    stub.reply(Reply::LargestBytes(500));
    let world = World::new(stub.port()).version(VERSION_2);
    let huge = reading(1).text("text", "x".repeat(600));
    let mut points: Vec<Point> = (0..40).map(|n| reading(100 + n)).collect();
    points.insert(17, huge);
    world.enqueue(&points).await;
    let mut courier = world.deliver();
    let status = courier.until_done(41).await;
    assert_eq!((status.sent_total, status.rejected_total), (40, 1));
    courier.stop().await;
}

#[tokio::test]
async fn rows_go_wherever_the_settings_lead() {
    let stub = Stub::new("secret").await;
    stub.reply(Reply::NoBucket);
    let two = World::new(stub.port()).version(VERSION_2);
    two.enqueue(&[reading(1), reading(2)]).await;
    let mut courier = two.deliver();
    let status = courier.until(|status| status.last_error.is_some()).await;
    assert!(status.last_error.unwrap_or_default().contains("bucket \"b\" not found"));
    let mut settings = (*two.settings()).clone();
    settings.butler.influx_db = World::new(stub.port()).version(VERSION_3).settings().butler.influx_db.clone();
    courier.settings.send_replace(std::sync::Arc::new(settings));
    courier.until_done(2).await;
    assert_eq!(stub.stored().len(), 2);
    courier.stop().await;
}
