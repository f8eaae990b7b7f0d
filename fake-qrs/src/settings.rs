//! Writes a Butler-style settings file for a running double, so that a client works with it at once.
//!
//! Only text is written: what the keys mean is the client's business. The file starts in dry run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file's name inside the directory of the certificates.
pub const FILE_NAME: &str = "steward.yaml";

/// How a file begins that may be written over.
const FIRST_LINE: &str = "# Settings for a fake Qlik Repository Service.";

/// Writes `steward.yaml` into `dir` and returns its path.
///
/// A file there that the double did not write is left alone, which is an error.
///
/// `server_name` is the name in the server's certificate, which the file tells the client to expect.
pub fn write_settings(dir: &Path, address: SocketAddr, server_name: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(dir)?;
    let path = dir.join(FILE_NAME);
    if std::fs::read_to_string(&path).is_ok_and(|old| !old.starts_with(FIRST_LINE)) {
        let problem = format!("`{}` is not a settings file of the double; name another folder", path.display());
        return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, problem));
    }
    std::fs::write(&path, text(address, server_name))?;
    Ok(path)
}

/// The text of the settings file.
pub fn text(address: SocketAddr, server_name: &str) -> String {
    let (host, port) = (address.ip(), address.port());
    format!(
        r#"{FIRST_LINE} Certificate paths are relative to this file.
Butler:
  cert:
    clientCert: client.pem
    clientCertKey: client_key.pem
    clientCertCA: root.pem
  configQRS:
    authentication: certificates
    host: "{host}"
    port: {port}
    useSSL: true
    headers:
      static:
        - name: X-Qlik-User
          value: UserDirectory=Internal;UserId=sa_repository
    rejectUnauthorized: false
  qlikSenseLicense:
    serverLicenseMonitor:
      enable: true
      frequency: every 24 hours
      alert:
        thresholdDays: 60
    licenseMonitor:
      enable: true
      frequency: every 6 hours
      destination:
        influxDb:
          enable: false
    licenseRelease:
      enable: true
      dryRun: true
      frequency: every 24 hours
      neverRelease:
        user:
          - userDir: INTERNAL
            userId: sa_repository
          - userDir: INTERNAL
            userId: sa_api
          - userDir: USERDIR
            userId: qs_admin_account
        tag:
          - License do not release
          - some other tag
        customProperty:
          - name: LicenseManage
            value: do-not-release
        userDirectory:
          - INTERNAL
          - ADMIN
        inactive: Ignore
        blocked: Ignore
        removedExternally: Ignore
      licenseType:
        analyzer:
          enable: true
          releaseThresholdDays: 30
        professional:
          enable: true
          releaseThresholdDays: 30
      destination:
        influxDb:
          enable: false
steward:
  qrs:
    serverName: {server_name}
  dataDir: ./data
"#
    )
}
