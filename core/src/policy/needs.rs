//! The optional facts that a policy reads, and those that it reads with given settings.
//!
//! A policy that can protect by role asks for roles; a site that lists no role need not hand them over. A policy marks
//! the members of its settings for which it needs a fact with `"x-needs-fact"` in their JSON Schema. Every doubt about
//! what the schema means passes the fact: a policy that does not see a role cannot protect by it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Description;

/// The key of a schema under which a member names the fact for which it is there.
const MARK: &str = "x-needs-fact";

/// The optional facts that a policy reads. What it did not ask for is not passed to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PolicyNeeds"))]
#[serde(rename_all = "camelCase")]
pub struct Needs {
    pub roles: bool,
    pub attributes: bool,
    pub display_name: bool,
}

impl Description {
    /// The facts that the policy needs with these settings: those that it asks for, less those of which the schema says
    /// that only members need them that are not set. A member counts as set when it, or the default that the schema
    /// gives it, is neither null nor an empty text, list or object.
    pub fn needs_with(&self, settings: &Value) -> Needs {
        // The schema was read once when the policy was described.
        let schema: Value = serde_json::from_str(&self.settings_schema).unwrap_or_default();
        let mut found = Found::default();
        found.walk(&schema, Some(settings));
        let is_passed = |fact: fn(Needs) -> bool| fact(self.needs) && (!fact(found.marked) || fact(found.set));
        Needs {
            roles: is_passed(|needs| needs.roles),
            attributes: is_passed(|needs| needs.attributes),
            display_name: is_passed(|needs| needs.display_name),
        }
    }
}

/// Which facts have members marked for them, and which of these have one that is set.
#[derive(Default)]
struct Found {
    marked: Needs,
    set: Needs,
}

