//! Reads certificate files, within bounds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustls::pki_types::CertificateDer;

use super::CredentialsError;

/// Certificate files have a few KB; whatever is larger was named by mistake and is not worth the memory.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

pub(super) fn read(path: &Path) -> Result<Vec<u8>, CredentialsError> {
    let unreadable = |source| CredentialsError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(CredentialsError::FileTooLarge { path: path.to_owned(), limit_bytes: FILE_BYTES_MAX });
    }
    Ok(bytes)
}

/// All certificates of a PEM file, in its order; never none.
pub(in crate::qrs) fn certificates_of_pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, CredentialsError> {
    let sections = pem::parse_many(read(path)?).unwrap_or_default();
    let certificates: Vec<_> = sections
        .into_iter()
        .filter(|section| matches!(section.tag(), "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|section| CertificateDer::from(section.into_contents()))
        .collect();
    if certificates.is_empty() {
        Err(CredentialsError::NoCertificate { path: path.to_owned() })
    } else {
        Ok(certificates)
    }
}
