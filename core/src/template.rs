//! Texts of messages, with placeholders for facts: `{{ title }}`, `{% if next_step %}…{% endif %}`,
//! `{% for seat in seats %}…{% endfor %}`.
//!
//! Templates come from administrators and facts from anywhere: names of people are whatever a directory holds. So every
//! value is written as data of the [`Format`] that the text is for, and no template can switch that off. A template can
//! test, repeat and print, and nothing else: there are no functions, filters, assignments or includes, and source, work and
//! output have limits.
//!
//! When settings are read, a template writes all kinds of facts once ([`try_alert`], [`try_notice`]): one that fails only
//! for a resolved alert would otherwise be found out at the worst time.
//!
//! Escaping is decided here and nowhere else. A sink that puts a finished text into JSON of its own, or into a header,
//! takes [`Format::Text`] or [`Format::Line`] and lets its library encode it.

mod escape;
mod facts;
mod trial;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use thiserror::Error;

pub use escape::{Format, escape};
pub use facts::{
    ALERT_BODY, ALERT_NAMES, ALERT_SUBJECT, AlertFacts, NOTICE_BODY, NOTICE_NAMES, NOTICE_SUBJECT, NoticeFacts,
    NoticeSeatFacts,
};
pub use trial::{try_alert, try_notice};

/// A mail is a screen or two; more is a mistake.
const SOURCE_BYTES: usize = 32 * 1024;
/// Far more than a letter about every seat of a large site needs.
const FUEL: u64 = 1_000_000;
/// Chats and brokers refuse more, and nobody reads it.
const OUTPUT_BYTES: usize = 1024 * 1024;
/// What a subject or a title may have before it is cut.
const LINE_CHARS: usize = 200;
/// The tags that there are. `set`, `macro` and their like would be a language.
const TAGS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// A template that was read and uses no unknown name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    format: Format,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    #[error("the template has more than {SOURCE_BYTES} bytes")]
    TooLong,
    #[error("line {line}: {problem}")]
    Syntax { line: usize, problem: String },
    #[error("`{{% {tag} %}}` is not known here; there are `if` and `for`")]
    Tag { tag: String },
    #[error("`{name}` is not known here; there are {known}")]
    Name { name: String, known: String },
    #[error("the text would be longer than {OUTPUT_BYTES} bytes, or take too long to make")]
    TooMuch,
    #[error("the result is not JSON: {0}")]
    NotJson(String),
    #[error("for {facts}: {problem}")]
    Trial { facts: &'static str, problem: Box<TemplateError> },
}

impl Template {
    /// Reads a template that may use these names.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(source: &str, format: Format, names: &[&str]) -> Result<Self, TemplateError> {
        if source.len() > SOURCE_BYTES {
            return Err(TemplateError::TooLong);
        }
        let environment = environment(format);
        let template = environment.template_from_str(source).map_err(|error| problem(&error))?;
        if let Some(tag) = tags(source).find(|tag| !TAGS.contains(tag)) {
            return Err(TemplateError::Tag { tag: tag.to_owned() });
        }
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        // `loop` is what `for` brings.
        unknown.retain(|name| name != "loop" && !names.contains(&name.as_str()));
        match unknown.into_iter().min() {
            Some(name) => Err(TemplateError::Name { name, known: names.join(", ") }),
            None => Ok(Self { source: source.to_owned(), format }),
        }
    }

    /// Writes the text. A value that is not there, such as the next step of a resolved alert, is empty.
    ///
    /// # Errors
    /// When a value has no such member, the text becomes too long, or the format is JSON and the text is not.
    pub fn render(&self, facts: &impl Serialize) -> Result<String, TemplateError> {
        let environment = environment(self.format);
        let template = environment.template_from_str(&self.source).map_err(|error| problem(&error))?;
        let mut limited = Limited(Vec::new());
        template.render_captured_to(Value::from(Serde(facts)), &mut limited).map_err(|error| problem(&error))?;
        let text = String::from_utf8(limited.0).map_err(|_| TemplateError::TooMuch)?;
        match self.format {
            Format::Line => Ok(one_line(&text)),
            Format::Json => match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
                Ok(_) => Ok(text),
                Err(error) => Err(TemplateError::NotJson(error.to_string())),
            },
            Format::Text | Format::Html | Format::Markdown | Format::Slack => Ok(text),
        }
    }
}

fn environment(format: Format) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(move |out, _, value| {
        if value.is_none() || value.is_undefined() {
            return Ok(());
        }
        out.write_str(&escape(&value.to_string(), format)).map_err(minijinja::Error::from)
    });
    environment
}

/// The first word of each tag. What a comment holds is looked at too: it does no harm.
fn tags(source: &str) -> impl Iterator<Item = &str> {
    source.split("{%").skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['-', '+']).trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

fn problem(error: &minijinja::Error) -> TemplateError {
    match error.kind() {
        ErrorKind::OutOfFuel | ErrorKind::WriteFailure => TemplateError::TooMuch,
        kind => TemplateError::Syntax {
            line: error.line().unwrap_or(1),
            problem: error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
        },
    }
}

fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LINE_CHARS {
        return words;
    }
    words.chars().take(LINE_CHARS - 1).chain(['…']).collect()
}

/// Takes so many bytes and no more.
struct Limited(Vec<u8>);

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > OUTPUT_BYTES {
            return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
