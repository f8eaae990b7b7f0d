//! PFX files (PKCS #12), as Windows and the QMC write them.

use std::path::Path;

use p12_keystore::{Pkcs12Archive, error::Error};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::{CredentialsError, files};

pub(super) fn read(
    path: &Path,
    passphrase: Option<&str>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, CredentialsError> {
    let bytes = files::read(path)?;
    // A file that was exported without a password is sealed with the empty one.
    let archive = Pkcs12Archive::from_pkcs12(&bytes, passphrase.unwrap_or_default())
        .map_err(|error| explain(&error, path, passphrase.is_some()))?;
    let certificates: Vec<CertificateDer<'static>> =
        archive.certs.iter().map(|bag| CertificateDer::from(bag.cert.as_der().to_vec())).collect();
    let mut usable = false;
    for bag in &archive.keys {
        let key = PrivatePkcs8KeyDer::from(bag.key.as_der().to_vec()).into();
        let Ok(key) = provider.key_provider.load_private_key(key) else { continue };
        usable = true;
        for leaf in &certificates {
            let pair = CertifiedKey::new(vec![leaf.clone()], key.clone());
            if pair.keys_match().is_ok() {
                return Ok(pair);
            }
        }
    }
    let path = path.to_owned();
    if archive.keys.is_empty() || usable {
        Err(CredentialsError::PfxWithoutIdentity { path })
    } else {
        Err(CredentialsError::KeyNotUsable { path })
    }
}

fn explain(error: &Error, path: &Path, has_passphrase: bool) -> CredentialsError {
    let path = path.to_owned();
    match error {
        Error::MacError(_) | Error::UnpadError if has_passphrase => CredentialsError::PassphraseWrong { path },
        Error::MacError(_) | Error::UnpadError => CredentialsError::PassphraseMissing { path },
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            CredentialsError::EncryptionUnknown { path, scheme: "an unknown scheme".to_owned() }
        }
        _ => CredentialsError::PfxUnreadable { path },
    }
}
