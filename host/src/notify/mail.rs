//! Mails, over the mail server of the settings.
//!
//! A mail goes to all its addresses in one transaction. When some of them are refused for now, the courier remembers in
//! memory who got it, so that only the others are tried again; after a restart of the daemon they may get it twice, with
//! the same `Message-ID`, which mail programs show once.

mod compose;
mod line;
mod server;

use std::collections::BTreeSet;

use steward_core::alert::Notification;
use steward_core::instant::Instant;
use steward_core::template::{ALERT_BODY, ALERT_SUBJECT, Format};

pub(super) use server::{look, shown};

use super::facts::{Installation, text};
use super::failure::Failure;
use super::message::Mail;
use crate::config::steward::notify::{MailServer, MailSink};

/// A mail as it is sent.
pub(super) struct Outgoing<'m> {
    pub(super) id: &'m str,
    pub(super) at: Instant,
    pub(super) mail: &'m Mail,
}

pub(super) async fn send_alert(
    server: &MailServer,
    sink: &MailSink,
    notification: &Notification,
    installation: &Installation,
    taken: &BTreeSet<String>,
) -> Result<(), Failure> {
    let facts = installation.facts(notification);
    let mail = Mail {
        to: sink.to.clone(),
        subject: text(sink.subject.as_deref().unwrap_or(ALERT_SUBJECT), Format::Line, &facts)?,
        text: text(sink.text.as_deref().unwrap_or(ALERT_BODY), Format::Text, &facts)?,
        html: None,
    };
    send(server, Outgoing { id: &notification.id, at: notification.at, mail: &mail }, taken).await
}

/// Sends a mail to those of its addresses that have not `taken` it.
pub(super) async fn send(server: &MailServer, outgoing: Outgoing<'_>, taken: &BTreeSet<String>) -> Result<(), Failure> {
    let from = compose::sender(server)?;
    let to: Vec<&str> = outgoing.mail.to.iter().map(String::as_str).filter(|to| !taken.contains(*to)).collect();
    let message = compose::message(&from, &outgoing)?;
    match server::send(server, &from.email, &to, &message).await {
        // The others have it, and nothing more can be done for these.
        Err(Failure::Refused { problem }) if !taken.is_empty() => {
            tracing::warn!("a mail reached others, but not `{}`: {problem}", to.join("`, `"));
            Ok(())
        }
        sent => sent,
    }
}
