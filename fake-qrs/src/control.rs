//! The control port: plain HTTP by which a test in another process moves the clock, plays faults and reads the journal.
//!
//! It is no part of the imitation and asks for no password; it belongs on loopback.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use http::response::Response;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::dates;
use crate::faults::{FaultPlayer, FaultScript};
use crate::proxy::{Proxy, account_of};
use crate::server::http1_builder;
use crate::service::Service;
use crate::wire::reply::Reply;
use crate::wire::request::segments;

/// A data file may come through here; anything larger is started from a file.
const BODY_BYTES_MAX: usize = 512 << 20;

/// Serves one connection to its end.
pub async fn serve(stream: TcpStream, service: Arc<Service>) {
    let answer = service_fn(|request| async { Ok::<_, Infallible>(answer(&service, request).await) });
    let _ = http1_builder().serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(service: &Service, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, incoming) = request.into_parts();
    let reply = match Limited::new(incoming, BODY_BYTES_MAX).collect().await {
        Ok(body) => route(service, head.method.as_str(), &segments(head.uri.path()), &body.to_bytes()),
        Err(_) => Reply::text(400, "the request body could not be read"),
    };
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = http::StatusCode::from_u16(reply.status).unwrap_or_default();
    if let Ok(content_type) = http::HeaderValue::try_from(reply.content_type) {
        response.headers_mut().insert("content-type", content_type);
    }
    response
}

fn route(service: &Service, method: &str, path: &[String], body: &[u8]) -> Reply {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match (method, names.as_slice()) {
        ("GET", ["health"]) => Reply::json(200, &json!({"healthy": true})),
        ("GET", ["journal"]) => Reply::json(200, &json!(service.journal.entries())),
        ("DELETE", ["journal"]) => {
            service.journal.clear();
            Reply::no_content()
        }
        ("GET", ["clock"]) => clock(service),
        ("POST", ["clock"]) => set_clock(service, body),
        ("GET", ["faults"]) => Reply::json(200, &json!(service.faults().script())),
        ("PUT", ["faults"]) => match FaultScript::parse(body) {
            Ok(script) => {
                *service.faults() = FaultPlayer::new(script);
                Reply::no_content()
            }
            Err(error) => Reply::text(400, explained(&error)),
        },
        ("DELETE", ["faults"]) => {
            *service.faults() = FaultPlayer::default();
            Reply::no_content()
        }
        ("POST", ["login"]) => log_in(service, body),
        ("GET", ["sessions"]) => {
            Reply::json(200, &json!({"opened": service.proxy.as_ref().map_or(0, Proxy::sessions_opened)}))
        }
        ("GET", ["data"]) => {
            let mut store = service.store();
            store.pass_time(service.clock.now());
            Reply::json(200, &json!(store.to_data()))
        }
        ("PUT", ["data"]) => match serde_json::from_slice(body) {
            Ok(data) => {
                service.store().edit(service.clock.now(), |old| *old = data);
                Reply::no_content()
            }
            Err(error) => Reply::text(400, format!("understand data: {error}")),
        },
        _ => Reply::text(404, "the control port knows health, journal, clock, faults, login, sessions and data"),
    }
}

fn clock(service: &Service) -> Reply {
    Reply::json(200, &json!({"now": dates::write(service.clock.now())}))
}

fn set_clock(service: &Service, body: &[u8]) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let now = body.get("now").and_then(Value::as_str).and_then(dates::parse);
    let step = body.get("advanceSeconds").and_then(Value::as_i64).and_then(TimeDelta::try_seconds);
    match (now, step) {
        (Some(now), None) => service.clock.set(now),
        (None, Some(step)) => service.clock.advance(step),
        _ => return Reply::text(400, "give either `now`, an instant, or `advanceSeconds`, a whole number"),
    }
    clock(service)
}

fn log_in(service: &Service, body: &[u8]) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(account) = body.get("user").and_then(Value::as_str).and_then(account_of) else {
        return Reply::text(400, r"give `user` as `DIRECTORY\id`");
    };
    let now = service.clock.now();
    let seat = service.store().log_in(&account, now);
    Reply::json(200, &json!({"seat": seat}))
}

fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
