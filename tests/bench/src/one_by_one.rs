//! The baseline of a dry run: a client that reads the seat lists, then asks for the owner of every seat by itself.
//!
//! It uses the same libraries, TLS versions, ciphers and client certificate as Steward does, so that only the way of
//! asking differs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::header::{HeaderMap, HeaderValue};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::site::{SERVER_NAME, Site};
use crate::timing::timed;

const CROSS_SITE_KEY: &str = "0123456789abcdef";
const LISTS: [&str; 3] =
    ["license/accesstypeoverview", "license/analyzeraccesstype/full", "license/professionalaccesstype/full"];

/// How the requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    KeptAlive,
    /// A TLS handshake for every request, as Butler does.
    NewEachTime,
}

pub struct OneByOne {
    http: reqwest::Client,
    base: String,
}

impl OneByOne {
    pub fn connect(site: &Site, connection: Connection) -> Result<Self> {
        let address = site.fake().address();
        let mut headers = HeaderMap::new();
        headers.insert("x-qlik-xrfkey", HeaderValue::from_static(CROSS_SITE_KEY));
        headers.insert("x-qlik-user", HeaderValue::from_static("UserDirectory=Internal;UserId=sa_repository"));
        let idle_max = match connection {
            Connection::KeptAlive => 1,
            Connection::NewEachTime => 0,
        };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(site, connection)?)
            .http1_only()
            .no_proxy()
            .resolve(SERVER_NAME, address)
            .pool_max_idle_per_host(idle_max)
            .default_headers(headers)
            .build()?;
        Ok(Self { http, base: format!("https://{SERVER_NAME}:{}/qrs", address.port()) })
    }

    /// Reads the lists.
    pub async fn lists(&self) -> Result<Duration> {
        let (read, time) = timed(async {
            for path in LISTS {
                self.get(path).await?;
            }
            anyhow::Ok(())
        })
        .await;
        read.map(|()| time)
    }

    /// Asks for each of `owners`; the time is that of one request.
    pub async fn request(&self, owners: &[String]) -> Result<Duration> {
        let (read, time) = timed(async {
            for owner in owners {
                self.get(&format!("user/{owner}")).await?;
            }
            anyhow::Ok(())
        })
        .await;
        read?;
        Ok(time / u32::try_from(owners.len()).context("too many owners")?)
    }

    async fn get(&self, path: &str) -> Result<serde_json::Value> {
        let answer = self.http.get(format!("{}/{path}?xrfkey={CROSS_SITE_KEY}", self.base)).send().await?;
        Ok(serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?)
    }
}

fn tls(site: &Site, connection: Connection) -> Result<ClientConfig> {
    let file = |name: &str| site.folder().join(name);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("root.pem"))?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = CertificateDer::from_pem_file(file("client.pem"))?;
    let key = PrivateKeyDer::from_pem_file(file("client_key.pem"))?;
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![client], key)?;
    if connection == Connection::NewEachTime {
        // Butler makes a new TLS context for each request, so it never resumes a session.
        tls.resumption = rustls::client::Resumption::disabled();
    }
    Ok(tls)
}
