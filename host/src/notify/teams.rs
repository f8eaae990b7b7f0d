//! A workflow of Microsoft Teams: a message with one Adaptive Card.

use serde_json::{Value, json};
use steward_core::alert::{Kind, Notification, Severity};
use steward_core::template::Format;

use super::chat;
use super::facts::{Installation, cut, text};
use super::failure::Failure;
use crate::config::steward::notify::ChatSink;

/// Teams refuses more than 28 kB.
const BYTES_MAX: usize = 28 * 1024;
const TITLE_CHARS: usize = 500;
/// Far more than anybody reads in a chat; halved until the whole fits.
const TEXT_CHARS: usize = 8000;

const TITLE: &str = "{{ title }}";
const TEXT: &str = "{{ text }}";

pub(super) async fn send(
    sink: &ChatSink,
    notification: &Notification,
    installation: &Installation,
) -> Result<(), Failure> {
    let body = payload(sink, notification, installation)?;
    chat::send(sink, &notification.id, body).await
}

fn payload(sink: &ChatSink, notification: &Notification, installation: &Installation) -> Result<String, Failure> {
    let mut chars = TEXT_CHARS;
    loop {
        let body = message(card(sink, notification, installation, chars)?).to_string();
        if body.len() <= BYTES_MAX {
            return Ok(body);
        }
        if chars == 0 {
            return Err(Failure::refused(format!("it has more than {BYTES_MAX} bytes, which Teams does not take")));
        }
        chars /= 2;
    }
}

fn message(card: Value) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

fn card(
    sink: &ChatSink,
    notification: &Notification,
    installation: &Installation,
    text_chars: usize,
) -> Result<Value, Failure> {
    let facts = installation.facts(notification);
    let write = |template: &str| text(template, Format::Markdown, &facts);
    let title = cut(&write(sink.title.as_deref().unwrap_or(TITLE))?, TITLE_CHARS);
    let said = cut(&write(sink.text.as_deref().unwrap_or(TEXT))?, text_chars);
    let mut rows = Vec::new();
    for (name, template) in [
        ("Site", "{{ site }}"),
        ("Severity", "{{ severity }}"),
        ("Since", "{{ fired_at }}"),
        ("What to do", "{{ next_step }}"),
    ] {
        let value = write(template)?;
        if !value.is_empty() {
            rows.push(json!({ "title": name, "value": value }));
        }
    }
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "fallbackText": title,
        "body": [
            {
                "type": "TextBlock",
                "text": title,
                "size": "Large",
                "weight": "Bolder",
                "color": colour(notification),
                "wrap": true,
            },
            { "type": "TextBlock", "text": said, "wrap": true },
            { "type": "FactSet", "facts": rows },
        ],
    });
    if let (Ok(link), Some(card)) = (reqwest::Url::parse(facts.link), card.as_object_mut()) {
        let open = json!({ "type": "Action.OpenUrl", "title": "Open Steward", "url": link.as_str() });
        card.insert("actions".to_owned(), json!([open]));
    }
    Ok(card)
}

fn colour(notification: &Notification) -> &'static str {
    match (notification.kind, notification.severity) {
        (Kind::Resolved, _) => "Good",
        (Kind::Replaced, _) => "Accent",
        (_, Severity::Critical) => "Attention",
        (_, Severity::Warning) => "Warning",
        (_, Severity::Info) => "Accent",
    }
}
