//! A web address of one's own, which takes all facts or a body from a template.

use std::time::Duration;

use reqwest::Method;
use steward_core::alert::Notification;

use super::facts::{self, Installation};
use super::failure::Failure;
use super::http::Request;
use super::tls::Trust;
use crate::config::butler::webhook::HttpMethod;
use crate::config::steward::notify::WebhookSink;

/// By which receivers know a message that they were given before.
pub(super) const KEY_HEADER: &str = "idempotency-key";

pub(super) async fn send(
    sink: &WebhookSink,
    notification: &Notification,
    installation: &Installation,
) -> Result<(), Failure> {
    let body = facts::body(sink.body.as_deref(), &installation.facts(notification))?;
    let request = Request {
        url: &sink.url,
        method: method(sink.method),
        headers: sink.headers.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        marks: vec![(KEY_HEADER, notification.id.clone())],
        body: Some(body),
        query: Vec::new(),
        trust: &Trust::of(sink.root_certificate.as_deref()),
        timeout: Duration::from_secs(sink.timeout_seconds.into()),
    };
    request.send().await
}

pub(super) fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
    }
}
