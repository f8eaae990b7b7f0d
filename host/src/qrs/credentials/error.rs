//! What may be wrong with certificate, key and token.

use std::io;
use std::path::PathBuf;

use steward_core::instant::Instant;
use thiserror::Error;

/// What is wrong with the client's own certificate, key or token, and what to do about it.
#[derive(Debug, Error)]
pub enum CredentialsError {
    #[error("cannot read `{}`: check `Butler.cert` in the settings and the rights on the file", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("`{}` is larger than {limit_bytes} bytes, which no certificate or key is", path.display())]
    FileTooLarge { path: PathBuf, limit_bytes: u64 },
    #[error(
        "`{}` holds no certificate in PEM form: export the certificates from the QMC once more, as \
         platform-independent PEM files; a PFX file belongs into `steward.qrs.clientPfx`",
        path.display()
    )]
    NoCertificate { path: PathBuf },
    #[error("the certificate in `{}` cannot be read: export it from the QMC once more", path.display())]
    CertificateUnreadable { path: PathBuf },
    #[error("`{}` holds no private key in PEM form: `client_key.pem` belongs here", path.display())]
    NoKey { path: PathBuf },
    #[error(
        "the private key in `{}` is encrypted and no passphrase is set: set `Butler.cert.clientCertPassphrase`",
        path.display()
    )]
    PassphraseMissing { path: PathBuf },
    #[error(
        "the passphrase does not open `{}`: correct `Butler.cert.clientCertPassphrase`, or export the certificates \
         from the QMC once more",
        path.display()
    )]
    PassphraseWrong { path: PathBuf },
    #[error(
        "the private key in `{}` is encrypted with {scheme}, which is not supported: convert it with \
         `openssl pkcs8 -topk8 -v2 aes256`",
        path.display()
    )]
    EncryptionUnknown { path: PathBuf, scheme: String },
    #[error(
        "the private key in `{}` cannot be used: RSA from 2048 bits, P-256, P-384 and Ed25519 are supported; export \
         the certificates from the QMC once more",
        path.display()
    )]
    KeyNotUsable { path: PathBuf },
    #[error(
        "the private key in `{}` does not belong to the certificate in `{}`: take both from the same export",
        key_path.display(), certificate_path.display()
    )]
    KeyOfAnotherCertificate { certificate_path: PathBuf, key_path: PathBuf },
    #[error(
        "the PFX file `{}` cannot be read: export the certificates from the QMC once more, or use the PEM files",
        path.display()
    )]
    PfxUnreadable { path: PathBuf },
    #[error("the PFX file `{}` holds no private key together with its certificate: `client.pfx` belongs here", path.display())]
    PfxWithoutIdentity { path: PathBuf },
    #[error(
        "the client certificate in `{}` expired at {not_after}: export new certificates from the QMC",
        path.display()
    )]
    Expired { path: PathBuf, not_after: Instant },
    #[error(
        "the client certificate in `{}` is not valid before {not_before}: check the clock of this machine",
        path.display()
    )]
    NotYetValid { path: PathBuf, not_before: Instant },
    #[error(
        "`{}` holds a server certificate (`{subject}`), which the QRS does not accept from a client: use `client.pem` \
         and `client_key.pem` of the same export",
        path.display()
    )]
    CertificateOfServer { path: PathBuf, subject: String },
    #[error(
        "`{}` holds the certificate of an authority (`{subject}`): use `client.pem` here; `root.pem` belongs into \
         `Butler.cert.clientCertCA`",
        path.display()
    )]
    CertificateOfAuthority { path: PathBuf, subject: String },
    #[error("`{}` holds no JSON Web Token: the token alone, in one line, belongs here", path.display())]
    NotAToken { path: PathBuf },
}
