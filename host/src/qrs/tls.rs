//! TLS towards the repository service: whom to trust, what to show, and why a handshake failed.
//!
//! Qlik's certificates come from a root of their own and often carry another name than the one that is connected to.
//! So there are levels of verification; none of them is chosen silently.

pub(super) mod certificate;
mod problem;
mod verifier;

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};

pub use problem::TlsProblem;
use verifier::Verifier;

use super::credentials::{CredentialsError, Loaded, certificates_of_pem};
use super::error::QrsError;
use super::settings::{QrsSettings, Verify};

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(super) fn configure(
    settings: &QrsSettings,
    provider: Arc<CryptoProvider>,
    identity: Option<&Loaded>,
) -> Result<ClientConfig, QrsError> {
    let server_name = settings.server_name.as_deref().map(read_name).transpose()?;
    let roots = match (settings.verify, &settings.root_certificate) {
        (Verify::Nothing, _) => RootCertStore::empty(),
        (_, Some(path)) => roots_of_file(path)?,
        (_, None) => roots_of_system()?,
    };
    let verifier = Verifier::new(settings.verify, roots, server_name, provider.clone());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the ring provider has ciphers for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(match identity {
        None => builder.with_no_client_auth(),
        Some(loaded) => {
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(loaded.certified_key.clone())))
        }
    })
}

fn read_name(name: &str) -> Result<ServerName<'static>, QrsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| QrsError::Settings {
        problem: format!("`steward.qrs.serverName` is `{name}`, which is neither a host name nor an address"),
    })
}

fn roots_of_file(path: &Path) -> Result<RootCertStore, QrsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of_pem(path)? {
        roots.add(certificate).map_err(|_| CredentialsError::CertificateUnreadable { path: path.to_owned() })?;
    }
    Ok(roots)
}

fn roots_of_system() -> Result<RootCertStore, QrsError> {
    let mut roots = RootCertStore::empty();
    // A single unreadable root of the system is no reason to stop; the one that is missed would be named later.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(QrsError::Settings {
            problem: "the operating system trusts no root certificate: set `Butler.cert.clientCertCA` to the \
                      `root.pem` that the QMC exports"
                .to_owned(),
        });
    }
    Ok(roots)
}
