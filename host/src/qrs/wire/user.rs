//! One row of `user/full`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use steward_core::ids::UserGuid;
use steward_core::snapshot::{IncompleteUser, Property, User};

use super::field::{List, Nested, Scalar, read_row};

/// A user with all that protections depend on, or the reason why it is not there.
#[derive(Debug, PartialEq)]
pub(in crate::qrs) enum Person {
    Complete(User),
    Incomplete(IncompleteUser),
}

/// `A` is what becomes of the attributes, which make most of the list: read, or skipped without being kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Deserialize<'de> + Default"))]
struct UserRow<'a, A> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    user_directory: Scalar<'a>,
    #[serde(borrow, default)]
    user_id: Scalar<'a>,
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    inactive: Scalar<'a>,
    #[serde(borrow, default)]
    blacklisted: Scalar<'a>,
    #[serde(borrow, default)]
    removed_externally: Scalar<'a>,
    #[serde(borrow, default)]
    roles: List<Scalar<'a>>,
    #[serde(borrow, default)]
    tags: List<Nested<NamedRow<'a>>>,
    #[serde(borrow, default)]
    custom_properties: List<Nested<PropertyRow<'a>>>,
    #[serde(default)]
    attributes: A,
}

#[derive(Deserialize)]
struct NamedRow<'a> {
    #[serde(borrow, default)]
    name: Scalar<'a>,
}

#[derive(Deserialize)]
struct PropertyRow<'a> {
    #[serde(borrow, default)]
    value: Scalar<'a>,
    #[serde(borrow, default)]
    definition: Nested<NamedRow<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttributeRow<'a> {
    #[serde(borrow, default)]
    attribute_type: Scalar<'a>,
    #[serde(borrow, default)]
    attribute_value: Scalar<'a>,
}

/// # Errors
/// When the row is no user: without an id nothing else can be said about it.
pub(in crate::qrs) fn read(row: &[u8]) -> Result<Person, String> {
    let row: UserRow<'_, IgnoredAny> = read_row(row)?;
    person(row, |_| Ok(Vec::new()))
}

/// # Errors
/// When the row is no user: without an id nothing else can be said about it.
pub(in crate::qrs) fn read_with_attributes(row: &[u8]) -> Result<Person, String> {
    let row: UserRow<'_, List<Nested<AttributeRow<'_>>>> = read_row(row)?;
    person(row, |attributes| each(attributes, "attributes", attribute))
}

fn person<A>(
    row: UserRow<'_, A>,
    attributes: impl FnOnce(A) -> Result<Vec<Property>, String>,
) -> Result<Person, String> {
    let guid = UserGuid::new(row.id.required_text("id")?.to_lowercase());
    Ok(match complete(guid.clone(), row, attributes) {
        Ok(user) => Person::Complete(user),
        Err(problem) => Person::Incomplete(IncompleteUser { guid, problem }),
    })
}

fn complete<A>(
    guid: UserGuid,
    row: UserRow<'_, A>,
    attributes: impl FnOnce(A) -> Result<Vec<Property>, String>,
) -> Result<User, String> {
    Ok(User {
        guid,
        user_directory: row.user_directory.required_text("userDirectory")?.to_owned(),
        user_id: row.user_id.required_text("userId")?.to_owned(),
        name: row.name.text().unwrap_or_default().to_owned(),
        inactive: row.inactive.required_flag("inactive")?,
        blocked: row.blacklisted.required_flag("blacklisted")?,
        removed_externally: row.removed_externally.required_flag("removedExternally")?,
        roles: each(row.roles, "roles", |role| role.text().map(str::to_owned))?,
        tags: each(row.tags, "tags", tag)?,
        custom_properties: each(row.custom_properties, "customProperties", custom_property)?,
        attributes: attributes(row.attributes)?,
    })
}

/// One unreadable item is a problem of the whole list: it could be the one that protects.
fn each<T, U>(list: List<T>, name: &str, read: impl Fn(T) -> Option<U>) -> Result<Vec<U>, String> {
    let unreadable = || format!("an item of {name} cannot be read");
    list.required(name)?.into_iter().map(|item| read(item).ok_or_else(unreadable)).collect()
}

fn tag(row: Nested<NamedRow<'_>>) -> Option<String> {
    match row {
        Nested::Object(tag) => tag.name.text().map(str::to_owned),
        _ => None,
    }
}

