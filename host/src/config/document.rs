//! YAML documents that are no settings: read by the same reader into JSON, with the same messages.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::node::{Kind, Node};
use super::problem::{ConfigError, Problem, Problems};
use super::{scalar, yaml};

/// Reads a document into a type. What is wrong is told with line and column.
///
/// # Errors
/// When it is no YAML, or does not fit the type.
pub fn read<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    let refused = |problems: Vec<Problem>| ConfigError::from(Problems::new(path, problems));
    let reading = yaml::read(text, "expected keys with values at the top of this file");
    let Some(root) = reading.root.filter(|_| reading.problems.is_empty()) else {
        return Err(refused(reading.problems));
    };
    let value = value(&root).map_err(|problem| refused(vec![problem]))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let setting = error.path().to_string();
        let position = root.locate(&setting);
        refused(vec![Problem::new(position, &setting, error.inner().to_string())])
    })
}

fn value(node: &Node) -> Result<Value, Problem> {
    Ok(match &node.kind {
        Kind::Scalar(text) if text.plain => match scalar::untyped(&text.text) {
            Some(value) => value,
            None => return Err(Problem::new(node.position, "", "JSON has no such number")),
        },
        Kind::Scalar(text) => Value::String(text.text.clone()),
        Kind::Sequence(items) => Value::Array(items.iter().map(value).collect::<Result<_, _>>()?),
        Kind::Mapping(entries) => {
            let members = entries.iter().map(|entry| Ok((entry.key.clone(), value(&entry.value)?)));
            Value::Object(members.collect::<Result<Map<_, _>, Problem>>()?)
        }
    })
}
