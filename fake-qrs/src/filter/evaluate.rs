//! Tests one record against a checked filter.
//!
//! Records are whatever was loaded: a member that is missing, or of another type than the model says, matches nothing.

use std::cmp::Ordering;

use serde_json::Value;

use super::Collections;
use super::check::{Checked, Operand, Test};
use super::parser::Operator;
use crate::dates;

pub(super) fn matches(expression: &Checked, record: &Value, collections: Collections) -> bool {
    match expression {
        Checked::Or(parts) => parts.iter().any(|part| matches(part, record, collections)),
        Checked::And(parts) => match collections {
            Collections::AnyElement => parts.iter().all(|part| matches(part, record, collections)),
            Collections::SameElement => all_on_the_same_element(parts, record),
        },
        Checked::Test(test) => holds(test, &values(record, &test.path)),
    }
}

/// Every value a path leads to; a collection on the way stands for each of its elements.
pub fn values<'record>(record: &'record Value, path: &[&str]) -> Vec<&'record Value> {
    let mut found = vec![record];
    for name in path {
        found = found.into_iter().flat_map(elements).filter_map(|value| value.get(name)).collect();
    }
    found.into_iter().flat_map(elements).collect()
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        other => vec![other],
    }
}

/// Conditions that lead into the same collection must all hold for one of its elements.
fn all_on_the_same_element(parts: &[Checked], record: &Value) -> bool {
    let collection_of = |part: &Checked| match part {
        Checked::Test(Test { path, collection: Some(length), .. }) => Some(path[..*length].to_vec()),
        _ => None,
    };
    parts.iter().all(|part| {
        let Some(collection) = collection_of(part) else {
            return matches(part, record, Collections::SameElement);
        };
        let together: Vec<&Test> = parts
            .iter()
            .filter(|other| collection_of(other).as_ref() == Some(&collection))
            .filter_map(|other| if let Checked::Test(test) = other { Some(test) } else { None })
            .collect();
        values(record, &collection)
            .into_iter()
            .any(|element| together.iter().all(|test| holds(test, &values(element, &test.path[collection.len()..]))))
    })
}

fn holds(test: &Test, found: &[&Value]) -> bool {
    if matches!(test.operand, Operand::Null) {
        let is_null = found.iter().all(|value| value.is_null());
        return is_null == (test.operator == Operator::Equal);
    }
    found.iter().any(|value| compare(value, test.operator, &test.operand))
}

fn compare(value: &Value, operator: Operator, operand: &Operand) -> bool {
    let ordering = match operand {
        Operand::Text(wanted) => {
            let Some(text) = value.as_str() else { return false };
            let text = text.to_lowercase();
            match operator {
                Operator::StartsWith => return text.starts_with(wanted.as_str()),
                Operator::EndsWith => return text.ends_with(wanted.as_str()),
                Operator::Contains => return text.contains(wanted.as_str()),
                _ => Some(text.as_str().cmp(wanted.as_str())),
            }
        }
        Operand::Date(wanted) => value.as_str().and_then(dates::parse).map(|date| date.cmp(wanted)),
        Operand::Number(wanted) => value.as_f64().and_then(|number| number.partial_cmp(wanted)),
        Operand::Flag(wanted) => value.as_bool().map(|flag| flag.cmp(wanted)),
        Operand::Null => None,
    };
    let Some(ordering) = ordering else { return false };
    match operator {
        Operator::Equal => ordering == Ordering::Equal,
        Operator::NotEqual => ordering != Ordering::Equal,
        Operator::Greater => ordering == Ordering::Greater,
        Operator::GreaterOrEqual => ordering != Ordering::Less,
        Operator::Less => ordering == Ordering::Less,
        Operator::LessOrEqual => ordering != Ordering::Greater,
        Operator::StartsWith | Operator::EndsWith | Operator::Contains => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::entity::{ANALYZER, ENTITIES, USERS};
    use crate::filter::{Collections, Filter, FilterError, FilterSemantics};

    fn user() -> serde_json::Value {
        json!({
            "id": "e0a1c1f2-0a0b-4e21-8b77-92d0b1a3f5c4", "userId": "jdoe", "userDirectory": "Acme", "name": "R&D",
            "inactive": false, "roles": ["RootAdmin", "ContentAdmin"],
            "tags": [{"name": "keep"}, {"name": "other"}],
            "customProperties": [
                {"value": "Finance", "definition": {"name": "CostCentre"}},
                {"value": "do-not-release", "definition": {"name": "LicenseManage"}},
            ],
        })
    }

    fn on_users(text: &str) -> Result<bool, FilterError> {
        Ok(Filter::read(text, ENTITIES[USERS].fields, FilterSemantics::default())?.matches(&user()))
    }

    #[test]
    fn compares_without_regard_to_case() {
        for text in [
            "userDirectory eq 'ACME'",
            "USERDIRECTORY EQ 'acme'",
            "name so '&'",
            "userId sw 'JD' and userId ew 'oe'",
            "inactive eq False",
            "id eq E0A1C1F2-0A0B-4E21-8B77-92D0B1A3F5C4",
            "roles eq 'rootadmin'",
            "tags.name eq 'other'",
            "(name eq 'x' or tags.name eq 'keep') and inactive ne true",
            "customProperties.definition.name eq 'CostCentre' and customProperties.value eq 'do-not-release'",
        ] {
            assert_eq!(on_users(text), Ok(true), "{text}");
        }
        assert_eq!(on_users("name eq 'R'"), Ok(false));
    }

    #[test]
    fn can_want_both_conditions_on_the_same_element() {
        let semantics = FilterSemantics { collections: Collections::SameElement, ..FilterSemantics::default() };
        let same = |text: &str| Filter::read(text, ENTITIES[USERS].fields, semantics).unwrap().matches(&user());
        assert!(!same(
            "customProperties.definition.name eq 'CostCentre' and customProperties.value eq 'do-not-release'"
        ));
        assert!(same("customProperties.definition.name eq 'CostCentre' and customProperties.value eq 'Finance'"));
    }

    #[test]
    fn refuses_literals_of_the_wrong_type_and_unknown_members() {
        for text in [
            "id eq 'e0a1c1f2-0a0b-4e21-8b77-92d0b1a3f5c4'",
            "inactive eq 'true'",
            "name eq 3",
            "name eq bare",
            "createdDate sw '2024'",
            "createdDate lt 'soon'",
            "inactive gt false",
        ] {
            assert_eq!(on_users(text).unwrap_err().to_string(), format!("Cannot parse the expression: {text}"));
        }
        assert_eq!(on_users("shoeSize eq 3"), Err(FilterError::UnknownProperty { path: "shoeSize".to_owned() }));
    }

    #[test]
    fn treats_the_null_date_like_any_old_date() {
        let seat = json!({"lastUsed": crate::dates::NEVER, "user": null});
        let filter = |text: &str| Filter::read(text, ENTITIES[ANALYZER].fields, FilterSemantics::default()).unwrap();
        assert!(filter("lastUsed le '2024-01-01T00:00:00.000Z'").matches(&seat));
        assert!(filter("user eq null").matches(&seat));
        assert!(!filter("user.name eq 'x'").matches(&seat));
        assert!(!filter("lastUsed lt '2024-01-01'").matches(&json!({"lastUsed": 7})));
    }
}
