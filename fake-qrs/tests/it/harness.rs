//! Starts a double and speaks to it as a strict client would: own root only, the server's name verified.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use steward_fake_qrs::certificates::{self, CertificateOptions, CertificateSet};
use steward_fake_qrs::{Clock, Data, FakeQrs, Options, dates, start};

pub const XRFKEY: &str = "0123456789abcDEF";
pub const SA: &str = "UserDirectory=Internal;UserId=sa_repository";

pub fn now() -> DateTime<Utc> {
    dates::parse("2025-06-16T09:00:00.000Z").unwrap()
}

pub fn certificates() -> CertificateSet {
    certificates::generate(&CertificateOptions::default()).unwrap()
}

/// Three people with names that hurt, and a seat for two of them.
pub fn small_site() -> Data {
    let user = |number: u32, directory: &str, id: &str, name: &str| {
        json!({
            "id": format!("e0000000-0000-4000-8000-{number:012}"), "userId": id, "userDirectory": directory,
            "userDirectoryConnectorName": directory, "name": name, "inactive": number == 3,
            "tags": if number == 2 { json!([{"id": "5a7e0001-3c1f-4f0e-9a55-0d2b7e6f1001", "name": "keep"}]) } else { json!([]) },
            "modifiedDate": "2024-01-01T00:00:00.000Z", "schemaPath": "User",
        })
    };
    let seat = |number: u32, owner: &Value, last_used: &str| {
        json!({
            "id": format!("a0000000-0000-4000-8000-{number:012}"), "createdDate": "2024-01-01T00:00:00.000Z",
            "modifiedDate": "2025-01-01T00:00:00.000Z", "user": owner, "lastUsed": last_used, "excess": false,
            "quarantined": false, "quarantineEnd": dates::NEVER, "deletedUserId": "", "deletedUserDirectory": "",
            "privileges": null, "schemaPath": "License.AnalyzerAccessType", "unknownMember": [1.5, null],
        })
    };
    let users = vec![
        user(1, "Acme", "r&d", "R&D"),
        user(2, "ACME", r"a\b", "O'Brien"),
        user(3, "acme", "gone", "Ünï ©ode"),
        user(4, "ACME", "none", "Plain Person"),
    ];
    serde_json::from_value(json!({
        "license": {"name": "ACME", "keyDetails": "Allotment professional:1;\nAllotment analyzer:4;"},
        "analyzeraccesstype": [
            seat(1, &users[0], "2025-06-14T09:00:00.000Z"),
            seat(2, &users[1], dates::NEVER),
            seat(3, &Value::Null, "2024-03-01T00:00:00.000Z"),
        ],
        "users": users,
    }))
    .unwrap()
}

/// A running double with a client.
pub struct Site {
    pub fake: FakeQrs,
    pub client: Client,
}

impl Site {
    pub async fn small() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(small_site(), certificates());
        options.clock = Clock::starting_at(now());
        change(&mut options);
        let client = client(&options.certificates, true);
        Self { fake: start(options).await.unwrap(), client }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = format!("https://qlikserver:{}{path}{mark}xrfkey={XRFKEY}", self.fake.address().port());
        self.client.request(method, url).header("X-Qlik-Xrfkey", XRFKEY).header("X-Qlik-User", SA)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn get_json(&self, path: &str) -> Value {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn filtered(&self, path: &str, filter: &str) -> (StatusCode, String) {
        let mut path = format!("{path}?filter=");
        for byte in filter.bytes() {
            write!(path, "%{byte:02X}").unwrap();
        }
        self.get(&path).await
    }

    /// How many records of a list fit the filter.
    pub async fn fitting(&self, path: &str, filter: &str) -> usize {
        let (status, text) = self.filtered(path, filter).await;
        assert_eq!(status, 200, "{filter}: {text}");
        serde_json::from_str::<Vec<Value>>(&text).unwrap().len()
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, String) {
        read(self.request(method, path).json(body).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> StatusCode {
        self.request(Method::DELETE, path).send().await.unwrap().status()
    }
}

pub async fn read(response: Response) -> (StatusCode, String) {
    (response.status(), response.text().await.unwrap())
}

/// A client that trusts the set's root only; the name resolves to loopback on every port.
pub fn client(set: &CertificateSet, with_certificate: bool) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(set.root.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = if with_certificate {
        let chain = vec![CertificateDer::from_pem_slice(set.client.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(set.client_key.as_bytes()).unwrap();
        builder.with_client_auth_cert(chain, key).unwrap()
    } else {
        builder.with_no_client_auth()
    };
    Client::builder()
        .tls_backend_preconfigured(config)
        .resolve("qlikserver", ([127, 0, 0, 1], 0).into())
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(20))
        .build()
        .unwrap()
}
