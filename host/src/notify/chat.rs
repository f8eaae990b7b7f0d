//! What the webhooks of Slack and Teams have in common.

use std::time::Duration;

use reqwest::Method;

use super::failure::Failure;
use super::http::Request;
use super::tls::Trust;
use super::webhook::KEY_HEADER;
use crate::config::steward::notify::ChatSink;

pub(super) async fn send(sink: &ChatSink, id: &str, body: String) -> Result<(), Failure> {
    let request = Request {
        url: &sink.url,
        method: Method::POST,
        headers: Vec::new(),
        // Neither looks at it; proxies and workflows may.
        marks: vec![(KEY_HEADER, id.to_owned())],
        body: Some(body),
        query: Vec::new(),
        trust: &Trust::of(sink.root_certificate.as_deref()),
        timeout: Duration::from_secs(sink.timeout_seconds.into()),
    };
    request.send().await
}
