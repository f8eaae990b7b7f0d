//! An incoming webhook of Slack: Block Kit, with a text for notifications.

use serde_json::{Value, json};
use steward_core::alert::Notification;
use steward_core::template::{AlertFacts, Format};

use super::chat;
use super::facts::{Installation, cut, text};
use super::failure::Failure;
use crate::config::steward::notify::ChatSink;

/// Characters that Slack takes in a block of that type.
const HEADER_CHARS: usize = 150;
const SECTION_CHARS: usize = 3000;
const CONTEXT_CHARS: usize = 2000;
/// What a notification on a telephone shows, and more.
const FALLBACK_CHARS: usize = 1000;

const TITLE: &str = "{{ title }}";
const TEXT: &str = "{{ text }}{% if next_step %}\n*What to do:* {{ next_step }}{% endif %}";
const CONTEXT: &str = "{{ severity }}{% if site %} · {{ site }}{% endif %} · since {{ fired_at }}\
                       {% if kind == 'repeat' %} · reminder {{ repeat }}{% endif %}";

pub(super) async fn send(
    sink: &ChatSink,
    notification: &Notification,
    installation: &Installation,
) -> Result<(), Failure> {
    let body = payload(sink, notification, installation)?;
    chat::send(sink, &notification.id, body.to_string()).await
}

fn payload(sink: &ChatSink, notification: &Notification, installation: &Installation) -> Result<Value, Failure> {
    let facts = installation.facts(notification);
    let write = |template: &str| text(template, Format::Slack, &facts);
    let title = one_line(&write(sink.title.as_deref().unwrap_or(TITLE))?);
    let section = write(sink.text.as_deref().unwrap_or(TEXT))?;
    let mut blocks = Vec::new();
    if !title.is_empty() {
        let text = json!({ "type": "plain_text", "text": cut(&title, HEADER_CHARS), "emoji": false });
        blocks.push(json!({ "type": "header", "text": text }));
    }
    if !section.trim().is_empty() {
        blocks.push(json!({ "type": "section", "text": markup(&cut(section.trim(), SECTION_CHARS)) }));
    }
    blocks.push(json!({ "type": "context", "elements": [markup(&cut(&context(&facts, &write)?, CONTEXT_CHARS))] }));
    let mark = if notification.kind.is_end() { notification.kind.as_str() } else { facts.severity };
    let fallback = format!("[{mark}] {title}: {}", one_line(&write("{{ text }}")?));
    Ok(json!({
        "text": cut(&fallback, FALLBACK_CHARS),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    }))
}

fn context(facts: &AlertFacts<'_>, write: &dyn Fn(&str) -> Result<String, Failure>) -> Result<String, Failure> {
    let mut context = write(CONTEXT)?;
    // The setting was checked to be a web address; these three would end the link.
    if let Ok(link) = reqwest::Url::parse(facts.link) {
        let link = link.as_str().replace('&', "&amp;").replace('|', "%7C").replace('<', "%3C").replace('>', "%3E");
        context = format!("{context} · <{link}|Open Steward>");
    }
    Ok(context)
}

/// Without links and names of channels that Slack would make by itself.
fn markup(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
