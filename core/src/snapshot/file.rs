//! A snapshot as a file: for the simulator, for tests and for bug reports.
//!
//! The settings travel with it, so that the file alone is enough to make the plan again.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Snapshot;
use crate::settings::RunSettings;

/// The only format so far.
const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotFile {
    format: u32,
    /// People are replaced by pseudonyms, here and in the settings.
    pub masked: bool,
    pub settings: RunSettings,
    pub inventory: Snapshot,
}

#[derive(Debug, Error)]
pub enum SnapshotFileError {
    #[error("the file is not a snapshot")]
    Json(#[source] serde_json::Error),
    #[error("the snapshot has format {found}, this version of Steward reads format {FORMAT}")]
    Format { found: u64 },
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u64,
}

impl SnapshotFile {
    pub fn new(inventory: Snapshot, settings: RunSettings, masked: bool) -> Self {
        Self { format: FORMAT, masked, settings, inventory }
    }

    /// # Errors
    /// When the text is no snapshot of a known format, or the snapshot contradicts itself.
    pub fn parse(text: &str) -> Result<Self, SnapshotFileError> {
        let FormatOnly { format } = serde_json::from_str(text).map_err(SnapshotFileError::Json)?;
        if format != u64::from(FORMAT) {
            return Err(SnapshotFileError::Format { found: format });
        }
        serde_json::from_str(text).map_err(SnapshotFileError::Json)
    }
}
