//! What may be wrong with the server's side of TLS.

use steward_core::instant::Instant;
use thiserror::Error;

/// Why the server's certificate was not accepted, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TlsProblem {
    #[error(
        "its certificate carries its name only in the old way, as common name `{common_name}`, with which nothing is \
         compared any more; set `rejectUnauthorized: false` (or `steward.qrs.verify: chain`), which still verifies the \
         chain, or recreate the certificates in the QMC"
    )]
    NameOnlyInCommonName { common_name: String },
    #[error(
        "its certificate is not made out to `{asked}` but to {}; set `steward.qrs.serverName` to one of these names, or \
         `rejectUnauthorized: false` (or `steward.qrs.verify: chain`), which still verifies the chain",
        listed(names)
    )]
    NameMismatch { asked: String, names: Vec<String> },
    #[error(
        "its certificate (`{subject}`) comes from `{issuer}`, which {}; export `root.pem` from the QMC of this site and \
         set it as `Butler.cert.clientCertCA`",
        roots(issuer, trusted)
    )]
    ForeignRoot {
        subject: String,
        issuer: String,
        /// The roots that are trusted; empty for those of the operating system.
        trusted: Vec<String>,
    },
    #[error("its certificate (`{subject}`) expired at {not_after}; recreate the certificates in the QMC")]
    Expired { subject: String, not_after: Instant },
    #[error("its certificate (`{subject}`) is not valid before {not_before}; compare the clocks of both machines")]
    NotYetValid { subject: String, not_before: Instant },
    #[error(
        "its certificate (`{subject}`) is signed with {algorithm}, which nobody can rely on any more; recreate the \
         certificates in the QMC, or, as a last resort, set `steward.qrs.verify: none`"
    )]
    WeakSignature { subject: String, algorithm: String },
    #[error("its certificate (`{subject}`) is not meant for servers; another service may answer on this port")]
    NotForServers { subject: String },
    #[error("its certificate cannot be read; another service may answer on this port")]
    Unreadable,
    #[error("its certificate (`{subject}`) is not accepted: {reason}")]
    Other { subject: String, reason: String },
    #[error(
        "it has no TLS version or cipher in common with Steward, which speaks TLS 1.2 and 1.3 with forward secrecy; \
         enable TLS 1.2 and ECDHE with AES-GCM on the server ({reason})"
    )]
    NothingInCommon { reason: String },
    #[error("{reason}")]
    Handshake { reason: String },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "no name at all".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn roots(issuer: &String, trusted: &[String]) -> String {
    if trusted.is_empty() {
        "the operating system does not trust".to_owned()
    } else if trusted.contains(issuer) {
        "has the name of the trusted root and another key: the certificates were recreated".to_owned()
    } else {
        format!("is not the trusted {}", listed(trusted))
    }
}
