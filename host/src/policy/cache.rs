//! Compiled components on disk, so that only the first start compiles.
//!
//! A compiled file is native code, so the folder must be ours alone. wasmtime names an entry by the digest of the
//! component's bytes and of the engine's configuration, and compiles again when an entry is missing or unreadable.

use std::fs;
use std::io;
use std::path::Path;

use thiserror::Error;
use wasmtime::{Cache, CacheConfig};

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
pub fn open(folder: &Path) -> Result<Cache, CacheError> {
    let path = || folder.display().to_string();
    let io_error = |source| CacheError::Folder { path: path(), source };
    create_private(folder).map_err(io_error)?;
    if !is_private(folder).map_err(io_error)? {
        return Err(CacheError::NotPrivate { path: path() });
    }
    let mut config = CacheConfig::new();
    config.with_directory(folder.canonicalize().map_err(io_error)?);
    Cache::new(config).map_err(|source| CacheError::Open { path: path(), source: source.into() })
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Nobody but the owner may write, and the owner is who we are: the folder of a file that we just made.
#[cfg(unix)]
fn is_private(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let folder_metadata = fs::metadata(folder)?;
    let probe = tempfile::NamedTempFile::new_in(folder)?;
    let ours = probe.as_file().metadata()?.uid() == folder_metadata.uid();
    Ok(ours && folder_metadata.mode() & 0o022 == 0)
}

/// On Windows the data folder's own access list, set when the service is installed, keeps others out.
#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn is_private(folder: &Path) -> io::Result<bool> {
    fs::metadata(folder).map(|metadata| metadata.is_dir())
}
