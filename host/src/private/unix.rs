//! Private means: a mode without rights for others.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Creates `folder` and its parents, readable by nobody else. One that exists stays as it is.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Creates an empty file that nobody else can read, unless it is there already.
pub fn create_file(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Nobody but the owner may write, and the owner is who we are: the folder of a file that we just made.
pub fn is_private(folder: &Path) -> io::Result<bool> {
    let folder_metadata = fs::metadata(folder)?;
    let probe = tempfile::NamedTempFile::new_in(folder)?;
    let ours = probe.as_file().metadata()?.uid() == folder_metadata.uid();
    Ok(ours && folder_metadata.mode() & 0o022 == 0)
}
