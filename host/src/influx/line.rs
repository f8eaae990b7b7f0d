//! One point in line protocol, written with the crate `influxdb` except for the tags (see [`super::tag`]).

#[cfg(test)]
mod tests;

use influxdb::{Query as _, Timestamp, Type, WriteQuery};
use steward_core::point::Field;
use thiserror::Error;

use super::tag::{Dialect, tag};
use crate::ledger::Waiting;

/// A point ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The row of the outbox that it comes from.
    pub(super) id: i64,
    pub(super) measurement: String,
    /// Without a line end.
    pub(super) text: String,
}

/// A point that no version of `InfluxDB` could take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Unwritable {
    #[error("the measurement `{0}` has other characters than letters, digits and `_`, `-`, `.`")]
    Measurement(String),
    #[error("it lies before 1970")]
    Time,
    #[error("it has no field")]
    NoField,
}

pub(super) fn line(point: &Waiting, dialect: Dialect) -> Result<Line, Unwritable> {
    let measurement = point.measurement.as_str();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if measurement.is_empty() || !measurement.bytes().all(is_plain) {
        return Err(Unwritable::Measurement(measurement.to_owned()));
    }
    let at = Timestamp::Nanoseconds(u128::try_from(point.at_ns).map_err(|_| Unwritable::Time)?);
    let mut query = WriteQuery::new(at, measurement);
    for (name, field) in &point.fields {
        query = query.add_field(name.as_str(), value(field));
    }
    let written = query.build().map_err(|_| Unwritable::NoField)?.get();
    // Nothing of the measurement is escaped, so the tags come right behind it.
    let (_, fields_and_time) = written.split_at(measurement.len());
    let tags: String = point.tags.iter().map(|(name, value)| tag(name, value, dialect)).collect();
    let text = format!("{measurement}{tags}{fields_and_time}");
    Ok(Line { id: point.id, measurement: measurement.to_owned(), text })
}

fn value(field: &Field) -> Type {
    match field {
        Field::Boolean(value) => Type::Boolean(*value),
        Field::Float(value) => Type::Float(*value),
        Field::Text(value) => Type::Text(value.clone()),
    }
}
