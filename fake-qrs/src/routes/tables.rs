//! `POST …/table`: chosen columns, and the only paging that the service has.

use serde_json::{Value, json};

use super::{Context, bad_filter, body, list, members};
use crate::entity::Field;
use crate::filter::FilterError;
use crate::filter::check::resolve;
use crate::filter::evaluate::values;
use crate::store::Store;
use crate::wire::reply::Reply;
use crate::wire::request::Request;

/// Columns beyond this are refused; the management console never asks for more than a few dozen.
const COLUMNS_MAX: usize = 200;

struct Column {
    name: String,
    content: Content,
}

enum Content {
    Property(Vec<&'static str>),
    List(Vec<&'static str>),
    Count(Vec<&'static str>),
    Privileges,
}

pub fn answer(store: &mut Store, request: &Request, context: &Context, number: usize) -> Reply {
    let body = match body(request) {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let Some(columns) = columns(&body, members(number)) else {
        return Reply::text(400, "The columns of the table could not be read");
    };
    let id = store.next_id();
    match rows(store, request, context, number, &columns) {
        Ok(rows) => {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            Reply::json(201, &json!({"id": id, "columnNames": names, "rows": rows, "schemaPath": "Table"}))
        }
        Err(error) => bad_filter(&error),
    }
}

fn rows(
    store: &Store,
    request: &Request,
    context: &Context,
    number: usize,
    columns: &[Column],
) -> Result<Vec<Value>, FilterError> {
    let mut rows = list::filtered(store, request, context, number)?;
    let ascending = request.query.get("orderascending").is_none_or(|value| value.eq_ignore_ascii_case("true"));
    if let Some(sort) = request.query.get("sortcolumn") {
        // The sort column is one of the columns' names, or a member of its own.
        let path =
            columns.iter().find(|column| column.name.eq_ignore_ascii_case(sort)).and_then(|column| {
                match &column.content {
                    Content::Property(path) => Some(path.join(".")),
                    _ => None,
                }
            });
        let direction = if ascending { "asc" } else { "desc" };
        list::Order::read(&format!("{} {direction}", path.as_deref().unwrap_or(sort)), members(number))?
            .sort(&mut rows);
    }
    let page = |name: &str| request.query.get(name).and_then(|value| value.parse::<usize>().ok());
    let (skip, take) = (page("skip").unwrap_or(0), page("take").unwrap_or(usize::MAX));
    Ok(rows
        .into_iter()
        .skip(skip)
        .take(take)
        .map(|row| columns.iter().map(|column| cell(row.value(), &column.content)).collect())
        .collect())
}

fn cell(row: &Value, content: &Content) -> Value {
    match content {
        Content::Property(path) => values(row, path).first().map_or(Value::Null, |value| (*value).clone()),
        Content::List(path) => values(row, path).into_iter().cloned().collect(),
        Content::Count(path) => json!(values(row, path).len()),
        Content::Privileges => Value::Null,
    }
}

/// Only `columns` matters; its names and words occur in any case.
fn columns(body: &Value, fields: &'static [Field]) -> Option<Vec<Column>> {
    let columns = any_case(body, "columns")?.as_array()?;
    if columns.len() > COLUMNS_MAX {
        return None;
    }
    columns
        .iter()
        .map(|column| {
            let text = |name: &str| any_case(column, name)?.as_str();
            let definition = text("definition").unwrap_or_default();
            let path = |text: &str| {
                let path: Vec<String> = text.trim().split('.').map(str::to_owned).collect();
                resolve(&path, fields).map(|(names, ..)| names)
            };
            let content = match text("columntype").unwrap_or("property").to_ascii_lowercase().as_str() {
                "property" => Content::Property(path(definition)?),
                "list" => Content::List(path(definition)?),
                "function" => {
                    let inner = definition.trim().get(..6).filter(|start| start.eq_ignore_ascii_case("count("));
                    inner?;
                    Content::Count(path(definition.trim()[6..].strip_suffix(')')?)?)
                }
                "privileges" => Content::Privileges,
                _ => return None,
            };
            let name = text("name").filter(|name| !name.is_empty() && !name.contains(' '))?;
            Some(Column { name: name.to_owned(), content })
        })
        .collect()
}

fn any_case<'value>(value: &'value Value, name: &str) -> Option<&'value Value> {
    value.as_object()?.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
