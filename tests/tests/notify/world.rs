//! A data folder with messages, settings that lead to sinks, couriers at work, and a clock that waits for nobody.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use steward::clock::Timer;
use steward::config::Settings;
use steward::ledger::{Addressed, KeptMessage, Ledger, SinkStanding};
use steward::notify::{Content, Couriers, Message, couriers, deliver};
use steward_core::alert::{AlertKey, Kind, Notification, Rule, Severity};
use steward_core::instant::Instant;
use steward_fake_qrs::certificates::{AlternativeNames, CertificateOptions, CertificateSet, generate};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Far above what any of these tests needs.
pub const LIMIT: Duration = Duration::from_mins(1);
/// When the tests begin.
pub const BEGIN: &str = "2026-10-05T08:00:00Z";
/// What somebody may be called who wants to break messages.
pub const HOSTILE: &str = "x\r\nBcc: all@acme.test\r\n\r\n<!channel> <https://evil.test|here> *b* [a](https://evil.test) {{ title }} \"},{\"a\":\"\u{202e}/#+";

/// One root for all servers of these tests.
pub static CERTIFICATES: LazyLock<CertificateSet> = LazyLock::new(|| make_certificates("sinks"));

pub fn make_certificates(host: &str) -> CertificateSet {
    let alternative_names = AlternativeNames::ShortNameAndLoopback;
    generate(&CertificateOptions { host: host.to_owned(), alternative_names, ..CertificateOptions::default() }).unwrap()
}

pub struct World {
    folder: TempDir,
    notify: String,
    more: String,
    butler: String,
    now: Arc<AtomicI64>,
}

impl World {
    /// With these lines of YAML flow under `steward.notify`; `ROOT` stands for the root certificate.
    pub fn new(notify: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        CERTIFICATES.write(folder.path()).expect("certificates are written");
        let begin = Instant::parse(BEGIN).expect("a time");
        let now = Arc::new(AtomicI64::new(begin.millis()));
        Self { folder, notify: notify.to_owned(), more: String::new(), butler: String::new(), now }
    }

    /// Further sections of `steward:`, each on a line of its own.
    pub fn more(mut self, more: &str) -> Self {
        self.more = more.lines().map(|line| format!("  {line}\n")).collect();
        self
    }

    /// Further sections of `Butler:`, each on a line of its own.
    pub fn butler(mut self, butler: &str) -> Self {
        self.butler = butler.lines().map(|line| format!("  {line}\n")).collect();
        self
    }

    pub fn notify(&mut self, notify: &str) {
        notify.clone_into(&mut self.notify);
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn settings(&self) -> Arc<Settings> {
        let Self { notify, more, butler, .. } = self;
        let folder = self.folder().display();
        let notify = notify.replace("ROOT", &format!("rootCertificate: '{folder}/root.pem'"));
        let text = format!(
            "Butler:
  cert: {{ clientCert: client.pem, clientCertKey: client_key.pem, clientCertCA: root.pem }}
  configQRS:
    host: sense.acme.test
    headers: {{ static: [ {{ name: X-Qlik-User, value: UserDirectory=Internal;UserId=sa_repository }} ] }}
{butler}steward:
  dataDir: '{folder}'
{more}  notify: {{ {notify} }}
"
        );
        let loaded = Settings::from_text(&text, &self.folder().join("steward.yaml"));
        Arc::new(loaded.unwrap_or_else(|problems| panic!("{problems}\n{text}")).settings)
    }

    pub fn now(&self) -> Instant {
        Instant::from_millis(self.now.load(Ordering::SeqCst)).expect("a time")
    }

    /// Time goes on.
    pub fn pass(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).expect("some time"), Ordering::SeqCst);
    }

    pub async fn ledger(&self) -> Ledger {
        Ledger::open(self.folder(), self.now()).await.expect("a ledger")
    }

    /// Writes messages as an event does.
    pub async fn write(&self, sink: &str, contents: impl IntoIterator<Item = (&str, Content)>) {
        let message = |(id, content): (&str, Content)| Addressed {
            sink: sink.to_owned(),
            message: Message { id: id.to_owned(), at: self.now(), content },
        };
        let messages: Vec<Addressed> = contents.into_iter().map(message).collect();
        let mut ledger = self.ledger().await;
        ledger.enqueue_messages(&messages).await.expect("messages are written");
        ledger.close().await;
    }

    /// One alert for a sink, with an id of its own.
    pub async fn tell(&self, sink: &str, id: &str) {
        self.write(sink, [(id, Content::Alert(self.alert(id)))]).await;
    }

    pub fn alert(&self, id: &str) -> Notification {
        Notification {
            id: id.to_owned(),
            alert_id: "a1e7".to_owned(),
            kind: Kind::Firing,
            key: AlertKey::about(Rule::LowAvailability, "professional"),
            severity: Severity::Warning,
            title: "Few seats are left (professional)".to_owned(),
            text: "3 seats of 100 professional are available (3 %).".to_owned(),
            next_step: "Release some, or buy more.".to_owned(),
            at: self.now(),
            fired_at: self.now(),
            repeat: 0,
            silenced_by: None,
        }
    }

    /// An alert in which everything that somebody else chose is hostile.
    pub fn hostile(&self, id: &str) -> Notification {
        let text = HOSTILE.to_owned();
        let key = AlertKey::about(Rule::ProtectionUnmatched, HOSTILE);
        Notification { key, title: text.clone(), text: text.clone(), next_step: text, ..self.alert(id) }
    }

    pub async fn refused(&self) -> Vec<KeptMessage> {
        self.ledger().await.refused_messages().await.expect("messages")
    }

    pub async fn waiting(&self) -> Vec<KeptMessage> {
        self.ledger().await.waiting_messages().await.expect("messages")
    }

    pub fn deliver(&self) -> Post {
        let (settings, receiver) = watch::channel(self.settings());
        let (couriers, delivery) = couriers(self.folder().to_owned(), receiver);
        let stop = CancellationToken::new();
        let now = Arc::clone(&self.now);
        let now = move || Instant::from_millis(now.load(Ordering::SeqCst)).expect("a time");
        let timer = Timer::simulated(now, |_| panic!("couriers do not move the clock"));
        let task = tokio::spawn(deliver(delivery, timer, stop.clone()));
        Post { settings, couriers, stop, task }
    }
}

/// Couriers at work.
pub struct Post {
    pub settings: watch::Sender<Arc<Settings>>,
    pub couriers: Couriers,
    pub stop: CancellationToken,
    pub task: JoinHandle<()>,
}

impl Post {
    /// Waits until nothing more can be delivered now, and says how the sinks stand.
    pub async fn settled(&self) -> BTreeMap<String, SinkStanding> {
        self.couriers.poke();
        tokio::time::timeout(LIMIT, self.couriers.settled()).await.expect("it settles");
        self.couriers.standings().borrow().clone()
    }

    pub async fn standing(&self, sink: &str) -> SinkStanding {
        self.settled().await.remove(sink).unwrap_or_default()
    }

    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(LIMIT, self.task).await.expect("it stops").expect("it did not panic");
    }
}

/// Everything that was logged by any test of this program.
static LOG: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || Writer(Arc::clone(&writer)))
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only log of this program");
    log
});

struct Writer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on what is logged is kept.
pub fn keep_log() {
    LazyLock::force(&LOG);
}

pub fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}
