//! Writes JSON values as YAML that people edit: settings to paste, test cases.
//!
//! Texts are always quoted, so that no reader of YAML takes `no` for a truth value or `007` for a number. Nothing here
//! reads YAML.

use std::fmt::Write as _;

use serde_json::Value;

/// The value as a document in block style.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Writes what comes after a key or at the beginning; `depth` is that of the members of this value.
fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                indent(depth, text);
                let _ = write!(text, "{}:", key(name));
                write_after_mark(member, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                write_after_mark(item, depth + 1, text);
            }
        }
        scalar => {
            text.push_str(&flow(scalar));
            text.push('\n');
        }
    }
}

/// After a `:` or a `-`.
fn write_after_mark(value: &Value, depth: usize, text: &mut String) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty() && !is_short(value),
        Value::Array(items) => !items.is_empty() && !is_short(value),
        _ => false,
    };
    if is_block {
        text.push('\n');
        write(value, depth, text);
    } else {
        text.push(' ');
        text.push_str(&flow(value));
        text.push('\n');
    }
}

/// Small enough to stand in one line: people and properties, and nothing with lists in it.
fn is_short(value: &Value) -> bool {
    const MEMBERS_MAX: usize = 3;
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Object(members) => {
            members.len() <= MEMBERS_MAX && members.values().all(is_scalar) && flow(value).len() <= 80
        }
        _ => false,
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, member)| format!("{}: {}", key(name), flow(member))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(string) => quoted(string),
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    // Words that old readers take for truth values.
    let is_word =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&name.to_ascii_lowercase().as_str());
    if is_plain && !is_word { name.to_owned() } else { quoted(name) }
}

/// In double quotes, whose escapes are those of JSON; what a reader might refuse or turn around is escaped too.
fn quoted(string: &str) -> String {
    let mut text = String::from("\"");
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if crate::text::is_unprintable(c) || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::yaml;

    #[test]
    fn writes_what_people_would_write() {
        let value = json!({
            "no": [], "guard": {"days": 7, "roles": ["RootAdmin"], "limit": null},
            "user": [{"userDir": "ACME", "userId": "007"}],
            "odd": "a\"b\\\u{202e}\n", "many": {"a": 1, "b": {"c": 2}},
        });
        let expected = r#"guard:
  days: 7
  limit: null
  roles:
    - "RootAdmin"
many:
  a: 1
  b: {c: 2}
"no": []
odd: "a\"b\\\u202e\n"
user:
  - {userDir: "ACME", userId: "007"}
"#;
        assert_eq!(yaml(&value), expected);
        assert_eq!(yaml(&json!({})), "{}\n");
    }
}
