//! A database that Butler began goes on as one.

use steward_core::point::Point;
use steward_tests::servers::Server;

use crate::world::{World, expected, query, reading, release, rows, write_lines};

/// What Butler's client writes: floats without a point, tags in the order of the settings, one backslash in a name. The
/// database has its policy beside `autogen`.
const BUTLER: &str = "\
qlik_sense_license,foo=bar,license_type=analyzer allocated=12,available=5,excess=0,quarantined=1,total=40,used=30
qlik_sense_license_release,foo=bar,license_type=analyzer,user=ACME\\jdoe days_since_last_use=42
qlik_sense_server_license,foo=bar license_expired=F,expiry_date=\"2027-03-31\",days_until_expiry=129
";

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_database_goes_on_without_a_conflict() {
    let server = Server::influx();
    let address = server.address();
    query(address, "CREATE DATABASE butler");
    query(address, "CREATE RETENTION POLICY \"30d\" ON butler DURATION 30d REPLICATION 1 DEFAULT");
    write_lines(address, BUTLER);
    let series = query(address, "SHOW SERIES");
    let fields = query(address, "SHOW FIELD KEYS");

    let world = World::new(server.port());
    let with_tag = |point: Point| point.tag("foo", "bar");
    let seats = with_tag(reading(1))
        .float("available", 5.5)
        .float("excess", 0.0)
        .float("quarantined", 1.0)
        .float("total", 40.0)
        .float("used", 30.0);
    let released = with_tag(release("ACME\\jdoe", 2));
    let mut server_license = with_tag(reading(3));
    "qlik_sense_server_license".clone_into(&mut server_license.measurement);
    server_license.tags.remove("license_type");
    server_license.fields.clear();
    let server_license =
        server_license.boolean("license_expired", false).text("expiry_date", "unknown").float("days_until_expiry", 3);
    world.enqueue(&[seats.clone(), released.clone(), server_license.clone()]).await;
    let mut courier = world.deliver();
    let status = courier.until_done(3).await;
    assert_eq!(status.rejected_total, 0);

    assert_eq!(query(address, "SHOW SERIES"), series, "no series beside those of Butler");
    assert_eq!(query(address, "SHOW FIELD KEYS"), fields, "no other field and no other type");
    let policies = query(address, "SHOW RETENTION POLICIES ON butler").to_string();
    assert!(policies.contains("30d") && !policies.contains("10d"), "the policies stay as they are: {policies}");
    for (measurement, ours) in [
        ("qlik_sense_license", seats),
        ("qlik_sense_license_release", released),
        ("qlik_sense_server_license", server_license),
    ] {
        let mut held = rows(address, measurement);
        assert_eq!(held.len(), 2, "Butler's and ours: {held:?}");
        held.retain(|key, _| expected(std::slice::from_ref(&ours)).contains_key(key));
        assert_eq!(held, expected(&[ours]));
    }
    courier.stop().await;
}
