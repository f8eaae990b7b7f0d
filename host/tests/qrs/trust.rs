//! Who is trusted, at which level, and what is said when nobody is.

use std::fs;
use std::path::Path;
use std::time::Duration;

use steward::qrs::{Client, Credentials, QrsSettings, Verify};
use steward_fake_qrs::certificates::{self, CertificateOptions};
use steward_fake_qrs::{AlternativeNames, CertificateSet, LicenseModel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::site::{self, Site, failure, host, loopback_names, site_with, today};

async fn with_certificates(options: &CertificateOptions) -> Site {
    site_with(site::data(10, LicenseModel::Signed), options, |_| {}).await
}

async fn ask(settings: &QrsSettings) -> Result<(), steward::qrs::QrsError> {
    Client::connect(settings.clone(), today())?.about().await.map(|_| ())
}

async fn at_level(site: &Site, verify: Verify) -> Result<(), steward::qrs::QrsError> {
    ask(&QrsSettings { verify, ..site.settings.clone() }).await
}

#[tokio::test]
async fn the_name_may_be_another_one_or_not_be_compared() {
    let site = with_certificates(&CertificateOptions::default()).await;
    let (variant, message) = failure(at_level(&site, Verify::Full).await);
    assert_eq!(variant, "Untrusted");
    for words in [
        "`127.0.0.1`",
        "`qlikserver`",
        "steward.qrs.serverName",
        "rejectUnauthorized: false",
        "steward.qrs.verify: chain",
    ] {
        assert!(message.contains(words), "{message}");
    }
    at_level(&site, Verify::ChainOnly).await.unwrap();
    at_level(&site, Verify::Nothing).await.unwrap();
    let server_name = Some("qlikserver".to_owned());
    ask(&QrsSettings { server_name, ..site.settings.clone() }).await.unwrap();
    let server_name = Some("other".to_owned());
    let (_, message) = failure(ask(&QrsSettings { server_name, ..site.settings.clone() }).await);
    assert!(message.contains("not made out to `other`"), "{message}");
    let server_name = Some("not a name".to_owned());
    assert_eq!(failure(ask(&QrsSettings { server_name, ..site.settings.clone() }).await).0, "Settings");
}

#[tokio::test]
async fn a_name_in_the_common_name_only_is_said_to_be_so() {
    let options = CertificateOptions { alternative_names: AlternativeNames::Missing, ..CertificateOptions::default() };
    let mut site = with_certificates(&options).await;
    site.settings.server_name = Some("qlikserver".to_owned());
    let (_, message) = failure(at_level(&site, Verify::Full).await);
    assert!(message.contains("common name `qlikserver`"), "{message}");
    at_level(&site, Verify::ChainOnly).await.unwrap();
}

#[tokio::test]
async fn another_root_is_not_trusted_even_under_the_same_name() {
    let site = with_certificates(&loopback_names()).await;
    let cases =
        [("qlikserver", "the certificates were recreated"), ("elsewhere", "is not the trusted `CN=elsewhere-CA`")];
    for (host, words) in cases {
        let foreign = CertificateOptions { host: host.to_owned(), ..CertificateOptions::default() };
        fs::write(site.folder.path().join("root.pem"), certificates::generate(&foreign).unwrap().root).unwrap();
        for verify in [Verify::Full, Verify::ChainOnly] {
            let (variant, message) = failure(at_level(&site, verify).await);
            assert_eq!(variant, "Untrusted");
            assert!(message.contains(words), "{message}");
            assert!(message.contains("Butler.cert.clientCertCA"), "{message}");
        }
        at_level(&site, Verify::Nothing).await.unwrap();
    }
}

#[tokio::test]
async fn an_expired_server_certificate_is_said_to_be_so() {
    let site = with_certificates(&CertificateOptions { server_expired: true, ..loopback_names() }).await;
    let (variant, message) = failure(at_level(&site, Verify::ChainOnly).await);
    assert_eq!(variant, "Untrusted");
    assert!(message.contains("expired at "), "{message}");
    at_level(&site, Verify::Nothing).await.unwrap();
}

#[tokio::test]
async fn a_signature_with_sha_1_is_said_to_be_so() {
    let fixture = |name: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)).unwrap()
    };
    let set = CertificateSet {
        root: fixture("root.pem"),
        client: fixture("client.pem"),
        client_key: fixture("client_key.pem"),
        server: fixture("server_sha1.pem"),
        server_key: fixture("server_sha1_key.pem"),
        trusted_clients: fixture("root.pem"),
    };
    let site = site::serve(site::data(10, LicenseModel::Signed), set, |_| {}).await;
    let (variant, message) = failure(at_level(&site, Verify::ChainOnly).await);
    assert_eq!(variant, "Untrusted");
    assert!(message.contains("SHA-1 with RSA") && message.contains("steward.qrs.verify: none"), "{message}");
    at_level(&site, Verify::Nothing).await.unwrap();
}

