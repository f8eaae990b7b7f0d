//! What a certificate says, read with x509-parser.

use steward_core::instant::Instant;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Name};

/// The signatures that nobody verifies any more, with the names that people know them by.
const WEAK_SIGNATURES: [(&str, &str); 5] = [
    ("1.2.840.113549.1.1.4", "MD5 with RSA"),
    ("1.2.840.113549.1.1.5", "SHA-1 with RSA"),
    ("1.3.14.3.2.29", "SHA-1 with RSA"),
    ("1.2.840.10040.4.3", "SHA-1 with DSA"),
    ("1.2.840.10045.4.1", "SHA-1 with ECDSA"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::qrs) struct CertificateFacts {
    pub(in crate::qrs) subject: String,
    pub(in crate::qrs) issuer: String,
    pub(in crate::qrs) common_name: Option<String>,
    /// Names and addresses of the subject alternative name.
    pub(in crate::qrs) names: Vec<String>,
    pub(in crate::qrs) not_before: Instant,
    pub(in crate::qrs) not_after: Instant,
    pub(in crate::qrs) weak_signature: Option<&'static str>,
    pub(in crate::qrs) is_authority: bool,
    /// It says nothing about its purpose, or that it is for clients.
    pub(in crate::qrs) for_clients: bool,
}

impl CertificateFacts {
    /// `None` when it is no certificate.
    pub(in crate::qrs) fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let signature = certificate.signature_algorithm.algorithm.to_id_string();
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            common_name: common_name(certificate.subject()),
            names: names(&certificate),
            not_before: instant(certificate.validity().not_before.timestamp())?,
            not_after: instant(certificate.validity().not_after.timestamp())?,
            weak_signature: WEAK_SIGNATURES.iter().find(|(oid, _)| *oid == signature).map(|(_, name)| *name),
            is_authority: certificate.is_ca(),
            for_clients: is_for_clients(&certificate),
        })
    }
}

fn instant(seconds: i64) -> Option<Instant> {
    Instant::from_millis(seconds.checked_mul(1000)?)
}

fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned)
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let extensions = certificate.extensions().iter().map(x509_parser::prelude::X509Extension::parsed_extension);
    extensions
        .filter_map(|extension| match extension {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        })
        .flatten()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let address = v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from)).ok()?;
    Some(address.to_string())
}

fn is_for_clients(certificate: &X509Certificate<'_>) -> bool {
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => usage.value.client_auth || usage.value.any,
        _ => true,
    }
}
