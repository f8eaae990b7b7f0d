//! Folders that belong to us alone.

use std::io;
use std::path::Path;

/// Creates `folder` and its parents, readable by nobody else. One that exists stays as it is.
#[cfg(unix)]
pub fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Creates an empty file that nobody else can read, unless it is there already.
#[cfg(unix)]
pub fn create_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let created = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// On Windows the access list of the folder keeps others out.
#[cfg(not(unix))]
pub fn create_file(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// On Windows the access list of the parent, set when the service is installed, keeps others out.
#[cfg(not(unix))]
pub fn create_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}
