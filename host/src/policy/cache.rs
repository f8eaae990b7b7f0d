//! Compiled components on disk, so that only the first start compiles.
//!
//! A compiled file is native code, so the folder must be ours alone. wasmtime names an entry by the digest of the
//! component's bytes and of the engine's configuration, but it runs whatever is in there. So each entry has a seal, the
//! digest of its contents, and one whose seal is missing or does not match is removed, and compiled again, before it
//! can be used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use steward_core::digest::Digest;
use thiserror::Error;
use wasmtime::{Cache, CacheConfig};

use crate::private;

#[derive(Debug, Error)]
pub enum CacheError {
    #[error("cannot use the folder `{path}` for compiled policies")]
    Folder { path: String, source: io::Error },
    #[error("the folder `{path}` for compiled policies can be written by others; make it private with `chmod 700`")]
    NotPrivate { path: String },
    #[error("cannot open the cache of compiled policies in `{path}`")]
    Open { path: String, source: Box<dyn std::error::Error + Send + Sync> },
}

/// Opens the cache in `folder`, which is made private when it is created.
pub fn open(folder: &Path) -> Result<(Cache, Seals), CacheError> {
    make_private(folder)?;
    let entries = folder.join("compiled");
    let seals = folder.join("seals");
    make_private(&entries)?;
    make_private(&seals)?;
    let mut config = CacheConfig::new();
    config
        .with_directory(entries.canonicalize().map_err(|source| CacheError::Folder { path: shown(&entries), source })?);
    let cache =
        Cache::new(config).map_err(|source| CacheError::Open { path: shown(&entries), source: source.into() })?;
    Ok((cache, Seals { entries, seals }))
}

fn make_private(folder: &Path) -> Result<(), CacheError> {
    let io_error = |source| CacheError::Folder { path: shown(folder), source };
    private::create_folder(folder).map_err(io_error)?;
    if private::is_private(folder).map_err(io_error)? {
        Ok(())
    } else {
        Err(CacheError::NotPrivate { path: shown(folder) })
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The digests of all entries, each in a file of the entry's name.
#[derive(Debug)]
pub struct Seals {
    entries: PathBuf,
    seals: PathBuf,
}

impl Seals {
    /// To be called before a component is loaded.
    ///
    /// # Errors
    /// When a damaged entry cannot be removed.
    pub fn remove_damaged(&self) -> io::Result<()> {
        for entry in entries(&self.entries)? {
            let is_intact = fs::read(&entry).is_ok_and(|bytes| {
                fs::read_to_string(self.seal_of(&entry)).is_ok_and(|seal| seal == Digest::of_bytes(&bytes).to_string())
            });
            if !is_intact {
                remove(&entry)?;
                remove(&self.seal_of(&entry))?;
            }
        }
        Ok(())
    }

    /// To be called after a component was loaded: entries without a seal were made just now.
    ///
    /// # Errors
    /// When a seal cannot be written. The entry is compiled again then.
    pub fn seal_new(&self) -> io::Result<()> {
        for entry in entries(&self.entries)? {
            let seal = self.seal_of(&entry);
            if !seal.exists() {
                fs::write(seal, Digest::of_bytes(&fs::read(&entry)?).to_string())?;
            }
        }
        Ok(())
    }

    fn seal_of(&self, entry: &Path) -> PathBuf {
        self.seals.join(entry.file_name().unwrap_or_default())
    }
}

/// Every file that may be read as compiled code. Those with an extension are counters and files in the making.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(entries(&entry.path())?);
        } else if entry.path().extension().is_none() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Somebody else may have removed it meanwhile.
fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
