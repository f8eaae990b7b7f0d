//! One walk over the file along the schema: collects every problem, gives each scalar the type of its setting, resolves
//! paths and secrets, and leaves a value that the typed sections take as it is.
//!
//! Whatever has a problem is left out of that value, so that the checks which follow can still look at the rest.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::file_path;
use super::node::{Entry, Kind, Node, Scalar};
use super::problem::{Position, Problem, quoted};
use super::secret;
use super::yaml::{index, join};

pub(super) mod names;
mod shape;

use names::Nearness;
use shape::{Shape, Type};

/// Sections passed over are told down to this depth (`Butler.logLevel`), not for every key of Butler's.
const PASSED_OVER_DEPTH: usize = 2;

/// What the file may refer to.
pub struct Surroundings<'a> {
    /// The folder of the settings file, from which relative paths count.
    pub folder: PathBuf,
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// What the walk found.
pub struct Walked {
    pub value: Value,
    pub problems: Vec<Problem>,
    /// Dotted paths of sections that are not Steward's.
    pub passed_over: Vec<String>,
}

pub fn walk(root: &Node, schema: &Value, surroundings: &Surroundings<'_>) -> Walked {
    let mut walk = Walk { surroundings, problems: Vec::new(), passed_over: Vec::new() };
    let spot = Spot { path: String::new(), position: root.position, depth: 0, hint: None };
    let value = walk.value(root, Shape::of(schema), &spot).unwrap_or_else(|| Value::Object(Map::new()));
    Walked { value, problems: walk.problems, passed_over: walk.passed_over }
}

/// Where the walk is.
struct Spot<'s> {
    path: String,
    position: Position,
    depth: usize,
    /// What the schema wants said after a problem with the value.
    hint: Option<&'s str>,
}

struct Walk<'a> {
    surroundings: &'a Surroundings<'a>,
    problems: Vec<Problem>,
    passed_over: Vec<String>,
}

