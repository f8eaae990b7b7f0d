//! Opens or creates the ledger of a data folder.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection};
use steward_core::instant::Instant;
use steward_core::ledger::{Event, Head};
use steward_core::monitor::points::Reporting;

use super::error::advice;
use super::{Ledger, LedgerError, replay};
use crate::{os_user, private};

pub const FILE_NAME: &str = "ledger.db";
/// Held while tables are made.
const OPEN_LOCK_FILE_NAME: &str = "ledger.lock";

/// Another process writes a few lines at a time; longer than this it hangs.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl Ledger {
    /// Opens the ledger in `folder` and replays it; a new one begins with its creation.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, is somebody else's, damaged, or of a newer version.
    pub async fn open(folder: &Path, now: Instant) -> Result<Self, LedgerError> {
        let shown = || folder.display().to_string();
        check_owner(folder)?;
        private::create_folder(folder).map_err(|source| LedgerError::Folder { path: shown(), source })?;
        let path = folder.join(FILE_NAME);
        let mut connection = open_file(folder, &path).await?;
        let (state, head) = replay(&mut connection).await?;
        let mut ledger = Self { connection, state, head, is_broken: false, reporting: Reporting::default() };
        if ledger.head == Head::empty() {
            let created = Event::LedgerCreated { steward: env!("CARGO_PKG_VERSION").to_owned() };
            match ledger.append(now, &[created]).await {
                // Another process was faster.
                Err(LedgerError::Illegal(_)) if ledger.head != Head::empty() => {}
                written => written?,
            }
        }
        Ok(ledger)
    }

    /// Opens the ledger if there is one.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub async fn open_existing(folder: &Path, now: Instant) -> Result<Option<Self>, LedgerError> {
        if folder.join(FILE_NAME).exists() { Self::open(folder, now).await.map(Some) } else { Ok(None) }
    }
}

/// The tables, in the order in which they came to be. What was published is never edited: its checksum is in every ledger.
/// A list, because the macro that reads the folder builds the whole of sqlx a second time.
fn migrator() -> Migrator {
    let simple = |version, description: &'static str, sql: &'static str| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        simple(1, "ledger", include_str!("../../migrations/0001_ledger.sql")),
        simple(2, "monitoring", include_str!("../../migrations/0002_monitoring.sql")),
        simple(3, "policies", include_str!("../../migrations/0003_policies.sql")),
        simple(4, "alerts", include_str!("../../migrations/0004_alerts.sql")),
    ])
}

/// Opens the database and brings its tables up to date, one process at a time.
pub(super) async fn open_file(folder: &Path, path: &Path) -> Result<SqliteConnection, LedgerError> {
    // On a medium that cannot be written nobody else changes tables either.
    let lock = File::create(folder.join(OPEN_LOCK_FILE_NAME)).ok();
    if let Some(lock) = &lock {
        lock.lock().map_err(|source| LedgerError::Folder { path: folder.display().to_string(), source })?;
    }
    private::create_file(path).map_err(|source| LedgerError::Folder { path: folder.display().to_string(), source })?;
    let mut connection = connect(path).await?;
    // Not `run`, whose bounds keep every future that opens a ledger from being spawned.
    let migrated = migrator().run_direct(None, &mut connection, false).await;
    migrated.map_err(|error| migration_error(path, error))?;
    Ok(connection)
}

/// WAL so that readers do not wait; a commit returns when it is on the disk; what is erased is overwritten.
pub(super) async fn connect(path: &Path) -> Result<SqliteConnection, LedgerError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON");
    let opened = SqliteConnection::connect_with(&options).await;
    opened.map_err(|source| open_error(path, source))
}

fn migration_error(path: &Path, error: sqlx::migrate::MigrateError) -> LedgerError {
    let path = path.display().to_string();
    match error {
        sqlx::migrate::MigrateError::VersionMissing(_) | sqlx::migrate::MigrateError::VersionMismatch(_) => {
            LedgerError::Newer { path, source: error }
        }
        sqlx::migrate::MigrateError::Execute(source) => LedgerError::Open { path, advice: advice(&source), source },
        other => LedgerError::Open { path, advice: "see the cause", source: sqlx::Error::Migrate(Box::new(other)) },
    }
}

/// `SQLite` would create side files that the owner cannot read any more.
pub fn check_owner(folder: &Path) -> Result<(), LedgerError> {
    let path = folder.join(FILE_NAME);
    let owner = match os_user::other_owner(&path) {
        // Whoever may not even look into the folder learns whose it is.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => os_user::other_owner(folder),
        owner => owner,
    };
    let owner = owner.map_err(|source| LedgerError::Folder { path: folder.display().to_string(), source })?;
    match owner {
        None => Ok(()),
        Some(owner) => Err(LedgerError::OtherOwner { path: path.display().to_string(), owner }),
    }
}

/// Opens a ledger as it is, without looking into it.
pub(super) async fn open_existing_file(folder: &Path) -> Result<SqliteConnection, LedgerError> {
    let path = folder.join(FILE_NAME);
    check_owner(folder)?;
    if !path.exists() {
        return Err(LedgerError::Missing { path: path.display().to_string() });
    }
    connect_read_only(&path).await
}

pub(super) async fn connect_read_only(path: &Path) -> Result<SqliteConnection, LedgerError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    SqliteConnection::connect_with(&options).await.map_err(|source| open_error(path, source))
}

fn open_error(path: &Path, source: sqlx::Error) -> LedgerError {
    LedgerError::Open { path: path.display().to_string(), advice: advice(&source), source }
}
