//! What an answer to a write means, in each version's words.
//!
//! A point is called refused only by an answer that is `InfluxDB`'s own: a proxy, a login page or a server that wants
//! https must not make us set points aside.

use serde::Deserialize;
use serde_json::Value;

use super::http::Answer;
use super::settings::Target;
use super::trouble::Trouble;

/// With a full disk, version 1 calls points refused that it would take again later. What the operating system says to
/// the server, and what the server says of its own state, is no matter of the points.
const TROUBLES_OF_THE_SERVER: [&str; 19] = [
    "no space left",
    "not enough space",
    "quota exceeded",
    "file too large",
    "input/output error",
    "read-only file system",
    "too many open files",
    "cannot allocate memory",
    "permission denied",
    "access is denied",
    "bad file descriptor",
    "file already closed",
    "engine is closed",
    "shard is disabled",
    "cache-max-memory-size exceeded",
    "cache maximum memory size exceeded",
    "timeout",
    "context canceled",
    "context deadline exceeded",
];
/// Characters of an answer that are repeated.
const TEXT_CHARS_MAX: usize = 300;

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Written,
    /// Some points were refused for good; the others are written or not.
    Refused(Refusal),
    /// The request was too large.
    TooLarge(String),
    /// Version 1 does not have the database.
    NoDatabase(String),
    Trouble(Trouble),
}

/// What is known about the refused points.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Refusal {
    pub(super) message: String,
    /// Versions 1 and 2: how many, when it says so.
    pub(super) dropped: Option<usize>,
    /// Version 3: which, counted from 1, and why.
    pub(super) lines: Vec<(usize, String)>,
}

/// The bodies of all versions: `error` of 1 and 3, `code` and `message` of 2, `data` of 3.
#[derive(Deserialize)]
struct Body {
    error: Option<String>,
    message: Option<String>,
    #[serde(default)]
    data: Value,
}

pub(super) fn read(answer: &Answer, target: &Target, host: &str) -> Verdict {
    let host = host.to_owned();
    let status = answer.status;
    let said = body(&answer.text);
    let text = said.as_ref().map_or_else(|| shortened(&answer.text), |(message, _)| shortened(message));
    match status {
        200..300 if answer.text.trim().is_empty() => Verdict::Written,
        400 | 422 => match said {
            Some((message, _)) if is_trouble_of_the_server(&message) => {
                Verdict::Trouble(Trouble::Busy { host, status, text, retry_after: answer.retry_after })
            }
            Some((message, data)) => Verdict::Refused(refusal(&message, &data)),
            // An answer that is longer than we read.
            None if answer.text.starts_with("{\"") => Verdict::Refused(Refusal { message: text, ..Refusal::default() }),
            None if text.contains("HTTPS server") => Verdict::Trouble(Trouble::WantsTls { host }),
            None => Verdict::Trouble(Trouble::NotInflux { host, status, text }),
        },
        401 | 403 => Verdict::Trouble(Trouble::Credentials { host, status, text }),
        404 if said.is_none() => Verdict::Trouble(Trouble::OtherVersion { host, text }),
        404 => match target {
            Target::Version1 { .. } if text.contains("database not found") => Verdict::NoDatabase(text),
            _ => Verdict::Trouble(Trouble::Missing { host, text }),
        },
        413 => Verdict::TooLarge(text),
        408 | 425 | 429 | 500.. => {
            Verdict::Trouble(Trouble::Busy { host, status, text, retry_after: answer.retry_after })
        }
        _ => Verdict::Trouble(Trouble::NotInflux { host, status, text }),
    }
}

/// Messages that are about points, and quote what they say.
const ABOUT_POINTS: [&str; 7] = [
    "unable to parse",
    "field type conflict",
    "max-values-per-tag",
    "max-series-per-database",
    "points beyond retention policy",
    "invalid tag key",
    "max key length exceeded",
];

/// A message that quotes a point proves nothing: people may be called anything.
fn is_trouble_of_the_server(message: &str) -> bool {
    let message = message.to_lowercase();
    !ABOUT_POINTS.iter().any(|words| message.contains(words))
        && TROUBLES_OF_THE_SERVER.iter().any(|trouble| message.contains(trouble))
}

/// The message and the data of an error; `None` when it is none of `InfluxDB`'s.
fn body(text: &str) -> Option<(String, Value)> {
    let body: Body = serde_json::from_str(text).ok()?;
    Some((body.error.or(body.message)?, body.data))
}

fn refusal(message: &str, data: &Value) -> Refusal {
    let dropped = message.rsplit_once("dropped=").and_then(|(_, count)| count.trim().parse().ok());
    // One object when nothing was written, a list when the rest was.
    let entries = match data {
        Value::Array(entries) => entries.as_slice(),
        Value::Object(_) => std::slice::from_ref(data),
        _ => &[],
    };
    let lines = entries.iter().filter_map(refused_line).collect();
    Refusal { message: shortened(message), dropped, lines }
}

