//! Takes an array of JSON objects apart while it arrives, so that a list is never held as text.
//!
//! It only finds where an element begins and ends; whether it is valid JSON is for the parser that gets it. So a
//! mistake here can only lead to an error there, never to a row that is not in the answer.

/// A user with thousands of groups has a few hundred KB; whatever is larger is no row of the QRS.
const ROW_BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Rows {
    state: State,
    /// The beginning of a row that goes on in the next piece.
    carried: Vec<u8>,
    count: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    BeforeArray,
    BeforeFirstRow,
    BeforeNextRow,
    InRow(Nesting),
    AfterArray,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowsError {
    /// It ended inside of the array.
    Truncated,
    NotJson(String),
    /// It is something else than an array.
    Found(&'static str),
    WebPage,
    /// A row that cannot be used, by its number from 1.
    Row(u64, String),
}

impl Rows {
    /// Hands each row that `piece` completes to `each`.
    pub(super) fn feed(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), RowsError> {
        let mut row_start = 0;
        for (index, &byte) in piece.iter().enumerate() {
            let before = self.state;
            self.state = self.step(byte)?;
            match (before, self.state) {
                (State::InRow(_), State::InRow(_)) => {}
                (State::InRow(_), _) => self.complete(&piece[row_start..index], &mut each)?,
                (_, State::InRow(_)) => row_start = index,
                _ => {}
            }
        }
        if matches!(self.state, State::InRow(_)) {
            self.carried.extend_from_slice(&piece[row_start..]);
            if self.carried.len() > ROW_BYTES_MAX {
                return Err(RowsError::Row(self.count + 1, format!("it is larger than {ROW_BYTES_MAX} bytes")));
            }
        }
        Ok(())
    }

    /// To be called when the whole body was fed.
    pub(super) fn end(self) -> Result<(), RowsError> {
        if self.state == State::AfterArray { Ok(()) } else { Err(RowsError::Truncated) }
    }

    fn complete(&mut self, rest: &[u8], each: &mut impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), RowsError> {
        self.count += 1;
        let result = if self.carried.is_empty() {
            each(rest)
        } else {
            self.carried.extend_from_slice(rest);
            let result = each(&self.carried);
            self.carried.clear();
            result
        };
        result.map_err(|problem| RowsError::Row(self.count, problem))
    }

    fn step(&self, byte: u8) -> Result<State, RowsError> {
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match (self.state, byte) {
            (State::InRow(nesting), _) => Ok(nesting.step(byte)),
            (state, _) if blank => Ok(state),
            (State::BeforeArray, b'[') => Ok(State::BeforeFirstRow),
            // The three bytes of a byte order mark.
            (State::BeforeArray, 0xef | 0xbb | 0xbf) => Ok(State::BeforeArray),
            (State::BeforeArray, _) => Err(found_instead(byte)),
            (State::BeforeFirstRow, b']') => Ok(State::AfterArray),
            (State::BeforeFirstRow | State::BeforeNextRow, b',' | b']') => {
                Err(RowsError::NotJson(format!("nothing between commas after row {}", self.count)))
            }
            (State::BeforeFirstRow | State::BeforeNextRow, _) => Ok(Nesting::default().step(byte)),
            (State::AfterArray, _) => Err(RowsError::NotJson("something follows the array".to_owned())),
        }
    }
}

impl Nesting {
    fn step(self, byte: u8) -> State {
        let Self { depth, in_string, escaped } = self;
        if in_string {
            let escaped = !escaped && byte == b'\\';
            let in_string = self.escaped || byte != b'"';
            return State::InRow(Self { depth, in_string, escaped });
        }
        match byte {
            b'"' => State::InRow(Self { in_string: true, ..self }),
            b'{' | b'[' => State::InRow(Self { depth: depth.saturating_add(1), ..self }),
            b']' if depth == 0 => State::AfterArray,
            b',' if depth == 0 => State::BeforeNextRow,
            b'}' | b']' => State::InRow(Self { depth: depth.saturating_sub(1), ..self }),
            _ => State::InRow(self),
        }
    }
}

pub(super) fn found_instead(first: u8) -> RowsError {
    match first {
        b'<' => RowsError::WebPage,
        b'[' => RowsError::Found("a list"),
        b'{' => RowsError::Found("an object"),
        b'n' => RowsError::Found("null"),
        b'"' => RowsError::Found("a text"),
        b't' | b'f' => RowsError::Found("true or false"),
        b'0'..=b'9' | b'-' => RowsError::Found("a number"),
        _ => RowsError::NotJson("it begins like none".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` in pieces of `size` bytes.
    fn split(text: &str, size: usize) -> Result<Vec<String>, RowsError> {
        let mut rows = Rows::default();
        let mut found = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            rows.feed(piece, |row| {
                let value: serde_json::Value = serde_json::from_slice(row).map_err(|error| error.to_string())?;
                found.push(value.to_string());
                Ok(())
            })?;
        }
        rows.end().map(|()| found)
    }

    #[test]
    fn finds_the_same_rows_however_the_bytes_arrive() {
        let text = "\u{feff} [ {\"a\":\"]},[\\\"\\\\\"} ,\n[1,[2]],\"x,y\" , null,7 ] \n";
        for size in 1..text.len() {
            let rows = split(text, size).unwrap();
            assert_eq!(rows, [r#"{"a":"]},[\"\\"}"#, "[1,[2]]", r#""x,y""#, "null", "7"], "pieces of {size}");
        }
        assert_eq!(split(" [ ] ", 2).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn tells_a_cut_list_from_other_things() {
        for cut in ["", "  ", "[", "[{\"a\":1}", "[{\"a\":1},", "[{\"a\":\"x]", "[{\"a\":1}, {\"b\""] {
            assert_eq!(split(cut, 3), Err(RowsError::Truncated), "{cut}");
        }
        assert_eq!(split("null", 3), Err(RowsError::Found("null")));
        assert_eq!(split("{\"a\":[]}", 3), Err(RowsError::Found("an object")));
        assert_eq!(split("<!DOCTYPE html>", 3), Err(RowsError::WebPage));
        for wrong in ["[1,,2]", "[,1]", "[1,]", "[1] x", "[] []"] {
            assert!(matches!(split(wrong, 3), Err(RowsError::NotJson(_))), "{wrong}");
        }
        for wrong in ["[{\"a\":1]}]", "[{\"a\" 1}]", "[{]", "[1 2]"] {
            assert!(split(wrong, 3).is_err(), "{wrong}");
        }
        assert!(matches!(split("[{},{\"a\" 1}]", 3), Err(RowsError::Row(2, _))));
    }
}
