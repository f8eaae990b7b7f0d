//! The repository's content as a JSON file: what `--data` loads and `GET /data` of the control port writes.
//!
//! Entries are exactly what `/full` returns and are passed through as they are: unknown members, missing members and
//! wrong types included. Nothing here validates; a client under test is supposed to.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A data file larger than this is refused: 100,000 seats with their users are about 200 MB.
const FILE_BYTES_MAX: u64 = 2 << 30;

/// Everything the repository holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// The answer of `/license`; `null` when unlicensed.
    pub license: Value,
    /// The answer of `/license/accesstypeoverview`; computed from the rows when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accesstypeoverview: Option<Value>,
    /// The sizes of the pools, for a computed overview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    pub users: Vec<Value>,
    pub professionalaccesstype: Vec<Value>,
    pub analyzeraccesstype: Vec<Value>,
    pub useraccesstype: Vec<Value>,
    pub loginaccesstype: Vec<Value>,
    pub analyzertimeaccesstype: Vec<Value>,
    /// Further tables by name (`tags`, `custompropertydefinitions`, `analyzeraccessusage`, …) and anything else that
    /// the file holds.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Pool sizes. What is absent follows the licence's allotments, then the number of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analyzer: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<i64>,
}

/// Why a data file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("read data file `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("read data file `{}`: it has {bytes} bytes, more than {FILE_BYTES_MAX}", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    #[error("understand data file `{}`", path.display())]
    Parse { path: PathBuf, source: serde_json::Error },
    #[error("write data file `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl Data {
    /// Reads a data file; a byte order mark is passed over.
    pub fn load(path: &Path) -> Result<Self, DataError> {
        let read = |source| DataError::Read { path: path.to_owned(), source };
        let bytes = std::fs::metadata(path).map_err(read)?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(DataError::TooLarge { path: path.to_owned(), bytes });
        }
        let text = std::fs::read(path).map_err(read)?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        serde_json::from_slice(text).map_err(|source| DataError::Parse { path: path.to_owned(), source })
    }

    /// Writes the data as a file that [`Data::load`] reads.
    pub fn save(&self, path: &Path) -> Result<(), DataError> {
        let write = |source| DataError::Write { path: path.to_owned(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|source| write(source.into()))?;
        std::fs::write(path, text).map_err(write)
    }

    /// The table of that name, taken out.
    pub(crate) fn take_table(&mut self, member: &str) -> Option<Vec<Value>> {
        Some(std::mem::take(match member {
            "users" => &mut self.users,
            "professionalaccesstype" => &mut self.professionalaccesstype,
            "analyzeraccesstype" => &mut self.analyzeraccesstype,
            "useraccesstype" => &mut self.useraccesstype,
            "loginaccesstype" => &mut self.loginaccesstype,
            "analyzertimeaccesstype" => &mut self.analyzertimeaccesstype,
            other => match self.other.remove(other) {
                Some(Value::Array(rows)) => return Some(rows),
                Some(no_table) => {
                    self.other.insert(other.to_owned(), no_table);
                    return None;
                }
                None => return None,
            },
        }))
    }

    pub(crate) fn put_table(&mut self, member: &str, rows: Vec<Value>) {
        match member {
            "users" => self.users = rows,
            "professionalaccesstype" => self.professionalaccesstype = rows,
            "analyzeraccesstype" => self.analyzeraccesstype = rows,
            "useraccesstype" => self.useraccesstype = rows,
            "loginaccesstype" => self.loginaccesstype = rows,
            "analyzertimeaccesstype" => self.analyzertimeaccesstype = rows,
            other => {
                self.other.insert(other.to_owned(), Value::Array(rows));
            }
        }
    }
}
