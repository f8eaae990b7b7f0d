//! What can go wrong with the ledger. Without a ledger nothing is released.

use std::io;

use steward_core::digest::Digest;
use steward_core::ledger::{ChainError, IllegalEvent};
use steward_core::plan::PlanFileError;
use steward_core::snapshot::SnapshotFileError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("cannot use the data folder `{path}`: check its rights, or set `steward.dataDir`")]
    Folder { path: String, source: io::Error },
    #[error(
        "the ledger `{path}` belongs to another user of this machine ({owner}): run the command as that user, for \
         example with `sudo -u {owner} steward …`"
    )]
    OtherOwner { path: String, owner: String },
    #[error("there is no ledger `{path}` yet; `steward plan` makes one")]
    Missing { path: String },
    #[error("cannot open the ledger `{path}`: {advice}")]
    Open { path: String, advice: &'static str, source: sqlx::Error },
    #[error("the ledger `{path}` was written by a newer version of Steward: use that version, or a backup")]
    Newer { path: String, source: sqlx::migrate::MigrateError },
    #[error("cannot read the ledger: {}", advice(.0))]
    Read(#[source] sqlx::Error),
    #[error("cannot write the ledger, so nothing more is done: {}", advice(.0))]
    Write(#[source] sqlx::Error),
    #[error("the ledger is damaged: column `{column}` of entry {seq} cannot be read; restore a backup")]
    Damaged { seq: i64, column: &'static str },
    #[error("the ledger is damaged; see `steward audit verify`, and restore a backup")]
    Chain(#[from] ChainError),
    #[error("this cannot happen now")]
    Illegal(#[source] IllegalEvent),
    #[error("the ledger is damaged; see `steward audit verify`, and restore a backup")]
    Replay(#[source] IllegalEvent),
    #[error("an earlier write failed half-way: start again")]
    Broken,
    #[error("this machine has no randomness")]
    NoRandomness,
    #[error("cannot write JSON")]
    Json(#[source] serde_json::Error),
    #[error("cannot compress or decompress a stored plan")]
    Compression(#[source] io::Error),
    #[error("a stored plan is damaged")]
    StoredPlan(#[source] PlanFileError),
    #[error("a stored snapshot is damaged")]
    StoredSnapshot(#[source] SnapshotFileError),
    #[error("the ledger has no plan `{id}`: `steward audit show --type plan-made` lists the stored ones")]
    NoPlan { id: String },
    #[error("several plans begin with `{id}`: write more of the id")]
    SeveralPlans { id: String },
    #[error("the stored policy {0} is damaged: remove it with `steward policy remove`, and add it again")]
    StoredPolicy(Digest),
    #[error("the ledger has no run {0}: `steward audit show --type run-started` lists them")]
    NoRun(steward_core::ledger::RunId),
    #[error("no folder for the ledger is known: set `steward.dataDir`")]
    NoFolder,
    #[error("`{path}` is no backup of a ledger: {problem}")]
    NoBackup { path: String, problem: String },
    #[error("there is a ledger already in `{path}`; `--replace` puts the backup in its place, and keeps it beside")]
    WouldReplace { path: String },
    #[error("cannot write `{path}`")]
    File { path: String, source: io::Error },
}

impl LedgerError {
    /// The file itself is of no use, whoever opens it and when: only a backup helps.
    pub fn is_beyond_repair(&self) -> bool {
        match self {
            Self::Newer { .. } | Self::Damaged { .. } | Self::Chain(_) | Self::Replay(_) => true,
            Self::Open { source, .. } | Self::Read(source) | Self::Write(source) => is_damaged(source),
            _ => false,
        }
    }

    pub(super) fn read(error: sqlx::Error) -> Self {
        Self::Read(error)
    }

    pub(super) fn write(error: sqlx::Error) -> Self {
        Self::Write(error)
    }
}

fn is_damaged(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(11 | 26))
}

/// The primary result code of `SQLite` is in the low byte.
fn primary_code(error: &sqlx::Error) -> Option<i64> {
    let sqlx::Error::Database(error) = error else { return None };
    error.code().and_then(|code| code.parse::<i64>().ok()).map(|code| code & 0xff)
}

/// What to do about the usual troubles of a database file.
pub(super) fn advice(error: &sqlx::Error) -> &'static str {
    match primary_code(error) {
        Some(5 | 6) => "another program holds it; close that program and try again",
        Some(8) => "the file or its folder is read-only",
        Some(10) => "the disk reports an error",
        Some(11 | 26) => "the file is damaged or is no ledger; restore a backup",
        Some(13) => "the disk is full",
        Some(14) => "the file cannot be opened; check its rights",
        _ => "see the cause",
    }
}
