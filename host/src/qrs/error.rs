//! What can go wrong between Steward and the repository service: a variant for each thing that somebody acts on.
//!
//! Messages say what to do. Where the server gave a text of its own it is quoted, shortened and cleaned.

use thiserror::Error;

use super::credentials::CredentialsError;
use super::tls::TlsProblem;

#[derive(Debug, Error)]
pub enum QrsError {
    #[error("{problem}")]
    Settings { problem: String },
    #[error(transparent)]
    Credentials(#[from] CredentialsError),

    #[error("the name of `{host}` is not known here: check `Butler.configQRS.host` and the DNS of this machine")]
    UnknownHost { host: String },
    #[error(
        "`{host}` refused the connection: is the Qlik Sense Repository Service running there, is \
         `Butler.configQRS.port` right, does a firewall stand between?"
    )]
    ConnectionRefused { host: String },
    #[error(
        "`{host}` did not accept a connection within {seconds} s: check `Butler.configQRS.host` and the firewall, or \
         raise `steward.qrs.connectTimeoutSeconds`"
    )]
    ConnectTimeout { host: String, seconds: u64 },
    #[error("`{host}` cannot be reached: {reason}")]
    Unreachable { host: String, reason: String },
    #[error("`{host}` does not speak TLS on this port: check `Butler.configQRS.port` (4242 is the usual one)")]
    NotTls { host: String },
    #[error("`{host}` is not trusted: {problem}")]
    Untrusted { host: String, problem: TlsProblem },
    #[error(
        "`{host}` refused the client certificate ({alert}; {certificate}): export the certificates from the QMC of \
         this site once more; they change when the server is renamed or reinstalled"
    )]
    ClientCertificateRefused { host: String, alert: String, certificate: String },
    #[error(
        "`{host}` was silent for {seconds} s at `{path}`: look at the load of the repository service, or raise \
         `steward.qrs.timeoutSeconds`"
    )]
    Silent { host: String, path: String, seconds: u64 },
    #[error("the connection to `{host}` broke at `{path}`: {reason}")]
    ConnectionLost { host: String, path: String, reason: String },

    #[error(
        "`{host}` refused the cross-site key at `{path}`: something between Steward and the QRS changes headers or \
         the query (`{text}`)"
    )]
    CrossSiteKey { host: String, path: String, text: String },
    #[error(
        "the account of Steward is inactive in Qlik Sense: activate it in the QMC, or set another one in the header \
         `X-Qlik-User` (`{text}`)"
    )]
    AccountInactive { host: String, text: String },
    #[error(
        "`{host}` forbids `{path}`: give the account in `X-Qlik-User` the rights that the README lists, or check that \
         the account exists and the certificate is of this site (`{text}`)"
    )]
    Forbidden { host: String, path: String, text: String },
    #[error(
        "`{host}` answers `{path}` with a login page ({answer}): check `steward.qrs.prefix` and `steward.qrs.jwtFile`, \
         or use the direct way with certificates (port 4242)"
    )]
    LoginPage { host: String, path: String, answer: String },
    #[error(
        "`{host}` does not accept its own name: add it to the host allow list of the virtual proxy in the QMC (`{text}`)"
    )]
    HostNotAllowed { host: String, text: String },
    #[error(
        "`{host}` is not the central node, and licences are kept there: set `Butler.configQRS.host`, or \
         `steward.qrs.hosts`, to the central node (`{text}`)"
    )]
    NotCentralNode { host: String, text: String },
    #[error(
        "`{host}` knows no `{path}`: check `steward.qrs.prefix`, and that this is the repository service (`{text}`)"
    )]
    NotFound { host: String, path: String, text: String },
    #[error("`{host}` did not understand `{path}` (`{text}`)")]
    BadRequest { host: String, path: String, text: String },
    #[error("`{path}` was changed by somebody else meanwhile (`{text}`)")]
    Conflict { host: String, path: String, text: String },
    #[error(
        "`{host}` answered `{path}` with status {status}: look into the log of the repository service there (`{text}`)"
    )]
    ServerError { host: String, path: String, status: u16, text: String },
    #[error("`{host}` answered `{path}` with the unexpected status {status} (`{text}`)")]
    UnexpectedStatus { host: String, path: String, status: u16, text: String },

    #[error("the answer to `{path}` is larger than {}: raise `steward.qrs.maxResponseMegabytes`", size(*limit_bytes))]
    TooLarge { path: String, limit_bytes: u64 },
    #[error("the answer to `{path}` is cut off after {bytes} bytes")]
    Truncated { path: String, bytes: u64 },
    #[error("the answer to `{path}` is no JSON: {problem}")]
    NotJson { path: String, problem: String },
    #[error("the answer to `{path}` is {found} where {expected} belongs: another service may answer here")]
    WrongShape { path: String, found: &'static str, expected: &'static str },
    #[error("the answer to `{path}` is not as expected: {problem}")]
    Malformed { path: String, problem: String },
    #[error(
        "{listed} {license_type} seats were listed, the server counts {counted}: give the account that Steward uses the \
         right to read all licence allocations"
    )]
    ListTooShort { license_type: steward_core::license_type::LicenseType, listed: usize, counted: u32 },
    #[error("the licence types in use changed while they were read: try again")]
    LicenseTypesChanged,

    #[error("no host is of use: {}", listed(.0))]
    EveryHost(Vec<QrsError>),
}

/// What may help after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Nothing: the same request would fail again.
    Nothing,
    /// The same request, a little later.
    Later,
    /// Another host now, or the same one later.
    OtherHostOrLater,
    /// Another host only.
    OtherHost,
}

impl QrsError {
    pub(super) fn remedy(&self) -> Remedy {
        match self {
            Self::Silent { .. } | Self::ConnectionLost { .. } | Self::ServerError { .. } | Self::Truncated { .. } => {
                Remedy::Later
            }
            Self::UnknownHost { .. }
            | Self::ConnectionRefused { .. }
            | Self::ConnectTimeout { .. }
            | Self::Unreachable { .. } => Remedy::OtherHostOrLater,
            Self::NotTls { .. }
            | Self::Untrusted { .. }
            | Self::ClientCertificateRefused { .. }
            | Self::NotCentralNode { .. } => Remedy::OtherHost,
            _ => Remedy::Nothing,
        }
    }
}

fn listed(errors: &[QrsError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn size(bytes: u64) -> String {
    const MEGABYTE: u64 = 1_000_000;
    if bytes.is_multiple_of(MEGABYTE) { format!("{} MB", bytes / MEGABYTE) } else { format!("{bytes} bytes") }
}
