//! TLS settings of the two doors.
//!
//! The cryptography provider is passed explicitly: a test process may hold several, and none is installed for all.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem};
use tokio_rustls::TlsAcceptor;

use crate::certificates::CertificateSet;
use crate::options::NoClientCertificate;

/// Why a certificate set cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("read the PEM text")]
    Pem { source: pem::Error },
    #[error("set up TLS")]
    Rustls { source: rustls::Error },
    #[error("set up the check of client certificates")]
    Verifier { source: rustls::server::VerifierBuilderError },
}

impl From<pem::Error> for TlsError {
    fn from(source: pem::Error) -> Self {
        Self::Pem { source }
    }
}

impl From<rustls::Error> for TlsError {
    fn from(source: rustls::Error) -> Self {
        Self::Rustls { source }
    }
}

/// The direct door, where clients show a certificate.
pub fn direct(set: &CertificateSet, without: NoClientCertificate) -> Result<TlsAcceptor, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(set.trusted_clients.as_bytes()) {
        roots.add(root?)?;
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = match without {
        NoClientCertificate::Handshake => verifier,
        NoClientCertificate::Forbidden => verifier.allow_unauthenticated(),
    };
    let verifier: Arc<dyn ClientCertVerifier> = verifier.build().map_err(|source| TlsError::Verifier { source })?;
    acceptor(set, |builder| builder.with_client_cert_verifier(verifier))
}

/// The proxy's door, where nobody needs a certificate.
pub fn proxy(set: &CertificateSet) -> Result<TlsAcceptor, TlsError> {
    acceptor(set, Builder::<WantsVerifier>::with_no_client_auth)
}

type Builder<State> = ConfigBuilder<ServerConfig, State>;

fn acceptor(
    set: &CertificateSet,
    verify: impl FnOnce(Builder<WantsVerifier>) -> Builder<rustls::server::WantsServerCert>,
) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_slice_iter(set.server.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(set.server_key.as_bytes())?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let mut config = verify(builder).with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