fn refused_line(entry: &Value) -> Option<(usize, String)> {
    let number = entry.get("line_number")?.as_u64()?;
    let problem = entry.get("error_message").and_then(Value::as_str).unwrap_or("refused");
    Some((usize::try_from(number).ok()?, shortened(problem)))
}

/// The beginning of a text on one line.
fn shortened(text: &str) -> String {
    let mut shown: String = text.trim().chars().take(TEXT_CHARS_MAX).collect();
    if text.trim().chars().nth(TEXT_CHARS_MAX).is_some() {
        shown.push('…');
    }
    let words: Vec<&str> = shown.split(|char: char| char.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOST: &str = "influx:8086";

    fn version_1() -> Target {
        Target::Version1 { database: "b".to_owned(), policy: None }
    }

    fn read(status: u16, text: &str) -> Verdict {
        let answer = Answer { status, text: text.to_owned(), retry_after: Some(Duration::from_secs(3)), version: None };
        super::read(&answer, &version_1(), HOST)
    }

    #[test]
    fn knows_a_refused_point_in_the_words_of_each_version() {
        let conflict = "partial write: field type conflict: input field \"v\" on measurement \"m\" is type string, \
                        already exists as type float";
        let one = format!("{{\"error\":{:?}}}\n", format!("{conflict} dropped=2"));
        let two = format!(
            "{{\"code\":\"unprocessable entity\",\"message\":{:?}}}",
            format!("failure writing points to database: {conflict} dropped=1")
        );
        let parse = r#"{"code":"invalid","message":"unable to parse 'm v=': missing field value"}"#;
        let three = r#"{"error":"partial write of line protocol occurred","data":[{"original_line":"m v= 1",
            "line_number":2,"error_message":"No fields were provided"},{"line_number":5,"error_message":"b"}]}"#;
        let none = r#"{"error":"parsing failed for write_lp endpoint","data":{"original_line":"m","line_number":1,
            "error_message":"a"}}"#;
        for (status, text, dropped, lines) in [
            (400, one.as_str(), Some(2), vec![]),
            (422, two.as_str(), Some(1), vec![]),
            (400, parse, None, vec![]),
            (400, three, None, vec![(2, "No fields were provided"), (5, "b")]),
            (400, none, None, vec![(1, "a")]),
            (400, "{\"error\":\"cut of", None, vec![]),
        ] {
            let Verdict::Refused(refusal) = read(status, text) else { panic!("{text}") };
            assert_eq!(refusal.dropped, dropped, "{text}");
            let expected: Vec<(usize, String)> = lines.into_iter().map(|(n, why)| (n, why.to_owned())).collect();
            assert_eq!(refusal.lines, expected, "{text}");
        }
    }

    #[test]
    fn sets_nothing_aside_for_an_answer_that_is_not_influxdb() {
        for (status, text) in [
            (200, "<html>sign in</html>"),
            (400, "<html>Bad Request</html>"),
            (400, ""),
            (400, "Client sent an HTTP request to an HTTPS server.\n"),
            (404, "404 page not found\n"),
            (302, ""),
            (405, "{}"),
            (400, "{}"),
        ] {
            let verdict = read(status, text);
            assert!(matches!(verdict, Verdict::Trouble(_)), "{status} {text}: {verdict:?}");
        }
    }

    #[test]
    fn a_full_disk_refuses_no_point() {
        for message in [
            "partial write: write /var/lib/influxdb/data/b/_series/00/0000: no space left on device dropped=1000",
            "partial write: cache-max-memory-size exceeded: (1073741824/1073741824) dropped=3",
            "timeout",
        ] {
            let text = format!("{{\"error\":{message:?}}}");
            assert!(matches!(read(400, &text), Verdict::Trouble(Trouble::Busy { .. })), "{message}");
        }
        for quoted in [
            r#"{"error":"unable to parse 'm,user=ACME\\timeout v=': missing field value"}"#,
            r#"{"error":"partial write: max-values-per-tag limit exceeded (390/3): measurement=\"m\" tag=\"user\" value=\"ACME\\n.timeout.0\" dropped=398"}"#,
        ] {
            assert!(matches!(read(400, quoted), Verdict::Refused(_)), "{quoted}");
        }
    }

    #[test]
    fn waits_while_the_server_cannot() {
        for status in [408, 429, 500, 502, 503, 504] {
            let Verdict::Trouble(trouble) = read(status, "{\"error\":\"timeout\"}") else { panic!("{status}") };
            assert_eq!(trouble.retry_after(), Some(Duration::from_secs(3)), "{status}");
        }
        assert!(matches!(read(401, "{\"error\":\"x\"}"), Verdict::Trouble(Trouble::Credentials { .. })));
        assert!(matches!(read(404, "{\"error\":\"database not found: \\\"b\\\"\"}"), Verdict::NoDatabase(_)));
        assert!(matches!(read(413, "too large"), Verdict::TooLarge(_)));
        assert_eq!(read(204, ""), Verdict::Written);
    }
}