#[tokio::test]
async fn a_refused_client_certificate_is_said_to_be_so() {
    let foreign = with_certificates(&CertificateOptions { client_of_foreign_root: true, ..loopback_names() }).await;
    let (variant, message) = failure(ask(&foreign.settings).await);
    assert_eq!(variant, "ClientCertificateRefused", "{message}");
    assert!(message.contains("CN=QlikClient") && message.contains("valid until"), "{message}");

    let site = with_certificates(&loopback_names()).await;
    let token = site.folder.path().join("token");
    fs::write(&token, "a.b.c").unwrap();
    let credentials = Credentials::Jwt { path: token };
    let (variant, message) = failure(ask(&QrsSettings { credentials, ..site.settings.clone() }).await);
    assert_eq!(variant, "ClientCertificateRefused", "{message}");
    assert!(message.contains("none was sent"), "{message}");

    let expired = with_certificates(&CertificateOptions { client_expired: true, ..loopback_names() }).await;
    let (variant, message) = failure(ask(&expired.settings).await);
    assert_eq!(variant, "Credentials");
    assert!(message.contains("expired at "), "{message}");
}

#[tokio::test]
async fn a_port_without_tls_or_without_an_answer_is_said_to_be_so() {
    let site = with_certificates(&loopback_names()).await;
    for (says, variant) in [
        (Some("HTTP/1.1 400 Bad Request\r\n\r\n"), "NotTls"),
        (Some("220 mail ready\r\n"), "NotTls"),
        (None, "Unreachable"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hosts = vec![host(listener.local_addr().unwrap().port())];
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_u8().await.unwrap();
            if let Some(says) = says {
                stream.write_all(says.as_bytes()).await.unwrap();
            }
        });
        let (got, message) = failure(ask(&QrsSettings { hosts, ..site.settings.clone() }).await);
        assert_eq!(got, variant, "{message}");
        server.await.unwrap();
    }

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hosts = vec![host(listener.local_addr().unwrap().port())];
    let connect_timeout = Duration::from_millis(200);
    let (got, message) = failure(ask(&QrsSettings { hosts, connect_timeout, ..site.settings.clone() }).await);
    assert_eq!(got, "ConnectTimeout", "{message}");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let site = with_certificates(&loopback_names()).await;
    let with = |name: &str, value: &str| {
        let headers = vec![(name.to_owned(), value.to_owned())];
        QrsSettings { headers, ..site.settings.clone() }
    };
    let (variant, message) = failure(ask(&with("X-Qlik-User", "UserId=sécret")).await);
    assert_eq!(variant, "Settings");
    assert!(message.contains("X-Qlik-User") && !message.contains("cret"), "{message}");
    assert_eq!(failure(ask(&with("a b", "c")).await).0, "Settings");
    assert_eq!(failure(ask(&QrsSettings { hosts: Vec::new(), ..site.settings.clone() }).await).0, "Settings");
    let root_certificate = Some(site.folder.path().join("nowhere.pem"));
    assert_eq!(failure(ask(&QrsSettings { root_certificate, ..site.settings.clone() }).await).0, "Credentials");
    let root_certificate = Some(site.folder.path().join("client_key.pem"));
    assert_eq!(failure(ask(&QrsSettings { root_certificate, ..site.settings.clone() }).await).0, "Credentials");
}
