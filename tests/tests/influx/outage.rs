//! Everything arrives, and arrives once, whatever happens to the server and the way to it.

use std::time::Duration;

use steward::influx::drain_once;
use steward_core::point::Point;
use steward_fake_qrs::certificates::{AlternativeNames, CertificateOptions, generate};
use steward_tests::servers::{Server, ask};
use steward_tests::weather::{Sky, Weather};

use crate::world::{LIMIT, World, expected, query, reading, release, rows};

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_loses_nothing_and_doubles_nothing() {
    let mut server = Server::influx();
    let sky = Sky::new(Weather::Fine(server.address())).await;
    let world = World::new(sky.port()).steward("timeoutSeconds: 1, batchPoints: 7");
    let mut courier = world.deliver();
    let mut all: Vec<Point> = Vec::new();
    for round in 0..6 {
        let tries = sky.connections();
        sky.change(match round {
            0 => Weather::Closed,
            1 => Weather::Status(503, ""),
            2 => Weather::Status(500, ""),
            3 => Weather::Status(429, "Retry-After: 1"),
            4 => Weather::AnswerLost(server.address()),
            _ => Weather::Silent,
        });
        let ago = 1000 * (10 - round);
        let points: Vec<Point> =
            (0..20).flat_map(|n| [reading(ago - n), release(&format!("ACME\\user{n:02}"), ago - n)]).collect();
        world.enqueue(&points).await;
        all.extend(points);
        courier.poke.notify_one();
        courier.until(|status| status.last_error.is_some() && sky.connections() > tries).await;
        let sent_before = courier.status.borrow().sent_total;
        if round == 2 {
            // The server itself goes, as in a power cut, and comes back with what it had confirmed.
            server.kill();
            server.start();
        }
        sky.change(Weather::Fine(server.address()));
        courier.until(|status| status.waiting == 0 && status.sent_total > sent_before).await;
    }
    let status = courier.until(|status| status.last_error.is_none()).await;
    assert_eq!((status.sent_total, status.rejected_total, status.dropped_total), (all.len() as u64, 0, 0));
    let (readings, releases): (Vec<Point>, Vec<Point>) =
        all.into_iter().partition(|point| point.measurement == "qlik_sense_license");
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&readings));
    assert_eq!(rows(server.address(), "qlik_sense_license_release"), expected(&releases));
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_through_a_restart_of_ours_is_delivered_in_its_order() {
    let mut server = Server::influx();
    let sky = Sky::new(Weather::Fine(server.address())).await;
    let world = World::new(sky.port()).steward("batchPoints: 10");
    server.kill();
    let points: Vec<Point> = (0..50).map(|n| reading(1000 - n)).collect();
    let mut courier = world.deliver();
    world.enqueue(&points[..25]).await;
    courier.until(|status| status.last_error.is_some()).await;
    courier.stop().await;
    world.enqueue(&points[25..]).await;
    let oldest = world.outbox().await.oldest(100).await.expect("rows");
    assert!(oldest.windows(2).all(|pair| pair[0].at_ns < pair[1].at_ns) && oldest.len() == 50);
    server.start();
    sky.change(Weather::Fine(server.address()));
    let mut courier = world.deliver();
    courier.until_done(50).await;
    assert_eq!(rows(server.address(), "qlik_sense_license"), expected(&points));
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_waits_until_the_settings_change() {
    let server = Server::influx_with_accounts();
    let created = ask(
        server.address(),
        "POST",
        "/query?q=CREATE%20USER%20joe%20WITH%20PASSWORD%20%27right%27%20WITH%20ALL%20PRIVILEGES",
        "",
    );
    assert_eq!(created.expect("an answer").status, 200);
    let with = |password: &str| {
        let auth = format!("auth: {{ enable: true, username: joe, password: {password} }}");
        World::new(server.port()).version(&format!("v1Config: {{ dbName: butler, {auth} }}"))
    };
    let (wrong, right) = (with("wrong"), with("right"));
    wrong.enqueue(&[reading(1)]).await;
    let mut courier = wrong.deliver();
    let status = courier.until(|status| status.last_error.is_some()).await;
    let error = status.last_error.unwrap_or_default();
    assert!(error.contains("does not accept the user and password") && !error.contains("wrong"), "{error}");
    assert_eq!((status.waiting, status.set_aside), (1, 0));
    courier.settings.send_replace(right.settings());
    courier.until_done(1).await;
    courier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_delivers_once_and_does_not_fail() {
    let server = Server::influx();
    let sky = Sky::new(Weather::Closed).await;
    let world = World::new(sky.port());
    world.enqueue(&[reading(1), reading(2)]).await;
    let limit = Duration::from_secs(10);
    let drained = drain_once(&world.settings(), limit).await.expect("InfluxDB is on");
    assert_eq!((drained.sent, drained.waiting), (0, 2));
    assert!(drained.note().expect("a note").starts_with("2 points for InfluxDB wait and are delivered later: "));
    sky.change(Weather::Silent);
    let drained = drain_once(&world.settings(), Duration::from_millis(200)).await.expect("InfluxDB is on");
    assert_eq!((drained.sent, drained.waiting), (0, 2));
    sky.change(Weather::Fine(server.address()));
    let drained = drain_once(&world.settings(), limit).await.expect("InfluxDB is on");
    assert_eq!((drained.sent, drained.waiting, drained.note()), (2, 0, None));
    assert_eq!(rows(server.address(), "qlik_sense_license").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_stays_while_influxdb_is_off() {
    let server = Server::influx();
    let world = World::new(server.port());
    world.enqueue(&[reading(1)]).await;
    let on = world.settings();
    let mut off = (*on).clone();
    off.butler.influx_db.enable = false;
    assert_eq!(drain_once(&off, Duration::from_secs(1)).await, None);
    let mut courier = world.deliver_with(std::sync::Arc::new(off));
    let status = courier.until(|status| status.waiting == 1).await;
    assert!(status.oldest_at.is_some() && !status.is_enabled && status.last_error.is_none());
    assert_eq!(query(server.address(), "SHOW DATABASES")["results"][0]["series"][0]["values"].as_array(), None);
    courier.settings.send_replace(on);
    courier.until_done(1).await;
    courier.stop().await;
    assert_eq!(query(server.address(), "SHOW DATABASES")["results"][0]["series"][0]["values"][0][0], "butler");
}

#[tokio::test(flavor = "multi_thread")]
async fn https_needs_a_root_that_is_trusted() {
    let names = AlternativeNames::ShortNameAndLoopback;
    let options = CertificateOptions { alternative_names: names, ..CertificateOptions::default() };
    let set = generate(&options).expect("certificates");
    let server = Server::influx_with_tls(&set.server, &set.server_key);
    let root = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(root.path(), &set.root).expect("written");
    let with_root = format!("tls: true, rootCertificate: '{}'", root.path().display());
    for (steward, trouble) in [
        ("tls: false", Some("wants https on this port: set `steward.influxDb.tls: true`")),
        ("tls: true", Some("is not trusted")),
        (
            "tls: true, rootCertificate: /nowhere.pem",
            Some("cannot use `steward.influxDb.rootCertificate` `/nowhere.pem`"),
        ),
        (with_root.as_str(), None),
    ] {
        let world = World::new(server.port()).steward(steward);
        world.enqueue(&[reading(1)]).await;
        let drained = drain_once(&world.settings(), LIMIT).await.expect("InfluxDB is on");
        match trouble {
            None => assert_eq!((drained.sent, drained.trouble), (1, None)),
            Some(words) => {
                assert!(drained.trouble.as_deref().is_some_and(|said| said.contains(words)), "{words}: {drained:?}");
                assert_eq!((drained.waiting, drained.rejected), (1, 0));
            }
        }
    }
}
