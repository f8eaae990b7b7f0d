//! One request to a web address, and what its answer means for a message.

use std::io;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Url};
use rustls::Error as TlsError;

use super::failure::Failure;
use super::quote::{Confidence, after_colon};
use super::tls::{self, Trust};
use crate::causes::{chain, deepest, find};
use crate::config::Secret;

/// An answer is a word or a short error; the rest is not read.
const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// A wrong address is told soon.
const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(10);

/// What is sent. It is made for each message: they are few, and a certificate that was replaced is read again.
pub(super) struct Request<'s> {
    pub(super) url: &'s Secret,
    pub(super) method: Method,
    pub(super) headers: Vec<(&'s str, &'s Secret)>,
    /// Headers that are no secret.
    pub(super) marks: Vec<(&'static str, String)>,
    /// JSON.
    pub(super) body: Option<String>,
    /// Added to the address.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) trust: &'s Trust,
    pub(super) timeout: Duration,
}

impl Request<'_> {
    /// Sends it. A success is any answer from 200 to 299.
    pub(super) async fn send(self) -> Result<(), Failure> {
        let (mut url, host) = address(self.url).map_err(Failure::refused)?;
        let mut confidence = Confidence::default();
        confidence.keep_url(&url);
        self.headers.iter().for_each(|(_, value)| confidence.keep_secret(value));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let client = client(self.trust, self.timeout)?;
        let mut request = client.request(self.method.clone(), url).headers(self.head()?);
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let told = |error: reqwest::Error| Failure::passing(explain(&host, self.timeout, error));
        let mut response = request.send().await.map_err(told)?;
        let status = response.status().as_u16();
        let retry_after = asked(response.headers());
        let redirected = response.headers().get(LOCATION).and_then(|to| Url::parse(to.to_str().ok()?).ok());
        if (200..300).contains(&status) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        // What an error says is a courtesy: without it the status has to do.
        while let Ok(Some(piece)) = response.chunk().await {
            bytes.extend_from_slice(&piece);
            if bytes.len() > ANSWER_BYTES_MAX {
                bytes.truncate(ANSWER_BYTES_MAX);
                break;
            }
        }
        let said = after_colon(&confidence.quote(&String::from_utf8_lossy(&bytes)));
        Err(match status {
            408 | 425 | 429 | 500.. => Failure::Passing {
                problem: format!("`{host}` cannot take it now (status {status}){said}"),
                retry_after,
            },
            300..=399 => {
                let place =
                    redirected.as_ref().and_then(Url::host_str).map_or_else(String::new, |to| format!(" `{to}`"));
                Failure::refused(format!(
                    "`{host}` sends us to another address{place} (status {status}), which is not followed: write the \
                     address itself into the settings"
                ))
            }
            401 | 403 => Failure::refused(format!(
                "`{host}` does not let us in (status {status}): check address and headers in the settings{said}"
            )),
            404 | 410 => Failure::refused(format!(
                "`{host}` does not know this address (status {status}): check it in the settings{said}"
            )),
            _ => Failure::refused(format!("`{host}` refuses it (status {status}){said}")),
        })
    }

    fn head(&self) -> Result<HeaderMap, Failure> {
        let mut head = HeaderMap::new();
        let wrong = |name: &str| Failure::refused(format!("the header `{name}` of the settings is none"));
        if self.body.is_some() {
            head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        for (name, value) in &self.headers {
            let value = value.expose();
            let mut value = HeaderValue::from_str(value).map_err(|_| wrong(name))?;
            value.set_sensitive(true);
            head.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(name))?, value);
        }
        for (name, value) in &self.marks {
            head.insert(*name, HeaderValue::from_str(value).map_err(|_| wrong(name))?);
        }
        Ok(head)
    }
}

/// The address, and its host and port for messages.
///
/// # Errors
/// In words, which do not repeat the address.
pub(super) fn address(url: &Secret) -> Result<(Url, String), String> {
    let url = Url::parse(url.expose().trim()).map_err(|_| "the address is no web address".to_owned())?;
    let host = match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(host)) => host.to_owned(),
        _ => return Err("the address begins neither with `https://` nor with `http://`".to_owned()),
    };
    let host = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
    Ok((url, host))
}

fn client(trust: &Trust, timeout: Duration) -> Result<Client, Failure> {
    let tls = tls::client_config(trust).map_err(|problem| Failure::Unwelcome { problem })?;
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("steward/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout.min(CONNECT_TIMEOUT_MAX))
        .timeout(timeout)
        .build()
        .map_err(|error| Failure::passing(format!("no HTTP client can be made: {}", error.without_url())))
}

/// Seconds, or a date, which counts by the clock of the server that wrote it.
fn asked(head: &HeaderMap) -> Option<Duration> {
    let text = |name| head.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok();
    (date(asked)? - date(text(DATE)?)?).to_std().ok()
}

fn explain(host: &str, timeout: Duration, error: reqwest::Error) -> String {
    let error = error.without_url();
    if let Some(error) = find::<TlsError>(&error) {
        return format!("`{host}` {}", tls::explain(error));
    }
    if error.is_timeout() {
        return format!("`{host}` did not answer within {} s", timeout.as_secs());
    }
    match find::<io::Error>(&error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => format!("`{host}` refused the connection"),
        // The error of the resolver has no public type; its text is the only mark.
        _ if chain(&error).any(|cause| cause.to_string().contains("dns error")) => {
            format!("the name of `{host}` is not known here")
        }
        _ => format!("`{host}` cannot be reached: {}", deepest(&error)),
    }
}
