//! One cycle at a time, across processes: a lock of the operating system on a file, which ends with its holder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use steward_core::instant::Instant;
use thiserror::Error;

const FILE_NAME: &str = "cycle.lock";
const DAEMON_FILE_NAME: &str = "daemon.lock";

/// Held for as long as this value lives. A process that is killed lets go of it.
#[derive(Debug)]
pub struct CycleLock {
    _file: File,
}

#[derive(Debug, Error)]
pub enum LockError {
    #[error("another cycle is at work ({holder}); wait for it, or use --wait")]
    Held { holder: String },
    #[error("another daemon works with this data folder ({holder}); stop it first")]
    Daemon { holder: String },
    #[error("cannot lock `{path}`")]
    Io { path: String, source: std::io::Error },
}

impl CycleLock {
    /// Takes the lock; `who` and `now` are shown to whoever finds it taken.
    ///
    /// # Errors
    /// When another process holds it, unless `wait` says to wait for it.
    pub fn take(folder: &Path, who: &str, now: Instant, wait: bool) -> Result<Self, LockError> {
        let file = take(&folder.join(FILE_NAME), who, now, wait, |holder| LockError::Held { holder })?;
        Ok(Self { _file: file })
    }
}

/// Held by the daemon of a data folder: there is one.
#[derive(Debug)]
pub struct DaemonLock {
    _file: File,
}

impl DaemonLock {
    /// # Errors
    /// When another daemon holds it.
    pub fn take(folder: &Path, who: &str, now: Instant) -> Result<Self, LockError> {
        let file = take(&folder.join(DAEMON_FILE_NAME), who, now, false, |holder| LockError::Daemon { holder })?;
        Ok(Self { _file: file })
    }
}

impl DaemonLock {
    /// Another process holds it. `false` when nobody can tell.
    pub fn is_held(folder: &Path) -> bool {
        let Ok(file) = File::open(folder.join(DAEMON_FILE_NAME)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

fn take(path: &Path, who: &str, now: Instant, wait: bool, held: fn(String) -> LockError) -> Result<File, LockError> {
    let io_error = |source| LockError::Io { path: path.display().to_string(), source };
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io_error)?;
    if wait {
        file.lock().map_err(io_error)?;
    } else {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(holder(&mut file))),
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
    }
    let note = format!("process {} of {who}, since {now}", std::process::id());
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
    written.and_then(|()| file.flush()).map_err(io_error)?;
    Ok(file)
}

/// What the holder wrote. On Windows a locked file cannot be read by others.
fn holder(file: &mut File) -> String {
    let mut note = String::new();
    match file.read_to_string(&mut note) {
        Ok(_) if !note.is_empty() => note,
        _ => "a process that does not say who it is".to_owned(),
    }
}
