//! A data folder with points, settings that lead to a server, a delivery at work, and what the server holds.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde_json::Value;
use steward::clock::{self, Timer};
use steward::config::Settings;
use steward::influx::{Delivery, OutboxStatus, deliver};
use steward::ledger::{Ledger, Outbox, Reading};
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::point::{Field, Point, Tags};
use steward_tests::servers::{ask, encoded};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Far above what any of these tests needs.
pub const LIMIT: Duration = Duration::from_mins(1);
/// Where points of these tests go in version 1.
pub const DATABASE: &str = "butler";

pub struct World {
    folder: TempDir,
    port: u16,
    version: String,
    steward: String,
}

impl World {
    /// Points for a version 1 on this port.
    pub fn new(port: u16) -> Self {
        let version = "version: 1, v1Config: { dbName: butler, retentionPolicy: { name: 10d, duration: 10d } }";
        let folder = TempDir::new().expect("a temporary folder");
        Self { folder, port, version: version.to_owned(), steward: "timeoutSeconds: 10".to_owned() }
    }

    /// With other settings under `Butler.influxDb`.
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// With other settings under `steward.influxDb`.
    pub fn steward(mut self, steward: &str) -> Self {
        steward.clone_into(&mut self.steward);
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn settings(&self) -> Arc<Settings> {
        let Self { port, version, steward, .. } = self;
        let text = format!(
            "Butler:
  cert: {{ clientCert: client.pem, clientCertKey: client_key.pem, clientCertCA: root.pem }}
  configQRS:
    host: sense.acme.test
    headers: {{ static: [ {{ name: X-Qlik-User, value: UserDirectory=Internal;UserId=sa_repository }} ] }}
  influxDb: {{ enable: true, hostIP: 127.0.0.1, hostPort: {port}, {version} }}
steward:
  dataDir: '{}'
  influxDb: {{ {steward} }}
",
            self.folder().display()
        );
        let loaded = Settings::from_text(&text, Path::new("/etc/steward.yaml"));
        Arc::new(loaded.unwrap_or_else(|problems| panic!("{problems}")).settings)
    }

    /// Writes points as an event does.
    pub async fn enqueue(&self, points: &[Point]) {
        let now = clock::now();
        let mut ledger = Ledger::open(self.folder(), now).await.expect("a ledger");
        ledger.bound_outbox(self.settings().steward.influx_db.outbox_max_points).await;
        let site = Digest::of_bytes(b"site");
        let reading =
            Reading { at: now, site, counted: &[], seats: None, idle: &BTreeMap::new(), points, retention_days: None };
        ledger.record_reading(&reading).await.expect("points are written");
        ledger.close().await;
    }

    pub async fn outbox(&self) -> Outbox {
        Outbox::open(self.folder()).await.expect("an outbox").expect("a ledger")
    }

    pub fn deliver(&self) -> Courier {
        self.deliver_with(self.settings())
    }

    pub fn deliver_with(&self, settings: Arc<Settings>) -> Courier {
        let (settings, receiver) = watch::channel(settings);
        let (sender, status) = watch::channel(OutboxStatus::default());
        let poke = Arc::new(Notify::new());
        let stop = CancellationToken::new();
        let delivery =
            Delivery { folder: self.folder().to_owned(), settings: receiver, poke: Arc::clone(&poke), status: sender };
        let task = tokio::spawn(deliver(delivery, Timer::real(), stop.clone()));
        Courier { settings, status, poke, stop, task }
    }
}

/// A delivery at work.
pub struct Courier {
    pub settings: watch::Sender<Arc<Settings>>,
    pub status: watch::Receiver<OutboxStatus>,
    pub poke: Arc<Notify>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Courier {
    /// Waits for a state of the outbox.
    pub async fn until(&mut self, what: impl Fn(&OutboxStatus) -> bool) -> OutboxStatus {
        let found = tokio::time::timeout(LIMIT, self.status.wait_for(|status| what(status))).await;
        let found = found.ok().map(|status| status.expect("the delivery is at work").clone());
        found.unwrap_or_else(|| panic!("it did not come so far: {:?}", self.status.borrow()))
    }

    /// Waits until so many points were delivered or refused, and none is left.
    pub async fn until_done(&mut self, points: u64) -> OutboxStatus {
        self.until(|status| status.sent_total + status.rejected_total >= points && status.waiting == 0).await
    }

    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(LIMIT, self.task).await.expect("it stops").expect("it did not panic");
    }
}

/// When the tests began: times that differ by milliseconds must not depend on how long a test takes.
static BEGUN: LazyLock<Instant> = LazyLock::new(clock::now);

/// A point of a reading, so many milliseconds before the tests began.
pub fn reading(ago_ms: i64) -> Point {
    let at = Instant::from_millis(BEGUN.millis() - ago_ms).expect("a time");
    let tags = Tags::from([("license_type".to_owned(), "analyzer".to_owned())]);
    Point::new("qlik_sense_license", at, &tags).float("allocated", 12.0).float("total", 40.0)
}

/// A point of a release.
pub fn release(user: &str, ago_ms: i64) -> Point {
    let point = reading(ago_ms);
    Point { measurement: "qlik_sense_license_release".to_owned(), fields: BTreeMap::new(), ..point }
        .tag("user", user)
        .float("days_since_last_use", 42.0)
}

/// Series, nanoseconds and fields of a measurement.
pub type Rows = BTreeMap<(Tags, i64), BTreeMap<String, Field>>;

/// What was written, as it is to be read back.
pub fn expected(points: &[Point]) -> Rows {
    points.iter().map(|point| ((point.tags.clone(), point.at.millis() * 1_000_000), point.fields.clone())).collect()
}

/// What version 1 answers to a statement.
pub fn query(server: SocketAddr, statement: &str) -> Value {
    let path = format!("/query?db={DATABASE}&epoch=ns&q={}", encoded(statement));
    let method = if statement.starts_with('S') { "GET" } else { "POST" };
    let answer = ask(server, method, &path, "").expect("an answer");
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// What version 1 holds of a measurement, in its default retention policy.
pub fn rows(server: SocketAddr, measurement: &str) -> Rows {
    let json = query(server, &format!("SELECT * FROM \"{measurement}\" GROUP BY *"));
    let mut rows = Rows::new();
    let none = Vec::new();
    for series in json["results"][0]["series"].as_array().unwrap_or(&none) {
        let columns: Vec<&str> = series["columns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut tags: Tags = serde_json::from_value(series["tags"].clone()).expect("tags");
        tags.retain(|_, value| !value.is_empty());
        for values in series["values"].as_array().unwrap() {
            let mut fields = BTreeMap::new();
            for (name, value) in columns.iter().zip(values.as_array().unwrap()).skip(1) {
                if !value.is_null() {
                    fields.insert((*name).to_owned(), serde_json::from_value(value.clone()).expect("a field"));
                }
            }
            let before = rows.insert((tags.clone(), values[0].as_i64().expect("a time")), fields);
            assert!(before.is_none(), "twice: {tags:?} {values}");
        }
    }
    rows
}

/// Writes lines as somebody else would.
pub fn write_lines(server: SocketAddr, lines: &str) {
    let answer = ask(server, "POST", &format!("/write?db={DATABASE}"), lines).expect("an answer");
    assert_eq!(answer.status, 204, "{}", answer.body);
}
