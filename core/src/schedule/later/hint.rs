//! What the author of a refused text may have wanted to write.
//!
//! A refused text is read once more, as people write it ([`reading`]), put right phrase by phrase ([`repair`]) and
//! written in the language. What can mean two things is not guessed. A guess is only shown when it is a legal text that
//! fires, in each of its parts, and not in every second that a limit lets through.

mod reading;
mod repair;
mod sentence;
mod spelling;

use super::Later;
use crate::schedule::error::ScheduleError;

/// Adds to a message what to write instead, where that is known.
pub fn with_hint(chars: &[char], error: ScheduleError) -> ScheduleError {
    match suggestion(chars) {
        Some(better) => ScheduleError { message: format!("{}; write `{better}`", error.message), ..error },
        None => error,
    }
}

/// A legal text near the refused one.
fn suggestion(chars: &[char]) -> Option<String> {
    let parts = reading::read(&spelling::words(chars))?;
    let better = sentence::written(&repair::repaired(parts)?);
    let is_new = better.chars().ne(chars.iter().copied());
    let later = Later::parse(&better.chars().collect::<Vec<_>>()).ok()?;
    (is_new && later.is_what_people_want()).then_some(better)
}
