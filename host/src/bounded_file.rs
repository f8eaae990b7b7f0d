//! Reads files that somebody named: never a pipe or a device, which have no end, and never more than such a file may have.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// # Errors
/// When it is no file, cannot be read, or has more than `max` bytes ([`io::ErrorKind::FileTooLarge`]).
pub fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    // Before it is opened: opening a pipe waits for somebody at its other end.
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, and not a file"));
    }
    let too_large = |size: u64| {
        io::Error::new(io::ErrorKind::FileTooLarge, format!("it has {size} bytes, at most {max} are allowed"))
    };
    if metadata.len() > max {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(max.saturating_add(1)).read_to_end(&mut bytes)? as u64;
    if read > max { Err(too_large(read)) } else { Ok(bytes) }
}

/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path, max: u64) -> io::Result<String> {
    let not_utf8 = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
    String::from_utf8(read(path, max)?).map_err(not_utf8)
}
