//! The certificate of the listener: read from two files, and read again when they change.
//!
//! New files that are no good change nothing, but for a line in the log: whoever renews certificates may be half-way.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use steward_core::digest::Digest;
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::steward::http::Tls;
use crate::qrs::tls::provider;

/// Certificates are renewed days before they end.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A chain of a few certificates has some kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Debug, Error)]
pub enum TlsError {
    #[error("cannot read `{path}`")]
    File { path: String, source: std::io::Error },
    #[error("`{path}` is larger than {FILE_BYTES_MAX} bytes, so it is not what the settings say")]
    TooLarge { path: String },
    #[error("`{path}` has no certificate as PEM")]
    Certificate { path: String },
    #[error("`{path}` has no key as PEM without a passphrase")]
    Key { path: String },
    #[error("certificate and key do not belong together, or cannot be used")]
    Pair(#[source] rustls::Error),
}

/// The certificate in use. Clones share it.
#[derive(Debug, Clone)]
pub struct Certificate {
    current: watch::Receiver<Arc<ServerConfig>>,
}

impl Certificate {
    pub fn current(&self) -> Arc<ServerConfig> {
        self.current.borrow().clone()
    }
}

/// Looks now and then whether the files changed.
pub struct Renewal {
    certificate: PathBuf,
    key: PathBuf,
    seen: Digest,
    current: watch::Sender<Arc<ServerConfig>>,
}

/// Reads the files of the settings.
///
/// # Errors
/// When they are no good.
pub fn load(tls: &Tls) -> Result<(Certificate, Renewal), TlsError> {
    let read = read(&tls.certificate, &tls.key)?;
    let (sender, current) = watch::channel(Arc::new(config(&tls.certificate, &tls.key, &read)?));
    let renewal = Renewal {
        certificate: tls.certificate.to_path_buf(),
        key: tls.key.to_path_buf(),
        seen: read.digest(),
        current: sender,
    };
    Ok((Certificate { current }, renewal))
}

impl Renewal {
    /// Works until somebody asks to stop.
    pub async fn work(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return,
            }
            self.look();
        }
    }

    fn look(&mut self) {
        // A file that is not there for a moment is being replaced.
        let Ok(read) = read(&self.certificate, &self.key) else { return };
        if read.digest() == self.seen {
            return;
        }
        self.seen = read.digest();
        match config(&self.certificate, &self.key, &read) {
            Ok(config) => {
                self.current.send_replace(Arc::new(config));
                tracing::info!("the certificate of the listener was read again");
            }
            Err(error) => {
                let problem = crate::error_chain::text(&error);
                tracing::error!("the new certificate is not good, the one before stays in use: {problem}");
            }
        }
    }
}

struct Read {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Read {
    fn digest(&self) -> Digest {
        let mut both = self.certificate.clone();
        both.push(0);
        both.extend_from_slice(&self.key);
        Digest::of_bytes(&both)
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Read, TlsError> {
    Ok(Read { certificate: read_file(certificate)?, key: read_file(key)? })
}

fn read_file(path: &Path) -> Result<Vec<u8>, TlsError> {
    let shown = || path.display().to_string();
    let file_error = |source| TlsError::File { path: shown(), source };
    if std::fs::metadata(path).map_err(file_error)?.len() > FILE_BYTES_MAX {
        return Err(TlsError::TooLarge { path: shown() });
    }
    std::fs::read(path).map_err(file_error)
}

fn config(certificate: &Path, key: &Path, read: &Read) -> Result<ServerConfig, TlsError> {
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&read.certificate).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| TlsError::Certificate { path: certificate.display().to_string() })?;
    let private = PrivateKeyDer::from_pem_slice(&read.key);
    let private = private.map_err(|_| TlsError::Key { path: key.display().to_string() })?;
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(TlsError::Pair)?.with_no_client_auth();
    let mut config = builder.with_single_cert(chain, private).map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
