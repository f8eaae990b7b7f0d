//! Seats that somebody keeps by hand. Whoever asks, the command line or the listener.

use steward_core::instant::Instant;
use steward_core::ledger::{Event, HandProtection};

use crate::ledger::{Account, Ledger, LedgerError};
use crate::people::Person;

/// Keeps a person's seats until an instant, or for good.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn protect(
    ledger: &mut Ledger,
    person: &Person,
    until: Option<Instant>,
    note: String,
    by: &str,
    now: Instant,
) -> Result<(), LedgerError> {
    let person = ledger.person(&person.user_directory, &person.user_id).await?;
    ledger.append(now, &[Event::Protected { by: by.to_owned(), person, until, note }]).await
}

/// Ends a protection. `false` when there is none.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn unprotect(
    ledger: &mut Ledger,
    person: &Person,
    note: Option<String>,
    by: &str,
    now: Instant,
) -> Result<bool, LedgerError> {
    ledger.refresh().await?;
    let reference = ledger.known_person(&person.user_directory, &person.user_id).await?;
    let reference = reference.filter(|reference| ledger.state().protections().contains_key(reference));
    let Some(person) = reference else { return Ok(false) };
    ledger.append(now, &[Event::Unprotected { by: by.to_owned(), person, note }]).await?;
    Ok(true)
}

/// Who is protected, in the order of names, those whose protection is over included. Nobody knows any more who an erased
/// person was.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn list(ledger: &mut Ledger) -> Result<Vec<(Option<Account>, HandProtection)>, LedgerError> {
    let accounts = ledger.accounts().await?;
    let protections = ledger.state().protections().iter();
    let mut listed: Vec<(Option<Account>, HandProtection)> =
        protections.map(|(person, protection)| (accounts.get(person).cloned(), protection.clone())).collect();
    let name = |account: &Option<Account>| {
        account.as_ref().map(|account| (account.user_directory.clone(), account.user_id.clone()))
    };
    listed.sort_by_key(|(account, _)| name(account));
    Ok(listed)
}

/// The end of something as people write it: an instant, or a day, which counts to its end.
///
/// # Errors
/// With what to write instead.
pub fn parse_end(text: &str) -> Result<Instant, String> {
    if let Some(instant) = Instant::parse(text) {
        return Ok(instant);
    }
    let day = Instant::parse(&format!("{text}T00:00:00Z")).and_then(|day| day.plus_days(1));
    day.ok_or_else(|| "write a date such as 2027-01-31".to_owned())
}
