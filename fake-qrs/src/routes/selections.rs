//! `/qrs/selection`: many records at once, the way the management console works.

use serde_json::{Value, json};

use super::{Context, bad_filter, body, forbidden, list, not_found, on_entity, records, wrong_method};
use crate::entity::{self, ENTITIES, USERS};
use crate::store::Store;
use crate::store::selection::{Item, items};
use crate::wire::reply::Reply;
use crate::wire::request::Request;

/// Records in one selection; more is refused.
const ITEMS_MAX: usize = 100_000;

pub fn answer(store: &mut Store, request: &Request, context: &Context, path: &[String]) -> Reply {
    if !context.sees_everything {
        return forbidden();
    }
    match (request.method.as_str(), path) {
        ("POST", []) => create(store, request),
        ("POST", path) if entity::find(path).is_some_and(|(_, rest)| rest.is_empty()) => {
            create_by_query(store, request, context, path)
        }
        ("GET", [id]) => store.show_selection(id).map_or_else(not_found, |shown| Reply::json(200, &shown)),
        ("DELETE", [id]) if store.drop_selection(id) => Reply::no_content(),
        ("DELETE", [_]) => not_found(),
        (_, [] | [_]) => wrong_method(),
        (_, [id, rest @ ..]) => on_selected(store, request, context, id, rest),
    }
}

fn create(store: &mut Store, request: &Request) -> Reply {
    match body(request) {
        Ok(body) => match items(&body).filter(|items| items.len() <= ITEMS_MAX) {
            Some(items) => Reply::json(201, &store.select(items)),
            None => Reply::text(400, "The items of the selection could not be read"),
        },
        Err(reply) => reply,
    }
}

fn create_by_query(store: &mut Store, request: &Request, context: &Context, path: &[String]) -> Reply {
    let Some((number, _)) = entity::find(path) else { return not_found() };
    let rows = match list::filtered(store, request, context, number) {
        Ok(rows) => rows,
        Err(error) => return bad_filter(&error),
    };
    let items = rows
        .into_iter()
        .filter_map(|row| row.value().get("id")?.as_str())
        .map(|id| Item { table: number, object_id: id.to_ascii_lowercase() })
        .collect();
    Reply::json(201, &store.select(items))
}

fn on_selected(store: &mut Store, request: &Request, context: &Context, id: &str, path: &[String]) -> Reply {
    let Some(selection) = store.selection(id).cloned() else { return not_found() };
    if request.method == "POST" && path.first().is_some_and(|first| first == "user") {
        return allocate(store, context, &selection.items, &path[1..]);
    }
    let Some((number, rest)) = entity::find(path) else { return not_found() };
    let ids: Vec<&str> =
        selection.items.iter().filter(|item| item.table == number).map(|item| item.object_id.as_str()).collect();
    match (request.method.as_str(), rest) {
        ("GET", rest) if rest.is_empty() || rest == ["full"] => {
            let table = store.table(number);
            let rows = ids.iter().filter_map(|id| table.get(table.find(id)?)).map(|row| row.value().clone());
            Reply::json(200, &rows.collect())
        }
        ("GET", [count]) if count == "count" => Reply::json(200, &json!({"value": ids.len()})),
        ("DELETE", []) => {
            // What is gone already does not stop the others; what the service does then is not known.
            let refused = ids.into_iter().map(|id| records::delete(store, context, number, id));
            refused
                .filter(|reply| reply.status != 404)
                .find(|reply| reply.status >= 400)
                .unwrap_or_else(Reply::no_content)
        }
        ("POST", [table]) if table == "table" => on_entity(store, request, context, number, rest),
        _ => wrong_method(),
    }
}

/// Gives a seat to every user of the selection.
fn allocate(store: &mut Store, context: &Context, items: &[Item], path: &[String]) -> Reply {
    let Some((number, [])) = entity::find(path).filter(|(number, _)| ENTITIES[*number].seat.is_some()) else {
        return not_found();
    };
    let mut made = Vec::new();
    for item in items.iter().filter(|item| item.table == USERS) {
        match store.allocate(number, Some(&item.object_id), context.now, &context.caller) {
            Ok(seat) => made.push(seat),
            Err(error) => return Reply::text(400, error.to_string()),
        }
    }
    Reply::json(201, &Value::Array(made))
}
