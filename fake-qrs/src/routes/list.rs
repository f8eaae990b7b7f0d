//! Lists: `/full`, condensed and `/count`, with filter, order and privileges.

use std::cmp::Ordering;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Context, bad_filter, members};
use crate::dates;
use crate::entity::{ENTITIES, Field};
use crate::filter::check::resolve;
use crate::filter::evaluate::values;
use crate::filter::{Filter, FilterError};
use crate::store::Store;
use crate::store::table::{Record, array};
use crate::wire::reply::Reply;
use crate::wire::request::Request;

pub fn full(store: &mut Store, request: &Request, context: &Context, number: usize) -> Reply {
    let plain = ["filter", "orderby"].iter().all(|name| request.query.get(name).is_none());
    let privileges = request.query.is_true("privileges");
    if plain && !privileges && context.sees_everything {
        return Reply::json_text(store.full(number));
    }
    match chosen(store, request, context, number) {
        Ok(rows) if privileges => texts(rows.iter().map(|row| with_privileges(row.value()))),
        Ok(rows) => Reply::json_text(array(rows.iter().map(|row| row.text()))),
        Err(error) => bad_filter(&error),
    }
}

pub fn condensed(store: &Store, request: &Request, context: &Context, number: usize) -> Reply {
    let privileges = request.query.is_true("privileges");
    match chosen(store, request, context, number) {
        Ok(rows) => texts(rows.iter().map(|row| {
            let short = shortened(row.value(), ENTITIES[number].condensed);
            if privileges { with_privileges(&short) } else { short }
        })),
        Err(error) => bad_filter(&error),
    }
}

pub fn count(store: &Store, request: &Request, context: &Context, number: usize) -> Reply {
    match chosen(store, request, context, number) {
        Ok(rows) => Reply::json(200, &json!({"value": rows.len()})),
        Err(error) => bad_filter(&error),
    }
}

/// The rows that the query asks for, in its order.
pub fn chosen<'store>(
    store: &'store Store,
    request: &Request,
    context: &Context,
    number: usize,
) -> Result<Vec<&'store Record>, FilterError> {
    let order = Order::read(request.query.get("orderby").unwrap_or_default(), members(number))?;
    let mut rows = filtered(store, request, context, number)?;
    order.sort(&mut rows);
    Ok(rows)
}

/// The rows that the filter leaves, in the order of the table.
pub fn filtered<'store>(
    store: &'store Store,
    request: &Request,
    context: &Context,
    number: usize,
) -> Result<Vec<&'store Record>, FilterError> {
    let filter = match request.query.get("filter") {
        Some(text) => Some(Filter::read(text, members(number), context.filter)?),
        None => None,
    };
    if !context.sees_everything {
        return Ok(Vec::new());
    }
    let table = store.table(number);
    let Some(filter) = filter else { return Ok(table.iter().map(|(_, row)| row).collect()) };
    if let Some(ids) = filter.only_ids() {
        // A batch of ids is found without looking at every row.
        let mut keys: Vec<u64> = ids.iter().filter_map(|id| table.find(id)).collect();
        keys.sort_unstable();
        keys.dedup();
        return Ok(keys.into_iter().filter_map(|key| table.get(key)).collect());
    }
    Ok(table.iter().map(|(_, row)| row).filter(|row| filter.matches(row.value())).collect())
}

/// What a row is sorted by.
pub struct Order {
    keys: Vec<(Vec<&'static str>, bool)>,
}

impl Order {
    /// Reads `path [asc|desc], …`.
    pub fn read(text: &str, fields: &'static [Field]) -> Result<Self, FilterError> {
        let mut keys = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let mut words = part.split_whitespace();
            let path: Vec<String> = words.next().unwrap_or_default().split('.').map(str::to_owned).collect();
            let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(_) => return Err(FilterError::CannotParse { expression: text.to_owned() }),
            };
            let (names, ..) =
                resolve(&path, fields).ok_or_else(|| FilterError::UnknownProperty { path: path.join(".") })?;
            if words.next().is_some() {
                return Err(FilterError::CannotParse { expression: text.to_owned() });
            }
            keys.push((names, descending));
        }
        Ok(Self { keys })
    }

    /// Sorts rows; equal ones keep their order.
    pub fn sort(&self, rows: &mut [&Record]) {
        if self.keys.is_empty() {
            return;
        }
        rows.sort_by_cached_key(|row| {
            let keys = self.keys.iter().map(|(path, descending)| {
                let value = values(row.value(), path).first().map(|value| SortKey::of(value));
                (value, *descending)
            });
            SortKeys(keys.collect())
        });
    }
}

struct SortKeys(Vec<(Option<SortKey>, bool)>);

enum SortKey {
    Number(f64),
    Text(String),
}

impl SortKey {
    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(flag) => Self::Number(f64::from(u8::from(*flag))),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(0.0)),
            // Dates of one form sort as texts; other forms are brought to it.
            Value::String(text) => Self::Text(dates::parse(text).map_or_else(|| text.to_lowercase(), dates::write)),
            other => Self::Text(other.to_string()),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl Ord for SortKeys {
    fn cmp(&self, other: &Self) -> Ordering {
        for ((one, descending), (two, _)) in self.0.iter().zip(&other.0) {
            let ordering = match (one, two) {
                (Some(one), Some(two)) => one.compare(two),
                (one, two) => one.is_some().cmp(&two.is_some()),
            };
            let ordering = if *descending { ordering.reverse() } else { ordering };
            if ordering.is_ne() {
                return ordering;
            }
        }
        Ordering::Equal
    }
}

impl PartialOrd for SortKeys {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKeys {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKeys {}

fn shortened(row: &Value, names: &[&str]) -> Value {
    let Some(members) = row.as_object() else { return row.clone() };
    let mut short = Map::new();
    for name in names {
        if let Some(value) = members.get(*name) {
            short.insert((*name).to_owned(), value.clone());
        }
    }
    Value::Object(short)
}

/// The record with what the caller may do to it.
pub fn with_privileges(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(members) = row.as_object_mut() {
        members.insert("privileges".to_owned(), json!(["create", "read", "update", "delete"]));
    }
    row
}

fn texts(rows: impl Iterator<Item = Value>) -> Reply {
    let texts: Vec<Bytes> = rows.map(|row| Bytes::from(row.to_string())).collect();
    Reply::json_text(array(texts.iter()))
}
