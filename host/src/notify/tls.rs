//! TLS towards sinks: whom to trust, and why a handshake failed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, InvalidMessage, RootCertStore, SignatureScheme};

use crate::qrs::tls::provider;

/// How the certificate of a sink's server is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    System,
    /// The chain leads to one of these certificates, and the name is right.
    Roots(PathBuf),
    /// `rejectUnauthorized: false` with a root: the chain is verified, the name is not.
    RootsOfAnyName(PathBuf),
    /// `rejectUnauthorized: false` alone: nothing is verified.
    Nothing,
}

impl Trust {
    pub(super) fn of(root_certificate: Option<&Path>) -> Self {
        root_certificate.map_or(Self::System, |path| Self::Roots(path.to_path_buf()))
    }
}

/// # Errors
/// In words, when the roots cannot be read.
pub(super) fn client_config(trust: &Trust) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    let lenient = |roots: Option<RootCertStore>| Arc::new(Lenient { roots, provider: provider() });
    Ok(match trust {
        Trust::System => builder.with_root_certificates(roots_of_system()?).with_no_client_auth(),
        Trust::Roots(path) => builder.with_root_certificates(roots_of_file(path)?).with_no_client_auth(),
        Trust::RootsOfAnyName(path) => {
            let verifier = lenient(Some(roots_of_file(path)?));
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
        Trust::Nothing => builder.dangerous().with_custom_certificate_verifier(lenient(None)).with_no_client_auth(),
    })
}

fn roots_of_system() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("the operating system trusts no root certificate: give one in the settings".to_owned());
    }
    Ok(roots)
}

fn roots_of_file(path: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let trouble = |problem: String| format!("cannot use the root certificate `{}`: {problem}", path.display());
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| trouble(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| trouble(error.to_string()))?;
        roots.add(certificate).map_err(|error| trouble(error.to_string()))?;
    }
    if roots.is_empty() { Err(trouble("it holds no certificate".to_owned())) } else { Ok(roots) }
}

/// What went wrong, after the name of the host.
pub(super) fn explain(error: &Error) -> String {
    match error {
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        ) => "does not speak TLS on this port".to_owned(),
        Error::InvalidCertificate(_) => format!(
            "is not trusted: {error}; a root that the system does not know has to stand in the settings, and the name has \
             to be one of the certificate's"
        ),
        other => format!("is not trusted: {other}"),
    }
}

/// What `rejectUnauthorized: false` of a Butler file asks for.
#[derive(Debug)]
struct Lenient {
    roots: Option<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let leaf = ParsedCertificate::try_from(leaf)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&leaf, roots, intermediates, now, algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
