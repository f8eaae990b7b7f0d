//! How a value is written so that it stays data.

use serde::{Deserialize, Serialize};

/// A sentence has less; an error of a server may have more, and nobody reads it in a message.
const VALUE_CHARS: usize = 2000;
/// What `CommonMark` lets a backslash take the meaning of.
const MARKDOWN_SIGNS: &str = "\\`*_{}[]()<>#+-.!|~&@:\"'";

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text: logs, the plain part of a mail.
    Text,
    /// Plain text on one line: subjects, titles.
    Line,
    Html,
    Markdown,
    /// The markup of Slack, where `<!channel>` would wake everybody.
    Slack,
    /// A JSON document; values stand between quotation marks in the template: `{"text": "{{ title }}"}`.
    Json,
}

/// A value as data of this format. Line ends in values become blanks in every format: a name must not look like the next
/// line of a message. Signs that change the direction of text or are not seen go.
pub fn escape(value: &str, format: Format) -> String {
    let value = tame(value);
    match format {
        Format::Text | Format::Line => value,
        Format::Html => replace(&value, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '"' => Some("&quot;"),
            '\'' => Some("&#39;"),
            '`' => Some("&#96;"),
            _ => None,
        }),
        Format::Slack => replace(&value, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            _ => None,
        }),
        Format::Markdown => {
            let mut escaped = String::with_capacity(value.len());
            for c in value.chars() {
                if MARKDOWN_SIGNS.contains(c) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            escaped
        }
        Format::Json => {
            let quoted = serde_json::Value::String(value).to_string();
            quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
        }
    }
}

fn replace(value: &str, by: impl Fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match by(c) {
            Some(text) => escaped.push_str(text),
            None => escaped.push(c),
        }
    }
    escaped
}

fn tame(value: &str) -> String {
    let mut tamed: String = value
        .chars()
        .filter(|c| !is_unseen(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .take(VALUE_CHARS + 1)
        .collect();
    if tamed.chars().count() > VALUE_CHARS {
        tamed.pop();
        tamed.push('…');
    }
    tamed
}

/// Marks of direction, and others that nobody sees. Joiners stay: some scripts need them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
