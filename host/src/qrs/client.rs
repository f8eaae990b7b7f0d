//! The client: one pool of kept-alive connections, and the requests that go over it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use rustls::crypto::CryptoProvider;
use serde_json::Value;
use steward_core::instant::Instant;
use tokio::sync::Semaphore;

use super::attempts::Attempts;
use super::body::Body;
use super::counts::{Counter, RequestCounts, RequestOutcome};
use super::credentials::{self, ClientIdentity};
use super::error::QrsError;
use super::request::{self, CROSS_SITE_KEY_HEADER, Target};
use super::rows::{Rows, found_instead};
use super::settings::{Credentials, QrsSettings};
use super::{answer, tls, transport, wire};
use crate::clock::Clock;

/// No list takes longer, however steadily the server trickles: 40,000 users take a minute or two.
const ANSWER_TIME_MAX: Duration = Duration::from_mins(15);
/// Everything but the lists is one small object.
const OBJECT_BYTES_MAX: usize = 1024 * 1024;

/// Asks the repository service. Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Client {
    pub(super) connection: Arc<Connection>,
}

pub(super) struct Connection {
    pub(super) hosts: Vec<KnownHost>,
    /// The index of the host that answered last.
    pub(super) preferred_host: AtomicUsize,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) retries: u32,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    http: reqwest::Client,
    token_path: Option<PathBuf>,
    identity: Option<ClientIdentity>,
    permits: Semaphore,
    max_response_bytes: u64,
    counter: Counter,
}

pub(super) struct KnownHost {
    /// For messages: `host:port`.
    name: String,
    base: Url,
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) value: Value,
    /// When a clock was given, and the server told the time.
    pub(super) clock_skew_ms: Option<i64>,
}

impl Client {
    /// Makes everything ready; nothing is sent yet. `now` is compared with the validity of the client certificate.
    ///
    /// # Errors
    /// When certificate files or settings cannot be used.
    pub fn connect(settings: QrsSettings, now: Instant) -> Result<Self, QrsError> {
        let provider = tls::provider();
        let loaded = credentials::load(&settings.credentials, &provider, now)?;
        let tls = tls::configure(&settings, provider.clone(), loaded.as_ref())?;
        let hosts = known_hosts(&settings)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // A virtual proxy opens a session for each request that comes without its cookie.
            .cookie_store(true)
            .default_headers(request::headers(&settings)?)
            .user_agent(concat!("steward/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.timeout)
            .timeout(ANSWER_TIME_MAX)
            .build()
            .map_err(|error| QrsError::Settings { problem: format!("no HTTP client can be made: {error}") })?;
        let token_path = match settings.credentials {
            Credentials::Jwt { path } => Some(path),
            Credentials::ClientCertificate { .. } | Credentials::Pfx { .. } => None,
        };
        let connection = Connection {
            hosts,
            preferred_host: AtomicUsize::new(0),
            provider,
            retries: settings.retries,
            connect_timeout: settings.connect_timeout,
            timeout: settings.timeout,
            http,
            token_path,
            identity: loaded.map(|loaded| loaded.identity),
            permits: Semaphore::new(settings.parallelism.max(1)),
            max_response_bytes: settings.max_response_bytes,
            counter: Counter::default(),
        };
        Ok(Self { connection: Arc::new(connection) })
    }

    /// The client certificate in use; `None` with a token.
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.connection.identity.as_ref()
    }

    /// The requests that were sent so far.
    pub fn requests(&self) -> RequestCounts {
        self.connection.counter.read()
    }

    /// Which server answers: the smallest call there is.
    pub async fn about(&self) -> Result<wire::about::About, QrsError> {
        let target = Target::new("about");
        let object = self.connection.get_object(&target, None).await?;
        wire::about::read(&object.value).map_err(|problem| malformed(&target, problem))
    }

    /// The licence of the site, without its key; `None` when there is none.
    pub async fn license(&self) -> Result<Option<wire::license::License>, QrsError> {
        let target = Target::new("license");
        let object = self.connection.get_object(&target, None).await?;
        wire::license::read(&object.value).map_err(|problem| malformed(&target, problem))
    }
}

impl Connection {
    /// Asks for an object, or JSON `null`.
    pub(super) async fn get_object(&self, target: &Target, clock: Option<Clock<'_>>) -> Result<Object, QrsError> {
        let mut attempts = Attempts::new(self);
        loop {
            match self.object_once(attempts.host(), target, clock).await {
                Ok(object) => {
                    attempts.succeeded();
                    return Ok(object);
                }
                Err(error) => attempts.after(error).await?,
            }
        }
    }

