//! Loads the client certificate and its key, and says what is wrong with them before the server does.
//!
//! It reads every form in which Qlik and the usual tools write them. Keys and passphrases never reach a message.

mod error;
mod files;
mod key;
mod pfx;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use steward_core::instant::Instant;

pub use error::CredentialsError;
pub(super) use files::certificates_of_pem;

use crate::qrs::settings::Credentials;
use crate::qrs::tls::certificate::CertificateFacts;

/// What is known of the certificate that the client shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    pub path: PathBuf,
    /// Such as `CN=QlikClient`.
    pub subject: String,
    pub issuer: String,
    /// After this instant the server refuses it.
    pub not_after: Instant,
}

#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) certified_key: Arc<CertifiedKey>,
    pub(super) identity: ClientIdentity,
}

/// `None` for credentials without a certificate.
///
/// # Errors
/// When the files cannot be read, do not fit together, or would be refused by the server at `now`.
pub(super) fn load(
    credentials: &Credentials,
    provider: &CryptoProvider,
    now: Instant,
) -> Result<Option<Loaded>, CredentialsError> {
    match credentials {
        Credentials::Jwt { path } => read_token(path).map(|_| None),
        Credentials::ClientCertificate { certificate_path, key_path, passphrase } => {
            let chain = certificates_of_pem(certificate_path)?;
            let key = key::read(key_path, passphrase.as_deref())?;
            let certified_key = certify(chain, key, certificate_path, key_path, provider)?;
            finish(certified_key, certificate_path, now).map(Some)
        }
        Credentials::Pfx { path, passphrase } => {
            let certified_key = pfx::read(path, passphrase.as_deref(), provider)?;
            finish(certified_key, path, now).map(Some)
        }
    }
}

/// The token of a virtual proxy, checked for what a header can carry.
pub(super) fn read_token(path: &Path) -> Result<String, CredentialsError> {
    let bytes = files::read(path)?;
    let token = String::from_utf8_lossy(&bytes).trim().trim_start_matches('\u{feff}').to_owned();
    let readable = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if readable { Ok(token) } else { Err(CredentialsError::NotAToken { path: path.to_owned() }) }
}

fn certify(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    certificate_path: &Path,
    key_path: &Path,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, CredentialsError> {
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|_| CredentialsError::KeyNotUsable { path: key_path.to_owned() })?;
    let certified_key = CertifiedKey::new(chain, key);
    certified_key.keys_match().map_err(|_| CredentialsError::KeyOfAnotherCertificate {
        certificate_path: certificate_path.to_owned(),
        key_path: key_path.to_owned(),
    })?;
    Ok(certified_key)
}

fn finish(certified_key: CertifiedKey, path: &Path, now: Instant) -> Result<Loaded, CredentialsError> {
    let unreadable = || CredentialsError::CertificateUnreadable { path: path.to_owned() };
    let leaf = certified_key.end_entity_cert().map_err(|_| unreadable())?;
    let facts = CertificateFacts::read(leaf).ok_or_else(unreadable)?;
    let path = path.to_owned();
    if facts.is_authority {
        return Err(CredentialsError::CertificateOfAuthority { path, subject: facts.subject });
    }
    if !facts.for_clients {
        return Err(CredentialsError::CertificateOfServer { path, subject: facts.subject });
    }
    if now > facts.not_after {
        return Err(CredentialsError::Expired { path, not_after: facts.not_after });
    }
    if now < facts.not_before {
        return Err(CredentialsError::NotYetValid { path, not_before: facts.not_before });
    }
    let CertificateFacts { subject, issuer, not_after, .. } = facts;
    Ok(Loaded { certified_key: Arc::new(certified_key), identity: ClientIdentity { path, subject, issuer, not_after } })
}
