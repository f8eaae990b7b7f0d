//! A point that is refused for good is set aside, exactly that one, and the others go on.

use std::time::Duration;
use steward::influx::drain_once;
use steward_core::point::Point;
use steward_tests::servers::Server;

use crate::world::{LIMIT, World, expected, query, reading, release, rows, write_lines};

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_of_field_types_sets_aside_just_the_points_that_have_it() {
    let server = Server::influx();
    query(server.address(), "CREATE DATABASE butler");
    write_lines(server.address(), "qlik_sense_license,license_type=analyzer minutes=1i");
    let world = World::new(server.port());
    let good: Vec<Point> = (0..97).map(|n| reading(n * 10)).collect();
    let bad: Vec<Point> = [5, 403, 404, 965].map(|ago| reading(ago).float("minutes", 7.5)).into();
    let mut all: Vec<Point> = good.iter().chain(&bad).cloned().collect();
    all.sort_by_key(|point| point.at);
    world.enqueue(&all).await;
    world.enqueue(&[release("ACME\\jdoe", 1)]).await;
    let mut courier = world.deliver();
    let status = courier.until_done(102).await;
    assert_eq!((status.sent_total, status.rejected_total, status.set_aside), (98, 4, 4));
    assert_eq!(status.last_error, None);
    let mut held = rows(server.address(), "qlik_sense_license");
    held.retain(|_, fields| !fields.contains_key("minutes"));
    assert_eq!(held, expected(&good));

    let mut outbox = world.outbox().await;
    let set_aside = outbox.set_aside().await.expect("rows");
    let times = |points: &[Point]| -> Vec<i64> {
        let mut times: Vec<i64> = points.iter().map(|point| point.at.millis()).collect();
        times.sort_unstable();
        times
    };
    assert_eq!(set_aside.iter().map(|row| row.point.at_ns / 1_000_000).collect::<Vec<_>>(), times(&bad));
    assert!(set_aside.iter().all(|row| row.problem.contains("field type conflict: input field \"minutes\"")));

    // The reason is gone, and they are told to try again.
    query(server.address(), "DROP DATABASE butler");
    assert_eq!(outbox.retry().await.expect("written"), 4);
    let status = courier.until_done(106).await;
    assert_eq!((status.sent_total, status.rejected_total), (102, 4), "{:?}", outbox.set_aside().await);
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&bad));
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn points_older_than_the_retention_are_set_aside_and_told() {
    let server = Server::influx();
    let world = World::new(server.port());
    let day_ms = 24 * 3600 * 1000;
    let old: Vec<Point> = (0..6).map(|n| reading(20 * day_ms + n)).collect();
    let new: Vec<Point> = (0..6).map(reading).collect();
    world.enqueue(&old).await;
    world.enqueue(&new).await;
    let drained = drain_once(&world.settings(), LIMIT).await.expect("InfluxDB is on");
    assert_eq!((drained.sent, drained.rejected, drained.waiting), (6, 6, 0));
    assert_eq!(drained.note().as_deref(), Some("InfluxDB refused 6 points for good; `steward outbox` lists them"));
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&new));
    let mut outbox = world.outbox().await;
    assert!(outbox.set_aside().await.expect("rows")[0].problem.contains("points beyond retention policy"));
    assert_eq!(outbox.drop_set_aside().await.expect("written"), 6);
    assert_eq!(outbox.standing().await.expect("counts").set_aside, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_no_influxdb_sets_nothing_aside() {
    use steward_tests::weather::{Sky, Weather};
    // Port of the other protocol: https towards http.
    let server = Server::influx();
    let tls = World::new(server.port()).steward("tls: true");
    tls.enqueue(&[reading(1)]).await;
    let drained = drain_once(&tls.settings(), LIMIT).await.expect("InfluxDB is on");
    assert!(drained.trouble.expect("trouble").contains("does not speak TLS on this port"));
    for (version, words) in [
        ("version: 2, v2Config: { org: o, bucket: b, token: t }", "does not know the write API of this version"),
        ("version: 3, v3Config: { database: b, token: t }", "does not know the write API of this version"),
    ] {
        let world = World::new(server.port()).version(version);
        world.enqueue(&[reading(1)]).await;
        let drained = drain_once(&world.settings(), LIMIT).await.expect("InfluxDB is on");
        assert_eq!((drained.waiting, drained.rejected), (1, 0));
        assert!(drained.trouble.as_deref().expect("trouble").contains(words), "{drained:?}");
    }
    for status in [302, 403, 404, 418, 502] {
        let sky = Sky::new(Weather::Status(status, "")).await;
        let world = World::new(sky.port());
        world.enqueue(&[reading(1)]).await;
        let drained = drain_once(&world.settings(), Duration::from_secs(20)).await.expect("InfluxDB is on");
        assert_eq!((drained.sent, drained.waiting, drained.rejected), (0, 1, 0), "{status}");
    }
}
