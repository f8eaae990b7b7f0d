//! Lines against a reader that was written from the specification of line protocol, not from the writer.

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::point::{Field, Tags};

use super::{Unwritable, line};
use crate::influx::tag::Dialect;
use crate::ledger::Waiting;

type Read = (String, Tags, BTreeMap<String, Field>, i64);

/// Reads characters up to one of `ends`, which is taken too. A backslash counts only before what it can escape.
fn text(rest: &mut &str, ends: &[char], escapable: &[char]) -> Option<(String, char)> {
    let mut read = String::new();
    loop {
        let mut chars = rest.chars();
        let char = chars.next()?;
        let next = chars.clone().next();
        *rest = chars.as_str();
        if char == '\\' && next.is_some_and(|next| escapable.contains(&next)) {
            read.extend(next);
            *rest = &rest[next?.len_utf8()..];
        } else if ends.contains(&char) {
            return Some((read, char));
        } else {
            read.push(char);
        }
    }
}

fn field(rest: &mut &str) -> Option<(Field, char)> {
    if let Some(quoted) = rest.strip_prefix('"') {
        *rest = quoted;
        let (read, _) = text(rest, &['"'], &['"', '\\'])?;
        let end = rest.chars().next()?;
        *rest = &rest[1..];
        return Some((Field::Text(read), end));
    }
    let (read, end) = text(rest, &[',', ' '], &[])?;
    let field = match read.as_str() {
        "true" => Field::Boolean(true),
        "false" => Field::Boolean(false),
        number => Field::Float(number.parse().ok()?),
    };
    Some((field, end))
}

fn read(mut rest: &str, dialect: Dialect) -> Option<Read> {
    let special: &[char] = match dialect {
        Dialect::Plain => &[',', '=', ' '],
        Dialect::Doubled => &[',', '=', ' ', '\\'],
    };
    let (measurement, mut end) = text(&mut rest, &[',', ' '], &[',', ' '])?;
    let mut tags = Tags::new();
    while end == ',' {
        let (name, _) = text(&mut rest, &['='], special)?;
        let (value, next) = text(&mut rest, &[',', ' '], special)?;
        assert!(!name.is_empty() && !value.is_empty(), "no server takes an empty one");
        tags.insert(name, value);
        end = next;
    }
    let mut fields = BTreeMap::new();
    end = ',';
    while end == ',' {
        let (name, _) = text(&mut rest, &['='], special)?;
        let (value, next) = field(&mut rest)?;
        fields.insert(name, value);
        end = next;
    }
    Some((measurement, tags, fields, rest.parse().ok()?))
}

fn fields() -> impl Strategy<Value = BTreeMap<String, Field>> {
    let field = prop_oneof![
        any::<bool>().prop_map(Field::Boolean),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Field::Float),
        any::<String>().prop_map(Field::Text),
    ];
    proptest::collection::btree_map("[a-z][a-z0-9_ ,=]{0,8}", field, 1..5)
}

fn point(tags: Tags, fields: BTreeMap<String, Field>, at_ns: i64) -> Waiting {
    Waiting { id: 7, at_ns, measurement: "steward_run".to_owned(), tags, fields }
}

/// What every server can store: no control characters, no backslash at the end.
fn name() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,12}".prop_filter("ends in a backslash", |name| !name.ends_with('\\'))
}

proptest! {
    #[test]
    fn what_can_be_stored_is_stored(
        tags in proptest::collection::btree_map(name(), name(), 0..5),
        fields in fields(),
        at_ns in 0..i64::MAX,
    ) {
        for dialect in [Dialect::Plain, Dialect::Doubled] {
            let written = line(&point(tags.clone(), fields.clone(), at_ns), dialect).unwrap();
            let expected = ("steward_run".to_owned(), tags.clone(), fields.clone(), at_ns);
            prop_assert_eq!(read(&written.text, dialect), Some(expected), "{}", written.text);
        }
    }

    #[test]
    fn nothing_breaks_out_of_its_place(
        tags in proptest::collection::btree_map(any::<String>(), "[\\\\ ,=\"\\na\u{0}]{0,8}", 0..5),
        fields in fields(),
    ) {
        let full = tags.iter().filter(|(name, value)| !name.is_empty() && !value.is_empty()).count();
        for dialect in [Dialect::Plain, Dialect::Doubled] {
            let written = line(&point(tags.clone(), fields.clone(), 1), dialect).unwrap().text;
            let (_, read_tags, read_fields, at_ns) = read(&written, dialect).unwrap();
            // Two names may become one, when one holds a control character and the other its escape.
            prop_assert!(read_tags.len() <= full && (full == 0) == read_tags.is_empty(), "{written}");
            prop_assert_eq!((&read_fields, at_ns), (&fields, 1));
            // Only a text in quotation marks may hold a line break.
            let has_text = fields.values().any(|field| matches!(field, Field::Text(_)));
            prop_assert!(has_text || !written.contains(char::is_control), "{written}");
        }
    }
}

#[test]
fn refuses_what_no_line_can_say() {
    let fields = BTreeMap::from([("a".to_owned(), Field::Float(1.0))]);
    let refused = |point: Waiting| line(&point, Dialect::Plain).unwrap_err();
    assert_eq!(refused(point(Tags::new(), BTreeMap::new(), 1)), Unwritable::NoField);
    assert_eq!(refused(point(Tags::new(), fields.clone(), -1)), Unwritable::Time);
    for measurement in ["", "a b", "#a", "a\n"] {
        let point = Waiting { measurement: measurement.to_owned(), ..point(Tags::new(), fields.clone(), 1) };
        assert_eq!(refused(point), Unwritable::Measurement(measurement.to_owned()));
    }
}
