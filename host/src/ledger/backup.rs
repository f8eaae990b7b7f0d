//! Copies of the ledger, made and put back while it is in use.
//!
//! A copy is one file: everything that is not in it (compiled policies, locks) is made anew.

use std::path::{Path, PathBuf};

use sqlx::{Connection as _, SqliteConnection};
use steward_core::instant::Instant;
use steward_core::ledger::{Event, Head, LedgerState, seal};

use super::{FILE_NAME, Ledger, LedgerError, catch_up, insert, open, replay};

/// Every table, in an order in which they can be filled.
const TABLES: [&str; 10] = [
    "person",
    "component",
    "plan",
    "access_reading",
    "server_license_reading",
    "seat",
    "seat_change",
    "outbox",
    "outbox_loss",
    "entry",
];

impl Ledger {
    /// Writes a copy into `file`, which must not exist. Others may read and write meanwhile; the copy is of one moment.
    ///
    /// # Errors
    /// When it cannot be written, or the copy cannot be read back.
    pub async fn backup(&mut self, file: &Path) -> Result<Head, LedgerError> {
        vacuum_into(&mut self.connection, file).await?;
        let mut copy = open::connect_read_only(file).await?;
        let (_, head) = replay(&mut copy).await?;
        copy.close().await.map_err(LedgerError::read)?;
        Ok(head)
    }

    /// Puts a copy in the place of everything that is here, in one transaction, and says so in a last entry: releases
    /// have to be armed again, because what happened since the copy was made is not in it.
    ///
    /// # Errors
    /// When the copy is none, or nothing can be written; then all is as before.
    pub async fn restore(&mut self, file: &Path, by: &str, at: Instant) -> Result<Head, LedgerError> {
        check_backup(file).await?;
        // A copy of the copy, which may get the tables of this version.
        let current = tempfile::TempDir::new().map_err(|source| file_error(file, source))?;
        let copy = current.path().join(FILE_NAME);
        std::fs::copy(file, &copy).map_err(|source| file_error(file, source))?;
        let migrated = open::open_file(current.path(), &copy).await?;
        migrated.close().await.map_err(LedgerError::write)?;
        let attach = sqlx::query("ATTACH DATABASE ? AS backup").bind(copy.display().to_string());
        attach.execute(&mut self.connection).await.map_err(LedgerError::read)?;
        let copied = copy_tables(&mut self.connection, by, at).await;
        sqlx::query("DETACH DATABASE backup").execute(&mut self.connection).await.map_err(LedgerError::read)?;
        (self.state, self.head) = copied?;
        Ok(self.head)
    }
}

async fn vacuum_into(connection: &mut SqliteConnection, file: &Path) -> Result<(), LedgerError> {
    let path = file.display().to_string();
    if file.exists() {
        let source = std::io::ErrorKind::AlreadyExists.into();
        return Err(LedgerError::File { path, source });
    }
    // Made by us, so that nobody else can read it.
    crate::private::create_file(file).map_err(|source| LedgerError::File { path: path.clone(), source })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(&path).execute(connection).await;
    if let Err(error) = copied {
        let _ = std::fs::remove_file(file);
        return Err(LedgerError::write(error));
    }
    Ok(())
}

fn file_error(file: &Path, source: std::io::Error) -> LedgerError {
    LedgerError::File { path: file.display().to_string(), source }
}

async fn check_backup(file: &Path) -> Result<(), LedgerError> {
    let no_backup = |problem: String| LedgerError::NoBackup { path: file.display().to_string(), problem };
    if !file.is_file() {
        return Err(no_backup("there is no such file".to_owned()));
    }
    let mut copy = open::connect_read_only(file).await?;
    let replayed = replay(&mut copy).await;
    copy.close().await.map_err(LedgerError::read)?;
    match replayed {
        Ok((_, head)) if head == Head::empty() => Err(no_backup("it has no entries".to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(no_backup(error.to_string())),
    }
}

/// All or nothing: a copy that is not marked as restored would be an old ledger that is still armed.
async fn copy_tables(
    connection: &mut SqliteConnection,
    by: &str,
    at: Instant,
) -> Result<(LedgerState, Head), LedgerError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
    let triggers: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'")
            .fetch_all(&mut *transaction)
            .await
            .map_err(LedgerError::read)?;
    // The names are ours, from the migrations.
    let mut statements: Vec<String> = triggers.iter().map(|(name, _)| format!("DROP TRIGGER {name}")).collect();
    for table in TABLES {
        statements.push(format!("DELETE FROM main.{table}"));
        statements.push(format!("INSERT INTO main.{table} SELECT * FROM backup.{table}"));
    }
    statements.extend(triggers.into_iter().map(|(_, sql)| sql));
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *transaction).await.map_err(LedgerError::write)?;
    }
    let mut state = LedgerState::default();
    let head = catch_up(&mut transaction, &mut state, Head::empty()).await?;
    let restored = Event::LedgerRestored { by: by.to_owned() };
    let entry = seal(head, at, &restored).map_err(LedgerError::Json)?;
    let head = Head { seq: entry.seq, hash: entry.hash };
    state.apply(head, at, restored).map_err(LedgerError::Illegal)?;
    insert(&mut transaction, &entry).await?;
    transaction.commit().await.map_err(LedgerError::write)?;
    Ok((state, head))
}

/// Moves a ledger that cannot be opened out of the way, with its side files. Returns where it is now.
///
/// # Errors
/// When a file cannot be moved.
pub fn set_aside(folder: &Path, at: Instant) -> Result<PathBuf, LedgerError> {
    let kept = kept_file(folder, at);
    for suffix in ["", "-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        let (from, to) = (with(&folder.join(FILE_NAME)), with(&kept));
        if from.exists() {
            let path = from.display().to_string();
            std::fs::rename(&from, &to).map_err(|source| LedgerError::File { path, source })?;
        }
    }
    Ok(kept)
}

/// Where the ledger that is replaced is kept.
pub fn kept_file(folder: &Path, at: Instant) -> PathBuf {
    let time: String = at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    folder.join(format!("{}.before-restore-{time}", FILE_NAME.trim_end_matches(".db")))
}
