//! A request taken apart the way the service reads it: names without regard to case, values decoded.

use bytes::Bytes;
use http::HeaderMap;

/// A request line beyond this is refused; the limit of the HTTP stack under the real service.
pub const URL_BYTES_MAX: usize = 16_384;
/// A body beyond this is refused: a selection of 10,000 records is about 1 MB.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// As sent, without the query.
    pub path: String,
    /// The path's parts in lower case and decoded.
    pub segments: Vec<String>,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn new(method: &str, path: &str, query: &str, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            segments: segments(path),
            query: Query::read(query),
            headers,
            body,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The parts of a path.
pub fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(|part| decode(part, false).to_lowercase()).collect()
}

/// The parameters of a request in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// A parameter without a value: what an unencoded `&` inside a filter leaves behind.
    pub has_bare_name: bool,
}

impl Query {
    fn read(text: &str) -> Self {
        let mut query = Self::default();
        for part in text.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) if !value.is_empty() => {
                    query.pairs.push((decode(name, true).to_lowercase(), decode(value, true)));
                }
                _ => query.has_bare_name = true,
            }
        }
        query
    }

    /// The first value of that name, which is given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// Resolves percent escapes; broken ones stand for themselves, bytes that are no UTF-8 become replacement characters.
pub fn decode(text: &str, plus_is_blank: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        // A sign would pass for a number but is no digit.
        let escaped = escaped.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(if plus_is_blank && bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_escaped_and_leaves_what_is_broken() {
        assert_eq!(decode("R%26D+x%2B%zz%4", true), "R&D x+%zz%4");
        assert_eq!(decode("a+b", false), "a+b");
        assert_eq!(segments("/QRS//License/Analyzer%41ccessType/"), ["qrs", "license", "analyzeraccesstype"]);
    }

    #[test]
    fn notices_a_filter_that_an_ampersand_cut() {
        let query = Query::read("Filter=name eq 'R&D'&XRFKEY=abc");
        assert!(query.has_bare_name);
        assert_eq!((query.get("filter"), query.get("xrfkey")), (Some("name eq 'R"), Some("abc")));
    }
}