    /// Asks for a list and converts its rows while they arrive.
    pub(super) async fn get_rows<T>(
        &self,
        target: &Target,
        convert: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<Vec<T>, QrsError> {
        let mut attempts = Attempts::new(self);
        loop {
            match self.rows_once(attempts.host(), target, &convert).await {
                Ok(rows) => {
                    attempts.succeeded();
                    return Ok(rows);
                }
                Err(error) => attempts.after(error).await?,
            }
        }
    }

    pub(super) fn describe_identity(&self) -> String {
        match &self.identity {
            None => "none was sent".to_owned(),
            Some(ClientIdentity { subject, issuer, not_after, .. }) => {
                format!("`{subject}` from `{issuer}`, valid until {not_after}")
            }
        }
    }

    async fn object_once(&self, host: usize, target: &Target, clock: Option<Clock<'_>>) -> Result<Object, QrsError> {
        let asked_at = clock.map(|now| now());
        let mut body = self.send(host, Method::GET, target, None).await?;
        let answered_at = clock.map(|now| now());
        let clock_skew_ms = asked_at
            .zip(answered_at)
            .and_then(|(asked, answered)| clock_skew_ms(body.response.headers(), asked, answered));
        let mut text = Vec::new();
        while let Some(piece) = body.next().await? {
            text.extend_from_slice(&piece);
            if text.len() > OBJECT_BYTES_MAX {
                return Err(malformed(target, format!("it is larger than {OBJECT_BYTES_MAX} bytes")));
            }
        }
        let value = serde_json::from_slice(&text).map_err(|error| body.explain_json(&text, &error))?;
        body.trace();
        match value {
            Value::Object(_) | Value::Null => Ok(Object { value, clock_skew_ms }),
            _ => {
                Err(body
                    .explain_rows(found_instead(text.trim_ascii_start().first().copied().unwrap_or(0)), "an object"))
            }
        }
    }

    async fn rows_once<T>(
        &self,
        host: usize,
        target: &Target,
        convert: &impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<Vec<T>, QrsError> {
        let mut body = self.send(host, Method::GET, target, None).await?;
        let mut rows = Rows::default();
        let mut converted = Vec::new();
        let expected = "a list";
        while let Some(piece) = body.next().await? {
            rows.feed(&piece, |row| {
                converted.push(convert(row)?);
                Ok(())
            })
            .map_err(|error| body.explain_rows(error, expected))?;
        }
        rows.end().map_err(|error| body.explain_rows(error, expected))?;
        body.trace();
        Ok(converted)
    }

    /// Sends one request, once, and lets only a good answer through.
    pub(super) async fn send<'c>(
        &'c self,
        host: usize,
        method: Method,
        target: &'c Target,
        json: Option<Vec<u8>>,
    ) -> Result<Body<'c>, QrsError> {
        let permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let KnownHost { name, base } = &self.hosts[host];
        let key = request::cross_site_key(&self.provider);
        let mut request = self
            .http
            .request(method.clone(), request::address(base, target, &key))
            .header(CROSS_SITE_KEY_HEADER, &key)
            .headers(self.authorization()?);
        if let Some(json) = json {
            request = request.header(CONTENT_TYPE, "application/json").body(json);
        }
        let started = tokio::time::Instant::now();
        let sent = request.send().await;
        let response = sent.map_err(|error| {
            self.counter.add(method.as_str(), RequestOutcome::Failed);
            transport::explain(error, self, name.clone(), &target.path)
        })?;
        let status = response.status().as_u16();
        let response = answer::expect_good(response, name, &target.path)
            .await
            .inspect_err(|_| self.counter.add(method.as_str(), RequestOutcome::Refused))?;
        self.counter.add(method.as_str(), RequestOutcome::Ok);
        Ok(Body {
            connection: self,
            host: name,
            path: &target.path,
            status,
            response,
            started,
            bytes: 0,
            limit_bytes: self.max_response_bytes,
            _permit: permit,
        })
    }

    fn authorization(&self) -> Result<HeaderMap, QrsError> {
        let mut headers = HeaderMap::new();
        if let Some(path) = &self.token_path {
            let token = credentials::read_token(path)?;
            let mut value =
                HeaderValue::from_str(&format!("Bearer {token}")).expect("a token has letters of ASCII only");
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

pub(super) fn malformed(target: &Target, problem: String) -> QrsError {
    QrsError::Malformed { path: target.path.clone(), problem }
}

fn known_hosts(settings: &QrsSettings) -> Result<Vec<KnownHost>, QrsError> {
    if settings.hosts.is_empty() {
        return Err(QrsError::Settings {
            problem: "no host of the QRS is set: set `Butler.configQRS.host`".to_owned(),
        });
    }
    let known = |host| {
        let base = request::base(host, settings.prefix.as_deref())?;
        Ok(KnownHost { name: host.to_string(), base })
    };
    settings.hosts.iter().map(known).collect()
}

/// The server's clock less ours. The header has whole seconds, so less than one is taken for rounding.
fn clock_skew_ms(headers: &HeaderMap, asked_at: Instant, answered_at: Instant) -> Option<i64> {
    const ROUNDING_MS: i64 = 1000;
    let date = headers.get(reqwest::header::DATE)?.to_str().ok()?;
    let server_ms = chrono::DateTime::parse_from_rfc2822(date).ok()?.timestamp_millis();
    let middle_ms = asked_at.millis() + answered_at.millis_since(asked_at) / 2;
    let skew_ms = server_ms.checked_sub(middle_ms)?;
    Some(if skew_ms.abs() <= ROUNDING_MS { 0 } else { skew_ms })
}
