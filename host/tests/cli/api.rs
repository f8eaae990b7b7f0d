//! A client of the HTTP API that writes its requests by hand, and a daemon with tokens to be asked.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use steward_core::text::hex;

use crate::daemon::Daemon;
use crate::ledger::releasing;
use crate::release::until;
use crate::site::{Site, data};

pub const OPERATOR: &str = "steward_0123456789-operator";
pub const VIEWER: &str = "steward_0123456789-viewer";
pub const EXPIRED: &str = "steward_0123456789-expired";

/// What a token looks like in the settings.
pub fn hash(token: &str) -> String {
    format!("sha256:{}", hex(&Sha256::digest(token.as_bytes())))
}

/// Lines for the section `steward:`.
pub fn tokens() -> String {
    format!(
        "  http:\n    listen: 127.0.0.1:0\n    tokens:\n      - {{ name: anna, role: operator, hash: \"{}\" }}\n      - {{ name: \
         victor, role: viewer, hash: \"{}\" }}\n      - {{ name: old, role: operator, hash: \"{}\", expires: 2020-01-01 }}\n",
        hash(OPERATOR),
        hash(VIEWER),
        hash(EXPIRED)
    )
}

/// A daemon at a site whose seats may be released, with a first plan that nobody armed.
pub async fn daemon(seats: usize) -> (Site, Daemon) {
    let mut site = releasing(data(seats), |_| {}).await;
    site.add(&tokens());
    site.plan();
    let daemon = Daemon::start(&site).await;
    until(|| Client::of(&site).get("/readyz").status == 200).await;
    (site, daemon)
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    pub address: String,
    pub token: Option<&'static str>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Client {
    /// Of the daemon of a site, without a token.
    pub fn of(site: &Site) -> Self {
        let text = std::fs::read_to_string(site.path("data").join("control.json")).unwrap();
        let control: Value = serde_json::from_str(&text).unwrap();
        Self { address: control["address"].as_str().unwrap().to_owned(), token: None }
    }

    pub fn with(&self, token: &'static str) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    /// What is read of the API below `/api/v1`, which has to be there.
    #[track_caller]
    pub fn read(&self, path: &str) -> Value {
        self.get(&format!("/api/v1{path}")).json(200)
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            let _ = write!(head, "Host: {}\r\n", self.address);
        }
        if let Some(token) = self.token {
            let _ = write!(head, "Authorization: Bearer {token}\r\n");
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let mut stream = self.connect();
        // A refusal may come before the body was read.
        let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
        let answer = Answer::read(&mut stream);
        answer.is_described(method, path);
        answer
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }

    /// What came of a piece of work, when it has ended.
    pub async fn end_of(&self, location: &str) -> Value {
        for _ in 0..600 {
            let answer = self.get(location);
            if answer.status == 200 && answer.json(200)["state"] != "running" {
                return answer.json(200);
            }
            // Not so often that it is too often.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{location} did not end");
    }

    /// Begins something, and waits for its end.
    pub async fn work(&self, path: &str, body: &Value) -> Value {
        let begun = self.post(&format!("/api/v1{path}"), body);
        let location = begun.header("location").unwrap_or_else(|| panic!("{begun:?}"));
        assert_eq!(begun.json(202)["state"], "running");
        self.end_of(&location).await
    }
}

impl Answer {
    fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // The other end may close before everything was sent.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
        Self { status: head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0), head, body }
    }

    /// Whatever an operation answers stands in its description.
    #[track_caller]
    fn is_described(&self, method: &str, path: &str) {
        static DESCRIPTION: LazyLock<Value> =
            LazyLock::new(|| serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap());
        let path = path.split('?').next().unwrap_or_default();
        let fits = |template: &str| {
            let (ours, theirs): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
            ours.len() == theirs.len() && theirs.iter().zip(&ours).all(|(it, ours)| it.starts_with('{') || it == ours)
        };
        let paths = DESCRIPTION["paths"].as_object().unwrap();
        // A fixed address comes before one with a parameter.
        let found = paths.iter().filter(|(template, _)| fits(template));
        let Some((template, operations)) = found.min_by_key(|(template, _)| template.matches('{').count()) else {
            return;
        };
        let operation = &operations[method.to_lowercase()];
        let status = self.status.to_string();
        // Cut before an answer, or refused before anybody saw the address.
        let is_early = [0, 414, 431].contains(&self.status) || (self.status == 400 && self.body.is_empty());
        let is_known = operation.is_null() || is_early || !operation["responses"][&status].is_null();
        assert!(is_known, "{method} {template} answers {status}, which its description does not say: {self:?}");
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.head.lines().skip(1).find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// The body, when the status is the one that is expected.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.head, String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A refusal with this status, whose sentence has the words.
    #[track_caller]
    pub fn refuses(&self, status: u16, words: &[&str]) {
        let body = self.json(status);
        let message = body["message"].as_str().unwrap();
        assert!(body["code"].is_string(), "{body}");
        for word in words {
            assert!(message.contains(word), "no {word:?} in {message:?}");
        }
    }
}
