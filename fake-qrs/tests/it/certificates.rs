//! Certificate sets, good and bad ones.

use steward_fake_qrs::certificates::{AlternativeNames, CertificateOptions, CertificateSet, generate};

use crate::harness::{Site, XRFKEY, client};

async fn reaches(host: &str, options: CertificateOptions) -> bool {
    let set = generate(&options).unwrap();
    let client = client(&set, true);
    let site = Site::with(|options| options.certificates = set).await;
    let url = format!("https://{host}:{}/qrs/about?xrfkey={XRFKEY}", site.fake.address().port());
    let answer = client.get(url).header("X-Qlik-Xrfkey", XRFKEY).send().await;
    answer.is_ok_and(|response| response.status() == 200)
}

#[tokio::test]
async fn carries_the_short_name_only() {
    assert!(reaches("qlikserver", CertificateOptions::default()).await);
    assert!(!reaches("127.0.0.1", CertificateOptions::default()).await);
}

#[tokio::test]
async fn can_carry_loopback_names_or_none() {
    let with = |alternative_names| CertificateOptions { alternative_names, ..CertificateOptions::default() };
    assert!(reaches("127.0.0.1", with(AlternativeNames::ShortNameAndLoopback)).await);
    assert!(!reaches("qlikserver", with(AlternativeNames::Missing)).await);
}

#[tokio::test]
async fn can_be_expired_or_foreign() {
    let good = CertificateOptions::default;
    assert!(!reaches("qlikserver", CertificateOptions { server_expired: true, ..good() }).await);
    assert!(!reaches("qlikserver", CertificateOptions { client_expired: true, ..good() }).await);
    assert!(!reaches("qlikserver", CertificateOptions { client_of_foreign_root: true, ..good() }).await);
}

#[test]
fn comes_back_from_its_directory() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!CertificateSet::is_in(dir.path()));
    let set = generate(&CertificateOptions::default()).unwrap();
    set.write(dir.path()).unwrap();
    assert!(CertificateSet::is_in(dir.path()));
    let loaded = CertificateSet::load(dir.path()).unwrap();
    assert_eq!((&loaded.client, &loaded.server_key), (&set.client, &set.server_key));
    assert!(set.client_key.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert!(!format!("{set:?}").contains("BEGIN"));
}
