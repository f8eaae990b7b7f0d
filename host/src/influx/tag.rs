//! Tags in line protocol.
//!
//! Why not by the crate `influxdb`, which writes the rest of the line: it puts a backslash before each backslash and
//! quotation mark of a tag's value, and no `InfluxDB` takes the one before a quotation mark away again, versions 1 and 2
//! not even the one before a backslash. `ACME\jdoe` would become `ACME\\jdoe`, a series beside the one that Butler began.

/// Which backslashes a server takes away again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Versions 1 and 2: only those before a comma, an equals sign or a blank.
    Plain,
    /// Version 3: also those before a backslash.
    Doubled,
}

/// No version can store a name or value that ends in a backslash: it is taken for the beginning of the next character.
/// This one looks like it, is part of no account name that Windows allows, and keeps two people apart.
const LAST_BACKSLASH: char = '\u{ff3c}';

/// A tag with a comma before it; empty when the name or the value is, which `InfluxDB` does not store.
pub(super) fn tag(name: &str, value: &str, dialect: Dialect) -> String {
    if name.is_empty() || value.is_empty() {
        return String::new();
    }
    format!(",{}={}", escaped(name, dialect), escaped(value, dialect))
}

fn escaped(text: &str, dialect: Dialect) -> String {
    let mut line = String::with_capacity(text.len() + 8);
    let (inner, ends_in_backslash) = text.strip_suffix('\\').map_or((text, false), |inner| (inner, true));
    for char in inner.chars() {
        if char.is_control() {
            // A line break would end the point: it is stored as people write it, `\n`.
            char.escape_default().for_each(|char| push(&mut line, char, dialect));
        } else {
            push(&mut line, char, dialect);
        }
    }
    if ends_in_backslash {
        line.push(LAST_BACKSLASH);
    }
    line
}

fn push(line: &mut String, char: char, dialect: Dialect) {
    let is_escaped = match char {
        ',' | '=' | ' ' => true,
        '\\' => dialect == Dialect::Doubled,
        _ => false,
    };
    if is_escaped {
        line.push('\\');
    }
    line.push(char);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_the_server_takes_back() {
        for (value, plain, doubled) in [
            ("ACME\\jdoe", "ACME\\jdoe", "ACME\\\\jdoe"),
            ("a b,c=d", "a\\ b\\,c\\=d", "a\\ b\\,c\\=d"),
            ("o'\"x\"", "o'\"x\"", "o'\"x\""),
            ("a\\,b", "a\\\\,b", "a\\\\\\,b"),
            ("jdoe\\", "jdoe＼", "jdoe＼"),
            ("jdoe\\\\", "jdoe\\＼", "jdoe\\\\＼"),
            ("a\nb\tc", "a\\nb\\tc", "a\\\\nb\\\\tc"),
            ("名 ☺", "名\\ ☺", "名\\ ☺"),
        ] {
            assert_eq!(tag("user", value, Dialect::Plain), format!(",user={plain}"), "{value}");
            assert_eq!(tag("user", value, Dialect::Doubled), format!(",user={doubled}"), "{value}");
        }
        assert_eq!(tag("a b", "x", Dialect::Plain), ",a\\ b=x");
        assert_eq!(tag("a", "", Dialect::Plain) + &tag("", "x", Dialect::Plain), "");
    }
}
