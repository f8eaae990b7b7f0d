//! What `steward check` learns of a server.

use steward::config::Retention;
use steward::influx::{DatabaseLook, InfluxSettings, inspect};
use steward_tests::servers::Server;

use crate::stub::{Reply, Stub};
use crate::world::{World, query, write_lines};

fn settings(world: &World) -> InfluxSettings {
    InfluxSettings::of(&world.settings()).expect("InfluxDB is on")
}

#[tokio::test(flavor = "multi_thread")]
async fn version_1_tells_what_is_there() {
    let server = Server::influx();
    let world = World::new(server.port());
    let found = inspect(&settings(&world)).await.expect("it answers");
    assert!(found.version.is_some_and(|version| version.starts_with("1.6")));
    assert_eq!(found.database, DatabaseLook::WillBeCreated);
    assert_eq!(found.retention.and_then(Retention::days), Some(10));
    assert_eq!(query(server.address(), "SHOW DATABASES")["results"][0]["series"][0]["values"].as_array(), None);

    query(server.address(), "CREATE DATABASE butler WITH DURATION 90d NAME \"long\"");
    let lines = "qlik_sense_license used=1i,free=2\nsteward_run stopped=1\nqlik_sense_server_license \
                 license_expired=true,expiry_date=\"x\"\nothers used=1i\nsteward_plan seats=\"many\"";
    write_lines(server.address(), lines);
    let found = inspect(&settings(&world)).await.expect("it answers");
    assert_eq!(found.database, DatabaseLook::Ready);
    assert_eq!((found.retention.and_then(Retention::days), found.default_policy.as_deref()), (Some(90), Some("long")));
    let expected = [
        "`qlik_sense_license.used` is integer, not float",
        "`steward_plan.seats` is string, not float",
        "`steward_run.stopped` is float, not boolean",
    ];
    assert_eq!(found.conflicts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn victoria_metrics_is_found_good() {
    let server = Server::victoria_metrics();
    for version in ["v1Config: { dbName: butler }", "version: 2, v2Config: { org: o, bucket: b, token: t }"] {
        let world = World::new(server.port()).version(version);
        let found = inspect(&settings(&world)).await.expect("it answers");
        assert_eq!((found.version, found.database), (None, DatabaseLook::Ready));
        assert_eq!(found.conflicts, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_2_and_3_are_asked_without_writing() {
    let stub = Stub::new("secret").await;
    let two = World::new(stub.port()).version("version: 2, v2Config: { org: o, bucket: b, token: secret }");
    let found = inspect(&settings(&two)).await.expect("it answers");
    assert_eq!((found.version.as_deref(), found.retention.and_then(Retention::days)), (Some("stub"), Some(30)));
    let three =
        World::new(stub.port()).version("version: 3, v3Config: { database: d, token: secret, retentionDuration: 1w }");
    let found = inspect(&settings(&three)).await.expect("it answers");
    assert_eq!(found.retention.and_then(Retention::days), Some(7));
    assert!(stub.stored().is_empty());
    let wrong = World::new(stub.port()).version("version: 3, v3Config: { database: d, token: guess }");
    let trouble = inspect(&settings(&wrong)).await.expect_err("a wrong token").to_string();
    assert!(trouble.contains("does not accept the user and password, or the token (status 401)"), "{trouble}");
    stub.reply(Reply::NoBucket);
    let trouble = inspect(&settings(&two)).await.expect_err("no bucket").to_string();
    assert!(trouble.contains("does not have what the points are written into: bucket \"b\" not found"), "{trouble}");
}
