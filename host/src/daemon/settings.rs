//! The settings in force: one value that is replaced as a whole, and never by a file that is not good.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use steward_core::digest::Digest;
use steward_core::schedule::Schedule;
use thiserror::Error;

use super::job::{Job, ScheduleProblem, schedules};
use crate::config::{ConfigError, Settings};
use crate::cycle::{self, CycleError};

#[derive(Debug, Error)]
pub enum SettingsError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Schedule(#[from] ScheduleProblem),
    #[error(transparent)]
    Policy(#[from] CycleError),
}

/// A settings file that was good when it was read.
#[derive(Debug, Clone)]
pub struct InForce {
    pub settings: Arc<Settings>,
    pub schedules: BTreeMap<Job, Schedule>,
    /// Sentences that an administrator should see once.
    pub notes: Vec<String>,
}

/// Reads the file and everything that it depends on: schedules, certificate files, the policy.
///
/// # Errors
/// When anything of it could not be used.
pub fn load(path: &Path) -> Result<InForce, SettingsError> {
    let loaded = Settings::load(path)?;
    loaded.check_files()?;
    let schedules = schedules(&loaded.settings)?;
    cycle::load_policy(Some(&loaded.settings))?;
    Ok(InForce { settings: Arc::new(loaded.settings), schedules, notes: loaded.notes })
}

/// Notices when the file changes, by its contents: some tools keep the time of a file, some systems have coarse ones.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    seen: Option<Digest>,
    /// Found at the last look, and perhaps still being written.
    new: Option<Digest>,
}

impl Watched {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: digest(path), new: None }
    }

    /// The file differs from what it was, in the same way at two looks. A file that is not there for a moment, while an editor
    /// replaces it, has not changed.
    pub fn has_changed(&mut self) -> bool {
        let now = digest(&self.path);
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

fn digest(path: &Path) -> Option<Digest> {
    std::fs::read(path).ok().map(|bytes| Digest::of_bytes(&bytes))
}
