//! The OpenAPI description, made of the routes and their types.
//!
//! Not by a crate: those that know axum describe what is answered as they describe what is read, so that every member
//! that may be null looks like one that may be missing.

use std::collections::BTreeMap;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::{Part, is_nothing};
use super::problem::{Code, ProblemBody};
use super::route::{Access, Route};

const SCHEMAS: &str = "/components/schemas";

/// What a route says of itself beside its types.
pub struct Describe<'d> {
    pub id: &'d str,
    pub tag: &'d str,
    pub summary: &'d str,
    pub access: Access,
    pub is_write: bool,
    pub also: &'d [Code],
}

/// A description that is being made.
pub struct Document {
    /// Schemas of what is answered: every member that is always written is required.
    answers: SchemaGenerator,
    /// Schemas of what is asked: members with a default may be left out.
    questions: SchemaGenerator,
}

/// The description of these routes.
///
/// # Panics
/// When two types of one name have different schemas.
pub fn describe<'r>(routes: impl IntoIterator<Item = &'r Route>) -> Value {
    let settings = || SchemaSettings::draft2020_12().with(|it| it.definitions_path = SCHEMAS.into());
    let mut document = Document {
        answers: settings().for_serialize().into_generator(),
        questions: settings().for_deserialize().into_generator(),
    };
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        let operation = route.describe(&mut document);
        let path = paths.entry(format!("/api/v1{}", route.path)).or_default();
        path.insert(route.method.as_str().to_lowercase(), operation);
    }
    let problem = document.answers.subschema_for::<ProblemBody>();
    let mut schemas = document.answers.take_definitions(true);
    for (name, schema) in document.questions.take_definitions(true) {
        let before = schemas.insert(name.clone(), schema.clone());
        assert!(before.is_none_or(|before| before == schema), "two types are called `{name}`");
    }
    let mut schemas = Value::Object(schemas);
    speak_json(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Steward",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the daemon of Steward answers, and what it can be asked to do.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "Why not, and what to do next.",
                "content": { "application/json": { "schema": problem } },
            } },
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "A token made by `steward token new`, or one that a sign-in gave.",
            } },
        },
        "security": [{ "token": [] }],
    })
}

impl Document {
    /// The description of an operation that takes and answers these types.
    pub fn operation<P: Part, Q: Part, B: Part, R: Answer>(&mut self, what: &Describe<'_>) -> Value {
        let mut parameters = self.parameters::<P>("path");
        parameters.extend(self.parameters::<Q>("query"));
        let mut responses = Map::new();
        for answer in R::describe(&mut self.answers) {
            let content = json!({ answer.content_type: { "schema": answer.schema } });
            let response = json!({ "description": answer.description, "content": content });
            responses.insert(answer.status.as_u16().to_string(), response);
        }
        for code in problems::<P, Q, B>(what) {
            let status = code.status().as_u16().to_string();
            responses.insert(status, json!({ "$ref": "#/components/responses/Problem" }));
        }
        let mut operation = json!({
            "operationId": what.id, "tags": [what.tag], "summary": what.summary, "responses": responses,
        });
        let role = match what.access {
            Access::Open => "Nobody has to sign in.",
            Access::Viewer => "For viewers and operators.",
            Access::Operator => "For operators.",
            Access::Control => "For operators, and for the command line on the same machine.",
        };
        operation["description"] = role.into();
        if what.access == Access::Open {
            operation["security"] = json!([]);
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if !is_nothing::<B>() {
            let schema = self.questions.subschema_for::<B>();
            let required = self.root::<B>()["required"].as_array().is_some_and(|required| !required.is_empty());
            operation["requestBody"] = json!({
                "required": required, "content": { "application/json": { "schema": schema } },
            });
        }
        operation
    }

    fn parameters<T: Part>(&mut self, place: &str) -> Vec<Value> {
        if is_nothing::<T>() {
            return Vec::new();
        }
        let root = self.root::<T>();
        let required = root["required"].as_array().cloned().unwrap_or_default();
        let members = root["properties"].as_object().cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            let description = schema.as_object_mut().and_then(|words| words.remove("description"));
            let mut parameter = json!({
                "name": name, "in": place, "schema": without_null(schema),
                "required": place == "path" || required.contains(&Value::String(name.clone())),
            });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            parameter
        };
        members.into_iter().map(parameter).collect()
    }

    /// The schema of a type itself, which stands nowhere by its name.
    fn root<T: Part>(&mut self) -> Value {
        T::json_schema(&mut self.questions).to_value()
    }
}

/// Descriptions of types are written for readers of the code.
fn speak_json(part: &mut Value) {
    match part {
        Value::Object(members) => {
            for (name, inner) in members {
                match inner {
                    Value::String(text) if name == "description" => {
                        *text = text.replace("`None`", "`null`").replace("[`", "`").replace("`]", "`");
                    }
                    inner => speak_json(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(speak_json),
        _ => {}
    }
}

/// A parameter is there or not; it is never null.
fn without_null(mut schema: Value) -> Value {
    if let Some(branches) = schema["anyOf"].as_array().cloned() {
        let others: Vec<Value> = branches.into_iter().filter(|branch| branch["type"] != "null").collect();
        if let [only] = others.as_slice() {
            return only.clone();
        }
    }
    if let Some(words) = schema.as_object_mut() {
        if let Some(Value::Array(types)) = words.get("type").cloned() {
            let others: Vec<Value> = types.into_iter().filter(|name| name != "null").collect();
            words.insert("type".to_owned(), if others.len() == 1 { others[0].clone() } else { others.into() });
        }
        if words.get("default").is_some_and(Value::is_null) {
            words.remove("default");
        }
    }
    schema
}

/// Why a request of this shape may be refused.
fn problems<P: 'static, Q: 'static, B: 'static>(what: &Describe<'_>) -> Vec<Code> {
    let mut codes =
        vec![Code::TooSlow, Code::ForeignHost, Code::TooMany, Code::Failed, Code::Unavailable, Code::NotAllowed];
    if what.access != Access::Open {
        codes.push(Code::NotSignedIn);
    }
    if !is_nothing::<P>() {
        codes.push(Code::NotFound);
    }
    if !(is_nothing::<P>() && is_nothing::<Q>() && is_nothing::<B>()) {
        codes.push(Code::Unreadable);
    }
    if what.is_write {
        codes.extend([Code::Conflict, Code::TooLarge, Code::NotJson, Code::Invalid]);
    }
    codes.extend(what.also);
    codes
}