impl Walk<'_> {
    /// The value of a setting; `None` when it has a problem.
    fn value(&mut self, node: &Node, shape: Shape<'_>, spot: &Spot<'_>) -> Option<Value> {
        match (shape.kind(), &node.kind) {
            (Type::Anything, _) => self.untyped(node, spot),
            (Type::Object, Kind::Mapping(entries)) if shape.is_free() => {
                Some(Value::Object(self.untyped_entries(entries, spot)))
            }
            (Type::Object, Kind::Mapping(entries)) => self.object(entries, shape, spot),
            (Type::Object, _) => {
                let message = format!("settings of its own are expected here, but {} was found", found(node, shape));
                self.report(spot, message)
            }
            (Type::Array, Kind::Sequence(items)) => Some(self.array(items, shape, spot)),
            (Type::Array, Kind::Mapping(_)) => {
                self.report(spot, "a list is expected here: begin each entry with `- `".to_owned())
            }
            (Type::Array, Kind::Scalar(scalar)) => {
                let message = match scalar.text.trim() {
                    "" => "a list is expected here, but an empty text was found".to_owned(),
                    text => format!("a list is expected here: write {}", quoted(&format!("- {text}"))),
                };
                self.report(spot, message)
            }
            (kind, Kind::Scalar(scalar)) => self.scalar(kind, scalar, shape, spot),
            (kind, _) => {
                let message = format!("{} is expected, but {} was found", kind.name(), found(node, shape));
                self.report(spot, message)
            }
        }
    }

    fn report(&mut self, spot: &Spot<'_>, mut message: String) -> Option<Value> {
        if let Some(hint) = spot.hint {
            message.push_str("; ");
            message.push_str(hint);
        }
        self.problems.push(Problem::new(spot.position, &spot.path, message));
        None
    }

    fn object(&mut self, entries: &[Entry], shape: Shape<'_>, spot: &Spot<'_>) -> Option<Value> {
        let mut object = Map::new();
        for entry in entries {
            let Some(inner) = shape.property(&entry.key) else {
                self.unknown_key(entry, shape, spot);
                continue;
            };
            let absent = matches!(&entry.value.kind, Kind::Scalar(scalar) if inner.reads_as_absent(scalar));
            let inner_spot = Spot {
                path: join(&spot.path, &entry.key),
                position: if absent { entry.key_position } else { entry.value.position },
                depth: spot.depth + 1,
                hint: inner.hint(),
            };
            if absent {
                if shape.requires(&entry.key) {
                    self.report(&inner_spot, "a value is needed here".to_owned());
                }
            } else if let Some(value) = self.value(&entry.value, inner, &inner_spot) {
                object.insert(entry.key.clone(), value);
            }
        }
        let mut complete = true;
        for key in shape.required() {
            complete &= object.contains_key(key);
            if !entries.iter().any(|entry| entry.key == key) {
                let hint = shape.property(key).and_then(Shape::hint);
                let path = join(&spot.path, key);
                let missing = Spot { path, position: spot.position, depth: spot.depth + 1, hint };
                self.report(&missing, "this setting is missing".to_owned());
            }
        }
        complete.then_some(Value::Object(object))
    }

    fn unknown_key(&mut self, entry: &Entry, shape: Shape<'_>, spot: &Spot<'_>) {
        let path = join(&spot.path, &entry.key);
        let nearness = if shape.is_strict() { Nearness::Likely } else { Nearness::Certain };
        let message = match names::nearest(&entry.key, shape.keys(), nearness) {
            Some(near) => format!("unknown key, did you mean {}?", quoted(near)),
            None if shape.is_strict() => {
                let known: Vec<String> = shape.keys().map(quoted).collect();
                format!("unknown key; known here: {}", known.join(", "))
            }
            None => {
                if spot.depth < PASSED_OVER_DEPTH {
                    self.passed_over.push(path);
                }
                return;
            }
        };
        self.problems.push(Problem::new(entry.key_position, &path, message));
    }

    fn array(&mut self, items: &[Node], shape: Shape<'_>, spot: &Spot<'_>) -> Value {
        let item_shape = shape.items();
        let mut values = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            let item_spot = Spot {
                path: index(&spot.path, number),
                position: item.position,
                depth: spot.depth + 1,
                hint: item_shape.hint().or(spot.hint),
            };
            if matches!(&item.kind, Kind::Scalar(scalar) if item_shape.reads_as_absent(scalar)) {
                self.report(&item_spot, "this entry is empty".to_owned());
            } else {
                values.extend(self.value(item, item_shape, &item_spot));
            }
        }
        Value::Array(values)
    }

    fn scalar(&mut self, kind: Type, scalar: &Scalar, shape: Shape<'_>, spot: &Spot<'_>) -> Option<Value> {
        let read = match kind {
            Type::Choice => shape.choose(&scalar.text).ok_or_else(|| {
                let choices: Vec<String> = shape.choices().map(quoted).collect();
                format!("must be one of {}, but is {}", choices.join(", "), quoted(&scalar.text))
            }),
            Type::Text => self.text(scalar, shape),
            Type::Boolean | Type::Whole | Type::Number => shape.parse(kind, scalar),
            Type::Anything | Type::Object | Type::Array => return None,
        };
        read.map_or_else(|message| self.report(spot, message), Some)
    }

    /// A text, a path or a secret.
    fn text(&self, scalar: &Scalar, shape: Shape<'_>) -> Result<Value, String> {
        if shape.needs_text() && scalar.text.trim().is_empty() {
            return Err("this text is empty".to_owned());
        }
        let Surroundings { folder, variable } = self.surroundings;
        if shape.is_secret() {
            let secret = secret::resolve(&scalar.text, folder, variable)?;
            return Ok(Value::String(secret));
        }
        if shape.format() != Some(file_path::FORMAT) {
            return Ok(Value::String(scalar.text.clone()));
        }
        let path = folder.join(scalar.text.trim());
        match path.to_str() {
            Some(path) => Ok(Value::String(path.to_owned())),
            None => Err("the folder of the settings file has a name that is not Unicode".to_owned()),
        }
    }

    fn untyped(&mut self, node: &Node, spot: &Spot<'_>) -> Option<Value> {
        match &node.kind {
            Kind::Scalar(Scalar { text, plain: false }) => Some(Value::String(text.clone())),
            Kind::Scalar(Scalar { text, plain: true }) => super::scalar::untyped(text)
                .or_else(|| self.report(spot, format!("{} is not a number that can be passed on", quoted(text)))),
            Kind::Sequence(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (number, item) in items.iter().enumerate() {
                    values.extend(self.untyped(item, &spot.inside(index(&spot.path, number), item)));
                }
                Some(Value::Array(values))
            }
            Kind::Mapping(entries) => Some(Value::Object(self.untyped_entries(entries, spot))),
        }
    }

    fn untyped_entries(&mut self, entries: &[Entry], spot: &Spot<'_>) -> Map<String, Value> {
        let mut object = Map::new();
        for Entry { key, value, .. } in entries {
            if let Some(inner) = self.untyped(value, &spot.inside(join(&spot.path, key), value)) {
                object.insert(key.clone(), inner);
            }
        }
        object
    }
}

impl Spot<'_> {
    /// The place of a value inside, of which the schema says nothing.
    fn inside(&self, path: String, node: &Node) -> Self {
        Self { path, position: node.position, depth: self.depth + 1, hint: None }
    }
}

/// What stands in the file, in words; a secret stays one.
fn found(node: &Node, shape: Shape<'_>) -> String {
    match &node.kind {
        Kind::Scalar(_) if shape.is_secret() => "a text".to_owned(),
        Kind::Scalar(scalar) => quoted(&scalar.text),
        Kind::Sequence(_) => "a list".to_owned(),
        Kind::Mapping(_) => "a mapping".to_owned(),
    }
}
