//! Handlers that change something, each in the name of whoever asked.

pub mod alerts;
pub mod jobs;
pub mod plans;
pub mod policies;
pub mod protections;
pub mod runs;
pub mod sign_in;
pub mod switches;

use super::bodies::switches::NOTE_CHARS_MAX;
use super::problem::Problem;

/// A note as it goes into the ledger; one of blanks is none.
///
/// # Errors
/// When it is too long.
pub fn note(written: Option<String>) -> Result<Option<String>, Problem> {
    let note = written.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
        return Err(Problem::invalid(format!("the note is longer than {NOTE_CHARS_MAX} characters: write less")));
    }
    Ok(note)
}
