//! Receivers of messages on a free port of this machine, which keep all that they are sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;

/// Whatever it is, it was received in this order.
type Received<T> = Arc<Mutex<Vec<T>>>;

/// A web address that takes JSON.
pub struct Hook {
    address: SocketAddr,
    received: Received<Value>,
}

/// A mail server without encryption.
pub struct Mailbox {
    address: SocketAddr,
    received: Received<Mail>,
}

/// A mail as it came in.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: Vec<String>,
    pub text: String,
}

impl Hook {
    pub fn start() -> Self {
        let received: Received<Value> = Arc::default();
        let keeper = received.clone();
        let address = listen(move |stream| take_request(stream, &keeper));
        Self { address, received }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn received(&self) -> Vec<Value> {
        lock(&self.received).clone()
    }
}

impl Mailbox {
    pub fn start() -> Self {
        let received: Received<Mail> = Arc::default();
        let keeper = received.clone();
        let address = listen(move |stream| take_mails(stream, &keeper));
        Self { address, received }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn received(&self) -> Vec<Mail> {
        lock(&self.received).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(take: impl Fn(&TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let take = Arc::new(take);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let take = take.clone();
            // Whoever hangs up in mid-sentence is no matter here.
            thread::spawn(move || take(&stream));
        }
    });
    address
}

fn take_request(mut stream: &TcpStream, received: &Mutex<Vec<Value>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    lock(received).push(serde_json::from_slice(&body).expect("JSON"));
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
}

fn take_mails(stream: &TcpStream, received: &Mutex<Vec<Mail>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let say = |text: &str| (&mut &*stream).write_all(format!("{text}\r\n").as_bytes());
    say("220 mailbox ESMTP")?;
    let (mut line, mut to) = (String::new(), Vec::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        match command.to_uppercase() {
            said if said.starts_with("RCPT TO:<") => {
                to.push(command.chars().skip(9).take_while(|c| *c != '>').collect());
                say("250 ok")?;
            }
            said if said.starts_with("DATA") => {
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    line.clear();
                    reader.read_line(&mut line)?;
                    if line.trim_end() == "." || line.is_empty() {
                        break;
                    }
                    text.push_str(&line);
                }
                lock(received).push(Mail { to: std::mem::take(&mut to), text });
                say("250 taken")?;
            }
            said if said.starts_with("QUIT") => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
}
