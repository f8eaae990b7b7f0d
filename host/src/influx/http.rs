//! Requests to `InfluxDB`, and why one got no answer.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, Error as TlsError, InvalidMessage, RootCertStore};

use super::settings::{Credentials, InfluxSettings};
use super::trouble::Trouble;
use crate::causes::{chain, deepest, find};

/// Version 3 tells each refused line of a batch with its text.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A server in the same network connects at once; a wrong address is told soon.
const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(10);

/// A connection to one server. Nothing is sent before it is asked to.
pub(super) struct Http {
    client: Client,
    settings: InfluxSettings,
}

/// What the server said, whatever its status.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// Header `X-Influxdb-Version`.
    pub(super) version: Option<String>,
    /// Cut off at a limit.
    pub(super) text: String,
}

impl Http {
    /// # Errors
    /// When the root certificate or the token cannot be used.
    pub(super) fn new(settings: InfluxSettings) -> Result<Self, Trouble> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(&settings)?)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(concat!("steward/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.timeout.min(CONNECT_TIMEOUT_MAX))
            .timeout(settings.timeout)
            .build()
            .map_err(|error| Trouble::Settings(format!("no HTTP client can be made: {error}")))?;
        let http = Self { client, settings };
        if let Credentials::Token(token) | Credentials::Bearer(token) = &http.settings.credentials
            && HeaderValue::from_str(token.expose()).is_err()
        {
            return Err(Trouble::Settings("the token of InfluxDB holds a line break or is no ASCII".to_owned()));
        }
        Ok(http)
    }

    pub(super) fn settings(&self) -> &InfluxSettings {
        &self.settings
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        self.send(self.request(Method::GET, path, query)?).await
    }

    /// Sends a form, as version 1 wants its statements.
    pub(super) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Result<Answer, Trouble> {
        // Encoded as a query is; the address itself is not sent.
        let body = self.url(path, form)?.query().unwrap_or_default().to_owned();
        let request = self.request(Method::POST, path, &[])?;
        self.send(request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
    }

    pub(super) async fn post(&self, path: &str, query: &[(&str, &str)], body: String) -> Result<Answer, Trouble> {
        let request = self.request(Method::POST, path, query)?;
        self.send(request.header("Content-Type", "text/plain; charset=utf-8").body(body)).await
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, Trouble> {
        let url = format!("{}{path}", self.settings.base);
        let parsed = if query.is_empty() { Url::parse(&url) } else { Url::parse_with_params(&url, query) };
        parsed.map_err(|_| Trouble::Settings(format!("`{}` is no host and port", self.settings.host)))
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Result<RequestBuilder, Trouble> {
        let request = self.client.request(method, self.url(path, query)?);
        let with = |scheme: &str, token: &str| format!("{scheme} {token}");
        Ok(match &self.settings.credentials {
            Credentials::None => request,
            Credentials::Password { user, password } => request.basic_auth(user, Some(password.expose())),
            Credentials::Token(token) => request.header(AUTHORIZATION, with("Token", token.expose())),
            Credentials::Bearer(token) => request.header(AUTHORIZATION, with("Bearer", token.expose())),
        })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, Trouble> {
        let mut response = request.send().await.map_err(|error| self.explain(error))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let asked = header(RETRY_AFTER.as_str()).and_then(|value| value.trim().parse().ok());
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: asked.map(Duration::from_secs),
            version: header("X-Influxdb-Version"),
            text: String::new(),
        };
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| self.explain(error))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > ANSWER_BYTES_MAX {
                bytes.truncate(ANSWER_BYTES_MAX);
                break;
            }
        }
        answer.text = String::from_utf8_lossy(&bytes).into_owned();
        tracing::debug!(host = self.settings.host, status = answer.status, "InfluxDB answered");
        Ok(answer)
    }

    fn explain(&self, error: reqwest::Error) -> Trouble {
        let host = self.settings.host.clone();
        let error = error.without_url();
        match find::<TlsError>(&error) {
            Some(TlsError::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge,
            )) => return Trouble::NotTls { host },
            Some(tls) => return Trouble::Untrusted { host, reason: tls.to_string() },
            None => {}
        }
        if error.is_timeout() {
            return Trouble::Silent { host, milliseconds: self.settings.timeout.as_millis() };
        }
        match find::<io::Error>(&error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Trouble::ConnectionRefused { host },
            // The error of the resolver has no public type; its text is the only mark.
            _ if chain(&error).any(|cause| cause.to_string().contains("dns error")) => Trouble::UnknownHost { host },
            _ => Trouble::Unreachable { host, reason: deepest(&error) },
        }
    }
}

fn tls(settings: &InfluxSettings) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    match (&settings.root_certificate, settings.is_tls) {
        (_, false) => {}
        (Some(path), true) => add_roots_of_file(&mut roots, path)?,
        (None, true) => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the ring provider has ciphers for TLS 1.2 and 1.3");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn add_roots_of_file(roots: &mut RootCertStore, path: &Path) -> Result<(), Trouble> {
    let trouble = |problem: String| {
        let path = path.display();
        Trouble::Settings(format!("cannot use `steward.influxDb.rootCertificate` `{path}`: {problem}"))
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| trouble(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| trouble(error.to_string()))?;
        roots.add(certificate).map_err(|error| trouble(error.to_string()))?;
    }
    if roots.is_empty() { Err(trouble("it holds no certificate".to_owned())) } else { Ok(()) }
}
