//! Digests of what something was made of, so that only what changed is made again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// The digest of the files' names and contents.
pub fn of(files: &[PathBuf]) -> Result<String> {
    let mut sorted = files.to_vec();
    sorted.sort();
    let mut hash = Sha256::new();
    for file in sorted {
        let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let name = file.to_string_lossy();
        for part in [name.as_bytes(), bytes.as_slice()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    let digits = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
}

/// Whether the stamp in the file is this one.
pub fn is(file: &Path, stamp: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|found| found == stamp)
}

/// Adds the files below a folder, without what is named `except`.
pub fn files_below(folder: &Path, except: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if except.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, except, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_changes_with_names_and_contents_and_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let stamp = || {
            let mut files = Vec::new();
            files_below(folder.path(), &["made"], &mut files).unwrap();
            of(&files).unwrap()
        };
        write("a", "1");
        let first = stamp();
        fs::create_dir(folder.path().join("made")).unwrap();
        write("made/b", "2");
        assert_eq!(stamp(), first);
        write("b", "2");
        let second = stamp();
        assert_ne!(second, first);
        write("b", "3");
        assert_ne!(stamp(), second);
        write("b", "2");
        assert_eq!(stamp(), second);
    }
}
