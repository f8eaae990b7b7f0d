//! Files that commands write: whole or not at all, and never in place of what they were made from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use thiserror::Error;

#[derive(Debug, Error)]
#[error("`{path}` is read by this command, so it cannot be written as well: name another file")]
pub struct OutIsInput {
    path: String,
}

/// Writes a whole file or nothing: beside it first, then moved into place. Only the owner may read it, because it
/// names people.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    write_whole(path, write).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Refuses to write over one of the files that the command reads.
pub fn refuse_inputs(out: &Path, inputs: &[Option<&Path>]) -> Result<(), OutIsInput> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let is_input = real(out).is_some_and(|out| inputs.iter().flatten().any(|input| real(input).as_ref() == Some(&out)));
    if is_input { Err(OutIsInput { path: out.display().to_string() }) } else { Ok(()) }
}

fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        // A pipe or a device such as `/dev/stdout` is written to; moving a file there would destroy it.
        Ok(metadata) if !metadata.is_file() => return write_through(OpenOptions::new().write(true).open(path)?, write),
        // What a link leads to, not the link.
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if !fs::metadata(&folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    // The name of the temporary file says nothing to anybody.
    let file =
        tempfile::Builder::new().prefix(".steward-").tempfile_in(&folder).map_err(|error| without_path(&error))?;
    write_through(file.as_file().try_clone()?, write)?;
    file.persist(&target).map_err(|failed| failed.error)?;
    Ok(())
}

fn write_through(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    // Pipes cannot be synchronised.
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
}

fn without_path(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}
