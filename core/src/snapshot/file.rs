//! A snapshot as a file: for the simulator, for tests and for bug reports.
//!
//! The settings travel with it, so that the file alone is enough to make the plan again.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Snapshot;
use crate::memory::Memory;
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
    /// What the guard remembered of earlier runs.
    #[serde(default)]
    pub memory: Memory,
    pub inventory: Snapshot,
}

/// The same file, of parts that somebody else owns: a large site is not copied to be written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotFileParts<'a> {
    format: u32,
    masked: bool,
    settings: &'a RunSettings,
    memory: &'a Memory,
    inventory: &'a Snapshot,
}

impl<'a> SnapshotFileParts<'a> {
    /// An unmasked file.
    pub fn new(inventory: &'a Snapshot, settings: &'a RunSettings, memory: &'a Memory) -> Self {
        Self { format: FORMAT, masked: false, settings, memory, inventory }
    }
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
    pub fn new(inventory: Snapshot, settings: RunSettings, memory: Memory, masked: bool) -> Self {
        Self { format: FORMAT, masked, settings, memory, inventory }
    }

    /// # Errors
    /// When the text is no snapshot of a known format, or the snapshot contradicts itself.
    pub fn parse(text: &str) -> Result<Self, SnapshotFileError> {
        // Editors of Windows put a byte order mark before a text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let FormatOnly { format } = serde_json::from_str(text).map_err(SnapshotFileError::Json)?;
        if format != u64::from(FORMAT) {
            return Err(SnapshotFileError::Format { found: format });
        }
        serde_json::from_str(text).map_err(SnapshotFileError::Json)
    }
}
