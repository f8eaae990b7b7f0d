//! Passwords from the file, the environment and files; never in any output.

use super::{SMALL, accept, refuse_with};
use crate::config::{Format, Secret, Settings};

fn with_passphrase(passphrase: &str) -> String {
    SMALL.replace("clientCert:", &format!("clientCertPassphrase: {passphrase}, clientCert:"))
}

fn passphrase(settings: &Settings) -> Option<&str> {
    settings.butler.cert.client_cert_passphrase.as_ref().map(Secret::expose)
}

#[test]
fn reads_secrets_as_written_or_from_the_environment() {
    for (written, expected) in [
        ("007", Some("007")),
        ("' a b '", Some(" a b ")),
        ("'${env:STEWARD_TEST}'", Some("open sesame")),
        ("'${other}'", Some("${other}")),
        ("'$5'", Some("$5")),
        ("''", None),
        ("~", None),
    ] {
        assert_eq!(passphrase(&accept(&with_passphrase(written))), expected, "{written}");
    }
    refuse_with(
        &with_passphrase("'${env:NO_SUCH_THING}'"),
        "2:33: Butler.cert.clientCertPassphrase: the environment variable `NO_SUCH_THING` is not set",
    );
}

#[test]
fn reads_secrets_from_files_beside_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steward.yaml");
    std::fs::write(folder.path().join("secret.txt"), "p4ss wörd \r\n").expect("written");
    std::fs::write(&path, with_passphrase("'${file:secret.txt}'")).expect("written");
    let loaded = Settings::load(&path).expect("a good file");
    assert_eq!(passphrase(&loaded.settings), Some("p4ss wörd "));
    std::fs::write(&path, with_passphrase("'${file:gone.txt}'")).expect("written");
    let fault = Settings::load(&path).expect_err("the file is missing").to_string();
    assert!(fault.contains("Butler.cert.clientCertPassphrase: cannot read the secret from `"), "{fault}");
}

#[test]
fn never_shows_a_secret() {
    let text = format!(
        "{}  influxDb:
    auth: {{ enable: true, username: joe, password: hush-1 }}
    v2Config: {{ token: hush-2 }}
    v3Config: {{ token: hush-3 }}
  webhookNotification:
    qlikSenseServerLicenseMonitor:
      webhooks: [ {{ webhookURL: 'https://acme.test/hush-4', httpMethod: put }} ]
",
        with_passphrase("hush-5").replace("static: [ ", "static: [ { name: Authorization, value: hush-6 }, ")
    );
    let loaded = super::read(&text).expect("a good file");
    let shown = [
        loaded.settings.show(Format::Json),
        loaded.settings.show(Format::Yaml),
        format!("{loaded:?}"),
        format!("{:?}", loaded.settings.qrs_credentials()),
    ];
    for shown in shown {
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("***"), "{shown}");
    }
    assert!(loaded.settings.show(Format::Yaml).contains("UserDirectory=Internal;UserId=sa_repository"));
}

#[test]
fn keeps_a_misplaced_secret_out_of_the_message() {
    let text = SMALL.replace("clientCert:", "clientCertPassphrase: [ hush ], clientCert:");
    refuse_with(&text, "clientCertPassphrase: a text is expected, but a list was found");
}
