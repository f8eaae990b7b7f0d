//! A site to ask: the double of the service, its certificates in a folder, and settings that fit.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use steward::qrs::{Client, Credentials, Host, QrsError, QrsSettings, Read, Verify};
use steward_core::instant::Instant;
use steward_core::snapshot::SnapshotParts;
use steward_fake_qrs::certificates::CertificateOptions;
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{
    AlternativeNames, CertificateSet, Clock, Data, FakeQrs, FaultScript, LicenseModel, Options, certificates,
};
use tempfile::TempDir;

/// What the tests call now, on both sides.
pub const NOW: &str = "2026-11-21T15:00:00Z";

pub struct Site {
    pub qrs: FakeQrs,
    pub folder: TempDir,
    pub settings: QrsSettings,
}

pub fn now() -> Instant {
    Instant::parse(NOW).unwrap()
}

/// The certificates are made as of the real day.
#[expect(clippy::disallowed_methods, reason = "certificates are made as of the real day")]
pub fn today() -> Instant {
    Instant::from_millis(Utc::now().timestamp_millis()).unwrap()
}

pub fn now_of_server() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

pub fn loopback_names() -> CertificateOptions {
    CertificateOptions { alternative_names: AlternativeNames::ShortNameAndLoopback, ..CertificateOptions::default() }
}

/// An invented site with that many seats.
pub fn data(seats: usize, model: LicenseModel) -> Data {
    seed::generate(&SeedOptions { model, ..SeedOptions::new(7, seats, now_of_server()) })
}

pub async fn site(data: Data) -> Site {
    site_with(data, &loopback_names(), |_| {}).await
}

pub async fn site_with(data: Data, certificates: &CertificateOptions, change: impl FnOnce(&mut Options)) -> Site {
    serve(data, certificates::generate(certificates).unwrap(), change).await
}

pub async fn serve(data: Data, set: CertificateSet, change: impl FnOnce(&mut Options)) -> Site {
    let folder = tempfile::tempdir().unwrap();
    set.write(folder.path()).unwrap();
    let mut options = Options::new(data, set);
    options.clock = Clock::starting_at(now_of_server());
    change(&mut options);
    let qrs = steward_fake_qrs::start(options).await.unwrap();
    let file = |name: &str| folder.path().join(name);
    let settings = settings(qrs.address().port(), file("client.pem"), file("client_key.pem"), file("root.pem"));
    Site { qrs, folder, settings }
}

fn settings(port: u16, certificate_path: PathBuf, key_path: PathBuf, root: PathBuf) -> QrsSettings {
    QrsSettings {
        hosts: vec![host(port)],
        prefix: None,
        credentials: Credentials::ClientCertificate { certificate_path, key_path, passphrase: None },
        root_certificate: Some(root),
        verify: Verify::Full,
        server_name: None,
        headers: vec![("X-Qlik-User".to_owned(), "UserDirectory=Internal; UserId=sa_repository".to_owned())],
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        retries: 0,
        parallelism: 4,
        max_response_bytes: 64 * 1024 * 1024,
    }
}

pub fn host(port: u16) -> Host {
    Host { name: "127.0.0.1".to_owned(), port }
}

impl Site {
    pub fn client(&self) -> Client {
        Client::connect(self.settings.clone(), today()).unwrap()
    }

    pub async fn snapshot(&self) -> Result<SnapshotParts, QrsError> {
        self.client().snapshot(&Read { attributes: false }, now(), &now).await
    }

    /// The name of the error's variant and its message, after the service was told to misbehave.
    pub async fn failure(&self, faults: FaultScript) -> (String, String) {
        self.qrs.set_faults(faults);
        failure(self.snapshot().await)
    }

    /// The paths that were asked for, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.qrs.journal().into_iter().map(|entry| entry.path).collect();
        paths.sort();
        paths
    }
}

#[track_caller]
pub fn failure<T>(result: Result<T, QrsError>) -> (String, String) {
    let Err(error) = result else { panic!("this must fail") };
    let variant = format!("{error:?}").split([' ', '{', '(']).next().unwrap().to_owned();
    let message = error.to_string();
    assert!(!message.contains("xrfkey="), "{message}");
    (variant, message)
}
