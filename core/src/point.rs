//! One line of a time series, as `InfluxDB` takes it, before anybody knows which version of `InfluxDB` that will be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::instant::Instant;

/// A measurement with its tags and fields at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub measurement: String,
    pub at: Instant,
    pub tags: BTreeMap<String, String>,
    /// Never empty: a point without fields says nothing, and is refused.
    pub fields: BTreeMap<String, Field>,
}

/// A number is always a float: the series that users already have hold floats, and a series keeps its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Field {
    Boolean(bool),
    Float(f64),
    Text(String),
}

/// Names and values that stand on every point of a destination.
pub type Tags = BTreeMap<String, String>;

impl Point {
    pub fn new(measurement: &str, at: Instant, tags: &Tags) -> Self {
        Self { measurement: measurement.to_owned(), at, tags: tags.clone(), fields: BTreeMap::new() }
    }

    #[must_use]
    pub fn tag(mut self, name: &str, value: impl Into<String>) -> Self {
        self.tags.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn float(mut self, name: &str, value: impl Into<f64>) -> Self {
        self.fields.insert(name.to_owned(), Field::Float(value.into()));
        self
    }

    #[must_use]
    pub fn boolean(mut self, name: &str, value: bool) -> Self {
        self.fields.insert(name.to_owned(), Field::Boolean(value));
        self
    }

    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.insert(name.to_owned(), Field::Text(value.into()));
        self
    }
}
