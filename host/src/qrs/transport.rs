//! Says what a failed request means: which layer failed, and what to do about it.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage, OtherError};

use super::client::Connection;
use super::error::QrsError;
use super::tls::TlsProblem;
use crate::causes::{chain, deepest, find};

pub(super) fn explain(error: reqwest::Error, connection: &Connection, host: String, path: &str) -> QrsError {
    // The address carries the cross-site key, and is said better by host and path.
    let error = error.without_url();
    if let Some(tls) = find::<TlsError>(&error) {
        return explain_tls(tls, connection, host);
    }
    if error.is_timeout() {
        return if error.is_connect() {
            QrsError::ConnectTimeout { host, seconds: connection.connect_timeout.as_secs() }
        } else {
            QrsError::Silent { host, path: path.to_owned(), seconds: connection.timeout.as_secs() }
        };
    }
    let mut reason = deepest(&error);
    let kind = find::<io::Error>(&error).map(io::Error::kind);
    // Windows closes the connection, often without an alert, when it does not like a certificate; with TLS 1.3 that
    // happens only after the handshake.
    let closed = matches!(
        kind,
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionAborted)
    );
    if closed && (error.is_connect() || error.is_request()) {
        reason = format!("it closed the connection; when it always does, it refuses the client certificate ({reason})");
    }
    if !error.is_connect() {
        return QrsError::ConnectionLost { host, path: path.to_owned(), reason };
    }
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => QrsError::ConnectionRefused { host },
        // The error of the resolver has no public type; its text is the only mark.
        _ if chain(&error).any(|cause| cause.to_string().contains("dns error")) => QrsError::UnknownHost { host },
        _ => QrsError::Unreachable { host, reason },
    }
}

fn explain_tls(error: &TlsError, connection: &Connection, host: String) -> QrsError {
    match error {
        TlsError::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
            match cause.downcast_ref::<TlsProblem>() {
                Some(problem) => QrsError::Untrusted { host, problem: problem.clone() },
                None => handshake(error, host),
            }
        }
        TlsError::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        ) => QrsError::NotTls { host },
        TlsError::AlertReceived(alert) if is_about_the_client(*alert) => QrsError::ClientCertificateRefused {
            host,
            alert: format!("{alert:?}"),
            certificate: connection.describe_identity(),
        },
        TlsError::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity)
        | TlsError::PeerIncompatible(_) => {
            let problem = TlsProblem::NothingInCommon { reason: error.to_string() };
            QrsError::Untrusted { host, problem }
        }
        _ => handshake(error, host),
    }
}

fn handshake(error: &TlsError, host: String) -> QrsError {
    QrsError::Untrusted { host, problem: TlsProblem::Handshake { reason: error.to_string() } }
}

/// The alerts with which servers turn a client certificate down. Some say no more than `HandshakeFailure`, after
/// which the certificate is the first thing to look at.
fn is_about_the_client(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError
            | AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
    )
}
