//! Reads the head of an answer: is it JSON, as expected, or one of the many things that it may be instead?

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};

use super::error::QrsError;

/// How much of the server's own text reaches a message.
const TEXT_BYTES_MAX: usize = 500;
/// How much of an error body is read to find that text.
const ERROR_BODY_BYTES_MAX: usize = 64 * 1024;

/// Lets an answer with a good status and without a web page through.
pub(super) async fn expect_good(response: Response, host: &str, path: &str) -> Result<Response, QrsError> {
    let status = response.status();
    let is_html = content_type(response.headers()).contains("html");
    if status.is_success() && !is_html {
        return Ok(response);
    }
    if status.is_redirection() || status == StatusCode::UNAUTHORIZED || status.is_success() {
        let answer = match redirect(response.headers()) {
            Some(to) => format!("status {status}, redirect to `{to}`", status = status.as_u16()),
            None if is_html => format!("status {}, a web page", status.as_u16()),
            None => format!("status {}", status.as_u16()),
        };
        return Err(QrsError::LoginPage { host: host.to_owned(), path: path.to_owned(), answer });
    }
    let text = read_text(response).await;
    Err(explain(status, text, host, path))
}

fn explain(status: StatusCode, text: String, host: &str, path: &str) -> QrsError {
    let (host, path) = (host.to_owned(), path.to_owned());
    let says = |words: &str| text.to_lowercase().contains(words);
    match status {
        // Which status a rim node gives is not known; the words are.
        _ if says("central node") || says("not central") => QrsError::NotCentralNode { host, text },
        StatusCode::FORBIDDEN if says("xsrf") => QrsError::CrossSiteKey { host, path, text },
        StatusCode::FORBIDDEN if says("account is inactive") => QrsError::AccountInactive { host, text },
        StatusCode::FORBIDDEN => QrsError::Forbidden { host, path, text },
        StatusCode::BAD_REQUEST if says("http request header is incorrect") => QrsError::HostNotAllowed { host, text },
        StatusCode::BAD_REQUEST => QrsError::BadRequest { host, path, text },
        StatusCode::NOT_FOUND => QrsError::NotFound { host, path, text },
        StatusCode::CONFLICT => QrsError::Conflict { host, path, text },
        _ if status.is_server_error() => QrsError::ServerError { host, path, status: status.as_u16(), text },
        _ => QrsError::UnexpectedStatus { host, path, status: status.as_u16(), text },
    }
}

fn content_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase()
}

/// Where a redirect leads, without its query, which may hold a ticket.
fn redirect(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    Some(clean(location.split(['?', '#']).next()?))
}

async fn read_text(mut response: Response) -> String {
    let mut body = Vec::new();
    // A body that cannot be read to its end still says something.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ERROR_BODY_BYTES_MAX {
            body.truncate(ERROR_BODY_BYTES_MAX);
            break;
        }
    }
    clean(&without_tags(&String::from_utf8_lossy(&body)))
}

/// What a reader of a web page would see, roughly.
fn without_tags(text: &str) -> String {
    if !text.trim_start().starts_with('<') {
        return text.to_owned();
    }
    let mut seen = String::new();
    for piece in text.split('<') {
        // The first piece is empty; each other one begins with a tag.
        let (tag, words) = piece.split_once('>').unwrap_or((piece, ""));
        let tag = tag.trim_start().to_lowercase();
        if !tag.starts_with("style") && !tag.starts_with("script") {
            seen.push_str(words);
            seen.push(' ');
        }
    }
    seen
}

/// One line without control characters, short enough for a message.
fn clean(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > TEXT_BYTES_MAX {
        line.truncate(line.floor_char_boundary(TEXT_BYTES_MAX));
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_the_status_and_the_text_mean() {
        let name = |status: u16, text: &str| {
            let error = explain(StatusCode::from_u16(status).unwrap(), text.to_owned(), "qlik:4242", "license");
            format!("{error:?}").split([' ', '{']).next().unwrap().to_owned()
        };
        assert_eq!(name(403, "XSRF prevention check failed. Possible XSRF discovered."), "CrossSiteKey");
        assert_eq!(name(403, "Forbidden: Your account is inactive. Contact"), "AccountInactive");
        assert_eq!(name(403, "Forbidden"), "Forbidden");
        assert_eq!(name(400, "Bad request The http request header is incorrect."), "HostNotAllowed");
        assert_eq!(name(400, "Cannot parse the expression: x"), "BadRequest");
        assert_eq!(name(500, "Only available on the central node"), "NotCentralNode");
        assert_eq!(name(503, ""), "ServerError");
        assert_eq!(name(404, ""), "NotFound");
        assert_eq!(name(409, ""), "Conflict");
        assert_eq!(name(418, ""), "UnexpectedStatus");
    }

    #[test]
    fn quotes_the_text_of_the_server_in_one_short_line() {
        assert_eq!(
            clean(&without_tags("<html><style>b {}</style><b>Bad\r\n request</b> \u{7}header</html>")),
            "Bad request header"
        );
        assert_eq!(clean("a < b"), "a < b");
        let long = clean(&"ü".repeat(5000));
        assert!(long.len() <= TEXT_BYTES_MAX + '…'.len_utf8(), "{} bytes", long.len());
    }
}
