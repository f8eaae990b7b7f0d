//! Single records: read, create, change, remove.

use serde_json::{Map, Value, json};

use super::{Context, body, forbidden, list, not_found, wrong_method};
use crate::dates::{self, NEVER};
use crate::entity::{ENTITIES, TAGS, USERS};
use crate::options::DeleteQuarantined;
use crate::store::seats::{Released, is_quarantined};
use crate::store::{Store, as_of};
use crate::wire::reply::Reply;
use crate::wire::request::Request;

/// Records that one call may create; more is refused before any is made.
const MANY_MAX: usize = 10_000;

pub fn one(store: &Store, request: &Request, context: &Context, number: usize, id: &str) -> Reply {
    if !context.sees_everything {
        return forbidden();
    }
    let table = store.table(number);
    match table.find(id).and_then(|key| table.get(key)) {
        Some(row) if request.query.is_true("privileges") => Reply::json(200, &list::with_privileges(row.value())),
        Some(row) => Reply::json_text(row.text().clone()),
        None => not_found(),
    }
}

pub fn create(store: &mut Store, request: &Request, context: &Context, number: usize) -> Reply {
    match body(request).and_then(|body| make(store, context, number, &body)) {
        Ok(made) => Reply::json(201, &made),
        Err(reply) => reply,
    }
}

pub fn create_many(store: &mut Store, request: &Request, context: &Context, number: usize) -> Reply {
    let body = match body(request) {
        Ok(Value::Array(bodies)) if bodies.len() <= MANY_MAX => bodies,
        Ok(_) => return Reply::text(400, "The request body must be a list of at most 10000 records"),
        Err(reply) => return reply,
    };
    let made: Result<Vec<Value>, Reply> = body.iter().map(|body| make(store, context, number, body)).collect();
    match made {
        Ok(made) => Reply::json(201, &Value::Array(made)),
        Err(reply) => reply,
    }
}

fn make(store: &mut Store, context: &Context, number: usize, body: &Value) -> Result<Value, Reply> {
    if ENTITIES[number].seat.is_some() {
        let user_id = body.get("user").and_then(|user| user.get("id")).and_then(Value::as_str);
        return store
            .allocate(number, user_id, context.now, &context.caller)
            .map_err(|error| Reply::text(400, error.to_string()));
    }
    let name = body.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    match (number, name) {
        (TAGS, Some(name)) => Ok(store.create_tag(name, context.now, &context.caller)),
        (TAGS, None) => Err(Reply::text(400, "The name is missing")),
        _ => Err(wrong_method()),
    }
}

/// Takes the whole record: what the body lacks is reset, as by the service.
pub fn update(store: &mut Store, request: &Request, context: &Context, number: usize, id: &str) -> Reply {
    let mut body = match body(request) {
        Ok(Value::Object(members)) => members,
        Ok(_) => return Reply::text(400, "The request body must be a record"),
        Err(reply) => return reply,
    };
    let Some(key) = store.table(number).find(id) else { return not_found() };
    let Some(stored) = store.table(number).get(key).map(|row| row.value().clone()) else { return not_found() };
    if body.get("id").and_then(Value::as_str).is_some_and(|other| !other.eq_ignore_ascii_case(id)) {
        return Reply::text(400, "The id of the record differs from the one in the path");
    }
    let date = |value: Option<&Value>| value.and_then(Value::as_str).and_then(dates::parse);
    let (theirs, ours) = (date(body.get("modifiedDate")), date(stored.get("modifiedDate")));
    if ours.is_some() && theirs.is_none() {
        return Reply::text(400, "The modified date is missing");
    }
    if theirs < ours {
        return Reply::text(409, "The record was modified by somebody else");
    }
    if is_quarantined(&stored) && body.get("quarantined") == Some(&Value::Bool(false)) {
        store.reinstate(number, key, context.now, &context.caller);
        body.insert("quarantineEnd".to_owned(), json!(NEVER));
    }
    let changed = as_of(store.era(), merged(&stored, body, context));
    store.replace(number, key, changed.clone());
    store.watch_quarantine(number, key, context.now);
    Reply::json(200, &changed)
}

fn merged(stored: &Value, mut body: Map<String, Value>, context: &Context) -> Value {
    for (name, value) in stored.as_object().into_iter().flatten() {
        let keeps = matches!(name.as_str(), "id" | "createdDate" | "schemaPath" | "privileges");
        if keeps {
            body.insert(name.clone(), value.clone());
        } else if !body.contains_key(name) {
            body.insert(name.clone(), reset(value));
        }
    }
    body.insert("modifiedDate".to_owned(), json!(dates::write(context.now)));
    body.insert("modifiedByUserName".to_owned(), json!(context.caller.to_string()));
    Value::Object(body)
}

fn reset(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!(false),
        Value::Number(_) => json!(0),
        Value::String(text) if dates::parse(text).is_some() => json!(NEVER),
        Value::String(_) => json!(""),
        Value::Array(_) => json!([]),
        Value::Object(_) | Value::Null => Value::Null,
    }
}

pub fn delete(store: &mut Store, context: &Context, number: usize, id: &str) -> Reply {
    if number == USERS {
        let prohibited = store.table(USERS).find(id).and_then(|key| store.table(USERS).get(key));
        if prohibited.is_some_and(|user| user.value().get("deleteProhibited") == Some(&Value::Bool(true))) {
            return Reply::text(400, "The user may not be deleted");
        }
        return if store.delete_user(id, context.now, &context.caller) { Reply::no_content() } else { not_found() };
    }
    match store.release(number, id, context.now, &context.caller) {
        Released::Freed | Released::Quarantined => Reply::no_content(),
        Released::AlreadyQuarantined => match context.delete_quarantined {
            DeleteQuarantined::NoContent => Reply::no_content(),
            DeleteQuarantined::BadRequest => Reply::text(400, "The access is in quarantine"),
        },
        Released::NotFound => not_found(),
    }
}
