//! What is written is what is read, and what cannot be stored is known.

use steward_core::point::Point;
use steward_tests::servers::Server;

use crate::world::{World, expected, query, reading, release, rows};

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_field_and_every_name_is_read_back() {
    let server = Server::influx();
    let world = World::new(server.port());
    let names = [
        "ACME\\jdoe",
        "ACME\\j doe, \"the\" other=one",
        "ACME\\O'Neill",
        "A\\,B\\=C\\ D",
        "\\\\server\\share",
        "\"quoted\"",
        "Müller\\名前 ☺",
        "#x",
        " leading and trailing ",
        "a,b",
        "{}[]()<>|&;$%",
    ];
    let releases: Vec<Point> = names.iter().zip(1..).map(|(name, ago)| release(name, ago)).collect();
    let texts = ["", "plain", "a \"quote\"", "back\\slash", "ends in \\", "two\nlines", "a,b=c d", "名 ☺"];
    let mut fields = reading(0);
    for (index, text) in texts.iter().enumerate() {
        fields = fields.text(&format!("text {index}"), *text);
    }
    let numbers = [0.0, -0.5, 1.0, 1e300, 5e-324, 123_456_789.123, f64::MAX, f64::MIN];
    for (index, number) in numbers.iter().enumerate() {
        fields = fields.float(&format!("number,{index}"), *number);
    }
    let fields = [fields.boolean("yes=", true).boolean("no", false)];
    world.enqueue(&releases).await;
    world.enqueue(&fields).await;
    let mut courier = world.deliver();
    let status = courier.until_done(12).await;
    assert_eq!((status.sent_total, status.rejected_total), (12, 0));
    assert_eq!(rows(server.address(), "qlik_sense_license_release"), expected(&releases));
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&fields));
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_influxdb_can_store_is_stored_as_near_as_can_be() {
    let server = Server::influx();
    let world = World::new(server.port());
    let written = [
        release("ACME\\jdoe\\", 1),
        release("ACME\\", 2),
        release("a\nb\tc\u{0}", 3),
        release("", 4),
        release("x", 5).tag("", "no name").float("none", f64::NAN).float("endless", f64::INFINITY),
    ];
    let stored = [
        release("ACME\\jdoe＼", 1),
        release("ACME＼", 2),
        release("a\\nb\\tc\\u{0}", 3),
        release("", 4),
        release("x", 5),
    ];
    let stored = stored.into_iter().zip(&written).map(|(mut point, written)| {
        point.at = written.at;
        point.tags.retain(|_, value| !value.is_empty());
        point
    });
    let stored: Vec<Point> = stored.collect();
    world.enqueue(&written).await;
    let mut courier = world.deliver();
    courier.until_done(5).await;
    assert_eq!(rows(server.address(), "qlik_sense_license_release"), expected(&stored));
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn points_of_one_series_in_one_millisecond_stay_apart() {
    let server = Server::influx();
    let world = World::new(server.port());
    let point = reading(0);
    world.enqueue(&[point.clone(), point.clone(), point]).await;
    let mut courier = world.deliver();
    courier.until_done(3).await;
    assert_eq!(rows(server.address(), "qlik_sense_license").len(), 3);
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_database_is_created_with_its_retention_policy() {
    let server = Server::influx();
    let world = World::new(server.port());
    let mut courier = world.deliver();
    world.enqueue(&[reading(2)]).await;
    courier.poke.notify_one();
    courier.until_done(1).await;
    let policies = query(server.address(), "SHOW RETENTION POLICIES ON butler");
    let policies = policies["results"][0]["series"][0]["values"].as_array().expect("policies").clone();
    assert_eq!(policies.len(), 1);
    assert_eq!((policies[0][0].as_str(), policies[0][1].as_str()), (Some("10d"), Some("240h0m0s")));
    // Somebody drops it: it is there again with the next point.
    query(server.address(), "DROP DATABASE butler");
    let later = reading(1);
    world.enqueue(std::slice::from_ref(&later)).await;
    courier.poke.notify_one();
    courier.until_done(2).await;
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&[later]));
    courier.stop().await;
}
