//! The settings file: a Butler settings file, unchanged, with a second top-level key `steward:`.
//!
//! Text becomes a tree of nodes that know their line and column ([`yaml`]); the tree is walked along the JSON Schema
//! of the typed sections ([`walk`]), so that every problem of a file is told at once; what is left is deserialised into
//! the sections below, and rules between settings are checked last ([`checks`]).
//! A setting is therefore written down in one place only: the field of its section.
//!
//! Not here: the network, the clock, the meaning of a schedule text, and whether a certificate file is a good one.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod alert_checks;
pub mod butler;
mod checks;
mod cost_checks;
mod derived;
pub mod document;
mod file_path;
mod http_checks;
mod influx_checks;
mod node;
mod notify_checks;
mod old_forms;
mod problem;
mod retention;
mod scalar;
mod schema;
mod secret;
mod show;
mod source;
pub mod steward;
#[cfg(test)]
mod tests;
mod walk;
mod yaml;

pub use derived::{Credentials, Endpoint, QlikUser};
pub use file_path::FilePath;
pub use problem::{ConfigError, Position, Problem, Problems};
pub use retention::Retention;
pub use schema::{schema, schema_text};
pub use secret::Secret;
pub use show::Format;

/// Settings of Steward: a Butler settings file, and beside it what Butler has no key for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(title = "Steward settings")]
pub struct Settings {
    /// Butler's own settings. Steward reads the sections listed here and passes over all others.
    #[serde(rename = "Butler")]
    pub butler: butler::Butler,
    /// Settings that Butler has no key for.
    pub steward: steward::Steward,
}

/// A settings file that was read and found good.
pub struct Loaded {
    /// What the file says, with defaults for what it leaves out.
    pub settings: Settings,
    /// Sentences that an administrator should see once: what was passed over, what is weaker than it could be.
    pub notes: Vec<String>,
    /// The file, as it was named.
    pub path: PathBuf,
    root: node::Node,
}

impl fmt::Debug for Loaded {
    /// Without the tree of the file, which holds the secrets as written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("settings", &self.settings)
            .field("notes", &self.notes)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Loaded {
    /// Looks whether the files that the settings name (certificates, keys, policy component) can be opened.
    ///
    /// # Errors
    /// Lists every file that cannot.
    pub fn check_files(&self) -> Result<(), ConfigError> {
        Problems::into_result(&self.path, checks::unreadable_files(&self.settings, &self.root))
    }
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// When the file cannot be read, or with all the problems that it has.
    pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
        Self::from_text(&source::read(path)?, path)
    }

    /// Reads settings from a text as if it stood in the file `path`, which need not exist.
    ///
    /// # Errors
    /// With all the problems that the text has.
    pub fn from_text(text: &str, path: &Path) -> Result<Loaded, ConfigError> {
        read(text, path, &|name| std::env::var(name).ok())
    }
}

const NO_SETTINGS: &str = "there are no settings in this file: expected the keys `Butler:` and `steward:`";

/// The road from text to settings; `variable` looks up an environment variable.
fn read(text: &str, path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Loaded, ConfigError> {
    let reading = yaml::read(text, NO_SETTINGS);
    let Some(root) = reading.root else {
        return Err(Problems::new(path, reading.problems).into());
    };
    let full_path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = full_path.parent().unwrap_or(Path::new("")).to_path_buf();
    let walked = walk::walk(&root, &schema(), &walk::Surroundings { folder, variable });

    let mut problems = reading.problems;
    problems.extend(walked.problems);
    let mut settings = match serde_json::from_value::<Settings>(walked.value) {
        Ok(settings) => settings,
        Err(fault) => {
            // The walk leaves out whatever would not fit, so this is a fault of ours; the file is refused all the same.
            problems.push(Problem::new(None, "", format!("does not fit the settings: {fault}")));
            Settings::default()
        }
    };
    old_forms::adopt(&mut settings);
    problems.extend(checks::problems(&settings, &root, &problems));
    Problems::into_result(path, problems)?;
    let notes = checks::notes(&settings, &walked.passed_over);
    Ok(Loaded { settings, notes, path: path.to_path_buf(), root })
}
