//! Zips that are the same whenever their contents are.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A file of a zip.
pub struct Entry {
    pub name: String,
    pub bytes: Vec<u8>,
    pub is_program: bool,
}

pub fn write_file(file: &Path, entries: &[Entry]) -> Result<()> {
    let out = File::create(file).with_context(|| format!("cannot create `{}`", file.display()))?;
    write(out, entries).with_context(|| format!("cannot write `{}`", file.display()))
}

/// The same entries give the same bytes: no time of day is written down.
pub fn write(out: impl Write + Seek, entries: &[Entry]) -> Result<()> {
    let mut zip = ZipWriter::new(out);
    for entry in entries {
        let mode = if entry.is_program { 0o755 } else { 0o644 };
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(mode);
        zip.start_file(&entry.name, options)?;
        zip.write_all(&entry.bytes)?;
    }
    zip.finish()?;
    Ok(())
}
