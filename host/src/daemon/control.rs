//! How the command line speaks to a daemon that runs: through its HTTP listener, with a secret that only those know who
//! may read the data folder. It works alike on every operating system.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steward_core::digest::Digest;
use steward_core::text::hex;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::private;
use crate::qrs::tls;

const FILE_NAME: &str = "control.json";
/// A reload answers at once unless a job runs; then it may take as long as a list of the server.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// Where a daemon answers, and what it wants to hear.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Control {
    address: SocketAddr,
    token: String,
    /// Where browsers and other programs find the daemon.
    #[serde(default)]
    url: String,
}

#[derive(Debug, Error)]
pub enum ControlError {
    #[error("no daemon works with `{folder}`, or its `steward.http.enable` is `false`: start it with `steward run`")]
    NoDaemon { folder: String },
    #[error("cannot read `{path}`; run this as the user of the daemon")]
    File { path: String, source: io::Error },
    #[error("`{path}` is damaged; restart the daemon")]
    Damaged { path: String },
    #[error("the daemon at {address} does not answer; is it running?")]
    NoAnswer { address: SocketAddr, source: reqwest::Error },
    #[error("{0}")]
    Refused(String),
    #[error("there is no randomness for a secret")]
    NoRandomness,
}

impl Control {
    /// Makes a new secret for a daemon that answers commands at `address` and everybody at `url`, and leaves it in `folder`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn leave(folder: &Path, address: SocketAddr, url: &str) -> Result<Self, ControlError> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).map_err(|_| ControlError::NoRandomness)?;
        let control = Self { address, token: hex(&random), url: url.to_owned() };
        let path = file(folder);
        let write = || {
            let new = path.with_extension("new");
            let _ = std::fs::remove_file(&new);
            private::create_file(&new)?;
            let mut opened = std::fs::OpenOptions::new().write(true).create(true).truncate(true).open(&new)?;
            opened.write_all(&serde_json::to_vec(&control)?)?;
            std::fs::rename(&new, &path)
        };
        write().map_err(|source| ControlError::File { path: path.display().to_string(), source })?;
        Ok(control)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes away what [`Control::leave`] left.
    pub fn remove(folder: &Path) {
        // One that stays names a daemon that does not answer.
        let _ = std::fs::remove_file(file(folder));
    }

    /// What a daemon of this folder left.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn find(folder: &Path) -> Result<Self, ControlError> {
        let path = file(folder);
        let shown = || path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ControlError::NoDaemon { folder: folder.display().to_string() });
            }
            read => read.map_err(|source| ControlError::File { path: shown(), source })?,
        };
        serde_json::from_str(&text).map_err(|_| ControlError::Damaged { path: shown() })
    }

    /// Whether somebody knows the secret. Digests are compared, so that the time it takes tells nothing of it.
    pub fn is_token(&self, given: &str) -> bool {
        let digest = |text: &str| Digest::of_bytes(text.as_bytes());
        digest(&self.token).as_bytes().ct_eq(digest(given).as_bytes()).into()
    }

    /// Asks the daemon for something; the answer is a sentence.
    ///
    /// # Errors
    /// When nobody answers, or the daemon refuses.
    pub async fn ask(&self, path: &str) -> Result<String, ControlError> {
        #[derive(Deserialize)]
        struct Answer {
            message: String,
        }
        let no_answer = |source| ControlError::NoAnswer { address: self.address, source };
        // Plain HTTP on this machine; the client wants to know all the same how it would speak TLS.
        let tls = rustls::ClientConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| ControlError::Refused(error.to_string()))?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let client = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(ANSWER_TIME_MAX);
        let client = client.build().map_err(no_answer)?;
        let url = format!("http://{}/api/v1/{path}", self.address);
        let answer = client.post(url).bearer_auth(&self.token).send().await.map_err(no_answer)?;
        let is_good = answer.status().is_success();
        let Answer { message } = answer.json().await.map_err(no_answer)?;
        if is_good { Ok(message) } else { Err(ControlError::Refused(message)) }
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}
