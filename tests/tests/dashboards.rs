//! Every query of every dashboard has an answer from real databases that the daemon filled in a simulated month.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;
use steward::clock;
use steward::influx::drain_once;
use steward_core::instant::{Instant, MS_PER_MINUTE};
use steward_fake_qrs::LicenseModel;
use steward_tests::grafana::answers::every_query_answers;
use steward_tests::servers::{Server, ask};
use steward_tests::simulated::{World, plus_minutes, utc};

const DATABASE: &str = "butler";
const DAYS: u32 = 32;
/// A scrape in a simulated half hour is often enough for panels that show a month.
const SCRAPE_EVERY_MS: i64 = 30 * MS_PER_MINUTE;

/// All destinations on, towards a database of version 1.
fn changes(influx: &Server) -> Vec<(String, String)> {
    let on = "        influxDb:\n          enable: true";
    let database = format!(
        "Butler:\n  influxDb:\n    enable: true\n    hostIP: 127.0.0.1\n    hostPort: {}\n    v1Config:\n      \
         dbName: {DATABASE}\n      retentionPolicy: {{ name: 400d, duration: 400d }}\n",
        influx.port()
    );
    let alert = "      alert:\n        thresholdDays: 60\n";
    [
        ("Butler:\n", database.as_str()),
        ("        influxDb:\n          enable: false", on),
        (alert, &format!("{alert}      destination:\n{on}\n")),
        ("dryRun: true\n      frequency: every 24 hours", "dryRun: false\n      frequency: at 3:00"),
    ]
    .map(|(from, to)| (from.to_owned(), to.to_owned()))
    .into()
}

/// Scrapes the daemon's metrics as Prometheus would, with the time of the simulation.
struct Scraper {
    control: PathBuf,
    metrics: SocketAddr,
    last_at: Option<Instant>,
}

impl Scraper {
    fn look(&mut self, now: Instant) {
        if self.last_at.is_some_and(|at| now.millis_since(at) < SCRAPE_EVERY_MS) {
            return;
        }
        let Some(address) = listener(&self.control) else { return };
        let Ok(answer) = ask(address, "GET", "/metrics", "") else { return };
        self.last_at = Some(now);
        let path = format!("/api/v1/import/prometheus?timestamp={}&extra_label=instance=steward", now.millis());
        let stored = ask(self.metrics, "POST", &path, &answer.body).expect("VictoriaMetrics answers");
        assert!(stored.status < 300, "{stored:?}");
    }
}

fn listener(control: &Path) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(control).ok()?;
    serde_json::from_str::<Value>(&text).ok()?["address"].as_str()?.parse().ok()
}

/// A site lives and is watched, and what it tells is delivered.
async fn month_of(model: LicenseModel, seats: usize, days: u32, influx: &Server, metrics: &Server) -> Instant {
    let end = clock::now();
    let start = end.minus_days(days).expect("a month ago");
    let changes = changes(influx);
    let changes: Vec<(&str, &str)> = changes.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let own = "  http:\n    listen: 127.0.0.1:0\n  monitor:\n    userActivity: true\n  \
               cost:\n    currency: EUR\n    budgetPerMonth: '5000'\n    prices:\n      \
               - { licenseType: analyzer, perSeatMonth: '20' }\n      \
               - { licenseType: professional, perSeatMonth: '50.50' }\n";
    let world = World::new(model, seats, start, &changes, own).await;
    let mut life = world.qrs.life(3);
    let control = world.data_dir().join("control.json");
    let mut scraper = Scraper { control, metrics: metrics.address(), last_at: None };
    let timer = world.timer(move |_, at| {
        life.until(utc(at));
        scraper.look(at);
    });
    world.work(&timer, plus_minutes(start, 2 * 24 * 60)).await;
    world.arm(&timer).await;
    world.work(&timer, end).await;
    let settings = steward::config::Settings::load(&world.config()).expect("good settings").settings;
    let drained = drain_once(&settings, std::time::Duration::from_mins(2)).await.expect("a database is set");
    assert_eq!((drained.waiting, drained.rejected, &drained.trouble), (0, 0, &None), "{drained:?}");
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_query_of_every_dashboard_has_an_answer() {
    let (influx, metrics) = (Server::influx(), Server::victoria_metrics());
    month_of(LicenseModel::Token, 60, 10, &influx, &metrics).await;
    let end = month_of(LicenseModel::Signed, 150, DAYS, &influx, &metrics).await;
    let base = |server: &Server| format!("http://{}", server.address());
    every_query_answers(&base(&influx), DATABASE, &base(&metrics), end.millis()).await;
}