fn custom_property(row: Nested<PropertyRow<'_>>) -> Option<Property> {
    let Nested::Object(PropertyRow { value, definition: Nested::Object(definition) }) = row else { return None };
    Some(Property { name: definition.name.text()?.to_owned(), value: value.text()?.to_owned() })
}

fn attribute(row: Nested<AttributeRow<'_>>) -> Option<Property> {
    let Nested::Object(row) = row else { return None };
    Some(Property { name: row.attribute_type.text()?.to_owned(), value: row.attribute_value.text()?.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row() -> Value {
        json!({
            "id": "E0A1", "userId": "jdoe", "userDirectory": "ACME", "name": "Jane Doe", "roles": ["RootAdmin", "R&D"],
            "attributes": [{"attributeType": "group", "attributeValue": "sales", "externalId": ""}],
            "inactive": false, "removedExternally": true, "blacklisted": true, "deleteProhibited": false,
            "tags": [{"id": "5a7e", "name": "keep", "privileges": null}],
            "customProperties": [{"value": "Finance", "definition": {"name": "CostCentre", "choiceValues": ["a"]}}],
            "favorites": null,
        })
    }

    fn problem(field: &str, value: Option<Value>) -> String {
        let mut row = row();
        match value {
            Some(value) => row[field] = value,
            None => _ = row.as_object_mut().unwrap().remove(field),
        }
        match read_with_attributes(row.to_string().as_bytes()).unwrap() {
            Person::Incomplete(user) => user.problem,
            Person::Complete(_) => "none".to_owned(),
        }
    }

    #[test]
    fn a_user_keeps_all_that_protects() {
        let property = |name: &str, value: &str| Property { name: name.into(), value: value.into() };
        let mut user = User {
            guid: UserGuid::new("e0a1"),
            user_directory: "ACME".into(),
            user_id: "jdoe".into(),
            name: "Jane Doe".into(),
            inactive: false,
            blocked: true,
            removed_externally: true,
            roles: vec!["RootAdmin".into(), "R&D".into()],
            tags: vec!["keep".into()],
            custom_properties: vec![property("CostCentre", "Finance")],
            attributes: vec![property("group", "sales")],
        };
        let row = row().to_string();
        assert_eq!(read_with_attributes(row.as_bytes()).unwrap(), Person::Complete(user.clone()));
        user.attributes.clear();
        assert_eq!(read(row.as_bytes()).unwrap(), Person::Complete(user));
    }

    #[test]
    fn a_user_without_a_fact_that_protects_is_incomplete() {
        for field in ["userId", "userDirectory", "inactive", "removedExternally", "blacklisted", "roles", "tags"] {
            assert_eq!(problem(field, None), format!("no field {field}"));
        }
        assert_eq!(problem("customProperties", None), "no field customProperties");
        assert_eq!(problem("attributes", None), "no field attributes");
        assert_eq!(problem("userId", Some(json!(null))), "the field userId is null");
        assert_eq!(problem("inactive", Some(json!("No"))), "the field inactive is neither true nor false");
        assert_eq!(problem("tags", Some(json!({}))), "the field tags is no list");
        assert_eq!(problem("tags", Some(json!(["keep"]))), "an item of tags cannot be read");
        assert_eq!(problem("tags", Some(json!([{"name": null}]))), "an item of tags cannot be read");
        assert_eq!(problem("roles", Some(json!([{"name": "x"}]))), "an item of roles cannot be read");
        for wrong in [json!([{"value": "x"}]), json!([{"value": 7, "definition": {"name": "P"}}]), json!([null])] {
            assert_eq!(problem("customProperties", Some(wrong)), "an item of customProperties cannot be read");
        }
    }

    #[test]
    fn null_is_no_list_and_a_name_is_not_needed() {
        for field in ["roles", "tags", "customProperties", "attributes"] {
            assert_eq!(problem(field, Some(json!(null))), format!("the field {field} is null"));
        }
        assert_eq!(problem("name", Some(json!(null))), "none");
        assert_eq!(problem("name", None), "none");
    }

    #[test]
    fn a_row_without_an_id_is_no_user() {
        assert_eq!(read(b"{}").unwrap_err(), "no field id");
        assert!(read(b"[]").is_err());
        assert!(read(br#"{"id":"a","tags":[],"tags":null}"#).is_err());
    }
}
