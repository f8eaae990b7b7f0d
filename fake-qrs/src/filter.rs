//! The repository's filter language: text in, a test on records out.
//!
//! `parser` turns the text into a tree, `check` ties the tree to the members of an entity and refuses what the real
//! service refuses, with its own words; `evaluate` tests one record. Security-rule syntax (`@property`), `not` and
//! `in` are not imitated: the service does not document them for filters.

pub mod check;
pub mod evaluate;
pub mod lexer;
pub mod parser;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entity::Field;

/// How `and` and `or` bind when nobody wrote parentheses. The real service's answer is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precedence {
    #[default]
    AndFirst,
    LeftToRight,
}

/// Whether two conditions on a collection must hold for the same element. The real service's answer is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collections {
    #[default]
    AnyElement,
    SameElement,
}

/// The switches for what is not known about the language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FilterSemantics {
    pub precedence: Precedence,
    pub collections: Collections,
    /// Offset from UTC of a date that is written without a zone.
    pub naive_date_zone_minutes: i32,
}

/// Why a filter is refused, in the service's words: the text is the body of the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    #[error("Cannot parse the expression: {expression}")]
    CannotParse { expression: String },
    #[error("Invalid expression")]
    Invalid,
    /// The service refuses it too; its exact text is not known.
    #[error("Unknown property in expression: {path}")]
    UnknownProperty { path: String },
}

/// A filter that fits its entity.
#[derive(Clone, Debug)]
pub struct Filter {
    expression: check::Checked,
    collections: Collections,
}

impl Filter {
    /// Reads `text` as a filter on records with these members.
    ///
    /// # Errors
    ///
    /// When the text is no filter, or speaks of members or types that do not exist.
    pub fn read(text: &str, fields: &'static [Field], semantics: FilterSemantics) -> Result<Self, FilterError> {
        let expression = parser::parse(text, semantics.precedence)?;
        let expression = check::check(&expression, text, fields, semantics.naive_date_zone_minutes)?;
        Ok(Self { expression, collections: semantics.collections })
    }

    pub fn matches(&self, record: &Value) -> bool {
        evaluate::matches(&self.expression, record, self.collections)
    }

    /// The id when the filter is exactly `id eq <guid>`, which then needs no search.
    pub fn only_ids(&self) -> Option<Vec<String>> {
        self.expression.only_ids()
    }
}

fn cannot_parse(text: &str) -> FilterError {
    FilterError::CannotParse { expression: text.to_owned() }
}
