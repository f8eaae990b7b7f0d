//! Beyond this machine: nothing without a token, TLS when it is asked for, and the command line all the same.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use steward_fake_qrs::certificates::{self, CertificateOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use crate::api::{Client, VIEWER, hash};
use crate::daemon::Daemon;
use crate::site::{Site, site};

async fn open_site(lines: &str) -> Site {
    let mut site = site(40).await;
    site.add(&format!("  http:\n    listen: 0.0.0.0:0\n{lines}"));
    site
}

fn token() -> String {
    format!("    tokens: [{{ name: victor, role: viewer, hash: \"{}\" }}]\n", hash(VIEWER))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_binds_further_than_this_machine_without_a_token() {
    let site = open_site("").await;
    site.run(["run"]).fails(2, &["steward.http.listen", "steward token new"]);
    let site = open_site(&token()).await;
    let check = site.run(["check"]);
    assert!(check.out.contains("without TLS") || check.err.contains("without TLS"), "{check:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_settings_of_the_listener_are_told_all_at_once() {
    let twice = hash(VIEWER);
    let site = open_site(&format!(
        "    tokens:\n      - {{ name: a, role: viewer, hash: \"{twice}\" }}\n      - {{ name: A, role: viewer, hash: \"{twice}\" }}\n      - \
         {{ name: c, role: king, hash: steward_secret }}\n      - {{ name: d, role: viewer, hash: \"{}\", expires: soon }}\n    hosts: ['a b']\n",
        hash("d")
    ))
    .await;
    let run = site.run(["check"]);
    for words in ["another token is called", "another token has the same hash", "king", "expires", "no name of a host"]
    {
        assert!(run.err.contains(words) || run.out.contains(words), "{words:?} in {run:?}");
    }
    assert!(!run.err.contains("steward_secret"), "{run:?}");
}

/// What is answered over TLS to somebody who trusts this root.
async fn ask(address: SocketAddr, root: &Path, path: &str) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(address).await?;
    let name = ServerName::try_from("qlikserver").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {VIEWER}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = Vec::new();
    // The other end closes without a word of TLS.
    let _ = stream.read_to_end(&mut text).await;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn address_of(site: &Site) -> SocketAddr {
    let text = std::fs::read_to_string(site.path("data").join("control.json")).unwrap();
    let control: Value = serde_json::from_str(&text).unwrap();
    let url = control["url"].as_str().unwrap();
    let port = url.strip_prefix("https://0.0.0.0:").unwrap().parse().unwrap();
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_the_certificate_of_the_settings_and_with_a_renewed_one() {
    let site = open_site(&format!("{}    tls: {{ certificate: own.pem, key: own_key.pem }}\n", token())).await;
    let copy = |from: &Path| {
        std::fs::copy(from.join("server_key.pem"), site.path("own_key.pem")).unwrap();
        std::fs::copy(from.join("server.pem"), site.path("own.pem")).unwrap();
    };
    copy(site.folder.path());
    let daemon = Daemon::start(&site).await;
    let (address, root) = (address_of(&site), site.path("root.pem"));
    let answer = ask(address, &root, "/api/v1/who").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"), "{answer}");
    // The command line reaches it by an address of this machine only.
    assert!(Client::of(&site).address.starts_with("127.0.0.1:"));
    site.run(["reload"]).is_done();
    // Whoever speaks no TLS gets nothing.
    let plain = Client { address: address.to_string(), token: Some(VIEWER) };
    assert_eq!(plain.get("/api/v1/who").status, 0);

    let renewed = tempfile::tempdir().unwrap();
    certificates::generate(&CertificateOptions::default()).unwrap().write(renewed.path()).unwrap();
    // Half of a renewal changes nothing.
    std::fs::copy(renewed.path().join("server.pem"), site.path("own.pem")).unwrap();
    assert!(ask(address, &root, "/healthz").await.is_ok());
    copy(renewed.path());
    let root = renewed.path().join("root.pem");
    let mut is_renewed = false;
    for _ in 0..600 {
        is_renewed = ask(address, &root, "/healthz").await.is_ok();
        if is_renewed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(is_renewed);
    daemon.stop().is_done();
}
