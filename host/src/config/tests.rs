//! The settings file as users have it, and as users break it.

use std::path::Path;

use super::{ConfigError, Loaded, Settings};

mod butler_file;
mod connection;
mod cost;
mod hostile;
mod influx;
mod messages;
mod problems;
mod secrets;
mod show;
mod values;

/// A settings file that has just what is required.
const SMALL: &str = "\
Butler:
  cert: { clientCert: client.pem, clientCertKey: client_key.pem, clientCertCA: root.pem }
  configQRS:
    host: sense.acme.test
    headers: { static: [ { name: X-Qlik-User, value: UserDirectory=Internal;UserId=sa_repository } ] }
    rejectUnauthorized: false
";

/// A file in the format of [`SMALL`] whose release section holds `release`, each line indented by six blanks.
fn with_release(release: &str) -> String {
    let mut text = SMALL.to_owned();
    text.push_str("  qlikSenseLicense:\n    licenseRelease:\n");
    for line in release.lines() {
        text.push_str("      ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A file in the format of [`SMALL`] with a `steward:` section, each line indented by two blanks.
fn with_steward(steward: &str) -> String {
    let mut text = format!("{SMALL}steward:\n");
    for line in steward.lines() {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn read(text: &str) -> Result<Loaded, ConfigError> {
    let variable = |name: &str| (name == "STEWARD_TEST").then(|| "open sesame".to_owned());
    super::read(text, Path::new("/etc/steward/steward.yaml"), &variable)
}

#[track_caller]
fn accept(text: &str) -> Settings {
    read(text).unwrap_or_else(|fault| panic!("{fault}\n{text}")).settings
}

/// The lines of the error, without the folder.
#[track_caller]
fn refuse(text: &str) -> Vec<String> {
    let shown = match read(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(fault) => fault.to_string(),
    };
    shown.lines().map(|line| line.trim_start_matches("/etc/steward/").to_owned()).collect()
}

/// Expects exactly one problem, whose line ends as given.
#[track_caller]
fn refuse_with(text: &str, message: &str) {
    let lines = refuse(text);
    assert!(lines.len() == 1 && lines[0].ends_with(message), "expected {message:?} of\n{text}\ngot {lines:#?}");
}
