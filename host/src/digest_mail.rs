//! The regular mail to administrators: pools and their forecast, what was released and why, what is held, what comes
//! next. Everything in it was decided elsewhere.

mod sections;

use std::fmt::Write as _;

use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::schedule::Schedule;
use steward_core::template::{Format, escape};
use thiserror::Error;

use crate::config::Settings;
use crate::cycle;
use crate::daemon::status::Status;
use crate::ledger::{Addressed, Ledger, LedgerError};
use crate::notify::{Content, DIGEST, Mail, Message};
use sections::Section;

/// When the last one was written.
const MARK: &str = "digest";
/// As long as other ids of messages.
const ID_DIGITS: usize = 32;

#[derive(Debug, Error)]
pub enum DigestError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("`steward.digest.frequency` cannot be read: {0}")]
    Schedule(String),
}

/// Writes the mail when its time has come, and puts it into the queue. One that was missed is sent once. Returns whether
/// something waits now.
///
/// # Errors
/// When the ledger cannot be used. Then it is tried again at the next look.
pub async fn write_if_due(
    ledger: &mut Ledger,
    settings: &Settings,
    status: &Status,
    now: Instant,
) -> Result<bool, DigestError> {
    let digest = &settings.steward.digest;
    if !digest.enable {
        // Switched on again it begins anew, and does not catch up.
        ledger.clear_mark(MARK).await?;
        return Ok(false);
    }
    let schedule = Schedule::parse(&digest.frequency).map_err(|error| DigestError::Schedule(error.message.clone()))?;
    let Some(last) = ledger.marked_at(MARK).await? else {
        ledger.set_mark(MARK, now).await?;
        return Ok(false);
    };
    if schedule.next(last).is_none_or(|due| due > now) {
        return Ok(false);
    }
    let mail = write(ledger, settings, status, last, now).await?;
    let site = cycle::site_of(settings);
    let id = Digest::of_bytes(format!("digest\n{site}\n{last}").as_bytes()).hex().chars().take(ID_DIGITS).collect();
    let message = Message { id, at: now, content: Content::Mail(mail) };
    ledger.enqueue_and_mark(&[Addressed { sink: DIGEST.to_owned(), message }], MARK, now).await?;
    Ok(true)
}

/// The mail about the time from `since` to `now`.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn write(
    ledger: &mut Ledger,
    settings: &Settings,
    status: &Status,
    since: Instant,
    now: Instant,
) -> Result<Mail, LedgerError> {
    let sections = sections::all(ledger, settings, status, since, now).await?;
    let site = settings.steward.notify.site.as_deref().unwrap_or_default();
    let of_site = if site.is_empty() { String::new() } else { format!(" - {site}") };
    let intro = format!("What Steward saw and did from {} to {} (UTC).", day(since), day(now));
    let link = settings.steward.notify.link.as_deref().unwrap_or_default();
    Ok(Mail {
        to: settings.steward.digest.to.clone(),
        subject: one_line(&format!("[Steward] Licences from {} to {}{of_site}", day(since), day(now))),
        text: text(&intro, &sections, link),
        html: Some(html(&intro, &sections, link)),
    })
}

fn text(intro: &str, sections: &[Section], link: &str) -> String {
    let mut text = format!("{intro}\n");
    for Section { title, lines } in sections {
        let _ = writeln!(text, "\n{title}\n{}", "-".repeat(title.chars().count()));
        for line in lines {
            let _ = writeln!(text, "* {}", one_line(line));
        }
    }
    if !link.is_empty() {
        let _ = writeln!(text, "\n{link}");
    }
    text
}

fn html(intro: &str, sections: &[Section], link: &str) -> String {
    let safe = |text: &str| escape(&one_line(text), Format::Html);
    let mut html = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"></head>\
         <body style=\"font-family:sans-serif;max-width:45em\"><p>{}</p>",
        safe(intro)
    );
    for Section { title, lines } in sections {
        let _ = write!(html, "<h2 style=\"font-size:1.1em;margin:1.2em 0 0.3em\">{}</h2><ul>", safe(title));
        for line in lines {
            let _ = write!(html, "<li>{}</li>", safe(line));
        }
        html += "</ul>";
    }
    if !link.is_empty() {
        let _ = write!(html, "<p><a href=\"{0}\">{0}</a></p>", safe(link));
    }
    html + "</body></html>"
}

/// Names come from directories; none of them begins a line of its own.
fn one_line(text: &str) -> String {
    steward_core::text::printable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn day(at: Instant) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}
