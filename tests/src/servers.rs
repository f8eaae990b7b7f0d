//! Real servers for tests: Debian's `InfluxDB` 1 and `VictoriaMetrics`, each on a free port of 127.0.0.1 with a folder
//! of its own. They end with the value that holds them, also when a test panics.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Both are ready within a second; a machine that is busy with other things may need longer.
const READY_LIMIT: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A free port may be taken by somebody else before the server has it.
const STARTS_MAX: usize = 5;

/// A server at work, or one that was stopped and keeps its folder.
pub struct Server {
    kind: Kind,
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Influx { with_accounts: bool },
    InfluxWithTls,
    VictoriaMetrics,
}

impl Server {
    /// `InfluxDB` 1 without accounts.
    pub fn influx() -> Self {
        Self::start_new(Kind::Influx { with_accounts: false })
    }

    /// `InfluxDB` 1 that wants a user and a password. The first account is created by whoever asks first.
    pub fn influx_with_accounts() -> Self {
        Self::start_new(Kind::Influx { with_accounts: true })
    }

    /// `InfluxDB` 1 that speaks https, with this certificate and key in PEM.
    pub fn influx_with_tls(certificate: &str, key: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("server.pem");
        std::fs::write(file, format!("{certificate}\n{key}")).expect("a certificate file");
        let mut server = Self { kind: Kind::InfluxWithTls, folder, port: 0, child: None };
        server.start();
        server
    }

    pub fn victoria_metrics() -> Self {
        Self::start_new(Kind::VictoriaMetrics)
    }

    fn start_new(kind: Kind) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut server = Self { kind, folder, port: 0, child: None };
        server.start();
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Ends it at once, as a power cut would. Its folder stays.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it with the same folder, perhaps on another port.
    pub fn start(&mut self) {
        self.kill();
        for _ in 0..STARTS_MAX {
            self.port = free_port();
            self.child = Some(self.spawn());
            if self.is_ready() {
                return;
            }
            self.kill();
        }
        panic!("{:?} did not start; its log: {}", self.kind, self.log());
    }

    fn spawn(&self) -> Child {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log file");
        let mut command = match self.kind {
            Kind::Influx { .. } | Kind::InfluxWithTls => {
                let file = self.folder.path().join("influxd.conf");
                std::fs::write(&file, self.influx_settings()).expect("a settings file");
                let mut command = Command::new("influxd");
                command.arg("-config").arg(file);
                command
            }
            Kind::VictoriaMetrics => {
                let mut command = Command::new("victoria-metrics");
                command.arg(format!("-httpListenAddr=127.0.0.1:{}", self.port));
                command.arg(format!("-storageDataPath={}", self.folder.path().join("data").display()));
                command.args(["-retentionPeriod=100y", "-search.latencyOffset=0s"]);
                command
            }
        };
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        command.spawn().unwrap_or_else(|error| {
            panic!("cannot start {:?}: {error}; `cargo xtask test` installs the servers that tests need", self.kind)
        })
    }

    fn influx_settings(&self) -> String {
        let folder = self.folder.path().display();
        let port = self.port;
        let with_accounts = self.kind == Kind::Influx { with_accounts: true };
        let with_tls = self.kind == Kind::InfluxWithTls;
        format!(
            "reporting-disabled = true\nbind-address = \"127.0.0.1:0\"\n\
             [meta]\ndir = \"{folder}/meta\"\n\
             [data]\ndir = \"{folder}/data\"\nwal-dir = \"{folder}/wal\"\nquery-log-enabled = false\n\
             [monitor]\nstore-enabled = false\n\
             [http]\nbind-address = \"127.0.0.1:{port}\"\nlog-enabled = false\nauth-enabled = {with_accounts}\n\
             https-enabled = {with_tls}\nhttps-certificate = \"{folder}/server.pem\"\n"
        )
    }

    /// Waits until it answers; `false` when it ended instead.
    fn is_ready(&mut self) -> bool {
        let path = match self.kind {
            Kind::Influx { .. } | Kind::InfluxWithTls => "/ping",
            Kind::VictoriaMetrics => "/health",
        };
        // Whoever asks without TLS is told so, with 400.
        let sound = if self.kind == Kind::InfluxWithTls { 400 } else { 299 };
        let begun = Instant::now();
        while begun.elapsed() < READY_LIMIT {
            let ended = self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if ended {
                return false;
            }
            if ask(self.address(), "GET", path, "").is_ok_and(|answer| answer.status <= sound) {
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An answer that was read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Asks without any of the code that is tested: HTTP 1.0, so that the body ends with the connection.
///
/// # Errors
/// When nobody answers.
pub fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(READY_LIMIT))?;
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("no HTTP"))?;
    Ok(Answer { status, body: body.to_owned() })
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
