//! What a notification says, as JSON and as texts of templates.

use serde_json::{Map, Value};
use steward_core::alert::Notification;
use steward_core::template::{ALERT_NAMES, AlertFacts, Format, Template, escape};

use super::failure::Failure;

/// What messages say of this installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installation {
    /// Empty for none.
    pub site: String,
    /// Of the console; empty for none.
    pub link: String,
}

impl Installation {
    pub(super) fn facts<'n>(&'n self, notification: &'n Notification) -> AlertFacts<'n> {
        AlertFacts::new(notification, &self.site, &self.link)
    }
}

/// All facts as JSON: the names of [`ALERT_NAMES`], written as other JSON of ours is.
///
/// # Errors
/// Never, but for a fault of ours.
pub(super) fn json(facts: &AlertFacts<'_>) -> Result<String, Failure> {
    let value = serde_json::to_value(facts).map_err(|error| Failure::refused(error.to_string()))?;
    let Value::Object(members) = value else { return Err(Failure::refused("the facts are no object")) };
    let members: Map<String, Value> =
        members.into_iter().map(|(name, value)| (camel_case(&name), tame(value))).collect();
    Ok(Value::Object(members).to_string())
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut chars = word.chars();
        camel.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    camel
}

/// Receivers show these texts: what turns their direction or is not seen goes, as in templates.
fn tame(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(escape(&text, Format::Text)),
        other => other,
    }
}

/// A text from a template of the settings, or from the one that is used without.
pub(super) fn text(template: &str, format: Format, facts: &AlertFacts<'_>) -> Result<String, Failure> {
    let rendered = Template::parse(template, format, &ALERT_NAMES).and_then(|template| template.render(facts));
    // The settings were checked; what is left is a result that is no JSON, or far too long.
    rendered.map_err(|error| Failure::refused(format!("the template of this sink cannot be used: {error}")))
}

/// The JSON of a template, or all facts.
pub(super) fn body(template: Option<&str>, facts: &AlertFacts<'_>) -> Result<String, Failure> {
    match template {
        Some(template) => text(template, Format::Json, facts),
        None => json(facts),
    }
}

/// The beginning of a text that was escaped, with no sign cut in two: neither `&amp;` nor `\*`.
pub(super) fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    if let Some(start) = kept.rfind('&')
        && !kept.get(start..).unwrap_or_default().contains(';')
    {
        kept.truncate(start);
    }
    if kept.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1 {
        kept.pop();
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_no_sign_in_two() {
        for (text, max, expected) in [
            ("short", 10, "short"),
            ("exactly te", 10, "exactly te"),
            ("a &amp; b &amp; c", 9, "a &amp; …"),
            ("a &amp; b", 6, "a …"),
            (r"a\*b\*c", 4, r"a\*…"),
            (r"ab\*c", 4, "ab…"),
            (r"a\\\\b", 4, r"a\\…"),
        ] {
            assert_eq!(cut(text, max), expected, "{text}");
        }
    }

    #[test]
    fn names_are_written_as_in_other_json() {
        assert_eq!(camel_case("next_step"), "nextStep");
        assert_eq!(camel_case("rule"), "rule");
    }
}
