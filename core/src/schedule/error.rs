//! Why a text is no schedule, and what to write instead.

use serde::Serialize;
use thiserror::Error;

/// A text that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("read the schedule at position {position}: {message}")]
pub struct ScheduleError {
    /// Where reading stopped: the number of characters (Unicode scalar values) before it.
    pub position: usize,
    /// What is wrong, and where it is known what to write instead.
    pub message: String,
}

impl ScheduleError {
    pub(super) fn new(position: usize, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}
