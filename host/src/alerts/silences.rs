//! Silences: said on the command line or in the console, and always with an end.

use steward_core::alert::{Rule, Silence};
use steward_core::instant::Instant;
use steward_core::text::hex;
use thiserror::Error;

use crate::ledger::{Ledger, LedgerError};

/// Who forgets a silence hears again after a quarter.
pub const HOURS_MAX: u32 = 24 * 92;
/// A reason, not a story.
const NOTE_CHARS_MAX: usize = 500;
const SUBJECT_CHARS_MAX: usize = 200;
const MS_PER_HOUR: i64 = 3_600_000;
const ID_BYTES: usize = 4;

/// What somebody wants to hear nothing of.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// `None`: all rules.
    pub rule: Option<Rule>,
    /// `None`: whatever it is about.
    pub subject: Option<String>,
    pub hours: u32,
    pub note: String,
}

#[derive(Debug, Error)]
pub enum SilenceError {
    #[error("a silence lasts between 1 and {HOURS_MAX} hours")]
    Hours,
    #[error("say why, in at most {NOTE_CHARS_MAX} characters: somebody else will read it")]
    Note,
    #[error("a subject has between 1 and {SUBJECT_CHARS_MAX} characters, such as `professional`")]
    Subject,
    #[error("there is no silence `{0}` that still lasts; `steward alert list` shows them")]
    Unknown(String),
    #[error("this machine has no randomness")]
    NoRandomness,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Begins a silence.
///
/// # Errors
/// When it says too little or lasts too long, or cannot be written.
pub async fn begin(ledger: &mut Ledger, wanted: Wanted, by: &str, now: Instant) -> Result<Silence, SilenceError> {
    let Wanted { rule, subject, hours, note } = wanted;
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(SilenceError::Hours);
    }
    let note = note.trim().to_owned();
    if note.is_empty() || note.chars().count() > NOTE_CHARS_MAX {
        return Err(SilenceError::Note);
    }
    let subject = subject.map(|subject| subject.trim().to_owned());
    if subject.as_ref().is_some_and(|subject| subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX) {
        return Err(SilenceError::Subject);
    }
    let mut random = [0_u8; ID_BYTES];
    getrandom::fill(&mut random).map_err(|_| SilenceError::NoRandomness)?;
    let until = now.millis().saturating_add(i64::from(hours).saturating_mul(MS_PER_HOUR));
    let until = Instant::from_millis(until).ok_or(SilenceError::Hours)?;
    let silence = Silence { id: hex(&random), rule, subject, by: by.to_owned(), note, from: now, until };
    ledger.put_silence(&silence).await?;
    Ok(silence)
}

/// Ends a silence now. It stays in the list for a while, so that the history can name it.
///
/// # Errors
/// When there is none of that id that still lasts.
pub async fn end(ledger: &mut Ledger, id: &str, now: Instant) -> Result<Silence, SilenceError> {
    let silences = ledger.silences().await?;
    let found = silences.into_iter().find(|silence| silence.id == id.trim() && silence.holds_at(now));
    let Some(mut silence) = found else { return Err(SilenceError::Unknown(id.trim().to_owned())) };
    silence.until = now;
    ledger.put_silence(&silence).await?;
    Ok(silence)
}

/// Those that still last.
///
/// # Errors
/// When they cannot be read.
pub async fn in_force(ledger: &mut Ledger, now: Instant) -> Result<Vec<Silence>, LedgerError> {
    let mut silences = ledger.silences().await?;
    silences.retain(|silence| silence.holds_at(now));
    Ok(silences)
}
