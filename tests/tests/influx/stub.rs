//! The write APIs of versions 2 and 3 as their documentation has them, and nothing more: another method, path,
//! parameter or token is refused. Points are kept by series and time, as the real ones do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it says to the next writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// What a sound server says.
    Sound,
    /// Version 2: there is no such bucket.
    NoBucket,
    /// Too many requests, once.
    BusyOnce,
    /// The request is larger than so many bytes.
    LargestBytes(usize),
    /// Version 3: a proxy before it lost the list of lines.
    WithoutLines,
}

#[derive(Clone)]
struct Shared {
    token: String,
    reply: Arc<Mutex<Reply>>,
    /// Series and time, to fields.
    stored: Arc<Mutex<BTreeMap<(String, String), String>>>,
    requests: Arc<Mutex<Vec<usize>>>,
}

pub struct Stub {
    port: u16,
    shared: Shared,
    task: JoinHandle<()>,
}

impl Stub {
    pub async fn new(token: &str) -> Self {
        let shared = Shared {
            token: token.to_owned(),
            reply: Arc::new(Mutex::new(Reply::Sound)),
            stored: Arc::default(),
            requests: Arc::default(),
        };
        let routes = Router::new()
            .route("/ping", get(|| async { (StatusCode::NO_CONTENT, [("X-Influxdb-Version", "stub")]) }))
            .route("/api/v2/buckets", get(buckets))
            .route("/api/v2/write", post(write_2))
            .route("/api/v3/write_lp", post(write_3))
            .with_state(shared.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { port, shared, task }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn reply(&self, reply: Reply) {
        *self.shared.reply.lock().unwrap() = reply;
    }

    /// Series and time, to fields, as they were written.
    pub fn stored(&self) -> BTreeMap<(String, String), String> {
        self.shared.stored.lock().unwrap().clone()
    }

    /// Lines of each request.
    pub fn requests(&self) -> Vec<usize> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Parameters = Query<BTreeMap<String, String>>;

fn parameters(found: &Parameters, expected: &[(&str, &str)]) -> bool {
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    found.0 == expected
}

async fn buckets(State(shared): State<Shared>, headers: HeaderMap, query: Parameters) -> Response {
    if headers["authorization"] != format!("Token {}", shared.token).as_str() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    assert!(parameters(&query, &[("org", "o"), ("name", "b")]), "{query:?}");
    let rules = json!([{ "type": "expire", "everySeconds": 30 * 86_400 }]);
    axum::Json(json!({ "buckets": [{ "name": "b", "retentionRules": rules }] })).into_response()
}

fn json_error(status: u16, body: serde_json::Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

/// Lines without comments, and why each is bad, if it is. `bad` as the value of a tag stands for a field of another type.
fn lines(body: &str) -> Vec<(&str, Option<&'static str>)> {
    let judge = |line: &str| match line {
        line if line.contains(",user=bad") => Some("invalid column type for column 'used'"),
        line if line.split(' ').count() < 3 => Some("No fields were provided"),
        _ => None,
    };
    body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| (line, judge(line))).collect()
}

fn store(shared: &Shared, line: &str) {
    // None of the lines of these tests has a blank but the two between its parts.
    let mut parts = line.splitn(3, ' ');
    let (series, fields, at) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    assert!(at.len() == 19 && at.parse::<u64>().is_ok(), "nanoseconds: {line}");
    shared.stored.lock().unwrap().insert((series.to_owned(), at.to_owned()), fields.to_owned());
}

async fn write_2(State(shared): State<Shared>, headers: HeaderMap, query: Parameters, body: String) -> Response {
    if headers["authorization"] != format!("Token {}", shared.token).as_str() {
        return json_error(401, json!({ "code": "unauthorized", "message": "unauthorized access" }));
    }
    if !parameters(&query, &[("org", "o"), ("bucket", "b"), ("precision", "ns")]) {
        return json_error(404, json!({ "code": "not found", "message": format!("{query:?}") }));
    }
    let reply = *shared.reply.lock().unwrap();
    match reply {
        Reply::NoBucket => {
            return json_error(404, json!({ "code": "not found", "message": "bucket \"b\" not found" }));
        }
        Reply::LargestBytes(limit) if body.len() > limit => {
            return json_error(413, json!({ "code": "request too large", "message": "cannot read data" }));
        }
        Reply::BusyOnce => {
            *shared.reply.lock().unwrap() = Reply::Sound;
            return (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "1")], "").into_response();
        }
        _ => {}
    }
    let lines = lines(&body);
    shared.requests.lock().unwrap().push(lines.len());
    if lines.is_empty() {
        return json_error(400, json!({ "code": "invalid", "message": "writing requires points" }));
    }
    lines.iter().filter(|(_, problem)| problem.is_none()).for_each(|(line, _)| store(&shared, line));
    match lines.iter().filter(|(_, problem)| problem.is_some()).count() {
        0 => StatusCode::NO_CONTENT.into_response(),
        bad => {
            let message = format!(
                "failure writing points to database: partial write: field type conflict: input field \"used\" on \
                 measurement \"m\" is type float, already exists as type integer dropped={bad}"
            );
            json_error(422, json!({ "code": "unprocessable entity", "message": message }))
        }
    }
}

async fn write_3(State(shared): State<Shared>, headers: HeaderMap, query: Parameters, body: String) -> Response {
    if headers["authorization"] != format!("Bearer {}", shared.token).as_str() {
        return json_error(401, json!({ "error": "the request was not authenticated" }));
    }
    if !parameters(&query, &[("db", "d"), ("precision", "nanosecond"), ("accept_partial", "true")]) {
        return json_error(400, json!({ "error": format!("{query:?}") }));
    }
    let lines = lines(&body);
    shared.requests.lock().unwrap().push(lines.len());
    lines.iter().filter(|(_, problem)| problem.is_none()).for_each(|(line, _)| store(&shared, line));
    let bad = lines.iter().zip(1..).filter_map(|((line, problem), number)| {
        problem.map(|problem| json!({ "original_line": line, "line_number": number, "error_message": problem }))
    });
    let bad: Vec<_> = bad.collect();
    if bad.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    if *shared.reply.lock().unwrap() == Reply::WithoutLines {
        return json_error(400, json!({ "error": "partial write of line protocol occurred" }));
    }
    json_error(400, json!({ "error": "partial write of line protocol occurred", "data": bad }))
}
