//! Ties a parsed filter to an entity: canonical member names, literals of the right type.

use chrono::{DateTime, Utc};

use super::parser::{Condition, Expression, Literal, Operator};
use super::{FilterError, cannot_parse};
use crate::dates;
use crate::entity::{Field, Kind};

/// A filter whose members exist and whose literals fit them.
#[derive(Clone, Debug)]
pub enum Checked {
    And(Vec<Checked>),
    Or(Vec<Checked>),
    Test(Test),
}

#[derive(Clone, Debug)]
pub struct Test {
    /// Canonical member names.
    pub path: Vec<&'static str>,
    /// How many leading members of the path lead into a collection, where there is one.
    pub collection: Option<usize>,
    pub operator: Operator,
    pub operand: Operand,
}

/// What a member is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// In lower case: texts compare without regard to case.
    Text(String),
    Date(DateTime<Utc>),
    Number(f64),
    Flag(bool),
    Null,
}

impl Checked {
    pub(super) fn only_ids(&self) -> Option<Vec<String>> {
        match self {
            Self::Test(Test { path, operator: Operator::Equal, operand: Operand::Text(id), .. })
                if path.as_slice() == ["id"] =>
            {
                Some(vec![id.clone()])
            }
            Self::Or(parts) => parts.iter().map(Self::only_ids).collect::<Option<Vec<_>>>().map(|ids| ids.concat()),
            _ => None,
        }
    }
}

/// Resolves a dotted path, in any case, to the members' own spelling.
pub fn resolve(path: &[String], fields: &'static [Field]) -> Option<(Vec<&'static str>, Option<usize>, Kind)> {
    let (mut names, mut collection, mut fields) = (Vec::new(), None, fields);
    for (depth, part) in path.iter().enumerate() {
        let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(part))?;
        names.push(field.name);
        if matches!(field.kind, Kind::Many(_)) && collection.is_none() {
            collection = Some(depth + 1);
        }
        match field.kind {
            kind if depth + 1 == path.len() => return Some((names, collection, kind)),
            Kind::One(inner) | Kind::Many(inner) => fields = inner,
            _ => return None,
        }
    }
    None
}

pub(super) fn check(
    expression: &Expression,
    text: &str,
    fields: &'static [Field],
    naive_zone_minutes: i32,
) -> Result<Checked, FilterError> {
    let all = |parts: &[Expression]| {
        parts.iter().map(|part| check(part, text, fields, naive_zone_minutes)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match expression {
        Expression::And(parts) => Checked::And(all(parts)?),
        Expression::Or(parts) => Checked::Or(all(parts)?),
        Expression::Condition(condition) => {
            let (path, collection, kind) = resolve(&condition.path, fields)
                .ok_or_else(|| FilterError::UnknownProperty { path: condition.path.join(".") })?;
            let operand = operand(condition, kind, naive_zone_minutes).ok_or_else(|| cannot_parse(text))?;
            Checked::Test(Test { path, collection, operator: condition.operator, operand })
        }
    })
}

fn operand(condition: &Condition, kind: Kind, naive_zone_minutes: i32) -> Option<Operand> {
    let operator = condition.operator;
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    let part_of_text = matches!(operator, Operator::StartsWith | Operator::EndsWith | Operator::Contains);
    match (kind, &condition.literal) {
        (_, Literal::Null) if equality => Some(Operand::Null),
        (Kind::Text | Kind::TextList, Literal::Text(text)) => Some(Operand::Text(text.to_lowercase())),
        (Kind::Guid, Literal::Guid(id)) if equality => Some(Operand::Text(id.clone())),
        (Kind::Flag, Literal::Flag(flag)) if equality => Some(Operand::Flag(*flag)),
        (Kind::Number, Literal::Number(number)) if !part_of_text => Some(Operand::Number(*number)),
        (Kind::Enumeration, Literal::Name(name)) if !part_of_text => Some(Operand::Text(name.to_lowercase())),
        (Kind::Enumeration, Literal::Number(number)) if !part_of_text => Some(Operand::Number(*number)),
        (Kind::Date, Literal::Text(text)) if !part_of_text => {
            dates::parse_in_filter(text, naive_zone_minutes).map(Operand::Date)
        }
        _ => None,
    }
}
