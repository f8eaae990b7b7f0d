//! A message that says that nothing happened, to see whether it arrives.

use steward_core::alert::{AlertKey, Notification, Rule};
use steward_core::instant::Instant;
use thiserror::Error;

use crate::config::Settings;
use crate::ledger::Addressed;
use crate::notify::{Content, Message, Sinks};

#[derive(Debug, Error, PartialEq, Eq)]
pub enum TrialError {
    #[error("there is no sink: write one under `steward.notify`, such as `mail` or `slack`")]
    NoSink,
    #[error("there is no sink `{name}` that takes alerts; there are {known}")]
    Unknown { name: String, known: String },
    #[error("`{0}` is no rule; `steward alert rules` lists them")]
    Rule(String),
}

/// One message, and the sinks that are to take it: the named one, or all that take alerts.
///
/// # Errors
/// When there is no such sink or rule.
pub fn trial(
    settings: &Settings,
    sink: Option<&str>,
    rule: Option<&str>,
    by: &str,
    now: Instant,
) -> Result<Vec<Addressed>, TrialError> {
    let rule = match rule {
        Some(name) => Rule::parse(name).ok_or_else(|| TrialError::Rule(name.to_owned()))?,
        None => Rule::LowAvailability,
    };
    let names = Sinks::of(settings).of_alerts();
    if names.is_empty() {
        return Err(TrialError::NoSink);
    }
    let is_wanted = |name: &String| sink.is_none_or(|wanted| name.eq_ignore_ascii_case(wanted.trim()));
    let to: Vec<String> = names.iter().filter(|name| is_wanted(name)).cloned().collect();
    if let (true, Some(name)) = (to.is_empty(), sink) {
        return Err(TrialError::Unknown { name: name.to_owned(), known: names.join(", ") });
    }
    let notification = Notification::test(AlertKey::new(rule), by, now);
    let message = Message { id: notification.id.clone(), at: now, content: Content::Alert(notification) };
    Ok(to.into_iter().map(|sink| Addressed { sink, message: message.clone() }).collect())
}