impl Found {
    /// Looks at a schema and at the value that it describes; `None` for a value that is not there.
    fn walk(&mut self, schema: &Value, value: Option<&Value>) {
        let Value::Object(schema) = schema else { return };
        let value = value.or_else(|| schema.get("default"));
        for (keyword, inner) in schema {
            match (keyword.as_str(), inner) {
                (MARK, fact) => self.note(fact, value.is_some_and(is_filled)),
                ("properties", Value::Object(members)) => {
                    for (name, member) in members {
                        self.walk(member, value.and_then(|value| value.get(name)));
                    }
                }
                ("items", item) => self.walk_each(item, value.and_then(Value::as_array).into_iter().flatten()),
                ("additionalProperties", member) => {
                    let is_listed =
                        |name: &str| schema.get("properties").is_some_and(|listed| listed.get(name).is_some());
                    let members = value.and_then(Value::as_object).into_iter().flatten();
                    self.walk_each(member, members.filter(|(name, _)| !is_listed(name)).map(|(_, value)| value));
                }
                // Which of them describes the value does not matter: a mark in any of them may be meant.
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                    for part in parts {
                        self.walk(part, value);
                    }
                }
                // Values, not schemas.
                ("default" | "const" | "enum" | "examples", _) => {}
                (_, unknown) => self.walk_unknown(unknown),
            }
        }
    }

    fn walk_each<'v>(&mut self, schema: &Value, values: impl Iterator<Item = &'v Value>) {
        self.walk(schema, None);
        for value in values {
            self.walk(schema, Some(value));
        }
    }

    /// A mark in a place whose value cannot be found: it counts as set.
    fn walk_unknown(&mut self, part: &Value) {
        match part {
            Value::Object(members) => self.walk_unknown_members(members),
            Value::Array(parts) => {
                for part in parts {
                    self.walk_unknown(part);
                }
            }
            _ => {}
        }
    }

    fn walk_unknown_members(&mut self, members: &Map<String, Value>) {
        for (name, member) in members {
            match name.as_str() {
                MARK => self.note(member, true),
                _ => self.walk_unknown(member),
            }
        }
    }

    fn note(&mut self, fact: &Value, is_set: bool) {
        let flags = |needs: &mut Needs, is_so: bool| match fact.as_str() {
            Some("roles") => needs.roles |= is_so,
            Some("attributes") => needs.attributes |= is_so,
            Some("display-name") => needs.display_name |= is_so,
            // A fact that is not known is as good as no mark.
            _ => {}
        };
        flags(&mut self.marked, true);
        flags(&mut self.set, is_set);
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(schema: &Value, needs: Needs) -> Description {
        Description {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            rules: Vec::new(),
            settings_schema: schema.to_string(),
            needs,
        }
    }

    const ALL: Needs = Needs { roles: true, attributes: true, display_name: true };

    #[track_caller]
    fn check_roles(schema: &Value, settings: &Value, expected: bool) {
        let needs = described(schema, ALL).needs_with(settings);
        assert_eq!(needs.roles, expected, "{schema} {settings}");
        assert!(needs.attributes && needs.display_name, "what nobody marked is passed");
    }

    #[test]
    fn a_fact_is_passed_when_a_member_marked_for_it_is_set() {
        let schema = json!({"type": "object", "properties": {"never": {"type": "object", "properties": {
            "role": {"type": "array", "x-needs-fact": "roles"},
            "admin": {"type": ["string", "null"], "x-needs-fact": "roles"},
            "tag": {"type": "array"},
        }}}});
        for (settings, expected) in [
            (json!({}), false),
            (json!({"never": {}}), false),
            (json!({"never": {"role": [], "tag": ["vip"]}}), false),
            (json!({"never": {"role": null, "admin": ""}}), false),
            (json!({"never": {"role": ["RootAdmin"]}}), true),
            (json!({"never": {"role": [], "admin": "x"}}), true),
            (json!({"never": 7, "role": ["RootAdmin"]}), false),
            (json!(null), false),
        ] {
            check_roles(&schema, &settings, expected);
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_passed_even_when_it_is_marked() {
        let schema = json!({"properties": {"role": {"x-needs-fact": "roles"}}});
        let needs = described(&schema, Needs::default()).needs_with(&json!({"role": ["RootAdmin"]}));
        assert_eq!(needs, Needs::default());
    }

    #[test]
    fn a_default_of_the_schema_counts_as_set() {
        let own = json!({"properties": {"role": {"x-needs-fact": "roles", "default": ["RootAdmin"]}}});
        check_roles(&own, &json!({}), true);
        check_roles(&own, &json!({"role": []}), false);
        check_roles(&own, &json!({"role": null}), false);
        let outer = json!({"properties": {"never": {
            "default": {"role": ["RootAdmin"]}, "properties": {"role": {"x-needs-fact": "roles"}},
        }}});
        check_roles(&outer, &json!({}), true);
        check_roles(&outer, &json!({"never": {"role": []}}), false);
    }

    #[test]
    fn lists_maps_and_alternatives_are_looked_into() {
        let item = json!({"properties": {"role": {"x-needs-fact": "roles"}, "days": {}}});
        let list = json!({"properties": {"rules": {"items": item}}});
        check_roles(&list, &json!({"rules": [{"days": 3}]}), false);
        check_roles(&list, &json!({"rules": [{"days": 3}, {"role": "x"}]}), true);
        let map =
            json!({"properties": {"fixed": {}, "rules": {"properties": {"a": {}}, "additionalProperties": item}}});
        check_roles(&map, &json!({"rules": {"a": {"role": "x"}}}), false);
        check_roles(&map, &json!({"rules": {"b": {"role": "x"}}}), true);
        let optional = json!({"properties": {"rule": {"anyOf": [item, {"type": "null"}]}}});
        check_roles(&optional, &json!({"rule": {"days": 1}}), false);
        check_roles(&optional, &json!({"rule": {"role": "x"}}), true);
    }

    #[test]
    fn a_mark_that_cannot_be_followed_counts_as_set() {
        let behind = json!({"properties": {"rule": {"$ref": "#/$defs/r"}}, "$defs": {"r": {"x-needs-fact": "roles"}}});
        check_roles(&behind, &json!({}), true);
        let also = json!({"properties": {"role": {"x-needs-fact": "roles"}}, "patternProperties": {"^r": {"x-needs-fact": "roles"}}});
        check_roles(&also, &json!({"role": []}), true);
    }

    #[test]
    fn a_member_may_have_the_name_of_a_keyword() {
        let schema = json!({"properties": {"default": {"x-needs-fact": "roles"}, "items": {"type": "array"}}});
        check_roles(&schema, &json!({"items": ["x"]}), false);
        check_roles(&schema, &json!({"default": "x"}), true);
    }

    #[test]
    fn an_unknown_fact_is_no_mark() {
        check_roles(&json!({"properties": {"role": {"x-needs-fact": "role"}}}), &json!({}), true);
    }
}
