//! The bytes of the settings file to text. Windows editors save in more than one encoding, and say so by a byte order
//! mark.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::problem::{ConfigError, Position, Problem, Problems};

/// Size of a settings file. Butler's own template is 82 kB; thousands of protected people fit into this.
const FILE_BYTES_MAX: usize = 1024 * 1024;

pub fn read(path: &Path) -> Result<String, ConfigError> {
    let bytes = read_bytes(path).map_err(|cause| ConfigError::Unreadable { path: path.to_path_buf(), cause })?;
    decode(&bytes).map_err(|problem| Problems::new(path, vec![problem]).into())
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub fn decode(bytes: &[u8]) -> Result<String, Problem> {
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("larger than {} MiB, which no settings file is", FILE_BYTES_MAX / (1024 * 1024));
        return Err(Problem::new(None, "", message));
    }
    match bytes {
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        _ => decode_utf8(bytes),
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Problem> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|fault| {
        let good = String::from_utf8_lossy(&bytes[..fault.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let column = good.chars().rev().take_while(|&char| char != '\n').count() + 1;
        Problem::new(Position { line, column }, "", "this character is not UTF-8: save the file as UTF-8")
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    match String::from_utf16(&units) {
        Ok(text) if odd.is_empty() => Ok(text),
        _ => Err(Problem::new(None, "", "neither UTF-8 nor sound UTF-16: save the file as UTF-8")),
    }
}
