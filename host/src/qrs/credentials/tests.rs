//! Keys and certificates of `tests/certificates`, which its script `make` describes.

use std::path::{Path, PathBuf};

use super::*;

const PASSPHRASE: &str = "geheim";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)
}

fn pem(certificate: &str, key: &str, passphrase: Option<&str>) -> Credentials {
    Credentials::ClientCertificate {
        certificate_path: fixture(certificate),
        key_path: fixture(key),
        passphrase: passphrase.map(str::to_owned),
    }
}

fn pfx(name: &str, passphrase: Option<&str>) -> Credentials {
    Credentials::Pfx { path: fixture(name), passphrase: passphrase.map(str::to_owned) }
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn check(credentials: &Credentials) -> Result<Option<Loaded>, CredentialsError> {
    load(credentials, &rustls::crypto::ring::default_provider(), at("2040-01-01T00:00:00Z"))
}

#[track_caller]
fn subject(credentials: &Credentials) -> String {
    check(credentials).unwrap().unwrap().identity.subject
}

/// The first word of the error, which is the name of its variant.
#[track_caller]
fn refusal(credentials: &Credentials) -> String {
    let error = check(credentials).unwrap_err();
    assert!(!error.to_string().contains(PASSPHRASE), "{error}");
    format!("{error:?}").split([' ', '{']).next().unwrap().to_owned()
}

#[test]
fn opens_keys_in_every_form_that_the_tools_write() {
    for key in ["client_key.pem", "client_key_pkcs1.pem"] {
        assert_eq!(subject(&pem("client.pem", key, None)), "CN=QlikClient", "{key}");
        assert_eq!(subject(&pem("client.pem", key, Some("not needed"))), "CN=QlikClient", "{key}");
    }
    for key in ["old_aes128", "old_aes192", "old_aes256", "old_des3", "pkcs8_aes256", "pkcs8_des3"] {
        let key = format!("client_key_{key}.pem");
        assert_eq!(subject(&pem("client.pem", &key, Some(PASSPHRASE))), "CN=QlikClient", "{key}");
        assert_eq!(refusal(&pem("client.pem", &key, Some("wrong"))), "PassphraseWrong", "{key}");
        assert_eq!(refusal(&pem("client.pem", &key, Some(""))), "PassphraseWrong", "{key}");
        assert_eq!(refusal(&pem("client.pem", &key, None)), "PassphraseMissing", "{key}");
    }
    assert_eq!(subject(&pem("elliptic.pem", "elliptic_key.pem", None)), "CN=QlikClient");
}

#[test]
fn opens_pfx_files_old_and_new() {
    for file in ["client.pfx", "client_legacy.pfx"] {
        assert_eq!(subject(&pfx(file, Some(PASSPHRASE))), "CN=QlikClient", "{file}");
        assert_eq!(refusal(&pfx(file, Some("wrong"))), "PassphraseWrong", "{file}");
        assert_eq!(refusal(&pfx(file, None)), "PassphraseMissing", "{file}");
    }
    assert_eq!(subject(&pfx("client_open.pfx", None)), "CN=QlikClient");
    assert_eq!(refusal(&pfx("no_key.pfx", Some(PASSPHRASE))), "PfxWithoutIdentity");
    assert_eq!(refusal(&pfx("client.pem", Some(PASSPHRASE))), "PfxUnreadable");
}

#[test]
fn says_which_file_is_the_wrong_one() {
    assert_eq!(refusal(&pem("nowhere.pem", "client_key.pem", None)), "Unreadable");
    assert_eq!(refusal(&pem("client.pem", "nowhere.pem", None)), "Unreadable");
    assert_eq!(refusal(&pem("client.pem", "elliptic_key.pem", None)), "KeyOfAnotherCertificate");
    assert_eq!(refusal(&pem("client_key.pem", "client_key.pem", None)), "NoCertificate");
    assert_eq!(refusal(&pem("client.pem", "client.pem", None)), "NoKey");
    assert_eq!(refusal(&pem("client.pfx", "client_key.pem", None)), "NoCertificate");
    for scheme in ["old_camellia128", "pkcs8_v1"] {
        let key = format!("client_key_{scheme}.pem");
        assert_eq!(refusal(&pem("client.pem", &key, Some(PASSPHRASE))), "EncryptionUnknown", "{key}");
    }
}

#[test]
fn refuses_a_certificate_that_the_server_would_refuse() {
    let provider = rustls::crypto::ring::default_provider();
    let client = pem("client.pem", "client_key.pem", None);
    let not_after = check(&client).unwrap().unwrap().identity.not_after;
    let late = Instant::from_millis(not_after.millis() + 1).unwrap();
    assert!(load(&client, &provider, not_after).is_ok());
    assert!(matches!(load(&client, &provider, late), Err(CredentialsError::Expired { .. })));
    let early = at("2001-01-01T00:00:00Z");
    assert!(matches!(load(&client, &provider, early), Err(CredentialsError::NotYetValid { .. })));

    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, change: fn(&mut rcgen::CertificateParams)| {
        let mut params = rcgen::CertificateParams::default();
        params.not_after = rcgen::date_time_ymd(2999, 1, 1);
        change(&mut params);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate_path = folder.path().join(format!("{name}.pem"));
        let key_path = folder.path().join(format!("{name}_key.pem"));
        std::fs::write(&certificate_path, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&key_path, key.serialize_pem()).unwrap();
        Credentials::ClientCertificate { certificate_path, key_path, passphrase: None }
    };
    let server = made("server", |params| params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth]);
    assert_eq!(refusal(&server), "CertificateOfServer");
    let root = made("root", |params| params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    assert_eq!(refusal(&root), "CertificateOfAuthority");
    assert!(check(&made("plain", |_| {})).is_ok(), "a certificate without a purpose is for clients too");
}

#[test]
fn a_token_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "\u{feff}a.b-_.c=\r\n").unwrap();
    assert_eq!(read_token(&path).unwrap(), "a.b-_.c=");
    assert!(check(&Credentials::Jwt { path: path.clone() }).unwrap().is_none());
    for wrong in ["", "\n", "a.b.c\nd", "two words", "ü.b.c"] {
        std::fs::write(&path, wrong).unwrap();
        assert!(matches!(read_token(&path), Err(CredentialsError::NotAToken { .. })), "{wrong:?}");
    }
    assert_eq!(refusal(&Credentials::Jwt { path: fixture("client.pem") }), "NotAToken");
    assert_eq!(refusal(&Credentials::Jwt { path: fixture("nowhere") }), "Unreadable");
}
