//! Who is trusted and who answers: what is said when a certificate, a host or an account is wrong.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use steward_fake_qrs::certificates::{self, CertificateOptions};
use steward_fake_qrs::options::{MissingUser, NoClientCertificate, UnknownUser};
use steward_fake_qrs::{AlternativeNames, Fault, FaultScript, Options};

use crate::site::{Site, data, gates, serve, serve_with, site};

async fn with_certificates(options: CertificateOptions) -> Site {
    serve_with(data(20), certificates::generate(&options).unwrap(), |_| {}).await
}

/// Keys and certificates in forms that no library of the tests writes.
fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name);
    fs::read_to_string(path).unwrap()
}

/// `plan` and `check` both say it; `plan` writes nothing.
#[track_caller]
fn refused(site: &Site, code: i32, words: &[&str]) {
    let out = site.path("plan.json");
    let before = site.leftovers();
    let run = site.run(["plan", "--out", out.to_str().unwrap()]);
    run.fails(code, words);
    assert_eq!(run.out, "", "{run:?}");
    assert_eq!(site.leftovers(), before);
    let run = site.run(["check"]);
    assert!([1, 2].contains(&run.code), "{run:?}");
    let said = run.out.clone() + &run.err;
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} in {run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_certificate_that_are_no_good_are_told_by_name() {
    let site = site(10).await;
    let [cert, key, root] =
        ["client.pem", "client_key.pem", "root.pem"].map(|name| fs::read_to_string(site.path(name)).unwrap());
    let other = certificates::generate(&CertificateOptions::default()).unwrap();
    let server = fs::read_to_string(site.path("server.pem")).unwrap();
    for (file, contents, words) in [
        ("client.pem", None, &["client.pem"][..]),
        ("client_key.pem", None, &["client_key.pem"]),
        ("root.pem", None, &["root.pem"]),
        ("client.pem", Some(""), &["client.pem", "no certificate"]),
        ("client.pem", Some("garbage"), &["client.pem", "no certificate"]),
        ("client.pem", Some(key.as_str()), &["client.pem", "no certificate"]),
        ("client_key.pem", Some(cert.as_str()), &["client_key.pem", "no private key"]),
        ("client_key.pem", Some(other.client_key.as_str()), &["does not belong"]),
        ("client.pem", Some(root.as_str()), &["does not belong", "client.pem"]),
        ("client.pem", Some(server.as_str()), &["does not belong", "client.pem"]),
        ("root.pem", Some("garbage"), &["root.pem"]),
    ] {
        let path = site.path(file);
        let good = fs::read_to_string(&path).unwrap();
        match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let run = site.run(["plan", "--out", site.path("plan.json").to_str().unwrap()]);
        assert!(!site.path("plan.json").exists());
        run.fails(2, words);
        assert_ne!(site.run(["check"]).code, 0, "{file}");
        fs::write(&path, good).unwrap();
    }
    assert_eq!(site.qrs.journal().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_a_passphrase_needs_the_right_one() {
    let mut site = site(10).await;
    site.write("client.pem", &fixture("client.pem"));
    for key in ["client_key_pkcs8_aes256.pem", "client_key_old_des3.pem"] {
        site.write("client_key.pem", &fixture(key));
        site.run(["plan"]).fails(2, &["client_key.pem", "encrypted", "Butler.cert.clientCertPassphrase"]);
        let good = site.settings.clone();
        site.set(&[(
            "    clientCertCA: root.pem\n",
            "    clientCertCA: root.pem\n    clientCertPassphrase: wrong-word\n",
        )]);
        let run = site.run(["plan"]);
        run.fails(2, &["the passphrase does not open", "client_key.pem"]);
        assert!(!run.err.contains("wrong-word"), "{run:?}");
        site.settings = good;
        site.set(&[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_another_time_or_site_are_told_apart() {
    let expired = with_certificates(CertificateOptions { client_expired: true, ..CertificateOptions::default() }).await;
    refused(&expired, 2, &["client.pem", "expired at", "export new certificates"]);
    let expired = with_certificates(CertificateOptions { server_expired: true, ..CertificateOptions::default() }).await;
    refused(&expired, 1, &["not trusted", "expired at"]);
    let foreign =
        with_certificates(CertificateOptions { client_of_foreign_root: true, ..CertificateOptions::default() }).await;
    refused(&foreign, 1, &["refused the client certificate", "export the certificates"]);

    let site = site(10).await;
    let other =
        certificates::generate(&CertificateOptions { host: "elsewhere".to_owned(), ..CertificateOptions::default() });
    site.write("root.pem", &other.unwrap().root);
    refused(&site, 1, &["not trusted", "Butler.cert.clientCertCA"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_fit_is_told_with_the_names_that_do() {
    let mut site = site(10).await;
    site.set(&[("serverName: qlikserver", "serverName: another")]);
    refused(&site, 1, &["not made out to `another` but to `qlikserver`", "steward.qrs.serverName"]);
    let missing = CertificateOptions { alternative_names: AlternativeNames::Missing, ..CertificateOptions::default() };
    refused(&with_certificates(missing).await, 1, &["common name `qlikserver`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_told_by_host() {
    let mut site = site(10).await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    site.add("");
    let port = format!("port: {}", site.qrs.address().port());
    site.set(&[
        ("    serverName: qlikserver", "    serverName: qlikserver\n    retries: 0"),
        (&port, &format!("port: {closed}")),
    ]);
    refused(&site, 1, &["refused the connection", "firewall"]);
    site.set(&[("host: \"127.0.0.1\"", "host: no-such-host.invalid")]);
    refused(&site, 1, &["`no-such-host.invalid:", "not known"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_read_is_told_to_get_rights() {
    let stranger = |change: fn(&mut Options)| async move {
        let mut site = serve(data(400), change).await;
        site.set(&[("UserDirectory=Internal;UserId=sa_repository", "UserDirectory=ACME;UserId=nobody-here")]);
        site
    };
    refused(&stranger(|_| {}).await, 1, &["forbids", "rights that the README lists"]);

    // Security rules that leave nothing to see: empty lists, and a plan that says so instead of an empty one.
    let site = stranger(|options| options.unknown_user = UnknownUser::EmptyLists).await;
    let run = site.run(["plan", "--format", "json"]);
    assert_eq!(run.code, 3, "{run:?}");
    let plan = run.json();
    assert_eq!(gates(&plan), ["list-too-short"]);
    assert_eq!(plan["releases"].as_array().unwrap().len(), 0);
    let run = site.run(["plan"]);
    assert!(run.out.contains("right to read all licence allocations"), "{run:?}");
    let run = site.run(["check"]);
    run.fails(1, &["to mend"]);
    assert!(run.out.contains("list-too-short"), "{run:?}");
    site.run(["status"]).is_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_client_certificate_nobody_gets_in_whatever_the_service_says() {
    // Made for another site, so the service sees no certificate that it knows.
    for kind in [NoClientCertificate::Handshake, NoClientCertificate::Forbidden] {
        let options = CertificateOptions { client_of_foreign_root: true, ..CertificateOptions::default() };
        let site = serve_with(data(10), certificates::generate(&options).unwrap(), |options| {
            options.no_client_certificate = kind;
            options.missing_user = MissingUser::Forbidden;
        })
        .await;
        site.run(["plan"]).fails(1, &["certificate"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_account_is_told_to_be_one() {
    let site = site(10).await;
    let fault = Fault::Status {
        status: 403,
        body: "Forbidden: Your account is inactive. Contact your administrator.".to_owned(),
        content_type: "text/plain".to_owned(),
    };
    site.qrs.set_faults(FaultScript::every("*", fault));
    refused(&site, 1, &["account of Steward is inactive", "activate it in the QMC"]);
}
