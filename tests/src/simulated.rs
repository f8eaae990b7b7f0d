//! The daemon by a clock that jumps, against the double: a world that a test owns.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use steward::clock::Timer;
use steward::daemon::{self, Options, Stop};
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_fake_qrs::certificates::{self, CertificateOptions};
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{Clock, FakeQrs, LicenseModel, settings};
use tempfile::TempDir;

/// Nothing waits in real time: neither for another attempt nor between releases.
const HURRY: &str = "  qrs:\n    retries: 0\n    connectTimeoutSeconds: 2\n    timeoutSeconds: 2\n";
const UNLIMITED: &str = "  guard:\n    aboveCap: longest-idle-first\n    releasesPerMinute: 1000000\n";

/// A site with its settings, its ledger and its own time.
pub struct World {
    pub qrs: Arc<FakeQrs>,
    folder: TempDir,
}

pub fn utc(at: Instant) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).expect("an instant of a calendar")
}

pub fn plus_minutes(at: Instant, minutes: i64) -> Instant {
    Instant::from_millis(at.millis() + minutes * 60_000).expect("an instant of a calendar")
}

impl World {
    /// `changes` are made to the double's own settings file, `own` is added to its section `steward:`.
    pub async fn new(model: LicenseModel, seats: usize, start: Instant, changes: &[(&str, &str)], own: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let set = certificates::generate(&CertificateOptions::default()).expect("certificates");
        set.write(folder.path()).expect("certificates are written");
        let data = seed::generate(&SeedOptions { model, ..SeedOptions::new(5, seats, utc(start)) });
        let mut options = steward_fake_qrs::Options::new(data, set);
        options.model = model;
        options.clock = Clock::starting_at(utc(start));
        options.allocation_rules = true;
        let qrs = steward_fake_qrs::start(options).await.expect("the double starts");
        let mut text = settings::text(qrs.address(), "qlikserver");
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let text = text.replace("  qrs:\n", HURRY) + UNLIMITED + own;
        std::fs::write(folder.path().join("steward.yaml"), text).expect("a settings file is written");
        Self { qrs: Arc::new(qrs), folder }
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("steward.yaml")
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Time that jumps whenever somebody sleeps. `each` sets the double's clock, and may do more.
    pub fn timer(&self, each: impl FnMut(&FakeQrs, Instant) + Send + 'static) -> Timer {
        let (clock, qrs) = (self.qrs.clock().clone(), self.qrs.clone());
        let each = Mutex::new(each);
        Timer::simulated(
            move || Instant::from_millis(clock.now().timestamp_millis()).expect("an instant of a calendar"),
            move |at| (each.lock().expect("no jump panicked"))(&qrs, at),
        )
    }

    /// Lets the daemon work until then.
    pub async fn work(&self, timer: &Timer, until: Instant) {
        let options = Options { config: self.config(), timer: timer.clone(), signals: false, until: Some(until) };
        daemon::run(options, Stop::default()).await.expect("the daemon starts");
    }

    /// What `steward arm` does after a look at the latest plan.
    pub async fn arm(&self, timer: &Timer) {
        let settings = steward::config::Settings::load(&self.config()).expect("good settings").settings;
        let mut ledger = steward::cycle::open_ledger(&settings, timer.clock()).await.expect("a ledger");
        let (plan, _) = ledger.state().latest_plan().expect("a plan was made");
        let armed = Event::Armed { by: "test".to_owned(), plan, note: None };
        ledger.append(timer.now(), &[armed]).await.expect("the ledger takes it");
        ledger.close().await;
    }

    /// Instants that a query of the ledger's file finds.
    pub async fn times(&self, query: &'static str) -> Vec<Instant> {
        let options = SqliteConnectOptions::new().filename(self.data_dir().join("ledger.db"));
        let mut connection = options.connect().await.expect("the ledger's file");
        let rows: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.expect("rows");
        connection.close().await.expect("it closes");
        rows.iter().map(|text| Instant::parse(text).expect("an instant")).collect()
    }
}
