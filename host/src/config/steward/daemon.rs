//! `steward.daemon`: how `steward run` works.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How `steward run` works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Daemon {
    /// Seconds by which each scheduled job is put off at most, at random, so that several sites do not ask at once.
    #[schemars(range(min = 0, max = 3600))]
    pub jitter_seconds: u32,
    /// Look for a changed settings file. Off: only `steward reload` and SIGHUP read it again.
    pub watch_settings: bool,
    /// Seconds that a run may take to end after somebody asked to stop. Then it is given up where it stands, and the
    /// next start finds out what came of it.
    #[schemars(range(min = 1, max = 3600))]
    pub stop_seconds: u32,
}

impl Default for Daemon {
    fn default() -> Self {
        // systemd kills after 90 seconds unless it is told otherwise.
        Self { jitter_seconds: 0, watch_settings: true, stop_seconds: 75 }
    }
}
