//! Verifies the server's certificate at the level that was asked for, and says precisely what is wrong with it.
//!
//! The verification itself is rustls' and webpki's; here is only the choice of its parts and the diagnosis. The
//! diagnosis travels as an error inside of the TLS error, because only here the certificate is at hand.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Name};

use super::certificate::CertificateFacts;
use super::problem::TlsProblem;
use crate::qrs::settings::Verify;

#[derive(Debug)]
pub(super) struct Verifier {
    verify: Verify,
    roots: RootCertStore,
    /// Looked for instead of the host's name.
    server_name: Option<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    pub(super) fn new(
        verify: Verify,
        roots: RootCertStore,
        server_name: Option<ServerName<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self { verify, roots, server_name, provider }
    }

    fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), TlsProblem> {
        if self.verify == Verify::Nothing {
            return Ok(());
        }
        let facts = CertificateFacts::read(leaf).ok_or(TlsProblem::Unreadable)?;
        let parsed = ParsedCertificate::try_from(leaf).map_err(|error| self.explain(&facts, &error))?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            self.provider.signature_verification_algorithms.all,
        )
        .map_err(|error| self.explain(&facts, &error))?;
        if self.verify == Verify::ChainOnly {
            return Ok(());
        }
        let name = self.server_name.as_ref().unwrap_or(host);
        verify_server_name(&parsed, name).map_err(|_| explain_name(facts, name))
    }

    fn explain(&self, facts: &CertificateFacts, error: &Error) -> TlsProblem {
        let subject = facts.subject.clone();
        let Error::InvalidCertificate(problem) = error else {
            return TlsProblem::Other { subject, reason: error.to_string() };
        };
        #[expect(deprecated, reason = "rustls may still report the older variant")]
        match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsProblem::Expired { subject, not_after: facts.not_after }
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsProblem::NotYetValid { subject, not_before: facts.not_before }
            }
            CertificateError::UnsupportedSignatureAlgorithm
            | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => TlsProblem::WeakSignature {
                subject,
                algorithm: facts.weak_signature.unwrap_or("an outdated algorithm").to_owned(),
            },
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                TlsProblem::ForeignRoot { subject, issuer: facts.issuer.clone(), trusted: self.trusted() }
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                TlsProblem::NotForServers { subject }
            }
            CertificateError::BadEncoding => TlsProblem::Unreadable,
            other => TlsProblem::Other { subject, reason: other.to_string() },
        }
    }

    /// The subjects of the roots, unless they are the many of the operating system.
    fn trusted(&self) -> Vec<String> {
        const LISTED_MAX: usize = 5;
        if self.roots.len() > LISTED_MAX {
            return Vec::new();
        }
        self.roots.roots.iter().filter_map(|root| subject_of_anchor(&root.subject)).collect()
    }
}

/// A trust anchor keeps the content of the subject without its outer tag and length, which are put back here.
fn subject_of_anchor(content: &[u8]) -> Option<String> {
    const SEQUENCE: u8 = 0x30;
    let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
    let mut der = match (high, low) {
        (0, 0..=0x7f) => vec![SEQUENCE, low],
        (0, _) => vec![SEQUENCE, 0x81, low],
        _ => vec![SEQUENCE, 0x82, high, low],
    };
    der.extend_from_slice(content);
    X509Name::from_der(&der).ok().map(|(_, name)| name.to_string())
}

fn explain_name(facts: CertificateFacts, asked: &ServerName<'_>) -> TlsProblem {
    match facts.common_name {
        Some(common_name) if facts.names.is_empty() => TlsProblem::NameOnlyInCommonName { common_name },
        _ => TlsProblem::NameMismatch { asked: asked.to_str().into_owned(), names: facts.names },
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.check(end_entity, intermediates, server_name, now) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(problem) => Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(problem))))),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.verify == Verify::Nothing {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.verify == Verify::Nothing {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
