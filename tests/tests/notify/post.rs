//! A real mail server: Debian's aiosmtpd, with a folder of its own. It ends with the value that holds it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;

use crate::world::{CERTIFICATES, LIMIT};

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// How it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    StartTls,
    Tls,
    Plain,
}

/// A mail that it took.
#[derive(Debug, Clone, Deserialize)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub tls: bool,
    pub user: Option<String>,
    pub data: String,
}

impl Taken {
    /// The lines of a header, joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let mut found = head.lines().filter_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        let first = found.next();
        assert_eq!(found.next(), None, "{name} twice: {head}");
        first
    }

    pub fn headers(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        head.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_owned()).collect()
    }
}

pub struct MailServer {
    folder: TempDir,
    way: Way,
    login: Option<(&'static str, &'static str)>,
    port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    child: Option<Child>,
}

impl MailServer {
    pub fn new(way: Way, login: Option<(&'static str, &'static str)>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        CERTIFICATES.write(folder.path()).expect("certificates are written");
        let mut server = Self { folder, way, login, port: 0, taken: Arc::default(), child: None };
        server.start();
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// The mails, once there are so many: the server says that it took one before it answers.
    #[track_caller]
    pub fn until(&self, mails: usize) -> Vec<Taken> {
        let begun = Instant::now();
        while self.taken().len() < mails && begun.elapsed() < LIMIT {
            std::thread::sleep(LOOK_EVERY);
        }
        let taken = self.taken();
        assert_eq!(taken.len(), mails, "{taken:#?}");
        taken
    }

    /// The address `busy@…` takes mails again.
    pub fn is_busy_no_more(&self) {
        std::fs::write(self.folder.path().join("busy-no-more"), "").expect("a mark");
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn start(&mut self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/smtp.py");
        let way = match self.way {
            Way::StartTls => "starttls",
            Way::Tls => "tls",
            Way::Plain => "plain",
        };
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg("--folder").arg(self.folder.path()).args(["--way", way]);
        if let Some((user, password)) = self.login {
            command.args(["--user", user, "--password", password]);
        }
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log file");
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let mut child = started.expect("Debian's Python; `cargo xtask test` installs the servers that tests need");
        let out = child.stdout.take().expect("its output");
        self.child = Some(child);
        let (told, port) = mpsc::channel();
        let taken = Arc::clone(&self.taken);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(out).lines().map_while(Result::ok);
            let first: Option<serde_json::Value> = lines.next().and_then(|line| serde_json::from_str(&line).ok());
            let _ = told.send(first.and_then(|first| u16::try_from(first["port"].as_u64()?).ok()));
            for line in lines {
                taken.lock().unwrap().push(serde_json::from_str(&line).expect("a mail"));
            }
        });
        let port = port.recv_timeout(LIMIT).ok().flatten();
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        self.port = port.unwrap_or_else(|| panic!("the mail server did not start: {}", log()));
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.kill();
    }
}
