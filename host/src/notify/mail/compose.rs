//! A mail as it stands on the wire.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use steward_core::template::{Format, escape};

use super::Outgoing;
use crate::config::steward::notify::MailServer;
use crate::notify::failure::Failure;

/// What the settings say that mails come from.
pub(super) fn sender(server: &MailServer) -> Result<Mailbox, Failure> {
    server.from.trim().parse().map_err(|_| Failure::refused("`steward.notify.mailServer.from` is no address"))
}

pub(super) fn message(from: &Mailbox, outgoing: &Outgoing<'_>) -> Result<Vec<u8>, Failure> {
    let mail = outgoing.mail;
    let wrong = |error: &dyn std::error::Error| Failure::refused(format!("no mail can be made of it: {error}"));
    let id = plain(outgoing.id);
    let milliseconds = u64::try_from(outgoing.at.millis()).unwrap_or(0);
    let mut message = Message::builder()
        .from(from.clone())
        .date(UNIX_EPOCH + Duration::from_millis(milliseconds))
        .message_id(Some(format!("<{id}@steward.{}>", from.email.domain())))
        .subject(escape(&mail.subject, Format::Line))
        .header(AutoSubmitted)
        .header(StewardId(id));
    for to in &mail.to {
        // What is no address is told when its turn to be sent to comes.
        if let Ok(address) = to.trim().parse() {
            message = message.to(Mailbox::new(None, address));
        }
    }
    // Who gets it is said to the server, one by one.
    let envelope = Envelope::new(None, vec![from.email.clone()]).map_err(|error| wrong(&error))?;
    message = message.envelope(envelope);
    let made = match &mail.html {
        None => message.singlepart(SinglePart::plain(mail.text.clone())),
        Some(html) => message.multipart(MultiPart::alternative_plain_html(mail.text.clone(), html.clone())),
    };
    Ok(made.map_err(|error| wrong(&error))?.formatted())
}

/// An id of a message is of letters and digits; what else somebody may make one of does not get into a header.
fn plain(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}

type Parsed<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Nobody who is away answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Parsed<Self> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// For filters, and for whoever looks for a message in the log.
#[derive(Clone)]
struct StewardId(String);

impl Header for StewardId {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Steward-Id")
    }

    fn parse(id: &str) -> Parsed<Self> {
        Ok(Self(id.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}
