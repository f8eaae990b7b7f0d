//! What is wrong with a settings file: where, which setting, and what to do. All of it, in the order of the file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Problems listed of one file: enough to mend it in one go, not so many that a wrong file floods the log.
const PROBLEMS_SHOWN_MAX: usize = 200;
/// Characters of a user's value repeated in a message.
const VALUE_CHARS_MAX: usize = 80;

/// A place in the settings file, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in the file; `None` when it concerns the file as a whole.
    pub position: Option<Position>,
    /// Dotted path of the setting, such as `Butler.configQRS.host`; empty when it concerns the file as a whole.
    pub setting: String,
    pub message: String,
}

impl Problem {
    pub fn new(position: impl Into<Option<Position>>, setting: &str, message: impl Into<String>) -> Self {
        Self { position: position.into(), setting: setting.to_owned(), message: message.into() }
    }
}

/// All problems of one file, sorted by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    path: PathBuf,
    list: Vec<Problem>,
}

impl Problems {
    pub fn new(path: &Path, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| problem.position);
        list.dedup();
        Self { path: path.to_path_buf(), list }
    }

    /// An error when there is any problem.
    pub(super) fn into_result(path: &Path, list: Vec<Problem>) -> Result<(), ConfigError> {
        if list.is_empty() { Ok(()) } else { Err(Self::new(path, list).into()) }
    }

    pub fn as_slice(&self) -> &[Problem] {
        &self.list
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().take(PROBLEMS_SHOWN_MAX).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.path.display())?;
            if let Some(Position { line, column }) = problem.position {
                write!(f, "{line}:{column}:")?;
            }
            if !problem.setting.is_empty() {
                write!(f, " {}:", problem.setting)?;
            }
            write!(f, " {}", problem.message)?;
        }
        let rest = self.list.len().saturating_sub(PROBLEMS_SHOWN_MAX);
        if rest > 0 { write!(f, "\nand {rest} more") } else { Ok(()) }
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file `{}`", .path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// The display is one line for each problem: `FILE:LINE:COLUMN: SETTING: MESSAGE`.
    #[error("{0}")]
    Invalid(Problems),
}

impl From<Problems> for ConfigError {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}

impl ConfigError {
    /// The single problems, none when the file could not be read at all.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Unreadable { .. } => &[],
            Self::Invalid(problems) => problems.as_slice(),
        }
    }
}

/// A value of the user's in backticks, on one line and not too long.
pub fn quoted(value: &str) -> String {
    format!("`{}`", printable(value))
}

/// A text of the user's on one line, without control characters, and not too long.
pub fn printable(value: &str) -> String {
    let mut shown = String::new();
    for (count, char) in value.chars().enumerate() {
        if count == VALUE_CHARS_MAX {
            shown.push('…');
            break;
        }
        if char.is_control() { shown.extend(char.escape_default()) } else { shown.push(char) }
    }
    shown
}
