//! Why points could not be delivered now. All of it waits and is tried again; points that are refused for good are
//! another matter.

use std::time::Duration;

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Trouble {
    #[error("{0}")]
    Settings(String),
    #[error("the name of `{host}` is not known here: check `Butler.influxDb.hostIP` and the DNS of this machine")]
    UnknownHost { host: String },
    #[error(
        "`{host}` refused the connection: is InfluxDB running there, is `Butler.influxDb.hostPort` right, does a firewall \
         stand between?"
    )]
    ConnectionRefused { host: String },
    #[error("`{host}` cannot be reached: {reason}")]
    Unreachable { host: String, reason: String },
    #[error("`{host}` does not speak TLS on this port: check `steward.influxDb.tls` and `Butler.influxDb.hostPort`")]
    NotTls { host: String },
    #[error("`{host}` wants https on this port: set `steward.influxDb.tls: true`")]
    WantsTls { host: String },
    #[error(
        "`{host}` is not trusted: {reason}; `Butler.influxDb.hostIP` has to be a name in its certificate, and a root that \
         the system does not know has to stand in `steward.influxDb.rootCertificate`"
    )]
    Untrusted { host: String, reason: String },
    #[error(
        "`{host}` did not answer within {milliseconds} ms: look at its load, or raise `steward.influxDb.timeoutSeconds` \
         (version 3: `Butler.influxDb.v3Config.writeTimeout`)"
    )]
    Silent { host: String, milliseconds: u128 },
    #[error("`{host}` is in trouble (status {status}): {text}")]
    Busy { host: String, status: u16, text: String, retry_after: Option<Duration> },
    #[error("`{host}` does not accept the user and password, or the token (status {status}): {text}")]
    Credentials { host: String, status: u16, text: String },
    #[error("`{host}` does not have what the points are written into: {text}")]
    Missing { host: String, text: String },
    #[error("`{host}` does not know the write API of this version: check `Butler.influxDb.version` ({text})")]
    OtherVersion { host: String, text: String },
    #[error(
        "`{host}` answers as InfluxDB does not (status {status}): check `Butler.influxDb.hostIP` and `hostPort` ({text})"
    )]
    NotInflux { host: String, status: u16, text: String },
}

impl Trouble {
    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// It took too long: less at a time may get through.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Silent { .. })
    }
}

/// An error and its causes in one line, a colon between them.
pub(super) fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
