//! `SHA256SUMS` as `sha256sum --check` reads it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

const FILE_NAME: &str = "SHA256SUMS";

/// Of the files made now; those of an earlier run are not vouched for.
pub fn write(folder: &Path, files: &[PathBuf]) -> Result<()> {
    let mut lines = String::new();
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let name = file.file_name().context("a file has a name")?.display();
        for byte in Sha256::digest(bytes) {
            write!(lines, "{byte:02x}")?;
        }
        writeln!(lines, "  {name}")?;
    }
    let file = folder.join(FILE_NAME);
    fs::write(&file, lines).with_context(|| format!("cannot write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn writes_what_sha256sum_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.zip");
        std::fs::write(&file, "abc").expect("written");
        super::write(folder.path(), &[file]).expect("written");
        let sums = std::fs::read_to_string(folder.path().join(super::FILE_NAME)).expect("written");
        assert_eq!(sums, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.zip\n");
    }
}
