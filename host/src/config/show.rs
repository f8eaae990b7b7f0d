//! The effective settings as text, secrets hidden, for `steward config show`.

use std::fmt::Write;

use super::node::{Kind, Node};
use super::{FilePath, Settings, yaml};

/// How the settings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Yaml,
}

impl Settings {
    /// All settings with the values in force, those that follow from others filled in.
    pub fn show(&self, format: Format) -> String {
        let mut shown = self.clone();
        shown.steward.qrs.verify = Some(self.qrs_verify());
        shown.steward.data_dir = self.data_dir().map(FilePath::from);
        let json = serde_json::to_string_pretty(&shown).unwrap_or_default();
        match format {
            Format::Json => json + "\n",
            Format::Yaml => from_json(&json),
        }
    }
}

/// JSON is YAML too: read as such, it keeps the order of the sections.
fn from_json(json: &str) -> String {
    let mut text = String::new();
    if let Some(root) = yaml::read(json, "expected an object").root {
        write_node(&root, 0, &mut text);
    }
    text
}

/// Writes a value that begins on a line of its own, or on the line of its key if it is a scalar.
fn write_node(node: &Node, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match &node.kind {
        Kind::Scalar(_) => text.push_str(&inline(node)),
        Kind::Mapping(entries) => {
            for entry in entries {
                let _ = write!(text, "{indent}{}:", key(&entry.key));
                write_after_key(&entry.value, depth + 1, text);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                let mut lines = String::new();
                write_after_key(item, depth + 1, &mut lines);
                // An entry begins on the line of its dash.
                let _ = write!(text, "{indent}- {}", lines.trim_start());
            }
        }
    }
}

fn write_after_key(node: &Node, depth: usize, text: &mut String) {
    match &node.kind {
        Kind::Mapping(entries) if !entries.is_empty() => {
            text.push('\n');
            write_node(node, depth, text);
        }
        Kind::Sequence(items) if !items.is_empty() => {
            text.push('\n');
            write_node(node, depth, text);
        }
        _ => {
            let _ = writeln!(text, " {}", inline(node));
        }
    }
}

/// Texts in double quotes, as in JSON; numbers, booleans and null as they are.
fn inline(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.plain => scalar.text.clone(),
        Kind::Scalar(scalar) => json_text(&scalar.text),
        Kind::Sequence(_) => "[]".to_owned(),
        Kind::Mapping(_) => "{}".to_owned(),
    }
}

fn key(key: &str) -> String {
    let is_word = key.starts_with(|char: char| char.is_ascii_alphabetic())
        && key.chars().all(|char| char.is_ascii_alphanumeric());
    if is_word { key.to_owned() } else { json_text(key) }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
