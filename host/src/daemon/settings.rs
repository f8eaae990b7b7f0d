//! The settings in force: one value that is replaced as a whole, and never by a file that is not good.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use steward_core::digest::Digest;
use steward_core::schedule::Schedule;
use thiserror::Error;

use super::job::{Job, ScheduleProblem, schedules};
use crate::clock;
use crate::config::{ConfigError, Settings};
use crate::cycle::{self, CycleError};
use crate::policies::{Found, PolicyError};

#[derive(Debug, Error)]
pub enum SettingsError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Schedule(#[from] ScheduleProblem),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Connect(#[from] CycleError),
}

/// A settings file that was good when it was read.
#[derive(Debug, Clone)]
pub struct InForce {
    pub settings: Arc<Settings>,
    pub schedules: BTreeMap<Job, Schedule>,
    /// Sentences that an administrator should see once.
    pub notes: Vec<String>,
}

impl InForce {
    /// A daemon without any job is rarely what somebody wanted.
    pub fn warn_when_idle(&self) {
        if self.schedules.is_empty() {
            let names = Job::ALL.map(|job| format!("`{}.enable`", job.setting())).join(", ");
            tracing::warn!("no job is switched on, so the daemon does nothing: set one of {names} to `true`");
        }
    }
}

/// Reads the file and everything that it depends on: schedules, certificate files, the policy.
///
/// # Errors
/// When anything of it could not be used.
pub fn load(path: &Path) -> Result<InForce, SettingsError> {
    let loaded = Settings::load(path)?;
    loaded.check_files()?;
    let schedules = schedules(&loaded.settings)?;
    if let Some(component) = loaded.settings.steward.policy.component.as_deref() {
        Found::file(component)?.load(Some(&loaded.settings))?;
    }
    // Certificate and key are read here; nothing is asked of the server yet.
    cycle::connect(&loaded.settings, &clock::now)?;
    Ok(InForce { settings: Arc::new(loaded.settings), schedules, notes: loaded.notes })
}

/// Looks without a file after which it counts as gone.
const MISSING_LOOKS: u32 = 5;

/// Notices when the file changes, by its contents: some tools keep the time of a file, some systems have coarse ones.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    seen: Option<Digest>,
    /// Found at the last look, and perhaps still being written.
    new: Option<Digest>,
    /// Looks in a row that found no file.
    missing: u32,
}

impl Watched {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: digest(path), new: None, missing: 0 }
    }

    /// The file differs from what it was, in the same way at two looks. A file that is not there for a moment, while an editor
    /// replaces it, has not changed.
    pub fn has_changed(&mut self) -> bool {
        let now = digest(&self.path);
        self.missing = if now.is_some() { 0 } else { self.missing.saturating_add(1) };
        if now.is_none() || now == self.seen {
            self.new = None;
            return false;
        }
        if now != self.new {
            self.new = now;
            return false;
        }
        self.seen = self.new.take();
        true
    }
}

impl Watched {
    /// No editor takes so long to replace a file.
    pub fn is_missing(&self) -> bool {
        self.missing >= MISSING_LOOKS
    }
}

fn digest(path: &Path) -> Option<Digest> {
    std::fs::read(path).ok().map(|bytes| Digest::of_bytes(&bytes))
}
