//! Why a sink did not take a message, and what becomes of the message.

use std::time::Duration;

/// Problems are for people: no address beyond host and port, no header, no password, and of a server's answer only what
/// [`super::quote`] lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Tried again, until the message is given up.
    Passing { problem: String, retry_after: Option<Duration> },
    /// The server does not let us in: somebody has to change a setting, and has a day for it.
    Unwelcome { problem: String },
    /// Some of the addresses took it, the others are to be tried again.
    Partly { taken: Vec<String>, problem: String },
    /// Trying again would change nothing.
    Refused { problem: String },
}

impl Failure {
    pub(super) fn passing(problem: impl Into<String>) -> Self {
        Self::Passing { problem: problem.into(), retry_after: None }
    }

    pub(super) fn refused(problem: impl Into<String>) -> Self {
        Self::Refused { problem: problem.into() }
    }

    pub fn problem(&self) -> &str {
        match self {
            Self::Passing { problem, .. }
            | Self::Unwelcome { problem }
            | Self::Partly { problem, .. }
            | Self::Refused { problem } => problem,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Passing { retry_after, .. } => *retry_after,
            Self::Unwelcome { .. } | Self::Partly { .. } | Self::Refused { .. } => None,
        }
    }
}
