//! `VictoriaMetrics` speaks the write APIs of versions 1 and 2. It keeps numbers, to the millisecond.

use std::collections::BTreeMap;

use serde_json::Value;
use steward_core::point::{Field, Point};
use steward_tests::servers::{Server, ask};

use crate::world::{World, reading, release};

/// Names of series with their tags, milliseconds, value.
type Samples = BTreeMap<(BTreeMap<String, String>, i64), f64>;

fn held(server: &Server) -> Samples {
    // What was written just now is made visible.
    ask(server.address(), "GET", "/internal/force_flush", "").expect("an answer");
    let path = "/api/v1/export?end=2100000000&match%5B%5D=%7B__name__%21%3D%22%22%7D";
    let answer = ask(server.address(), "GET", path, "").expect("an answer");
    let mut samples = Samples::new();
    for line in answer.body.lines().filter(|line| line.starts_with('{')) {
        let json: Value = serde_json::from_str(line).expect("JSON");
        let metric: BTreeMap<String, String> = serde_json::from_value(json["metric"].clone()).expect("labels");
        for (value, at) in json["values"].as_array().unwrap().iter().zip(json["timestamps"].as_array().unwrap()) {
            let before = samples.insert((metric.clone(), at.as_i64().unwrap()), value.as_f64().unwrap());
            assert!(before.is_none(), "twice: {line}");
        }
    }
    samples
}

fn expected(points: &[Point], database: Option<&str>) -> Samples {
    let mut samples = Samples::new();
    for point in points {
        for (name, field) in &point.fields {
            let Field::Float(value) = field else { continue };
            let mut metric = point.tags.clone();
            metric.insert("__name__".to_owned(), format!("{}_{name}", point.measurement));
            metric.extend(database.map(|database| ("db".to_owned(), database.to_owned())));
            samples.insert((metric, point.at.millis()), *value);
        }
    }
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_the_points_of_versions_1_and_2() {
    for version in ["v1Config: { dbName: butler }", "version: 2, v2Config: { org: o, bucket: butler, token: t }"] {
        let server = Server::victoria_metrics();
        let world = World::new(server.port()).version(version);
        let mut points: Vec<Point> = (0..100).map(|n| reading(n * 10)).collect();
        points.push(release("ACME\\j doe, a=b", 5));
        world.enqueue(&points).await;
        let mut courier = world.deliver();
        let status = courier.until_done(101).await;
        assert_eq!((status.sent_total, status.rejected_total), (101, 0), "{version}");
        let held = held(&server);
        // Version 2's bucket is passed over.
        let database = if version.contains("version: 2") { None } else { Some("butler") };
        let expected = expected(&points, database);
        assert!(held == expected, "{version}: {held:?}");
        courier.stop().await;
    }
}
