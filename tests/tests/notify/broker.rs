//! A real MQTT broker, Debian's mosquitto, with TLS and passwords. It ends with the value that holds it.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::world::{CERTIFICATES, LIMIT};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A free port may be taken by somebody else before the broker has it.
const STARTS_MAX: usize = 5;

pub struct Broker {
    folder: TempDir,
    tls: u16,
    plain: u16,
    child: Option<Child>,
}

impl Broker {
    /// Users: `steward`, who may write below `steward/` and `qlik/`; `mute`, who may write nothing; `reader`. The password
    /// of each is `s3cret-` and the name.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        CERTIFICATES.write(folder.path()).expect("certificates are written");
        let file = |name: &str| folder.path().join(name);
        for user in ["steward", "mute", "reader"] {
            let mut command = Command::new("mosquitto_passwd");
            command.arg("-b").args((!file("passwords").exists()).then_some("-c"));
            let done = command.arg(file("passwords")).args([user, &format!("s3cret-{user}")]).status();
            assert!(done.expect("mosquitto_passwd; `cargo xtask test` installs what tests need").success());
        }
        let rights = "user steward\ntopic write steward/#\ntopic write qlik/#\n\nuser reader\ntopic read #\n";
        std::fs::write(file("rights"), rights).expect("a file");
        let mut broker = Self { folder, tls: 0, plain: 0, child: None };
        broker.start();
        broker
    }

    /// Where it speaks TLS.
    pub fn tls(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.tls))
    }

    /// Where it does not, and lets everybody in.
    pub fn plain(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.plain))
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn start(&mut self) {
        for _ in 0..STARTS_MAX {
            (self.tls, self.plain) = (free_port(), free_port());
            let log = std::fs::File::create(self.folder.path().join("log")).expect("a log file");
            std::fs::write(self.folder.path().join("settings"), self.settings()).expect("a settings file");
            // Debian's place, which is not in everybody's path.
            let ours = Path::new("/usr/sbin/mosquitto");
            let mut command = Command::new(if ours.exists() { ours } else { Path::new("mosquitto") });
            command.arg("-c").arg(self.folder.path().join("settings"));
            let child = command.stdin(Stdio::null()).stdout(log.try_clone().expect("a handle")).stderr(log).spawn();
            self.child = Some(child.expect("mosquitto; `cargo xtask test` installs the servers that tests need"));
            if self.is_ready() {
                return;
            }
            self.kill();
        }
        let log = std::fs::read_to_string(self.folder.path().join("log"));
        panic!("mosquitto did not start: {}", log.unwrap_or_default());
    }

    fn settings(&self) -> String {
        let folder = self.folder.path().display();
        let mut text = String::new();
        // As root it would become somebody who cannot read the folder.
        let _ = writeln!(text, "user root\nper_listener_settings true\npersistence false");
        let _ = writeln!(text, "listener {} 127.0.0.1", self.tls);
        let _ = writeln!(text, "certfile {folder}/server.pem\nkeyfile {folder}/server_key.pem");
        let _ = writeln!(text, "allow_anonymous false\npassword_file {folder}/passwords\nacl_file {folder}/rights");
        let _ = writeln!(text, "listener {} 127.0.0.1\nallow_anonymous true", self.plain);
        text
    }

    fn is_ready(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None))) {
                return false;
            }
            if TcpStream::connect(self.tls()).is_ok() && TcpStream::connect(self.plain()).is_ok() {
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Somebody who listens to all topics.
pub struct Reader {
    heard: Arc<Mutex<Vec<(String, String)>>>,
    task: JoinHandle<()>,
}

impl Reader {
    pub async fn new(broker: &Broker) -> Self {
        let mut options = MqttOptions::new("reader", "127.0.0.1", broker.plain.to_owned());
        options.set_keep_alive(Duration::from_secs(30));
        let (client, mut connection) = AsyncClient::new(options, 10);
        client.subscribe("#", QoS::AtLeastOnce).await.expect("a subscription");
        while !matches!(connection.poll().await.expect("the broker"), Event::Incoming(Packet::SubAck(_))) {}
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let kept = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            // Kept, so that the connection stays.
            let _client = client;
            while let Ok(event) = connection.poll().await {
                if let Event::Incoming(Packet::Publish(message)) = event {
                    let payload = String::from_utf8(message.payload.to_vec()).expect("UTF-8");
                    kept.lock().unwrap().push((message.topic, payload));
                }
            }
        });
        Self { heard, task }
    }

    /// What it heard, once it is so much.
    pub async fn until(&self, messages: usize) -> Vec<(String, String)> {
        let begun = Instant::now();
        while self.heard.lock().unwrap().len() < messages && begun.elapsed() < LIMIT {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let heard = self.heard.lock().unwrap().clone();
        assert_eq!(heard.len(), messages, "{heard:#?}");
        heard
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}
